"""Gate decisions per second beside two general policy engines, on a policy with twenty controls.

    python benchmarks/policies.py

The policy, the same three times: an action is allowed when every one of twenty controls is met by
a claim that has not expired. Tierlock answers it with `decide`, OPA's language with regopy, Cedar
with cedarpy. Each engine gets its policy ready once, and then for each decision the facts as a
program has them: records, JSON, entities. All three are asked the same questions, half of them
allowed and half with one control that is missing or has expired, and must give the same answers.

The engines answer this policy and nothing else: no reasons, no work order, no other laws. Where a
package is absent, that engine is left out and a line says so.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Final, NamedTuple

from timing import machine, repeat, spread

from tierlock.core import Action, Claim, ClaimEvidence, Framework, Negatives, Plan, Subject, digest
from tierlock.frameworks import parse_framework
from tierlock.policy import decide, determine

CONTROLS: Final = tuple(f"c{number}" for number in range(20))
AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
SUBJECT: Final = Subject(name="model")
QUESTIONS: Final = 100
Facts = dict[str, datetime]

FRAMEWORK = """\
framework: bench/controls
version: "1"
title: Twenty controls
publisher: Bench
effective: 2026-01-01
source: {title: Bench}
precaution: treat_as_reached
declared_assurance: accepted
register_max_age: P30D
error_control: {rule_out: 0.05, rule_in: 0.05, period: P6M}
corrections:
  elicitation_factor: {value: 1.0, reason: bench}
  buffer: {value: 0.0, reason: bench}
roles: {owner: {says: owns it}}
tiers: [{id: usual, says: usual}]
baseline_tier: usual
baseline: [controls]
domains: {any: {title: Any}}
thresholds:
  none:
    domain: any
    tier: usual
    says: is never crossed
    crossed_if: {fact: crossed, says: declared, crossed_if: {equals: true}}
standards:
  controls:
    title: Controls
    kind: deployment
    criteria:
"""
REGO = """\
package gate
import rego.v1
default allow := false
met contains name if {
    some claim in input.claims
    claim.status == "met"
    claim.expires > input.now
    name := claim.control
}
allow if { every control in input.controls { control in met } }
"""


class Engine(NamedTuple):
    """One engine: its name, and a question that it answers with allowed or not."""

    name: str
    answer: Callable[[Facts], bool]


def questions() -> list[Facts]:
    """Returns when the claim of each control expires, for each question; a fixed choice."""
    rng = random.Random(20)  # noqa: S311  # no secret: the same questions every time
    found = []
    for number in range(QUESTIONS):
        facts = {name: AT + timedelta(days=rng.randint(1, 300)) for name in CONTROLS}
        if number % 4 == 1:
            del facts[rng.choice(CONTROLS)]
        elif number % 4 == 3:
            facts[rng.choice(CONTROLS)] = AT - timedelta(days=1)
        found.append(facts)
    return found


def _framework() -> Framework:
    lines = [f"      {name}: {{says: {name} is in place}}\n" for name in CONTROLS]
    tail = "actions: {deploy: {needs: [deployment]}}\n"
    return parse_framework((FRAMEWORK + "".join(lines) + tail).encode(), name="controls.yaml")


def tierlock() -> Engine:
    """Returns Tierlock's gate; claims are made anew for each question, as the others' facts."""
    framework = _framework()
    subject = SUBJECT.model_copy(update={"facts": {"crossed": False}})
    plan = Plan(framework=digest(framework), subject="model", sealed_at=AT, declared="before")
    found = determine(framework, plan, (), subject=subject, at=AT)
    action, negatives = Action(name="deploy"), Negatives(complete_as_of=AT)
    proof = (ClaimEvidence(kind="document", says="a document", produced_at=AT),)

    def answer(facts: Facts) -> bool:
        claims = [
            Claim(
                criterion=f"controls:{name}",
                subject="model",
                status="met",
                evidence=proof,
                claimed_at=AT,
                expires_at=end,
            )
            for name, end in facts.items()
        ]
        decision = decide(
            framework,
            found,
            subject=subject,
            action=action,
            at=AT,
            claims=claims,
            negatives=negatives,
        )
        return decision.verdict == "ALLOW"

    return Engine("tierlock decide", answer)


def rego() -> Engine:
    """Returns OPA's policy language, by regopy.

    Raises:
        ImportError: it is not installed.
    """
    interpreter = import_module("regopy").Interpreter()
    interpreter.add_module("gate", REGO)

    def answer(facts: Facts) -> bool:
        claims = [
            {"control": name, "status": "met", "expires": int(end.timestamp())}
            for name, end in facts.items()
        ]
        interpreter.set_input(
            {"controls": list(CONTROLS), "claims": claims, "now": int(AT.timestamp())}
        )
        return interpreter.query("data.gate.allow").results[0].expressions == [True]

    return Engine("regopy (OPA)", answer)


def cedar() -> Engine:
    """Returns Cedar, by cedarpy.

    Raises:
        ImportError: it is not installed.
    """
    package = import_module("cedarpy")
    terms = " && ".join(
        f'context.claims has {name} && context.claims.{name}.status == "met" && '
        f"context.claims.{name}.expires > context.now"
        for name in CONTROLS
    )
    policy = f'permit(principal, action == Action::"deploy", resource) when {{ {terms} }};'
    request = {"principal": 'Team::"a"', "action": 'Action::"deploy"', "resource": 'Model::"m"'}

    def answer(facts: Facts) -> bool:
        claims = {
            name: {"status": "met", "expires": int(end.timestamp())} for name, end in facts.items()
        }
        context = {"claims": claims, "now": int(AT.timestamp())}
        done = package.is_authorized({**request, "context": context}, policy, [])
        return bool(done.allowed)

    return Engine("cedarpy (Cedar)", answer)


def time_policies(*, rounds: int) -> list[str]:
    """Prints decisions per second and ratios within a round; returns what was missed: nothing.

    Raises:
        RuntimeError: two engines disagree, so their times say nothing.
    """
    asked = questions()
    engines = []
    for make in (tierlock, rego, cedar):
        try:
            engines.append(make())
        except ImportError as error:
            print(f"  left out: `{error.name}` is not installed")
    answers = {engine.name: [engine.answer(facts) for facts in asked] for engine in engines}
    first = answers[engines[0].name]
    if any(found != first for found in answers.values()):
        raise RuntimeError("the engines disagree about the answers")
    print(f"  {len(CONTROLS)} controls, {len(asked)} questions, {sum(first)} allowed, all agree")
    times: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for number in range(rounds):
        for turn in range(len(engines)):
            engine = engines[(turn + number) % len(engines)]

            def work(engine: Engine = engine) -> None:
                for facts in asked:
                    engine.answer(facts)

            times[engine.name] += [each / len(asked) for each in repeat(work, times=1)]
    for name, seconds in times.items():
        per_second = spread([1 / each for each in seconds], unit=" a second", digits=0)
        print(f"  {name:<28}  {per_second}")
    ours = times[engines[0].name]
    for engine in engines[1:]:
        ratios = [them / we for we, them in zip(ours, times[engine.name], strict=True)]
        print(f"  {engine.name} / tierlock, time  {spread(ratios)}")
    return []


def main() -> None:
    """Runs this part alone."""
    parser = argparse.ArgumentParser(description="Time gate decisions beside policy engines.")
    parser.add_argument("--rounds", type=int, default=7)
    print(machine())
    time_policies(rounds=parser.parse_args().rounds)


if __name__ == "__main__":
    main()
