"""`tierlock key`: key pairs for signing, and how others list them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from tierlock.attest import PublicKey, find_public_key, new_key
from tierlock.cli.context import HELP
from tierlock.cli.output import at_option, data, instant_of, talk
from tierlock.cli.secrets import ask_secret, choose_passphrase
from tierlock.core import canonical_json, format_instant

_SCHEME_HELP = "How an RSA key signs.  [default: rsassa-pss-sha256]"


@click.group("key", context_settings=HELP)
def command() -> None:
    """Make a key for signing, or show how a trust file lists one."""


@command.command("new", context_settings=HELP)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--no-passphrase", is_flag=True, help="Leave it plain, for a machine's key.")
def new(path: Path, *, no_passphrase: bool) -> None:
    """Write a new Ed25519 key pair: PATH, for you alone, and PATH.pub, for everybody.

    Nothing is overwritten. Keys in hardware or a key service are made there.
    """
    passphrase = None if no_passphrase else choose_passphrase().encode("utf-8")
    pair = new_key(path, passphrase=passphrase)
    data(pair.key_id)
    talk(f"{pair.private}: private, keep it to yourself")
    talk(f"{pair.public}: public, give it to whoever checks your signatures")


@command.command("show", context_settings=HELP)
@click.argument("keys", metavar="PATH|URI...", nargs=-1, required=True)
@click.option("--person", metavar="NAME", help="Print an entry of a trust file, for this person.")
@click.option(
    "--role", "roles", multiple=True, metavar="ROLE", help="Role of the entry; repeatable."
)
@click.option("--scheme", metavar="NAME", help=_SCHEME_HELP)
@at_option
def show(
    keys: tuple[str, ...],
    person: str | None,
    roles: tuple[str, ...],
    scheme: str | None,
    at_text: str | None,
) -> None:
    """Print the id of public keys, or the entry under which a trust file lists them.

    Of a key on a hardware token (hsm:ID?label=TOKEN), the token gives the public half.
    """
    for name in keys:
        key = find_public_key(name, scheme=scheme, ask=ask_secret)
        if person is None:
            data(f"{key.key_id} {key.scheme} {name}")
        else:
            data(_entry(key, person=person, roles=roles, at=instant_of(at_text)))


def _entry(key: PublicKey, *, person: str, roles: tuple[str, ...], at: datetime) -> str:
    """An entry under `keys:` of a trust file."""
    lines = [
        f"  {key.key_id}:",
        f"    person: {_quoted(person)}",
        f"    roles: [{', '.join(_quoted(role) for role in roles)}]",
        f"    valid_from: {format_instant(at.replace(microsecond=0))}",
        "    public_key: |",
        *(f"      {line}" for line in key.pem.decode("ascii").splitlines()),
    ]
    if key.scheme.startswith("rsa"):
        lines.append(f"    scheme: {key.scheme}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """JSON text is YAML text, whatever characters a name has."""
    return canonical_json(text).decode("utf-8")
