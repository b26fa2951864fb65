"""`tierlock framework lint` and `tierlock framework diff`: frameworks as objects of study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, format_option, width
from tierlock.core import InputError

if TYPE_CHECKING:
    from tierlock.analysis import Contrast

_PROBLEMS_FOUND: Final = 4


@click.command("lint", context_settings=HELP)
@click.argument("name", metavar="NAME|FILE")
@click.option(
    "--previous",
    metavar="NAME|FILE",
    help="Version before it.  [default: the latest shipped one, if there is one]",
)
@format_option
def lint_command(name: str, previous: str | None, style: str) -> None:
    """Find what is weak in a framework that can be used. Exits 4 if there is a problem.

    A problem is to be mended before anybody relies on the framework, such as a line that nothing
    can rule out or a bound that its data set is too small for. A note is to be known. With a
    version before it, everything that asks for less than before is listed too.
    """
    # The other commands of the group need neither numbers nor use cases.
    from tierlock.report import render_lint_text, render_study_json
    from tierlock.usecases import lint

    found = lint(name, previous=previous)
    code = _PROBLEMS_FOUND if found.problems else 0
    if style == "json":
        text = render_study_json(
            found.remarks,
            named="remarks",
            exit_code=code,
            about={"framework": found.framework, "previous": found.previous or None},
        )
    else:
        text = render_lint_text(
            found.remarks,
            framework=found.framework,
            previous=found.previous,
            width=width(),
            color=color(),
        )
    data(text)
    if code:
        raise click.exceptions.Exit(code)


@click.command("diff", context_settings=HELP)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--examples",
    is_flag=True,
    help="Add evidence that the one permits and the other does not, both ways; needs the extra "
    "`prove`.",
)
@format_option
def diff_command(old: str, new: str, examples: bool, style: str) -> None:
    """Compare two frameworks, names or files: what NEW adds, removes, strengthens and weakens.

    Strengthened means that less suffices to be held back, or more is owed; a renamed item is
    shown as removed and added. Exits 0 also where the frameworks differ.
    """
    from tierlock.report import render_contrast_text, render_diff_text, render_study_json
    from tierlock.usecases import compare

    found = compare(old, new=new)
    counts = found.counts()
    contrast = _contrast(old, new) if examples else None
    if style == "json":
        about: dict[str, object] = {"old": found.old, "new": found.new, "counts": counts}
        if examples:
            about["examples"] = contrast and contrast.model_dump(mode="json", by_alias=True)
        text = render_study_json(found.changes, named="changes", exit_code=0, about=about)
    else:
        text = render_diff_text(
            found.changes, old=found.old, new=found.new, counts=counts, width=width(), color=color()
        )
        if contrast is not None:
            text += "\n" + render_contrast_text(contrast, width=width(), color=color())
    data(text)


def _contrast(old: str, new: str) -> Contrast | None:
    """Return the examples; None without the solver, which stderr then says is missing."""
    from tierlock.usecases import contrast

    try:
        return contrast(old, new=new)
    except InputError as error:
        # Both frameworks have been read before, so that nothing else can be amiss.
        click.echo(f"no examples: {error.message}; {error.hint}", err=True)
        return None
