"""What people state, signed or not, as the gate reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from itertools import combinations, product
from typing import Final, NamedTuple, TypeVar

from tierlock.core import (
    Approval,
    Attestation,
    Choice,
    Claim,
    Framework,
    Negative,
    Negatives,
    Record,
    Ruling,
    digest,
)
from tierlock.usecases.label_check import check_labels
from tierlock.usecases.project import Project
from tierlock.usecases.signed import Signed, read_signed

R = TypeVar("R", bound=Record)
S = TypeVar("S", Ruling, Choice)
NegativeKey = tuple[str, str, str, datetime, str]
RESOLVED: Final = "; resolved: "
"""Between the words of a negative record and the reasons why it is resolved."""
MACHINES: Final = frozenset({"bundle", "ledger", "permit-issuer", "permit-status"})
"""Roles in which machines seal and permit; none of them judges anything."""


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
        IntegrityError: store, ledger and trust file do not agree (see `read_signed` and
            `check_labels`).
    """
    check_labels(project)
    file = project.statements
    signed = tuple(_awaited(read_signed(project, at=at), framework=project.framework))
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
    """The records of one kind whose signature counts, marked with how they are vouched for."""
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


def _awaited(signed: Sequence[Signed], *, framework: Framework) -> Iterator[Signed]:
    """Refuse a claim whose exception waits for the signature of a role that must approve it.

    Where a server attests that a role approves, it counts only if the framework accepts that.
    """
    people: dict[str, dict[str, set[str]]] = {}
    for one in signed:
        if one.verified and one.counts and isinstance(one.record, Claim):
            if not framework.accepts(one.verified.assurance):
                continue
            roles = people.setdefault(digest(one.record), {})
            roles.setdefault(one.role, set()).add(one.person)
    for one in signed:
        if one.counts and isinstance(one.record, Claim):
            asked = approvers_of(one.record)
            roles = people.get(digest(one.record), {})
            names = ", ".join(sorted(asked - roles.keys()))
            if names:
                yield one.refused("signed.waits", f"it waits for the signature of {names}")
                continue
            if not _separate({role: roles[role] for role in asked}, framework=framework):
                names = ", ".join(sorted(asked))
                why = f"one person signed as several of {names}, which are independent"
                yield one.refused("signed.apart", why)
                continue
        yield one


def _separate(people: Mapping[str, Set[str]], *, framework: Framework) -> bool:
    """Whether one person per role can be chosen so that independent roles differ (G-10)."""
    apart = {
        frozenset((role, other))
        for role in people.keys() & framework.roles.keys()
        for other in framework.roles[role].independent_of
    }
    return any(
        all(
            first != second or frozenset((role, other)) not in apart
            for (role, first), (other, second) in combinations(zip(people, chosen, strict=True), 2)
        )
        for chosen in product(*people.values())
    )


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
    ended = resolutions(signed, at=at)
    found = {**standing, **{key: one.resolved for key, one in ended.items()}}
    for one in signed:
        if isinstance(one.record, Negative):
            record = _restricting(one, one.record, project=project, at=at)
            end = ended.get(key_of_negative(record))
            if end is None or not end.ends(one):
                found[key_of_negative(record)] = record
    return stated.model_copy(update={"records": tuple(found.values())})


class Resolution(NamedTuple):
    """A signed statement that counts, and says that a negative record is resolved."""

    statement: Signed
    resolved: Negative

    def ends(self, one: Signed) -> bool:
        """Tell whether it ends a signed record of its key: only one that was signed before."""
        signed_at = self.statement.signed_at
        if one.signed_at is None or signed_at is None:
            return False
        return one.name == self.statement.name or one.signed_at <= signed_at


def resolutions(signed: Iterable[Signed], *, at: datetime) -> dict[NegativeKey, Resolution]:
    """Return, per negative record, the latest resolution that counts as of `at`.

    One in the role of a machine is none: it can judge nothing.
    """
    found: dict[NegativeKey, Resolution] = {}
    for one in signed:
        record = one.record
        if not isinstance(record, Negative) or record.resolved_at is None:
            continue
        if one.counts and one.role not in MACHINES and record.resolved_at <= at:
            key, resolution = key_of_negative(record), Resolution(one, record)
            if key not in found or not found[key].ends(one):
                found[key] = resolution
    return found


def _restricting(one: Signed, record: Negative, *, project: Project, at: datetime) -> Negative:
    """A signed negative as it restricts: open, and never put off by a date that nobody vouches for.

    What somebody trusted signed after `at` keeps its date: a question about the past does not
    answer as if it were not there. One about these very weights is about this subject, whatever
    it is called now.
    """
    later = record.happened_at > at and one.code != "attest.future"
    mine = one.weights is not None and one.weights == project.subject.parts.weights
    renamed = mine and not project.subject.answers_to(record.subject)
    update = {
        "resolved_at": None,
        **({"happened_at": at} if later else {}),
        **({"subject": project.subject.name} if renamed else {}),
    }
    return record.model_copy(update=update)


def key_of_negative(record: Negative) -> NegativeKey:
    """Return what names a negative record, open or resolved; why it was resolved is no part of it.

    Two records of one day about the whole subject differ by their words only.
    """
    words = record.says.partition(RESOLVED)[0]
    return (record.kind, record.subject, record.concerns, record.happened_at, words)
