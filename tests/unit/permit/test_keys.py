"""The keys that a checker trusts: an exported list, or one key in PEM."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.permit.tokens import (
    AT,
    ISSUER,
    KEYS,
    TELLER,
    asked,
    key_id,
    public,
    stated,
    token,
)
from tierlock.attest import PublicKey
from tierlock.core import InputError
from tierlock.permit import (
    ROLES,
    Key,
    Keys,
    PermitRefused,
    check,
    load_keys,
    read_keys,
    write_keys,
)

BOTH = frozenset(ROLES)
CURVES: list[ec.EllipticCurve] = [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]


def code_of(data: bytes) -> str:
    with pytest.raises(PermitRefused) as caught:
        read_keys(data)
    return caught.value.code


SMALL_ORDER = [
    bytes(32),
    bytes([1]) + bytes(31),
    bytes([1]) + bytes(30) + b"\x80",
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
]


@pytest.mark.parametrize("raw", SMALL_ORDER, ids=lambda raw: raw[:2].hex())
def test_a_point_under_which_anybody_can_sign_is_no_key(raw: bytes) -> None:
    public = Ed25519PublicKey.from_public_bytes(raw)
    if raw in SMALL_ORDER[:2]:
        public.verify(SMALL_ORDER[1] + bytes(32), b"whatever")  # nobody holds a private half
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert code_of(pem) == "permit.key"
    with pytest.raises(InputError) as caught:
        PublicKey(pem)
    assert caught.value.code == "key.read"


def test_a_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    keys = Keys(
        [
            Key(public(ISSUER), frozenset({"permit-issuer"}), AT, AT + timedelta(days=1)),
            Key(public(TELLER), frozenset({"permit-status"})),
        ]
    )
    path = tmp_path / "keys.json"
    path.write_text(write_keys(keys))
    assert list(load_keys(path)) == list(load_keys(str(path))) == list(keys)
    assert len(keys) == 2
    assert check(token(), **asked(keys=load_keys(path))).subject


def test_a_key_in_pem_is_trusted_for_both_roles() -> None:
    keys = read_keys(public(ISSUER).encode())
    assert [key.roles for key in keys] == [BOTH]
    assert check(token(), **asked(keys=keys, status=stated(ISSUER))).subject


def test_a_key_has_the_name_that_trust_files_use() -> None:
    pem = public(ISSUER)
    assert next(iter(read_keys(pem.encode()))).key_id == PublicKey(pem.encode()).key_id


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_a_key_service_may_sign_with_ecdsa(curve: ec.EllipticCurve) -> None:
    private = ec.generate_private_key(curve)
    keys = Keys([Key(public(private), BOTH)])
    good, status = token(private), stated(private)
    assert check(good, **asked(keys=keys, status=status)).subject
    forged = token(ec.generate_private_key(curve))
    sig = json.loads(forged)["signatures"][0]["sig"]
    for data in (
        good.replace(json.loads(good)["signatures"][0]["sig"].encode(), sig.encode()),
        good.replace(json.loads(good)["signatures"][0]["sig"].encode(), b"MAYCAQECAQE="),
    ):
        with pytest.raises(PermitRefused) as caught:
            check(data, **asked(keys=keys, status=status))
        assert caught.value.code == "permit.signature"


@pytest.mark.parametrize(
    "private",
    [
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        ed448.Ed448PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256K1()),
    ],
    ids=["rsa", "ed448", "secp256k1"],
)
def test_other_keys_are_refused(private: Any) -> None:
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert code_of(pem) == "permit.key"


def row(**changed: Any) -> dict[str, Any]:
    known = {
        "publicKey": public(ISSUER),
        "roles": ["permit-issuer"],
        "validFrom": None,
        "validUntil": None,
    }
    return {**known, **changed}


def listed(*rows: Any, **changed: Any) -> bytes:
    return json.dumps({"format": "tierlock-permit-keys/1", "keys": rows, **changed}).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "form"),
        (b"{}", "form"),
        (b"[]", "form"),
        (b"\xff", "form"),
        (b"[" * 100_000, "form"),
        (b" " * (2**20 + 1), "form"),
        (public(ISSUER).encode() * 2, "form"),
        (listed(row(), format="tierlock-permit-keys/2"), "version"),
        (listed(row(), more=1), "form"),
        (listed(row(more=1)), "form"),
        (listed(), "input"),
        (listed(row(), row()), "input"),
        (listed(row(roles=[])), "input"),
        (listed(row(roles=["gate"])), "input"),
        (listed(row(roles=[1])), "form"),
        (listed(row(roles="permit-issuer")), "form"),
        (listed(row(publicKey="x")), "key"),
        (listed(row(publicKey=1)), "form"),
        (listed(row(validFrom="2026-01-01")), "form"),
        (listed(row(validUntil=1)), "form"),
        (listed(row()).replace(b'"validUntil": null', b'"validUntil": null, "roles": []'), "form"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "key"),
    ],
)
def test_a_list_is_read_strictly(data: bytes, code: str) -> None:
    assert code_of(data) == f"permit.{code}"


def test_a_file_that_is_not_there_trusts_nobody(tmp_path: Path) -> None:
    with pytest.raises(PermitRefused) as caught:
        load_keys(tmp_path / "none")
    assert caught.value.code == "permit.input"


def test_keys_are_named_by_what_they_are() -> None:
    assert {key.key_id for key in KEYS} == {key_id(ISSUER), key_id(TELLER)}
