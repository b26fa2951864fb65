"""`tierlock subject`: the digest that stands for a model."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import data, format_option
from tierlock.core import InputError
from tierlock.usecases import SubjectDigest, check_subject_digest, subject_digest


@click.command("subject", context_settings=HELP)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--container", metavar="NAME", help="Container of a pod, if it has several.")
@click.option(
    "--expect",
    metavar="DIGEST|FILE",
    help="Exit with 3 unless every target has this digest, or the files of this manifest.",
)
@click.option(
    "--manifest",
    "listing",
    type=click.Path(path_type=Path),
    help="Write the files of the one folder named, with their digests.",
)
@format_option
def command(
    targets: tuple[str, ...],
    container: str | None,
    expect: str | None,
    listing: Path | None,
    style: str,
) -> None:
    """Print the digest that stands for a model: what `parts` and permits name.

    TARGET is a weights folder, a snapshot of the Hugging Face cache, a downloaded MLflow version,
    an image with its digest, an OCI layout, the JSON of a running pod, or a digest. Nothing is
    fetched.
    """
    found = [subject_digest(target, container=container) for target in targets]
    for each in found if expect is not None else ():
        check_subject_digest(each, expected=str(expect))
    if listing is not None:
        _write(listing, found=found)
    if style == "json":
        rows = [each.model_dump(mode="json", by_alias=True, exclude={"manifest"}) for each in found]
        data(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        data("\n".join(_line(each) for each in found))


def _line(found: SubjectDigest) -> str:
    about = [found.kind, found.name or found.target]
    if found.manifest is not None:
        about.append(f"({len(found.manifest.resources)} files)")
    return f"{found.digest} {' '.join(about)}"


def _write(path: Path, *, found: list[SubjectDigest]) -> None:
    if len(found) != 1 or found[0].manifest is None:
        raise InputError("input.type", "--manifest is for one folder")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(found[0].manifest.model_dump_json(by_alias=True, indent=2) + "\n")
    except FileExistsError:
        raise InputError("input.exists", f"`{path}` exists", hint="name another file") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{path}`: {reason}") from None
