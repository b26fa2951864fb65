"""Keys in hardware and key services: what their URIs need, and how they fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from tierlock.attest.public_key import PublicKey
from tierlock.core import InputError

Ask = Callable[[str], str]
"""Asks the person at the keyboard for a secret, by what it is called: `passphrase`, `pin`."""
HARDWARE: Final = "hsm"
SERVICES: Final = {
    "awskms": "securesystemslib[awskms]",
    "azurekms": "securesystemslib[azurekms]",
    "gcpkms": "securesystemslib[gcpkms]",
    HARDWARE: "tierlock[hsm]",
    "hv": "securesystemslib[vault]",
}
"""Schemes of securesystemslib that are passed through, and what has to be installed for each.

Its others sign in ways that statements do not have: `gnupg` and, with ML-DSA alone, `tkey`.
"""
_FORM: Final = (
    "hsm:ID?label=TOKEN, with the number of the key and the label of the token; "
    "PYKCS11LIB names the token's library"
)
_WRONG_PIN: Final = ("PinIncorrect", "PinInvalid", "PinLenRange")


def scheme_of(uri: str) -> str | None:
    """Return the scheme of a token or service, or None for anything else.

    >>> scheme_of("hsm:2?label=ann"), scheme_of("keys/ann.key")
    ('hsm', None)
    """
    scheme, colon, _ = uri.partition(":")
    return scheme if colon and scheme in SERVICES else None


def check_uri(uri: str) -> None:
    """Refuse a URI of a token that says more than it may; a PIN in it would be on record.

    Raises:
        InputError: `key.signer`; the URI itself is not repeated.
    """
    if scheme_of(uri) != HARDWARE:
        return
    parts = urlsplit(uri)
    # A key number is what PKCS#11 calls the id (CKA_ID) of the key, read as one number.
    surplus = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    if surplus not in ([], ["label"]) or parts.netloc or parts.fragment:
        raise InputError(
            "key.signer",
            "a URI of a token has a key number and one `label`, nothing else",
            hint=f"{_FORM}; the PIN is asked for, or in TIERLOCK_KEY_PIN",
        )
    if parts.path and re.fullmatch("[0-9]{1,9}", parts.path) is None:
        raise InputError("key.signer", f"`{parts.path}` is not the number of a key", hint=_FORM)


def public_of(uri: str, *, ask: Ask | None) -> PublicKey:
    """Return the public key that a token holds beside the private one.

    Args:
        uri: `hsm:ID?label=TOKEN`; services do not give theirs out here.
        ask: called for the PIN where the token shows nothing without it.

    Raises:
        InputError: `key.signer`: a service, or no such library, token or key.
    """
    if scheme_of(uri) != HARDWARE:
        raise InputError(
            "key.signer",
            f"`{uri}` needs the public key beside it",
            hint="name the PEM file that the service gives out; --public-key FILE where you sign",
        )
    check_uri(uri)
    from securesystemslib.signer import HSMSigner

    parts = urlsplit(uri)
    try:
        _, key = HSMSigner.import_(
            int(parts.path) if parts.path else None, dict(parse_qsl(parts.query)).get("label"), ask
        )
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001  # tokens and their libraries raise what they like
        raise unusable(f"can not read `{uri}`", error=error, uri=uri) from None
    return PublicKey(str(key.keyval["public"]).encode("utf-8"))


def unusable(what: str, *, error: Exception, uri: str) -> InputError:
    """Return the coded error for whatever a token or service raised."""
    name = type(error).__name__
    # Errors of PKCS#11 have a name and no text.
    says = str(error).strip() or re.sub("(?<=[a-z])(?=[A-Z])", " ", name).lower()
    if name in _WRONG_PIN:
        says = "the PIN is wrong"
    elif says[1:2].islower():
        says = says[0].lower() + says[1:]
    return InputError("key.signer", f"{what}: {says}", hint=_hint(name, uri=uri))


def _hint(name: str, *, uri: str) -> str | None:
    scheme = scheme_of(uri)
    if scheme is None:
        return None
    if name == "UnsupportedLibraryError":
        return f"install what it needs: pip install '{SERVICES[scheme]}'"
    if scheme != HARDWARE:
        return "credentials and region are those of the service's own tools"
    if name in _WRONG_PIN:
        return "mind that tokens lock themselves after a few wrong PINs"
    if name == "PinLocked":
        return "unlock it with the tool of its maker"
    return _FORM
