"""Signed statements: those of the store, held against the ledger and the project's trust file.

A statement counts only with a signature that the trust file accepts. One that does not count is
never dropped: it is kept with the reason, and a negative record restricts all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from tierlock.core import (
    Approval,
    InputError,
    IntegrityError,
    Negative,
    Record,
    Ruling,
    SubjectRef,
    TierlockError,
    digest,
    digest_bytes,
)
from tierlock.ledger import Ledger, open_ledger
from tierlock.usecases.project import Project

if TYPE_CHECKING:
    from tierlock.attest import Envelope, ExpectedSubject, Kind, Trust, Verified
    from tierlock.usecases.recorded import RecordedTimes

ENVELOPE: Final = "application/vnd.in-toto+dsse"
"""Media type of signed statements in the ledger: DSSE envelopes in canonical form."""


class Signed(NamedTuple):
    """One signed statement, whether it counts or not.

    Attributes:
        name: digest of what is signed.
        kind, role, signed_at, record: what it states; None or empty where it can not be read.
        person: whose signature counts; else whom the statement names, if anybody.
        place: where it is in the ledger; None where it is not there yet.
        weights: digest of the weights that it is about, where it names any.
        code, why: why the signature does not count; empty where it does.
        verified: what was verified; None where nothing was.
    """

    name: str
    kind: Kind | None
    role: str
    person: str
    signed_at: datetime | None
    record: Record | None
    place: int | None
    weights: str | None = None
    code: str = ""
    why: str = ""
    verified: Verified | None = None

    @property
    def counts(self) -> bool:
        """Whether the signature counts."""
        return self.verified is not None and not self.code

    def refused(self, code: str, why: str) -> Signed:
        """Return the statement as one that does not count."""
        return self._replace(code=code, why=why)


def read_signed(project: Project, *, at: datetime) -> tuple[Signed, ...]:
    """Return every signed statement of the project, oldest first.

    Args:
        project: whose store, ledger and trust file.
        at: the instant of the question; what is signed later does not count.

    Raises:
        IntegrityError: store and ledger do not hold the same statements (`integrity.signed`), or
            the trust file is about another framework or subject (`attest.framework`,
            `attest.subject`).
    """
    places = placed(project)
    check_trust(project)
    if not places:
        return ()
    from tierlock.usecases.recorded import recorded_times

    times = recorded_times(project)
    read = (
        _read(data, place=place, project=project, at=at, times=times)
        for data, place in places.items()
    )
    return tuple(_kept_apart(read, apart=() if project.trust is None else project.trust.apart))


def placed(project: Project) -> dict[bytes, int | None]:
    """Return every signed envelope of the project, oldest first, with its place in the ledger.

    Raises:
        IntegrityError: `integrity.signed`, store and ledger do not hold the same ones.
    """
    try:
        with open_ledger(project.ledger) as ledger:
            return placed_in(ledger, project=project)
    except InputError as error:
        if error.code != "input.not-found":
            raise
    return placed_in(None, project=project)


def placed_in(ledger: Ledger | None, *, project: Project) -> dict[bytes, int | None]:
    """Return the same, where the ledger is open already or is not there.

    Raises:
        IntegrityError: `integrity.signed`.
    """
    # In this order: who signs meanwhile writes into the store, then into the ledger, then notes it.
    acknowledged = project.store.logged()
    entries = () if ledger is None else ledger.entries_of(ENVELOPE)
    places = {entry.payload: entry.index for entry in entries}
    envelopes = project.store.signed()
    known = set(envelopes)
    gone = sorted(place for data, place in places.items() if data not in known)
    if gone:
        raise IntegrityError(
            "integrity.signed",
            f"entry {gone[0]} of the ledger is a signed statement that the store lacks"
            + (f", and {len(gone) - 1} more" if len(gone) > 1 else ""),
            location=str(project.store.folder / "signed.jsonl"),
            hint="`tierlock signatures --restore` puts it back from the ledger; find out who "
            "removed it",
        )
    if acknowledged - {digest_bytes(data) for data in places}:
        raise IntegrityError(
            "integrity.signed",
            "the ledger lacks a signed statement that it has acknowledged",
            location=project.ledger,
            hint="it was cut or replaced: restore it from a backup or an export",
        )
    return {data: places.get(data) for data in envelopes}


def check_trust(project: Project) -> None:
    """Refuse a framework or a subject that is not the one that the trust file names.

    Raises:
        IntegrityError: `attest.framework` or `attest.subject`.
    """
    trust, framework = project.trust, project.framework
    if trust is None:
        return
    if trust.frameworks and trust.frameworks.get(framework.name) != digest(framework):
        listed = framework.name in trust.frameworks
        raise IntegrityError(
            "attest.framework",
            f"the trust file {'names another file of' if listed else 'does not name'} framework "
            f"`{framework.name}`",
            hint=f"its digest is {digest(framework)}; add it under `frameworks` if it is right",
        )
    expected = trust.subject
    if expected is None:
        return
    mine = {project.subject.name, *project.subject.known_as}
    stated, wanted = project.subject.parts.weights, expected.parts.weights
    if not mine & expected.names or (stated and wanted and stated != wanted):
        raise IntegrityError(
            "attest.subject",
            f"the trust file is about `{expected.name}`, the project about another subject",
            hint="compare name and weights digest of both files",
        )


def _read(
    data: bytes, *, place: int | None, project: Project, at: datetime, times: RecordedTimes
) -> Signed:
    from tierlock.attest import check_subject, parse_envelope, verify_envelope

    envelope = parse_envelope(data)
    stated = _unverified(envelope, place=place)
    if project.trust is None:
        why = "the project names no trust file; add `trust: trust.yaml` to tierlock.yaml"
        return stated.refused("signed.no-trust", why)
    try:
        verified = verify_envelope(
            envelope, trust=project.trust, at=at, recorded_at=times.of(envelope)
        )
        check_subject(verified.statement, expected=_expected(project))
    except TierlockError as error:
        return stated.refused(error.code, error.message)
    person = _spelled(verified.signer.person, trust=project.trust)
    return stated._replace(verified=verified, person=person)


def _spelled(person: str, *, trust: Trust) -> str:
    """One spelling per person: two keys of one person may be listed under two."""
    from tierlock.attest import same_person

    keys = trust.keys.values()
    own = (key.person for key in keys)
    attested = (name for key in keys if key.attests for name in key.attests.persons)
    names = (*own, *attested)
    return next(name for name in names if same_person(name, other=person))


def _expected(project: Project) -> ExpectedSubject:
    from tierlock.attest import ExpectedSubject

    subject = project.subject
    return ExpectedSubject(name=subject.name, known_as=subject.known_as, parts=subject.parts)


def _unverified(envelope: Envelope, *, place: int | None) -> Signed:
    """What an envelope says, whoever signed it."""
    from tierlock.attest import parts_of, predicate_of, statement_of

    nothing = Signed(envelope.payload_digest, None, "", "", None, None, place)
    try:
        statement = statement_of(envelope)
        kind, predicate = predicate_of(statement)
    except TierlockError:
        return nothing
    about = parts_of(statement.subject)
    return nothing._replace(
        kind=kind,
        role=predicate.role,
        person=str(getattr(predicate.record, "signer", "")),
        signed_at=predicate.signed_at,
        record=predicate.record,
        weights=None if about is None else about[1].weights,
    )


def _kept_apart(read: Iterator[Signed], *, apart: Sequence[Sequence[str]]) -> Iterator[Signed]:
    """Refuse whoever signs in one matter in two roles that the trust file keeps apart.

    The first statement stands: it is the later role that the person may not take.
    """
    held: list[Signed] = []
    for one in read:
        if one.verified is None or one.code or _objects(one.record):
            yield one
            continue
        # Only now: who has signed nothing does not wait for the libraries of signatures.
        from tierlock.attest import check_separation

        matter = matter_of(one.record)
        beside = [
            other.verified
            for other in held
            if other.verified is not None and in_one_matter(matter, other=matter_of(other.record))
        ]
        before = set(check_separation(beside, apart=apart))
        clash = [
            says
            for says in check_separation([*beside, one.verified], apart=apart)
            if says not in before
        ]
        if clash:
            yield one.refused("signed.apart", f"{clash[0]}, which the trust file keeps apart")
        else:
            held.append(one)
            yield one


def _objects(record: Record | None) -> bool:
    """Whoever objects may always do so; whoever resolves opens something."""
    return isinstance(record, Negative) and record.resolved_at is None


def in_one_matter(matter: str, *, other: str) -> bool:
    """Tell whether two matters are one; what leads to every determination is in all of them.

    Whichever was signed first: a claim can be signed after the approval that it leads to.
    """
    return matter == other or "" in {matter, other}


def matter_of(record: Record | None) -> str:
    """Return the determination that a statement is about; empty for what leads to every one."""
    return record.determination if isinstance(record, Approval | Ruling) else ""


def subject_of(record: Record | None) -> str:
    """Return the name of the subject that a record is about; empty where it names none."""
    subject: object = getattr(record, "subject", "")
    return subject.name if isinstance(subject, SubjectRef) else str(subject)
