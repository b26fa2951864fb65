"""What one framework permits and another does not: found, replayed, or proved not to exist."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies.frameworks import frameworks
from tests.unit.analysis.small import FINE, bound, criterion, crossed, fine, part
from tests.unit.analysis.test_diff import DIRECTIONS
from tierlock.analysis import Direction, Example, contrast_frameworks, contrast_run
from tierlock.analysis.contrast_link import pair_of
from tierlock.analysis.contrast_search import Searcher
from tierlock.analysis.prove_gate import encode
from tierlock.analysis.prove_replay import Replayed, replay_fully
from tierlock.core import (
    ActionRule,
    AnyOf,
    Attested,
    Evidence,
    Fact,
    FactTest,
    Framework,
    InputError,
    Outcome,
    Plan,
    PlannedSlot,
    Samples,
    Source,
    State,
    Subject,
    SubjectRef,
    Verdict,
    digest,
    digest_bytes,
)
from tierlock.frameworks import get_framework
from tierlock.policy import determine, register_of

NEW = fine(version="2")
BIG = Fact(fact="flop", says="big", crossed_if=FactTest(at_least=1e26))


def newer(framework: Framework) -> Framework:
    return framework.model_copy(update={"version": "2"})


def both_ways(old: Framework, new: Framework) -> tuple[Direction, Direction]:
    return contrast_frameworks(old, new=newer(new)).directions


def only_example(direction: Direction) -> Example:
    (example,) = direction.examples
    return example


def stated(example: Example) -> dict[str, str]:
    return {one.where: one.state for one in (*example.findings, *example.claims, *example.others)}


# -- examples ---------------------------------------------------------------------------------


def test_a_laxer_bound_permits_what_the_stricter_one_does_not() -> None:
    back, there = both_ways(FINE, crossed(bound(rule_out_below=0.4)))
    assert (back.examples, back.proved_none) == ((), ("deploy",))
    assert (there.permits, there.refuses) == ("lab/small-2", "lab/small-1")
    example = only_example(there)
    assert stated(example) == {
        "cyber-1:attacks": "ruled out (to be below 0.4) under lab/small-2; "
        "undetermined (to be below 0.3) under lab/small-1"
    }
    assert (example.permits.verdict, example.refuses.verdict) == (Verdict.ALLOW, Verdict.HOLD)
    assert example.permits.thresholds == ()
    assert [(one.where, one.state) for one in example.refuses.thresholds] == [
        ("cyber-1", "undetermined")
    ]
    assert example.refuses.reasons == ()
    assert (example.not_asked, example.alone) == ((), ())


def test_a_new_obligation_is_named_and_what_else_would_be_enough() -> None:
    lines = FINE.standards["care"].criteria
    more = {"log": lines["policy"], "guard": lines["policy"]}
    new = part(FINE, "standards", "care", criteria={**lines, **more})
    there, back = both_ways(FINE, new)
    assert back.proved_none == ("deploy",)
    example = only_example(there)
    assert len(example.not_asked) == len(example.alone) == 1
    assert {*example.not_asked, *example.alone} == {"care:log", "care:guard"}
    assert stated(example) == {example.not_asked[0]: "not claimed"}


def test_an_example_on_the_same_evidence_comes_before_a_new_obligation() -> None:
    lines = FINE.standards["care"].criteria
    new = part(
        crossed(bound(rule_out_below=0.2)),
        "standards",
        "care",
        criteria={**lines, "log": lines["policy"]},
    )
    example = only_example(both_ways(FINE, new)[0])
    assert list(stated(example)) == ["cyber-1:attacks"]
    assert example.not_asked == ()


def test_a_new_sign_off_is_an_example() -> None:
    rule = FINE.actions["deploy"].model_copy(update={"sign_offs": ("owner", "expert")})
    there, back = both_ways(FINE, fine(actions={"deploy": rule}))
    assert back.proved_none == ("deploy",)
    example = only_example(there)
    assert stated(example) == {"sign-off by expert": "missing"}
    assert any("expert" in reason for reason in example.refuses.reasons)


def test_a_ruling_that_only_one_side_requires_is_an_example() -> None:
    free = fine(ruling=FINE.ruling.model_copy(update={"required": False}))
    there, back = both_ways(free, FINE)
    assert back.proved_none == ("deploy",)
    assert set(stated(only_example(there)).values()) == {"not by all roles"}


def test_one_fact_has_one_value() -> None:
    smaller = BIG.model_copy(update={"crossed_if": FactTest(at_least=1e25)})
    old = part(cautious(FINE), "thresholds", "cyber-1", crossed_if=BIG)
    new = part(cautious(FINE), "thresholds", "cyber-1", crossed_if=smaller)
    there, back = both_ways(old, new)
    assert back.proved_none == ("deploy",)
    found = stated(only_example(there))
    assert found["fact flop (at_least: 1e+25)"] == "reached under lab/small-2"
    assert found["guard:audit"] == "not claimed"


def test_a_statement_by_another_role_is_another_statement() -> None:
    by_owner = Attested(attested="no-lone-attack", says="it attacks alone", by="owner")
    there, back = both_ways(FINE, crossed(by_owner, threshold="cyber-2"))
    for direction in (there, back):
        assert only_example(direction).not_asked == ("cyber-2:no-lone-attack",)


def test_actions_with_the_same_answers_share_an_example() -> None:
    actions = dict.fromkeys(("deploy", "sell", "old"), FINE.actions["deploy"])
    old = fine(actions=actions)
    new = part(
        crossed(bound(rule_out_below=0.2)),
        "actions",
        "deploy",
    ).model_copy(update={"actions": {**actions, "new": ActionRule(needs=("security",))}})
    contrast = contrast_frameworks(old, new=newer(new))
    example = only_example(contrast.directions[0])
    assert (example.action, example.alike) == ("deploy", ("sell", "old"))
    assert (contrast.only_old, contrast.only_new) == ((), ("new",))


# -- proofs that there is none ----------------------------------------------------------------


def cautious(framework: Framework) -> Framework:
    """Under `hold` a threshold that is shown, with all that it owes met, opens what it closes while
    it is undetermined: what shows it more easily is then not stricter for every subject.
    """
    return framework.model_copy(update={"precaution": "treat_as_reached"})


# A proved bound shows less, too, and a ruling may lower what is undetermined but not what is shown.
@pytest.mark.parametrize(
    ("strict", "lax", "section", "item", "field"),
    [one for one in DIRECTIONS if one[4] != "guarantee"],
)
def test_what_the_stricter_version_permits_the_laxer_one_permits(
    strict: Framework, lax: Framework, section: str, item: str, field: str
) -> None:
    if field != "precaution":
        strict, lax = cautious(strict), cautious(lax)
    direction = both_ways(strict, lax)[0]
    assert direction.proved_none == ("deploy",), f"{section} {item} {field}"


def test_under_hold_what_is_shown_may_open_what_is_open_closes() -> None:
    example = only_example(both_ways(crossed(bound(rule_in_above=0.5)), FINE)[0])
    assert stated(example) == {
        "cyber-1:attacks": "reached (to be below 0.3) under lab/small-1; "
        "undetermined (to be below 0.3) under lab/small-2"
    }


def test_a_framework_permits_what_it_permits() -> None:
    for direction in both_ways(FINE, FINE):
        assert (direction.examples, direction.proved_none) == ((), ("deploy",))


@settings(max_examples=15, deadline=None)
@given(frameworks(), frameworks())
def test_every_action_is_answered_for_any_two_frameworks(a: Framework, b: Framework) -> None:
    shared = sorted(set(a.actions) & set(b.actions))
    for direction in contrast_frameworks(a, new=newer(b)).directions:
        shown = [name for one in direction.examples for name in (one.action, *one.alike)]
        told = [*shown, *direction.proved_none, *direction.gave_up, *direction.unconfirmed]
        assert sorted(told) == shared
        for one in direction.examples:
            assert one.permits.verdict is Verdict.ALLOW
            assert one.refuses.verdict is not Verdict.ALLOW
            assert one.refuses.reasons or one.refuses.thresholds


# -- what ties the two sides together is true of the engine -----------------------------------

AT = datetime(2026, 3, 1, tzinfo=UTC)


def outcome(framework: Framework, *, samples: int, bad: int) -> Outcome:
    """What the engine says of `cyber-1:attacks` after so many samples, so many of them bad."""
    scored: State = "scored"
    run = Evidence(
        evaluation="attacks",
        run_id="run",
        subject=SubjectRef(name="s"),
        measured_at=AT - timedelta(days=1),
        samples=Samples(
            id=tuple(map(str, range(samples))),
            epoch=(1,) * samples,
            state=(scored,) * samples,
            limit=("",) * samples,
            refused=(False,) * samples,
            edited=(False,) * samples,
            scores={"score": (1.0,) * bad + (0.0,) * (samples - bad)},
        ),
        source=Source(format="table", file="run", sha256=digest_bytes(b"run")),
    )
    plan = Plan(
        framework=digest(framework),
        subject="s",
        sealed_at=AT - timedelta(days=2),
        declared="before",
        slots=(PlannedSlot(slot="attacks", runs=1),),
    )
    found = determine(
        framework,
        plan,
        (run,),
        subject=Subject(name="s"),
        at=AT,
        register=register_of((run,), framework=framework),
    )
    return next(one.outcome for one in found.findings if one.path == "cyber-1:attacks")


def limits(low: float, high: float, alpha: float, branches: int) -> Framework:
    """`cyber-1` with other bounds, another alpha, and company that its alpha is shared with."""
    lone = FINE.thresholds["cyber-2"].crossed_if
    leaf = bound(rule_out_below=low, rule_in_above=max(low, high))
    tree = AnyOf(
        any=(leaf, *(lone.model_copy(update={"attested": f"x{n}"}) for n in range(branches)))
    )
    return part(crossed(tree), "thresholds", "cyber-1", rule_out=alpha)


SHARES = st.sampled_from([0.1, 0.2, 0.3, 0.4])
LIMITS = st.builds(
    limits,
    SHARES,
    SHARES,
    st.sampled_from([0.01, 0.05, 0.2]),
    st.integers(min_value=0, max_value=2),
)


@settings(max_examples=60, deadline=None)
@given(LIMITS, LIMITS, st.integers(min_value=1, max_value=300), st.floats(0, 1))
def test_no_evidence_is_excluded_that_the_engine_would_see(
    old: Framework, new: Framework, samples: int, share: float
) -> None:
    bad = round(samples * share)
    sides = encode(old, tag="old "), encode(new, tag="new ")
    solver = z3.Solver()
    solver.add(*pair_of(sides[0], new=sides[1]).rules)
    for side, framework in zip(sides, (old, new), strict=True):
        three = side.trees.leaves["cyber-1:attacks"].outcome
        came = outcome(framework, samples=samples, bad=bad)
        solver.add(three.reached == (came is Outcome.REACHED))
        solver.add(three.ruled_out == (came is Outcome.RULED_OUT))
    assert solver.check() == z3.sat


# -- the published ones -----------------------------------------------------------------------

PAIRS = [
    ("anthropic/rsp-1.0", "anthropic/rsp-2.0"),
    ("anthropic/rsp-2.0", "anthropic/rsp-2.1"),
    ("anthropic/rsp-2.1", "anthropic/rsp-2.2"),
    ("anthropic/rsp-2.2", "anthropic/rsp-3.0"),
    ("anthropic/rsp-3.0", "anthropic/rsp-3.4"),
    ("openai/preparedness-beta", "openai/preparedness-2"),
    ("google-deepmind/fsf-1.0", "google-deepmind/fsf-2.0"),
    ("google-deepmind/fsf-2.0", "google-deepmind/fsf-3.0"),
    ("google-deepmind/fsf-3.0", "google-deepmind/fsf-3.1"),
]


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_published_versions_are_told_apart_both_ways(old: str, new: str) -> None:
    for direction in contrast_frameworks(get_framework(old), new=get_framework(new)).directions:
        assert direction.examples
        assert (direction.gave_up, direction.unconfirmed) == ((), ())
        assert all(one.permits.verdict is Verdict.ALLOW for one in direction.examples)


def test_rsp_2_2_no_longer_clears_the_checkpoint_by_a_saturated_evaluation() -> None:
    old, new = get_framework("anthropic/rsp-2.1"), get_framework("anthropic/rsp-2.2")
    example = contrast_frameworks(old, new=new).directions[0].examples[0]
    assert example.action == "train"
    findings = {one.where: one.state for one in example.findings}
    assert findings["autonomy-checkpoint:data-deduplication"] == (
        "ruled out (to be below 0.2) under anthropic/rsp-2.1; undetermined, as nothing can rule "
        "it out (to be below 0.2) under anthropic/rsp-2.2"
    )
    assert [one.where for one in example.refuses.thresholds] == ["autonomy-checkpoint"]


# -- what is not shown ------------------------------------------------------------------------


def test_an_example_that_the_engine_does_not_confirm_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def other_answer(framework, *, situation):
        right = replay_fully(framework, situation=situation)
        wrong = right.consequence._replace(verdict=Verdict.DENY)
        return Replayed(wrong, right.determination, right.decision)

    monkeypatch.setattr(contrast_run, "replay_fully", other_answer)
    there = both_ways(FINE, crossed(bound(rule_out_below=0.2)))[0]
    assert (there.examples, there.unconfirmed) == ((), ("deploy",))


def test_a_solver_that_gives_up_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Searcher, "ask", lambda self, question: "unknown")
    there = both_ways(FINE, FINE)[0]
    assert (there.examples, there.proved_none, there.gave_up) == ((), (), ("deploy",))


def test_without_the_solver_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(InputError, match="`z3` is not installed"):
        contrast_frameworks(FINE, new=NEW)


def test_a_claim_must_satisfy_more_under_the_stricter_version() -> None:
    there = both_ways(FINE, criterion("care", "policy", max_age="P6M"))[0]
    assert stated(only_example(there)) == {
        "care:policy": "enough under lab/small-1; not enough under lab/small-2"
    }
