"""What happened to a subject in order, as values for a page, its chart and its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tierlock.core import format_instant
from tierlock.report.sanitize import clean

_LANES: Final[Mapping[str, str]] = {
    "run": "Evidence",
    "plan": "Plans",
    "alpha": "Plans",
    "framework": "Plans",
    "determination": "Determinations",
    "decision": "Gate",
    "permit": "Gate",
    "signed": "Statements",
    "claim": "Statements",
    "attestation": "Statements",
    "approval": "Statements",
    "ruling": "Statements",
    "choice": "Statements",
    "negative": "Incidents",
    "lapse": "Lapses",
}
_OTHER: Final = "Other"
_KINDS: Final = {"alpha": "error budget", "negative": "incident", "signed": "signature"}
LANES: Final = (*dict.fromkeys(_LANES.values()), _OTHER)
_ROW: Final = 34
_NEAR: Final = timedelta(days=10)
_SHAPES: Final = {"ALLOW": "circle", "HOLD": "diamond", "DENY": "square"}


class Event(NamedTuple):
    """One thing that happened, or will.

    Attributes:
        at: when, as its record says.
        kind: what sort of record.
        says: what, in words.
        verdict: of a decision; empty for anything else.
        place: where in the ledger; None for what is only stated in a file, or lies ahead.
        run: id of the run that it is about; empty for none.
    """

    at: datetime
    kind: str
    says: str
    verdict: str = ""
    place: int | None = None
    run: str = ""

    @property
    def lane(self) -> str:
        """The row of the chart that it stands in."""
        return _LANES.get(self.kind, _OTHER)

    @property
    def words(self) -> str:
        """The kind as people call it."""
        return _KINDS.get(self.kind, self.kind)


class Timeline(NamedTuple):
    """A page of events, newest first.

    Attributes:
        before: place in the ledger that an older page ends at; None where there is none.
        entries: how many entries the ledger has.
    """

    events: tuple[Event, ...]
    before: int | None
    entries: int


def timeline_chart(events: Sequence[Event]) -> dict[str, object]:
    """Return a Vega-Lite chart of events: time across, one row per kind, shapes for verdicts."""
    counts = Counter((one.at, one.lane, one.verdict or "record") for one in events)
    said: dict[tuple[datetime, str, str], str] = {}
    for one in events:
        said.setdefault((one.at, one.lane, one.verdict or "record"), clean(one.says))
    rows = [
        {
            "at": format_instant(at),
            "lane": lane,
            "what": what,
            "count": count,
            "says": said[at, lane, what],
        }
        for (at, lane, what), count in sorted(counts.items())
    ]
    kinds = [*_SHAPES, "record"]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": _ROW * max(1, len({one.lane for one in events})),
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": rows},
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 0.85},
        "encoding": {
            "x": {
                "field": "at",
                "type": "temporal",
                "title": "UTC",
                "scale": {"type": "utc"},
                "axis": {"format": _instants(events), "labelOverlap": True, "tickCount": 8},
            },
            "y": {
                "field": "lane",
                "type": "nominal",
                "title": None,
                "sort": list(LANES),
                "axis": {"grid": True},
            },
            "shape": {
                "field": "what",
                "type": "nominal",
                "title": None,
                "scale": {
                    "domain": kinds,
                    "range": [*_SHAPES.values(), "triangle-up"],
                },
                "legend": {"orient": "top"},
            },
            "tooltip": [
                {"field": "at", "type": "nominal", "title": "when"},
                {"field": "says", "type": "nominal", "title": "what"},
                {"field": "count", "type": "quantitative", "title": "records"},
            ],
        },
    }


def _instants(events: Sequence[Event]) -> str:
    """Dates where the events lie far apart, hours too where they do not."""
    instants = [one.at for one in events]
    near = not instants or max(instants) - min(instants) < _NEAR
    return "%d %b %H:%M" if near else "%Y-%m-%d"
