"""Enrolling an authenticator: the entry that whoever keeps the trust file may add to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tierlock.core import InputError, canonical_json, format_instant

if TYPE_CHECKING:
    from tierlock.attest import Registration, TrustedKey


class Enrolled(NamedTuple):
    """A new key of a person's authenticator, which nobody trusts yet.

    Attributes:
        key_id: its name, which the person tells to whoever keeps the trust file.
        entry: the entry of the trust file.
        text: the entry in YAML, to stand under `keys:`.
    """

    key_id: str
    entry: TrustedKey
    text: str


def enrol(
    registration: Registration,
    *,
    person: str,
    roles: Sequence[str],
    at: datetime,
    organisation: str = "",
) -> Enrolled:
    """Return the entry of a new key for a trust file; it is added nowhere.

    Args:
        registration: what the browser gave, checked (`read_registration`).
        person: whose it is, as the trust file is to spell them.
        roles: in which the person asks to sign.
        at: from when on signatures are to count.
        organisation: for whom the person works, where that matters.

    Raises:
        InputError: `input.type`, no person or no role is named.
    """
    from tierlock.attest import TrustedKey

    if not person.strip() or not roles or not all(roles):
        raise InputError("input.type", "an entry names a person and at least one role")
    entry = TrustedKey(
        person=person,
        organisation=organisation,
        roles=tuple(dict.fromkeys(roles)),
        public_key=registration.key.pem.decode("ascii"),
        webauthn=registration.authenticator,
        valid_from=at.replace(microsecond=0),
    )
    key_id = registration.key.key_id
    return Enrolled(key_id, entry, _yaml(entry, key_id=key_id, registration=registration))


def _yaml(entry: TrustedKey, *, key_id: str, registration: Registration) -> str:
    site = registration.authenticator
    lines = [
        f"  {key_id}:",
        f"    person: {_quoted(entry.person)}",
        *([f"    organisation: {_quoted(entry.organisation)}"] if entry.organisation else []),
        f"    roles: [{', '.join(map(_quoted, entry.roles))}]",
        f"    valid_from: {format_instant(entry.valid_from)}",
        "    webauthn:",
        f"      rp_id: {_quoted(site.rp_id)}",
        f"      origins: [{', '.join(map(_quoted, site.origins))}]",
        *([] if site.credential is None else [f"      credential: {_quoted(site.credential)}"]),
        "    public_key: |",
        *(f"      {line}" for line in registration.key.pem.decode("ascii").splitlines()),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """JSON text is YAML text, whatever characters a name has."""
    return canonical_json(text).decode("utf-8")
