"""The engine against the slow and obvious engine of `tests/reference`, on random worlds.

| what is drawn | what must agree |
|---|---|
| nested trees, implications, scope, precaution | outcomes, what is owed, holds, labels |
| runs with missing, refused and impossible values, registers, plans | findings, what they owe |
| claims, approvals, rulings, choices, negative records | verdict, reasons, conditions, expiry |
| a parent, its evidence and its determination | what is inherited, and what is refused |
| one contradiction in plan, register or evidence | the code of the error |

The reference engine uses exact binomial sums, and a race for values between the ends; the engine
uses library functions and characteristic functions.
"""

from __future__ import annotations

import os
from collections import Counter

from hypothesis import HealthCheck, given, settings

from tests.reference import engine as reference
from tests.reference.compare import compare_decisions, compare_determinations
from tests.reference.gate import decide as reference_decide
from tests.strategies.descent import descents
from tests.strategies.spoiled import spoiled_worlds
from tests.strategies.worlds import World, worlds
from tierlock.core import Outcome, TierlockError, Verdict, determination_id
from tierlock.policy import determine

THOROUGH = os.environ.get("TIERLOCK_HYPOTHESIS") == "thorough"
EXAMPLES = 3000 if THOROUGH else 300
REFUSALS = 500 if THOROUGH else 60


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_the_engines_agree(world: World) -> None:
    the_engines_agree(world)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(descents())
def test_the_engines_agree_about_descendants(world: World) -> None:
    the_engines_agree(world)


def the_engines_agree(world: World) -> None:
    judgement = reference.determine(
        world.framework,
        world.plan,
        world.evidence,
        subject=world.subject,
        at=world.at,
        register=world.register,
        attestations=world.attestations,
        negatives=world.negatives,
        history=world.history,
        parent=world.parent,
    )
    determination = world.determined()
    assert not compare_determinations(determination, judgement)
    name = determination_id(determination)
    bound = world.bound_to(name)
    answer = reference_decide(
        bound.framework,
        judgement,
        name=name,
        subject=bound.subject,
        action=bound.action,
        at=bound.at,
        claims=bound.claims,
        rulings=bound.rulings,
        approvals=bound.approvals,
        choices=bound.choices,
        negatives=bound.negatives,
    )
    assert not compare_decisions(bound.decided(determination), answer)


@settings(max_examples=REFUSALS, deadline=None, suppress_health_check=list(HealthCheck))
@given(spoiled_worlds())
def test_the_engines_refuse_the_same(world: World) -> None:
    codes = []
    for engine in (determine, reference.determine):
        try:
            engine(
                world.framework,
                world.plan,
                world.evidence,
                subject=world.subject,
                at=world.at,
                register=world.register,
                attestations=world.attestations,
                negatives=world.negatives,
                history=world.history,
            )
        except TierlockError as error:
            codes.append(error.code)
        else:
            codes.append("")
    assert codes[0] == codes[1]


def test_most_spoiled_worlds_are_refused() -> None:
    """A comparison of worlds that nobody refuses would show nothing."""
    said: Counter[str] = Counter()

    @settings(
        max_examples=100,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(spoiled_worlds())
    def look(world: World) -> None:
        try:
            world.determined()
        except TierlockError as error:
            said[error.code] += 1
        else:
            said["accepted"] += 1

    look()
    assert said["accepted"] <= 0.3 * said.total()
    assert {"input.subject", "register.incomplete", "integrity.run-conflict"} <= said.keys()


def test_the_worlds_are_worth_comparing() -> None:
    """Random inputs in which everything is undetermined and closed would show nothing."""
    verdicts: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    leeway: Counter[str] = Counter()

    @settings(
        max_examples=300,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(worlds())
    def look(world: World) -> None:
        determination = world.determined()
        outcomes.update(found.outcome.value for found in determination.thresholds)
        decision = world.bound_to(determination_id(determination)).decided(determination)
        verdicts[decision.verdict.value] += 1
        leeway.update({one.code for one in (*decision.reasons, *decision.conditions)})
        leeway["reading chosen"] += any(decision.readings.values())

    look()
    assert all(verdicts[name] >= 0.1 * verdicts.total() for name in ("ALLOW", "HOLD"))
    assert verdicts["DENY"] >= 0.03 * verdicts.total()
    assert len(outcomes) == 3
    assert all(times >= 0.05 * outcomes.total() for times in outcomes.values())
    for named in ("adjustment.applied", "interpretation.open", "reading chosen"):
        assert leeway[named] >= 0.02 * verdicts.total(), (named, leeway[named])


def test_the_descents_are_worth_comparing() -> None:
    """Inherited rule-outs, refusals and expiries: each must be there to be argued about."""
    seen: Counter[str] = Counter()

    @settings(
        max_examples=300,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(descents())
    def look(world: World) -> None:
        determination = world.determined()
        decision = world.bound_to(determination_id(determination)).decided(determination)
        heirs = [one for one in determination.findings if one.decided_by == "inheritance"]
        ruled_out = any(one.outcome is Outcome.RULED_OUT for one in heirs)
        allowed = decision.verdict is Verdict.ALLOW
        ends = world.parent and world.parent.expires_at
        seen.update({reason.code for one in determination.findings for reason in one.reasons})
        seen["ruled out"] += ruled_out
        seen["ruled out and allowed"] += ruled_out and allowed
        seen["ends with the parent"] += allowed and ends is not None and ends == decision.expires_at

    look()
    wanted = {
        "ruled out": 0.1,
        "ruled out and allowed": 0.05,
        "ends with the parent": 0.01,
        "inherit.parent-not-ruled-out": 0.1,
        "inherit.no-pairs": 0.05,
        "inherit.elicitation": 0.01,
        "inherit.expired": 0.02,
        "inherit.no-margin": 0.02,
        "inherit.no-parent": 0.02,
        "inherit.framework": 0.01,
        "inherit.worse": 0.01,
        "slot.unplanned-veto": 0.01,
    }
    rare = {name: seen[name] for name, share in wanted.items() if seen[name] < share * 300}
    assert not rare
