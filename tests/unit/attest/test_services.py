"""Keys in hardware and key services: what is missing is said, and what to do about it."""

from __future__ import annotations

import pytest
from securesystemslib.signer import (
    _aws_signer,
    _azure_signer,
    _gcp_signer,
    _hsm_signer,
    _vault_signer,
)

from tests.unit.attest.keys import ANN
from tierlock.attest import find_public_key, open_signer
from tierlock.attest.services import SERVICES, unusable
from tierlock.core import InputError

URIS = {
    "awskms": "awskms:alias/release",
    "azurekms": "azurekms://lab.vault.azure.net/keys/release/1",
    "gcpkms": "gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
    "hsm": "hsm:2?label=ann",
    "hv": "hv:release/1",
}


@pytest.fixture
def _nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What each signer finds when the library that it needs can not be imported."""
    for module, name in (
        (_aws_signer, "AWS"), (_azure_signer, "AZURE"), (_gcp_signer, "GCP"),
        (_hsm_signer, "PKCS11"), (_vault_signer, "VAULT"),
    ):  # fmt: skip
        monkeypatch.setattr(module, f"{name}_IMPORT_ERROR", "a library is required")


@pytest.mark.parametrize("scheme", SERVICES)
@pytest.mark.usefixtures("_nothing_installed")
def test_an_extra_that_is_missing_is_named(scheme: str):
    with pytest.raises(InputError, match="library is required") as caught:
        open_signer(URIS[scheme], public=ANN.public, ask=lambda what: "")
    assert caught.value.code == "key.signer"
    assert caught.value.hint == f"install what it needs: pip install '{SERVICES[scheme]}'"


@pytest.mark.usefixtures("_nothing_installed")
def test_the_public_half_of_a_token_needs_the_extra_too():
    with pytest.raises(InputError) as caught:
        find_public_key("hsm:")
    assert caught.value.hint == "install what it needs: pip install 'tierlock[hsm]'"


@pytest.mark.parametrize("scheme", sorted(set(SERVICES) - {"hsm"}))
def test_services_do_not_give_out_public_keys_here(scheme: str):
    for use in (find_public_key, open_signer):
        with pytest.raises(InputError, match="needs the public key beside it") as caught:
            use(URIS[scheme])
        assert "--public-key FILE" in str(caught.value.hint)


@pytest.mark.parametrize("uri", ["tkey:?digest=12", "gnupg:abc", "pkcs11:object=a"])
def test_a_scheme_that_nothing_signs_for_is_no_file_that_is_missing(uri: str):
    with pytest.raises(InputError, match="nothing signs for") as caught:
        open_signer(uri, public=ANN.public)
    assert caught.value.code == "key.signer"
    assert "hsm:" in str(caught.value.hint)


@pytest.mark.parametrize(
    "uri",
    [
        "hsm:2?pin-value=1234",
        "hsm:2?label=a&pin=1234",
        "hsm:2?label=a&label=1234",
        "hsm://1234@2",
        "hsm:2#1234",
        "hsm:1234 ",
        "hsm:-1",
        "hsm:\u0661",
    ],
)
def test_a_uri_that_says_more_than_it_may_is_refused_before_a_token_is_asked(uri: str):
    def ask(what: str) -> str:
        raise AssertionError(f"asked for the {what}")

    with pytest.raises(InputError) as caught:
        open_signer(uri, public=ANN.public, ask=ask)
    assert caught.value.code == "key.signer"
    assert uri not in str(caught.value)


def test_an_error_without_words_is_named():
    class PinLocked(Exception):
        pass

    said = unusable("the signer does not sign", error=PinLocked(), uri="hsm:")
    assert said.message == "the signer does not sign: pin locked"
    assert said.hint == "unlock it with the tool of its maker"


def test_what_the_person_is_asked_comes_through_as_it_is():
    def nobody(what: str) -> str:
        raise InputError("key.passphrase", f"nobody is there to type the {what}", hint="set it")

    class Library:
        def sign(self, data: bytes) -> object:
            return nobody("pin")

    from tierlock.attest import LibraryKey

    with pytest.raises(InputError) as caught:
        LibraryKey(Library(), public=ANN.public, uri="hsm:").sign(b"")  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.hint) == ("key.passphrase", "set it")
