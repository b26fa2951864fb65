"""The locks of frameworks and of records: computed from their files, never loosened silently."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tierlock.core import Framework, FrameworkError, digest_bytes
from tierlock.frameworks.catalog import LOCK_NAME, CatalogEntry, list_frameworks
from tierlock.frameworks.load import parse_framework, read_file


def lock_folder(folder: Path, *, unreleased: bool = False) -> str:
    """Return the text that `LOCK.json` of `folder` must have.

    Args:
        folder: holds `<publisher>/<name>-<version>.yaml` files and perhaps a `LOCK.json`.
        unreleased: allow that locked files were changed or taken away, because no release
            contains them yet.

    Raises:
        FrameworkError: a file with a problem, a file whose path is not its name, two files of
            one name, or a locked file that was changed or is gone (`framework.lock`).
    """
    entries: dict[str, CatalogEntry] = {}
    for path in sorted(folder.rglob("*.yaml")):
        entry = _entry(path, folder=folder)
        if entry.name in entries:
            message = f"`{entry.name}` is also in `{entries[entry.name].path}`"
            raise FrameworkError("framework.duplicate", message, location=str(path))
        entries[entry.name] = entry
    if not unreleased and (folder / LOCK_NAME).exists():
        for locked in list_frameworks(folder=folder):
            _check_unchanged(locked, entries.get(locked.name), folder=folder)
    rows = [entries[name]._asdict() for name in sorted(entries)]
    return json.dumps({"frameworks": rows}, indent=2, ensure_ascii=False) + "\n"


def lock_records(root: Path, *, folders: Sequence[str]) -> str:
    """Return the text that pins every YAML file below some folders by its digest.

    Other than a framework, a record may be corrected and may grow: what the lock shows is that
    somebody meant it.

    Args:
        root: the lock lies here; paths in it are relative to this folder.
        folders: names below `root`, `.` for all of it.

    Raises:
        InputError: a file can not be read.
    """
    paths = sorted(path for folder in folders for path in (root / folder).rglob("*.yaml"))
    files = {path.relative_to(root).as_posix(): digest_bytes(read_file(path)) for path in paths}
    return json.dumps({"files": files}, indent=2, ensure_ascii=False) + "\n"


def _entry(path: Path, *, folder: Path) -> CatalogEntry:
    data = read_file(path)
    framework = parse_framework(data, name=str(path))
    expected = path_of(framework)
    relative = path.relative_to(folder).as_posix()
    if relative != expected:
        message = f"the file of `{framework.name}` is `{expected}`, not `{relative}`"
        raise FrameworkError("framework.lock", message, location=str(path))
    return CatalogEntry(
        name=framework.name,
        framework=framework.framework,
        version=framework.version,
        title=framework.title,
        publisher=framework.publisher,
        effective=framework.effective.isoformat(),
        path=relative,
        sha256=digest_bytes(data),
    )


def path_of(framework: Framework) -> str:
    """Return where in a folder the file of `framework` stands."""
    return f"{framework.name}.yaml"


def _check_unchanged(locked: CatalogEntry, now: CatalogEntry | None, *, folder: Path) -> None:
    if now is None or now.sha256 != locked.sha256:
        what = "is gone" if now is None else "was changed"
        raise FrameworkError(
            "framework.lock",
            f"`{locked.name}` is locked and {what}",
            hint="old versions judge old decisions: make a new version",
            location=str(folder / locked.path),
        )
