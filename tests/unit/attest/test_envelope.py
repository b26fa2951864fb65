"""Envelopes: one form, exact bytes, the published vectors."""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as OtherEnvelope
from securesystemslib.signer import SSlibKey

from tests.unit.attest.keys import VECTORS, Key
from tierlock.attest import (
    PAYLOAD_TYPE,
    Envelope,
    EnvelopeSignature,
    Trust,
    canonical_envelope,
    pae,
    parse_envelope,
    verify_signatures,
)
from tierlock.core import IntegrityError

DSSE = json.loads((VECTORS / "dsse.json").read_text(encoding="utf-8"))

# RFC 8032 section 7.1: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
            "1cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
            "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
            "984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_signatures_are_those_of_rfc_8032(seed, public, message, signature):
    key = Key(bytes.fromhex(seed))
    assert key.private.public_key().public_bytes_raw().hex() == public
    assert key.sign(bytes.fromhex(message)).sig.hex() == signature
    assert key.public.verifies(bytes.fromhex(message), signature=bytes.fromhex(signature))


def test_the_key_id_is_what_openssl_digests():
    """SHA-256 over a DER SubjectPublicKeyInfo: 12 fixed bytes and the 32 bytes of the key."""
    key = Key(bytes.fromhex(RFC_8032[0][0]))
    der = bytes.fromhex("302a300506032b6570032100" + RFC_8032[0][1])
    assert key.key_id == f"sha256:{hashlib.sha256(der).hexdigest()}"


def trust_of(names: list[str]) -> Trust:
    keys = {}
    for name in names:
        key = Key(bytes.fromhex(DSSE["keys"][name]["seed"]))
        keys[key.key_id] = {
            "person": name,
            "roles": ["any"],
            "public_key": key.public.pem.decode(),
            "valid_from": "2020-01-01T00:00:00Z",
        }
    return Trust.parse(json.dumps({"keys": keys}))


@pytest.mark.parametrize("vector", DSSE["vectors"], ids=lambda vector: vector["id"])
def test_the_vectors_of_dsse(vector: dict[str, Any]):
    envelope = parse_envelope(json.dumps(vector["envelope"]).encode())
    if vector["id"] != "payload-type-swapped":
        assert envelope.signed_bytes.hex() == vector["pae"]
    accepted: tuple[str, ...] = ()
    if envelope.payload_type in vector["supportedPayloadTypes"]:
        with suppress(IntegrityError):
            accepted = verify_signatures(envelope, trust=trust_of(vector["trustedKeys"]))
    assert (len(accepted) >= vector["threshold"]) == (vector["expect"] == "accept")


def test_the_example_of_the_protocol_page():
    data = pae(b"hello world", payload_type="http://example.com/HelloWorld")
    assert data == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@given(st.binary(max_size=40), st.text(max_size=20), st.lists(st.binary(max_size=9), min_size=1))
def test_what_is_written_is_read_again(payload, kind, signatures):
    envelope = Envelope(
        payload=payload,
        payload_type=kind,
        signatures=tuple(EnvelopeSignature(sig=each, keyid="k") for each in signatures),
    )
    data = canonical_envelope(envelope)
    assert parse_envelope(data) == envelope
    assert canonical_envelope(parse_envelope(data)) == data


def test_the_library_of_others_reads_and_accepts_it():
    key = Key(bytes(32))
    sig = key.sign(pae(b"{}", payload_type=PAYLOAD_TYPE))
    ours = Envelope(payload=b"{}", payload_type=PAYLOAD_TYPE, signatures=(sig,))
    other = OtherEnvelope.from_dict(json.loads(canonical_envelope(ours)))
    public = SSlibKey.from_crypto(key.private.public_key(), keyid=key.key_id)
    assert set(other.verify([public], 1)) == {key.key_id}


GOOD = {
    "payload": base64.b64encode(b"{}").decode(),
    "payloadType": PAYLOAD_TYPE,
    "signatures": [{"sig": "AAAA", "keyid": "k"}],
}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b'{"payload": "", "payload": "", "payloadType": "", "signatures": [{"sig": ""}]}',
        b'{"payload": NaN, "payloadType": "", "signatures": []}',
        b"[" * 100_000,
        json.dumps({**GOOD, "more": 1}).encode(),
        json.dumps({**GOOD, "signatures": []}).encode(),
        json.dumps({**GOOD, "signatures": [{"sig": "AAAA"}] * 65}).encode(),
        json.dumps({**GOOD, "signatures": [{"sig": "AAAA", "cert": "x"}]}).encode(),
        json.dumps({**GOOD, "signatures": [{"keyid": "k"}]}).encode(),
        json.dumps({**GOOD, "signatures": [{"sig": "AAAA", "keyid": 1}]}).encode(),
        json.dumps({**GOOD, "signatures": [{"sig": "AAAA", "extension": []}]}).encode(),
        json.dumps({**GOOD, "signatures": {"sig": "AAAA"}}).encode(),
        json.dumps({**GOOD, "payload": "e30"}).encode(),
        json.dumps({**GOOD, "payload": "e3 0="}).encode(),
        json.dumps({**GOOD, "payload": "e31="}).encode(),
        json.dumps({**GOOD, "payload": ["e30="]}).encode(),
        json.dumps({**GOOD, "payloadType": None}).encode(),
    ],
)
def test_what_is_no_envelope_is_refused(data: bytes):
    with pytest.raises(IntegrityError) as caught:
        parse_envelope(data)
    assert caught.value.code == "attest.envelope"


def test_an_envelope_beyond_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tierlock.attest.envelope.MOST_BYTES", 10)
    with pytest.raises(IntegrityError, match="larger than 10 bytes"):
        parse_envelope(json.dumps(GOOD).encode())
