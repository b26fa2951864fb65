"""Published aggregates: kept as published, each with its place in a document."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.importers.logs import codes, only, read_text, write
from tierlock.core import ImportFailed
from tierlock.importers import Limits, read

ENTRY = """\
reported:
  - subject: model-1
    evaluation: uplift
    measured_at: 2025-05-22
    citation: System card, section 7.2.4.1
"""


def with_fields(text: str) -> str:
    return ENTRY + "".join(f"    {line}\n" for line in text.splitlines())


GOOD = with_fields("mean: 0.5")


def test_an_entry(tmp_path: Path) -> None:
    text = with_fields("n: 40\nsuccesses: 9\nhigher_is_better: true\ntask_version: 1.0\nrun_id: x")
    evidence = only(read_text(tmp_path, "card.yaml", text))
    assert evidence.subject.name == "model-1"
    assert evidence.measured_at.isoformat() == "2025-05-22T00:00:00+00:00"
    assert evidence.source.citation == "System card, section 7.2.4.1"
    assert evidence.source.format == "reported"
    assert evidence.higher_is_better is True
    assert evidence.task_version == "1.0"
    assert evidence.run_id == "x"
    (reported,) = evidence.reported
    assert (reported.n, reported.successes, reported.mean) == (40, 9, None)
    assert evidence.problems == ()


def test_arms_and_an_unlabelled_spread(tmp_path: Path) -> None:
    """A plus-or-minus without a label stays without one: SD or SE decide differently."""
    text = with_fields(
        "arms:\n"
        "  - {arm: model, n: 8, mean: 0.63, spread: 0.13}\n"
        "  - {arm: control, n: 10, mean: 0.25, spread: 0.13, spread_is: se}\n"
        "configuration: {tools: none, n_shot: 0}"
    )
    evidence = only(read_text(tmp_path, "card.yml", text))
    assert [(a.arm, a.n, a.mean, a.spread_is) for a in evidence.reported] == [
        ("model", 8, 0.63, "unlabelled"),
        ("control", 10, 0.25, "se"),
    ]
    assert evidence.configuration == {"tools": "none", "n_shot": "0"}


def test_a_mean_is_never_made_into_a_count(tmp_path: Path) -> None:
    """84.1 % of 60 is not a count of anything."""
    (reported,) = only(read_text(tmp_path, "a.yaml", with_fields("n: 60\nmean: 0.841"))).reported
    assert (reported.n, reported.successes, reported.mean) == (60, None, 0.841)


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ("n: 39\nsuccesses: 9\nmean: 0.231", True),
        ("n: 39\nsuccesses: 9\nmean: 0.23", True),
        ("n: 40\nsuccesses: 9\nmean: 0.231", False),
        ("n: 200\nsuccesses: 1\nmean: 5e-3", True),
        ("n: 200\nsuccesses: 1\nmean: 6e-3", False),
        ("n: 0\nsuccesses: 0\nmean: 0.5", True),
    ],
)
def test_a_rate_over_another_denominator_is_in_doubt(
    fields: str, fits: bool, tmp_path: Path
) -> None:
    evidence = only(read_text(tmp_path, "a.yaml", with_fields(fields)))
    assert codes(evidence) == ([] if fits else ["reported.inconsistent"])
    assert evidence.doubtful != fits


def test_without_a_run_id_subject_evaluation_and_citation_make_one(tmp_path: Path) -> None:
    evidence = only(read_text(tmp_path, "a.yaml", with_fields("mean: 0.5")))
    assert evidence.run_id == "model-1/uplift: System card, section 7.2.4.1"


def test_an_empty_list_is_an_omission(tmp_path: Path) -> None:
    (omission,) = read_text(tmp_path, "a.yaml", "reported: []").omissions
    assert omission.code == "log.no-number"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (with_fields("mena: 0.5"), "input.unknown-key", "6:5"),
        (with_fields("mean: 0.5\nmean: 0.4"), "input.schema", "7:5"),
        (with_fields("mean: high"), "input.number", "6:11"),
        (with_fields("mean: '0.5'"), "input.number", "6:11"),
        (with_fields("mean: .inf"), "input.number", "6:11"),
        (with_fields("mean: 1e999"), "input.number", "6:11"),
        (with_fields("n: 1.5\nmean: 0.5"), "input.number", "6:8"),
        (with_fields("n: -1\nmean: 0.5"), "input.number", "6:8"),
        (with_fields("mean: 1\nhigher_is_better: 1"), "input.schema", "7:23"),
        (with_fields("mean: 0.5\nspread_is: error"), "input.schema", "7:16"),
        (with_fields("n: 5"), "input.schema", "2:5"),
        (with_fields("successes: 5"), "input.schema", "2:5"),
        (with_fields("lower: 0.1\nupper: 0.2"), "input.schema", "2:5"),
        (with_fields("mean: 0.5\narms: [{arm: a, mean: 1}]"), "input.schema", "6:11"),
        (with_fields("arms: []"), "input.schema", "6:11"),
        (with_fields("arms: 1"), "input.schema", "6:11"),
        (with_fields("arms: [{mean: 1}]"), "input.schema", "6:12"),
        (with_fields("arms: [{arm: a, mean: 1}, {arm: a, mean: 2}]"), "input.schema", "6:11"),
        (with_fields("mean: 0.5\nconfiguration: [1]"), "input.schema", "7:20"),
        (with_fields("mean: 0.5\nconfiguration: {a: [1]}"), "input.schema", "7:24"),
        (GOOD.replace("2025-05-22", "May 2025"), "input.type", "4:18"),
        (GOOD.replace("2025-05-22", "2025-05-22T10:00:00"), "input.naive-time", "4:18"),
        (ENTRY.replace("System card, section 7.2.4.1", '""'), "input.schema", "5:15"),
        (ENTRY.replace("    citation: System card, section 7.2.4.1\n", ""), "input.schema", "2:5"),
        ("reported:\n  - x\n", "input.schema", "2:5"),
        ("reported: 1\n", "input.schema", "1:11"),
        ("reported: []\nother: 1\n", "input.unknown-key", "2:1"),
        ("reported: [\n", "input.yaml", "2:1"),
        ("reported: &a []\n", "input.yaml", "1:11"),
        ("reported: !!python/object:os.system []\n", "input.yaml", "1:11"),
        ("reported: []\n---\nreported: []\n", "input.yaml", "2:1"),
        ("reported: []\n? [a]\n: 1\n", "input.schema", "2:3"),
        ("reported: \x07\n", "input.yaml", ""),
        ("reported: " + "[" * 30 + "]" * 30, "import.limit", "1:30"),
    ],
)
def test_mistakes_are_located(text: str, code: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        read_text(tmp_path, "a.yaml", text)
    assert caught.value.code == code
    suffix = f":{place}" if place else ""
    assert caught.value.location == f"{tmp_path / 'a.yaml'}{suffix}"


def test_an_alias_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    lines = ["reported: &a0 [x]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60))]
    with pytest.raises(ImportFailed, match="anchors and aliases"):
        read_text(tmp_path, "a.yaml", "\n".join(lines))


def test_a_large_file_is_refused_unparsed(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", ENTRY)
    with pytest.raises(ImportFailed, match="larger than 10") as caught:
        read(path, limits=Limits(yaml_bytes=10))
    assert caught.value.code == "import.limit"


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="UTF-8"):
        read(write(tmp_path, "a.yaml", b"reported: \xff"))


def test_a_comment_alone_is_empty(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed) as caught:
        read(write(tmp_path, "a.yaml", "# nothing"), format="reported")
    assert caught.value.code == "import.empty"
