"""Whose hand signs: the trust file decides, by key or by the identity that Sigstore vouches for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.attest.keys import ANN, EVE, SIGNED, T0, trust, trusted
from tierlock.attest import EnvelopeSignature, SigstoreIdentity, Trust, TrustedKey, sigstore_id
from tierlock.core import InputError, IntegrityError, Subject
from tierlock.usecases import Hand, Project, hand_of
from tierlock.usecases.hands import check_expected, role_for
from tierlock.usecases.project import bare_project

NAME = "sha256:" + "ab" * 32


def project(tmp_path: Path, known: Trust | None) -> Project:
    made = bare_project(tmp_path, framework="asl/reference-1", subject=Subject(name="m"))
    return made._replace(trust=known)


def refusal(known: Trust | None, tmp_path: Path) -> str:
    with pytest.raises(InputError) as caught:
        hand_of(project(tmp_path, known), signer=ANN, at=SIGNED)
    assert caught.value.code == "sign.trust"
    return caught.value.message


def test_a_person_is_found_by_the_key(tmp_path: Path):
    hand = hand_of(project(tmp_path, trust()), signer=ANN, at=SIGNED)
    assert (hand.person, hand.roles) == ("Ann", ("rso", "lead"))


def test_who_could_not_be_believed_does_not_sign(tmp_path: Path):
    assert "names no trust file" in refusal(None, tmp_path)
    others = Trust(keys=trusted(EVE, "Eve", "rso"))
    assert "does not know this key" in refusal(others, tmp_path)
    for fields, why in (
        ({"revoked_at": SIGNED + timedelta(days=9)}, "is revoked"),
        ({"valid_until": SIGNED}, "not valid"),
        ({"valid_from": SIGNED + timedelta(days=1)}, "not valid"),
    ):
        assert why in refusal(Trust(keys=trusted(ANN, "Ann", "rso", **fields)), tmp_path)


def test_an_identity_is_found_whatever_it_is_called_in_the_trust_file(tmp_path: Path):
    who = SigstoreIdentity(identity="ann@example.org", issuer="https://accounts.example.org")

    class Identity:
        key_id = sigstore_id(who.identity, issuer=who.issuer)

        def sign(self, data: bytes) -> EnvelopeSignature:
            return EnvelopeSignature(sig=data)

    entry = TrustedKey(person="Ann", roles=("rso",), sigstore=who, valid_from=T0)
    known = Trust(keys={"ann": entry})
    assert hand_of(project(tmp_path, known), signer=Identity(), at=SIGNED).person == "Ann"


@pytest.mark.parametrize(
    ("asked", "given", "found"),
    [
        ((), "lead", "lead"),
        (("rso",), None, "rso"),
        (("ceo", "lead"), None, "lead"),
        (("rso", "lead"), "rso", "rso"),
    ],
)
def test_the_role_is_the_one_that_fits(asked: tuple[str, ...], given: str | None, found: str):
    assert role_for(Hand(ANN, "Ann", ("rso", "lead")), asked=asked, given=given) == found


@pytest.mark.parametrize(
    ("asked", "given"),
    [((), None), (("rso", "lead"), None), (("ceo",), None), (("ceo",), "rso"), ((), "ceo")],
)
def test_no_role_is_guessed(asked: tuple[str, ...], given: str | None):
    with pytest.raises(InputError) as caught:
        role_for(Hand(ANN, "Ann", ("rso", "lead")), asked=asked, given=given)
    assert caught.value.code == "sign.role"


def test_what_is_expected_is_named_by_enough_of_its_digest():
    check_expected(NAME, expect=None)
    check_expected(NAME, expect=NAME)
    check_expected(NAME, expect=f"{NAME[:19]}…")
    for short in ("", "sha256:", NAME[:18], "ab"):
        with pytest.raises(InputError):
            check_expected(NAME, expect=short)
    with pytest.raises(IntegrityError) as caught:
        check_expected(NAME, expect="sha256:" + "cd" * 32)
    assert caught.value.code == "sign.expect"
