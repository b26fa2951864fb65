"""A quick look at Inspect logs: headers, and scores from summaries; never evidence.

Edits and invalidations show in neither, so nothing that is looked at here can support anything:
`read` goes over every record. What is read is held against its checksum; the rest of the file,
also of a remote one, is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from tierlock.importers.inspect_container import read_header, read_summaries
from tierlock.importers.inspect_schema import LOG, OUTCOMES, Header, Outcome, Sample, Value
from tierlock.importers.inspect_values import Unmappable, missing_eval_id, to_instant, to_number
from tierlock.importers.interface import ARCHIVE_MARK, LogFile, open_log
from tierlock.importers.limits import DEFAULT_LIMITS, Limits
from tierlock.importers.places import Place, open_content
from tierlock.importers.reading import translated
from tierlock.importers.untrusted_json import decode_json
from tierlock.importers.untrusted_zip import Archive

_GRADES: Final = {"C": 1.0, "I": 0.0}


@dataclass(frozen=True, slots=True)
class LogHeader:
    """What a log says about its run without its samples.

    Attributes:
        place: the log.
        evaluation: the task's name.
        model: the judged model's name.
        status: how the run ended; `started` where it never did.
        run_id: the run's identity.
        created: the log's own text for the run's start.
        samples: attempts that the run set out to make, None where the header does not say.
        invalidated: whether attempts are marked as not to be counted; then the metrics still
            include them.
        metrics: the log's own aggregates, named `scorer/metric`, and `/reducer` where it has one.
    """

    place: Place
    evaluation: str
    model: str
    status: str
    run_id: str
    created: str
    samples: int | None
    invalidated: bool
    metrics: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class LogScores:
    """Columns of what the attempts of a log scored; row i is one attempt.

    Attributes:
        id: sample.
        epoch: which attempt at it.
        errored: whether the attempt failed.
        limit: the limit that ended it, else "".
        scores: per scorer, or `scorer/key` where a score is an object, its number; None where there
            is none, or nothing that could be read as a number.
    """

    id: list[str]
    epoch: list[int]
    errored: list[bool]
    limit: list[str]
    scores: dict[str, list[float | None]]


def scan_header(place: Place, *, limits: Limits = DEFAULT_LIMITS) -> LogHeader:
    """Return the header of one Inspect log; of an archive nothing else is read.

    Raises:
        ImportFailed: it can not be read, or is no Inspect log.
    """
    with translated(str(place)), closing(open_content(place)) as content:
        if bytes(content.at(0, 2)) != ARCHIVE_MARK:
            header = _document(place, limits=limits)[0]
        else:
            log = LogFile(place, content, limits)
            archive = Archive(content, where=log.where(), limits=limits, outline=True)
            header = read_header(archive, log=log)
        return _brief(header, place=place)


def scan_scores(place: Place, *, limits: Limits = DEFAULT_LIMITS) -> LogScores:
    """Return the scores of one Inspect log by its summary; of an archive nothing else is read.

    Raises:
        ImportFailed: it can not be read, or is no Inspect log.
    """
    with translated(str(place)), closing(open_content(place)) as content:
        if bytes(content.at(0, 2)) != ARCHIVE_MARK:
            return _columns(_document(place, limits=limits)[1])
        log = LogFile(place, content, limits)
        archive = Archive(content, where=log.where(), limits=limits, outline=True)
        rows = {
            (str(row.id), row.epoch): row
            for row in read_summaries(archive, log=log, decoder=OUTCOMES)
        }
        return _columns(list(rows.values()))


def _document(place: Place, *, limits: Limits) -> tuple[Header, list[Outcome]]:
    with closing(open_log(place, limits=limits)) as log:
        whole = decode_json(log.data, decoder=LOG, where=log.where())
    return whole, [_as_row(sample) for sample in whole.samples or ()]


def _as_row(sample: Sample) -> Outcome:
    return Outcome(
        id=sample.id,
        epoch=sample.epoch,
        scores={name: Value(score.value) for name, score in (sample.scores or {}).items()},
        error=None if sample.error is None else "error",
        limit=None if sample.limit is None else sample.limit.type,
    )


def _brief(header: Header, *, place: Place) -> LogHeader:
    spec = header.eval
    results = header.results
    return LogHeader(
        place=place,
        evaluation=spec.task,
        model=spec.model,
        status=header.status,
        run_id=spec.eval_id
        or missing_eval_id(
            run_id=spec.run_id, task_id=spec.task_id, created=to_instant(spec.created)[0]
        ),
        created=spec.created,
        samples=None if results is None else results.total_samples,
        invalidated=bool(header.invalidated),
        metrics=dict(_metrics(header)),
    )


def _metrics(header: Header) -> Iterator[tuple[str, float | None]]:
    for score in header.results.listed() if header.results else ():
        end = f"/{score.reducer}" if score.reducer else ""
        for name, metric in score.metrics.items():
            yield f"{score.name}/{name}{end}", metric.value


def _columns(rows: list[Outcome]) -> LogScores:
    count = len(rows)
    columns: dict[str, list[float | None]] = {}
    for place, row in enumerate(rows):
        for scorer, score in (row.scores or {}).items():
            value = score.value
            number = _GRADES.get(value) if value.__class__ is str else None
            if number is not None or value.__class__ is not dict:
                column = columns.get(scorer)
                if column is None:
                    column = columns[scorer] = [None] * count
                column[place] = _number(value) if number is None else number
            else:
                for key, part in value.items():
                    named = columns.setdefault(f"{scorer}/{key}", [None] * count)
                    named[place] = _number(part)
    return LogScores(
        id=[str(row.id) for row in rows],
        epoch=[row.epoch for row in rows],
        errored=[row.error is not None for row in rows],
        limit=[row.limit or "" for row in rows],
        scores=columns,
    )


def _number(value: object) -> float | None:
    try:
        return to_number(value)
    except Unmappable:
        return None
