"""A project folder taken into a team's database with its store, files and ledger, all compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import InputError, IntegrityError
from tierlock.ledger import Draft, Ledger, open_ledger
from tierlock.store import LocalStore, Taken, take_over
from tierlock.usecases.team_files import take_files
from tierlock.usecases.team_project import held_of, project_in
from tierlock.usecases.workspace import Listed
from tierlock.usecases.workspace_team import TeamWorkspace

_BATCH: Final = 500


class TakenProject(NamedTuple):
    """What was taken of a project, all of which is in the team store now.

    Attributes:
        listed: the subject.
        taken: how much its store holds.
        files: how many files.
        entries: how many entries its ledger has; None where none was begun.
        root: the root over them.
    """

    listed: Listed
    taken: Taken
    files: int
    entries: int | None
    root: bytes | None


def take_folder(
    workspace: TeamWorkspace, *, folder: Path, author: str, at: datetime, slug: str | None = None
) -> TakenProject:
    """Take a project folder into a team's database; what was taken before can be taken again.

    The folder is only read. The subject appears last, when everything else is there: a command
    that was ended in between is done again.

    Args:
        workspace: where.
        folder: of a `tierlock.yaml`, or the file itself.
        author: who says so.
        at: when.
        slug: its address; by default made from its name.

    Raises:
        InputError: the project can not be read; `team.subject`, another subject has its name or
            address.
        IntegrityError: the store or the ledger is damaged; `ledger.inconsistent`, both ledgers
            have grown; `team.differs`, what was taken is not what the folder has.
    """
    found = project_in(folder)
    held = held_of(found.project, slug=slug)
    _check_free(workspace, slug=held.slug, name=held.name)
    files = take_files(found.store, into=workspace.data / held.slug)
    entries, root = _take_ledger(found.ledger, into=workspace.ledger_of(held.slug))
    with workspace.together():
        listed = workspace.put(found.project, author=author, at=at, slug=held.slug)
        taken = take_over(workspace.store(held.slug), local=LocalStore(found.store))
    return TakenProject(listed, taken, files, entries, root)


def _check_free(workspace: TeamWorkspace, *, slug: str, name: str) -> None:
    """Refuse an address that another subject has, before anything is written beside it."""
    try:
        there = workspace.find(slug)
    except InputError:
        return
    if there.slug == slug and there.name != name:
        raise InputError(
            "team.subject",
            f"the team store has `{there.name}` under `{slug}` already",
            hint="choose another address with --slug",
        )


def _take_ledger(source: str, *, into: str) -> tuple[int | None, bytes | None]:
    try:
        ledger = open_ledger(source)
    except InputError as error:
        if error.code != "input.not-found":
            raise
        return None, None
    with ledger, open_ledger(into, origin=ledger.origin) as team:
        if team.origin != ledger.origin:
            raise _other(f"one is `{ledger.origin}`, the other `{team.origin}`")
        size, have = ledger.size(), team.size()
        both = min(size, have)
        if ledger.root(both) != team.root(both):
            raise _other(f"their first {both} entries differ")
        drafts = _drafts(ledger, since=have, until=size)
        while batch := list(islice(drafts, _BATCH)):
            team.append(batch, expected=have)
            have += len(batch)
        root = ledger.root(size)
        if team.root(size) != root:
            raise IntegrityError(
                "team.differs",
                f"the {size} entries taken have another root than the project's ledger",
                location=into,
                hint="`tierlock ledger verify` names the first entry of the project that differs",
            )
    return size, root


def _drafts(ledger: Ledger, *, since: int, until: int) -> Iterator[Draft]:
    return (
        Draft(media_type=entry.media_type, payload=entry.payload, logged_at=entry.logged_at)
        for entry in ledger.entries(since, until=until)
    )


def _other(why: str) -> IntegrityError:
    return IntegrityError(
        "ledger.inconsistent",
        f"the ledger of the project is not that of the team store: {why}",
        hint="a project that goes on in the team store is not continued in its folder",
    )
