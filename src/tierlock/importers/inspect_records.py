"""The attempts' own records in an archive, one at a time, whatever their layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from tierlock.importers.inspect_schema import SAMPLE, Sample
from tierlock.importers.interface import LogFile
from tierlock.importers.untrusted_json import decode_json
from tierlock.importers.untrusted_zip import Archive

_MONOLITH: Final = re.compile(r"samples/.*_epoch_\d+\.json", re.DOTALL).fullmatch
_SHELL: Final = re.compile(r"(samples/.*_epoch_\d+)/sample\.json", re.DOTALL).fullmatch
_METADATA: Final = msgspec.json.Decoder(dict[str, object])


def in_order(archive: Archive, *, log: LogFile) -> Iterator[Sample]:
    """Yield every attempt's own record, in the one-member or the chunked layout.

    The order is that of the archive's directory, because of two records of one attempt the later
    one counts. The entries mostly lie in that order too; a record that comes early waits.
    """
    if archive.is_plain and not any(name.endswith("/sample.json") for name in archive.entries):
        for name, data in archive.sweep(_is_record):
            yield _sample(data, name=name, log=log)
        return
    places: dict[str, int] = {}
    beside: dict[str, str] = {}
    for name in archive.entries:
        if not name.startswith("samples/"):
            continue
        if _MONOLITH(name):
            places[name] = len(places)
        elif shell := _SHELL(name):
            places[name] = len(places)
            beside[name] = f"{shell[1]}/metadata.json"
    beside = {name: other for name, other in beside.items() if other in archive.entries}
    early: dict[int, Sample] = {}
    due = 0
    for name, sample in _whole(archive, log=log, places=places, beside=beside):
        early[places[name]] = sample
        while due in early:
            yield early.pop(due)
            due += 1


def _sample(data: bytes, *, name: str, log: LogFile) -> Sample:
    try:
        return SAMPLE.decode(data)
    except (ValueError, RecursionError):
        # Once more, with a second reader for what is not strictly JSON, and our own errors.
        return decode_json(data, decoder=SAMPLE, where=log.where(name))


def _is_record(name: str) -> bool:
    return name.startswith("samples/") and _MONOLITH(name) is not None


def _whole(
    archive: Archive, *, log: LogFile, places: dict[str, int], beside: dict[str, str]
) -> Iterator[tuple[str, Sample]]:
    """Yield the records as they lie in the file; a chunked one with the metadata beside it."""
    shells = {other: name for name, other in beside.items()}
    halves: dict[str, Sample] = {}
    metadata: dict[str, dict[str, object]] = {}
    for member, data in archive.sweep(lambda name: name in places or name in shells):
        name = shells.get(member, member)
        if member in shells:
            metadata[name] = decode_json(data, decoder=_METADATA, where=log.where(member))
        else:
            halves[name] = _sample(data, name=member, log=log)
        if name not in halves or (name in beside and name not in metadata):
            continue
        sample = halves.pop(name)
        if name in beside:
            sample = msgspec.structs.replace(sample, metadata=metadata.pop(name))
        yield name, sample
