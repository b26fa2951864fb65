"""Assertions of authenticators as signatures, and every way to forge one."""

from __future__ import annotations

import dataclasses
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.attest.authenticator import (
    ATTESTED,
    BACKED_UP,
    ELIGIBLE,
    EXTENDED,
    ORIGIN,
    PRESENT,
    RP_ID,
    VERIFIED,
    SoftAuthenticator,
    client_data_of,
    enrolled,
    trusting,
)
from tests.unit.attest.keys import ANN, AT, SIGNED, T0, approval, trust, trusted
from tierlock.attest import (
    PAYLOAD_TYPE,
    Assertion,
    Authenticator,
    Envelope,
    EnvelopeSignature,
    Trust,
    TrustedKey,
    as_signed,
    assertion_key,
    canonical_envelope,
    canonical_statement,
    challenge_of,
    from_base64url,
    make_statement,
    pae,
    sign_statement,
    to_base64url,
    verify_envelope,
    verify_signatures,
    write_assertion,
)
from tierlock.core import InputError, IntegrityError

DEVICE = SoftAuthenticator()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PAYLOAD = canonical_statement(make_statement(approval(), role="rso", signed_at=SIGNED))
DATA = pae(PAYLOAD, payload_type=PAYLOAD_TYPE)
SITE = Authenticator(rp_id=RP_ID, origins=(ORIGIN,))


def written(made: Assertion, *, device: SoftAuthenticator = DEVICE) -> bytes:
    return write_assertion(made, key=assertion_key(device.pem))


def envelope(sig: bytes, *, keyid: str = DEVICE.key_id) -> Envelope:
    return Envelope(PAYLOAD, PAYLOAD_TYPE, (EnvelopeSignature(sig=sig, keyid=keyid),))


def signed(device: SoftAuthenticator = DEVICE, /, **said: object) -> Envelope:
    made = device.sign(challenge_of(DATA), **said)  # type: ignore[arg-type]
    return envelope(written(made, device=device), keyid=device.key_id)


def why(forged: Envelope, *, by: Trust | None = None) -> str:
    """The reason of the refusal; also with a key id that gives no hint, nobody signed it."""
    by = by or trusting(DEVICE)
    with pytest.raises(IntegrityError) as caught:
        verify_envelope(forged, trust=by, at=AT)
    assert (caught.value.code, caught.value.exit_code) == ("attest.signature", 3)
    hidden = dataclasses.replace(
        forged, signatures=(dataclasses.replace(forged.signatures[0], keyid=""),)
    )
    with pytest.raises(IntegrityError) as unhinted:
        verify_envelope(hidden, trust=by, at=AT)
    assert unhinted.value.code == "attest.key"
    return caught.value.message.partition("does not verify: ")[2]


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "RS256"])
def test_an_assertion_counts_as_any_other_signature(kind: str):
    device = SoftAuthenticator(kind)
    found = signed(device)
    for form in (found, canonical_envelope(found)):
        verified = verify_envelope(form, trust=trusting(device), at=AT)
        assert (verified.signer.person, verified.signer.key_id) == ("Ann", device.key_id)
        assert as_signed(verified) == approval(assurance="signed")
    assert verify_signatures(found, trust=trusting(device)) == (device.key_id,)
    unhinted = dataclasses.replace(
        found, signatures=(dataclasses.replace(found.signatures[0], keyid="other"),)
    )
    both = Trust(keys={**trust().keys, **enrolled(device, "Eve", "rso")})
    assert verify_signatures(unhinted, trust=both) == (device.key_id,)


