"""Verification under a reader's trust file, attacked."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.attest.keys import (
    ANN,
    AT,
    BOB,
    DETERMINATION,
    EVE,
    PARTS,
    SIGNED,
    T0,
    WEIGHTS,
    Key,
    approval,
    objection,
    ruling,
    trust,
    trusted,
)
from tierlock.attest import (
    PAYLOAD_TYPE,
    Envelope,
    EnvelopeSignature,
    ExpectedSubject,
    Trust,
    Verified,
    as_signed,
    canonical_envelope,
    canonical_statement,
    check_separation,
    join_signatures,
    make_statement,
    pae,
    parse_envelope,
    sign_statement,
    statement_of,
    verify_envelope,
    verify_signatures,
)
from tierlock.core import (
    Approval,
    InputError,
    IntegrityError,
    Parts,
    Record,
    Ruling,
    canonical_json,
)

DAY = timedelta(days=1)


def signed(record: Record, *, key: Key = ANN, role: str = "rso", **fields: object) -> Envelope:
    fields.setdefault("signed_at", SIGNED)
    return sign_statement(make_statement(record, role=role, **fields), signer=key)  # type: ignore[arg-type]


def refused(envelope: Envelope | bytes, *, by: Trust, **fields: object) -> str:
    with pytest.raises(IntegrityError) as caught:
        verify_envelope(envelope, trust=by, **{"at": AT, **fields})  # type: ignore[arg-type]
    assert caught.value.exit_code == 3
    return caught.value.code


def resigned(envelope: Envelope, *, payload: bytes, key: Key = ANN) -> Envelope:
    """The attacker of one's own house: other content, properly signed with a trusted key."""
    sig = key.sign(pae(payload, payload_type=PAYLOAD_TYPE))
    return dataclasses.replace(envelope, payload=payload, signatures=(sig,))


def test_what_a_trusted_person_signed_is_returned():
    envelope = signed(approval(), saw=(WEIGHTS,))
    for form in (envelope, canonical_envelope(envelope)):
        verified = verify_envelope(form, trust=trust(), at=AT)
        assert verified.kind == "approval"
        assert verified.record == approval()
        assert verified.signer.person == "Ann"
        assert verified.signer.key_id == ANN.key_id
        assert verified.predicate.saw == (WEIGHTS,)
        assert verified.digest == envelope.payload_digest
        assert as_signed(verified) == approval(assurance="signed")


@settings(max_examples=300)
@given(st.integers(0), st.integers(1, 255))
def test_no_byte_that_is_signed_can_be_changed(place: int, change: int):
    """What is left free is listed in spec/attestations.md A-5: the key id, the alphabet."""
    envelope = signed(approval())
    data = bytearray(canonical_envelope(envelope))
    data[place % len(data)] ^= change
    try:
        verify_envelope(bytes(data), trust=trust(), at=AT)
    except IntegrityError as error:
        code = error.code
    else:
        read = parse_envelope(bytes(data))
        same = dataclasses.replace(read.signatures[0], keyid=ANN.key_id)
        assert dataclasses.replace(read, signatures=(same,)) == envelope
        code = "attest.nothing-changed"
    assert code.startswith("attest.")


@given(st.integers(0))
def test_no_envelope_can_be_cut(place: int):
    data = canonical_envelope(signed(approval()))
    assert refused(data[: place % len(data)], by=trust()) == "attest.envelope"


def test_a_key_that_is_not_trusted_signs_for_nobody():
    assert refused(signed(approval(), key=EVE), by=trust()) == "attest.key"


def test_a_borrowed_key_id_helps_nobody():
    envelope = signed(approval(), key=EVE)
    sig = dataclasses.replace(envelope.signatures[0], keyid=ANN.key_id)
    assert refused(dataclasses.replace(envelope, signatures=(sig,)), by=trust()) == (
        "attest.signature"
    )


