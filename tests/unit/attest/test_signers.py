"""Signers behind URIs: what a token or service does wrong ends in a coded error."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, CryptoSigner, Signature

from tests.unit.attest.keys import ANN, BOB
from tierlock.attest import Signer, Trust, open_signer, sigstore_id, verify_signatures
from tierlock.attest.envelope import Envelope, EnvelopeSignature, pae
from tierlock.attest.sigstore import EXTENSION
from tierlock.core import InputError, IntegrityError


class Token(CryptoSigner):
    """A token with Ann's key, as a library for hardware would offer it."""

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri, public_key, secrets_handler=None):
        if "PIN" in priv_key_uri and secrets_handler("PIN") != "1234":
            raise RuntimeError("PIN is wrong")
        return cls(ANN.private, public_key)

    def sign(self, payload: bytes) -> Signature:
        if payload == b"unplug":
            raise OSError("Token was removed")
        if payload == b"swap":
            return Signature(self.public_key.keyid, Ed25519PrivateKey.generate().sign(b"").hex())
        return super().sign(payload)


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("hsm", "gcpkms"):
        monkeypatch.setitem(SIGNER_FOR_URI_SCHEME, scheme, Token)


@pytest.mark.parametrize("uri", ["hsm:2?label=PIN", "gcpkms:projects/p/keys/k"])
def test_uris_of_the_library_are_passed_through(uri: str):
    signer: Signer = open_signer(uri, public=ANN.public, ask=lambda what: "1234")
    assert signer.key_id == ANN.key_id
    assert ANN.public.verifies(b"data", signature=signer.sign(b"data").sig)


@pytest.mark.parametrize(
    ("data", "says"), [(b"unplug", "token was removed"), (b"swap", "does not belong")]
)
def test_a_signature_is_checked_before_it_leaves(data: bytes, says: str):
    with pytest.raises(InputError, match=says) as caught:
        open_signer("hsm:", public=ANN.public).sign(data)
    assert caught.value.code == "key.signer"


def test_a_token_with_another_key_does_not_open():
    with pytest.raises(InputError, match="can not open"):
        open_signer("hsm:", public=BOB.public)
    with pytest.raises(InputError, match="PIN is wrong"):
        open_signer("hsm:1?label=PIN", public=ANN.public, ask=lambda what: "0000")


def test_a_service_needs_the_public_key():
    with pytest.raises(InputError, match="public key beside it"):
        open_signer("gcpkms:projects/p/keys/k")


@pytest.mark.parametrize("uri", ["sigstore:", "sigstore:?identity=a", "sigstore:?issuer=a"])
def test_sigstore_needs_to_know_who(uri: str):
    with pytest.raises(InputError, match="identity"):
        open_signer(uri)


def test_sigstore_without_a_token_does_not_sign():
    signer = open_signer("sigstore:?identity=ann@example.org&issuer=https://idp.example.org")
    assert signer.key_id == sigstore_id("ann@example.org", issuer="https://idp.example.org")
    with pytest.raises(InputError, match="sigstore does not sign") as caught:
        signer.sign(b"data")
    assert caught.value.code == "key.signer"


@pytest.mark.parametrize(
    "extension", [None, {"kind": "other", "ext": {}}, {"kind": EXTENSION, "ext": {"a": 1}}]
)
def test_a_bundle_that_shows_nothing_is_refused_offline(extension):
    identity = {"identity": "ann@example.org", "issuer": "https://idp.example.org"}
    name = sigstore_id(identity["identity"], issuer=identity["issuer"])
    trust = Trust.model_validate(
        {
            "keys": {
                name: {
                    "person": "Ann",
                    "roles": ("rso",),
                    "sigstore": identity,
                    "valid_from": "2026-01-01T00:00:00Z",
                }
            }
        },
        strict=False,
    )
    signature = EnvelopeSignature(sig=ANN.sign(pae(b"", payload_type="t")).sig, keyid=name)
    envelope = Envelope(
        payload=b"",
        payload_type="t",
        signatures=(EnvelopeSignature(sig=signature.sig, keyid=name, extension=extension),),
    )
    with pytest.raises(IntegrityError) as caught:
        verify_signatures(envelope, trust=trust)
    assert caught.value.code == "attest.signature"
