"""`tierlock permit check`: may this process go on?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import at_option, data, format_option, instant_of, width
from tierlock.core import InputError
from tierlock.permit import Checker, Keys, Permit, PermitRefused, read_seen, write_seen
from tierlock.report import render_permit, render_permit_json, render_refused_json
from tierlock.usecases import load_permit_keys, replace_file, subject_digest

_path = click.Path(path_type=Path)


class _Asked(NamedTuple):
    """What the command line asks about."""

    action: str
    surface: str | None
    audience: str | None
    digests: dict[str, str]
    at: datetime


@click.command("check", context_settings=HELP)
@click.argument("file", type=_path)
@click.option(
    "--trust",
    required=True,
    type=_path,
    help="Whom to trust: a trust file, what `permit keys` wrote, or a public key in PEM.",
)
@click.option("--status", type=_path, help="The newest status; without one nothing is permitted.")
@click.option("--action", required=True, metavar="NAME", help="What is about to be done.")
@click.option("--surface", metavar="NAME", help="On which surface.")
@click.option("--audience", metavar="NAME", help="For which audience.")
@click.option("--weights", metavar="TARGET", help="What runs, as `tierlock subject` takes it.")
@click.option(
    "--digest",
    "stated",
    multiple=True,
    metavar="PART=DIGEST",
    help="Live digest of a part, such as `elicitation=sha256:...`; repeatable.",
)
@click.option(
    "--seen", type=_path, help="File that keeps the newest status seen; an older one is refused."
)
@at_option
@format_option
def check(
    file: Path,
    trust: Path,
    status: Path | None,
    action: str,
    surface: str | None,
    audience: str | None,
    weights: str | None,
    stated: tuple[str, ...],
    seen: Path | None,
    at_text: str | None,
    style: str,
) -> None:
    """Answer whether the permit in FILE permits this, here and now; offline.

    Exits 0 if it does; 1 if it is for something else, revoked, or closed by the gate; 10 if a
    digest or status is missing, or something has expired; 3 if anything is not what it claims to
    be. Only 0 is permission.
    """
    at = instant_of(at_text)
    asked = _Asked(action, surface, audience, _digests(weights, stated=stated), at)
    try:
        keys = load_permit_keys(trust, at=at)
        permit = _checked(file, keys=keys, status=status, asked=asked, seen=seen)
    except PermitRefused as refused:
        if style == "json":
            data(render_refused_json(refused))
        click.echo(str(refused), err=True)
        raise click.exceptions.Exit(refused.exit_code) from None
    data(render_permit_json(permit) if style == "json" else render_permit(permit, width=width()))


def _checked(
    file: Path, *, keys: Keys, status: Path | None, asked: _Asked, seen: Path | None
) -> Permit:
    before = read_seen(_bytes(seen)) if seen is not None and seen.exists() else None
    checker = Checker(keys, seen=before)
    try:
        return checker.check(
            _bytes(file),
            action=asked.action,
            surface=asked.surface,
            audience=asked.audience,
            digests=asked.digests,
            status=None if status is None else _bytes(status),
            at=asked.at,
        )
    finally:
        # Also where the permit is refused: the status was seen.
        if seen is not None and checker.seen is not None and checker.seen != before:
            replace_file(seen, data=write_seen(checker.seen))


def _digests(weights: str | None, *, stated: Iterable[str]) -> dict[str, str]:
    """Live digests by part, each said once."""
    found = {} if weights is None else {"weights": subject_digest(weights).digest}
    for text in stated:
        part, equals, digest = text.partition("=")
        if not equals or part in found:
            raise InputError(
                "input.type",
                f"`{text}` is not one more part with its digest",
                hint="--digest elicitation=sha256:...; each part once",
            )
        found[part] = digest
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not read `{path}`: {reason}") from None
