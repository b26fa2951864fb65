"""Every published number: the engine's literal comparison agrees with the publication's words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tierlock.core import AsPublished, Evidence, Limits, Measured
from tierlock.importers import RECORD, read, read_record
from tierlock.policy.findings import _as_published
from tierlock.policy.tested import no_test

ROOT: Final = Path(__file__).resolve().parents[3]
PAGE: Final = (ROOT / "docs" / "reference" / "published-record.md").read_text(encoding="utf-8")
ROWS: Final[list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("golden.yaml").read_text(encoding="utf-8")
)["rows"]
RUNS: Final[dict[str, Evidence]] = {item.run_id: item for item in read_record()}
LIMITS: Final = Limits(
    rule_out=1.0, rule_out_declared=1.0, rule_in=1.0, higher_is_worse=True, alpha_rule_out=0.05,
    alpha_rule_in=0.05, lo=0.0, hi=1.0, basis="published",
)  # fmt: skip
# What the publication gives as the ratio of rounded arms is rounded once more.
RATIO_ROUNDING: Final = 0.06


def literal(value: float, *, comparison: Any, bound: float) -> bool:
    """Return what the engine says about a value and a publisher's comparison (M-12)."""
    criterion = Measured(
        evaluation="published",
        rule_out_below=bound,
        basis="published",
        cite="the record",
        as_published=AsPublished(comparison=comparison, bound=bound),
    )
    holds = _as_published(
        criterion, no_test(LIMITS, barred="slot.no-evidence")._replace(value=value)
    )
    assert holds is not None
    return holds


def value_of(item: Evidence) -> float:
    """Return the published value of a record: a mean, a share, or the ratio of its arms."""
    arms = {part.arm: part for part in item.reported}
    if len(arms) == 2:
        model, control = arms["model"].mean, arms["control"].mean
        assert model is not None
        assert control
        return model / control
    (only,) = item.reported
    if only.mean is not None:
        return only.mean
    assert only.successes is not None
    assert only.n
    return only.successes / only.n


def bars() -> list[Any]:
    return [
        pytest.param(row, bar, id=f"{row['row']}-{row['subject']}-{row['card']}-{bar['published']}")
        for row in ROWS
        for bar in row["bars"]
    ]


@pytest.mark.parametrize(("row", "bar"), bars())
def test_the_literal_comparison_is_the_published_one(
    row: dict[str, Any], bar: dict[str, Any]
) -> None:
    scores = [row["score"]]
    if "run_id" in row:
        scores.append(value_of(RUNS[row["run_id"]]))
    for score in scores:
        found = literal(score, comparison=bar["comparison"], bound=bar["bound"])
        assert found is bar["holds"], (row["mech"], score)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "run_id" in row], ids=lambda row: str(row["run_id"])
)
def test_the_evidence_holds_the_number(row: dict[str, Any]) -> None:
    item = RUNS[row["run_id"]]
    assert item.subject.name == row["subject"]
    assert item.evaluation == row["evaluation"]
    assert item.configuration["row"] == row["row"]
    rounding = RATIO_ROUNDING if len(item.reported) == 2 else 1e-9
    assert value_of(item) == pytest.approx(row["score"], abs=rounding)


def test_numbers_and_golden_rows_are_the_same() -> None:
    assert {row["run_id"] for row in ROWS if "run_id" in row} == set(RUNS)
    assert all(("run_id" in row) != ("left_out" in row) for row in ROWS)


def test_a_wrong_direction_would_be_noticed() -> None:
    assert literal(2.53, comparison=">", bound=2.8) is False
    assert literal(2.53, comparison="<", bound=2.8) is True


@pytest.mark.parametrize("path", sorted(RECORD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_file_is_read_without_remarks(path: Path) -> None:
    imported = read(path)
    assert imported.evidence
    assert not imported.omissions
    for item in imported.evidence:
        assert not item.problems
        assert item.source.format == "reported"
        assert item.configuration["known_by"] in {"primary", "digest", "secondary"}
        assert item.configuration["measured_at"]
        card = item.run_id.partition("/")[0]
        assert f"({card})" in item.source.citation
        assert re.search(
            rf"^\| {card} \| .* \| {item.measured_at:%Y-%m-%d}\b", PAGE, flags=re.MULTILINE
        )


def test_run_ids_are_unique() -> None:
    assert len(read_record()) == len(RUNS)


@pytest.mark.parametrize(
    ("first", "second", "values"),
    [
        (
            "C37/claude-3-7-sonnet/bioweapons_knowledge",
            "C4/claude-3-7-sonnet/bioweapons_knowledge",
            (17 / 33, 18 / 33),
        ),
        (
            "C4/claude-opus-4/long_form_virology_1",
            "C41/claude-opus-4/long_form_virology_1",
            (0.83, 0.84),
        ),
        (
            "C45/claude-opus-4-5/virology_protocol_failures",
            "C46/claude-opus-4-5/virology_protocol_failures",
            (5.8, 5.6),
        ),
        (
            "C46/claude-opus-4-6/long_form_virology_2",
            "MP/claude-opus-4-6/long_form_virology_2",
            (0.90, 0.91),
        ),
    ],
)
def test_documents_that_disagree_are_both_kept(
    first: str, second: str, values: tuple[float, float]
) -> None:
    one, other = RUNS[first], RUNS[second]
    assert (one.subject.name, one.evaluation) == (other.subject.name, other.evaluation)
    assert (value_of(one), value_of(other)) == pytest.approx(values)
    assert one.digest != other.digest
    assert one.source.citation != other.source.citation


def test_a_bar_that_moved_is_kept_twice() -> None:
    of_one = [row for row in ROWS if row["run_id" if "run_id" in row else "card"].startswith("MP/")]
    failures = [row for row in of_one if row["evaluation"] == "virology_protocol_failures"]
    assert failures
    for row in failures:
        assert {bar["bound"]: bar["holds"] for bar in row["bars"]} == {1.8: False, 4.5: True}


@pytest.mark.parametrize(
    "number",
    [f"{part}{i}" for part, last in (("B", 22), ("C", 20), ("A", 28)) for i in range(1, last + 1)],
)
def test_a_row_is_recorded_or_listed_as_left_out(number: str) -> None:
    recorded = any(row["row"] == number for row in ROWS)
    left_out = PAGE.partition("### Left out")[2].partition("## Determinations")[0]
    listed = re.search(rf"^\| (?:\w+, )*{number}(?:, \w+)* \|", left_out, flags=re.MULTILINE)
    assert recorded != bool(listed)


def test_a_number_without_evidence_is_listed_as_left_out() -> None:
    left_out = PAGE.partition("### Left out")[2].partition("## Determinations")[0]
    missing = [row for row in ROWS if "left_out" in row]
    assert missing
    for row in missing:
        assert row["row"] in left_out
        assert f"{row['score']:g}" in left_out or row["evaluation"] == "dna_screening_evasion"
