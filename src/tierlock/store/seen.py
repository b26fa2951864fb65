"""Which files the stored evidence was read from: an index that saves reading them again.

It is a copy of what the store knows anyway. Without it, or where it does not fit, files are read
again; it never holds a measurement.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from tierlock.core import DIGEST_PREFIX
from tierlock.store.files import exclusive, store_errors, write_whole

_NAME: Final = "seen.json"
_PREFIX: Final = len(DIGEST_PREFIX)
_DIGITS: Final = 64


class SeenRun(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A run that a file held: its id, its subject's name, and the stored evidence's digest."""

    run_id: str
    subject: str
    evidence: str


class SeenOmission(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A part of a file that could not be used, in the fields of `Omission`."""

    what: str
    code: str
    says: str
    owed: bool


class SeenFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a file held when its evidence was stored.

    Attributes:
        stamp: numbers that change when its content does.
        sha256: digest of its bytes.
        runs: the runs in it.
        omissions: what of it could not be used.
        texts: whether the texts of its samples were kept.
    """

    stamp: tuple[int, ...]
    sha256: str
    runs: tuple[SeenRun, ...]
    omissions: tuple[SeenOmission, ...] = ()
    texts: bool = False


class _Index(msgspec.Struct, frozen=True):
    """The file's content; another version of a reader may read the same log otherwise."""

    reader: str
    files: dict[str, SeenFile]


_DECODER: Final = msgspec.json.Decoder(_Index)


class SeenFiles:
    """The index of a store, by the path under which a file was named.

    Args:
        folder: the store's folder, which need not exist.
        reader: what read the files; what another reader noted is not known.
    """

    def __init__(self, folder: Path, *, reader: str) -> None:
        self._folder = folder
        self._reader = reader
        self._path = folder / _NAME

    def files(self) -> Mapping[str, SeenFile]:
        """Return every file whose evidence is still in the store; none where there is no index.

        A damaged index is no error: it only saves work.
        """
        try:
            index = _DECODER.decode(self._path.read_bytes())
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return {}
        if index.reader != self._reader:
            return {}
        held = self._held()
        files = index.files
        gone = [
            path
            for path, file in files.items()
            for run in file.runs
            if run.evidence[_PREFIX:] not in held
        ]
        for path in gone:
            files.pop(path, None)
        return files

    def add(self, files: Mapping[str, SeenFile]) -> None:
        """Note what files held, after their evidence was stored.

        Raises:
            InputError: `input.store`, the index can not be written.
        """
        if not files:
            return
        with exclusive(self._folder):
            whole = _Index(self._reader, {**self.files(), **files})
            write_whole(self._path, data=msgspec.json.encode(whole))

    def _held(self) -> set[str]:
        """Return the digests of the evidence in the store, in hexadecimal, by its files' names.

        A name holds the digest of what was measured and of every byte of the record, and both are
        verified whenever the record is loaded.
        """
        folder = self._folder / "evidence"
        with store_errors("read", path=folder):
            names = os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208 - names are enough
        return {name[:_DIGITS] for name in names if name.endswith(".json")}
