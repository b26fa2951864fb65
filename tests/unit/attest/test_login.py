"""A server signs for people who are logged in: only where the trust file lets it, with a label."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from tests.unit.attest.keys import (
    ANN,
    AT,
    BOB,
    EVE,
    SIGNED,
    T0,
    approval,
    objection,
    ruling,
    trust,
    trusted,
)
from tierlock.attest import (
    Envelope,
    Login,
    Statement,
    Trust,
    as_signed,
    check_separation,
    make_statement,
    sign_statement,
    verify_envelope,
)
from tierlock.core import InputError, IntegrityError, Plan, Record, RoleSignature, Ruling

ISSUER = "https://login.example.org"
SERVER = EVE
LOGIN = Login(issuer=ISSUER, subject="1234", person="ann", logged_in_at=SIGNED)
ATTESTS = {"issuer": ISSUER, "persons": {"Ann": ("rso",), "Bob": ("ceo", "rso")}}


def reader(**fields: object) -> Trust:
    server = trusted(SERVER, "the server", **{"attests": ATTESTS, **fields})
    return Trust(keys={**server, **trusted(ANN, "Ann", "rso")})


def stated(record: Record | None = None, *, role: str = "rso", **login: object) -> Statement:
    known = LOGIN.model_copy(update=login)
    return make_statement(record or approval(), role=role, signed_at=SIGNED, login=known)


def by_server(statement: Statement | None = None) -> Envelope:
    return sign_statement(statement or stated(), signer=SERVER)


def refused(envelope: Envelope, *, by: Trust | None = None) -> str:
    with pytest.raises(IntegrityError) as caught:
        verify_envelope(envelope, trust=by or reader(), at=AT)
    return caught.value.code


def test_it_counts_for_the_person_with_the_weaker_label():
    verified = verify_envelope(by_server(), trust=reader(), at=AT)
    assert verified.assurance == "attested"
    assert (verified.signer.person, verified.signer.key_id) == ("Ann", SERVER.key_id)
    assert verified.predicate.login == LOGIN
    assert as_signed(verified) == approval(assurance="attested", signer="Ann")


def test_a_ruling_carries_the_label_in_its_signature():
    verified = verify_envelope(by_server(stated(ruling())), trust=reader(), at=AT)
    record = as_signed(verified)
    assert isinstance(record, Ruling)
    assert record.signatures == (RoleSignature(role="rso", signer="Ann", assurance="attested"),)


@pytest.mark.parametrize("issuer", ["https://login.example.org.evil.net", ISSUER + "/", "x"])
def test_a_login_elsewhere_counts_for_nothing(issuer: str):
    assert refused(by_server(stated(issuer=issuer))) == "attest.login"


def test_a_server_signs_for_those_it_may_and_in_their_roles():
    others = {"issuer": ISSUER, "persons": {"Bob": ("ceo",)}}
    assert refused(by_server(), by=reader(attests=others)) == "attest.login"
    assert refused(by_server(stated(objection(), role="ceo"))) == "attest.role"
    as_bob = stated(objection(), role="ceo", person="BOB")
    assert verify_envelope(by_server(as_bob), trust=reader(), at=AT).signer.person == "Bob"


def test_a_key_that_attests_nothing_attests_nothing():
    """Neither a person's own key nor a machine's, though it has the role."""
    for key, known in ((ANN, reader()), (BOB, trust())):
        assert refused(sign_statement(stated(), signer=key), by=known) == "attest.login"


def test_a_server_does_not_sign_in_its_own_name_what_it_may_only_attest():
    plain = make_statement(approval(), role="rso", signed_at=SIGNED)
    assert refused(sign_statement(plain, signer=SERVER)) == "attest.role"
    own = reader(roles=("rso",))
    assert refused(sign_statement(plain, signer=SERVER), by=own) == "attest.signer"


def test_both_keys_on_a_login_are_still_the_word_of_the_server():
    both = by_server()
    own = sign_statement(stated(), signer=ANN)
    joined = Envelope(both.payload, both.payload_type, (*own.signatures, *both.signatures))
    verified = verify_envelope(joined, trust=reader(), at=AT)
    assert (verified.assurance, len(verified.signers)) == ("attested", 1)


def test_dates_of_the_servers_key_hold():
    for fields, code in (
        ({"valid_from": AT}, "attest.expired"),
        ({"valid_until": SIGNED}, "attest.expired"),
        ({"revoked_at": AT}, "attest.revoked"),
    ):
        assert refused(by_server(), by=reader(**fields)) == code


def test_one_person_is_one_person_whoever_vouches():
    own = sign_statement(make_statement(approval(), role="rso", signed_at=SIGNED), signer=ANN)
    known = reader(attests={"issuer": ISSUER, "persons": {"ANN": ("ceo",)}})
    other = by_server(stated(approval(role="ceo", signer="ANN"), role="ceo"))
    statements = [verify_envelope(one, trust=known, at=AT) for one in (own, other)]
    assert check_separation(statements, apart=[("rso", "ceo")])


@pytest.mark.parametrize(
    "record",
    [
        Plan(subject="m", framework="sha256:" + "ab" * 32, declared="before", sealed_at=SIGNED),
        objection(resolved_at=SIGNED),
        approval(signer="Bob"),
    ],
)
def test_what_needs_a_persons_own_key_is_not_attested(record: Record):
    with pytest.raises(InputError):
        stated(record)


def test_nobody_logs_in_after_the_fact():
    with pytest.raises(InputError):
        stated(logged_in_at=SIGNED + timedelta(seconds=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": (), "attests": None},
        {"attests": {"issuer": "", "persons": {"Ann": ("rso",)}}},
        {"attests": {"issuer": ISSUER, "persons": {}}},
        {"attests": {"issuer": ISSUER, "persons": {"Ann": ()}}},
        {"attests": {"issuer": ISSUER, "persons": {"Ann": ("rso",), " ANN": ("ceo",)}}},
        {"webauthn": {"rp_id": "localhost", "origins": ("http://localhost:1",)}},
    ],
)
def test_a_trust_file_that_makes_no_sense_is_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        reader(**{"valid_from": T0, **wrong})
