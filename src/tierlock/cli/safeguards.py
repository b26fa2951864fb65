"""`tierlock safeguards`: what is owed, how it stands, what is missing, and how to claim it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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
    talk,
    width,
)
from tierlock.cli.safeguards_claim import claim_command
from tierlock.core import Action
from tierlock.usecases import Project, load_project, safeguards

if TYPE_CHECKING:
    from tierlock.report import SafeguardsReport

action_option = click.option(
    "--action", "name", metavar="NAME", help="Only this action.  [default: every action]"
)
surface_option = click.option("--surface", metavar="NAME", help="Surface, such as `api`.")
audience_option = click.option("--audience", metavar="NAME", help="Audience, such as `general`.")


@click.group("safeguards", context_settings=HELP)
def command() -> None:
    """Show, claim and export the safeguards that a determination asks for."""


command.add_command(claim_command)


def _asked(
    project: Project, name: str | None, surface: str | None, audience: str | None
) -> Action | None:
    """The action asked for; a surface or audience alone changes the project's own question."""
    if name is None and surface is None and audience is None:
        return None
    own = project.action
    if name is not None and own is not None and own.name == name:
        return Action(name=name, surface=surface or own.surface, audience=audience or own.audience)
    return action_of(name, surface=surface, audience=audience, default=own)


def _found(
    folder: Path,
    framework: str | None,
    at_text: str | None,
    *,
    named: tuple[str | None, str | None, str | None],
) -> SafeguardsReport:
    """The state of the safeguards; `named` are action, surface and audience as options."""
    project = load_project(folder, framework=framework)
    return safeguards(project, at=instant_of(at_text), action=_asked(project, *named))


@command.command("status", context_settings=HELP)
@action_option
@surface_option
@audience_option
@project_option
@framework_option
@at_option
@format_option
def status(
    name: str | None,
    surface: str | None,
    audience: str | None,
    folder: Path,
    framework: str | None,
    at_text: str | None,
    style: str,
) -> None:
    """Show every owed safeguard: its state, owner, end, cost, evidence, cover and tests."""
    from tierlock.report import render_safeguards_json, render_safeguards_text

    found = _found(folder, framework, at_text, named=(name, surface, audience))
    if style == "json":
        data(render_safeguards_json(found))
    else:
        data(render_safeguards_text(found, width=width(), color=color()))


@command.command("gaps", context_settings=HELP)
@action_option
@surface_option
@audience_option
@project_option
@framework_option
@at_option
@format_option
def gaps(
    name: str | None,
    surface: str | None,
    audience: str | None,
    folder: Path,
    framework: str | None,
    at_text: str | None,
    style: str,
) -> None:
    """List what is missing to open each action, cheapest first, with the command that claims it."""
    from tierlock.report import render_gaps_text, render_safeguards_json

    found = _found(folder, framework, at_text, named=(name, surface, audience))
    if style == "json":
        data(render_safeguards_json(found, gaps=True))
    else:
        data(render_gaps_text(found, width=width(), color=color()))


@command.command("oscal", context_settings=HELP)
@click.option(
    "--out",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to write into; files of the same names are replaced.",
)
@project_option
@framework_option
@at_option
def oscal(out: Path, folder: Path, framework: str | None, at_text: str | None) -> None:
    """Write the safeguards as OSCAL 1.2 documents for tools that read them."""
    from tierlock.usecases import export_oscal

    project = load_project(folder, framework=framework)
    for path in export_oscal(project, at=instant_of(at_text), out=out):
        talk(f"wrote {path}")
