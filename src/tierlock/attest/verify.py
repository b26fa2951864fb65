"""Who signed what: signatures over exact bytes, under a reader's own trust (A-18 to A-24)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from tierlock.attest.envelope import Envelope, EnvelopeSignature, parse_envelope
from tierlock.attest.people import same_person
from tierlock.attest.predicates import Kind, Predicate, predicate_of
from tierlock.attest.sigstore import sigstore_verifies
from tierlock.attest.statement import Statement, check_payload_type, parts_of, statement_of
from tierlock.attest.trust import ExpectedSubject, Trust, TrustedKey
from tierlock.attest.webauthn import assertion_problem
from tierlock.core import IntegrityError, Part, Record, format_instant

_BOUND_BY: Final[tuple[Part, ...]] = ("weights",)


class SignedBy(NamedTuple):
    """One person whose signature counts."""

    person: str
    organisation: str
    key_id: str


class Verified(NamedTuple):
    """A statement that somebody who is trusted for it signed.

    Attributes:
        kind: what it states; `predicate.record` is the record.
        signers: whose signatures count, at least one; `signer` the one that the record names.
        digest: digest of the payload, which names the statement.
        assurance: `signed` with the person's own key, or `attested` by a server for them.
    """

    kind: Kind
    predicate: Predicate[Record]
    statement: Statement
    signers: tuple[SignedBy, ...]
    digest: str
    assurance: Literal["attested", "signed"] = "signed"

    @property
    def record(self) -> Record:
        """What is stated; its own words, so `declared` (see `as_signed`)."""
        return self.predicate.record

    @property
    def signer(self) -> SignedBy:
        """The person who answers for it."""
        return self.signers[0]


def verify_envelope(
    envelope: Envelope | bytes,
    *,
    trust: Trust,
    at: datetime,
    recorded_at: datetime | None = None,
    parts: Sequence[Part] = _BOUND_BY,
) -> Verified:
    """Return what an envelope states, if somebody whom `trust` names for it signed it.

    Args:
        envelope: the envelope, or its JSON.
        trust: whom the reader trusts.
        at: the instant of the check; nothing may be signed later.
        recorded_at: when others than the signer saw the signature, where something shows that (a
            ledger entry under an anchored tree head, a time stamp). Without it, time is
            self-asserted, and nothing by a revoked key counts.
        parts: parts of the subject whose digests must not differ from those of `trust.subject`.

    Raises:
        IntegrityError: `attest.*`, with the reason.
        InputError: `key.signer`, a check needs an extra that is not installed.
    """
    if isinstance(envelope, bytes):
        envelope = parse_envelope(envelope)
    check_payload_type(envelope)
    keys = _verified_keys(envelope, trust=trust)
    statement = statement_of(envelope)
    kind, predicate = predicate_of(statement)
    if predicate.signed_at > at:
        raise IntegrityError(
            "attest.future",
            f"signed at {format_instant(predicate.signed_at)}, after {format_instant(at)}",
            hint="check the clocks of both machines",
        )
    counting = _counting(keys, trust=trust, predicate=predicate, recorded_at=recorded_at)
    named = getattr(predicate.record, "signer", None)
    signers = [
        signer for signer in counting if named is None or same_person(signer.person, other=named)
    ]
    if not signers:
        raise IntegrityError(
            "attest.signer", f"the record is by `{named}`, the key is `{counting[0].person}`'s"
        )
    if trust.subject is not None:
        check_subject(statement, expected=trust.subject, parts=parts)
    return Verified(
        kind=kind,
        predicate=predicate,
        statement=statement,
        signers=tuple(signers),
        digest=envelope.payload_digest,
        assurance="signed" if predicate.login is None else "attested",
    )


def verify_signatures(envelope: Envelope, *, trust: Trust) -> tuple[str, ...]:
    """Return the ids of the trusted keys whose signature is on an envelope of any type.

    It is asked for tree heads, permits and statements of others; roles and times are the caller's.

    Raises:
        IntegrityError: `attest.key`, there is none; `attest.signature`, one names a trusted key
            and is not by it.
    """
    return tuple(_verified_keys(envelope, trust=trust))


def _verified_keys(envelope: Envelope, *, trust: Trust) -> list[str]:
    data = envelope.signed_bytes
    found: list[str] = []
    for signature in envelope.signatures:
        key_id = _key_of(signature, data=data, trust=trust)
        if key_id is not None and key_id not in found:
            found.append(key_id)
    if not found:
        raise IntegrityError(
            "attest.key",
            "nobody whom the trust file names signed this",
            hint="the signature may be good, but the key is not in the trust file",
        )
    return found


def _key_of(signature: EnvelopeSignature, *, data: bytes, trust: Trust) -> str | None:
    """The trusted key that made a signature; the key id that it carries is only a hint."""
    if signature.keyid in trust.keys:
        problem = _problem(trust.keys[signature.keyid], signature=signature, data=data)
        if problem is None:
            return signature.keyid
        raise IntegrityError(
            "attest.signature",
            f"the signature of `{trust.keys[signature.keyid].person}` does not verify{problem}",
            hint="the content was changed after it was signed, or the signature is not theirs",
        )
    for key_id, trusted in trust.keys.items():
        if _problem(trusted, signature=signature, data=data) is None:
            return key_id
    return None


def _problem(trusted: TrustedKey, *, signature: EnvelopeSignature, data: bytes) -> str | None:
    """None where the signature is of this key; else what more there is to say of it."""
    if trusted.sigstore is not None:
        good = sigstore_verifies(data, extension=signature.extension, signer=trusted.sigstore)
    elif trusted.webauthn is not None:
        problem = assertion_problem(
            data, signature=signature.sig, key=trusted.key, authenticator=trusted.webauthn
        )
        return None if problem is None else f": {problem}"
    else:
        good = trusted.key.verifies(data, signature=signature.sig)
    return None if good else ""


def _counting(
    keys: Sequence[str],
    *,
    trust: Trust,
    predicate: Predicate[Record],
    recorded_at: datetime | None,
) -> list[SignedBy]:
    """Who signed with a key that counts for this role at that time; else the first reason why."""
    found: list[SignedBy] = []
    refusals: list[IntegrityError] = []
    for key_id in keys:
        trusted = trust.keys[key_id]
        who = _who(trusted, predicate=predicate)
        refused = (
            who
            if isinstance(who, IntegrityError)
            else _untimely(trusted, predicate=predicate, recorded_at=recorded_at)
        )
        if refused is not None:
            refusals.append(refused)
        elif isinstance(who, str):
            found.append(SignedBy(who, trusted.organisation, key_id))
    if not found:
        raise refusals[0]
    return found


def _who(trusted: TrustedKey, *, predicate: Predicate[Record]) -> str | IntegrityError:
    """For whom a key signs in the role of a statement, or why for nobody."""
    who, roles, login = trusted.person, trusted.roles, predicate.login
    if login is not None:
        if trusted.attests is None:
            return IntegrityError(
                "attest.login",
                f"the key of `{who}` may not attest that somebody was logged in",
                hint="the trust file says under `attests` which server may, for whom",
            )
        if login.issuer != trusted.attests.issuer:
            return IntegrityError(
                "attest.login",
                f"`{who}` attests a login at `{login.issuer}`, not at `{trusted.attests.issuer}`",
            )
        found = trusted.attests.find(login.person)
        if found is None:
            return IntegrityError(
                "attest.login", f"`{who}` may not attest logins of `{login.person}`"
            )
        who, roles = found
    if predicate.role not in roles:
        return IntegrityError(
            "attest.role",
            f"`{who}` is not trusted as `{predicate.role}`",
            hint=f"the trust file names `{who}` as: {', '.join(roles) or 'nothing'}",
        )
    return who


def _untimely(
    trusted: TrustedKey, *, predicate: Predicate[Record], recorded_at: datetime | None
) -> IntegrityError | None:
    """Why a key does not count at the time of a statement; None if it does."""
    who, when = trusted.person, predicate.signed_at
    if recorded_at is not None and recorded_at < when:
        return IntegrityError(
            "attest.future", f"recorded at {format_instant(recorded_at)}, before it was signed"
        )
    seen = when if recorded_at is None else recorded_at
    if not trusted.was_valid(when) or not trusted.was_valid(seen):
        return IntegrityError(
            "attest.expired", f"the key of `{who}` was not valid at {format_instant(seen)}"
        )
    if trusted.revoked_at is not None and (recorded_at is None or seen >= trusted.revoked_at):
        return IntegrityError(
            "attest.revoked",
            f"the key of `{who}` is revoked since {format_instant(trusted.revoked_at)}",
            hint="whoever has the key can write any date; only an entry that others saw before "
            "the revocation counts",
        )
    return None


def check_subject(
    statement: Statement, *, expected: ExpectedSubject, parts: Sequence[Part] = _BOUND_BY
) -> None:
    """Refuse a statement that is about another subject than the one expected.

    A statement about no model (a choice, an approval of a determination) is not refused here.

    Raises:
        IntegrityError: `attest.subject`, another name, or another digest of one of `parts`.
    """
    found = parts_of(statement.subject)
    if found is None:
        return
    name, digests = found
    if name not in expected.names:
        raise IntegrityError(
            "attest.subject", f"the statement is about `{name}`, not `{expected.name}`"
        )
    for part in parts:
        stated, wanted = getattr(digests, part), getattr(expected.parts, part)
        if stated is not None and wanted is not None and stated != wanted:
            raise IntegrityError(
                "attest.subject",
                f"the statement is about other {part} of `{name}` than expected",
                hint=f"stated {stated}, expected {wanted}",
            )
