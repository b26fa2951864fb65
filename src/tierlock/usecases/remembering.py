"""Logs that were read before and have not changed: recognised without opening them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

from tierlock.core import Omission
from tierlock.importers import Fingerprint, Imports, Recalled, digest_of
from tierlock.store import (
    ConfigurationStore,
    Ingested,
    OutputStore,
    SeenFile,
    SeenFiles,
    SeenOmission,
    SeenRun,
)

Reread = Literal["changed", "digest", "all"]

_READER: Final = f"tierlock {version('tierlock')}"

_WHOLE_IN_ONE_FILE: Final = frozenset({"inspect"})
"""Formats that never look at a second file, whose change would not show on the first."""


class FileMemory:
    """Tells which logs need not be read, because the store holds their evidence.

    A log is recognised by its path, size, times and place on the disk, or by its URL, size and the
    tag that its store gives it, and only where every record that it gave is in the store. Its
    evidence is then what the store holds, which is verified against its digests whenever it is
    loaded.

    Args:
        store: the store's folder.
        reread: `changed` trusts size, times and tags; `digest` reads every byte again and compares
            the digest, and a remote log is simply read; `all` recognises nothing.
        keep_outputs: whether the texts of samples are to be kept, as `ingest` is told; then a log
            whose texts are not there is not recognised, so that they come in.
    """

    def __init__(self, store: Path, *, keep_outputs: bool, reread: Reread = "changed") -> None:
        self._seen = SeenFiles(store, reader=_READER)
        self._outputs = OutputStore(store) if keep_outputs else None
        self._history = ConfigurationStore(store)
        self._reread = reread

    def recall(self, logs: Mapping[str, Fingerprint]) -> dict[str, Recalled]:
        """Return what is known of those logs that have not changed.

        Raises:
            ImportFailed: a log can not be read, where digests are compared.
            IntegrityError: the texts of samples are to be kept, and those that are there are
                damaged.
        """
        # Without the list of how runs were made, which may be removed, it is made again.
        forgotten = self._reread == "all" or not self._history.has_sightings
        files = {} if forgotten else self._seen.files()
        if not files:
            return {}
        told = self._runs_with_texts()
        by_digest = self._reread == "digest"
        known = {}
        for log, stamp in logs.items():
            file = files.get(log)
            if file is None or stamp != file.stamp:
                continue
            if told is not None and not _has_texts(file, told=told):
                continue
            if not by_digest or _same_bytes(log, file=file):
                known[log] = _recalled(file)
        return known

    def _runs_with_texts(self) -> frozenset[str] | None:
        """Return the runs of which texts are kept; None where texts are not asked for."""
        if self._outputs is None:
            return None
        return self._outputs.runs() if self._outputs.exists else frozenset()


def _same_bytes(log: str, *, file: SeenFile) -> bool:
    """Tell whether a local log has the digest of before; a remote one is as soon read as hashed."""
    # A path that could be taken for a URL is read again, which is never wrong.
    return "://" not in log and digest_of(Path(log)) == file.sha256


def _has_texts(file: SeenFile, *, told: frozenset[str]) -> bool:
    """Tell whether the texts in the store are those of this file, and are all there."""
    return file.texts and all(run.run_id in told for run in file.runs)


def _recalled(file: SeenFile) -> Recalled:
    if not file.omissions:
        return Recalled(file.runs, ())
    omissions = (
        Omission(what=one.what, code=one.code, says=one.says, owed=one.owed)
        for one in file.omissions
    )
    return Recalled(file.runs, tuple(omissions))


def remember(imports: Imports, *, ingested: Ingested, store: Path, texts: bool) -> None:
    """Note which files were read, after their evidence was stored.

    Args:
        imports: what was read.
        ingested: what the store made of it.
        store: the store's folder.
        texts: whether the texts of samples were kept too.

    Raises:
        InputError: `input.store`, the index can not be written.
    """
    stored = {item.run_id: item.digest for item in (*ingested.added, *ingested.known)}
    files = {}
    for log in imports.read:
        held = log.imported.evidence
        if log.stamp is None or not held:
            continue
        if any(item.source.format not in _WHOLE_IN_ONE_FILE for item in held):
            continue
        files[str(log.place)] = SeenFile(
            stamp=log.stamp,
            sha256=held[0].source.sha256,
            runs=tuple(
                SeenRun(item.run_id, item.subject.name, stored[item.run_id]) for item in held
            ),
            omissions=tuple(
                SeenOmission(one.what, one.code, one.says, one.owed)
                for one in log.imported.omissions
            ),
            texts=texts,
        )
    SeenFiles(store, reader=_READER).add(files)
