"""`tierlock compare`: two versions of a model, item by item."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, talk, width

_NOT_TESTED: Final = 4


@click.command("compare", context_settings=HELP)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--logs",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    help="Look up OLD and NEW as model names in these logs; can be repeated.",
)
@click.option(
    "--project",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Project whose store knows the subjects.  [default: here]",
)
@click.option(
    "--framework",
    metavar="NAME|PATH",
    help="Compare slot by slot, scores read as the framework says.  [default: by task and scorer]",
)
@click.option(
    "--cluster-by",
    metavar="ATTRIBUTE",
    help="Sample attribute that names what is independent.  [default: as the framework, or item]",
)
@click.option(
    "--allow",
    "allowed",
    metavar="SETTING",
    multiple=True,
    help="A setting that may differ because that is intended; can be repeated.",
)
@click.option(
    "--alpha",
    type=float,
    default=0.05,
    show_default=True,
    help="Two-sided error probability of each interval, and of all claims together.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
def command(
    old: str,
    new: str,
    logs: tuple[Path, ...],
    folder: Path | None,
    framework: str | None,
    cluster_by: str | None,
    allowed: tuple[str, ...],
    alpha: float,
    style: str,
) -> None:
    """Compare NEW with OLD, evaluation by evaluation, paired by item.

    Each is a log file, a folder of logs, or a subject that the project's store knows. Differences
    are new minus old. Runs that are not alike in task version, items, settings, limits or judge are
    shown and not tested. Nothing is recorded. Exits 4 where an evaluation that both have could not
    be tested, else 0, whatever the differences are.
    """
    from tierlock.report import (
        render_compare_json,
        render_compare_markdown,
        render_compare_text,
    )
    from tierlock.usecases import compare_sides

    done = compare_sides(
        old,
        new=new,
        folder=folder,
        logs=logs,
        framework=framework,
        cluster_by=cluster_by,
        allowed=allowed,
        alpha=alpha,
    )
    found = done.found
    code = 0 if len(found.tested) == len(found.evaluations) else _NOT_TESTED
    mocks = done.mock_models
    if style == "json":
        text = render_compare_json(
            found, old=done.old, new=done.new, exit_code=code, mock_models=mocks
        )
    elif style == "markdown":
        text = render_compare_markdown(found, old=done.old, new=done.new, mock_models=mocks)
    else:
        text = render_compare_text(
            found, old=done.old, new=done.new, mock_models=mocks, width=width(), color=color()
        )
    data(text)
    for omission in done.omissions:
        talk(f"left out {omission.what}: {omission.says} [{omission.code}]")
    if code:
        raise click.exceptions.Exit(code)
