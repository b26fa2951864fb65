"""`tierlock export`: evidence in the format of another tool."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    at_option,
    data,
    format_option,
    instant_of,
    project_option,
    talk,
)


@click.command("export", context_settings=HELP)
@click.argument("logs", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--to",
    "target",
    type=click.Choice(["every-eval-ever"]),
    default="every-eval-ever",
    show_default=True,
    help="Format of the files.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder that gets `data/...`.",
)
@click.option("--organization", metavar="NAME", required=True, help="Who provides the data.")
@click.option(
    "--relationship",
    type=click.Choice(["first_party", "third_party", "collaborative", "other"]),
    required=True,
    help="How that organization stands to the model's developer.",
)
@click.option(
    "--developer",
    metavar="NAME",
    default="",
    help="Who made the model.  [default: what its name says before `/`]",
)
@project_option
@at_option
@format_option
@click.option("--quiet", "-q", is_flag=True, help="Do not list what the format can not carry.")
def command(
    logs: tuple[Path, ...],
    target: str,
    out: Path,
    organization: str,
    relationship: str,
    developer: str,
    folder: Path,
    at_text: str | None,
    style: str,
    quiet: bool,
) -> None:
    """Write the evidence in LOGS, by default in the project's store, for other tools.

    Reading the files again gives the same evidence, digest for digest. What the format has no
    place for is said on stderr. Prints the records that were written.
    """
    from tierlock.importers import Publisher
    from tierlock.usecases import export_evidence

    publisher = Publisher.checked(
        organization, relationship=relationship, at=instant_of(at_text), developer=developer
    )
    done = export_evidence(logs, folder=folder, out=out, publisher=publisher)
    if style == "json":
        found = {
            "format": target,
            "records": [
                {
                    "evaluation": record.evidence.evaluation,
                    "subject": record.evidence.subject.name,
                    "digest": record.evidence.digest,
                    "record": str(record.path),
                    "instances": None if record.instances is None else str(record.instances),
                }
                for record in done.records
            ],
            "omissions": [omission.model_dump(mode="json") for omission in done.omissions],
            "notCarried": list(done.not_carried),
            "mockModels": list(done.mock_models),
        }
        data(json.dumps(found, indent=2))
    else:
        data("\n".join(str(record.path) for record in done.records))
    for omission in done.omissions:
        talk(f"left out {omission.what}: {omission.says} [{omission.code}]")
    for name in done.mock_models:
        talk(f"`{name}` is a mock model: its records say nothing about a real one")
    if not quiet:
        for says in done.not_carried:
            talk(f"not carried: {says}")
