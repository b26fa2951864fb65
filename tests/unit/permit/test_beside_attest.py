"""What the light checker takes, the full one takes too: one envelope, one statement, one form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.permit.tokens import ISSUER, KEYS, TELLER, asked, key_id, public, stated, token
from tierlock.attest import (
    Trust,
    TrustedKey,
    canonical_envelope,
    parse_envelope,
    statement_of,
    verify_signatures,
)
from tierlock.core import InputError, canonical_json
from tierlock.permit import PARTS, PermitRefused, check, read_seen
from tierlock.permit.strict import read_json, write_json

TRUST = Trust(
    keys={
        key_id(key): TrustedKey(
            person=name,
            roles=(role,),
            public_key=public(key),
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for key, name, role in (
            (ISSUER, "issuer", "permit-issuer"),
            (TELLER, "teller", "permit-status"),
        )
    }
)


@pytest.mark.parametrize(
    ("data", "key", "kind"), [(token(), ISSUER, "permit"), (stated(), TELLER, "permit-status")]
)
def test_tokens_are_statements_as_any_other(data: bytes, key: object, kind: str) -> None:
    envelope = parse_envelope(data)
    assert canonical_envelope(envelope) == data
    assert verify_signatures(envelope, trust=TRUST) == (key_id(key),)  # type: ignore[arg-type]  # one of two
    statement = statement_of(envelope)
    assert statement.predicate_type == f"https://tierlock.dev/attestation/{kind}/v1"


def test_the_id_of_a_permit_is_the_digest_of_its_payload() -> None:
    assert check(token(), **asked()).id == parse_envelope(token()).payload_digest
    parts = {each.part for each in statement_of(parse_envelope(token())).subject}
    assert parts <= set(PARTS)
    assert {key.key_id for key in KEYS} == set(TRUST.keys)


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [True, None, 'é\u2028\u007f\x1f\b\t\n\f\r"\\/😀']},
        [],
        {"zero": 0, "large": 2**53 - 1, "less": -5},
        "",
    ],
)
def test_both_write_the_same_canonical_form(value: object) -> None:
    assert write_json(value) == canonical_json(value)
    assert read_json(canonical_json(value), what="value") == value


def test_what_canonical_json_can_not_write_is_refused_here_too() -> None:
    for value in ("\ud800", float("nan"), float("inf")):
        with pytest.raises(InputError):
            canonical_json(value)
        with pytest.raises(ValueError):  # noqa: PT011  # whatever the standard library says
            write_json(value)
    with pytest.raises(PermitRefused):
        read_seen(b'{"a":1}')
