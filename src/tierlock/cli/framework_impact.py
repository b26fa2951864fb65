"""`tierlock framework impact`: which determinations on record another version would flip."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, format_option, instant_of, width

_FLIPPED: Final = 4


@click.command("impact", context_settings=HELP)
@click.argument("name", metavar="NEW")
@click.option(
    "--project",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Folder of tierlock.yaml, or the file; can be repeated.  [default: here]",
)
@click.option(
    "--from",
    "before",
    metavar="NAME|FILE",
    multiple=True,
    help="Only what was recorded under this version; can be repeated.  [default: all]",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every determination, not just the latest per subject and framework.",
)
@click.option(
    "--at",
    "at_text",
    metavar="INSTANT",
    help="Ask both versions as of this instant (ISO 8601).  [default: that of each record]",
)
@format_option
def impact_command(
    name: str,
    folders: tuple[Path, ...],
    before: tuple[str, ...],
    everything: bool,
    at_text: str | None,
    style: str,
) -> None:
    """Decide recorded determinations again under NEW, a name or file, and list what flips.

    Both versions are asked about the same evidence, plans, claims and other statements, each at the
    instant of the record unless --at names another. Nothing is recorded. More permissive answers
    come first. Exits 4 if an answer flips or a determination can not be decided again, else 0.
    """
    from tierlock.report import render_impact_text, render_study_json
    from tierlock.usecases import impact, load_project

    found = impact(
        name,
        projects=[load_project(folder) for folder in folders or (Path(),)],
        before=before,
        everything=everything,
        at=None if at_text is None else instant_of(at_text),
    )
    code = 0 if found.settled else _FLIPPED
    if style == "json":
        text = render_study_json(
            found.impacts,
            named="impacts",
            exit_code=code,
            about={
                "framework": found.framework,
                "recordedUnderIt": found.under_it,
                "notRedecided": [
                    one.model_dump(mode="json", by_alias=True) for one in found.skipped
                ],
            },
        )
    else:
        text = render_impact_text(
            found.impacts,
            framework=found.framework,
            skipped=found.skipped,
            under_it=found.under_it,
            width=width(),
            color=color(),
        )
    data(text)
    if code:
        raise click.exceptions.Exit(code)
