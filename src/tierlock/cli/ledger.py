"""`tierlock ledger`: the record that can not be quietly changed."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    at_option,
    data,
    format_option,
    instant_of,
    project_option,
    talk,
    width,
)
from tierlock.ledger import Ledger, canonical_head
from tierlock.report import (
    render_ledger_log,
    render_ledger_log_json,
    render_ledger_state,
    render_ledger_state_json,
)
from tierlock.usecases import (
    export_project,
    exported_ledger,
    import_into,
    load_project,
    project_ledger,
    read_log,
    verify_all,
)

file_option = click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path),
    help="An export instead of the project's ledger.",
)


@click.group("ledger", context_settings=HELP)
def command() -> None:
    """Show, recompute and hand out the project's record."""


def _ledger(folder: Path, file: Path | None) -> Ledger:
    return project_ledger(load_project(folder)) if file is None else exported_ledger(file)


@command.command("log", context_settings=HELP)
@click.option("--since", type=click.IntRange(0), default=0, help="First entry to show.")
@project_option
@file_option
@format_option
def log(since: int, folder: Path, file: Path | None, style: str) -> None:
    """List the entries, oldest first, each with the digest of its bytes."""
    with _ledger(folder, file) as ledger:
        lines = read_log(ledger, since=since)
        if style == "json":
            data(render_ledger_log_json(lines))
        else:
            data(render_ledger_log(lines, width=width()))


@command.command("verify", context_settings=HELP)
@click.option(
    "--held",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Tree head that you received earlier; the ledger must extend it. Repeatable.",
)
@click.option(
    "--trusted",
    type=click.Path(path_type=Path),
    help="Tree head that you verified earlier; what it covers is not read again.",
)
@project_option
@file_option
@at_option
@format_option
def verify(
    held: tuple[Path, ...],
    trusted: Path | None,
    folder: Path,
    file: Path | None,
    at_text: str | None,
    style: str,
) -> None:
    """Recompute every hash, and hold the ledger against tree heads that were seen before.

    Exits 0 where everything agrees, 3 where anything was changed, reordered or removed.
    """
    with _ledger(folder, file) as ledger:
        found = verify_all(ledger, at=instant_of(at_text), held=held, trusted=trusted)
    if style == "json":
        data(render_ledger_state_json(found))
    else:
        data(render_ledger_state(found, width=width()))


@command.command("tree-head", context_settings=HELP)
@click.option("--size", type=click.IntRange(0), help="Of an earlier size.  [default: now]")
@project_option
@file_option
@at_option
def tree_head(size: int | None, folder: Path, file: Path | None, at_text: str | None) -> None:
    """Print the tree head: four lines to give to an auditor, or to sign.

    Whoever keeps it can later show that an entry was changed or removed.
    """
    with _ledger(folder, file) as ledger:
        data(canonical_head(ledger.head(instant_of(at_text), size=size)).decode("ascii"))


@command.command("export", context_settings=HELP)
@click.argument("to", type=click.Path(path_type=Path))
@project_option
def export(to: Path, folder: Path) -> None:
    """Write the whole ledger into one new file, TO, which `--file` and `import` read."""
    found = export_project(load_project(folder), to=to)
    talk(f"{found.size} entries of {found.origin}, root {found.root.hex()}")


@command.command("import", context_settings=HELP)
@click.argument("file", type=click.Path(path_type=Path))
@project_option
def import_(file: Path, folder: Path) -> None:
    """Take an export, FILE, into a ledger that is empty or begins like it."""
    found = import_into(load_project(folder), file=file)
    talk(f"{found.size} entries of {found.origin}, root {found.root.hex()}")
