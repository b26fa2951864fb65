"""What happened to a subject, from its ledger and from what is stated in its files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tierlock.core import Decision, InputError, Negative, RegisteredRun
from tierlock.ledger import Entry, Ledger
from tierlock.report import Event, LogLine, Timeline
from tierlock.usecases.ledger import project_ledger
from tierlock.usecases.ledger_log import read_log
from tierlock.usecases.project import Project


def read_timeline(
    project: Project, *, at: datetime, before: int | None = None, size: int = 100
) -> Timeline:
    """Return a page of what happened, newest first.

    What is stated in files stands among the entries of the ledger by its own date.

    Args:
        project: whose.
        at: now; what is dated later is left out.
        before: only entries of the ledger before this place.
        size: entries on a page.

    Raises:
        InputError: there is no ledger, or it can not be read.
        IntegrityError: `ledger.damaged`.
    """
    with project_ledger(project) as ledger:
        entries = ledger.size()
        end = entries if before is None else min(max(before, 0), entries)
        start = max(0, end - size)
        logged = [one for one in _logged(ledger, start, end) if one.at <= at]
        edge = _dates(ledger, start, end)
    since = None if start == 0 else edge[0]
    until = None if end == entries else edge[1]
    stated = [
        one
        for one in _stated(project)
        if one.at <= at and (since is None or one.at >= since) and (until is None or one.at < until)
    ]
    found = sorted([*logged, *stated], key=lambda one: (one.at, one.place or 0), reverse=True)
    return Timeline(
        events=tuple(found),
        before=start or None,
        entries=entries,
    )


def _dates(ledger: Ledger, start: int, end: int) -> tuple[datetime | None, datetime | None]:
    """When the first entry of a page was appended, and the first one after it."""
    first = next(ledger.entries(start, until=min(start + 1, end)), None) if start < end else None
    after = next(ledger.entries(end), None)
    return first.logged_at if first else None, after.logged_at if after else None


def _logged(ledger: Ledger, start: int, end: int) -> Iterator[Event]:
    entries = ledger.entries(start, until=end)
    for entry, line in zip(entries, read_log(ledger, since=start), strict=False):
        yield _event(entry, line)


def _event(entry: Entry, line: LogLine) -> Event:
    found = Event(at=line.logged_at, kind=line.kind, says=line.says, place=line.place)
    try:
        if line.kind == "run":
            run = RegisteredRun.parse(entry.payload)
            return found._replace(at=run.started_at, run=run.run_id)
        if line.kind == "negative":
            return found._replace(at=Negative.parse(entry.payload).happened_at)
        if line.kind == "decision":
            return found._replace(verdict=Decision.parse(entry.payload).verdict.value)
    except InputError:
        # `line` says that it can not be read; it happened all the same.
        return found
    return found


def _stated(project: Project) -> Iterator[Event]:
    """Yield what people state in files; what is signed stands in the ledger itself."""
    file = project.statements
    for claim in file.to_claims():
        says = f"{claim.criterion} is claimed {claim.status}"
        yield Event(claim.claimed_at, "claim", f"{says}: {claim.says}" if claim.says else says)
    for one in file.to_attestations():
        says = f"{one.signer} as {one.role} attests {one.criterion}"
        yield Event(one.attested_at, "attestation", says)
    for approval in file.to_approvals():
        says = f"{approval.signer} as {approval.role} approves {approval.action}"
        yield Event(approval.approved_at, "approval", says)
    for ruling in file.to_rulings():
        yield Event(ruling.ruled_at, "ruling", f"ruling: {ruling.reasons}")
    for choice in file.to_choices():
        says = f"{choice.interpretation} is read as {choice.reading}"
        yield Event(choice.chosen_at, "choice", says)
