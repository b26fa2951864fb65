"""`tierlock expiring`: what lapses next, which permission it closes, who renews it."""

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
    width,
)
from tierlock.cli.unmeasured import tell_unmeasured
from tierlock.core import parse_period
from tierlock.report import render_expiring_json, render_expiring_text
from tierlock.usecases import expiring, load_project


@click.command("expiring", context_settings=HELP)
@click.option("--within", metavar="PERIOD", help="Exit 4 if something lapses within it (`P30D`).")
@project_option
@framework_option
@at_option
@format_option
def command(
    within: str | None, folder: Path, framework: str | None, at_text: str | None, style: str
) -> None:
    """List what lapses next, which permission it closes, who owns it and what renews it.

    The gate is asked just before and at each instant, so that what changes no answer is said to.
    Exits 0, or 4 with something inside --within or lapsed already. Writes nothing.
    """
    if within is not None:
        parse_period(within)
    project = load_project(folder, framework=framework)
    found = expiring(project, at=instant_of(at_text), within=within)
    tell_unmeasured(project)
    code = 4 if within is not None and found.pressing else 0
    if style == "json":
        data(render_expiring_json(found, exit_code=code))
    else:
        data(render_expiring_text(found, width=width(), color=color()))
    raise click.exceptions.Exit(code)
