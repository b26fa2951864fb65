"""`tierlock explain`: why, how far, what flips it; or what a code means."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    action_of,
    at_option,
    color,
    data,
    format_option,
    framework_option,
    instant_of,
    project_option,
    width,
)
from tierlock.core import InputError
from tierlock.report import render_explain_text, render_json
from tierlock.usecases import ask, load_project, meaning_of, report_of


@click.command("explain", context_settings=HELP)
@click.argument("code", required=False)
@click.option("--action", "name", metavar="NAME", help="Action to explain.  [default: project's]")
@click.option("--surface", metavar="NAME", help="Surface, such as `api`.")
@click.option("--audience", metavar="NAME", help="Audience, such as `general`.")
@project_option
@framework_option
@at_option
@format_option
def command(
    code: str | None,
    name: str | None,
    surface: str | None,
    audience: str | None,
    folder: Path,
    framework: str | None,
    at_text: str | None,
    style: str,
) -> None:
    """Explain the answer, or a CODE that Tierlock printed, such as `slot.unplanned-veto`.

    Prints why each threshold came out as it did, how far the evidence is from the bound, which
    single facts would change the answer, what is missing, and the way forward with its cost.
    """
    if code is not None:
        data(_meaning(code))
        return
    project = load_project(folder, framework=framework)
    action = action_of(name, surface=surface, audience=audience, default=project.action)
    answer = ask(project, at=instant_of(at_text), action=action)
    report = report_of(project, answer=answer)
    if style == "json":
        data(render_json(report, exit_code=0))
    else:
        data(render_explain_text(report, width=width(), color=color()))


def _meaning(code: str) -> str:
    """Return what a code means."""
    says = meaning_of(code)
    if says is None:
        raise InputError(
            "input.not-found",
            f"`{code}` is no code of Tierlock",
            hint="the codes are listed in docs/reference: errors.md, reasons.md and formats.md",
        )
    return says
