"""What the signing commands share: the key, what is shown before it signs, and what is kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import click

from tierlock.attest import load_public_key, open_signer
from tierlock.cli.output import color, data, talk, width
from tierlock.cli.secrets import ask_secret
from tierlock.core import InputError
from tierlock.report import render_sign_page
from tierlock.usecases import Hand, Offer, Project, hand_of, keep

F = TypeVar("F", bound=Callable[..., Any])
KEY: Final = "TIERLOCK_KEY"


class Pen(NamedTuple):
    """What a person gave on the command line to sign with.

    Attributes:
        key: path of a private key, or a URI of securesystemslib.
        public: path of the public key, for a URI that does not lead to it.
        role: as what they sign.
        yes: sign without asking.
        out: also write the envelope there.
    """

    key: str
    public: Path | None
    role: str | None
    yes: bool
    out: Path | None


_OPTIONS: Final = (
    click.option(
        "--key", envvar=KEY, metavar="PATH|URI", required=True,
        help=f"Your own key: a file, or hsm:, gcpkms:, awskms: ...  [{KEY}]",
    ),
    click.option(
        "--public-key", "public", type=click.Path(path_type=Path),
        help="Its public key in PEM, where the URI does not lead to it.",
    ),
    click.option("--as", "role", metavar="ROLE", help="As what you sign.  [default: if only one]"),
    click.option("--yes", is_flag=True, help="Sign without asking; it is shown all the same."),
    click.option(
        "--out", type=click.Path(path_type=Path), help="Also write the signed envelope there."
    ),
)  # fmt: skip


def signing_options(command: F) -> F:
    """Add the options that every signing command has; they arrive as the keywords of `Pen`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def open_hand(project: Project, *, pen: Pen, at: datetime, anybody: bool = False) -> Hand:
    """Return the person whose key was named.

    Args:
        project: its trust file says whose key it is.
        pen: what was given.
        at: the instant of signing.
        anybody: somebody whom the trust file does not know may sign too.

    Raises:
        InputError: the key can not be used, or `sign.trust`.
    """
    public = None if pen.public is None else load_public_key(pen.public)
    signer = open_signer(pen.key, public=public, ask=ask_secret)
    try:
        return hand_of(project, signer=signer, at=at)
    except InputError:
        if not anybody:
            raise
        talk("the trust file does not vouch for this key; what it signs restricts all the same")
        return Hand(signer, "", ())


def sign_offer(project: Project, *, offer: Offer, pen: Pen) -> None:
    """Show what is signed, ask, sign, and say where it is kept.

    Raises:
        InputError: `sign.refused`; nothing was signed.
    """
    if pen.out is not None and pen.out.exists():
        raise InputError("input.exists", f"`{pen.out}` is there already; nothing was signed")
    click.echo(render_sign_page(offer.page, width=width(), color=color()), err=True)
    if not pen.yes:
        if not sys.stdin.isatty():
            raise InputError(
                "sign.refused",
                "nobody is there to confirm",
                hint="read it, then give --yes",
            )
        if not click.confirm("Sign this?", err=True):
            raise InputError("sign.refused", "not confirmed; nothing was signed")
    kept = keep(project, offer=offer)
    if pen.out is not None:
        write_envelope(pen.out, data=kept.envelope)
    data(kept.name)
    talk(f"signed; entry {kept.place} of the ledger")


def write_envelope(path: Path, *, data: bytes) -> None:
    """Write an envelope into a new file.

    Raises:
        InputError: the file is there already, or can not be written.
    """
    try:
        with path.open("xb") as file:
            file.write(data + b"\n")
    except FileExistsError:
        raise InputError("input.exists", f"`{path}` is there already") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{path}`: {reason}") from None


def instant_or_none(text: str | None) -> datetime | None:
    """Return the instant that an option names, if it was given."""
    from tierlock.core import parse_instant

    return None if text is None else parse_instant(text)
