from __future__ import annotations

import pytest

from tests.unit.report import factory
from tests.unit.report.example_framework import BIO, CYBER, framework
from tierlock.core import Deciding, Decision, Explanation, GateReason, Outcome, Verdict
from tierlock.report.reasons import causes, grouped, reasons_of, why

CLASSIFIERS = "asl-3/deployment:classifiers"


def reason(code: str, about: str, *, says: str = "", verdict: str = "HOLD") -> GateReason:
    return GateReason.model_validate(
        {"code": code, "about": about, "says": says or f"{about} lacks", "verdict": verdict}
    )


def closed(*reasons: GateReason, verdict: Verdict = Verdict.HOLD) -> Decision:
    return factory.decision(verdict).model_copy(update={"reasons": reasons})


MISSING = reason("claim.missing", CLASSIFIERS)
FAILED = reason("claim.failed", CLASSIFIERS, says="it does not hold", verdict="DENY")


def said(decision: Decision, explanation: Explanation | None = None) -> str:
    return why(decision, explanation=explanation or factory.explanation(), framework=framework())


def test_a_missing_claim_adds_nothing_to_a_failed_one() -> None:
    other = reason("claim.missing", "asl-2/deployment:refusal-training")
    decision = closed(MISSING, other, FAILED, verdict=Verdict.DENY)
    assert reasons_of(decision) == (FAILED, other)
    assert reasons_of(closed(MISSING)) == (MISSING,)


def test_groups_count_what_is_in_place_over_all_reasons() -> None:
    paths = reason("claim.paths", "asl-2/deployment:abuse-monitoring")
    absent = reason("claim.missing", "asl-2/deployment:refusal-training")
    held = reason("threshold.held", CYBER)
    decision = closed(held, paths, absent)
    first, second = grouped(reasons_of(decision), decision=decision, framework=framework())
    assert first.heading == ""
    assert second.heading == "asl-2/deployment (ASL-2 deployment, always owed): 0 of 2 in place"
    assert [line.text for line in second.lines] == [paths.says, "missing: refusal-training"]


def test_without_a_framework_a_group_has_its_name() -> None:
    decision = closed(MISSING)
    (group,) = grouped(reasons_of(decision), decision=decision, framework=None)
    assert group.heading == "asl-3/deployment"


def test_an_obligation_names_the_threshold_that_it_stems_from() -> None:
    decision = closed(MISSING, reason("claim.missing", "asl-2/deployment:refusal-training"))
    found = causes(
        decision.reasons,
        decision=decision,
        explanation=factory.explanation(),
        framework=framework(),
    )
    assert [cause.text.replace("\u00a0", " ") for cause in found] == [
        f"{CYBER} is undetermined (ctf: upper 27.8 % crosses 15 %), so its safeguards are owed"
    ]


def test_what_every_subject_owes_stems_from_no_threshold() -> None:
    decision = closed(reason("claim.missing", "asl-2/deployment:refusal-training"))
    assert not causes(
        decision.reasons,
        decision=decision,
        explanation=factory.explanation(),
        framework=framework(),
    )


@pytest.mark.parametrize(
    ("decision", "clause"),
    [
        (closed(MISSING), f"{CYBER} is not ruled out, and 1 of its safeguards is not in place"),
        (
            closed(reason("claim.missing", "asl-2/deployment:refusal-training")),
            "1 safeguard that every subject owes is not in place",
        ),
        (closed(reason("threshold.held", CYBER)), f"{CYBER} is not ruled out"),
        (
            closed(reason("dissent.open", "dissent", says="a"), reason("incident.open", "x")),
            "a (and 1 more reason)",
        ),
        (
            closed(MISSING, FAILED, verdict=Verdict.DENY),
            f"it does not hold; {CYBER} is not ruled out",
        ),
        (closed(), "nothing shows that the action is permitted"),
        (factory.decision(Verdict.ALLOW), ""),
    ],
)
def test_one_clause_says_why(decision: Decision, clause: str) -> None:
    assert said(decision) == clause


def test_a_reached_threshold_is_not_called_open() -> None:
    deciding = (
        Deciding(threshold=BIO, outcome=Outcome.REACHED, paths=()),
        Deciding(threshold=CYBER, outcome=Outcome.UNDETERMINED, paths=()),
    )
    text = said(closed(MISSING), Explanation(deciding=deciding))
    assert text == (
        f"{BIO} is reached, {CYBER} is not ruled out, and 1 of their safeguards is not in place"
    )
