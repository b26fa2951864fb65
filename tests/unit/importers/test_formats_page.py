"""The page on formats says everything: every code, column, key and limit, and nothing else."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.unit.importers.logs import codes, read_text
from tierlock.importers import ENTRY_POINTS, OMISSIONS, PROBLEMS, Limits
from tierlock.importers.reasons import omission, problem
from tierlock.importers.registry import built_in
from tierlock.importers.reported import ARM_KEYS, ENTRY_KEYS
from tierlock.importers.table import OPTIONAL, REQUIRED

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "formats.md").read_text()


def section(title: str) -> str:
    """Return the text under a heading."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(title: str) -> list[list[str]]:
    """Return the cells of the tables under a heading, without head and rule."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_problems() -> None:
    table = {row[0].strip("`"): (row[1], row[2]) for row in rows("Problems")}
    assert table == PROBLEMS
    assert list(PROBLEMS) == sorted(PROBLEMS)


def test_omissions() -> None:
    assert {row[0].strip("`"): row[1] for row in rows("Omissions")} == OMISSIONS


def test_table_columns() -> None:
    named = [
        name
        for row in rows("Tables of samples (`table`)")
        for name in re.findall(r"`(\w+)`", row[0])
    ]
    assert named == [*REQUIRED, *OPTIONAL, "arm", "family"]
    required = {r[0].strip("`") for r in rows("Tables of samples (`table`)") if "required" in r[1]}
    assert required == set(REQUIRED)


def test_reported_keys() -> None:
    table = rows("Published aggregates (`reported`)")
    named = {name for row in table for name in re.findall(r"`(\w+)`", row[0])}
    assert named | {"arm"} == set(ENTRY_KEYS) | set(ARM_KEYS)


def test_limits() -> None:
    defaults = asdict(Limits())
    mib = 1024 * 1024
    assert [row[1] for row in rows("Limits")] == [
        f"{defaults['file_bytes'] // (1024 * mib)} GiB",
        f"{defaults['archive_bytes'] // (1024 * mib)} GiB",
        f"{defaults['members']:,}",
        f"{defaults['member_bytes'] // (1024 * mib)} GiB",
        f"{defaults['total_bytes'] // (1024 * mib)} GiB",
        f"{defaults['ratio']}",
        f"{defaults['rows']:,}",
        f"{defaults['yaml_bytes'] // mib} MiB, {defaults['depth']}",
        f"{defaults['entries']:,}",
    ]
    assert f"over {defaults['free_bytes'] // mib} MiB" in section("Limits")


@pytest.mark.parametrize("name", built_in())
def test_every_format_has_its_section(name: str) -> None:
    assert f"(`{name}`)\n" in PAGE


def test_the_entry_point_group_is_named() -> None:
    assert f'entry-points."{ENTRY_POINTS}"' in PAGE


def test_the_example_is_read_as_it_stands(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (evidence,) = read_text(tmp_path, "card.yaml", example).evidence
    assert [arm.spread_is for arm in evidence.reported] == ["unlabelled", "sd"]
    assert codes(evidence) == []


def test_codes_that_are_not_listed_can_not_be_used() -> None:
    with pytest.raises(KeyError):
        problem("no.such", says="x")
    with pytest.raises(KeyError):
        omission("no.such", what="x")


def test_every_listed_code_is_used() -> None:
    folder = Path(__file__).resolve().parents[3] / "src" / "tierlock" / "importers"
    source = "".join(p.read_text() for p in folder.glob("*.py") if p.name != "reasons.py")
    unused = [code for code in (*PROBLEMS, *OMISSIONS) if f'"{code}"' not in source]
    assert not unused
