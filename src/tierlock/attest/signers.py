"""Signing: with a key file, hardware, a key service, or Sigstore (spec/attestations.md A-17)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from tierlock.attest.envelope import PAYLOAD_TYPE, Envelope, EnvelopeSignature, pae
from tierlock.attest.key_files import is_encrypted, load_private_key, load_public_key
from tierlock.attest.public_key import PublicKey
from tierlock.attest.services import SERVICES, Ask, check_uri, public_of, scheme_of, unusable
from tierlock.attest.sigstore import SIGSTORE, open_sigstore
from tierlock.attest.statement import Statement, canonical_statement
from tierlock.core import InputError

if TYPE_CHECKING:
    from securesystemslib.signer import Signer as LibrarySigner

FILE: Final = "file"
_SCHEME: Final = re.compile("[a-z][a-z0-9]+")
"""Two letters at least: one is a drive of Windows."""


class Signer(Protocol):
    """Something that signs under one name."""

    @property
    def key_id(self) -> str:
        """The name of the key, as trust files list it."""
        ...

    def sign(self, data: bytes) -> EnvelopeSignature:
        """Return the signature over `data`.

        Raises:
            InputError: `key.signer`.
        """
        ...


class LibraryKey:
    """A signer of securesystemslib under our name of its key; every signature is checked."""

    def __init__(self, signer: LibrarySigner, *, public: PublicKey, uri: str = "") -> None:
        self._signer = signer
        self._public = public
        self._uri = uri

    @property
    def public(self) -> PublicKey:
        """The public half, under which others check what is signed."""
        return self._public

    @property
    def key_id(self) -> str:
        """The name of the key."""
        return self._public.key_id

    def sign(self, data: bytes) -> EnvelopeSignature:
        """Return the signature over `data`."""
        try:
            signed = bytes.fromhex(self._signer.sign(data).signature)
        except InputError:
            raise
        except Exception as error:  # noqa: BLE001  # tokens and services raise what they like
            raise unusable("the signer does not sign", error=error, uri=self._uri) from None
        if not self._public.verifies(data, signature=signed):
            raise InputError(
                "key.signer",
                "the signature does not belong to the public key",
                hint="the private and the public key are not a pair",
            )
        return EnvelopeSignature(sig=signed, keyid=self.key_id)


def open_signer(uri: str, *, public: PublicKey | None = None, ask: Ask | None = None) -> Signer:
    """Return the signer that `uri` names.

    Args:
        uri: a path or `file:PATH` of a private key in PEM; a URI of securesystemslib (`hsm:`,
            `gcpkms:`, `awskms:`, `azurekms:`, `hv:`), which needs `public` unless it is `hsm:`; or
            `sigstore:?identity=...&issuer=...`.
        public: the public key, where the URI does not lead to it.
        ask: called for a passphrase or PIN if one is needed.

    Raises:
        InputError: `input.file`, `key.read`, `key.passphrase`, or `key.signer`: no such scheme, or
            the library, token or service behind it is not there.
    """
    scheme, _, rest = uri.partition(":")
    if scheme == SIGSTORE:
        return open_sigstore(rest)
    if scheme_of(uri) is not None:
        return _open_service(uri, public=public, ask=ask)
    if rest and scheme != FILE and _SCHEME.fullmatch(scheme) and not Path(uri).exists():
        known = ", ".join(f"{one}:" for one in (FILE, *SERVICES, SIGSTORE))
        raise InputError(
            "key.signer", f"nothing signs for `{scheme}:`", hint=f"a file, or one of {known}"
        )
    return _open_file(Path(rest if scheme == FILE else uri), public=public, ask=ask)


def find_public_key(uri: str, *, scheme: str | None = None, ask: Ask | None = None) -> PublicKey:
    """Return the public key in a PEM file, or of a key on a hardware token.

    Args:
        uri: a path or `file:PATH`, or `hsm:ID?label=TOKEN`.
        scheme: how an RSA key signs.
        ask: called for the PIN where the token shows nothing without it.

    Raises:
        InputError: `input.file`, `key.read` or `key.signer`.
    """
    if scheme_of(uri) is not None:
        return public_of(uri, ask=ask)
    return load_public_key(Path(uri.removeprefix(f"{FILE}:")), scheme=scheme)


def sign_statement(statement: Statement, *, signer: Signer) -> Envelope:
    """Return the envelope of a statement with one signature."""
    payload = canonical_statement(statement)
    signature = signer.sign(pae(payload, payload_type=PAYLOAD_TYPE))
    return Envelope(payload=payload, payload_type=PAYLOAD_TYPE, signatures=(signature,))


def _open_file(path: Path, *, public: PublicKey | None, ask: Ask | None) -> Signer:
    passphrase = None
    if is_encrypted(path):
        if ask is None:
            raise InputError("key.passphrase", "the key needs its passphrase", location=str(path))
        passphrase = ask("passphrase").encode("utf-8")
    private = load_private_key(path, passphrase=passphrase)
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from securesystemslib.signer import CryptoSigner, SSlibKey

    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    own = PublicKey(pem, scheme=None if public is None else public.scheme)
    if public is not None and public.key_id != own.key_id:
        raise InputError(
            "key.signer", "the private and the public key are not a pair", location=str(path)
        )
    key = SSlibKey.from_crypto(own.key, keyid=own.key_id, scheme=own.scheme)
    return LibraryKey(CryptoSigner(private, key), public=own)


def _open_service(uri: str, *, public: PublicKey | None, ask: Ask | None) -> Signer:
    check_uri(uri)
    public = public or public_of(uri, ask=ask)
    from securesystemslib.signer import Signer as LibrarySigner
    from securesystemslib.signer import SSlibKey

    key = SSlibKey.from_crypto(public.key, keyid=public.key_id, scheme=public.scheme)
    try:
        signer = LibrarySigner.from_priv_key_uri(uri, key, ask)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001  # tokens and services raise what they like
        raise unusable(f"can not open `{uri}`", error=error, uri=uri) from None
    return LibraryKey(signer, public=public, uri=uri)
