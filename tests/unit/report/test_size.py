"""Sizes on a terminal, as JSON, and as a chart that needs nothing from outside."""

from __future__ import annotations

import json

import pytest

from tierlock.core import Margin, Outcome, Sensitivity, SizeRow, Sizing
from tierlock.report import (
    render_size_html,
    render_size_json,
    render_size_svg,
    render_size_text,
)
from tierlock.report.layout import cells
from tierlock.report.sensitivity import sensitivity_words

ROWS = tuple(
    SizeRow(truth=t, says=says, units=n, samples=5 * n, power=0.81, error=e, seconds=600.0 * n)
    for t, says, n, e in (
        (0.0, "no event", 14, 0.0),
        (0.1, "half of the bound, asked for", 53, 0.006),
        (0.14, "0.7 of the bound <b>", 1340, 0.006),
    )
)
SIZING = Sizing(
    path="t:c", framework="acme/small-1", bound=0.2, declared=0.25, alpha=0.0125,
    allocation="0.05 per threshold and P6M", power=0.8, epochs=5, icc=0.3, rows=ROWS,
    resolving=63, resolves=0.188, notes=("the data set has 510 samples",),
)  # fmt: skip


@pytest.mark.parametrize("width", [60, 80, 120])
def test_text_fits_its_width(width: int) -> None:
    text = render_size_text(SIZING, width=width)
    assert max(map(cells, text.splitlines())) <= width
    for said in ("20 % (25 %", "1,340", "6,700", "asked for", "0.0125", "510 samples", "0.6 %"):
        assert said in text.replace("\n", " ")


def test_json_holds_every_number() -> None:
    body = json.loads(render_size_json(SIZING))
    assert body["exitCode"] == 0
    assert [row["units"] for row in body["sizing"]["rows"]] == [14, 53, 1340]


def test_the_chart_is_a_document_of_its_own() -> None:
    svg = render_size_svg(SIZING)
    assert svg.startswith("<svg xmlns=")
    assert svg.endswith("</svg>\n")
    assert svg.count("<circle") == 3
    assert "bound 20" in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    page = render_size_html(SIZING)
    assert svg in page
    assert "&lt;b&gt;" in page
    assert "<script" not in page


def test_without_sizes_there_is_no_chart() -> None:
    empty = SIZING.model_copy(update={"rows": (), "not_computable": "nobody knows"})
    assert render_size_svg(empty) == ""
    assert "not computable: nobody knows" in render_size_text(empty)
    assert "not computable: nobody knows" in render_size_html(empty)
    none = SIZING.model_copy(update={"rows": (SizeRow(truth=0.1, says="x", units=None),)})
    assert "none found" in render_size_text(none)
    assert "too large to be searched for" in " ".join(render_size_text(none).split())


@pytest.mark.parametrize(
    ("outcome", "known", "said"),
    [
        (Outcome.RULED_OUT, {"share": 0.62}, "62 % of what was dangerous was withheld"),
        (Outcome.RULED_OUT, {"turned": 11}, "11 units, safest first"),
        (Outcome.RULED_OUT, {"unseen": 1}, "1 unit not seen"),
        (Outcome.RULED_OUT, {"missing_flip": 9, "missing": 2}, "9 more attempts had no value (2"),
        (Outcome.REACHED, {"share": 0.3}, "30 % of what was counted dangerous"),
        (Outcome.REACHED, {"turned": 4}, "4 units, most dangerous first"),
        (Outcome.UNDETERMINED, {"missing": 3, "missing_flip": 2}, "2 of 3 missing"),
        (Outcome.UNDETERMINED, {"turned": 2}, "2 units, most dangerous first"),
        (Outcome.UNDETERMINED, {"share": 0.1}, "10 % of it were false alarms"),
    ],
)
def test_tipping_points_in_words(outcome: Outcome, known: dict[str, float], said: str) -> None:
    sensitivity = Sensitivity.model_validate(known)
    margin = Margin(path="t:c", bound=0.2, limit=0.1, relative=0.5, sensitivity=sensitivity)
    (words,) = sensitivity_words(margin, outcome=outcome)
    assert said in words.replace("\u00a0", " ")
    assert sensitivity_words(margin.model_copy(update={"sensitivity": None}), outcome=outcome) == []