@pytest.mark.parametrize("keyid", ["", "another name", EVE.key_id])
def test_the_key_id_is_only_a_hint(keyid: str):
    envelope = signed(approval())
    sig = dataclasses.replace(envelope.signatures[0], keyid=keyid)
    verified = verify_envelope(
        dataclasses.replace(envelope, signatures=(sig,)), trust=trust(), at=AT
    )
    assert verified.signer.key_id == ANN.key_id


def test_a_signature_beside_it_neither_helps_nor_harms():
    envelope, other = signed(approval()), signed(approval(), key=EVE)
    both = dataclasses.replace(envelope, signatures=(*other.signatures, *envelope.signatures))
    assert verify_envelope(both, trust=trust(), at=AT).signer.person == "Ann"
    doubled = dataclasses.replace(envelope, signatures=envelope.signatures * 2)
    assert len(verify_envelope(doubled, trust=trust(), at=AT).signers) == 1
    assert verify_signatures(doubled, trust=trust()) == (ANN.key_id,)


def test_a_broken_signature_of_a_trusted_key_is_never_passed_over():
    envelope = signed(approval())
    broken = EnvelopeSignature(sig=bytes(64), keyid=BOB.key_id)
    both = dataclasses.replace(envelope, signatures=(*envelope.signatures, broken))
    assert refused(both, by=trust()) == "attest.signature"


def test_a_role_is_given_by_the_reader_not_taken_by_the_signer():
    assert refused(signed(objection(), role="ceo"), by=trust()) == "attest.role"
    assert verify_envelope(signed(objection(), role="ceo", key=BOB), trust=trust(), at=AT).signers


def test_nobody_signs_for_somebody_else():
    assert refused(signed(approval(signer="Bob")), by=trust()) == "attest.signer"
    assert verify_envelope(signed(approval(signer=" ANN ")), trust=trust(), at=AT).signers


@pytest.mark.parametrize(
    ("fields", "signed_at", "code"),
    [
        ({"valid_from": SIGNED}, SIGNED, None),
        ({"valid_from": SIGNED}, SIGNED - DAY, "attest.expired"),
        ({"valid_until": SIGNED}, SIGNED - DAY, None),
        ({"valid_until": SIGNED}, SIGNED, "attest.expired"),
        ({}, AT, None),
        ({}, AT + DAY, "attest.future"),
    ],
)
def test_a_key_counts_while_it_was_given_out(fields, signed_at, code):
    reader = Trust(keys=trusted(ANN, "Ann", "rso", **fields))
    envelope = signed(approval(approved_at=signed_at), signed_at=signed_at)
    if code is None:
        assert verify_envelope(envelope, trust=reader, at=AT).signers
    else:
        assert refused(envelope, by=reader) == code


@pytest.mark.parametrize(
    ("recorded_at", "code"),
    [
        (None, "attest.revoked"),
        (SIGNED, None),
        (SIGNED + DAY, None),
        (SIGNED + 2 * DAY, "attest.revoked"),
        (SIGNED + 3 * DAY, "attest.revoked"),
        (SIGNED - DAY, "attest.future"),
    ],
)
def test_a_thief_can_not_backdate(recorded_at, code):
    """Whoever has a revoked key writes any date; only what others saw before counts."""
    reader = Trust(keys=trusted(ANN, "Ann", "rso", revoked_at=SIGNED + 2 * DAY))
    envelope = signed(approval())
    if code is None:
        assert verify_envelope(envelope, trust=reader, at=AT, recorded_at=recorded_at).signers
    else:
        assert refused(envelope, by=reader, recorded_at=recorded_at) == code


def test_a_late_record_shows_nothing_of_an_expired_key():
    reader = Trust(keys=trusted(ANN, "Ann", "rso", valid_until=SIGNED + DAY))
    late = {"recorded_at": SIGNED + 2 * DAY}
    assert refused(signed(approval()), by=reader, **late) == "attest.expired"


