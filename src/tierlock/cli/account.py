"""`tierlock account`: tokens, people and the audit of a server, from its own machine."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import data, format_option, instant_of, talk
from tierlock.core import InputError, canonical_json, format_instant, printable

if TYPE_CHECKING:
    from tierlock.server import Accounts, Token

ROLES: Final = ("viewer", "engineer", "reviewer", "auditor", "machine", "admin")

accounts_option = click.option(
    "--accounts",
    "address",
    metavar="URL",
    envvar="TIERLOCK_ACCOUNTS",
    required=True,
    help="The server's accounts: sqlite:///PATH or postgresql://...  [env: TIERLOCK_ACCOUNTS]",
)


@click.group("account", context_settings=HELP)
def command() -> None:
    """Make and revoke API tokens of a server, shut people out, read the audit.

    Whoever can open the server's database may do this; all of it stands in the audit.
    """
    try:
        import_module("tierlock.server")
    except ImportError as error:
        raise InputError(
            "server.extra",
            f"the server needs the extra `server` (there is no `{error.name}`)",
            hint="pip install 'tierlock[server]'",
        ) from None


@command.group("token", context_settings=HELP)
def token() -> None:
    """Make, list and revoke API tokens of machines."""


@token.command("new", context_settings=HELP)
@accounts_option
@click.option("--label", metavar="TEXT", required=True, help="What it is for.")
@click.option("--owner", metavar="NAME", required=True, help="The machine that holds it.")
@click.option(
    "--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help="Repeatable."
)
@click.option(
    "--subject",
    "subjects",
    metavar="PATTERN",
    multiple=True,
    required=True,
    help="Subjects for which it counts, such as 'gemma-*'; repeatable.",
)
@click.option("--transcripts", is_flag=True, help="Also shows texts that are dangerous to read.")
@click.option(
    "--days", type=click.IntRange(1, 366), default=90, show_default=True, help="For how long."
)
def new(
    address: str,
    label: str,
    owner: str,
    roles: tuple[str, ...],
    subjects: tuple[str, ...],
    *,
    transcripts: bool,
    days: int,
) -> None:
    """Print a new token. It is kept nowhere and never shown again.

    Records call what it does `machine:NAME`. It never signs.
    """
    from tierlock.server import Audit, Grant, make_token

    asked = {"roles": roles, "scopes": ["transcripts"] * transcripts, "subjects": subjects}
    with _opened(address, create=True) as accounts:
        made = make_token(
            accounts,
            label=label,
            owner=owner,
            grants=(Grant.parse(canonical_json(asked)),),
            lasts=timedelta(days=days),
            by=_who(),
            at=instant_of(None),
            audit=Audit(accounts),
        )
    data(made.text)
    talk(f"token {made.id} until {format_instant(made.expires_at)}; revoke it with:")
    talk(f"  tierlock account token revoke {made.id}")


@token.command("list", context_settings=HELP)
@accounts_option
@click.option("--owner", metavar="NAME", help="Only of this person, or of `machine:NAME`.")
@format_option
def list_(address: str, owner: str | None, style: str) -> None:
    """List tokens, the latest first; secrets are kept nowhere."""
    from tierlock.server import list_tokens

    now = instant_of(None)
    with _opened(address) as accounts:
        found = list_tokens(accounts, owner=owner)
    rows = [_token_row(one, state=one.state(now)) for one in found]
    _print(rows, style=style, none="no tokens")


@token.command("revoke", context_settings=HELP)
@accounts_option
@click.argument("token", metavar="ID|TOKEN")
def revoke(address: str, token: str) -> None:
    """Revoke a token: from the next request on it opens nothing."""
    from tierlock.server import Audit, revoke_token

    with _opened(address) as accounts:
        revoke_token(accounts, token=token, by=_who(), at=instant_of(None), audit=Audit(accounts))
    talk("revoked")


@command.group("person", context_settings=HELP)
def person() -> None:
    """List people who logged in; shut them out or let them in again."""


@person.command("list", context_settings=HELP)
@accounts_option
@format_option
def people(address: str, style: str) -> None:
    """List everybody who logged in at least once."""
    from tierlock.server import list_people

    with _opened(address) as accounts:
        found = list_people(accounts)
    rows = [
        {
            "name": one.name,
            "state": "enabled" if one.disabled_at is None else "disabled",
            "lastLogin": format_instant(one.last_at),
            "groups": ", ".join(one.groups) or "-",
        }
        for one in found
    ]
    _print(rows, style=style, none="nobody logged in yet")


@person.command("disable", context_settings=HELP)
@accounts_option
@click.argument("name")
def disable(address: str, name: str) -> None:
    """Shut NAME out at once, with all sessions and tokens."""
    _set(address, name=name, disabled=True)
    talk(f"{printable(name)} is shut out")


@person.command("enable", context_settings=HELP)
@accounts_option
@click.argument("name")
def enable(address: str, name: str) -> None:
    """Let NAME in again."""
    _set(address, name=name, disabled=False)
    talk(f"{printable(name)} may log in again")


@command.command("audit", context_settings=HELP)
@accounts_option
@click.option("--actor", metavar="NAME", help="Only what this person or machine did.")
@click.option(
    "--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="So many at most."
)
@format_option
def audit(address: str, actor: str | None, limit: int, style: str) -> None:
    """List who was refused, logged in, made tokens or read dangerous texts."""
    from tierlock.server import list_events

    with _opened(address) as accounts:
        found = list_events(accounts, actor=actor, limit=limit)
    rows = [
        {
            "at": format_instant(one.at),
            "kind": one.event.kind,
            "actor": one.event.actor or "-",
            "what": " ".join(part for part in (one.event.what, one.event.subject) if part) or "-",
            "why": one.event.why or "-",
            "address": one.event.address or "-",
            "times": one.times,
        }
        for one in found
    ]
    _print(rows, style=style, none="nothing yet")


def _set(address: str, *, name: str, disabled: bool) -> None:
    from tierlock.server import Audit, set_disabled

    with _opened(address) as accounts:
        set_disabled(
            accounts,
            name=name,
            disabled=disabled,
            by=_who(),
            at=instant_of(None),
            audit=Audit(accounts),
        )


@contextmanager
def _opened(address: str, *, create: bool = False) -> Iterator[Accounts]:
    from tierlock.server import Accounts

    accounts = Accounts(address, create=create)
    try:
        yield accounts
    finally:
        accounts.close()


def _who() -> str:
    """Who acts on the command line, as the audit calls them: no account of the server does."""
    return f"shell:{getpass.getuser()}"


def _token_row(one: Token, *, state: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": state,
        "expires": one.expires_at.date().isoformat(),
        "used": "never" if one.used_at is None else one.used_at.date().isoformat(),
        "owner": one.owner,
        "roles": "; ".join(", ".join(grant.roles) for grant in one.grants),
        "subjects": "; ".join(", ".join(grant.subjects) for grant in one.grants),
        "label": one.label,
    }


def _print(rows: Sequence[dict[str, Any]], *, style: str, none: str) -> None:
    if style == "json":
        data(canonical_json(list(rows)).decode("utf-8"))
        return
    if not rows:
        talk(none)
        return
    names = list(rows[0])
    table = [names, *([printable(str(row[name])) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(names))]
    for line in table:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        data("  ".join(padded).rstrip())
