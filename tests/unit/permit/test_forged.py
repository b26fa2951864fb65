"""Tokens that somebody made, changed, cut or spelled otherwise: none is read as a permit."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.permit.tokens import (
    AT,
    ISSUER,
    KEYS,
    PARTS,
    STRANGER,
    TELLER,
    asked,
    envelope,
    key_id,
    permit,
    permit_json,
    signed_json,
    stated,
    status,
    token,
)
from tierlock.permit import (
    Condition,
    Head,
    Permit,
    PermitRefused,
    Status,
    check,
    parse_permit,
    parse_status,
    permit_payload,
    read_seen,
    status_payload,
    write_seen,
)

GOOD = token()
STATUS = stated()
DIGEST = "sha256:" + "9" * 64


def code_of(data: Any, **changed: Any) -> str:
    """Return the code with which bytes are refused as a permit."""
    with pytest.raises(PermitRefused) as caught:
        check(data, **asked(**{"status": STATUS, **changed}))
    return caught.value.code


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_byte_of_a_token_can_change(place: int, by: int) -> None:
    data = bytearray(GOOD)
    data[place] ^= by
    assert code_of(bytes(data)) in {"permit.form", "permit.key", "permit.signature"}


@given(st.integers(0, len(STATUS) - 1), st.integers(1, 255))
def test_no_byte_of_a_status_can_change(place: int, by: int) -> None:
    data = bytearray(STATUS)
    data[place] ^= by
    changed = code_of(GOOD, status=bytes(data))
    assert changed in {"permit.form", "permit.key", "permit.signature"}


@given(st.integers(0, len(GOOD) - 1))
def test_no_beginning_of_a_token_is_one(size: int) -> None:
    assert code_of(GOOD[:size]) == "permit.form"


@given(st.binary(max_size=400))
def test_no_noise_is_a_token(data: bytes) -> None:
    assert code_of(data) == "permit.form"
    assert code_of(GOOD, status=data) == "permit.form"


def test_a_line_feed_at_the_end_is_what_a_file_has() -> None:
    assert check(GOOD + b"\n", **asked()) == check(GOOD, **asked(status=STATUS + b"\n"))
    for more in (b"\n\n", b" ", b"\r\n", b"\x00", GOOD):
        assert code_of(GOOD + more) == "permit.form"
        assert code_of(more + GOOD) == "permit.form"


def reshaped(**changed: Any) -> bytes:
    value = {**json.loads(GOOD), **changed}
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(json.loads(GOOD)).encode(),
        json.dumps(json.loads(GOOD), indent=2).encode(),
        json.dumps(dict(reversed(json.loads(GOOD).items())), separators=(",", ":")).encode(),
        reshaped(signatures=[]),
        reshaped(signatures=json.loads(GOOD)["signatures"] * 2),
        reshaped(signatures=[{**json.loads(GOOD)["signatures"][0], "extension": {}}]),
        reshaped(signatures=[{"sig": json.loads(GOOD)["signatures"][0]["sig"]}]),
        reshaped(payloadType="text/plain"),
        reshaped(more=1),
        GOOD.replace(b'{"payload":', b'{"payload":"e30=","payload":'),
        GOOD.replace(b'"keyid"', b'"keyid":"","keyid"'),
        GOOD.replace(b'"payloadType"', b'"payload\\u0054ype"'),
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        GOOD + b" " * 70_000,
        b"",
        GOOD.decode(),
        bytearray(GOOD),
        memoryview(GOOD),
        None,
        [GOOD],
    ],
)
def test_an_envelope_has_one_form(data: Any) -> None:
    assert code_of(data) == "permit.form"


def test_base64_has_one_form() -> None:
    payload = permit_payload(permit(subject="model-12"))
    good = envelope(payload, key=ISSUER)
    text = json.loads(good)["payload"]
    assert text.endswith("=")
    assert check(good, **asked()).subject
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet[alphabet.index(text.rstrip("=")[-1]) + 1]
    unused = text.rstrip("=")[:-1] + last + "=" * text.count("=")
    assert base64.b64decode(unused) == payload
    for other in (unused, text.rstrip("="), text + "====", text[:-1] + "-", text[:8] + "\\n"):
        data = good.replace(f'"{text}"'.encode(), f'"{other}"'.encode())
        assert data != good
        assert code_of(data) == "permit.form"


def test_the_key_id_names_the_key_and_no_other_is_tried() -> None:
    named = GOOD.replace(key_id(ISSUER).encode(), key_id(TELLER).encode())
    assert code_of(named) == "permit.key"
    forged = envelope(permit_payload(permit()), key=STRANGER)
    renamed = forged.replace(key_id(STRANGER).encode(), key_id(ISSUER).encode())
    assert code_of(renamed) == "permit.signature"


def test_a_signature_of_another_payload_type_does_not_count() -> None:
    other = envelope(permit_payload(permit()), key=ISSUER, kind="application/json")
    assert code_of(other) == "permit.form"
    renamed = other.replace(b"application/json", b"application/vnd.in-toto+json")
    assert code_of(renamed) == "permit.signature"


Change = Callable[[dict[str, Any]], object]


def predicate(**changed: Any) -> Change:
    return lambda value: value["predicate"].update(changed)


def part(**changed: Any) -> Change:
    return lambda value: value["subject"][0].update(changed)


STATEMENTS: list[tuple[Change, str]] = [
    (lambda v: v.update(predicateType="https://tierlock.dev/attestation/permit/v2"), "version"),
    (lambda v: v.update(predicateType="https://tierlock.dev/attestation/decision/v1"), "version"),
    (lambda v: v.update(_type="https://in-toto.io/Statement/v0.1"), "version"),
    (lambda v: v.update(more=1), "form"),
    (lambda v: v["predicate"].pop("head"), "form"),
    (lambda v: v["predicate"].pop("conditions"), "form"),
    (lambda v: v.update(predicate=[]), "form"),
    (lambda v: v.update(subject=[]), "form"),
    (lambda v: v.update(subject={}), "form"),
    (lambda v: v["subject"].reverse(), "form"),
    (lambda v: v["subject"].pop(0), "form"),
    (lambda v: v["subject"].append(v["subject"][0]), "form"),
    (part(name="other"), "form"),
    (part(name=""), "form"),
    (part(uri="https://example.org"), "form"),
    (part(annotations={"part": "name"}), "form"),
    (part(annotations={"part": "weights", "more": "x"}), "form"),
    (part(digest={"sha256": "1" * 63}), "form"),
    (part(digest={"sha256": "1" * 64 + "\n"}), "form"),
    (part(digest={"sha256": "A" * 64}), "form"),
    (part(digest={"sha256": "１" * 64}), "form"),
    (part(digest={"sha256": "1" * 64, "sha512": "1" * 128}), "form"),
    (predicate(more=1), "form"),
    (predicate(action="deploy"), "form"),
    (predicate(action={"name": "deploy", "surface": "api"}), "form"),
    (predicate(action={"name": "", "surface": "api", "audience": "general"}), "form"),
    (predicate(action={"name": "deploy", "surface": ["api"], "audience": "general"}), "form"),
    (predicate(conditions=[{"code": "x"}]), "form"),
    (predicate(conditions=None), "form"),
    (predicate(decision="5" * 64), "form"),
    (predicate(determination=None), "form"),
    (predicate(expiresAt="2026-06-02T12:00:00.5Z"), "form"),
    (predicate(expiresAt="2026-06-02T12:00:00+00:00"), "form"),
    (predicate(expiresAt="2026-06-02 12:00:00Z"), "form"),
    (predicate(expiresAt="2026-06-31T12:00:00Z"), "form"),
    (predicate(expiresAt=1780000000), "form"),
    (predicate(expiresAt=None), "form"),
    (predicate(expiresAt="2026-06-01T12:00:00Z"), "form"),
    (predicate(expiresAt="2026-07-02T12:00:01Z"), "life"),
    (predicate(expiresAt="9999-12-31T23:59:59Z"), "life"),
    (predicate(notBefore="2026-06-01T11:59:59Z"), "form"),
    (predicate(head={"origin": "example.org/log", "root": "ab" * 32}), "form"),
    (predicate(head={"origin": "example.org/log", "root": "ab" * 32, "size": -1}), "form"),
    (predicate(head={"origin": "example.org/log", "root": "ab" * 32, "size": 7.0}), "form"),
    (predicate(head={"origin": "example.org/log", "root": "ab" * 32, "size": True}), "form"),
    (predicate(head={"origin": "example.org/log", "root": "ab" * 32, "size": 2**53}), "form"),
    (predicate(head={"origin": "example.org/log", "root": "ab" * 32, "size": "7"}), "form"),
    (predicate(head={"origin": "example.org/log", "root": "ab" * 32, "size": 1e400}), "form"),
    (
        predicate(head={"origin": "example.org/log", "root": "ab" * 32, "size": float("nan")}),
        "form",
    ),
]


@pytest.mark.parametrize(("change", "code"), STATEMENTS)
def test_also_a_trusted_key_signs_nothing_that_is_not_said_exactly(
    change: Change, code: str
) -> None:
    value = permit_json()
    change(value)
    assert code_of(signed_json(value)) == f"permit.{code}"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b'"permit"',
        b"{}",
        b"[" * 30_000,
        b"1" * 5_000,
        b"\xff\xfe",
        permit_payload(permit()) + b"\n",
        b" " + permit_payload(permit()),
        permit_payload(permit()).replace(b'"size":7', b'"size":7,"size":7'),
        permit_payload(permit()).replace(b'"size":7', b'"size":6,"size":7'),
        permit_payload(permit()).replace(b'"size":7', b'"size":7e0'),
        permit_payload(permit()).replace(b"deploy", b"\\u0064eploy"),
        permit_payload(permit()).replace(b"deploy", b"\\ud800"),
        permit_payload(permit()).replace(b'"size":7', b'"size":NaN'),
        permit_payload(permit()).replace(b'"size":7', b'"size":Infinity'),
    ],
)
def test_also_a_trusted_key_signs_no_second_spelling(payload: bytes) -> None:
    assert code_of(envelope(payload, key=ISSUER)) == "permit.form"
    assert code_of(GOOD, status=envelope(payload, key=TELLER)) == "permit.form"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda v: v["predicate"].update(closed=[DIGEST, DIGEST]), "form"),
        (lambda v: v["predicate"].update(closed=None), "form"),
        (lambda v: v["predicate"].pop("closed"), "form"),
        (lambda v: v["predicate"].pop("standing"), "form"),
        (lambda v: v["predicate"].update(standing={}), "form"),
        (lambda v: v["predicate"]["revoked"].update(permits=["9" * 64]), "form"),
        (lambda v: v["predicate"].update(revoked=[]), "form"),
        (lambda v: v["predicate"].update(expiresAt="2026-06-01T12:00:00Z"), "form"),
        (lambda v: v["predicate"].update(expiresAt="2026-06-09T12:00:00Z"), "life"),
        (lambda v: v["subject"][0].update(digest={"sha256": "00" * 32}), "form"),
        (lambda v: v["subject"][0].update(name="other"), "form"),
        (lambda v: v.update(subject=[]), "form"),
        (
            lambda v: v.update(predicateType="https://tierlock.dev/attestation/permit-status/v2"),
            "version",
        ),
    ],
)
def test_a_status_is_said_exactly(change: Change, code: str) -> None:
    value = json.loads(status_payload(status()))
    change(value)
    assert code_of(GOOD, status=signed_json(value, key=TELLER)) == f"permit.{code}"


def test_an_overlong_token_or_status_is_not_read() -> None:
    many = tuple(Condition("claim.interim", "x" * 100) for _ in range(1000))
    assert code_of(token(conditions=many)) == "permit.form"
    everything = frozenset(f"sha256:{number:064x}" for number in range(60_000))
    assert code_of(GOOD, status=stated(revoked=everything)) == "permit.form"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
DIGESTS = st.integers(0, 2**256 - 1).map(lambda number: f"sha256:{number:064x}")
HEADS = st.builds(
    Head, TEXT, st.integers(0, 2**53 - 1), DIGESTS.map(lambda one: one.removeprefix("sha256:"))
)
SECONDS = st.integers(0, 30 * 86_400).map(lambda number: timedelta(seconds=number))


@st.composite
def permits(draw: st.DrawFn) -> Permit:
    begins = AT + draw(SECONDS)
    known = permit(
        subject=draw(TEXT),
        parts={"weights": draw(DIGESTS)}
        | {name: draw(DIGESTS) for name in ("elicitation", "surface") if draw(st.booleans())},
        action=draw(TEXT),
        surface=draw(st.none() | TEXT),
        audience=draw(st.none() | TEXT),
        conditions=tuple(draw(st.lists(st.builds(Condition, TEXT, TEXT), max_size=3))),
        head=draw(HEADS),
        issued_at=begins,
        not_before=begins,
        expires_at=begins + draw(SECONDS) + timedelta(seconds=1),
    )
    return known._replace(id=parse_permit(permit_payload(known)).id)


@given(permits())
def test_what_is_written_is_read_back(said: Permit) -> None:
    payload = permit_payload(said)
    assert parse_permit(payload) == said
    assert permit_payload(parse_permit(payload)) == payload


@given(HEADS, *[st.frozensets(DIGESTS, max_size=3)] * 4)
def test_a_status_is_read_back(
    head: Head,
    standing: frozenset[str],
    revoked: frozenset[str],
    subjects: frozenset[str],
    closed: frozenset[str],
) -> None:
    said = status(
        head=head,
        standing=standing,
        revoked=revoked,
        revoked_subjects=subjects,
        closed=closed,
    )
    payload = status_payload(said)
    found: Status = parse_status(payload)
    assert found == said
    assert status_payload(found) == payload


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": ""},
        {"subject": "\ud800"},
        {"parts": {}},
        {"parts": {"elicitation": DIGEST}},
        {"parts": {"weights": "9" * 64}},
        {"decision": "5"},
        {"expires_at": AT},
        {"expires_at": AT + timedelta(days=32)},
    ],
)
def test_what_no_checker_would_take_is_not_written(changed: dict[str, Any]) -> None:
    with pytest.raises(PermitRefused):
        permit_payload(permit(**changed))


def test_a_part_that_nobody_knows_is_never_dropped_in_silence() -> None:
    with pytest.raises(PermitRefused):
        permit_payload(permit(parts={**PARTS, "tokenizer": DIGEST}))


def test_the_note_of_the_newest_status_is_read_strictly() -> None:
    from tierlock.permit import Checker

    checker = Checker(KEYS)
    arguments = asked()
    del arguments["keys"]
    checker.check(GOOD, **arguments)
    assert checker.seen is not None
    note = write_seen(checker.seen)
    assert read_seen(note) == checker.seen
    for data in (b"", note[:-2], note + note, b"{}", note.replace(b":7", b':7,"more":1')):
        with pytest.raises(PermitRefused) as caught:
            read_seen(data)
        assert caught.value.code == "permit.form"
