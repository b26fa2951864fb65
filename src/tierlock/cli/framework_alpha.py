"""`tierlock framework alpha`: how much error a framework allows, and who may spend it."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, format_option, width


@click.command("alpha", context_settings=HELP)
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option(
    "--project",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Project whose plan may promise looks.  [default: here, without a name]",
)
@format_option
def alpha_command(name: str | None, folder: Path | None, style: str) -> None:
    """Print how alpha is divided over criteria, weights versions and planned looks."""
    from tierlock.report import render_allocation_json, render_allocation_text
    from tierlock.usecases import spending

    found = spending(name, project=folder)
    if style == "json":
        data(
            render_allocation_json(
                found.rows, framework=found.framework, union_bound=found.union_bound
            )
        )
        return
    data(
        render_allocation_text(
            found.rows,
            framework=found.framework,
            union_bound=found.union_bound,
            width=width(),
            color=color(),
        )
    )
