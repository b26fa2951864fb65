"""A team store copied while it is in use, and put back where it was checked entry by entry.

The copy holds the tree head of every ledger as it was before: what is put back must have grown
from there, or be the same.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import Digest, InputError, Instant, IntegrityError, Record, canonical_bytes
from tierlock.ledger import open_ledger, verify_ledger
from tierlock.store import TeamDatabase, revision_of, write_whole
from tierlock.usecases.project import read_bytes
from tierlock.usecases.team_files import backup_file, copy_tree
from tierlock.usecases.workspace_team import TeamWorkspace

_LIST: Final = "backup.json"
_FILE: Final = "team.db"
_DUMP: Final = "team-dump"
_FOLDERS: Final = "data"
_PAGE: Final = 500


class LedgerHead(Record):
    """How far a ledger was.

    Attributes:
        slug: whose.
        origin: its name in its tree heads.
        size: how many entries it had.
        root: the root over them.
    """

    slug: str
    origin: str
    size: int
    root: Digest


class BackupList(Record):
    """What a backup holds.

    Attributes:
        made_at: when it was begun.
        subjects: how many subjects there were.
        ledgers: every ledger of them.
    """

    made_at: Instant
    subjects: int
    ledgers: tuple[LedgerHead, ...]


class Checked(NamedTuple):
    """What a check of a team store found to be whole.

    Attributes:
        subjects: how many.
        ledgers: how many.
        entries: how many entries, each recomputed.
    """

    subjects: int
    ledgers: int
    entries: int


def backup_team(workspace: TeamWorkspace, *, to: Path, at: datetime) -> BackupList:
    """Copy a team store into a new folder; others may go on writing.

    Args:
        workspace: which.
        to: a folder that is not there yet, or is empty.
        at: now.

    Raises:
        InputError: `input.exists`, the folder is not empty; `input.store`, something can not be
            read or written, or PostgreSQL's `pg_dump` is missing or fails.
        IntegrityError: a ledger is damaged.
    """
    _check_empty(to)
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _failed("make", to, error) from None
    # Before the copy is made: it has at least what these tree heads cover.
    slugs = list(_slugs(workspace))
    heads = tuple(head for slug in slugs for head in _head(workspace, slug))
    database = workspace.database
    if database.is_sqlite:
        try:
            backup_file(database.path, into=to / _FILE)
        except (sqlite3.Error, OSError) as error:
            raise _failed("copy", database.path, error) from None
    else:
        _program("pg_dump", "--format=custom", f"--file={to / _DUMP}", database=database)
    copy_tree(workspace.data, into=to / _FOLDERS)
    listed = BackupList(made_at=at, subjects=len(slugs), ledgers=heads)
    # Last: a copy without its list was not finished.
    write_whole(to / _LIST, data=canonical_bytes(listed))
    return listed


def restore_team(url: str, *, data: Path, source: Path, at: datetime) -> Checked:
    """Put a copy back into a database and a folder that are empty, and check all of it.

    Args:
        url: the new database.
        data: the new folder of files.
        source: folder of the copy.
        at: now.

    Raises:
        InputError: `input.not-found`, the copy is not whole; `input.exists`, the database or the
            folder is not empty; `input.store`, something can not be read or written.
        IntegrityError: what was put back is damaged or lacks what the copy had.
    """
    if not (source / _LIST).exists():
        raise InputError(
            "input.not-found",
            f"`{source}` is no whole backup: it has no `{_LIST}`",
            hint="`tierlock team backup` writes it last",
        )
    listed = BackupList.parse(read_bytes(source / _LIST))
    database = TeamDatabase(url)
    _check_empty(data)
    if revision_of(database) is not None:
        raise InputError(
            "input.exists", f"`{database.where}` holds a team store", hint="name a new database"
        )
    if database.is_sqlite:
        try:
            database.path.parent.mkdir(parents=True, exist_ok=True)
            backup_file(source / _FILE, into=database.path)
        except (sqlite3.Error, OSError) as error:
            raise _failed("restore", source, error) from None
    else:
        _program(
            "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner",
            str(source / _DUMP), database=database,
        )  # fmt: skip
    copy_tree(source / _FOLDERS, into=data)
    database.close()
    workspace = TeamWorkspace(url, data=data)
    return check_team(workspace, at=at, heads=listed.ledgers)


def check_team(
    workspace: TeamWorkspace, *, at: datetime, heads: tuple[LedgerHead, ...] = ()
) -> Checked:
    """Recompute every ledger of a team store, and read every record of it against its digests.

    Args:
        workspace: which.
        at: now.
        heads: how far ledgers were before; each must have grown from there, or be the same.

    Raises:
        IntegrityError: something was changed or is missing.
    """
    subjects = ledgers = entries = 0
    for slug in _slugs(workspace):
        project = workspace.open(slug)
        store = project.store
        for read in (store.evidence, store.runs, store.plans, store.history, store.negatives):
            read()
        store.signed(), store.determinations()
        subjects += 1
        for head in _head(workspace, slug):
            with open_ledger(workspace.ledger_of(slug)) as ledger:
                entries += verify_ledger(ledger, at=at).head.size
            ledgers += 1
            _check_grown(workspace, [one for one in heads if one.slug == head.slug])
    missing = {one.slug for one in heads} - set(_slugs(workspace))
    if missing:
        raise _lost(f"the subject `{min(missing)}` is missing")
    return Checked(subjects, ledgers, entries)


def _check_grown(workspace: TeamWorkspace, heads: list[LedgerHead]) -> None:
    for head in heads:
        with open_ledger(workspace.ledger_of(head.slug)) as ledger:
            if ledger.origin != head.origin or ledger.size() < head.size:
                raise _lost(f"the ledger of `{head.slug}` had {head.size} entries")
            if f"sha256:{ledger.root(head.size).hex()}" != head.root:
                raise _lost(f"the ledger of `{head.slug}` had another root")


def _lost(why: str) -> IntegrityError:
    return IntegrityError(
        "ledger.inconsistent",
        f"what was put back is not what the backup had: {why}",
        hint="restore another backup; do not serve from this one",
    )


def _head(workspace: TeamWorkspace, slug: str) -> Iterator[LedgerHead]:
    """The head of a subject's ledger; nothing where none was begun."""
    try:
        ledger = open_ledger(workspace.ledger_of(slug))
    except InputError as error:
        if error.code != "input.not-found":
            raise
        return
    with ledger:
        size = ledger.size()
        root = f"sha256:{ledger.root(size).hex()}"
        yield LedgerHead(slug=slug, origin=ledger.origin, size=size, root=root)


