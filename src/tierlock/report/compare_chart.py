"""The differences of a comparison as a forest: one Vega-Lite specification."""

from __future__ import annotations

from typing import Any, Final

from tierlock.core import EvaluationComparison, VersionComparison
from tierlock.report.compare_numbers import is_share
from tierlock.report.compare_words import group_of, heading_of
from tierlock.report.sanitize import clean

_ROW: Final = 44
_LINES: Final = "split(datum.label, ', ')"
_LABEL: Final = 170


def difference_chart(found: VersionComparison) -> dict[str, Any] | None:
    """Return a forest of the differences with their intervals; None where nothing was tested.

    Args:
        found: the comparison. Shares are drawn as percentage points.
    """
    rows: list[dict[str, object]] = []
    for row in found.tested:
        if row.test is None or row.difference is None or row.difference.value is None:
            continue
        scale = 100 if is_share(row) else 1
        rows.append(
            {
                "evaluation": _label(row, among=found),
                "difference": row.difference.value * scale,
                "lower": row.test.lower * scale,
                "upper": row.test.upper * scale,
                "shown": heading_of(group_of(row), of=found),
            }
        )
    if not rows:
        return None
    title = "points, new minus old" if all(map(is_share, found.tested)) else "new minus old"
    return _forest(rows, title=title)


def _forest(rows: list[dict[str, object]], *, title: str) -> dict[str, Any]:
    y = {
        "field": "evaluation",
        "type": "nominal",
        "title": None,
        "sort": None,
        "axis": {"labelLimit": _LABEL, "labelExpr": _LINES},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": rows},
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": {"step": _ROW},
        "layer": [
            {"mark": {"type": "rule", "strokeDash": [4, 3]}, "encoding": {"x": {"datum": 0}}},
            {
                "mark": {"type": "rule", "strokeWidth": 3},
                "encoding": {
                    "y": y,
                    "x": {"field": "lower", "type": "quantitative", "title": title},
                    "x2": {"field": "upper"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
                "encoding": {
                    "y": y,
                    "x": {"field": "difference", "type": "quantitative"},
                    "shape": {
                        "field": "shown",
                        "type": "nominal",
                        "title": None,
                        "legend": {
                            "orient": "bottom",
                            "columns": 1,
                            "labelExpr": _LINES,
                            "rowPadding": 6,
                        },
                    },
                },
            },
        ],
    }


def _label(row: EvaluationComparison, *, among: VersionComparison) -> str:
    """The shortest name that fits beside the chart; the table says it whole."""
    alike = [one for one in among.tested if one.name == row.name]
    if len(alike) == 1:
        return clean(row.name)
    said = f"{clean(row.name)}, {clean(row.scorer)}" if row.scorer else clean(row.name)
    same = [one for one in alike if one.scorer == row.scorer]
    return said if len(same) == 1 else f"{said} ({same.index(row) + 1})"