def test_browsers_say_more_and_synced_keys_are_fine():
    flags = PRESENT | VERIFIED | ELIGIBLE | BACKED_UP
    for found in (
        signed(crossOrigin=None),
        signed(flags=flags),
        signed(other_keys_can_be_added_here="do not compare clientDataJSON against a template"),
    ):
        assert verify_envelope(found, trust=trusting(DEVICE), at=AT).signers


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"challenge": challenge_of(DATA + b" ")}, "over other content"),
        ({"challenge": challenge_of(DATA) + "="}, "over other content"),
        ({"challenge": to_base64url(DATA)}, "over other content"),
        ({"type": "webauthn.create"}, "another purpose"),
        ({"type": "payment.get"}, "another purpose"),
        ({"origin": "https://reviews.example.org.evil.net"}, "page that is not listed"),
        ({"origin": "https://evil-reviews.example.org"}, "page that is not listed"),
        ({"origin": "http://reviews.example.org"}, "page that is not listed"),
        ({"origin": "https://reviews.example.org:8443"}, "page that is not listed"),
        ({"origin": "https://REVIEWS.example.org"}, "page that is not listed"),
        ({"origin": ORIGIN + "/"}, "page that is not listed"),
        ({"origin": [ORIGIN]}, "page that is not listed"),
        ({"origin": None}, "page that is not listed"),
        ({"crossOrigin": True}, "frame"),
        ({"crossOrigin": 0}, "frame"),
        ({"topOrigin": ORIGIN}, "frame"),
        ({"rp_id": "example.org"}, "another site"),
        ({"rp_id": "reviews.example.org.evil.net"}, "another site"),
        ({"rp_id": "s.example.org"}, "another site"),
        ({"flags": VERIFIED}, "nobody was there"),
        ({"flags": PRESENT}, "did not check who"),
        ({"flags": 0}, "nobody was there"),
        ({"flags": PRESENT | VERIFIED | BACKED_UP}, "flags contradict"),
        ({"flags": PRESENT | VERIFIED | ATTESTED}, "flags contradict"),
        ({"flags": PRESENT | VERIFIED | EXTENDED}, "flags contradict"),
        ({"tail": b"\0"}, "cut, or hold more"),
        ({"flags": PRESENT | VERIFIED | EXTENDED, "tail": b"\xa0"}, "cut, or hold more"),
        ({"client_data": b"[]"}, "not one block of JSON"),
        ({"client_data": b"\xef\xbb\xbf" + client_data_of(challenge_of(DATA))}, "not one block"),
        ({"client_data": client_data_of(challenge_of(DATA))[:-1]}, "not one block of JSON"),
        ({"client_data": client_data_of(challenge_of(DATA)) + b"{}"}, "not one block of JSON"),
        ({"client_data": b"{" * 5000}, "not one block of JSON"),
    ],
)
def test_a_forged_assertion_is_refused_with_the_reason(said: dict[str, object], reason: str):
    """Every one of them is properly signed by the authenticator's own key."""
    assert reason in why(signed(DEVICE, **said))


def test_no_key_is_read_twice():
    said = client_data_of(challenge_of(DATA))
    for extra in (b'"origin": "https://evil.net", ', b'"challenge": "x", ', b'"type": "x", '):
        assert "not one block" in why(signed(client_data=b"{" + extra + said[1:]))


def test_authenticator_data_can_not_be_cut():
    made = DEVICE.sign(challenge_of(DATA))
    for length in (0, 31, 32, 33, 36):
        cut = made._replace(authenticator_data=made.authenticator_data[:length])
        assert "cut, or hold more" in why(envelope(written(cut)))


def test_the_counter_says_nothing_but_is_signed():
    made = DEVICE.sign(challenge_of(DATA))
    counted = made._replace(authenticator_data=made.authenticator_data[:-1] + b"\x05")
    assert "another key, or over something else" in why(envelope(written(counted)))


def test_there_is_no_second_form_of_a_signature():
    for _ in range(8):  # ECDSA is randomised: both halves come up
        made = DEVICE.sign(challenge_of(DATA))
        good = written(made)
        assert verify_envelope(envelope(good), trust=trusting(DEVICE), at=AT).signers
        parts = json.loads(good)
        r, s = decode_dss_signature(from_base64url(parts["signature"]))
        mirrored = {**parts, "signature": to_base64url(encode_dss_signature(r, ORDER - s))}
        assert "one form" in why(envelope(dumped(mirrored)))
        assert written(made._replace(signature=encode_dss_signature(r, ORDER - s))) == good


@pytest.mark.parametrize(
    "changed",
    [
        lambda der: der + b"\0",
        lambda der: der[:-1],
        lambda der: b"",
        lambda der: b"\x30\x80" + der[2:] + b"\0\0",
        lambda der: bytes(64),
        lambda der: encode_dss_signature(0, 0),
    ],
)
def test_a_damaged_signature_is_refused(changed):
    made = DEVICE.sign(challenge_of(DATA))
    parts = json.loads(written(made))
    parts["signature"] = to_base64url(changed(from_base64url(parts["signature"])))
    assert "signature is" in why(envelope(dumped(parts)))
    damaged = written(made._replace(signature=changed(made.signature)))
    assert "signature is" in why(envelope(damaged))


def dumped(parts: object) -> bytes:
    return json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "changed",
    [
        lambda parts: json.dumps(parts).encode(),
        lambda parts: dumped({**parts, "userHandle": ""}),
        lambda parts: dumped({key: parts[key] for key in ("signature", "clientDataJSON")}),
        lambda parts: dumped({**parts, "signature": parts["signature"] + "="}),
        lambda parts: dumped({**parts, "signature": 1}),
        lambda parts: dumped({**parts, "clientDataJSON": parts["clientDataJSON"] + "é"}),
        lambda parts: dumped([parts]),
        lambda parts: dumped(parts).replace(b"{", b'{"signature":"",', 1),
        lambda parts: dumped(parts) + b"\n",
        lambda parts: dumped(parts)[:-1],
        lambda parts: dumped({**parts, "signature": "A" * 20000}),
        lambda parts: b"",
        lambda parts: b"\xff",
    ],
)
def test_an_assertion_is_written_in_one_form(changed):
    good = written(DEVICE.sign(challenge_of(DATA)))
    parts = json.loads(good)
    assert dumped(parts) == good
    assert "no assertion of an authenticator" in why(envelope(changed(parts)))


