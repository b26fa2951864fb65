"""Several frameworks together: every outcome in its own words, no relation made up or moved."""

from __future__ import annotations

import json
import re

import pytest

from tests.unit.report import factory
from tierlock.core import (
    ConceptView,
    CrosswalkItem,
    CrosswalkRelation,
    Omission,
    Reason,
    Verdict,
)
from tierlock.report import (
    AssessReport,
    Side,
    SideBySide,
    render_side_by_side_html,
    render_side_by_side_json,
    render_side_by_side_markdown,
    render_side_by_side_text,
)

NAMES = ("lab/first-1", "lab/second-1", "lab/third-1")
BIO, CYBER, AIRD = (one.threshold for one in factory.determination().thresholds)


def renamed(name: str, verdict: Verdict | None = Verdict.HOLD, **changes: object) -> AssessReport:
    base = factory.report(verdict)
    family, _, version = name.rpartition("-")
    update = {"framework": family, "version": version}
    return base.model_copy(
        update={
            "framework": base.framework.model_copy(update=update),
            "determination": base.determination.model_copy(update=changes),
        }
    )


def rel(
    item: str, relation: str, other: str | None, *, between: tuple[int, int] = (0, 1)
) -> CrosswalkRelation:
    end = CrosswalkItem(framework=NAMES[between[1]], id=other or "", kind="threshold") if other \
        else CrosswalkItem(framework=NAMES[between[1]], kind="framework")  # fmt: skip
    first = CrosswalkItem(framework=NAMES[between[0]], id=item)
    return CrosswalkRelation.model_validate(
        {"item": first, "relation": relation, "other": end, "why": "why they differ", "cite": "s 1",
         "confidence": "low"}
    )  # fmt: skip


def several(
    *relations: CrosswalkRelation,
    count: int = 2,
    covered: int = 2,
    verdicts: tuple[Verdict | None, ...] = (Verdict.HOLD,) * 3,
    **changes: object,
) -> SideBySide:
    concepts = (ConceptView(concept="c", title="A concept", relations=relations),)
    return SideBySide(
        sides=tuple(
            Side(report=renamed(name, verdict, **changes))
            for name, verdict in zip(NAMES[:count], verdicts, strict=False)
        ),
        action=factory.decision().action,
        covered=NAMES[:covered],
        concepts=concepts if relations else (),
    )


def lines_of(found: SideBySide, *, width: int = 100) -> list[str]:
    return render_side_by_side_text(found, width=width).splitlines()


def cell(found: SideBySide, framework: int, threshold: str) -> str:
    """Return what stands behind a threshold's outcome in the list of one framework."""
    sign, shown = "", {}
    text = render_side_by_side_text(found, width=300)
    for line in text.splitlines():
        match = re.match(r"  ([A-Z]| )  (\S+) +(?:ruled out|undetermined|reached)  (.*)", line)
        if match:
            sign = match[1].strip() or sign
            shown[sign, match[2]] = match[3].strip()
    return shown["ABC"[framework], threshold]


@pytest.mark.parametrize(
    ("relation", "words", "turned"),
    [
        ("intersects", "intersects B", "intersects A"),
        ("subset", "subset of B", "superset of A"),
        ("superset", "superset of B", "subset of A"),
        ("equal", "equal to B", "equal to A"),
    ],
)
def test_a_relation_is_named_from_both_ends(relation: str, words: str, turned: str) -> None:
    found = several(rel(BIO, relation, CYBER))
    assert cell(found, 0, BIO) == f"{words} {CYBER}"
    assert cell(found, 1, CYBER) == f"{turned} {BIO}"
    # Nothing is concluded for the line of the same name and the same outcome on the other side.
    assert cell(found, 1, BIO) == "not stated for A"


def test_no_counterpart_is_said_of_the_line_and_not_of_the_framework() -> None:
    found = several(rel(BIO, "none", None))
    assert cell(found, 0, BIO) == "no counterpart in B"
    assert cell(found, 1, BIO) == "not stated for A"


