"""Signing: with a key file, hardware, a key service, or Sigstore (spec/attestations.md A-17)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from tierlock.attest.envelope import PAYLOAD_TYPE, Envelope, EnvelopeSignature, pae
from tierlock.attest.key_files import is_encrypted, load_private_key
from tierlock.attest.public_key import PublicKey
from tierlock.attest.sigstore import SIGSTORE, open_sigstore
from tierlock.attest.statement import Statement, canonical_statement
from tierlock.core import InputError

if TYPE_CHECKING:
    from securesystemslib.signer import Signer as LibrarySigner

FILE: Final = "file"
SERVICES: Final = ("awskms", "azurekms", "gcpkms", "hsm", "hv", "tkey")
"""Schemes of securesystemslib that are passed through: key services, PKCS#11 tokens, Vault."""
Ask = Callable[[str], str]
"""Asks the person at the keyboard for a secret, by what it is called: `passphrase`, `PIN`."""


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

    def __init__(self, signer: LibrarySigner, *, public: PublicKey) -> None:
        self._signer = signer
        self._public = public

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
        except Exception as error:  # noqa: BLE001  # tokens and services raise what they like
            raise _unusable("the signer does not sign", error) from None
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
            `gcpkms:`, `awskms:`, `azurekms:`, `hv:`, `tkey:`), which needs `public`; or
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
    if scheme in SERVICES:
        return _open_service(uri, public=public, ask=ask)
    return _open_file(Path(rest if scheme == FILE else uri), public=public, ask=ask)


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
    if public is None:
        raise InputError(
            "key.signer",
            f"`{uri}` needs the public key beside it",
            hint="name its PEM file; key services and tokens can export it",
        )
    from securesystemslib.signer import Signer as LibrarySigner
    from securesystemslib.signer import SSlibKey

    key = SSlibKey.from_crypto(public.key, keyid=public.key_id, scheme=public.scheme)
    try:
        signer = LibrarySigner.from_priv_key_uri(uri, key, ask)
    except Exception as error:  # noqa: BLE001  # tokens and services raise what they like
        raise _unusable(f"can not open `{uri}`", error) from None
    return LibraryKey(signer, public=public)


def _unusable(what: str, error: Exception) -> InputError:
    says = str(error).strip() or type(error).__name__
    return InputError("key.signer", f"{what}: {says[:1].lower()}{says[1:]}")
