"""`tierlock init`: start a project without overwriting anything."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.assess import DEFAULT_FRAMEWORK
from tierlock.cli.context import HELP
from tierlock.cli.output import data
from tierlock.usecases import init_project


@click.command("init", context_settings=HELP)
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--subject", metavar="NAME", required=True, help="Name of what is judged.")
@click.option(
    "--framework",
    metavar="NAME|PATH",
    default=DEFAULT_FRAMEWORK,
    show_default=True,
    help="Framework by name, or the path of a framework file.",
)
def command(folder: Path, subject: str, framework: str) -> None:
    """Write a project file and a statements file into FOLDER."""
    project, statements = init_project(folder, framework=framework, subject=subject)
    data(f"wrote {project}     what is judged, under which framework")
    data(f"wrote {statements}  what people state: claims, attestations, incidents")
    data("next: tierlock assess LOGS")
