"""The page of published comparisons holds what others list, with the engine's own bounds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.architecture.house import ROOT
from tierlock import stats
from tierlock.importers import read_record
from tierlock.usecases.demo_record import read_bars

PAGE = ROOT / "docs" / "reference" / "published-comparisons.md"
NAMES = {
    "Opus 4.5": "claude-opus-4-5",
    "Opus 4": "claude-opus-4",
    "Sonnet 4": "claude-sonnet-4",
    "Claude 3.7": "claude-3-7-sonnet",
}
EVALUATIONS = {
    "swebench_hard": "swe_bench_verified_hard",
    "metr_dedup": "metr_data_deduplication",
    "bioweapons_knowledge": "bioweapons_knowledge",
}


def table(name: str) -> list[dict[str, str]]:
    text = PAGE.read_text(encoding="utf-8")
    part = text.split(f"<!-- generated: {name} -->")[1].split(f"<!-- end of {name} -->")[0]
    lines = [line.strip("| ").split(" | ") for line in part.strip().splitlines()]
    return [dict(zip(lines[0], cells, strict=True)) for cells in lines[2:]]


def test_every_auditable_row_of_the_census_is_on_the_page(shared_data: Path) -> None:
    text = (shared_data / "published-evals" / "evals.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 9
    shown = table("comparisons")
    for row in rows:
        (found, *_) = [
            line
            for line in shown
            if line["model"] == NAMES[row["model"]]
            and line["evaluation"] == f"`{EVALUATIONS[row['capability']]}`"
            and line["units"] == row["n"]
        ]
        count, _, _ = found["published"].partition(" of ")
        score = float(count) / int(row["n"]) if " of " in found["published"] else None
        printed = score or float(found["published"].split(",")[0])
        assert printed == pytest.approx(float(row["score"]), abs=6e-4)


def test_bounds_are_those_of_the_tests() -> None:
    shown = {(line["published"], line["units"]): line for line in table("comparisons")}
    knowledge = shown["17 of 33", "33"]
    assert knowledge["smallest bound ruled out"] == (
        f"{stats.counts_upper_bound(17, n=33, alpha=0.05):.3f}"
    )
    issues = shown["0.395, n = 42", "42"]
    assert issues["smallest bound ruled out"] == (
        f"{stats.mean_upper_bound(0.395, n=42, alpha=0.05):.3f}"
    )
    assert issues["largest bound ruled in"] == (
        f"{stats.mean_lower_bound(0.395, n=42, alpha=0.05):.3f}"
    )
    assert (knowledge["resolved"], issues["resolved"]) == ("ruled out", "no")


def test_what_is_no_sample_has_no_bound() -> None:
    lines = [line for line in table("comparisons") if line["units"] == "no sample"]
    assert len(lines) == 2
    assert {line["smallest bound ruled out"] for line in lines} == {"none"}


def test_every_published_bar_is_counted_once() -> None:
    runs = {item.run_id: item for item in read_record()}
    bars = sum(len(row.bars) for row in read_bars() if row.run_id in runs)
    unsized = sum(int(line["comparisons"]) for line in table("unsized"))
    assert len(table("comparisons")) + unsized == bars
