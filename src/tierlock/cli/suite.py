"""`tierlock suite`: which evaluations bind which line of a framework, and what none covers."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, format_option, width

_GAPS = 4


@click.command("suite", context_settings=HELP)
@click.argument("framework", metavar="[NAME|PATH]", required=False)
@click.option(
    "--project",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Count the evidence in this project's store.  [default: here, without NAME]",
)
@click.option("--exit-code", is_flag=True, help="Exit 4 where the suite has a gap.")
@format_option
def command(framework: str | None, folder: Path | None, exit_code: bool, style: str) -> None:
    """Show which evaluations bind which line of a framework, and which threats none covers.

    Without NAME it is the project's framework, with the runs that the store holds for every
    evaluation. Gaps are threats that the text says are not assessed, lines that no evaluation
    decides, bounds that the publisher keeps to itself, and evaluations without evidence.
    """
    from tierlock.report import render_suite_json, render_suite_text
    from tierlock.usecases import suite_of

    found = suite_of(framework, folder=folder)
    if style == "json":
        data(render_suite_json(found))
    else:
        data(render_suite_text(found, width=width(), color=color()))
    if exit_code and found.gaps:
        raise click.exceptions.Exit(_GAPS)
