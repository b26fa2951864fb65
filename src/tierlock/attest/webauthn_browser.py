"""What a browser hands over of an authenticator: a new key (A-46), or an assertion.

Both come as JSON of `PublicKeyCredential.toJSON()`. A new key is for the trust file of whoever
decides to trust it; nothing here adds it there.

Source: W3C, Web Authentication Level 3, section 5.1 (RegistrationResponseJSON and
AuthenticationResponseJSON).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from tierlock.attest.public_key import PublicKey
from tierlock.attest.strict_json import parse_strict
from tierlock.attest.webauthn import (
    Assertion,
    Authenticator,
    assertion_key,
    client_data_problem,
    from_base64url,
    to_base64url,
)
from tierlock.core import InputError

MOST_BYTES: Final = 64 * 2**10
"""Of a browser's answer; one with a maker's certificates is under 10 KiB."""
_NOT_THAT: Final = "it is not what a browser gives"


class Registration(NamedTuple):
    """A key that an authenticator has made; nobody trusts it yet.

    Attributes:
        key: the public key.
        authenticator: where it signs.
        backed_up: whether the key travels with an account, and so is not bound to one device.
    """

    key: PublicKey
    authenticator: Authenticator
    backed_up: bool


def registration_options(
    site: Authenticator, *, person: str, challenge: bytes, handle: bytes
) -> dict[str, object]:
    """Return what a page gives to `navigator.credentials.create`, in its JSON form.

    Args:
        site: the site for which the key is made.
        person: who enrols; the authenticator shows it.
        challenge: at least 16 random bytes, which the server keeps until the answer comes.
        handle: 16 to 64 random bytes by which the authenticator knows the account; no name.

    Raises:
        InputError: `key.signer`, the extra `server` is not installed; `input.number`, the
            challenge or the handle has another length.
    """
    if len(challenge) < 16 or not 16 <= len(handle) <= 64:
        raise InputError("input.number", "a challenge has 16 bytes or more, a handle 16 to 64")
    try:
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers.structs import (
            AttestationConveyancePreference,
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )
    except ImportError:
        raise _no_library() from None
    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.rp_id,
        user_id=handle,
        user_name=person,
        challenge=challenge,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    found: dict[str, object] = json.loads(options_to_json(options))
    return found


def read_registration(response: bytes, *, challenge: bytes, site: Authenticator) -> Registration:
    """Return the key that a browser says an authenticator has made.

    It shows that the answer is to this challenge, from these pages, with the person checked by the
    authenticator. It does not show whose key it is: that is for whoever writes the trust file.

    Args:
        response: `PublicKeyCredential.toJSON()`.
        challenge: the one that was given out; a server takes it once.
        site: the site, and the pages on which the key may sign.

    Raises:
        InputError: `sign.assertion`, with the reason; `key.read`, a key of a kind that is not
            accepted; `key.signer`, the extra `server` is not installed.
    """
    said, inner = _opened(response)
    try:
        client_data = from_base64url(inner.get("clientDataJSON"))
    except ValueError:
        raise _refused(_NOT_THAT) from None
    # The library would take doubled keys, and a frame of another page.
    problem = client_data_problem(
        client_data,
        kind="webauthn.create",
        challenge=to_base64url(challenge),
        origins=site.origins,
    )
    if problem is not None:
        raise _refused(problem)
    try:
        from webauthn import verify_registration_response
        from webauthn.helpers import decode_credential_public_key
        from webauthn.helpers.decoded_public_key_to_cryptography import (
            decoded_public_key_to_cryptography,
        )
        from webauthn.helpers.structs import CredentialDeviceType
    except ImportError:
        raise _no_library() from None
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        made = verify_registration_response(
            credential=dict(said),
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
        numbers = decode_credential_public_key(made.credential_public_key)
        pem = decoded_public_key_to_cryptography(numbers).public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
    except Exception as error:  # noqa: BLE001  # parsers of what a device sends raise what they like
        says = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _refused(says[:200].lower()) from None
    return Registration(
        key=assertion_key(pem),
        authenticator=site.model_copy(update={"credential": to_base64url(made.credential_id)}),
        backed_up=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )


def read_assertion(response: bytes) -> tuple[str, Assertion]:
    """Return the name of the key that a browser says has signed, and the assertion, unchecked.

    Raises:
        InputError: `sign.assertion`, it is not what a browser gives for an assertion.
    """
    said, inner = _opened(response)
    name = said.get("id")
    try:
        if not isinstance(name, str):
            raise ValueError
        parts = [
            from_base64url(inner.get(key))
            for key in ("authenticatorData", "clientDataJSON", "signature")
        ]
    except ValueError:
        raise _refused(_NOT_THAT) from None
    return name, Assertion(*parts)


def _opened(response: bytes) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """A browser's answer, and the block in it that is the authenticator's."""
    try:
        said = parse_strict(response) if len(response) <= MOST_BYTES else None
    except ValueError:
        said = None
    inner = said.get("response") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(inner, dict):
        raise _refused(_NOT_THAT)
    return said, inner


def _refused(says: str) -> InputError:
    return InputError(
        "sign.assertion",
        f"the authenticator's answer is refused: {says}",
        hint="reload the page, which asks for a new challenge, and answer on that page",
    )


def _no_library() -> InputError:
    return InputError(
        "key.signer",
        "enrolling an authenticator needs a library that is not there",
        hint="install the extra: pip install 'tierlock[server]'",
    )
