"""The keys that a checker trusts: a list exported from a trust file, or one public key in PEM."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from tierlock.permit.refusal import PermitRefused
from tierlock.permit.strict import (
    Fields,
    Opened,
    damaged,
    digest_of,
    format_instant,
    parse_instant,
)

ISSUER: Final = "permit-issuer"
STATUS: Final = "permit-status"
ROLES: Final = (ISSUER, STATUS)
"""The roles in which keys count here: who issues permits, who states that they still hold."""
FORMAT: Final = "tierlock-permit-keys/1"
_MOST_BYTES: Final = 2**20
_WHAT: Final = "list of keys"
_PEM: Final = b"-----BEGIN PUBLIC KEY-----"
_HASHES: Final[dict[str, type[SHA256 | SHA384 | SHA512]]] = {
    SECP256R1.name: SHA256,
    SECP384R1.name: SHA384,
    SECP521R1.name: SHA512,
}
# Every encoding of a point whose order divides 8, without its sign bit: y = 0, 1, p - 1, p, p + 1
# and the two of order 8. Under such a key anybody can make signatures; the check of RFC 8032
# section 5.1.7 takes them.
_SMALL_ORDER: Final = frozenset(
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
)


def anybody_signs(key: Ed25519PublicKey) -> bool:
    """Tell whether signatures under a key can be made without a private half.

    >>> anybody_signs(Ed25519PublicKey.from_public_bytes(bytes(32)))
    True
    """
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return raw[:-1] + bytes([raw[-1] & 0x7F]) in _SMALL_ORDER


@dataclass(frozen=True)
class Key:
    """A public key, what it may sign and when.

    Attributes:
        pem: the key in PEM: Ed25519, or ECDSA on P-256, P-384 or P-521.
        roles: some of `ROLES`.
        valid_from: None if it always was.
        valid_until: nothing counts from here on; None if it is not limited.

    Raises:
        PermitRefused: `permit.key`, no such key; `permit.input`, no such role.
    """

    pem: str
    roles: frozenset[str]
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        if not self.roles or not self.roles <= set(ROLES):
            raise PermitRefused("permit.input", f"a key has roles of {', '.join(ROLES)}")
        self.key_id  # noqa: B018  # a key that can not be read shows here, not at the first check

    @cached_property
    def _public(self) -> Ed25519PublicKey | EllipticCurvePublicKey:
        try:
            key = load_pem_public_key(self.pem.encode("utf-8"))
        except (ValueError, UnsupportedAlgorithm):
            raise PermitRefused("permit.key", "this is no public key in PEM") from None
        if isinstance(key, Ed25519PublicKey) and not anybody_signs(key):
            return key
        if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _HASHES:
            return key
        raise PermitRefused(
            "permit.key",
            "a key of this kind does not sign permits",
            hint="use Ed25519, or ECDSA on P-256, P-384 or P-521",
        )

    @cached_property
    def key_id(self) -> str:
        """`sha256:<hex>` over the key in DER."""
        return digest_of(self._public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def is_valid(self, at: datetime) -> bool:
        """Tell whether `at` lies in the time for which the key was given out."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )

    def verifies(self, opened: Opened) -> bool:
        """Tell whether the signature of an envelope was made with this key."""
        try:
            if isinstance(self._public, Ed25519PublicKey):
                self._public.verify(opened.signature, opened.signed)
            else:
                algorithm = ECDSA(_HASHES[self._public.curve.name]())
                self._public.verify(opened.signature, opened.signed, algorithm)
        except InvalidSignature:
            return False
        return True


class Keys:
    """The keys that a checker trusts; at least one.

    Raises:
        PermitRefused: `permit.input`, there is none, or one twice.
    """

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: dict[str, Key] = {}
        for key in keys:
            if key.key_id in self._keys:
                raise PermitRefused("permit.input", f"the key `{key.key_id}` is listed twice")
            self._keys[key.key_id] = key
        if not self._keys:
            raise PermitRefused("permit.input", "there is no key to trust")

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def __len__(self) -> int:
        return len(self._keys)

    def verified(self, opened: Opened, *, role: str) -> Key:
        """Return the key that signed an envelope, trusted for `role`.

        Raises:
            PermitRefused: `permit.key` or `permit.signature`.
        """
        key = self._keys.get(opened.key_id)
        if key is None:
            raise PermitRefused("permit.key", f"the key `{opened.key_id}` is not trusted")
        if role not in key.roles:
            raise PermitRefused(
                "permit.key", f"the key `{opened.key_id}` is not trusted as `{role}`"
            )
        if not key.verifies(opened):
            raise PermitRefused(
                "permit.signature", f"the signature is not by the key `{opened.key_id}`"
            )
        return key


def load_keys(path: Path | str) -> Keys:
    """Return the keys in a file, as `read_keys` does.

    Raises:
        PermitRefused: `permit.input`, it can not be read, and what `read_keys` raises.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PermitRefused("permit.input", f"can not read `{path}`: {reason}") from None
    return read_keys(data)


def read_keys(data: bytes) -> Keys:
    """Return the keys of a list that `write_keys` wrote, or one key in PEM.

    A key in PEM is trusted for both roles, and for as long as it lies there.

    Raises:
        PermitRefused: `permit.form` or `permit.key`.
    """
    if len(data) > _MOST_BYTES:
        raise damaged(_WHAT, why=f"it is larger than {_MOST_BYTES} bytes")
    try:
        text = data.decode("utf-8")
        if data.lstrip().startswith(_PEM):
            if data.count(_PEM) > 1:
                raise damaged(_WHAT, why="a file in PEM holds one key")
            return Keys([Key(text, frozenset(ROLES))])
        value: object = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise damaged(_WHAT, why=str(error)) from None
    top = Fields(value, keys=frozenset({"format", "keys"}), what=_WHAT)
    if top["format"] != FORMAT:
        raise PermitRefused("permit.version", f"`{top['format']}` is not `{FORMAT}`")
    return Keys(_key(row) for row in top.rows("keys"))


def write_keys(keys: Keys) -> str:
    """Return the list of keys as text, which `read_keys` reads."""
    rows = [
        {
            "publicKey": key.pem,
            "roles": sorted(key.roles),
            "validFrom": None if key.valid_from is None else format_instant(key.valid_from),
            "validUntil": None if key.valid_until is None else format_instant(key.valid_until),
        }
        for key in keys
    ]
    return json.dumps({"format": FORMAT, "keys": rows}, indent=2) + "\n"


def _key(row: object) -> Key:
    names = frozenset({"publicKey", "roles", "validFrom", "validUntil"})
    fields = Fields(row, keys=names, what=_WHAT)
    roles = fields.rows("roles")
    if not all(isinstance(role, str) for role in roles):
        raise damaged(_WHAT, why="a role is not text")
    limits = {
        name: None if fields[name] is None else parse_instant(fields[name], what=_WHAT)
        for name in ("validFrom", "validUntil")
    }
    return Key(
        pem=fields.text("publicKey"),
        roles=frozenset(str(role) for role in roles),
        valid_from=limits["validFrom"],
        valid_until=limits["validUntil"],
    )


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key of the JSON occurs twice")
    return found
