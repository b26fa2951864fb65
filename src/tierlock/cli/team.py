"""`tierlock team`: the store that a team shares, made, filled, moved, copied and put back."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import at_option, data, format_option, instant_of, talk
from tierlock.core import canonical_json

if TYPE_CHECKING:
    from tierlock.usecases import Checked, TeamWorkspace

team_option = click.option(
    "--team", "url", metavar="URL", envvar="TIERLOCK_TEAM", required=True,
    help="The database: sqlite:///PATH or postgresql://USER@HOST/NAME.  [env: TIERLOCK_TEAM]",
)  # fmt: skip
data_option = click.option(
    "--data", "folder", type=click.Path(path_type=Path), default=Path("team-data"),
    envvar="TIERLOCK_TEAM_DATA", show_default=True,
    help="Folder of what is kept in files.  [env: TIERLOCK_TEAM_DATA]",
)  # fmt: skip


def open_team(url: str, *, folder: Path) -> TeamWorkspace:
    """Return the workspace that the options name."""
    from tierlock.usecases import TeamWorkspace

    return TeamWorkspace(url, data=folder)


@click.group("team", context_settings=HELP)
def command() -> None:
    """Share subjects in one database: SQLite for one machine, PostgreSQL for several servers.

    Each subject has its store and its ledger in it, with all that a project folder promises.
    """


@command.command("init", context_settings=HELP)
@team_option
def init(url: str) -> None:
    """Make the tables of a new team store."""
    from tierlock.usecases import migrate_team

    before, now = migrate_team(url)
    talk(f"tables of revision {now}" if before != now else f"revision {now} was there already")


@command.command("migrate", context_settings=HELP)
@click.option("--to", metavar="REVISION", help="Which.  [default: this version's]")
@team_option
def migrate_command(to: str | None, url: str) -> None:
    """Bring the tables to another revision.

    With everything in them, in one transaction. Make a backup first.
    """
    from tierlock.usecases import migrate_team

    before, now = migrate_team(url, to=to)
    talk(f"revision {before or 'none'} -> {now}" if before != now else f"it is at {now} already")


@command.command("add", context_settings=HELP)
@click.argument(
    "projects", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(path_type=Path)
)
@click.option("--slug", metavar="NAME", help="Its address.  [default: from the subject's name]")
@click.option("--as", "author", metavar="NAME", help="Who adds it.  [default: who is logged in]")
@team_option
@data_option
@at_option
def add(
    projects: tuple[Path, ...],
    slug: str | None,
    author: str | None,
    url: str,
    folder: Path,
    at_text: str | None,
) -> None:
    """Take project folders in.

    Documents, store, files and ledger, or what is new in them. The folders are only read.
    Everything is compared afterwards, and nothing is taken by halves.
    """
    from tierlock.usecases import take_folder

    if slug is not None and len(projects) > 1:
        raise click.UsageError("--slug names one subject, and several folders were given")
    workspace = open_team(url, folder=folder)
    at = instant_of(at_text)
    for project in projects:
        done = take_folder(
            workspace, folder=project, author=author or getpass.getuser(), at=at, slug=slug
        )
        held = done.taken
        talk(f"{done.listed.slug}: {done.listed.name}, under {done.listed.frameworks[0]}")
        talk(
            f"  {held.evidence} evidence, {held.runs} run entries, {held.plans} plans, "
            f"{held.alpha} spent alpha, {held.negatives} negative records, "
            f"{held.signed} signed, {held.determinations} determinations, {done.files} files"
        )
        if done.entries is not None and done.root is not None:
            talk(f"  ledger of {done.entries} entries, root {done.root.hex()}")


@command.command("list", context_settings=HELP)
@click.option("--search", default="", metavar="TEXT", help="Only names that hold this text.")
@click.option("--after", default="", metavar="SLUG", help="Only those after this address.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="At most so many."
)
@team_option
@data_option
@format_option
def list_command(search: str, after: str, limit: int, url: str, folder: Path, style: str) -> None:
    """List the subjects, by their addresses."""
    workspace = open_team(url, folder=folder)
    found = workspace.list_subjects(after=after, limit=limit, search=search)
    if style == "json":
        rows = [
            {"slug": one.slug, "name": one.name, "frameworks": list(one.frameworks)}
            for one in found
        ]
        data(canonical_json(rows).decode("utf-8"))
        return
    width = max((len(one.slug) for one in found), default=0)
    for one in found:
        data(f"{one.slug:{width}}  {one.name}  ({', '.join(one.frameworks)})")
    talk(f"{len(found)} of {workspace.count()} subject(s)")


@command.command("check", context_settings=HELP)
@team_option
@data_option
@at_option
def check(url: str, folder: Path, at_text: str | None) -> None:
    """Recompute every ledger, read every record.

    Each record is held against its digest.
    """
    from tierlock.usecases import check_team

    found = check_team(open_team(url, folder=folder), at=instant_of(at_text))
    talk(_whole(found))


@command.command("backup", context_settings=HELP)
@click.option("--to", required=True, type=click.Path(path_type=Path), help="A new folder.")
@team_option
@data_option
@at_option
def backup(to: Path, url: str, folder: Path, at_text: str | None) -> None:
    """Copy a team store while it is in use.

    The copy holds the tree head of every ledger as it was when it began.
    """
    from tierlock.usecases import backup_team

    done = backup_team(open_team(url, folder=folder), to=to, at=instant_of(at_text))
    talk(f"{to}: {done.subjects} subject(s), {len(done.ledgers)} ledger(s)")


@command.command("restore", context_settings=HELP)
@click.option("--from", "source", required=True, type=click.Path(path_type=Path), help="The copy.")
@team_option
@data_option
@at_option
def restore(source: Path, url: str, folder: Path, at_text: str | None) -> None:
    """Put a copy back, and check all of it.

    The database and the folder must be empty.
    """
    from tierlock.usecases import restore_team

    found = restore_team(url, data=folder, source=source, at=instant_of(at_text))
    talk(_whole(found))


def _whole(found: Checked) -> str:
    return f"{found.subjects} subject(s), {found.ledgers} ledger(s), {found.entries} entries: whole"
