"""The locks of the shipped records: every file pinned, every difference noticed."""

from __future__ import annotations

import importlib.util
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.house import ROOT
from tierlock.core import digest_bytes
from tierlock.frameworks import CROSSWALK, FINDINGS, REGISTER, lock_records
from tierlock.importers import RECORD
from tierlock.usecases.demo_record import BARS


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "lock_frameworks.py"
    spec = importlib.util.spec_from_file_location("lock_frameworks", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    for name in ("in/a.yaml", "in/b.yaml", "out/c.yaml"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


def test_the_shipped_locks_are_those_of_the_shipped_records(script: ModuleType) -> None:
    assert script.drifted(script.RECORDS) == []


def test_every_shipped_record_is_locked(script: ModuleType) -> None:
    folders = [CROSSWALK, FINDINGS, REGISTER, RECORD]
    shipped = {path for folder in folders for path in folder.glob("*.yaml")} | {BARS}
    locked = {lock.parent / name for lock in script.RECORDS for name in _names(script, lock)}
    assert locked == shipped
    assert len(shipped) > 12


def _names(script: ModuleType, lock: Path) -> list[str]:
    return list(script._rows(lock.read_text(encoding="utf-8")))


def test_a_lock_pins_what_lies_below_its_folders(root: Path) -> None:
    text = lock_records(root, folders=["in"])
    assert text == (
        '{\n  "files": {\n'
        f'    "in/a.yaml": "{digest_bytes(b"in/a.yaml")}",\n'
        f'    "in/b.yaml": "{digest_bytes(b"in/b.yaml")}"\n'
        "  }\n}\n"
    )
    assert '"out/c.yaml"' in lock_records(root, folders=["."])


def test_drift_is_noticed(script: ModuleType, root: Path) -> None:
    lock = root / "LOCK.json"
    locks = {lock: partial(lock_records, root, folders=["in"])}
    assert len(script.drifted(locks)) == 2
    lock.write_text(locks[lock](), encoding="utf-8")
    assert script.drifted(locks) == []
    (root / "in" / "a.yaml").write_text("other", encoding="utf-8")
    (root / "in" / "b.yaml").rename(root / "in" / "d.yaml")
    assert script.drifted(locks) == [
        f"{lock}: `in/a.yaml` differs from its locked digest",
        f"{lock}: `in/b.yaml` is locked and gone",
        f"{lock}: `in/d.yaml` is not locked",
    ]


@pytest.mark.parametrize(("arguments", "code"), [(["--check"], 4), ([], 0)])
def test_a_check_writes_nothing(
    script: ModuleType,
    root: Path,
    arguments: list[str],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lock = root / "LOCK.json"
    locks = {lock: partial(lock_records, root, folders=["in"])}
    monkeypatch.setattr(script, "RECORDS", locks)
    monkeypatch.setattr(script, "SHIPPED", root / "none")
    (root / "none").mkdir()
    (root / "none" / "LOCK.json").write_text('{"frameworks": []}\n', encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["lock_frameworks.py", *arguments])
    assert script.main() == code
    assert lock.exists() == (code == 0)
    assert ("`in/a.yaml` is not locked" in capsys.readouterr().err) == (code == 4)
