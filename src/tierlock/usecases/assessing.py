"""`assess`: logs in, determination, decision and report out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tierlock.core import Framework, InputError, Omission
from tierlock.importers import Imports
from tierlock.report import AssessReport, render_html
from tierlock.usecases.ingesting import ingest, mock_models
from tierlock.usecases.project import Project
from tierlock.usecases.question import Answer, ask, record


class Assessed(NamedTuple):
    """What `assess` found.

    Attributes:
        report: every value that a renderer needs.
        omissions: files and runs that were left out, with the reason.
        repeated: runs that were read before and count once.
        html: path of the written report.
    """

    report: AssessReport
    omissions: tuple[Omission, ...]
    repeated: int
    files: int
    html: Path


def assess(imports: Imports, *, project: Project, at: datetime) -> Assessed:
    """Store what was imported, answer the project's question as of `at`, and write the report.

    Raises:
        InputError: evidence dated after `at`, or a store that can not be written.
        IntegrityError: a run id that is known with other content.
    """
    check_dates(imports, frameworks=[project.framework], at=at)
    repeated = ingest(
        imports,
        store=project.store,
        framework=project.framework,
        subject=project.subject,
        keep_outputs=project.keep_outputs,
    )
    answer = ask(project, at=at, action=project.action)
    record(project, answer=answer)
    report = report_of(project, answer=answer)
    return Assessed(
        report=report,
        omissions=imports.omissions,
        repeated=repeated,
        files=imports.files,
        html=write_report(project, report=report),
    )


def check_dates(imports: Imports, *, frameworks: Iterable[Framework], at: datetime) -> None:
    """Refuse what is later than the question before anything is stored.

    Future evidence would block every later question; a framework that is not in force yet can not
    be asked.

    Raises:
        InputError: `input.future`.
    """
    for framework in frameworks:
        if framework.effective > at.astimezone(UTC).date():
            raise InputError(
                "input.future",
                f"framework `{framework.name}` applies from {framework.effective.isoformat()} on, "
                "after the question",
                hint="ask for a later instant with --at",
            )
    for item in imports.evidence:
        if max(item.measured_at, item.finished_at or item.measured_at) > at:
            raise InputError(
                "input.future",
                f"run `{item.run_id}` is dated {item.measured_at.isoformat()}, after the question",
                location=item.source.file,
                hint="check the clock that wrote it, or ask for a later instant with --at",
            )


def report_of(project: Project, *, answer: Answer) -> AssessReport:
    """Return the values of one answer as renderers want them."""
    stated = answer.stated
    return AssessReport(
        framework=project.framework,
        subject=project.subject,
        determination=answer.determination,
        explanation=answer.explanation,
        decision=answer.decision,
        evidence=answer.evidence,
        mock_models=mock_models(answer.evidence),
        generated_at=answer.determination.determined_at,
        claims=stated.claims,
        approvals=stated.approvals,
        rulings=stated.rulings,
        negatives=stated.negatives,
    )


def write_report(project: Project, *, report: AssessReport, part: str = "") -> Path:
    """Write the self-contained HTML report into the store's folder and return its path.

    Args:
        project: whose store and subject.
        report: what it says.
        part: ends the file's name where there are several reports of one instant.
    """
    return write_page(project, page=render_html(report), at=report.generated_at, part=part)


def write_page(project: Project, *, page: str, at: datetime, part: str) -> Path:
    """Write one HTML page into the store's folder of reports and return its path.

    Raises:
        InputError: `input.store`; it can not be written.
    """
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", project.subject.name).strip("-.") or "subject"
    # Names of frameworks have no underscore, so two of them never give one file.
    kind = re.sub(r"[^A-Za-z0-9.-]+", "_", part)
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    path = (
        project.store.folder / "reports" / ("-".join(filter(None, (stamp, name, kind))) + ".html")
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.store", f"can not write `{path}`: {reason}") from None
    return path
