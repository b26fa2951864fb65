"""One threshold over one evaluation, and nothing else in the way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tierlock.core import (
    Action,
    Claim,
    ClaimEvidence,
    Decision,
    Determination,
    Evidence,
    Framework,
    Negatives,
    Plan,
    PlannedSlot,
    RegisteredRun,
    RunRegister,
    Samples,
    Source,
    State,
    Subject,
    SubjectRef,
    digest,
    digest_bytes,
)
from tierlock.frameworks import parse_framework
from tierlock.policy import decide, determine

AT = datetime(2027, 1, 1, tzinfo=UTC)
START = datetime(2026, 11, 1, tzinfo=UTC)

TEXT = """\
framework: test/small
version: "1"
title: Small
publisher: Tests
effective: 2026-01-01
source: {title: none}
precaution: hold
error_control: {rule_out: 0.05, rule_in: 0.05, period: P1Y}
corrections:
  elicitation_factor: {value: 1.0, reason: the example has none}
  buffer: {value: 0.0, reason: the example has none}
tiers: [{id: T1, says: floor}, {id: T2, says: line}]
baseline_tier: T1
baseline: [base]
domains: {d: {title: domain}}
evaluations:
  bio:
    title: biology
    tasks: [bio, success, fallback, all_errors]
    higher_is: worse
thresholds:
  line:
    domain: d
    tier: T2
    says: the line
    crossed_if: {evaluation: bio, rule_out_below: 0.05, basis: proposal, reason: an example}
standards:
  base: {title: floor, kind: security, criteria: {k: {says: a floor is there}}}
actions:
  release: {needs: [security]}
"""


def framework(text: str = TEXT) -> Framework:
    return parse_framework(text.encode(), name="small.yaml")


SUBJECT = Subject(name="mockllm/model")


def run(name: str, values: Iterable[float | None], *, hours: int = 0, errored: int = 0) -> Evidence:
    """Return a run with these values and so many errored samples."""
    scores = [*values, *[None] * errored]
    size = len(scores)
    states: list[State] = ["scored"] * (size - errored)
    states += ["errored"] * errored
    return Evidence(
        evaluation="bio",
        run_id=name,
        subject=SubjectRef(name=SUBJECT.name),
        measured_at=START + timedelta(hours=hours),
        planned_samples=size,
        samples=Samples(
            id=tuple(f"i{row}" for row in range(size)),
            epoch=(1,) * size,
            state=tuple(states),
            limit=("",) * size,
            refused=(False,) * size,
            edited=(False,) * size,
            scores={"score": tuple(scores)},
        ),
        source=Source(format="table", file="run.csv", sha256=digest_bytes(b"run")),
    )


def plan_for(rules: Framework, *, runs: int = 1) -> Plan:
    return Plan(
        framework=digest(rules),
        subject=SUBJECT.name,
        sealed_at=START - timedelta(days=1),
        declared="before",
        slots=(PlannedSlot(slot="bio", runs=runs),),
    )


def judge(
    evidence: Iterable[Evidence], *, runs: int = 1, started: Iterable[str] = ()
) -> tuple[Determination, Decision]:
    """Return determination and decision; `started` names further runs of the register."""
    rules, records = framework(), tuple(evidence)
    known = [
        RegisteredRun(
            run_id=record.run_id, slot="bio", subject=SUBJECT.name, started_at=record.measured_at
        )
        for record in {one.run_id: one for one in records}.values()
    ]
    known += [
        RegisteredRun(run_id=name, slot="bio", subject=SUBJECT.name, started_at=START)
        for name in started
    ]
    found = determine(
        rules,
        plan_for(rules, runs=runs),
        records,
        subject=SUBJECT,
        at=AT,
        register=RunRegister(runs=tuple(known)),
    )
    return found, decision(rules, found)


def decision(rules: Framework, found: Determination) -> Decision:
    """Return the answer to the release, with the one safeguard in place."""
    seen = ClaimEvidence(kind="document", says="seen", produced_at=START)
    claim = Claim(
        criterion="base:k", subject=SUBJECT.name, status="met", evidence=(seen,), claimed_at=START
    )
    return decide(
        rules,
        found,
        subject=SUBJECT,
        action=Action(name="release"),
        at=AT,
        claims=(claim,),
        negatives=Negatives(complete_as_of=AT),
    )
