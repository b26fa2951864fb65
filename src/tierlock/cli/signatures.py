"""`tierlock signatures`: every signed statement, and whether it counts."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    at_option,
    color,
    data,
    format_option,
    framework_option,
    instant_of,
    project_option,
    talk,
    width,
)
from tierlock.report import render_signatures_json, render_signatures_text
from tierlock.usecases import load_project, read_bytes, receive, restore, signatures


@click.command("signatures", context_settings=HELP)
@click.option(
    "--add", "files", multiple=True, type=click.Path(path_type=Path),
    help="Take in an envelope that was signed elsewhere.",
)  # fmt: skip
@click.option("--restore", "put_back", is_flag=True, help="Put back what the ledger still holds.")
@project_option
@framework_option
@at_option
@format_option
def command(
    files: tuple[Path, ...],
    put_back: bool,
    folder: Path,
    framework: str | None,
    at_text: str | None,
    style: str,
) -> None:
    """List who signed what, as what, when, and why it counts or does not.

    Nothing that was signed leaves this list: neither dissent nor an exception that has lapsed.
    """
    project = load_project(folder, framework=framework)
    at = instant_of(at_text)
    if put_back:
        talk(f"{restore(project)} signed statement(s) put back from the ledger")
    for path in files:
        kept = receive(project, envelope=read_bytes(path).strip(), at=at)
        talk(f"{path}: {kept.name}, entry {kept.place} of the ledger")
    found = signatures(project, at=at)
    if style == "json":
        data(render_signatures_json(found))
    else:
        data(render_signatures_text(found, width=width(), color=color()))
