"""Finding logs: folders expanded, nothing counted twice, nothing left out without a word."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final, NoReturn

from tierlock.core import ImportFailed, Omission
from tierlock.importers.interface import glance_at
from tierlock.importers.limits import DEFAULT_LIMITS, Limits
from tierlock.importers.reading import translated
from tierlock.importers.reasons import omission
from tierlock.importers.registry import recognise

_KNOWN_OTHERS: Final = (
    ".*", "logs.json", "listing.json", "eval-set.json", "README", "README.*", "LICENSE",
    "LICENSE.*",
)  # fmt: skip
"""Names of files that evaluation tools and people put beside logs."""

_COMPANION: Final = ("samples_*.jsonl", "*_samples.jsonl")
"""Files of samples that belong to a results file in the same folder."""

_SHARDS: Final = ".shards"
_LOG_SUFFIXES: Final = (".eval", ".json")


def find_logs(
    paths: Sequence[Path], *, limits: Limits = DEFAULT_LIMITS
) -> tuple[list[Path], tuple[Omission, ...]]:
    """Return the log files that `paths` name, and what was left out and why.

    A file that is named itself is taken as it is. A folder is searched through all its levels, in
    sorted order; there, files that accompany logs are passed over in silence, and every other
    file that no importer recognises is an omission. Symbolic links inside a folder are not
    followed. Shards of a merged log are left out where the merged log lies beside them, because
    it holds their samples.

    Raises:
        ImportFailed: a path does not exist, a folder can not be listed or has too many entries,
            or an importer that had to be asked fails to load.
    """
    found: dict[Path, Path] = {}
    omissions: list[Omission] = []
    for path in paths:
        if path.is_dir():
            logs = 0
            for entry in _expand(path, limits=limits):
                if isinstance(entry, Omission):
                    omissions.append(entry)
                else:
                    logs += 1
                    found.setdefault(entry.resolve(), entry)
            if not logs:
                omissions.append(omission("folder.no-logs", what=str(path)))
        elif path.exists():
            found.setdefault(path.resolve(), path)
        else:
            raise ImportFailed("input.file", "no such file or folder", location=str(path))
    return list(found.values()), tuple(omissions)


def _expand(folder: Path, *, limits: Limits) -> Iterator[Path | Omission]:
    count = 0
    for place, folders, files in os.walk(folder, onerror=_refuse):
        here = Path(place)
        count += len(folders) + len(files)
        if count > limits.entries:
            says = f"more than {limits.entries} files and folders"
            raise ImportFailed("import.limit", says, location=str(folder))
        for name in sorted(folders):
            if (here / name).is_symlink():
                yield omission("file.symlink", what=str(here / name))
            elif _is_merged(name, beside=set(files)):
                yield omission("file.shard", what=str(here / name))
                folders.remove(name)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not any(fnmatch(name, pattern) for pattern in _KNOWN_OTHERS):
                yield from _judge(here / name, beside=files)


def _refuse(error: OSError) -> NoReturn:
    """A folder that can not be listed may hold the log that matters."""
    says = f"can not be listed: {error.strerror or error}".lower()
    raise ImportFailed("input.file", says, location=str(error.filename)) from None


def _is_merged(name: str, *, beside: set[str]) -> bool:
    stem = name.removesuffix(_SHARDS)
    return stem != name and any(stem + suffix in beside for suffix in _LOG_SUFFIXES)


def _judge(path: Path, *, beside: Sequence[str]) -> Iterator[Path | Omission]:
    """Yield the path of a log, or why it is none; a companion of a results file yields nothing."""
    if path.is_symlink():
        yield omission("file.symlink", what=str(path))
        return
    if any(fnmatch(path.name, pattern) for pattern in _COMPANION):
        if not _has_results(path.name, beside=beside):
            yield omission("file.companion", what=str(path))
        return
    if path.suffix == ".eval":
        # Its name claims to be a log: damaged ones must fail visibly when they are read.
        yield path
        return
    with translated(str(path)):
        known = recognise(glance_at(path)) if path.is_file() else None
    yield omission("file.not-a-log", what=str(path)) if known is None else path


def _has_results(name: str, *, beside: Sequence[str]) -> bool:
    """Tell whether the results file of a file of samples lies beside it."""
    if name.endswith("_samples.jsonl"):
        return f"{name.removesuffix('_samples.jsonl')}.json" in beside
    stamp = name.removesuffix(".jsonl").rpartition("_")[2]
    return f"results_{stamp}.json" in beside