def test_the_type_of_the_payload_is_signed():
    envelope = signed(approval())
    assert refused(dataclasses.replace(envelope, payload_type="text/plain"), by=trust()) == (
        "attest.payload-type"
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"predicate":', b'"predicate": ', "attest.statement"),
        (b'"predicate":', b'"Predicate":', "attest.statement"),
        (b'Statement/v1"', b'Statement/v2"', "attest.statement"),
        (b"attestation/approval/v1", b"attestation/approval/v2", "attest.predicate"),
        (b"attestation/approval/v1", b"attestation/ruling/v1", "attest.predicate"),
        (b'"assurance":"declared"', b'"assurance":"signed"', "attest.predicate"),
        (b'"action":"deploy"', b'"action":7', "attest.predicate"),
        (b'"role":"rso"', b'"role":"lead"', "attest.predicate"),
        (b'"saw":[]', b'"saw":["abc"]', "attest.predicate"),
        (b"cdcd", b"cdce", "attest.predicate"),
        (b'"signedAt":"2026-03-01T12:00:00Z"', b'"signedAt":"2026-03-01"', "attest.predicate"),
        (b'"signedAt":"2026-03-01T12:', b'"signedAt":"2026-03-01T13:', "attest.predicate"),
        (b'"signedAt":"2026-03-01T12:', b'"signedAt":"2026-03-01T11:', "attest.predicate"),
    ],
)
def test_content_that_contradicts_itself_is_refused_whoever_signed_it(old, new, code):
    envelope = signed(approval())
    assert old in envelope.payload
    changed = envelope.payload.replace(old, new, 1)
    assert refused(resigned(envelope, payload=changed), by=trust()) == code


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"\xff", b'{"_type":1e999}', b'{"a":1,"a":2}', b"{" * 9000, b'{"subject":[]}'],
)
def test_a_payload_that_is_no_statement_is_refused(payload: bytes):
    assert refused(resigned(signed(approval()), payload=payload), by=trust()) == "attest.statement"


def test_a_statement_about_another_subject_than_its_record_is_refused():
    statement = make_statement(objection(), role="rso", signed_at=SIGNED, parts=PARTS)
    other = make_statement(objection(subject="n"), role="rso", signed_at=SIGNED, parts=PARTS)
    swapped = statement.model_copy(update={"subject": other.subject})
    assert refused(sign_statement(swapped, signer=ANN), by=trust()) == "attest.predicate"
    doubled = statement.model_copy(update={"subject": statement.subject * 2})
    assert refused(sign_statement(doubled, signer=ANN), by=trust()) == "attest.predicate"


@pytest.mark.parametrize(
    ("name", "weights", "code"),
    [
        ("m", WEIGHTS, None),
        ("m", None, None),
        ("n", None, "attest.subject"),
        ("m", "sha256:" + "00" * 32, "attest.subject"),
    ],
)
def test_the_reader_expects_a_subject(name: str, weights: str | None, code: str | None):
    reader = trust(subject=ExpectedSubject(name=name, parts=Parts(weights=weights)))
    envelope = signed(objection(), parts=PARTS)
    if code is None:
        assert verify_envelope(envelope, trust=reader, at=AT).signers
    else:
        assert refused(envelope, by=reader) == code


def test_a_subject_may_have_further_names():
    reader = trust(subject=ExpectedSubject(name="x", known_as=("m",)))
    assert verify_envelope(signed(objection(), parts=PARTS), trust=reader, at=AT).signers


# -- what is made of verified statements -------------------------------------------------------


def verified(record: Record, *, key: Key, role: str) -> Verified:
    return verify_envelope(signed(record, key=key, role=role), trust=trust(), at=AT)


def test_each_role_signs_a_ruling_for_itself_and_the_signatures_are_joined():
    both = [verified(ruling(), key=ANN, role="rso"), verified(ruling(), key=BOB, role="ceo")]
    records = [as_signed(each) for each in both]
    assert all(isinstance(each, Ruling) for each in records)
    (joined,) = join_signatures([*records, *records])  # type: ignore[type-var]
    assert isinstance(joined, Ruling)
    assert [(each.role, each.signer, each.assurance) for each in joined.signatures] == [
        ("ceo", "Bob", "signed"),
        ("rso", "Ann", "signed"),
    ]
    assert joined.model_copy(update={"signatures": ()}) == ruling()


