"""`tierlock framework`: the frameworks that are shipped, and those that people write."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.framework_alpha import alpha_command
from tierlock.cli.framework_copy import copy_command, schema_command
from tierlock.cli.framework_impact import impact_command
from tierlock.cli.framework_prove import prove_command
from tierlock.cli.framework_study import diff_command, lint_command
from tierlock.cli.output import color, data, width
from tierlock.frameworks import check_framework, get_framework, list_frameworks


@click.group("framework", context_settings=HELP)
def command() -> None:
    """List, show, copy, check, lint, compare and prove frameworks."""


command.add_command(alpha_command)
command.add_command(copy_command)
command.add_command(schema_command)
command.add_command(lint_command)
command.add_command(diff_command)
command.add_command(impact_command)
command.add_command(prove_command)


@command.command("list", context_settings=HELP)
def list_() -> None:
    """List the shipped frameworks with their digests."""
    for entry in list_frameworks():
        data(f"{entry.name}  {entry.title}  {entry.sha256[:19]}")


@command.command("show", context_settings=HELP)
@click.argument("name")
def show(name: str) -> None:
    """Print a framework: lines with bounds and whose they are, safeguards, actions, duties."""
    from tierlock.report import render_framework_text

    data(render_framework_text(get_framework(name), width=width(), color=color()))


@command.command("check", context_settings=HELP)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(path: Path) -> None:
    """Check a framework file; every problem with line and column. Exits 4 if there is one."""
    problems = check_framework(path.read_bytes(), name=str(path))
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise click.exceptions.Exit(4)
    data(f"{path}: no problems")
