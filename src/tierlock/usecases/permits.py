"""Permits: what the gate allows, signed for a while; and the status without which none counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from tierlock.attest import (
    PAYLOAD_TYPE,
    Envelope,
    Signer,
    canonical_envelope,
    pae,
)
from tierlock.core import (
    PARTS,
    Action,
    Decision,
    Determination,
    InputError,
    Subject,
    Verdict,
    canonical_bytes,
    determination_id,
    digest,
    digest_bytes,
)
from tierlock.ledger import Draft, TreeHead
from tierlock.permit import (
    ISSUER,
    MOST_LIFE,
    STATUS,
    Condition,
    Head,
    Permit,
    PermitRefused,
    Status,
    permit_payload,
    status_payload,
)
from tierlock.usecases.ledger import project_ledger
from tierlock.usecases.permit_keys import check_signer
from tierlock.usecases.permit_log import (
    PERMIT_ENTRY,
    REVOCATION_ENTRY,
    Revocation,
    named_by,
    permits_in,
    revocations_in,
)
from tierlock.usecases.project import Project
from tierlock.usecases.question import Answer, ask, record

PERMIT_LIFE: Final = timedelta(hours=24)
"""How long a permit lasts unless another time is asked for, or what it rests on ends earlier."""
STATUS_LIFE: Final = timedelta(hours=1)
# A clock may lag: a permit that has only just expired is still named.
_STILL_NAMED: Final = timedelta(days=1)


class Issued(NamedTuple):
    """What came of asking for a permit.

    Attributes:
        answer: the gate's answer, recorded as by `tierlock gate`.
        permit: what was issued; None where the answer is not ALLOW.
        token: its signed bytes; empty without a permit.
    """

    answer: Answer
    permit: Permit | None
    token: bytes


class StatedStatus(NamedTuple):
    """A status and its signed bytes."""

    status: Status
    signed: bytes


def issue_permit(
    project: Project, *, action: Action, signer: Signer, at: datetime, life: timedelta = PERMIT_LIFE
) -> Issued:
    """Ask the gate, and sign a permit where it allows; it is in the ledger before it is out.

    Args:
        project: framework, subject, statements and store.
        action: what is to be permitted.
        signer: the key of the machine that issues permits.
        at: now.
        life: how long the permit lasts at most.

    Raises:
        InputError: the subject has no weights digest, the key does not sign, the ledger can not be
            written; nothing was issued.
        PermitRefused: checkers would refuse the permit or its key.
    """
    answer = ask(project, at=at, action=action)
    record(project, answer=answer)
    decision = answer.decision
    if decision is None or decision.verdict is not Verdict.ALLOW:
        return Issued(answer, None, b"")
    check_signer(project.trust, signer=signer, role=ISSUER, at=at)
    with project_ledger(project) as ledger:
        permit = grant(
            decision,
            determination=answer.determination,
            subject=project.subject,
            head=ledger.head(at),
            at=at,
            life=life,
        )
        token = _signed(permit_payload(permit), signer=signer)
        ledger.append([Draft(media_type=PERMIT_ENTRY, payload=token, logged_at=at)])
    return Issued(answer, permit, token)


def grant(
    decision: Decision,
    *,
    determination: Determination,
    subject: Subject,
    head: TreeHead,
    at: datetime,
    life: timedelta = PERMIT_LIFE,
) -> Permit:
    """Return the permit that follows from an ALLOW; it ends before anything that it rests on.

    It names every part of the subject that has a digest.

    Raises:
        PermitRefused: `permit.closed`, the decision is no ALLOW of this subject by this
            determination; `permit.expired`, the permission ends within the second; `permit.life`.
        InputError: `subject.unusable`, the subject has no weights digest.
    """
    ends = [decision.expires_at, determination.expires_at]
    agree = (
        decision.verdict is Verdict.ALLOW
        and decision.expires_at is not None
        and decision.determination == determination_id(determination)
        and decision.subject == subject.name
        and decision.decided_at <= at
    )
    if not agree:
        raise PermitRefused("permit.closed", f"the gate does not allow `{decision.action.name}`")
    if subject.parts.weights is None:
        raise InputError(
            "subject.unusable",
            f"`{subject.name}` has no weights digest, so that a permit would bind nothing",
            hint="name it under `parts` of tierlock.yaml; `tierlock subject FOLDER` prints it",
        )
    if life > MOST_LIFE:
        raise PermitRefused("permit.life", f"a permit lasts at most {MOST_LIFE.days} days")
    begins = at.astimezone(UTC).replace(microsecond=0)
    expires = min(begins + life, *(end for end in ends if end is not None)).replace(microsecond=0)
    if expires <= at:
        raise PermitRefused("permit.expired", "the permission ends at once")
    permit = Permit(
        id="",
        subject=subject.name,
        parts={part: value for part in PARTS if (value := getattr(subject.parts, part))},
        action=decision.action.name,
        surface=decision.action.surface,
        audience=decision.action.audience,
        framework=f"{decision.framework.framework}-{decision.framework.version}",
        framework_digest=decision.framework.digest,
        determination=determination_id(determination),
        decision=digest(decision),
        conditions=tuple(Condition(one.code, one.says) for one in decision.conditions),
        issued_at=begins,
        not_before=begins,
        expires_at=expires,
        head=_head(head),
    )
    return permit._replace(id=digest_bytes(permit_payload(permit)))


def revoke_permit(
    project: Project,
    *,
    permit: str | None = None,
    subject: str | None = None,
    reason: str,
    at: datetime,
) -> Revocation:
    """Record that a permit, or every permit for a part of a subject, does not hold any more.

    It counts with the next status. There is no way back: a new permit can be issued.

    Raises:
        InputError: `input.not-found`, no permit of this id was issued here; the ledger can not be
            written.
    """
    revocation = Revocation(permit=permit, subject=subject, reason=reason, revoked_at=at)
    with project_ledger(project) as ledger:
        if permit is not None and permit not in {
            known.id for known in permits_in(ledger, size=ledger.size())
        }:
            raise InputError(
                "input.not-found",
                f"no permit `{permit}` was issued here",
                hint="`tierlock ledger log` lists permits with their ids",
            )
        payload = canonical_bytes(revocation)
        ledger.append([Draft(media_type=REVOCATION_ENTRY, payload=payload, logged_at=at)])
    return revocation


def issue_status(
    project: Project, *, signer: Signer, at: datetime, life: timedelta = STATUS_LIFE
) -> StatedStatus:
    """Sign which permits hold and which do not any more, under the ledger's present tree head.

    The gate is asked again about every permit of the project's subject: one that it would not
    allow any more, or not under the same framework, is closed.

    Raises:
        InputError: the ledger can not be read, the key does not sign.
        IntegrityError: `ledger.damaged`.
        PermitRefused: checkers would refuse the status or its key.
    """
    check_signer(project.trust, signer=signer, role=STATUS, at=at)
    with project_ledger(project) as ledger:
        head = ledger.head(at)
        permits = tuple(permits_in(ledger, size=head.size))
        revocations = tuple(revocations_in(ledger, size=head.size))
    known = [permit for permit in permits if at < permit.expires_at + _STILL_NAMED]
    named = {permit.id for permit in known}
    revoked = frozenset(one.permit for one in revocations if one.permit in named)
    closed = _closed(project, permits=known, at=at)
    begins = at.astimezone(UTC).replace(microsecond=0)
    status = Status(
        head=_head(head),
        standing=frozenset(
            permit.id for permit in known if at < permit.expires_at and permit.id not in revoked
        )
        - closed,
        revoked=revoked,
        revoked_subjects=frozenset(one.subject for one in revocations if one.subject is not None),
        closed=closed,
        issued_at=begins,
        expires_at=begins + life,
    )
    return StatedStatus(status, _signed(status_payload(status), signer=signer))


def _closed(project: Project, *, permits: Iterable[Permit], at: datetime) -> frozenset[str]:
    """Ids of the permits about the project's subject that the gate would not give now."""
    rules = digest(project.framework)
    verdicts: dict[tuple[Action, str], Verdict | None] = {}
    closed = set()
    for permit in permits:
        subject = named_by(permit, subject=project.subject)
        if subject is None:
            continue
        action = Action(name=permit.action, surface=permit.surface, audience=permit.audience)
        if permit.framework_digest != rules:
            closed.add(permit.id)
            continue
        known = digest(subject)
        if (action, known) not in verdicts:
            decision = ask(project._replace(subject=subject), at=at, action=action).decision
            verdicts[action, known] = None if decision is None else decision.verdict
        if verdicts[action, known] is not Verdict.ALLOW:
            closed.add(permit.id)
    return frozenset(closed)


def _signed(payload: bytes, *, signer: Signer) -> bytes:
    signature = signer.sign(pae(payload, payload_type=PAYLOAD_TYPE))
    if signature.extension is not None:
        raise InputError(
            "key.signer",
            "a permit is checked offline, and Sigstore identities are not",
            hint="sign permits with a key file, hardware or a key service",
        )
    return canonical_envelope(Envelope(payload, PAYLOAD_TYPE, (signature,)))


def _head(head: TreeHead) -> Head:
    return Head(origin=head.origin, size=head.size, root=head.root.hex())
