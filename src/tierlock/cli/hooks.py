"""`tierlock hooks`: what could not be recorded of evaluations that others ran."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import data, format_option, project_option, talk
from tierlock.core import format_instant, printable


@click.command("hooks", context_settings=HELP)
@click.option("--acknowledge", is_flag=True, help="Note that somebody has seen all of it.")
@project_option
@format_option
def command(acknowledge: bool, folder: Path, style: str) -> None:
    """List what the hooks could not record, until it is acknowledged.

    With TIERLOCK_PROJECT=DIR in the environment, every `inspect eval` is registered when it begins
    and its log comes in when it ends. Exits 4 while something is not acknowledged.
    """
    from tierlock.usecases import acknowledge_hook_errors, hook_errors

    errors = hook_errors(folder)
    if style == "json":
        data(json.dumps([json.loads(one.model_dump_json(by_alias=True)) for one in errors]))
    else:
        setting = os.environ.get("TIERLOCK_PROJECT")
        data(f"TIERLOCK_PROJECT  {setting or 'not set: nothing is recorded in this shell'}")
        data(f"Not recorded      {len(errors) or 'nothing'}")
        for one in errors:
            about = " ".join(filter(None, (one.evaluation, one.run_id, one.log)))
            head = f"{format_instant(one.at)}  {one.event}  {about}"
            data(printable(head.rstrip()))
            for line in one.says.splitlines():
                data(f"  {printable(line)}")
    if acknowledge and errors:
        count = acknowledge_hook_errors(folder, at=datetime.now(UTC))
        talk(f"{count} acknowledged; the list is kept in the store")
    raise click.exceptions.Exit(4 if errors and not acknowledge else 0)
