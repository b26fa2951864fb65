"""The register as text: readable at 80 columns, and what is unknown is said to be."""

from __future__ import annotations

import json

import pytest

from tierlock.core import AssertedBy, RegisterEntry, StatedDate
from tierlock.frameworks import read_register
from tierlock.report import render_register_json, render_register_text

ENTRY = RegisterEntry(
    subject="model\x1b[2J",
    framework="lab/rules",
    date=StatedDate(known_by="inferred"),
    thresholds={"all": "not_assessed", "High/cyber": "treated_as_reached"},
    basis="nobody looked",
    asserted_by=AssertedBy(kind="third_party", name="A Watchdog"),
    disputed_by=("the lab: we did", "a reader: unclear"),
    citation="a note",
    confidence="secondary",
)


def test_an_entry() -> None:
    assert render_register_text([ENTRY]).split("\n\n")[1].splitlines() == [
        "date unknown  model\\x1b[2J",
        "  framework  lab/rules, version unknown",
        "  level      none stated",
        "  stated     all thresholds: not assessed",
        "             High/cyber: treated as reached",
        "  because    nobody looked",
        "  says       A Watchdog, third party",
        "  disputed   the lab: we did",
        "             a reader: unclear",
        "  source     a note (secondary; date: unknown)",
    ]


@pytest.mark.parametrize("width", [60, 80])
def test_every_line_fits(width: int) -> None:
    entries = read_register()
    text = render_register_text(entries, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert text.endswith(f"\n{len(entries)} determinations\n")


def test_json_keeps_every_field() -> None:
    document = json.loads(render_register_json([ENTRY]))
    assert document["exitCode"] == 0
    (found,) = document["determinations"]
    assert RegisterEntry.model_validate_json(json.dumps(found)) == ENTRY