def test_a_framework_that_the_crosswalk_does_not_cover_has_nothing_stated() -> None:
    found = several(rel(BIO, "intersects", BIO), count=3)
    assert cell(found, 2, BIO) == "not stated"
    assert cell(found, 0, BIO) == f"intersects B {BIO}"
    assert "does not compare C with any of the others" in " ".join(lines_of(found))


def test_one_covered_framework_has_nobody_to_be_compared_with() -> None:
    found = several(covered=1)
    assert cell(found, 0, BIO) == cell(found, 1, BIO) == "not stated"


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize("count", [2, 3])
def test_the_text_fits_its_width_and_says_the_same(width: int, count: int) -> None:
    found = several(rel(BIO, "intersects", CYBER), count=count)
    lines = lines_of(found, width=width)
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    for words in ("carries no outcome over", "Verdict HOLD", f"intersects B {CYBER}"):
        assert words in text
    colored = render_side_by_side_text(found, width=width, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored).split() == " ".join(lines).split()


def test_many_frameworks_stand_below_each_other_where_they_do_not_fit() -> None:
    assert sum(line.startswith("Verdict") for line in lines_of(several(count=3), width=80)) == 1
    assert sum(line.startswith("Verdict") for line in lines_of(several(count=3), width=50)) == 2


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ((Verdict.ALLOW, Verdict.ALLOW), 0),
        ((Verdict.ALLOW, Verdict.HOLD), 10),
        ((Verdict.ALLOW, None), 10),
        ((Verdict.HOLD, Verdict.DENY), 1),
        ((Verdict.DENY, None), 1),
        ((None, None), 10),
    ],
)
def test_the_worst_answer_is_the_exit_code(verdicts: tuple[Verdict | None, ...], code: int) -> None:
    assert several(verdicts=verdicts).exit_code == code


def test_why_there_is_no_decision_and_why_a_gate_is_closed() -> None:
    found = several()
    absent = Side(report=renamed(NAMES[1], None), undecided="no action of this name, `deploy`")
    text = " ".join(lines_of(found.model_copy(update={"sides": (found.sides[0], absent)})))
    assert "! A HOLD: " in text
    assert "! B has no decision: no action of this name, `deploy`" in text


def test_terms_of_a_permission_are_announced() -> None:
    base = renamed(NAMES[0], Verdict.ALLOW)
    assert base.decision is not None
    term = Reason(code="claim.interim", says="by other means")
    allowed = base.decision.model_copy(update={"conditions": (term,), "reasons": ()})
    found = several()
    side = Side(report=base.model_copy(update={"decision": allowed}))
    text = " ".join(lines_of(found.model_copy(update={"sides": (side, found.sides[1])})))
    assert "! A ALLOW under 1 condition, which its report lists" in text


def test_clocks_in_grace_and_lapsed_answers_are_shown() -> None:
    lapse = Reason(code="clock.soft", says="the yearly review is due")
    found = several(soft_lapses=(lapse,), expires_at=factory.AT)
    text = " ".join(lines_of(found))
    assert "B: the yearly review is due" in text
    assert f"lapsed {factory.AT.date()}" in text


def test_plans_that_differ_are_named_by_framework() -> None:
    found = several(plan_declared="after")
    assert "declared: after · binding: declared · time: self-asserted" in lines_of(found)
    before = Side(report=renamed(NAMES[1], plan_declared="before"))
    mixed = found.model_copy(update={"sides": (found.sides[0], before)})
    text = " ".join(lines_of(mixed))
    assert "A declared: after · B declared: before · binding: declared" in text


