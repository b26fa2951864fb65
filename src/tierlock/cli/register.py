"""`tierlock register`: what publishers and others stated about known models."""

from __future__ import annotations

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, format_option, width


@click.command("register", context_settings=HELP)
@click.option("--subject", metavar="NAME", help="Only this subject, such as `claude-opus-4`.")
@click.option(
    "--framework",
    metavar="NAME",
    help="Only under this framework, such as `anthropic/rsp` or `anthropic/rsp-2.2`.",
)
@format_option
@click.option(
    "--numbers", is_flag=True, help="Print the folder of the published numbers, for `assess`."
)
def command(subject: str | None, framework: str | None, style: str, numbers: bool) -> None:
    """List determinations that were stated publicly, oldest first, each with its source.

    They are what others said, never what Tierlock computes. How each is known is printed with it:
    read in the document, in a digest of it, elsewhere, or from memory.
    """
    if numbers:
        if subject or framework:
            raise click.UsageError("`--numbers` prints one folder, whatever the other options are")
        from tierlock.importers import RECORD

        data(str(RECORD))
        return
    from tierlock.report import render_register_json, render_register_text
    from tierlock.usecases import look_up

    entries = look_up(subject=subject, framework=framework)
    if style == "json":
        data(render_register_json(entries))
    else:
        data(render_register_text(entries, width=width(), color=color()))
