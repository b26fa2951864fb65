"""Time stamps of RFC 3161 over a tree head: asked for only when told to, verified offline.

The reader chooses whom to believe: a file with the authority's certificates. Whether they were
revoked is the reader's to know; no revocation list is fetched (spec/ledger.md A-5).
"""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID

from tierlock.core import InputError, IntegrityError, printable
from tierlock.ledger.anchors import Confirmed
from tierlock.ledger.head import parse_head
from tierlock.ledger.note import parse_note

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse, Verifier

LARGEST_TOKEN: Final = 65536
_PATIENCE: Final = 30.0
_QUERY: Final = "application/timestamp-query"


@dataclass(frozen=True, slots=True)
class TimeStampAnchor:
    """A time stamp over a tree head, under the reader's own certificates of the authority.

    Attributes:
        head: the bytes of the tree head as they were stamped: its text, or the signed note.
        token: the authority's answer, a TimeStampResp in DER.
        certificates: PEM, one or more: the authority's root, and its own certificate where tokens
            do not carry it or where only this one is to be believed.
    """

    head: bytes
    token: bytes
    certificates: bytes

    def confirm(self) -> Confirmed:
        """Return the tree head and the instant by which the authority had seen it.

        The instant is that of the token plus the accuracy that it states.

        Raises:
            InputError: `ledger.anchor-file`, the token or the certificates can not be read;
                `ledger.head`; `ledger.unavailable`, the extra `anchors` is not installed.
            IntegrityError: `ledger.anchor`, the token is about something else, or not by this
                authority with a certificate that was valid.
        """
        found, response = parse_head(self.head), parse_token(self.token)
        _check_token(response, head=self.head, certificates=self.certificates)
        info = response.tst_info
        when = info.gen_time.astimezone(UTC) + _accuracy(response)
        return Confirmed(found, f"the time stamp of `{_name(response)}`", when)


def parse_token(data: bytes) -> TimeStampResponse:
    """Return an authority's answer, unchecked.

    Raises:
        InputError: `ledger.anchor-file`, it is none, or a refusal; `ledger.unavailable`, the extra
            `anchors` is not installed.
    """
    _require_extra()
    from rfc3161_client import decode_timestamp_response

    try:
        if len(data) > LARGEST_TOKEN:
            raise ValueError
        found = decode_timestamp_response(data)
        # A refusal has no token in it, and is seen only when the token is asked for.
        _ = found.tst_info
    except ValueError:
        raise InputError(
            "ledger.anchor-file",
            "this is no time stamp that can be read",
            hint="keep the authority's answer as it came (a TimeStampResp in DER, .tsr), or ask "
            "for the token again: `openssl ts -reply -text -in FILE` shows what it says",
        ) from None
    return found


def check_token_about(token: bytes, *, head: bytes) -> None:
    """Check that an authority's answer is about this tree head; not who gave it, nor its signature.

    Raises:
        InputError: `ledger.anchor-file`, it can not be read; `ledger.unavailable`.
        IntegrityError: `ledger.anchor`, it is about another file.
    """
    stamped = parse_token(token).tst_info.message_imprint.message
    ways = (hashlib.sha256, hashlib.sha384, hashlib.sha512)
    if stamped not in {way(data).digest() for way in ways for data in _readings(head)}:
        raise IntegrityError(
            "ledger.anchor",
            "the time stamp is over another file than this tree head",
            hint="name the file that was stamped with --head, as it was then, to the byte",
        )


def _readings(head: bytes) -> tuple[bytes, ...]:
    """What can have been stamped: the file as it is, or its text without the signatures."""
    return tuple(dict.fromkeys((head, parse_note(head).text)))


