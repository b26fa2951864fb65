"""A bundle that Sigstore itself made, checked offline with the authorities the library knows."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import (
    ObjectIdentifier,
    RFC822Name,
    SubjectAlternativeName,
    load_der_x509_certificate,
)
from sigstore.verify import Verifier

from tests.unit.attest.keys import VECTORS
from tierlock.attest import SigstoreIdentity
from tierlock.attest.sigstore import EXTENSION, SigstoreSigner, sigstore_verifies
from tierlock.core import InputError

ARTIFACT = b"Sigstore current issuer certificate regression test\n"
BUNDLE: dict[str, Any] = json.loads((VECTORS / "sigstore.json").read_text("utf-8"))
ISSUER = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")


def _who() -> SigstoreIdentity:
    raw = base64.b64decode(BUNDLE["verificationMaterial"]["certificate"]["rawBytes"])
    certificate = load_der_x509_certificate(raw)
    names = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    issuer: Any = certificate.extensions.get_extension_for_oid(ISSUER).value
    return SigstoreIdentity(
        identity=names.get_values_for_type(RFC822Name)[0], issuer=issuer.value.decode()
    )


SIGNER = _who()


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No list of authorities but the one that came with the library, and no server."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))

    def no_network(*args: object, **kwargs: object) -> object:
        raise AssertionError("a server was asked")

    monkeypatch.setattr("socket.getaddrinfo", no_network)


def verifies(data: bytes, bundle: object, signer: SigstoreIdentity = SIGNER) -> bool:
    return sigstore_verifies(data, extension={"kind": EXTENSION, "ext": bundle}, signer=signer)


def test_a_real_bundle_verifies_offline():
    assert verifies(ARTIFACT, BUNDLE)


@pytest.mark.parametrize(
    "fields",
    [
        {"identity": "somebody.else@example.org"},
        {"issuer": "https://accounts.example.org"},
        {"identity": SIGNER.identity.upper()},
    ],
)
def test_somebody_else_did_not_sign_it(fields: dict[str, str]):
    assert not verifies(ARTIFACT, BUNDLE, SIGNER.model_copy(update=fields))


def test_it_is_about_those_bytes_alone():
    assert not verifies(ARTIFACT + b" ", BUNDLE)
    assert not verifies(b"", BUNDLE)


def _log_entry(bundle: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = bundle["verificationMaterial"]["tlogEntries"][0]
    return entry


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "no-log-entry": lambda one: one["verificationMaterial"].update(tlogEntries=[]),
    "no-inclusion-proof": lambda one: _log_entry(one).pop("inclusionProof"),
    "another-root": lambda one: _log_entry(one)["inclusionProof"].update(
        rootHash=base64.b64encode(bytes(32)).decode()
    ),
    "a-hash-less": lambda one: _log_entry(one)["inclusionProof"]["hashes"].pop(),
    "another-log": lambda one: _log_entry(one)["logId"].update(
        keyId=base64.b64encode(bytes(32)).decode()
    ),
    "no-checkpoint": lambda one: _log_entry(one)["inclusionProof"].pop("checkpoint"),
    "another-signature": lambda one: one["messageSignature"].update(
        signature=base64.b64encode(b"0" * 70).decode()
    ),
    "no-certificate": lambda one: one["verificationMaterial"].pop("certificate"),
    "no-signature": lambda one: one.pop("messageSignature"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_bundle_that_was_changed_shows_nothing(name: str):
    bundle = copy.deepcopy(BUNDLE)
    CHANGES[name](bundle)
    assert bundle != BUNDLE
    assert not verifies(ARTIFACT, bundle)


def test_authorities_that_can_not_be_read_are_no_fault_of_the_signature(
    monkeypatch: pytest.MonkeyPatch,
):
    def broken(**kwargs: object) -> object:
        raise OSError("read-only file system")

    monkeypatch.setattr(Verifier, "production", broken)
    with pytest.raises(InputError, match="whom sigstore trusts") as caught:
        verifies(ARTIFACT, BUNDLE)
    assert caught.value.code == "key.signer"


@pytest.mark.parametrize("ambient", [True, False])
def test_signing_without_servers_is_refused_with_what_to_do(
    ambient: bool, monkeypatch: pytest.MonkeyPatch
):
    for name in (
        "GITHUB_ACTIONS",
        "CIRCLECI",
        "BUILDKITE",
        "GITLAB_CI",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    signer = SigstoreSigner("ann@example.org", issuer="https://idp.example.org", ambient=ambient)
    with pytest.raises(InputError, match="sigstore does not sign") as caught:
        signer.sign(b"data")
    assert caught.value.code == "key.signer"
    assert "ambient=false" in str(caught.value.hint)
