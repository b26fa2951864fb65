from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.report import factory
from tierlock.core import Outcome, Reason, Verdict
from tierlock.report import render_assess_text
from tierlock.report.layout import cells

CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
SGR = re.compile(r"\x1b\[[0-9;]*m")


def test_the_first_screen_says_what_it_rests_on() -> None:
    text = render_assess_text(factory.report())
    for said in (
        "In the store: 2 logs, 244 samples · 3 problems",
        "binding: declared",
        "declared: after",
        "time: self-asserted",
        "95 % per threshold, 85 % for all 3 together",
        "asl-3/security (undefined)",
        "HOLD: small-model-1 may not be deployed to api/general yet",
        "! cyber-ctf.eval: 4 of 44 samples hit a limit",
        "Next  rule out ASL-3/cyber: run more samples of Capture-the-flag suite",
    ):
        assert said in text


def test_the_framework_is_named_with_its_digest() -> None:
    first, second, *_ = render_assess_text(factory.report()).splitlines()
    digest = factory.report().determination.framework.digest
    assert first.endswith(f"({digest[: len('sha256:') + 12]}…)")
    assert second.startswith("In the store")
    narrow = render_assess_text(factory.report(), width=40)
    assert digest[:19] in narrow


@pytest.mark.parametrize("width", [60, 72, 80, 100, 140])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    lines = render_assess_text(factory.report(mock=True), width=width).splitlines()
    assert max(map(cells, lines)) <= width


def test_colour_adds_nothing_but_colour() -> None:
    report = factory.report(mock=True)
    coloured = render_assess_text(report, color=True)
    stripped = "\n".join(line.rstrip() for line in SGR.sub("", coloured).split("\n"))
    assert stripped == render_assess_text(report)
    assert coloured != stripped


def test_a_mock_model_can_not_be_overlooked() -> None:
    assert "MOCK MODEL: evidence by `mockllm/model`" in render_assess_text(
        factory.report(mock=True)
    )
    assert "MOCK" not in render_assess_text(factory.report())


@given(st.text(min_size=1))
def test_a_log_can_not_control_the_screen(task: str) -> None:
    text = render_assess_text(factory.report(task=task))
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", text
    )
    # A forged line would have to begin at the left edge.
    starts = {line.split(" ")[0] for line in text.splitlines() if line and line[0] != " "}
    assert starts == {"small-model-1", "In", "Next"}


def test_an_empty_assessment_is_readable() -> None:
    base = factory.report(None)
    empty = base.model_copy(
        update={
            "evidence": (),
            "determination": base.determination.model_copy(
                update={"thresholds": (), "findings": (), "owed": (), "unused": ()}
            ),
            "explanation": base.explanation.model_copy(update={"next_step": None, "work": ()}),
        }
    )
    text = render_assess_text(empty)
    assert "In the store: 0 logs, 0 samples" in text
    assert "no threshold, no guarantee" in text
    assert "nothing: the framework names no baseline" in text


def test_many_problems_are_counted_not_hidden() -> None:
    base = factory.report()
    notes = tuple(Reason(code="note.n", says=f"note {i}") for i in range(20))
    noisy = base.model_copy(
        update={"determination": base.determination.model_copy(update={"notes": notes})}
    )
    text = render_assess_text(noisy)
    assert "23 problems (see below)" in text
    assert "15 more problems in the report" in text


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.RULED_OUT, "out of scope by declared facts"),
        (Outcome.REACHED, "in scope by declared facts"),
        (Outcome.UNDETERMINED, "not all declared"),
    ],
)
def test_scope_is_shown_where_the_framework_has_one(outcome: Outcome, words: str) -> None:
    base = factory.report()
    scoped = base.determination.model_copy(update={"scope_outcome": outcome})
    text = render_assess_text(base.model_copy(update={"determination": scoped}))
    assert words in " ".join(text.split())


def test_each_threshold_takes_two_lines_and_shows_what_decides() -> None:
    lines = render_assess_text(factory.report()).splitlines()
    start = lines.index("  Cyber operations")
    shown = [" ".join(line.split()) for line in lines[start + 1 : start + 6]]
    assert shown == [
        "ASL-3/cyber undetermined 3/40, 4 missing, upper 27.8 % crosses 15 %",
        "ctf",
        "Autonomous research",
        "ASL-3/ai-rd undetermined no evidence; a run is owed",
        "research; 1 more open",
    ]


def test_an_obstacle_besides_the_number_is_shown_below_it() -> None:
    base = factory.report()
    doubt = Reason(code="evidence.doubtful", says="a log is doubtful")
    findings = tuple(
        found.model_copy(update={"reasons": (doubt,)}) if found.path.endswith(":ctf") else found
        for found in base.determination.findings
    )
    changed = base.determination.model_copy(update={"findings": findings})
    text = render_assess_text(base.model_copy(update={"determination": changed}))
    assert "ctf; a log is doubtful" in text


def elicited(*counts: int) -> str:
    """Return the first screen where each measured finding is the worst of so many elicitations."""
    base = factory.report()
    tried = iter(counts)
    findings = tuple(
        found
        if found.estimate is None
        else found.model_copy(
            update={
                "estimate": found.estimate.model_copy(
                    update={"method": f"Gaffke, worst of {next(tried)} elicitations"}
                )
            }
        )
        for found in base.determination.findings
    )
    changed = base.determination.model_copy(update={"findings": findings})
    return render_assess_text(base.model_copy(update={"determination": changed}))


def test_the_worst_of_several_elicitations_is_said_once() -> None:
    assert "Each number is that of the worst of 2 elicitations." in elicited(2, 2, 2)
    text = " ".join(elicited(2, 2, 3).split())
    assert "under several elicitations, the worst one is shown" in text
    assert "elicitations" not in elicited(1, 1, 1)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_name_is_broken_and_the_gaps_take_three_lines(width: int) -> None:
    base = factory.report()
    gaps = tuple(f"gap number {i} of what is not shown here" for i in range(9))
    explanation = base.explanation.model_copy(update={"does_not_establish": gaps})
    text = render_assess_text(base.model_copy(update={"explanation": explanation}), width=width)
    for name in ("ASL-3/bio", "uplift", "Capture-the-flag", "asl-3/deployment"):
        assert name in text
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("  Not shown"))
    shown = lines[start : lines.index("", start)]
    assert len(shown) == 3
    assert re.search(r"and \d+ more \(see report\)", " ".join(" ".join(shown).split()))


def test_the_guarantee_counts_measured_thresholds_only() -> None:
    base = factory.report()
    findings = tuple(
        found.model_copy(update={"kind": "attested"})
        if found.path.startswith("ASL-3/ai-rd")
        else found
        for found in base.determination.findings
    )
    update = {"findings": findings, "union_bound": 0.1}
    changed = base.determination.model_copy(update=update)
    text = render_assess_text(base.model_copy(update={"determination": changed}))
    assert "95 % per threshold, 90 % for the 2 measured ones together" in text


def test_allow_names_its_end_and_terms() -> None:
    text = " ".join(render_assess_text(factory.report(Verdict.ALLOW)).split())
    assert "ALLOW: small-model-1 may be deployed to api/general until 2026-12-31" in text
    assert "under 1 condition" in text
