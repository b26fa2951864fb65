"""Sigstore in place of a key: who signed is what an identity provider says (extra `sigstore`)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from tierlock.attest.envelope import EnvelopeSignature
from tierlock.core import InputError, canonical_json, digest_bytes

if TYPE_CHECKING:
    from tierlock.attest.trust import SigstoreIdentity

SIGSTORE: Final = "sigstore"
EXTENSION: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
"""Kind of the DSSE signature extension that holds a Sigstore bundle."""


def sigstore_id(identity: str, *, issuer: str) -> str:
    """Return the key id of an identity: a digest, as those of keys are."""
    return digest_bytes(canonical_json({"identity": identity, "issuer": issuer}))


class SigstoreSigner:
    """Signs with a certificate for minutes; needs a network and an identity token."""

    def __init__(self, identity: str, *, issuer: str, ambient: bool) -> None:
        self._identity = identity
        self._issuer = issuer
        self._ambient = ambient

    @property
    def key_id(self) -> str:
        """The name of the identity."""
        return sigstore_id(self._identity, issuer=self._issuer)

    def sign(self, data: bytes) -> EnvelopeSignature:
        """Return a signature whose bundle holds certificate and log entry.

        Raises:
            InputError: `key.signer`, no network, no token, or a token of somebody else.
        """
        from securesystemslib.signer import SigstoreKey
        from securesystemslib.signer import SigstoreSigner as Library

        _, public = Library.import_(self._identity, self._issuer, self._ambient)
        uri = "sigstore:" if self._ambient else "sigstore:?ambient=false"
        try:
            signed = Library.from_priv_key_uri(uri, SigstoreKey.from_dict("", public.to_dict()))
            signature = signed.sign(data)
        except Exception as error:  # noqa: BLE001  # the service and its parts raise what they like
            raise InputError(
                "key.signer",
                f"sigstore does not sign: {error}",
                hint=_hint(error),
            ) from None
        return EnvelopeSignature(
            sig=base64.b64decode(signature.signature),
            keyid=self.key_id,
            extension={"kind": EXTENSION, "ext": signature.unrecognized_fields["bundle"]},
        )


def _hint(error: Exception) -> str:
    if type(error).__name__ == "UnsupportedLibraryError":
        return "install the extra: pip install 'tierlock[sigstore]'"
    return (
        "it asks sigstore's servers; a build machine brings its identity, a person gives "
        "`&ambient=false` and logs in with a browser"
    )


def open_sigstore(rest: str) -> SigstoreSigner:
    """Return the signer of `sigstore:?identity=...&issuer=...[&ambient=false]`.

    Raises:
        InputError: `key.signer`, identity or issuer are missing.
    """
    asked = dict(parse_qsl(rest.removeprefix("?")))
    if not asked.get("identity") or not asked.get("issuer"):
        raise InputError(
            "key.signer",
            "a sigstore signer needs `identity` and `issuer`",
            hint="sigstore:?identity=ann@example.org&issuer=https://accounts.example.org",
        )
    ambient = asked.get("ambient", "true") == "true"
    return SigstoreSigner(asked["identity"], issuer=asked["issuer"], ambient=ambient)


def sigstore_verifies(
    data: bytes, *, extension: Mapping[str, object] | None, signer: SigstoreIdentity
) -> bool:
    """Tell whether a bundle shows that `signer` signed `data`, without asking any server.

    Raises:
        InputError: `key.signer`, the extra `sigstore` is not installed, or its list of trusted
            authorities can not be read.
    """
    if extension is None or extension.get("kind") != EXTENSION:
        return False
    try:
        from sigstore.models import Bundle
        from sigstore.verify import Verifier
        from sigstore.verify.policy import Identity
    except ImportError:
        raise InputError(
            "key.signer",
            "this signature is by sigstore",
            hint="install the extra: pip install 'tierlock[sigstore]'",
        ) from None
    try:
        verifier = Verifier.production(offline=True)
    except Exception as error:  # noqa: BLE001  # no fault of the signature
        raise InputError(
            "key.signer",
            f"can not read whom sigstore trusts: {error}",
            hint="it keeps its list in the cache folder of your account",
        ) from None
    try:
        bundle = Bundle.from_json(json.dumps(extension.get("ext")))
        identity = Identity(identity=signer.identity, issuer=signer.issuer)
        verifier.verify_artifact(data, bundle, identity)
    except Exception:  # noqa: BLE001  # whatever keeps a bundle from being checked, it is not shown
        return False
    return True
