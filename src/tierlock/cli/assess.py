"""`tierlock assess`: logs in, level, margins, verdict and report out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    at_option,
    instant_of,
    progress,
    quiet_option,
)
from tierlock.cli.workers import workers
from tierlock.importers import Reading

DEFAULT_FRAMEWORK: Final = "asl/reference-1"


@click.command("assess", context_settings=HELP)
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--project",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of tierlock.yaml, or the file.  [default: here, if there is one]",
)
@click.option(
    "--framework",
    "frameworks",
    metavar="NAME|PATH",
    multiple=True,
    help="Framework instead of the project's; name it more than once to see several side by side.",
)
@click.option("--subject", metavar="NAME", help="What is judged, where there is no project file.")
@at_option
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
@click.option(
    "--exit-code",
    is_flag=True,
    help="Exit as `gate` would: 0 ALLOW, 1 DENY, 10 HOLD; of several frameworks, the worst.",
)
@quiet_option
def command(
    logs: tuple[Path, ...],
    folder: Path | None,
    frameworks: tuple[str, ...],
    subject: str | None,
    at_text: str | None,
    style: str,
    exit_code: bool,
    quiet: bool,
) -> None:
    """Read evaluation LOGS (files or folders) and say what they show.

    Evidence is kept in the store (.tierlock) and keeps counting, also when a log is deleted. A
    self-contained HTML report is written there. Exits 0 when it could be computed.

    With several --framework each judges the same evidence by its own lines.
    """
    at = instant_of(at_text)
    with workers(logs) as executor:
        reading = Reading(logs, executor=executor)
        # Loading the rest takes as long as reading some logs: with workers both go on at once.
        from tierlock.cli.assessed import answer, answer_each, project_of
        from tierlock.report import load_templates

        load_templates()
        imports = reading.result(progress=progress(quiet=quiet))
    first = frameworks[0] if frameworks else None
    project = project_of(imports, folder=folder, framework=first, subject=subject)
    if len(frameworks) > 1:
        code = answer_each(
            imports, project=project, names=frameworks, at=at, style=style, exit_code=exit_code
        )
    else:
        code = answer(imports, project=project, at=at, style=style, exit_code=exit_code)
    raise click.exceptions.Exit(code)
