"""`report`: the values of a capability, safeguards or risk report, gathered once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from tierlock.core import Action, Determination, InputError, determination_id, digest_bytes
from tierlock.frameworks import parse_record
from tierlock.report import (
    Redaction,
    ReportDocument,
    ReportKind,
    ReportValues,
    Witnessed,
    Written,
    checklist_of,
    make_report,
)
from tierlock.usecases.anchoring import ANCHORS, holding_anchors, stored_anchors
from tierlock.usecases.assessing import report_of
from tierlock.usecases.ledger import entry_of, project_ledger
from tierlock.usecases.project import Project, read_bytes
from tierlock.usecases.question import ask
from tierlock.usecases.recorded import anchored_by
from tierlock.usecases.safeguarding import safeguards
from tierlock.usecases.signature_list import signatures

SALT_FILE: Final = "report-salt"
_SALT_BYTES: Final = 32
_LONGEST: Final = 2000


def report_document(
    project: Project,
    *,
    kind: ReportKind,
    at: datetime,
    action: Action | None = None,
    written: Path | None = None,
    redactions: Sequence[Redaction] = (),
) -> ReportDocument:
    """Return a report on the project's subject as of an instant.

    Args:
        project: framework, subject, statements and store.
        kind: which report.
        at: the instant of the question.
        action: what the report answers; by default the project's own question.
        written: file with what people wrote for items of the checklist.
        redactions: what to keep back; the first time makes the project's secret salt.

    Raises:
        InputError: `report.written` or `report.redact`, a file that can not be read, or an action
            that the framework does not name.
        IntegrityError: store, ledger and trust file do not agree.
    """
    values = report_values(project, kind=kind, at=at, action=action, written=written)
    salt = _salt(project) if redactions else b""
    return make_report(kind, values=values, redactions=redactions, salt=salt)


def report_values(
    project: Project,
    *,
    kind: ReportKind,
    at: datetime,
    action: Action | None = None,
    written: Path | None = None,
) -> ReportValues:
    """Return everything that a report may say; see `report_document`."""
    asked = action or project.action
    answer = ask(project, at=at, action=asked)
    every = safeguards(project, at=at)
    texts = None if written is None else _written(project, kind=kind, file=written)
    return ReportValues(
        report=report_of(project, answer=answer),
        safeguards=every if asked is None else safeguards(project, at=at, action=asked),
        every=every,
        signatures=signatures(project, at=at),
        witnessed=_witnessed(project, determination=answer.determination),
        previous=_previous(project, now=answer.determination),
        written={} if texts is None else texts.texts,
        written_digest="" if written is None else digest_bytes(read_bytes(written)),
    )


def _written(project: Project, *, kind: ReportKind, file: Path) -> Written:
    """What people wrote, if it is for this report on this subject and asked for."""
    found = parse_record(read_bytes(file), kind=Written, name=str(file))
    problem = hint = ""
    if found.report != kind:
        problem, hint = f"it is for a {found.report} report", f"set `report: {kind}`"
    elif found.subject != project.subject.name:
        problem, hint = f"it is about `{found.subject}`", f"set `subject: {project.subject.name}`"
    items = {item.id for item in checklist_of(kind).items_for(project.framework.name)}
    unknown = sorted(found.texts.keys() - items)
    if not problem and unknown:
        problem = f"the checklist has no item `{unknown[0]}`"
        hint = f"one of: {', '.join(sorted(items))}"
    for name, text in found.texts.items():
        if not problem and any(len(part) > _LONGEST for part in text.says.split("\n\n")):
            problem = f"a paragraph of `{name}` is longer than {_LONGEST} characters"
            hint = "break it by an empty line"
    if problem:
        raise InputError("report.written", problem, location=str(file), hint=hint)
    return found


def _previous(project: Project, *, now: Determination) -> Determination | None:
    """The latest determination on record before this one that is another one."""
    own = determination_id(now)
    earlier = [
        one
        for one in project.store.determinations(subject=project.subject.name)
        if one.determined_at < now.determined_at and determination_id(one) != own
    ]
    return max(earlier, key=lambda one: one.determined_at, default=None)


def _witnessed(project: Project, *, determination: Determination) -> Witnessed:
    """Where the determination is in the ledger, and who had seen the ledger by when.

    A determination that was asked for again later is the same one: its first entry counts.
    """
    own = determination_id(determination)
    same = [
        one
        for one in project.store.determinations(subject=project.subject.name)
        if determination_id(one) == own
    ]
    first = min(same, key=lambda one: one.determined_at, default=determination)
    stored = stored_anchors(project.store.folder / ANCHORS)
    trust = project.trust
    held = [] if trust is None else holding_anchors(stored, witnesses=trust.witnesses)
    bare = Witnessed(anchors=len(stored), trusted=len(held))
    try:
        entry = entry_of(project, record=first)
    except InputError:
        return bare
    with project_ledger(project) as ledger:
        by = None if entry is None else anchored_by(entry, ledger=ledger, confirmed=held)
        return replace(
            bare,
            entry=None if entry is None else entry.index,
            size=ledger.size(),
            root=f"sha256:{ledger.root(ledger.size()).hex()}",
            by=by,
        )


def _salt(project: Project) -> bytes:
    """The project's secret for redactions, made once; who has it can check what was kept back."""
    path = project.store.folder / SALT_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(_SALT_BYTES) + "\n")
        salt = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise InputError("input.store", f"can not use `{path}`: {error}") from None
    if len(salt) != _SALT_BYTES:
        raise InputError("input.store", f"`{path}` is not {_SALT_BYTES} bytes in hexadecimal")
    return salt