def _slugs(workspace: TeamWorkspace) -> Iterator[str]:
    after = ""
    while found := workspace.list_subjects(after=after, limit=_PAGE):
        yield from (one.slug for one in found)
        after = found[-1].slug


def _check_empty(folder: Path) -> None:
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise InputError("input.exists", f"`{folder}` is not empty", hint="name a new folder")


def _failed(what: str, path: Path, error: Exception) -> InputError:
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return InputError("input.store", f"can not {what} `{path}`: {reason}")


def _program(name: str, *arguments: str, database: TeamDatabase) -> None:
    """Run one of PostgreSQL's own programs on a database."""
    program = shutil.which(name)
    if program is None:
        raise InputError(
            "input.store",
            f"`{name}` is not installed",
            hint="it comes with PostgreSQL's client programs, such as Debian's postgresql-client",
        )
    parsed = database.parsed
    # Everybody on the machine can read the arguments of a process, and not its environment.
    url = parsed.set(drivername="postgresql", password=None)
    secret = {} if parsed.password is None else {"PGPASSWORD": str(parsed.password)}
    done = subprocess.run(  # noqa: S603  # a fixed program, and no shell
        [program, f"--dbname={url.render_as_string(hide_password=False)}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **secret},
    )
    if done.returncode:
        says = (done.stderr.strip() or "it failed").splitlines()[0]
        raise InputError(
            "input.store",
            f"`{name}` failed: {says}",
            hint="it must be of the server's version or later",
        )