def request_token(url: str, *, head: bytes) -> bytes:
    """Ask an authority over the network for a time stamp, and return its answer.

    The answer is about this tree head and this request; whether it is the authority's is not
    checked here.

    Args:
        url: the authority's address, `http://` or `https://`.
        head: the bytes of the tree head.

    Raises:
        InputError: `ledger.unavailable`, the authority can not be reached or refuses;
            `ledger.anchor-file`, what it sent is no answer.
        IntegrityError: `ledger.anchor`, the answer is to another request.
    """
    _require_extra()
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    asked = TimestampRequestBuilder().data(head).hash_algorithm(HashAlgorithm.SHA256).build()
    data = _post(url, data=asked.as_bytes())
    info = parse_token(data).tst_info
    same = info.message_imprint.message == asked.message_imprint.message
    if not same or info.nonce != asked.nonce:
        raise IntegrityError(
            "ledger.anchor",
            f"`{printable(url)}` answered another request than ours",
            hint="somebody between here and the authority may have replayed an old answer",
        )
    return data


def _post(url: str, *, data: bytes) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise InputError("ledger.unavailable", f"`{printable(url)}` is no http or https address")
    try:
        request = urllib.request.Request(url, data=data, headers={"Content-Type": _QUERY})  # noqa: S310  # checked above
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            found: bytes = answer.read(LARGEST_TOKEN + 1)
    except (OSError, ValueError, urllib.error.URLError) as error:
        reason = str(getattr(error, "reason", error)).lower() or type(error).__name__
        raise InputError(
            "ledger.unavailable",
            f"no time stamp from `{printable(url)}`: {printable(reason)}",
            hint="check the address and the network; nothing was recorded",
        ) from None
    return found


def _check_token(response: TimeStampResponse, *, head: bytes, certificates: bytes) -> None:
    """Try every reading of the reader's certificates and of what was stamped."""
    from rfc3161_client.errors import VerificationError

    refused = ""
    for verifier in _verifiers(certificates):
        for data in _readings(head):
            try:
                verifier.verify_message(response, data)
            except (VerificationError, ValueError, InvalidSignature) as error:
                refused = refused or str(error).split(": ErrorStack")[0]
            else:
                return
    raise IntegrityError(
        "ledger.anchor",
        f"the time stamp does not hold for this tree head: {printable(refused.lower())[:200]}",
        hint="it is over another file, by another authority, or its certificate was not valid then",
    )


def _verifiers(pem: bytes) -> list[Verifier]:
    """The ways to check a token: with each certificate for time stamps that the reader named."""
    from rfc3161_client import VerifierBuilder

    try:
        listed = list(dict.fromkeys(x509.load_pem_x509_certificates(pem)))
    except ValueError:
        listed = []
    roots = [one for one in listed if one.issuer == one.subject]
    if not roots:
        raise InputError(
            "ledger.anchor-file",
            "the authority's certificates hold no root",
            hint="give a PEM file with the authority's self-signed root certificate",
        )
    own = [one for one in listed if one not in roots and _stamps(one)]
    between = [one for one in listed if one not in roots and one not in own]
    builder = VerifierBuilder(roots=roots, intermediates=between)
    if not own:
        return [builder.build()]
    return [builder.tsa_certificate(one).build() for one in own]


def _stamps(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage


def _accuracy(response: TimeStampResponse) -> timedelta:
    """How much later the event may have been than the token says."""
    # Authorities may leave it out, or any part of it; the library's types do not say so.
    stated: object = response.tst_info.accuracy
    parts = {"seconds": "seconds", "milliseconds": "millis", "microseconds": "micros"}
    return timedelta(**{unit: getattr(stated, name, None) or 0 for unit, name in parts.items()})


def _name(response: TimeStampResponse) -> str:
    """The authority as its certificate in the token names it; else without a name."""
    for signer in response.signed_data.signer_infos:
        for data in response.signed_data.certificates:
            certificate = x509.load_der_x509_certificate(data)
            if (certificate.issuer, certificate.serial_number) == (
                signer.issuer,
                signer.serial_number,
            ):
                return printable(certificate.subject.rfc4514_string()[:200])
        return f"serial number {signer.serial_number}"
    return "unknown"


def _require_extra() -> None:
    from importlib.util import find_spec

    if find_spec("rfc3161_client") is None:
        raise InputError(
            "ledger.unavailable",
            "time stamps need the extra `anchors`, which is not installed",
            hint="pip install 'tierlock[anchors]'",
        )
