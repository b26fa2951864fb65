from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.report import factory
from tests.unit.report.example_framework import AIRD, BIO, CYBER
from tierlock.core import Outcome
from tierlock.report.charts import Axis, Strip, axis_of, render_forest, strip_of
from tierlock.report.lines import CriterionLine, criterion_lines
from tierlock.report.numbers import Scale

SHARE = Scale(unit="share", lo=0.0, hi=1.0)
UNIT = st.floats(min_value=0, max_value=1, allow_subnormal=False)


def lines(threshold: str) -> tuple[CriterionLine, ...]:
    return criterion_lines(factory.report(), threshold=threshold)


def drawn(threshold: str) -> ET.Element:
    return ET.fromstring(render_forest(lines(threshold), name="c1", title="a chart"))  # noqa: S314


def classes(svg: ET.Element) -> list[str]:
    return [element.get("class", "") for element in svg.iter()]


def test_a_chart_names_and_describes_itself() -> None:
    svg = drawn(CYBER)
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "c1-t c1-d"
    described = {element.get("id"): element.text for element in svg.iter() if element.get("id")}
    assert described["c1-t"] == "a chart"
    assert "ctf: undetermined" in (described["c1-d"] or "")


def test_zones_limits_and_missing_whiskers_are_drawn() -> None:
    found = classes(drawn(CYBER))
    for part in (
        "zone safe",
        "zone grey",
        "zone bad",
        "bound out",
        "bound in",
        "interval",
        "missing",
    ):
        assert part in found


def test_outcomes_differ_in_shape() -> None:
    def mark(threshold: str) -> str:
        marks = [e.get("marker-start") for e in drawn(threshold).iter() if e.get("marker-start")]
        return marks[0] or ""

    assert mark(CYBER) == "url(#c1-undetermined)"
    assert mark(BIO) == "url(#c1-ruled-out)"
    shapes = {
        marker.get("id"): marker[0].get("d")
        for marker in drawn(BIO).iter()
        if marker.tag == "marker"
    }
    assert len(set(shapes.values())) == 4


def test_no_evidence_is_drawn_as_that() -> None:
    svg = drawn(AIRD)
    assert "no evidence" in [element.text for element in svg.iter()]
    assert "interval" not in classes(svg)


def test_an_unbounded_limit_ends_in_an_arrow() -> None:
    (line,) = lines(CYBER)
    assert line.finding.estimate is not None
    estimate = line.finding.estimate.model_copy(update={"upper": None})
    finding = line.finding.model_copy(update={"estimate": estimate})
    changed = CriterionLine(**{**vars(line), "finding": finding})
    assert "url(#c-arrow)" in render_forest([changed], name="c", title="t")


def test_a_hostile_title_is_escaped() -> None:
    (line,) = lines(CYBER)
    changed = CriterionLine(**{**vars(line), "title": factory.HOSTILE, "name": factory.HOSTILE})
    svg = render_forest([changed], name="c", title=factory.HOSTILE)
    assert "<script" not in svg
    ET.fromstring(svg)  # noqa: S314


def test_attested_criteria_have_no_strip() -> None:
    assert [strip_of(line) is None for line in lines(AIRD)] == [False, True]
    assert render_forest([lines(AIRD)[1]], name="c", title="t") == ""


def strip(value: float, lower: float, upper: float, rule_out: float, rule_in: float) -> Strip:
    return Strip(
        label="x",
        outcome=Outcome.UNDETERMINED,
        value=value,
        lower=lower,
        upper=upper,
        worst=None,
        best=None,
        measured=True,
        rule_out=rule_out,
        rule_in=rule_in,
        higher_is_worse=True,
    )


@given(UNIT, UNIT, UNIT, UNIT, UNIT)
@example(1.0, 1.0, 1.0, 1.0, 0.9999999999999999)
def test_the_axis_holds_every_number_in_order(
    a: float, b: float, c: float, d: float, e: float
) -> None:
    lower, value, upper = sorted((a, b, c))
    rule_out, rule_in = sorted((d, e))
    axis = axis_of([strip(value, lower, upper, rule_out, rule_in)], scale=SHARE)
    assert axis.low <= min(lower, rule_out)
    assert axis.high >= max(upper, rule_in)
    assert 2 <= len(axis.ticks) <= 9
    assert axis.x(lower) <= axis.x(value) <= axis.x(upper)


def test_an_axis_clips_what_lies_outside() -> None:
    axis = Axis(low=0.0, high=1.0, ticks=(0.0, 1.0))
    assert axis.x(-1.0) == axis.x(0.0) == 1.5
    assert axis.x(2.0) == 98.5


def test_high_values_are_not_squeezed_into_a_corner() -> None:
    axis = axis_of([strip(0.97, 0.95, 0.99, 0.94, 0.96)], scale=SHARE)
    assert axis.low > 0.5
    assert axis.high <= 1.0
