"""Frameworks by name: found, pinned, never changed silently."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.frameworks.snippets import SMALL, edited
from tierlock.core import FrameworkError, InputError, digest_bytes
from tierlock.frameworks import (
    SHIPPED,
    CatalogEntry,
    get_framework,
    list_frameworks,
    load_framework,
    lock_folder,
)


def add(folder: Path, *, version: str = "1", effective: str = "2026-01-01") -> Path:
    """Write a version of the small framework into the folder."""
    text = edited('version: "1"', f'version: "{version}"')
    text = edited("effective: 2026-01-01", f"effective: {effective}", text=text)
    path = folder / "example" / f"small-{version}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def lock(folder: Path) -> None:
    (folder / "LOCK.json").write_text(lock_folder(folder), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    add(tmp_path)
    add(tmp_path, version="2", effective="2026-03-01")
    lock(tmp_path)
    return tmp_path


def test_list(folder: Path) -> None:
    first, second = list_frameworks(folder=folder)
    data = (folder / "example" / "small-1.yaml").read_bytes()
    assert first == CatalogEntry(
        name="example/small-1",
        framework="example/small",
        version="1",
        title="Small",
        publisher="Example",
        effective="2026-01-01",
        path="example/small-1.yaml",
        sha256=digest_bytes(data),
    )
    assert second.version == "2"


def test_listing_reads_the_lock_alone(folder: Path) -> None:
    entries = list_frameworks(folder=folder)
    for entry in entries:
        (folder / entry.path).unlink()
    assert list_frameworks(folder=folder) == entries


def test_by_full_name(folder: Path) -> None:
    assert get_framework("example/small-1", folder=folder).version == "1"
    assert get_framework("example/small-2", folder=folder).version == "2"


def test_without_a_version_the_latest_counts(folder: Path) -> None:
    assert get_framework("example/small", folder=folder).version == "2"
    add(folder, version="3", effective="2025-01-01")  # a correction of an old text
    lock(folder)
    assert get_framework("example/small", folder=folder).version == "2"


def test_of_one_day_the_higher_version_counts(folder: Path) -> None:
    add(folder, version="2.9", effective="2026-03-01")
    add(folder, version="2.10", effective="2026-03-01")
    add(folder, version="2.10-beta", effective="2026-03-01")
    lock(folder)
    assert get_framework("example/small", folder=folder).version.startswith("2.10")


def test_by_path(folder: Path) -> None:
    path = folder / "example" / "small-1.yaml"
    assert get_framework(str(path), folder=folder) == load_framework(path)
    with pytest.raises(InputError) as caught:
        get_framework(str(folder / "absent.yml"))
    assert caught.value.code == "input.file"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("example/smal", "did you mean `example/small`?"),
        ("example/small-11", "did you mean `example/small-1`?"),
        ("zebra", "a file of your own is named by its path, ending in .yaml"),
    ],
)
def test_unknown(name: str, hint: str, folder: Path) -> None:
    with pytest.raises(FrameworkError) as caught:
        get_framework(name, folder=folder)
    assert caught.value.code == "framework.unknown"
    assert caught.value.message == f"no framework is named `{name}`"
    assert caught.value.hint == hint


def test_a_changed_file_is_refused(folder: Path) -> None:
    path = folder / "example" / "small-1.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# harmless?\n", encoding="utf-8")
    with pytest.raises(FrameworkError) as caught:
        get_framework("example/small-1", folder=folder)
    assert caught.value.code == "framework.lock"
    assert caught.value.location == str(path)
    assert "differs from its locked digest" in caught.value.message


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"frameworks": 1}', '{"frameworks": [{}]}', '{"frameworks": ["x"]}', "\xff"],
)
def test_a_broken_lock(text: str, tmp_path: Path) -> None:
    with pytest.raises(FrameworkError):
        list_frameworks(folder=tmp_path)
    (tmp_path / "LOCK.json").write_text(text, encoding="latin-1")
    with pytest.raises(FrameworkError) as caught:
        list_frameworks(folder=tmp_path)
    assert caught.value.code == "framework.lock"


def test_a_lock_with_other_fields(folder: Path) -> None:
    path = folder / "LOCK.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    rows["frameworks"][0]["sha256"] = None
    path.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(FrameworkError):
        list_frameworks(folder=folder)


def test_a_locked_file_may_not_change(folder: Path) -> None:
    before = lock_folder(folder)
    path = folder / "example" / "small-1.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(edited("says: harmless", "says: mild", text=text), encoding="utf-8")
    with pytest.raises(FrameworkError, match="is locked and was changed") as caught:
        lock_folder(folder)
    assert caught.value.code == "framework.lock"
    assert lock_folder(folder, unreleased=True) != before
    path.unlink()
    with pytest.raises(FrameworkError, match="is locked and is gone"):
        lock_folder(folder)
    assert "small-1" not in lock_folder(folder, unreleased=True)


def test_a_new_version_is_added_to_the_lock(folder: Path) -> None:
    add(folder, version="3")
    lock(folder)
    assert [entry.version for entry in list_frameworks(folder=folder)] == ["1", "2", "3"]


def test_a_file_has_the_path_of_its_name(folder: Path) -> None:
    (folder / "example" / "small-1.yaml").rename(folder / "example" / "other.yaml")
    with pytest.raises(
        FrameworkError, match=r"is `example/small-1.yaml`, not `example/other.yaml`"
    ):
        lock_folder(folder)


def test_a_file_with_a_problem_is_not_locked(folder: Path) -> None:
    add(folder, version="3").write_text(SMALL.replace("title: Small", ""), encoding="utf-8")
    with pytest.raises(FrameworkError, match="`title` is missing"):
        lock_folder(folder)


def test_the_shipped_lock_is_that_of_the_shipped_files() -> None:
    locked = (SHIPPED / "LOCK.json").read_text(encoding="utf-8")
    assert lock_folder(SHIPPED) == locked


def test_the_shipped_frameworks_load() -> None:
    entries = list_frameworks()
    for entry in entries:
        framework = get_framework(entry.name)
        assert framework.name == entry.name
        assert framework.title == entry.title
    files = {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.yaml")}
    assert files == {entry.path for entry in entries}
