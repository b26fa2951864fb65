"""What a browser hands over: a new key is read, and nobody is trusted by it."""

from __future__ import annotations

import json

import cbor2
import pytest

from tests.unit.attest.authenticator import (
    ATTESTED,
    BACKED_UP,
    CREDENTIAL,
    ELIGIBLE,
    ORIGIN,
    PRESENT,
    RP_ID,
    VERIFIED,
    SoftAuthenticator,
)
from tierlock.attest import (
    Authenticator,
    read_assertion,
    read_registration,
    registration_options,
    to_base64url,
)
from tierlock.core import InputError

CHALLENGE = bytes(range(32))
ASKED = to_base64url(CHALLENGE)
SITE = Authenticator(rp_id=RP_ID, origins=(ORIGIN,))


def read(response: bytes):
    return read_registration(response, challenge=CHALLENGE, site=SITE)


def refusal(response: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(response)
    assert caught.value.code == "sign.assertion"
    return caught.value.message


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "RS256"])
def test_a_new_key_is_read_as_the_trust_file_lists_it(kind: str):
    device = SoftAuthenticator(kind)
    made = read(device.register(ASKED))
    assert (made.key.key_id, made.key.pem) == (device.key_id, device.pem)
    assert made.authenticator == SITE.model_copy(update={"credential": to_base64url(CREDENTIAL)})
    assert not made.backed_up
    synced = PRESENT | VERIFIED | ATTESTED | ELIGIBLE | BACKED_UP
    assert read(device.register(ASKED, flags=synced)).backed_up


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"type": "webauthn.get"}, "another purpose"),
        ({"challenge": to_base64url(bytes(32))}, "over other content"),
        ({"origin": "https://evil.net"}, "page that is not listed"),
        ({"crossOrigin": True}, "frame"),
        ({"rp_id": "example.org"}, "rp id"),
        ({"flags": PRESENT | ATTESTED}, "user verification"),
        ({"flags": VERIFIED | ATTESTED}, "user presence"),
        ({"flags": PRESENT | VERIFIED}, ""),
        ({"cose": {1: 2, 3: -35, -1: 2, -2: bytes(48), -3: bytes(48)}}, "alg"),
        ({"cose": {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}}, ""),
        ({"cose": {1: 1, 3: -8, -1: 6, -2: b"short"}}, ""),
        ({"cose": {3: -7}}, ""),
    ],
)
def test_a_key_that_was_not_made_here_is_refused(said: dict[str, object], reason: str):
    assert reason in refusal(SoftAuthenticator().register(ASKED, **said))  # type: ignore[arg-type]


def test_a_key_under_which_anybody_signs_is_refused():
    anybody = {1: 1, 3: -8, -1: 6, -2: bytes(32)}
    with pytest.raises(InputError) as caught:
        read(SoftAuthenticator("EdDSA").register(ASKED, cose=anybody))
    assert caught.value.code == "key.read"


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"[]",
        b"{",
        b'{"response": {}}',
        b'{"response": []}',
        b'{"response": {"clientDataJSON": "e30="}}',
        b'{"id": "a", "id": "b", "response": {}}',
        b" " * 70000,
        cbor2.dumps({"fmt": "none"}),
    ],
)
def test_what_is_no_answer_of_a_browser_is_refused(response: bytes):
    assert "not what a browser gives" in refusal(response)
    with pytest.raises(InputError) as caught:
        read_assertion(response)
    assert caught.value.code == "sign.assertion"


@pytest.mark.parametrize("key", ["attestationObject", "clientDataJSON"])
@pytest.mark.parametrize("value", [None, "", "AA", "!", 7])
def test_a_damaged_answer_is_refused(key: str, value: object):
    found = json.loads(SoftAuthenticator().register(ASKED))
    found["response"][key] = value
    assert refusal(json.dumps(found).encode())


def test_a_page_asks_for_a_person_who_is_checked():
    asked = registration_options(SITE, person="Ann", challenge=CHALLENGE, handle=bytes(16))
    assert asked["challenge"] == ASKED
    assert asked["rp"] == {"name": RP_ID, "id": RP_ID}
    assert asked["attestation"] == "none"
    selection = asked["authenticatorSelection"]
    assert isinstance(selection, dict)
    assert selection["userVerification"] == "required"
    for challenge, handle in ((bytes(15), bytes(16)), (CHALLENGE, b""), (CHALLENGE, bytes(65))):
        with pytest.raises(InputError):
            registration_options(SITE, person="Ann", challenge=challenge, handle=handle)


def test_an_assertion_is_read_with_the_name_of_its_key():
    device = SoftAuthenticator("EdDSA")
    name, made = read_assertion(device.respond(ASKED))
    assert name == to_base64url(CREDENTIAL)
    assert made == device.sign(ASKED)
