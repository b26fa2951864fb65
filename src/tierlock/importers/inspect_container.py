"""The two containers of an Inspect log: an archive of members, or one JSON document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from tierlock.core import Problem
from tierlock.importers.inspect_schema import (
    HEADER,
    LOG,
    LOG_VERSIONS,
    SAMPLE,
    SUMMARIES,
    Header,
    Sample,
    Summary,
)
from tierlock.importers.inspect_values import Grader
from tierlock.importers.interface import LogFile
from tierlock.importers.reasons import problem
from tierlock.importers.untrusted_json import decode_json
from tierlock.importers.untrusted_zip import Archive

_HEADER: Final = "header.json"
_START: Final = "_journal/start.json"
_SUMMARIES: Final = "summaries.json"
_JOURNAL: Final = re.compile(r"_journal/summaries/(\d{1,9})\.json")
_MONOLITH: Final = re.compile(r"samples/.*_epoch_\d+\.json", re.DOTALL)
_SHELL: Final = re.compile(r"(samples/.*_epoch_\d+)/sample\.json", re.DOTALL)
_METADATA: Final = msgspec.json.Decoder(dict[str, object])

Key = tuple[str, int]
"""Sample and epoch: what Inspect tells attempts apart by, an id as text."""


@dataclass(frozen=True, slots=True)
class RawLog:
    """A log as decoded, before anything is judged.

    Attributes:
        header: the log without its samples.
        samples: the attempts, from their own records where those exist.
        problems: what the container itself gives away.
    """

    header: Header
    samples: tuple[Sample, ...]
    problems: tuple[Problem, ...] = ()


def open_document(log: LogFile) -> RawLog:
    """Return the log that one JSON document holds.

    Raises:
        ImportFailed: not JSON, not a log, or a version that Inspect does not read.
    """
    document = decode_json(log.data, decoder=LOG, where=log.where())
    _check_version(document, log=log)
    return RawLog(document, document.samples or ())


def open_archive(log: LogFile) -> RawLog:
    """Return the log that an archive of members holds; also one whose run never finished.

    Raises:
        ImportFailed: damaged archive or member, no header and no journal, unknown version.
    """
    archive = Archive(log.data, where=log.where(), limits=log.limits)
    problems = list(_traces(archive))
    header = _header(archive, log=log, problems=problems)
    _check_version(header, log=log)
    records = tuple(_full_samples(archive, log=log))
    full = {_key(sample): sample for sample in records}
    listed = {_key(row): row for row in _summaries(archive, log=log)}
    problems += _compare(full, listed=listed, finished=_SUMMARIES in archive.entries)
    lone = [row.as_sample() for key, row in listed.items() if key not in full]
    return RawLog(header, (*records, *lone), tuple(problems))


def _check_version(header: Header, *, log: LogFile) -> None:
    if header.version not in LOG_VERSIONS:
        says = f"version {header.version} of the log format is not known"
        raise log.failed("import.schema", says=says)


def _traces(archive: Archive) -> Iterator[Problem]:
    if archive.superseded:
        says = f"{archive.superseded} members were superseded by later ones of the same name"
        yield problem("container.superseded", says=says)
    dead = archive.dead_bytes()
    if dead:
        says = f"{dead} bytes of the archive belong to no member: it was rewritten in place"
        yield problem("container.rewritten", says=says)


def _header(archive: Archive, *, log: LogFile, problems: list[Problem]) -> Header:
    """Return the header; of a run that never finished, what it declared at its start."""
    start = archive.read(_START) if _START in archive.entries else None
    if _HEADER not in archive.entries:
        if start is None:
            raise log.failed("import.schema", says=f"the archive has no `{_HEADER}`")
        says = "the run never finished: its header is the declaration at its start"
        problems.append(problem("header.journal", says=says))
        declared = decode_json(start, decoder=HEADER, where=log.where(_START))
        # A journal that claims an outcome is not believed: only a header says how a run ended.
        return msgspec.structs.replace(declared, status="started")
    header = archive.read(_HEADER)
    decoded = decode_json(header, decoder=HEADER, where=log.where(_HEADER))
    if start is not None and _spec(start, log.where(_START)) != _spec(header, log.where(_HEADER)):
        says = "the header describes another run than the declaration at its start"
        problems.append(problem("header.start", says=says))
    return decoded


_SPEC: Final = msgspec.json.Decoder(dict[str, object])


def _spec(data: bytes, where: str) -> str:
    # As text, because NaN does not equal itself.
    document = decode_json(data, decoder=_SPEC, where=where)
    return json.dumps(document.get("eval"), sort_keys=True)


def _full_samples(archive: Archive, *, log: LogFile) -> Iterator[Sample]:
    """Yield every attempt's own record, in the one-member or the chunked layout."""
    for name in archive.entries:
        if not name.startswith("samples/"):
            continue
        if _MONOLITH.fullmatch(name):
            yield decode_json(archive.read(name), decoder=SAMPLE, where=log.where(name))
        elif shell := _SHELL.fullmatch(name):
            sample = decode_json(archive.read(name), decoder=SAMPLE, where=log.where(name))
            beside = f"{shell[1]}/metadata.json"
            if beside in archive.entries:
                metadata = decode_json(
                    archive.read(beside), decoder=_METADATA, where=log.where(beside)
                )
                sample = msgspec.structs.replace(sample, metadata=metadata)
            yield sample


def _summaries(archive: Archive, *, log: LogFile) -> Iterator[Summary]:
    """Yield the rows of the summary; while a run goes on they are spread over its journal."""
    names = [_SUMMARIES] if _SUMMARIES in archive.entries else []
    if not names:
        journal = [match for name in archive.entries if (match := _JOURNAL.fullmatch(name))]
        names = [match[0] for match in sorted(journal, key=lambda match: int(match[1]))]
    for name in names:
        yield from decode_json(archive.read(name), decoder=SUMMARIES, where=log.where(name))


def _key(sample: Sample | Summary) -> Key:
    return str(sample.id), sample.epoch


def _compare(
    full: dict[Key, Sample], *, listed: dict[Key, Summary], finished: bool
) -> Iterator[Problem]:
    """Yield the problems of a summary that does not say what the records say."""
    lone = len(listed.keys() - full.keys())
    if lone:
        says = f"{lone} attempts are known by their summary only: edits would not show"
        yield problem("sample.summary-only", says=says)
    differ = sum(not _same(row, full[key]) for key, row in listed.items() if key in full)
    unlisted = len(full.keys() - listed.keys()) if finished else 0
    if differ or unlisted:
        says = f"the summary differs from the records of {differ + unlisted} attempts"
        yield problem("summary.mismatch", says=says)


def _same(row: Summary, sample: Sample) -> bool:
    """Tell whether summary and record agree on error, limit and values."""
    if (row.error is None, row.limit is None) != (sample.error is None, sample.limit is None):
        return False
    shown, held = row.scores or {}, sample.scores or {}
    if shown.keys() != held.keys():
        return False
    for name, score in shown.items():
        if score.value != held[name].value:
            # NaN does not equal itself, and a summary may write a value differently.
            return Grader().numbers(shown) == Grader().numbers(held)
    return True