def test_unused_evidence_is_told_apart_by_who_did_not_use_it() -> None:
    every = Omission(what="run-1", code="evidence.other-subject", says="it is about `other`")
    some = [
        Omission(what=f"run-{n}", code="evidence.no-slot", says="no criterion asks for `quiz`")
        for n in range(2, 6)
    ]
    sides = (
        Side(report=renamed(NAMES[0], unused=(every,))),
        Side(report=renamed(NAMES[1], unused=(every, *some))),
    )
    text = " ".join(" ".join(lines_of(several().model_copy(update={"sides": sides}))).split())
    assert "not used by any framework: 1 run (`run-1`): it is about `other`" in text
    assert "not used by B: 4 runs (`run-2`, `run-3`, 2 more): no criterion asks" in text
    assert text.count("run-1") == 1


def test_reasons_that_differ_are_named_by_framework() -> None:
    sides = tuple(
        Side(report=renamed(name, unused=(Omission(what="run-1", code="x.y", says=says),)))
        for name, says in zip(NAMES, ("no slot", "other weights"), strict=False)
    )
    text = " ".join(lines_of(several().model_copy(update={"sides": sides})))
    assert "not used by any framework: 1 run (`run-1`): A: no slot; B: other weights" in text


def test_json_holds_what_is_shared_once_and_each_side_in_full() -> None:
    found = several(rel(BIO, "subset", CYBER), verdicts=(Verdict.HOLD, None))
    whole = json.loads(render_side_by_side_json(found, exit_code=10))
    assert whole["exitCode"] == 10
    assert len(whole["sources"]) == len(factory.report().evidence)
    first, second = whole["frameworks"]
    assert (first["letter"], first["framework"]) == ("A", NAMES[0])
    assert first["decision"]["verdict"] == "HOLD"
    assert second["decision"] is None
    assert "sources" not in first
    (row,) = whole["crosswalk"]["relations"]
    assert (row["relation"], row["concept"]) == ("subset", "c")
    assert whole["crosswalk"]["transfersOutcomes"] is False


@pytest.mark.parametrize("render", [render_side_by_side_markdown, render_side_by_side_html])
def test_documents_say_the_same(render: object) -> None:
    assert callable(render)
    text = re.sub(r"</?span[^>]*>", "", render(several(rel(BIO, "intersects", CYBER), count=3)))
    for words in ("carries no outcome over", "why they differ", "HOLD", *NAMES):
        assert words in text
    silent = render(several())
    assert "states nothing between these frameworks" in silent


def test_the_page_links_its_reports_and_warns_of_mock_models() -> None:
    mocked = several().sides[0].report.model_copy(update={"mock_models": ("mockllm/model",)})
    found = several().model_copy(update={"sides": (Side(report=mocked), several().sides[1])})
    page = render_side_by_side_html(found, reports=["a.html", "b.html"])
    assert f'<a href="a.html">A {NAMES[0]}</a>' in page
    assert "Mock model" in page
    # A narrow column does not tear a date apart.
    assert '<span class="unit">2' in page
    assert "<script" not in page
    assert "MOCK MODEL" in "".join(lines_of(found))
    assert "Mock model" in render_side_by_side_markdown(found)


def test_what_comes_from_outside_can_not_act() -> None:
    hostile = Omission(what="\x1b[2J", code="x.y", says=factory.HOSTILE)
    found = several(unused=(hostile,))
    assert "\x1b" not in render_side_by_side_text(found)
    assert "<script" not in render_side_by_side_html(found)
    json_text = render_side_by_side_json(found)
    assert "\x1b" not in json_text
    assert json.loads(json_text)["frameworks"][0]["determination"]["unused"][0]["what"] == "\x1b[2J"
    assert "<script" not in render_side_by_side_markdown(found)


def test_letters_stay_different_beyond_the_alphabet() -> None:
    base = several()
    sides = tuple(Side(report=renamed(f"lab/f{n}-1")) for n in range(60))
    letters = base.model_copy(update={"sides": sides}).letters
    assert len(set(letters.values())) == 60
    assert [letters[f"lab/f{n}-1"] for n in (0, 25, 26, 53)] == ["A", "Z", "AA", "BBB"]
