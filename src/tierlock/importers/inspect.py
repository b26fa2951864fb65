"""Inspect AI logs, `.eval` archives and `.json` documents, since May 2024.

Every attempt's own record is read, because edits and invalidations show nowhere else. Inspect
itself is not needed; tests hold this reader to Inspect's own.
"""

from __future__ import annotations

from typing import Final

from tierlock.core import Evidence, Omission, Problem, RunStatus, Source, SubjectRef
from tierlock.importers.accounting import account_for
from tierlock.importers.columns import Texts, to_samples
from tierlock.importers.inspect_checks import check_header
from tierlock.importers.inspect_configuration import made_by
from tierlock.importers.inspect_container import RawLog, open_archive, open_document
from tierlock.importers.inspect_header import configuration, header_problems, planned_samples
from tierlock.importers.inspect_rows import Attempts, read_attempts
from tierlock.importers.inspect_schema import Header
from tierlock.importers.inspect_values import missing_eval_id, to_instant
from tierlock.importers.interface import Glance, Imported, LogFile
from tierlock.importers.reasons import omission, problem

_STATUSES: Final[dict[str, RunStatus]] = {
    "success": "success",
    "started": "started",
    "cancelled": "cancelled",
    "error": "error",
}


def recognises(glance: Glance) -> bool:
    """Tell whether the file is an archive named like a log, or a document with a log's keys."""
    if glance.head[:2] == b"PK":
        return glance.name.endswith(".eval")
    return glance.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and glance.mentions(
        "status", "eval", "task"
    )


def read(log: LogFile) -> Imported:
    """Return the one run that an Inspect log holds.

    A log without samples, or without a single score, is an omission: nothing can be judged by it.

    Raises:
        ImportFailed: the log can not be read.
    """
    is_archive = bytes(log.content.at(0, 2)) == b"PK"
    raw = open_archive(log) if is_archive else open_document(log)
    header = raw.header
    made = made_by(raw, log=log)
    aggregates = header.results.listed() if header.results else ()
    attempts = read_attempts(
        raw.samples,
        unnamed=aggregates[0].name if aggregates else "",
        invalidated=bool(header.invalidated),
    )
    # A run without a single score is evidence too: of attempts that are all missing. Were it left
    # out, a run could be hidden by making it fail.
    scored = any(row.scores for row in attempts.rows)
    omissions = () if scored else (_unusable(raw, count=len(attempts.rows), log=log),)
    problems = (
        *raw.problems,
        *header_problems(header),
        *attempts.problems,
        *check_header(aggregates, rows=attempts.rows),
    )
    evidence = _evidence(raw, attempts=attempts, problems=problems, log=log)
    return Imported((evidence,), omissions, made)


def _evidence(
    raw: RawLog, *, attempts: Attempts, problems: tuple[Problem, ...], log: LogFile
) -> Evidence:
    header, spec = raw.header, raw.header.eval
    created, naive = to_instant(spec.created)
    finished = header.stats.completed_at
    samples, noted = to_samples(attempts.rows)
    used = account_for(
        header.stats.model_usage,
        judged=spec.model,
        roles=header.stats.role_usage,
        bound=spec.model_roles,
    )
    texts = Texts()
    if naive and not any(entry.code == "time.naive" for entry in problems):
        noted += (problem("time.naive", says="times without a zone were read as UTC"),)
    evidence = Evidence(
        evaluation=texts.one(spec.task),
        task_version=texts.one(str(spec.task_version)),
        run_id=texts.one(_run_id(header)),
        subject=SubjectRef(name=texts.one(spec.model)),
        measured_at=attempts.started_at or created,
        finished_at=to_instant(finished)[0] if finished else None,
        status=_status(header, log=log),
        planned_samples=planned_samples(header, held=len(samples)),
        configuration={
            texts.one(name): texts.one(text) for name, text in configuration(header).items()
        },
        seconds=attempts.seconds,
        tokens=used.tokens,
        other_tokens=used.other_tokens,
        usd=used.usd,
        samples=samples,
        source=Source(
            format="inspect",
            file=texts.one(log.name),
            sha256=raw.sha256,
            tool=texts.one(f"inspect_ai {spec.packages.get('inspect_ai', '')}".rstrip()),
        ),
    )
    says = tuple(entry.model_copy(update={"says": texts.one(entry.says)}) for entry in problems)
    return evidence.model_copy(update={"problems": (*says, *noted, *texts.problems)})


def _run_id(header: Header) -> str:
    spec = header.eval
    return spec.eval_id or missing_eval_id(
        run_id=spec.run_id, task_id=spec.task_id, created=to_instant(spec.created)[0]
    )


def _status(header: Header, *, log: LogFile) -> RunStatus:
    status = _STATUSES.get(header.status)
    if status is None:
        raise log.failed("import.schema", says=f"`{header.status[:40]}` is not a run's status")
    return status


def _unusable(raw: RawLog, *, count: int, log: LogFile) -> Omission:
    spec = raw.header.eval
    run = f"run `{_run_id(raw.header)}` of `{spec.task}` on `{spec.model}`"
    run = f"{run}, status {_status(raw.header, log=log)}"
    says = f"{run}: {count} samples, none scored" if count else f"{run}: no samples"
    code = "log.unscored" if count else "log.no-samples"
    return omission(code, what=log.name, says=Texts().one(says))