@settings(max_examples=200, deadline=None)
@given(st.integers(0), st.integers(1, 255))
def test_no_byte_of_an_assertion_can_be_changed(place: int, change: int):
    data = bytearray(written(DEVICE.sign(challenge_of(DATA))))
    data[place % len(data)] ^= change
    assert why(envelope(bytes(data)))


def test_an_assertion_is_over_one_payload():
    other = canonical_statement(
        make_statement(approval(action="train"), role="rso", signed_at=SIGNED)
    )
    assert "over other content" in why(dataclasses.replace(signed(), payload=other))
    assert challenge_of(DATA) != challenge_of(pae(PAYLOAD, payload_type="text/plain"))


def test_another_authenticator_signs_for_nobody():
    other = SoftAuthenticator(number=8)
    borrowed = written(other.sign(challenge_of(DATA)), device=other)
    assert "another key" in why(envelope(borrowed))


def test_the_key_of_an_authenticator_signs_in_no_other_way():
    plain = envelope(DEVICE.raw_sign(DATA))
    assert "no assertion" in why(plain)
    as_plain = trusting(DEVICE, webauthn=None)
    assert verify_envelope(plain, trust=as_plain, at=AT).signers
    with pytest.raises(IntegrityError) as caught:
        verify_envelope(signed(), trust=as_plain, at=AT)
    assert caught.value.code == "attest.signature"


def test_a_plain_key_asserts_nothing():
    by_ann = sign_statement(make_statement(approval(), role="rso", signed_at=SIGNED), signer=ANN)
    site = {"rp_id": RP_ID, "origins": (ORIGIN,)}
    enrolled_ann = Trust(keys=trusted(ANN, "Ann", "rso", webauthn=site))
    assert "no assertion" in why(by_ann, by=enrolled_ann)


def test_roles_and_dates_hold_as_for_any_key():
    for fields, code in (
        ({"roles": ("ceo",)}, "attest.role"),
        ({"valid_from": AT}, "attest.expired"),
        ({"revoked_at": AT}, "attest.revoked"),
        ({"person": "Bob"}, "attest.signer"),
    ):
        with pytest.raises(IntegrityError) as caught:
            verify_envelope(signed(), trust=trusting(DEVICE, **fields), at=AT)
        assert caught.value.code == code


@pytest.mark.parametrize(
    "wrong",
    [
        {"rp_id": ""},
        {"rp_id": "Reviews.example.org"},
        {"rp_id": "https://reviews.example.org"},
        {"rp_id": "127.0.0.1"},
        {"rp_id": "example.org", "origins": ("https://evilexample.org",)},
        {"origins": ()},
        {"origins": ("https://example.org",)},
        {"origins": ("https://reviews.example.org.evil.net",)},
        {"origins": ("http://reviews.example.org",)},
        {"origins": ("https://reviews.example.org/",)},
        {"origins": ("https://reviews.example.org:443",)},
        {"origins": ("https://reviews.example.org:0443",)},
        {"origins": ("https://user@reviews.example.org",)},
        {"origins": ("*",)},
        {"credential": "a+b"},
    ],
)
def test_a_site_that_makes_no_sense_is_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        Authenticator.model_validate({"rp_id": RP_ID, "origins": (ORIGIN,), **wrong})


def test_a_page_below_the_site_and_one_at_home_are_fine():
    made = Authenticator(rp_id="example.org", origins=("https://a.b.example.org:8443",))
    assert made.origins == ("https://a.b.example.org:8443",)
    assert Authenticator(rp_id="localhost", origins=("http://localhost:8000",)).credential is None


def test_what_an_authenticator_does_not_have_is_no_key_of_one():
    entry = {"person": "Ann", "roles": ("rso",), "valid_from": T0, "webauthn": SITE}
    with pytest.raises(ValidationError, match="needs `public_key`"):
        TrustedKey.model_validate({**entry, "sigstore": {"identity": "a", "issuer": "b"}})
    with pytest.raises(ValidationError, match="says itself how it signs"):
        TrustedKey.model_validate({**entry, "public_key": "x", "scheme": "ed25519"})
    p384 = ec.generate_private_key(ec.SECP384R1()).public_key()
    pem = p384.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(InputError) as caught:
        assertion_key(pem)
    assert caught.value.code == "key.read"
