"""The published bars, judged by the engine: shipped as published, and honest about what is open."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tierlock.core import InputError, Outcome, Reported
from tierlock.importers import RECORD, read_record
from tierlock.report import (
    Comparison,
    PublishedNumber,
    RecordedModel,
    render_record_json,
    render_record_text,
)
from tierlock.report.record_text import literal_words, why_open
from tierlock.usecases import compare_record
from tierlock.usecases.demo_record import BARS, SHOWN, BarRow, PublishedBar, judge_bar, read_bars

ROOT: Final = Path(__file__).resolve().parents[3]
GOLDEN: Final[list[dict[str, Any]]] = [
    row
    for row in yaml.safe_load(
        (ROOT / "tests" / "unit" / "record" / "golden.yaml").read_text(encoding="utf-8")
    )["rows"]
    if "run_id" in row
]
MODELS: Final = {model.name: model for model in compare_record()}
RUNS: Final = {item.run_id: item for item in read_record()}
OPUS_TRIAL: Final = "C4/claude-opus-4/bioweapons_acquisition_uplift"


def number(run_id: str) -> PublishedNumber:
    (found,) = (n for model in MODELS.values() for n in model.numbers if n.run_id == run_id)
    return found


def comparison(run_id: str, *, bound: float) -> Comparison:
    (found,) = (one for one in number(run_id).comparisons if one.bound == bound)
    return found


def everything() -> list[tuple[PublishedNumber, Comparison]]:
    return [(n, one) for m in MODELS.values() for n in m.numbers for one in n.comparisons]


# -- the shipped bars ---------------------------------------------------------------------------


def test_the_shipped_bars_are_the_golden_ones() -> None:
    def key(row: dict[str, Any]) -> Any:
        names = ("row", "run_id", "subject", "evaluation", "card", "score", "determination")
        bars = [tuple(bar[k] for k in ("published", "comparison", "bound")) for bar in row["bars"]]
        return *(row[name] for name in names), tuple(bars)

    shipped = [key(row.model_dump(mode="json", by_alias=False)) for row in read_bars()]
    assert shipped == [key(row) for row in GOLDEN]


def test_the_literal_comparisons_are_the_golden_ones() -> None:
    golden = {row["run_id"]: [bar["holds"] for bar in row["bars"]] for row in GOLDEN}
    for model in MODELS.values():
        for one in model.numbers:
            assert [bar.holds for bar in one.comparisons] == golden[one.run_id]


def test_the_engine_reads_the_literal_comparison_the_same() -> None:
    found = [one for _, one in everything() if one.finding.as_published is not None]
    assert found
    assert all(one.finding.as_published is one.holds for one in found)


def test_bars_are_not_evidence() -> None:
    assert BARS not in set(RECORD.glob("*.yaml"))
    assert BARS.parent == RECORD.parent


def test_every_number_of_a_shown_model_is_shown() -> None:
    wanted = {run for run, item in RUNS.items() if item.subject.name in SHOWN}
    assert {n.run_id for model in MODELS.values() for n in model.numbers} == wanted
    gemini = {item.subject.name for item in RUNS.values() if "gemini" in item.subject.name}
    assert gemini <= set(SHOWN)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can not be read"):
        read_bars(tmp_path / "none.yaml")


# -- what the data show -------------------------------------------------------------------------


def test_opus_4_lies_below_its_bar_and_is_not_ruled_out() -> None:
    found = comparison(OPUS_TRIAL, bound=2.8)
    assert literal_words(2.53, comparison=found) == "2.53 is not above 2.8: below"
    assert found.finding.outcome is Outcome.UNDETERMINED
    assert not found.resolved
    why = why_open(number(OPUS_TRIAL), comparison=found)
    assert why.startswith("the data fit ")
    assert why.endswith(", on both sides of the bar")
    (entry,) = MODELS["claude-opus-4"].stated
    assert entry.thresholds["CBRN-3"] == "treated_as_reached"
    assert number(OPUS_TRIAL).stated.startswith("sufficiently close, cannot rule out")


@pytest.mark.parametrize(
    ("run_id", "bound", "outcome", "why"),
    [
        (OPUS_TRIAL, 5.0, Outcome.UNDETERMINED, "what the ± means is not said"),
        ("C4/claude-sonnet-4/bioweapons_acquisition_uplift", 2.8, Outcome.UNDETERMINED, "what the"),
        ("C4/claude-opus-4/long_form_virology_1", 0.8, Outcome.UNDETERMINED, "no sample size"),
        ("C4/claude-opus-4/lab_bench_four_subtasks", 1.0, Outcome.UNDETERMINED, "each of the four"),
        ("C4/claude-opus-4/staff_survey_replacement", 0.5, Outcome.UNDETERMINED, "the data fit 0 "),
        ("C4/claude-opus-4/bioweapons_knowledge", 0.8, Outcome.RULED_OUT, ""),
        ("C45/claude-opus-4-5/staff_survey_replacement", 0.5, Outcome.RULED_OUT, ""),
        ("C4/claude-opus-4/metr_data_deduplication", 0.2, Outcome.REACHED, ""),
        ("S29/gemini-3.7-flash/grb", 0.9, Outcome.RULED_OUT, ""),
    ],
)
def test_what_the_data_show(run_id: str, bound: float, outcome: Outcome, why: str) -> None:
    found = comparison(run_id, bound=bound)
    assert found.finding.outcome is outcome
    if why:
        assert why_open(number(run_id), comparison=found).startswith(why)
    else:
        assert found.resolved


def test_no_sample_size_is_said_only_where_there_is_none() -> None:
    for one, bar in everything():
        if not bar.resolved and "no sample size" in why_open(one, comparison=bar):
            assert any(part.n is None for part in RUNS[one.run_id].reported)


def test_an_open_comparison_always_says_why() -> None:
    for one, bar in everything():
        assert bar.resolved or why_open(one, comparison=bar)


def test_an_outcome_is_computed_and_changes_with_the_data() -> None:
    trials = RUNS["C4/claude-sonnet-4/metr_data_deduplication"]
    (row,) = (row for row in read_bars() if row.run_id == trials.run_id)
    assert judge_bar(row.bars[0], row=row, evidence=trials).outcome is Outcome.UNDETERMINED
    larger = trials.model_copy(update={"reported": (Reported(n=290, successes=80),)})
    assert judge_bar(row.bars[0], row=row, evidence=larger).outcome is Outcome.REACHED


def test_a_bar_where_lower_is_dangerous() -> None:
    shares = RUNS["C4/claude-opus-4/bioweapons_knowledge"]
    row = BarRow(
        row="x", run_id=shares.run_id, subject="m", evaluation=shares.evaluation, card="x",
        score=17 / 33, share=True,
        bars=(PublishedBar(published="under 0.9", comparison="<", bound=0.9, higher_is="better"),),
    )  # fmt: skip
    assert judge_bar(row.bars[0], row=row, evidence=shares).outcome is Outcome.REACHED


def test_a_conclusion_about_another_model_is_not_lent() -> None:
    assert not number("C45/claude-opus-4/virology_protocol_uplift").stated
    assert number("C45/claude-opus-4-5/virology_protocol_uplift").stated == "below; not CBRN-4"


# -- how it is printed --------------------------------------------------------------------------


def test_text_and_json_count_the_same() -> None:
    models = tuple(MODELS.values())
    text, document = render_record_text(models), json.loads(render_record_json(models))
    counts = document["counts"]
    assert counts["comparisons"] == len(everything())
    assert counts["resolved"] == counts["ruledOut"] + counts["reached"]
    assert counts["resolved"] + counts["undetermined"] == counts["comparisons"]
    assert 0 < counts["resolved"] < counts["undetermined"]
    assert f"{counts['comparisons']} published comparisons." in text
    assert text.count("  UNDETERMINED") == counts["undetermined"]
    assert f"  can not  {counts['undetermined']}:" in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = render_record_text(tuple(MODELS.values()), width=width).splitlines()
    assert max(map(len, lines)) <= width


def test_colour_changes_no_word() -> None:
    models = tuple(MODELS.values())
    colored = render_record_text(models, color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render_record_text(models)


def test_a_model_without_numbers_says_so() -> None:
    codex = MODELS["gpt-5.3-codex"]
    assert not codex.numbers
    text = render_record_text([codex])
    assert "High/cyber treated as reached" in text
    assert "no number of this model with a published bar" in text
    assert "0 published comparisons." in text


def test_a_model_that_nothing_was_stated_about() -> None:
    text = render_record_text([RecordedModel("m", "M", (), ())])
    assert "nothing stated in the register" in text
