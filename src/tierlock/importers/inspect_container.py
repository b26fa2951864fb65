"""The two containers of an Inspect log: an archive of members, or one JSON document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from tierlock.core import Problem
from tierlock.importers.inspect_records import in_order
from tierlock.importers.inspect_schema import (
    HEADER,
    LOG,
    LOG_VERSIONS,
    OUTCOMES,
    SUMMARIES,
    Header,
    Sample,
)
from tierlock.importers.inspect_summary import Listed
from tierlock.importers.interface import LogFile
from tierlock.importers.reasons import problem
from tierlock.importers.untrusted_json import decode_json, decode_rows
from tierlock.importers.untrusted_zip import Archive

T = TypeVar("T")

_HEADER: Final = "header.json"
_START: Final = "_journal/start.json"
_SUMMARIES: Final = "summaries.json"
_AT_ONCE: Final = 16 * 1024 * 1024
"""Bytes of a summary that are decoded at once; a bigger one is decoded row by row, and slower."""
_JOURNAL: Final = re.compile(r"_journal/summaries/(\d{1,9})\.json")


@dataclass(slots=True)
class RawLog:
    """A log as decoded, before anything is judged.

    Attributes:
        header: the log without its samples.
        samples: the attempts, from their own records where those exist. To be gone over once; of a
            big archive one record at a time is in memory.
        problems: what the container itself gives away; complete after the samples.
        sha256: digest of the file's bytes; known after the samples.
        archive: where the log is one, its members.
    """

    header: Header
    samples: Iterable[Sample]
    problems: list[Problem]
    sha256: str = ""
    archive: Archive | None = None


def open_document(log: LogFile) -> RawLog:
    """Return the log that one JSON document holds.

    Raises:
        ImportFailed: not JSON, not a log, or a version that Inspect does not read.
    """
    document = decode_json(log.data, decoder=LOG, where=log.where())
    _check_version(document, log=log)
    return RawLog(document, document.samples or (), [], log.sha256)


def open_archive(log: LogFile) -> RawLog:
    """Return the log that an archive of members holds; also one whose run never finished.

    Raises:
        ImportFailed: damaged archive or member, no header and no journal, unknown version.
    """
    archive = Archive(log.content, where=log.where(), limits=log.limits)
    problems: list[Problem] = []
    header = _header(archive, log=log, problems=problems)
    _check_version(header, log=log)
    raw = RawLog(header, (), problems, archive=archive)
    raw.samples = _samples(archive, log=log, raw=raw)
    return raw


def _samples(archive: Archive, *, log: LogFile, raw: RawLog) -> Iterator[Sample]:
    """Yield the attempts of an archive, and complete what is known about the container."""
    listed = Listed(read_summaries(archive, log=log, decoder=OUTCOMES))
    for sample in in_order(archive, log=log):
        listed.compare(sample)
        yield sample
    if listed.waiting:
        for row in listed.lone(read_summaries(archive, log=log, decoder=SUMMARIES)):
            yield row.as_sample()
    raw.sha256 = archive.sha256
    traces = [*_traces(archive), *raw.problems]
    raw.problems[:] = [*traces, *listed.problems(finished=_SUMMARIES in archive.entries)]


def _check_version(header: Header, *, log: LogFile) -> None:
    if header.version not in LOG_VERSIONS:
        says = f"version {header.version} of the log format is not known"
        raise log.failed("import.schema", says=says)


def _traces(archive: Archive) -> Iterator[Problem]:
    if archive.superseded:
        says = f"{archive.superseded} members were superseded by later ones of the same name"
        yield problem("container.superseded", says=says)
    if archive.dead:
        says = f"{archive.dead} bytes of the archive belong to no member: it was rewritten in place"
        yield problem("container.rewritten", says=says)


def _header(archive: Archive, *, log: LogFile, problems: list[Problem]) -> Header:
    """Return the header, and note what it contradicts or lacks."""
    if _HEADER not in archive.entries:
        says = "the run never finished: its header is the declaration at its start"
        problems.append(problem("header.journal", says=says))
        return read_header(archive, log=log)
    start = archive.read(_START) if _START in archive.entries else None
    header = archive.read(_HEADER)
    decoded = decode_json(header, decoder=HEADER, where=log.where(_HEADER))
    if start is not None and not _same_spec(start, header, log=log):
        says = "the header describes another run than the declaration at its start"
        problems.append(problem("header.start", says=says))
    return decoded


def read_header(archive: Archive, *, log: LogFile) -> Header:
    """Return the header; of a run that never finished, what it declared at its start.

    Raises:
        ImportFailed: there is neither, or it is damaged.
    """
    if _HEADER in archive.entries:
        return decode_json(archive.read(_HEADER), decoder=HEADER, where=log.where(_HEADER))
    if _START not in archive.entries:
        raise log.failed("import.schema", says=f"the archive has no `{_HEADER}`")
    declared = decode_json(archive.read(_START), decoder=HEADER, where=log.where(_START))
    # A journal that claims an outcome is not believed: only a header says how a run ended.
    return msgspec.structs.replace(declared, status="started")


class _RawSpec(msgspec.Struct, frozen=True, gc=False):
    eval: msgspec.Raw = msgspec.Raw()


_RAW_SPEC: Final = msgspec.json.Decoder(_RawSpec)
_SPEC: Final = msgspec.json.Decoder(dict[str, object])


def _same_spec(start: bytes, header: bytes, *, log: LogFile) -> bool:
    """Tell whether a run's declaration and its header describe the same run."""
    try:
        # Mostly they do so with the same bytes.
        if _RAW_SPEC.decode(start).eval == _RAW_SPEC.decode(header).eval:
            return True
    except (ValueError, RecursionError):
        pass  # not strictly JSON, which the slow way knows
    return _spec(start, log.where(_START)) == _spec(header, log.where(_HEADER))


def _spec(data: bytes, where: str) -> str:
    # As text, because NaN does not equal itself.
    document = decode_json(data, decoder=_SPEC, where=where)
    return json.dumps(document.get("eval"), sort_keys=True)


def read_summaries(
    archive: Archive, *, log: LogFile, decoder: msgspec.json.Decoder[tuple[T, ...]]
) -> Iterator[T]:
    """Yield the rows of the summary; while a run goes on they are spread over its journal.

    Args:
        archive: the log.
        log: its file, for limits and messages.
        decoder: says what is wanted of a row.
    """
    names = [_SUMMARIES] if _SUMMARIES in archive.entries else []
    if not names:
        journal = [match for name in archive.entries if (match := _JOURNAL.fullmatch(name))]
        names = [match[0] for match in sorted(journal, key=lambda match: int(match[1]))]
    for name in names:
        where = log.where(name)
        if archive.size_of(name) > _AT_ONCE:
            yield from decode_rows(archive.pieces(name), decoder=decoder, where=where)
        else:
            yield from decode_json(archive.read(name), decoder=decoder, where=where)
