"""`tierlock compare`: two versions of a model, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, instant_of, talk, width, write_or_print
from tierlock.cli.revealing import ask_of, reveal_options

if TYPE_CHECKING:
    from tierlock.report import ChangedAnswer
    from tierlock.usecases import Ask, Versions

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
    "--answers",
    "most",
    type=click.IntRange(1),
    default=None,
    metavar="N",
    help="Show up to N answers per evaluation that changed, side by side; needs a project.",
)
@reveal_options
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown", "html"]),
    default="text",
    show_default=True,
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; one that is there is replaced.  [default: stdout]",
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
    most: int | None,
    reveal: bool,
    reason: str,
    who: str,
    style: str,
    out: Path | None,
) -> None:
    """Compare NEW with OLD, evaluation by evaluation, paired by item.

    Each is a log file, a folder of logs, or a subject that the project's store knows. Differences
    are new minus old. Runs that are not alike in task version, items, settings, limits or judge are
    shown and not tested. Nothing is recorded, but who asks for withheld answers. Exits 4 where an
    evaluation that both have could not be tested, else 0, whatever the differences are.
    """
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
    ask = ask_of(reveal=reveal, reason=reason, who=who)
    changed = None if most is None else _answers(done, folder=folder, most=most, ask=ask)
    text = _render(done, style=style, code=code, answers=changed)
    write_or_print(text, out=out, private=ask is not None)
    for omission in done.omissions:
        talk(f"left out {omission.what}: {omission.says} [{omission.code}]")
    if code:
        raise click.exceptions.Exit(code)


def _answers(
    done: Versions, *, folder: Path | None, most: int, ask: Ask | None
) -> tuple[ChangedAnswer, ...]:
    """The changed answers; a project must say how dangerous they are to read."""
    from tierlock.usecases import changed_answers, load_project

    project = load_project(folder or Path())
    return changed_answers(done, project=project, most=most, at=instant_of(None), ask=ask)


def _render(
    done: Versions, *, style: str, code: int, answers: Sequence[ChangedAnswer] | None
) -> str:
    from tierlock.report import (
        render_answers_markdown,
        render_answers_text,
        render_compare_html,
        render_compare_json,
        render_compare_markdown,
        render_compare_text,
    )

    found, old, new, mocks = done.found, done.old, done.new, done.mock_models
    if style == "json":
        return render_compare_json(
            found, old=old, new=new, exit_code=code, mock_models=mocks, answers=answers
        )
    if style == "markdown":
        text = render_compare_markdown(found, old=old, new=new, mock_models=mocks)
        return text if answers is None else f"{text}\n{render_answers_markdown(answers)}"
    if style == "html":
        return render_compare_html(found, old=old, new=new, mock_models=mocks, answers=answers)
    text = render_compare_text(
        found, old=old, new=new, mock_models=mocks, width=width(), color=color()
    )
    if answers is None:
        return text
    return f"{text}\n{render_answers_text(answers, width=width(), color=color())}"
