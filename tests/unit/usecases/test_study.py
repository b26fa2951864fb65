"""Linting and comparing by name: which version a framework is compared with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.acceptance.projects import FRAMEWORK
from tierlock.core import Framework
from tierlock.frameworks import CatalogEntry, parse_framework
from tierlock.usecases import compare, lint, study

VERSIONS = {"1": "2026-01-01", "9": "2026-03-01", "10": "2026-05-01"}


def entry(version: str, effective: str, *, framework: str = "lab/small") -> CatalogEntry:
    name = f"{framework}-{version}"
    return CatalogEntry(name, framework, version, "Small", "Lab", effective, f"{name}.yaml", "")


@pytest.fixture
def catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three shipped versions, and another framework that took effect in between."""
    entries = [entry(version, effective) for version, effective in VERSIONS.items()]
    entries.append(entry("1", "2026-04-01", framework="lab/other"))

    def get(name: str) -> Framework:
        found = parse_framework(FRAMEWORK.encode(), name=name)
        version = name.rpartition("-")[2].removesuffix(".yaml")
        effective = date.fromisoformat(VERSIONS.get(version, "2026-04-15"))
        return found.model_copy(update={"version": version, "effective": effective})

    monkeypatch.setattr(study, "list_frameworks", lambda: tuple(entries))
    monkeypatch.setattr(study, "get_framework", get)


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    ("name", "previous"),
    [
        ("lab/small-1", ""),
        ("lab/small-9", "lab/small-1"),
        ("lab/small-10", "lab/small-9"),
        ("mine-11.yaml", "lab/small-9"),
    ],
)
def test_the_version_before_is_the_latest_that_took_effect_earlier(
    name: str, previous: str
) -> None:
    assert lint(name).previous == previous


@pytest.mark.usefixtures("catalog")
def test_a_named_previous_version_is_the_one_compared_with() -> None:
    assert lint("lab/small-10", previous="lab/small-1").previous == "lab/small-1"


def test_problems_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(FRAMEWORK, encoding="utf-8")
    linted = lint(str(path))
    assert linted.framework == "lab/small-1"
    assert linted.problems == 1 < len(linted.remarks)


def test_two_files_are_compared(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(FRAMEWORK, encoding="utf-8")
    new.write_text(FRAMEWORK.replace("P7D", "P1D"), encoding="utf-8")
    (change,) = compare(str(old), new=str(new)).changes
    assert (change.kind, change.field) == ("strengthened", "register_max_age")
