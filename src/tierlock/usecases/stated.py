"""What people state, signed or not, as the gate reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from tierlock.core import (
    Approval,
    Attestation,
    Choice,
    Claim,
    Negative,
    Negatives,
    Record,
    Ruling,
    digest,
)
from tierlock.usecases.project import Project
from tierlock.usecases.signed import Signed, read_signed

R = TypeVar("R", bound=Record)
S = TypeVar("S", Ruling, Choice)
NegativeKey = tuple[str, str, str, datetime]


class Stated(NamedTuple):
    """Every statement that counts, and the signed ones that do not, with the reason.

    Attributes:
        negatives: all that stand; a signed one restricts whoever signed it.
        signed: every signed statement, oldest first.
    """

    claims: tuple[Claim, ...]
    attestations: tuple[Attestation, ...]
    approvals: tuple[Approval, ...]
    rulings: tuple[Ruling, ...]
    choices: tuple[Choice, ...]
    negatives: Negatives
    signed: tuple[Signed, ...]


def read_stated(project: Project, *, at: datetime) -> Stated:
    """Return what people state about the project's subject, as of `at`.

    Signed statements come from the store, unsigned ones from the statements file. A signed one
    supports only if the trust file accepts its signature.

    Raises:
        IntegrityError: store, ledger and trust file do not agree (see `read_signed`).
    """
    file = project.statements
    signed = tuple(_awaited(read_signed(project, at=at)))
    return Stated(
        claims=(*file.to_claims(), *_of(Claim, signed)),
        attestations=(*file.to_attestations(), *_of(Attestation, signed)),
        approvals=(*file.to_approvals(), *_of(Approval, signed)),
        rulings=(*file.to_rulings(), *_joined(_of(Ruling, signed))),
        choices=(*file.to_choices(), *_joined(_of(Choice, signed))),
        negatives=_standing(project, signed=signed, at=at),
        signed=signed,
    )


def _of(kind: type[R], signed: Iterable[Signed]) -> tuple[R, ...]:
    """The records of one kind whose signature counts, marked as signed; each once."""
    found: dict[str, R] = {}
    for one in signed:
        if one.counts and one.verified is not None and isinstance(one.record, kind):
            from tierlock.attest import as_signed

            record = as_signed(one.verified, person=one.person)
            if isinstance(record, kind):
                found.setdefault(digest(record), record)
    return tuple(found.values())


def _joined(records: Sequence[S]) -> tuple[S, ...]:
    """Rulings or choices, each once with the signatures of everybody who signed the same words."""
    if not records:
        return ()
    from tierlock.attest import join_signatures

    return join_signatures(records)


def _awaited(signed: Sequence[Signed]) -> Iterator[Signed]:
    """Refuse a claim whose exception waits for the signature of a role that must approve it."""
    roles: dict[str, set[str]] = {}
    for one in signed:
        if one.counts and isinstance(one.record, Claim):
            roles.setdefault(digest(one.record), set()).add(one.role)
    for one in signed:
        if one.counts and isinstance(one.record, Claim):
            missing = approvers_of(one.record) - roles[digest(one.record)]
            if missing:
                names = ", ".join(sorted(missing))
                yield one.refused("signed.waits", f"it waits for the signature of {names}")
                continue
        yield one


def approvers_of(claim: Claim) -> set[str]:
    """Return the roles that must approve an interim claim or an exception; else none."""
    found = {role for users in claim.exceptions for role in users.approved_by}
    return found | set(claim.interim.approved_by if claim.interim else ())


def _standing(project: Project, *, signed: Sequence[Signed], at: datetime) -> Negatives:
    """The negative records that stand: stated now, remembered by the store, or signed.

    A record that left the statements file still stands; it ends by being stated again with
    `resolved_at`. One that somebody signed is resolved only by a signed statement that counts.
    """
    stated = project.statements.to_negatives()
    standing: dict[NegativeKey, Negative] = {}
    for record in (*project.store.negatives(), *stated.records):
        key = key_of_negative(record)
        if key not in standing or standing[key].resolved_at is None:
            standing[key] = record
    ended: dict[NegativeKey, Negative] = {}
    opened: dict[NegativeKey, Negative] = {}
    for one in signed:
        if isinstance(one.record, Negative):
            if one.counts and one.record.resolved_at is not None and one.record.resolved_at <= at:
                ended[key_of_negative(one.record)] = one.record
            else:
                record = _restricting(one, one.record, at=at)
                opened[key_of_negative(record)] = record
    return stated.model_copy(update={"records": tuple({**standing, **opened, **ended}.values())})


def _restricting(one: Signed, record: Negative, *, at: datetime) -> Negative:
    """A signed negative as it restricts: open, and never put off by a date that nobody vouches for.

    What somebody trusted signed after `at` keeps its date: a question about the past does not
    answer as if it were not there.
    """
    later = record.happened_at > at and one.code != "attest.future"
    update = {"resolved_at": None, **({"happened_at": at} if later else {})}
    return record.model_copy(update=update)


def key_of_negative(record: Negative) -> NegativeKey:
    """Return what names a negative record, open or resolved."""
    return (record.kind, record.subject, record.concerns, record.happened_at)
