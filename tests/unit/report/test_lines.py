from __future__ import annotations

import pytest

from tests.unit.report import factory
from tests.unit.report.example_framework import AIRD, BIO, CYBER, framework
from tierlock.core import Counts, Explanation, Finding, Outcome, Reason, Step
from tierlock.report.lines import (
    CriterionLine,
    criterion_line,
    criterion_lines,
    deciding_line,
    hanging_paths,
    trace_paths,
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def line(finding: Finding, explanation: Explanation | None = None) -> CriterionLine:
    return criterion_line(
        finding,
        criterion=None,
        framework=framework(),
        explanation=explanation or Explanation(),
    )


def lines_by_name(threshold: str) -> dict[str, CriterionLine]:
    return {found.name: found for found in criterion_lines(factory.report(), threshold=threshold)}


def test_what_was_seen_and_how_far_it_is() -> None:
    protocols = lines_by_name(BIO)["protocols"]
    assert plain(protocols.evidence) == "11/200, upper 8.9 %"
    assert plain(protocols.margin) == "64 % below 25 %"
    assert plain(protocols.bounds) == "ruled out below 25 %, reached above 50 %"
    assert protocols.basis == "proposal"


def test_a_ratio_is_not_a_percentage() -> None:
    uplift = lines_by_name(BIO)["uplift"]
    assert plain(uplift.evidence) == "1.71× (n 24), 1 missing, upper 2.53×"
    assert (uplift.basis, uplift.cite) == ("published", "example card 7.2")


def test_a_published_number_brings_no_attempts() -> None:
    """Its n, where one was printed, is that of the units."""
    uplift = next(found for found in factory.findings() if found.path == f"{BIO}:uplift")
    assert uplift.estimate is not None
    none = Counts(planned=0, present=0, scored=0)

    def seen(**changes: object) -> str:
        assert uplift.estimate is not None
        estimate = uplift.estimate.model_copy(update={"counts": none, **changes})
        return plain(line(uplift.model_copy(update={"estimate": estimate})).evidence)

    assert seen(units=16).startswith("1.71 (published, n 16), upper")
    assert seen(units=0).startswith("1.71 (published), upper")
    assert seen(units=0, value=None).startswith("no usable number, upper")


def test_missing_attempts_and_the_price_of_settling() -> None:
    ctf = lines_by_name(CYBER)["ctf"]
    assert plain(ctf.evidence) == "3/40, 4 missing, upper 27.8 %"
    assert plain(ctf.margin) == "crosses 15 %"
    assert [plain(text) for text in ctf.settling] == ["at least 39 more samples, likely 61 (~2 h)"]


def test_more_samples_are_not_promised_to_help_against_a_doubtful_log() -> None:
    doubt = Reason(code="evidence.doubtful", says="a log is doubtful")
    finding = factory.findings()[2].model_copy(update={"reasons": (doubt,)})
    found = line(finding, factory.explanation())
    assert found.settling[-1] == "a log is doubtful"


def test_no_evidence_says_so_and_shows_the_bounds() -> None:
    lines = lines_by_name(AIRD)
    assert lines["research"].evidence == "no evidence; a run is owed"
    assert lines["research"].margin == ""
    assert lines["research"].settling[0].startswith("run Research engineering suite")
    assert lines["research"].basis == "proposal"
    assert lines["expert-review"].evidence == "no current attestation"


def test_reached_shows_the_limit_that_decided() -> None:
    finding = factory.findings()[0].model_copy(update={"outcome": Outcome.REACHED})
    found = line(finding)
    assert plain(found.evidence) == "11/200, lower 3.1 %"
    assert plain(found.margin) == "above 50 %"


def test_a_limit_on_the_safe_side_is_no_rule_out_by_itself() -> None:
    owed = Reason(code="slot.run-missing", says="one planned run is missing")
    finding = factory.findings()[0].model_copy(
        update={"outcome": Outcome.UNDETERMINED, "reasons": (owed,)}
    )
    found = line(finding, factory.explanation())
    assert plain(found.margin) == "64 % below 25 %"
    assert found.settling == ("one planned run is missing",)


def test_where_lower_is_worse_the_lower_limit_decides() -> None:
    base = factory.findings()[0]
    limits = factory.limits(0.05, 0.01, higher_is_worse=False)
    found = line(base.model_copy(update={"limits": limits}))
    assert plain(found.evidence) == "11/200, lower 3.1 %"
    assert plain(found.bounds) == "ruled out above 5 %, reached below 1 %"


def test_a_correction_is_shown_beside_the_declared_bound() -> None:
    limits = factory.limits(0.125, 0.5, rule_out_declared=0.25)
    found = line(factory.findings()[0].model_copy(update={"limits": limits}))
    assert "below 12.5 % (25 % before corrections)" in plain(found.bounds)


def test_an_unbounded_limit_and_clusters_are_named() -> None:
    base = factory.findings()[0]
    assert base.estimate is not None
    estimate = base.estimate.model_copy(update={"upper": None, "units": 20})
    found = line(base.model_copy(update={"estimate": estimate}))
    assert found.evidence == "11/200 in 20 clusters, upper unbounded"


def test_a_mean_is_not_written_as_a_count() -> None:
    base = factory.findings()[0]
    assert base.estimate is not None
    estimate = base.estimate.model_copy(update={"value": 0.0571})
    found = line(base.model_copy(update={"estimate": estimate}))
    assert plain(found.evidence) == "5.7 % (n 200), upper 8.9 %"


@pytest.mark.parametrize(
    ("decided_by", "words"),
    [
        ("attestation", "attested"),
        ("fact", "declared fact"),
        ("inheritance", "inherited from the parent"),
        ("error", "could not be computed"),
    ],
)
def test_what_else_can_decide(decided_by: str, words: str) -> None:
    finding = factory.findings()[4].model_copy(update={"decided_by": decided_by})
    assert line(finding).evidence == words


def test_the_worst_of_several_elicitations_is_named() -> None:
    base = factory.findings()[0]
    assert base.estimate is not None
    estimate = base.estimate.model_copy(update={"method": "Gaffke, worst of 2 elicitations"})
    found = line(base.model_copy(update={"estimate": estimate}))
    assert plain(found.evidence) == "11/200, upper 8.9 %, worst of 2 elicitations"
    assert plain(found.seen) == "11/200, upper 8.9 %"


def decided(op: str, k: int | None, outcome: Outcome, *paths: str) -> CriterionLine:
    """Return the line on which a threshold with the criteria of `BIO` and `CYBER` hangs."""
    outcomes = {found.path: found.outcome for found in factory.report().determination.findings}
    leaves = tuple(leaf(path, outcomes[path]) for path in paths)
    return hung(Step.model_validate({"op": op, "k": k, "outcome": outcome, "steps": leaves}))


def leaf(path: str, outcome: Outcome) -> Step:
    return Step(op="leaf", finding=path, outcome=outcome)


def hung(trace: Step) -> CriterionLine:
    """Return the line on which a threshold with this trace hangs."""
    report = factory.report()
    first, *rest = report.determination.thresholds
    changed = first.model_copy(update={"trace": trace, "outcome": trace.outcome})
    determination = report.determination.model_copy(update={"thresholds": (changed, *rest)})
    found = deciding_line(
        report.model_copy(update={"determination": determination}), threshold=changed
    )
    assert found is not None
    return found


OUT, OPEN = Outcome.RULED_OUT, Outcome.UNDETERMINED
PROTOCOLS, UPLIFT, CTF = f"{BIO}:protocols", f"{BIO}:uplift", f"{CYBER}:ctf"
RESEARCH, REVIEW = f"{AIRD}:research", f"{AIRD}:expert-review"


@pytest.mark.parametrize(
    ("op", "k", "outcome", "paths", "name"),
    [
        # One rule-out suffices: the one with most room is what the outcome hangs on.
        ("all", None, OUT, (UPLIFT, PROTOCOLS), "protocols"),
        # Every branch must be ruled out: the weakest one.
        ("any", None, OUT, (PROTOCOLS, UPLIFT), "uplift"),
        ("any", None, OPEN, (PROTOCOLS, CTF), "ctf"),
        ("all", None, OPEN, (RESEARCH, CTF), "ctf"),
        ("at_least", 2, OUT, (CTF, UPLIFT, PROTOCOLS), "uplift"),
        # A number says more than an open attestation or a run that is owed.
        ("any", None, OPEN, (CTF, REVIEW, RESEARCH), "ctf"),
        ("any", None, OPEN, (RESEARCH, REVIEW), "research"),
    ],
)
def test_the_criterion_on_which_the_outcome_hangs(
    op: str, k: int | None, outcome: Outcome, paths: tuple[str, ...], name: str
) -> None:
    assert decided(op, k, outcome, *paths).name == name


def test_an_open_number_in_a_branch_that_is_ruled_out_decides_nothing() -> None:
    settled = Step(op="all", outcome=OUT, steps=(leaf(PROTOCOLS, OUT), leaf(CTF, OPEN)))
    tree = Step(op="any", outcome=OPEN, steps=(settled, leaf(REVIEW, OPEN)))
    assert list(hanging_paths(tree)) == [REVIEW]
    assert list(trace_paths(tree)) == [PROTOCOLS, CTF, REVIEW]
    assert hung(tree).finding.path == REVIEW
