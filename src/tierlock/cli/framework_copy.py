"""`tierlock framework copy` and `schema`: what a framework of one's own begins with."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import data, instant_of
from tierlock.frameworks import SCHEMA_FILE, Identity, framework_schema


@click.command("copy", context_settings=HELP)
@click.argument("name", metavar="NAME|FILE")
@click.argument("path", metavar="NEW", type=click.Path(path_type=Path))
@click.option(
    "--as", "framework", metavar="PUBLISHER/NAME", required=True, help="Name of the copy."
)
@click.option("--version", metavar="VERSION", required=True, help="Version of the copy.")
@click.option("--title", metavar="TEXT", help="Its title.  [default: its name]")
@click.option(
    "--publisher",
    metavar="TEXT",
    help="Who answers for it.  [default: the first part of its name]",
)
@click.option(
    "--effective",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day on which it applies.  [default: today]",
)
def copy_command(
    name: str,
    path: Path,
    framework: str,
    version: str,
    title: str | None,
    publisher: str | None,
    effective: datetime | None,
) -> None:
    """Copy a framework to the file NEW, under a name of your own, to edit it.

    Rules and comments stay as they are. Name, version, title, publisher and first day become
    yours, and so does the text that the file encodes. The first line names the JSON Schema for
    editors, which `tierlock framework schema` prints. An existing file is never overwritten.
    """
    from tierlock.usecases import copy_framework

    identity = Identity(
        framework=framework,
        version=version,
        effective=(effective or instant_of(None)).date(),
        title=title,
        publisher=publisher,
    )
    copied = copy_framework(name, path=path, identity=identity)
    data(f"wrote {path}  {framework}-{version}: every rule as in {copied}")
    data(f"next: tierlock framework schema > {path.parent / SCHEMA_FILE}  for your editor")
    data(f"      tierlock framework check {path}")


@click.command("schema", context_settings=HELP)
def schema_command() -> None:
    """Print the JSON Schema of framework files, with which editors complete and check them.

    It knows keys, types and choices. Names, bounds and all else that keys mean together are
    checked by `tierlock framework check`.
    """
    data(json.dumps(framework_schema(), indent=2, ensure_ascii=False))
