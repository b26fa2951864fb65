"""`tierlock output`: what samples were given and what came back."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    color,
    data,
    format_option,
    framework_option,
    instant_of,
    project_option,
    width,
)
from tierlock.cli.revealing import ask_of, reveal_options


@click.group("output", context_settings=HELP)
def command() -> None:
    """Find and show what samples were given and what came back.

    A project keeps it with `keep_outputs: true`. Dangerous texts are withheld; who asks for them
    is recorded in the ledger.
    """


@command.command("list", context_settings=HELP)
@click.option(
    "--finding", metavar="PATH", help="Only samples behind this finding, as `gate` names it."
)
@click.option("--run", metavar="ID", help="Only samples of this run.")
@project_option
@framework_option
@format_option
def list_(
    finding: str | None, run: str | None, folder: Path, framework: str | None, style: str
) -> None:
    """List samples with their scores, and the command that opens each log."""
    from tierlock.report import render_output_list, render_output_list_json
    from tierlock.usecases import list_outputs, load_project

    found = list_outputs(load_project(folder, framework=framework), finding=finding, run=run)
    if style == "json":
        data(render_output_list_json(found))
    else:
        data(render_output_list(found, width=width(), color=color()))


@command.command("show", context_settings=HELP)
@click.argument("sample", metavar="SAMPLE")
@reveal_options
@project_option
@format_option
def show(
    sample: str,
    reveal: bool,
    reason: str,
    who: str,
    folder: Path,
    style: str,
) -> None:
    """Show one sample: what was asked, what was answered, and every message.

    SAMPLE is a key that `output list` prints, or its beginning.
    """
    from tierlock.report import render_output_shown, render_output_shown_json
    from tierlock.usecases import load_project, show_output

    shown = show_output(
        load_project(folder),
        key=sample,
        at=instant_of(None),
        ask=ask_of(reveal=reveal, reason=reason, who=who),
    )
    if style == "json":
        data(render_output_shown_json(shown))
    else:
        data(render_output_shown(shown, width=width(), color=color()))


@command.command("search", context_settings=HELP)
@click.argument("text", metavar="TEXT")
@reveal_options
@project_option
@format_option
def search(
    text: str,
    reveal: bool,
    reason: str,
    who: str,
    folder: Path,
    style: str,
) -> None:
    """Find samples whose texts hold TEXT, whatever its case. Withheld texts are not searched."""
    from tierlock.report import render_output_found, render_output_found_json
    from tierlock.usecases import load_project, search_outputs

    found = search_outputs(
        load_project(folder),
        text=text,
        at=instant_of(None),
        ask=ask_of(reveal=reveal, reason=reason, who=who),
    )
    if style == "json":
        data(render_output_found_json(found))
    else:
        data(render_output_found(found, width=width()))
