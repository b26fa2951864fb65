"""`tierlock permit`: what the gate allows, signed for a while, for a process to check offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final, NoReturn

import click

from tierlock.attest import Signer, load_public_key, open_signer
from tierlock.cli.context import HELP
from tierlock.cli.output import action_of, at_option, data, instant_of, project_option, talk
from tierlock.cli.permit_check import check
from tierlock.cli.secrets import ask_secret
from tierlock.core import InputError, Verdict, format_instant
from tierlock.permit import PermitRefused, write_keys
from tierlock.report import EXIT_CODES, render_gate_text
from tierlock.usecases import (
    Issued,
    Project,
    issue_permit,
    issue_status,
    load_project,
    load_trust,
    replace_file,
    revoke_permit,
    trusted_keys,
)

_LIFE: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

key_option = click.option(
    "--key",
    "uri",
    metavar="KEY",
    required=True,
    help="Key that signs: a file, or a URI of hardware or a key service.",
)
public_option = click.option(
    "--public-key",
    "public",
    type=click.Path(path_type=Path),
    help="Its public key in PEM, where KEY does not lead to it.",
)
out_option = click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to replace in one step.  [default: stdout]",
)


@click.group("permit", context_settings=HELP)
def command() -> None:
    """Issue, revoke and check permits: "this model may do this", signed, for a while.

    A serving or training process checks its permit offline, against the digests of what it runs
    and a fresh status. Only exit code 0 is permission.
    """


command.add_command(check)


@command.command("issue", context_settings=HELP)
@click.option("--action", "name", metavar="NAME", help="Action to permit.  [default: project's]")
@click.option("--surface", metavar="NAME", help="Surface, such as `api`.")
@click.option("--audience", metavar="NAME", help="Audience, such as `general`.")
@click.option(
    "--for",
    "life",
    metavar="TIME",
    default="24h",
    show_default=True,
    help="How long at most, as 30m, 24h or 7d; at most 31d.",
)
@key_option
@public_option
@out_option
@project_option
@at_option
def issue(
    name: str | None,
    surface: str | None,
    audience: str | None,
    life: str,
    uri: str,
    public: Path | None,
    out: Path | None,
    folder: Path,
    at_text: str | None,
) -> None:
    """Ask the gate; where it allows, write a signed permit.

    It never outlasts what it rests on, and is in the ledger before it is written. Where the gate
    does not allow, nothing is written, and the exit code is that of `tierlock gate`.
    """
    project = load_project(folder)
    action = action_of(name, surface=surface, audience=audience, default=project.action)
    if action is None:
        known = ", ".join(project.framework.actions)
        raise InputError("input.action", "no action was asked", hint=f"--action, one of: {known}")
    with _refusals():
        lasts = _life(life)
        signer = _signer(uri, public=public)
        at = instant_of(at_text)
        issued = issue_permit(project, action=action, signer=signer, at=at, life=lasts)
    if issued.permit is None:
        _not_allowed(issued, project=project)
    _write(issued.token, out=out)
    talk(f"permit {issued.permit.id}")
    talk(f"until {format_instant(issued.permit.expires_at)}; it counts beside a status only")
    for condition in issued.permit.conditions:
        talk(f"while it holds: {condition.says} ({condition.code})")


@command.command("revoke", context_settings=HELP)
@click.argument("permit", required=False, metavar="[ID]")
@click.option("--subject", metavar="DIGEST", help="Every permit that names this digest, instead.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays in the ledger.")
@project_option
@at_option
def revoke(
    permit: str | None, subject: str | None, reason: str, folder: Path, at_text: str | None
) -> None:
    """Take a permit back for ever; it counts with the next status.

    ID is what `issue` printed and `ledger log` lists.
    """
    for digest in filter(None, (permit, subject)):
        _check_digest(digest)
    if (permit is None) == (subject is None) or not reason.strip():
        raise InputError(
            "input.type",
            "one permit or one subject is revoked, for a reason",
            hint="tierlock permit revoke ID --reason TEXT",
        )
    project = load_project(folder)
    revoke_permit(project, permit=permit, subject=subject, reason=reason, at=instant_of(at_text))
    talk(f"revoked {permit or subject}; issue a status now: `tierlock permit status`")


@command.command("status", context_settings=HELP)
@click.option(
    "--for",
    "life",
    metavar="TIME",
    default="1h",
    show_default=True,
    help="How long it counts, as 10m, 1h or 2d; at most 7d.",
)
@key_option
@public_option
@out_option
@project_option
@at_option
def status(
    life: str,
    uri: str,
    public: Path | None,
    out: Path | None,
    folder: Path,
    at_text: str | None,
) -> None:
    """Write the signed status: the ledger's tree head, and which permits do not hold any more.

    The gate is asked again about every permit of the project's subject. Run it as often as a
    revocation must be known; without a fresh status every permit is refused.
    """
    project = load_project(folder)
    with _refusals():
        lasts = _life(life)
        signer = _signer(uri, public=public)
        stated = issue_status(project, signer=signer, at=instant_of(at_text), life=lasts)
    _write(stated.signed, out=out)
    found = stated.status
    talk(f"{found.head.size} entries of {found.head.origin}, root {found.head.root}")
    talk(f"until {format_instant(found.expires_at)}")
    for permit in sorted(found.revoked | found.revoked_subjects):
        talk(f"revoked {permit}")
    for permit in sorted(found.closed):
        talk(f"closed {permit}: the gate does not allow it any more")


@command.command("keys", context_settings=HELP)
@click.option(
    "--trust", "path", required=True, type=click.Path(path_type=Path), help="The trust file."
)
@out_option
@at_option
def keys(path: Path, out: Path | None, at_text: str | None) -> None:
    """Write the keys of a trust file that sign permits, for `tierlock.permit.load_keys`.

    They have the roles `permit-issuer` and `permit-status`. Revoked keys are left out.
    """
    with _refusals():
        found = write_keys(trusted_keys(load_trust(path), at=instant_of(at_text)))
    _write(found.encode("utf-8"), out=out)


@contextmanager
def _refusals() -> Iterator[None]:
    """End with the code of a refusal: nothing was issued."""
    try:
        yield
    except PermitRefused as refused:
        click.echo(str(refused), err=True)
        raise click.exceptions.Exit(refused.exit_code) from None


def _not_allowed(issued: Issued, *, project: Project) -> NoReturn:
    """Say on stderr what the gate says; a token is asked for on stdout, and there is none."""
    decision = issued.answer.decision
    if decision is None or decision.verdict is Verdict.ALLOW:
        raise InputError("input.action", "no action was asked")
    explanation = issued.answer.explanation
    text = render_gate_text(decision, explanation=explanation, framework=project.framework)
    click.echo(text.rstrip("\n"), err=True)
    talk("no permit was issued")
    raise click.exceptions.Exit(EXIT_CODES[decision.verdict])


def _signer(uri: str, *, public: Path | None) -> Signer:
    key = None if public is None else load_public_key(public)
    return open_signer(uri, public=key, ask=ask_secret)


def _life(text: str) -> timedelta:
    """The time that `--for` names."""
    match = _LIFE.fullmatch(text)
    if match is None:
        raise InputError("input.period", f"`{text}` is no time", hint="write it as 30m, 24h or 7d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _check_digest(text: str) -> None:
    if re.fullmatch(r"sha256:[0-9a-f]{64}", text) is None:
        raise InputError(
            "input.type",
            f"`{text}` is no digest",
            hint="sha256: and 64 characters; `tierlock ledger log` lists permits with their ids",
        )


def _write(content: bytes, *, out: Path | None) -> None:
    line = content.rstrip(b"\n") + b"\n"
    if out is None:
        data(line.decode("utf-8"))
    else:
        replace_file(out, data=line)
