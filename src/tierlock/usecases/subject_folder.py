"""The digest of a weights folder: the root of its OpenSSF model-signing manifest.

Source: model-signing v1.0, predicate `https://model_signing/signature/v1.0`, method `files` with
SHA-256: the root is SHA-256 over the digests of all files, in the order of their paths' parts.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from pydantic import Field

from tierlock.core import DIGEST_PREFIX, InputError, Record

# What model-signing leaves out by default: a checkout's own files.
_GIT: Final = (".git", ".gitattributes", ".github", ".gitignore")


class ManifestFile(Record):
    """One file of a folder and the digest of its content."""

    name: str
    algorithm: Literal["sha256"] = "sha256"
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(Record):
    """What lies in a weights folder.

    The root covers the contents in the order of the names, not the names: a file that is renamed
    without changing the order leaves it as it was. Compare manifests where that matters.

    Attributes:
        resources: every file that counts, in order.
        ignored: paths that do not count.
        bytes_read: size of all files together.
    """

    resources: tuple[ManifestFile, ...] = Field(min_length=1)
    ignored: tuple[str, ...] = ()
    bytes_read: int = Field(ge=0)

    @property
    def digest(self) -> str:
        """The root digest, which model-signing puts into its subject."""
        root = hashlib.sha256()
        for each in self.resources:
            root.update(bytes.fromhex(each.digest))
        return DIGEST_PREFIX + root.hexdigest()

    def differences(self, other: Manifest) -> tuple[str, ...]:
        """Return how `other` differs from this manifest, one sentence per file."""
        mine = {each.name: each.digest for each in self.resources}
        theirs = {each.name: each.digest for each in other.resources}
        found = [f"`{name}` is missing" for name in mine if name not in theirs]
        found += [f"`{name}` is new" for name in theirs if name not in mine]
        found += [
            f"`{name}` has other content"
            for name in mine
            if name in theirs and mine[name] != theirs[name]
        ]
        return tuple(found)


def manifest_of(
    folder: Path, *, links_within: Path | None = None, ignore: Sequence[str] = ()
) -> Manifest:
    """Return the manifest of a folder, read in parallel.

    Args:
        folder: the weights folder.
        links_within: symbolic links to files below this folder count as the files; None refuses
            every link, since what it leads to can change without the folder changing.
        ignore: further paths, relative to the folder, that do not count.

    Raises:
        InputError: `input.file`, something can not be read; `subject.unusable`, a link, a special
            file, a name that is not UTF-8, no file at all, or a file that changes while it is read.
    """
    ignored = (*_GIT, *ignore)
    base = None if links_within is None else links_within.resolve()
    names = sorted(
        (PurePosixPath(name) for name in _walk(folder, ignored=ignored, links_within=base)),
        key=lambda name: name.parts,
    )
    if not names:
        raise _unusable(folder, "holds no file")
    with ThreadPoolExecutor() as pool:
        read = list(pool.map(lambda name: _read(folder / name), names))
    return Manifest(
        resources=tuple(
            ManifestFile(name=str(name), digest=digest)
            for name, (digest, _) in zip(names, read, strict=True)
        ),
        ignored=tuple(path for path in ignored if os.path.lexists(folder / path)),
        bytes_read=sum(size for _, size in read),
    )


def _walk(
    folder: Path, *, ignored: Sequence[str], links_within: Path | None, below: str = ""
) -> Iterator[str]:
    """Yield the path of every file below `folder` that counts."""
    try:
        with os.scandir(folder / below) as entries:
            inside = list(entries)
    except OSError as error:
        raise _unreadable(folder / below, error) from None
    for entry in inside:
        name = f"{below}/{entry.name}" if below else entry.name
        if name in ignored:
            continue
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            raise _unusable(folder, "holds a name that is not UTF-8") from None
        if entry.is_symlink() and not _stays(folder / name, links_within=links_within):
            raise _unusable(folder, f"holds the symbolic link `{name}`")
        if entry.is_dir():
            yield from _walk(folder, ignored=ignored, links_within=links_within, below=name)
        elif entry.is_file():
            yield name
        else:
            raise _unusable(folder, f"holds `{name}`, which is no file")


def _stays(link: Path, *, links_within: Path | None) -> bool:
    """Tell whether a link leads to a file that belongs to the same download."""
    target = link.resolve()
    return links_within is not None and target.is_file() and target.is_relative_to(links_within)


def _read(path: Path) -> tuple[str, int]:
    """Digest and size of a file that stays the same meanwhile."""
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise _unusable(path.parent, f"holds `{path.name}`, which is no file")
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            after = os.fstat(file.fileno())
    except OSError as error:
        raise _unreadable(path, error) from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise _unusable(path.parent, f"holds `{path.name}`, which changed while it was read")
    return digest, after.st_size


def _unreadable(path: Path, error: OSError) -> InputError:
    reason = (error.strerror or str(error)).lower()
    return InputError("input.file", f"can not read `{path}`: {reason}")


def _unusable(folder: Path, says: str) -> InputError:
    return InputError(
        "subject.unusable",
        f"`{folder}` {says}",
        hint="a weights folder holds the files of one model, and nothing that leads elsewhere",
    )
