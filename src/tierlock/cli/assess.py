"""`tierlock assess`: logs in, level, margins, verdict and report out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    at_option,
    instant_of,
    progress,
    quiet_option,
)
from tierlock.cli.places import PlaceType
from tierlock.cli.workers import executor_options, workers
from tierlock.importers import Place, Reading

if TYPE_CHECKING:
    from tierlock.usecases import Reread

DEFAULT_FRAMEWORK: Final = "asl/reference-1"


@click.command("assess", context_settings=HELP)
@click.argument("logs", nargs=-1, required=True, type=PlaceType())
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
@executor_options
@click.option(
    "--reread",
    type=click.Choice(["changed", "digest", "all"]),
    default="changed",
    show_default=True,
    help="Which logs of an earlier run to read again: those whose size or times changed, those "
    "whose digest changed, or all.",
)
@quiet_option
def command(
    logs: tuple[Place, ...],
    folder: Path | None,
    frameworks: tuple[str, ...],
    subject: str | None,
    at_text: str | None,
    style: str,
    exit_code: bool,
    executor: str,
    scheduler: str | None,
    count: int | None,
    reread: str,
    quiet: bool,
) -> None:
    """Read evaluation LOGS (files, folders, or URLs of either) and say what they show.

    Evidence is kept in the store (.tierlock) and keeps counting, also when a log is deleted. A
    self-contained HTML report is written there. Exits 0 when it could be computed.

    With several --framework each judges the same evidence by its own lines.
    """
    at = instant_of(at_text)
    from tierlock.usecases import FileMemory, store_settings

    store, keep_outputs = store_settings(folder or Path())
    memory = FileMemory(store, keep_outputs=keep_outputs, reread=cast("Reread", reread))
    with workers(logs, executor=executor, scheduler=scheduler, count=count) as crew:
        reading = Reading(logs, executor=crew, memory=memory)
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
