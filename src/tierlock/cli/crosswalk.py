"""`tierlock crosswalk`: how the lines of frameworks relate."""

from __future__ import annotations

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, format_option, width


@click.command("crosswalk", context_settings=HELP)
@click.argument("first", metavar="[FRAMEWORK", required=False)
@click.argument("second", metavar="[FRAMEWORK]]", required=False)
@format_option
def command(first: str | None, second: str | None, style: str) -> None:
    """Show what the lines of one framework are to the lines of others, and why not equal.

    Without a name: all that is stated. With one: it against all others. With two: between them, as
    seen from the first. A relation is equal, subset, superset, intersects or none (looked for, and
    there is no counterpart). A pair that nobody wrote down is shown as not stated.
    """
    from tierlock.report import render_crosswalk_json, render_crosswalk_text
    from tierlock.usecases import crosswalk

    found = crosswalk(*(name for name in (first, second) if name is not None))
    if style == "json":
        text = render_crosswalk_json(found.concepts, asked=found.asked, sources=found.sources)
    else:
        text = render_crosswalk_text(
            found.concepts,
            asked=found.asked,
            sources=found.sources,
            width=width(),
            color=color(),
        )
    data(text)
