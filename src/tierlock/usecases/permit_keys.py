"""The keys of permits: out of a trust file, in a form for processes that load nothing heavy."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from tierlock.attest import Signer, Trust, TrustedKey
from tierlock.permit import ROLES, Key, Keys, PermitRefused, read_keys
from tierlock.usecases.project import read_bytes
from tierlock.usecases.trust import load_trust

_LIGHT: Final = (b"{", b"-----BEGIN")


def load_permit_keys(path: Path, *, at: datetime) -> Keys:
    """Return the keys that sign permits: of a trust file, an exported list, or one in PEM.

    Raises:
        InputError: the file can not be read, or is no trust file.
        PermitRefused: `permit.key` or `permit.form`.
    """
    data = read_bytes(path)
    if data.lstrip().startswith(_LIGHT):
        return read_keys(data)
    return trusted_keys(load_trust(path), at=at)


def trusted_keys(trust: Trust, *, at: datetime) -> Keys:
    """Return the keys of a trust file that issue permits and statuses, for a light checker.

    A key that is revoked is left out whenever it signed: nothing that a checker has shows that a
    signature is older. So is one that signs in a way which checkers do not know (RSA, Sigstore).

    Raises:
        PermitRefused: `permit.key`, there is none.
    """
    found = [key for each in trust.keys.values() if (key := _light(each, at=at)) is not None]
    if not found:
        raise PermitRefused(
            "permit.key",
            "the trust file names no key that can sign permits now",
            hint=f"give a key one of the roles {', '.join(ROLES)}; Ed25519 or ECDSA",
        )
    return Keys(found)


def check_signer(trust: Trust | None, *, signer: Signer, role: str, at: datetime) -> None:
    """Refuse a key that no checker would accept which takes its keys from the project's trust.

    Raises:
        PermitRefused: `permit.key`.
    """
    if trust is None:
        return
    keys = {key.key_id: key for key in trusted_keys(trust, at=at)}
    key = keys.get(signer.key_id)
    if key is None or role not in key.roles or not key.is_valid(at):
        raise PermitRefused(
            "permit.key", f"the trust file does not name the key `{signer.key_id}` as `{role}`"
        )


def _light(trusted: TrustedKey, *, at: datetime) -> Key | None:
    roles = frozenset(trusted.roles) & frozenset(ROLES)
    over = trusted.valid_until is not None and trusted.valid_until <= at
    if not roles or over or trusted.revoked_at is not None or trusted.plain_pem is None:
        return None
    try:
        return Key(trusted.plain_pem, roles, trusted.valid_from, trusted.valid_until)
    except PermitRefused:
        return None
