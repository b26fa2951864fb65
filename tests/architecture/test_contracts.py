"""The import contracts of pyproject.toml hold, and they do notice a breach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

ALL_ROOMS = [
    "analysis", "attest", "cli", "core", "frameworks", "importers", "integrations", "ledger",
    "permit", "policy",
    "report", "runners", "server", "stats", "store", "usecases",
]  # fmt: skip


def lint_imports(folder: Path, *, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--cache-dir", str(cache)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
    )


def test_the_package_keeps_the_contracts(tmp_path: Path) -> None:
    done = lint_imports(ROOT, cache=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("room", "line", "broken"),
    [
        ("policy", "import tierlock.core", ""),
        ("usecases", "import sqlite3", ""),
        ("core", "import tierlock.stats", "one direction"),
        ("policy", "import tierlock.importers", "one direction"),
        ("usecases", "import tierlock.cli", "one direction"),
        ("policy", "import sqlite3", "no input or output"),
        ("stats", "import urllib.request", "no input or output"),
        ("core", "import yaml", "no input or output"),
        ("analysis", "import tierlock.policy", ""),
        ("analysis", "import tierlock.frameworks", "none of the rooms"),
        ("analysis", "import tierlock.usecases", "one direction"),
        ("analysis", "import pathlib", "no input or output"),
        ("report", "import tierlock.analysis", "one direction"),
        ("ledger", "import tierlock.core", ""),
        ("ledger", "import tierlock.attest", "nothing of what it stores"),
        ("ledger", "import tierlock.store", "one direction"),
        ("usecases", "import tierlock.permit", ""),
        ("permit", "import cryptography", ""),
        ("permit", "import pydantic", "nothing but cryptography"),
        ("permit", "import tierlock.core", "one direction"),
        ("permit", "import tierlock.attest", "one direction"),
        ("core", "import tierlock.permit", "one direction"),
        ("attest", "import tierlock.core", ""),
        ("attest", "import tierlock.policy", "one direction"),
        ("attest", "import tierlock.stats", "one direction"),
    ],
)
def test_the_contracts_notice(room: str, line: str, broken: str, tmp_path: Path) -> None:
    house = tmp_path / "src" / "tierlock"
    for name in ALL_ROOMS:
        (house / name).mkdir(parents=True)
        (house / name / "__init__.py").touch()
    for file in ("__init__.py", "lazy.py"):
        (house / file).touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (house / room / "__init__.py").write_text(f"{line}\n")
    done = lint_imports(tmp_path, cache=tmp_path / "cache")
    assert (done.returncode != 0) == bool(broken), done.stdout
    assert any(broken in row and "BROKEN" in row for row in done.stdout.splitlines()) or not broken


def test_an_unlisted_room_breaks_the_contract(tmp_path: Path) -> None:
    house = tmp_path / "src" / "tierlock"
    for name in [*ALL_ROOMS, "helpers"]:
        (house / name).mkdir(parents=True)
        (house / name / "__init__.py").touch()
    for file in ("__init__.py", "lazy.py"):
        (house / file).touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    done = lint_imports(tmp_path, cache=tmp_path / "cache")
    assert done.returncode != 0
    assert "helpers" in done.stdout