def test_rulings_in_other_words_stay_apart():
    one = as_signed(verified(ruling(), key=ANN, role="rso"))
    two = as_signed(verified(ruling(reasons="otherwise"), key=BOB, role="ceo"))
    assert len(join_signatures([one, two])) == 2  # type: ignore[type-var]
    with pytest.raises(InputError):
        join_signatures([one, as_signed(verified(approval(), key=ANN, role="rso"))])  # type: ignore[type-var]


def test_one_person_in_two_roles_is_seen_also_with_two_keys():
    reader = Trust(keys={**trusted(ANN, "Ann", "rso"), **trusted(BOB, "ann", "ceo")})
    both = [
        verify_envelope(signed(ruling(), key=ANN, role="rso"), trust=reader, at=AT),
        verify_envelope(signed(ruling(), key=BOB, role="ceo"), trust=reader, at=AT),
    ]
    (problem,) = check_separation(both, apart=[["ceo", "rso"]])
    assert "`ceo`" in problem
    assert "`rso`" in problem
    assert check_separation(both, apart=[["ceo", "lead"]]) == ()
    assert check_separation(both[:1], apart=[["ceo", "rso"]]) == ()
    apart = [verified(ruling(), key=ANN, role="rso"), verified(ruling(), key=BOB, role="ceo")]
    assert check_separation(apart, apart=[["ceo", "rso"]]) == ()


def test_a_record_that_calls_itself_signed_is_not_signed_at_all():
    with pytest.raises(InputError, match="does not say of itself"):
        make_statement(approval(assurance="signed"), role="rso", signed_at=SIGNED)
    with pytest.raises(InputError, match="signed as"):
        make_statement(approval(), role="ceo", signed_at=SIGNED)
    with pytest.raises(InputError, match="approved_at"):
        make_statement(approval(), role="rso", signed_at=SIGNED + DAY)
    with pytest.raises(InputError, match="happened_at"):
        make_statement(objection(), role="rso", signed_at=SIGNED - DAY)


def test_a_copy_keeps_its_digest_whoever_signs_it_next():
    one, two = signed(objection(), key=ANN), signed(objection(), key=EVE)
    assert one.payload_digest == two.payload_digest
    assert statement_of(one) == statement_of(two)
    assert canonical_statement(statement_of(one)) == one.payload


@pytest.mark.parametrize(
    "change",
    [
        {"keys": {}},
        {"keys": {EVE.key_id: trusted(ANN, "Ann", "rso")[ANN.key_id].model_dump(mode="json")}},
        {"apart": [["rso"]]},
        {"apart": [["rso", "rso"]]},
        {"nonsense": 1},
    ],
)
def test_a_trust_file_that_is_wrong_is_refused(change):
    good = json.loads(trust().model_dump_json())
    assert Trust.parse(json.dumps(good)) == trust()
    with pytest.raises(InputError):
        Trust.parse(json.dumps({**good, **change}))


@pytest.mark.parametrize(
    "change",
    [
        {"publicKey": None},
        {"publicKey": "nonsense"},
        {"sigstore": {"identity": "a", "issuer": "b"}},
        {"roles": []},
        {"roles": ["rso", "rso"]},
        {"validUntil": "2026-01-01T00:00:00Z"},
        {"validFrom": "2026-01-01"},
        {"person": ""},
    ],
)
def test_a_trusted_key_that_is_wrong_is_refused(change):
    good = json.loads(trust().model_dump_json())
    good["keys"][ANN.key_id].update(change)
    with pytest.raises(InputError):
        Trust.parse(json.dumps(good))


def test_the_digest_of_a_determination_is_what_an_approval_is_about():
    statement = make_statement(approval(), role="rso", signed_at=SIGNED)
    (subject,) = statement.subject
    assert subject.digest == {"sha256": DETERMINATION.removeprefix("sha256:")}
    other = canonical_json({"determination": "sha256:" + "00" * 32})
    assert other not in canonical_statement(statement)
    assert isinstance(verify_envelope(signed(approval()), trust=trust(), at=AT).record, Approval)
    assert T0 < SIGNED < AT
