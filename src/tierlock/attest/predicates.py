"""What can be signed: one predicate per kind of record (spec/attestations.md A-11 to A-16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, Generic, Literal, TypeVar, get_args

from pydantic import Field, ValidationError

from tierlock.attest.bundle_records import BundleSeal, Verification
from tierlock.attest.evidence_summary import EvidenceSummary
from tierlock.attest.people import Login, same_person
from tierlock.attest.statement import (
    ResourceDescriptor,
    Statement,
    descriptor,
    parts_of,
    subjects_of,
)
from tierlock.core import (
    Approval,
    Attestation,
    Choice,
    Claim,
    Decision,
    Determination,
    Digest,
    InputError,
    Instant,
    IntegrityError,
    Negative,
    Parts,
    Plan,
    Record,
    RegisteredRun,
    Ruling,
    SubjectRef,
    canonical_json,
)

URI_BASE: Final = "https://tierlock.dev/attestation"
Kind = Literal[
    "evidence", "determination", "ruling", "decision", "approval", "attestation", "claim",
    "negative", "choice", "plan", "run-started", "bundle", "verification",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
RECORDS: Final[Mapping[Kind, type[Record]]] = MappingProxyType(
    {
        "evidence": EvidenceSummary,
        "determination": Determination,
        "ruling": Ruling,
        "decision": Decision,
        "approval": Approval,
        "attestation": Attestation,
        "claim": Claim,
        "negative": Negative,
        "choice": Choice,
        "plan": Plan,
        "run-started": RegisteredRun,
        "bundle": BundleSeal,
        "verification": Verification,
    }
)
"""What each kind of statement holds."""
R = TypeVar("R", bound=Record)

# When the record says that it happened. Nobody signs before it did.
_INSTANTS: Final = (
    "approved_at", "attested_at", "bundled_at", "chosen_at", "claimed_at", "decided_at",
    "determined_at", "happened_at", "measured_at", "ruled_at", "sealed_at", "started_at",
    "verified_at",
)  # fmt: skip
# What takes effect by being signed can not be signed for an earlier moment.
_AT_ONCE: Final = frozenset({"approval"})
# What carries how it is vouched for, so that a framework can refuse the word of a server; and what
# can only restrict.
_LABELLED: Final = frozenset({"approval", "attestation", "claim", "choice", "ruling", "negative"})


class Predicate(Record, Generic[R]):
    """A record, and who signs it as what, when, having seen what.

    Attributes:
        role: the role in which the signer signs.
        signed_at: when, by the signer's own clock; `time: self-asserted` without an anchor.
        saw: digests of what the signer had before them, beyond what the record names.
        login: for whom a server signs, and how it knows them; None where people sign themselves.
        record: what is stated.
    """

    role: str = Field(min_length=1)
    signed_at: Instant
    saw: tuple[Digest, ...] = ()
    login: Login | None = Field(default=None, exclude_if=lambda value: value is None)
    record: R


def predicate_type(kind: Kind) -> str:
    """Return the URI of a kind of statement.

    >>> predicate_type("ruling")
    'https://tierlock.dev/attestation/ruling/v1'
    """
    return f"{URI_BASE}/{kind}/v1"


def kind_of(record: Record) -> Kind:
    """Return which kind of statement a record makes.

    Raises:
        InputError: records of this class are not signed.
    """
    for kind, made_of in RECORDS.items():
        if type(record) is made_of:
            return kind
    raise InputError("input.type", f"a `{type(record).__name__}` is not something that is signed")


def make_statement(
    record: Record,
    *,
    role: str,
    signed_at: datetime,
    parts: Parts | None = None,
    saw: Sequence[str] = (),
    login: Login | None = None,
) -> Statement:
    """Return the statement that a person signs.

    Args:
        record: what is stated; unsigned, whatever it was read from.
        role: the role in which the person signs.
        signed_at: when.
        parts: the subject's digests, for records that name their subject by name only.
        saw: digests of what the person had before them.
        login: for whom a server signs; None where the person does.

    Raises:
        InputError: the record is of no kind that is signed, or contradicts the other arguments.
    """
    kind = kind_of(record)
    predicate = Predicate[Record](
        role=role, signed_at=signed_at, saw=tuple(saw), login=login, record=record
    )
    try:
        _check(kind, predicate)
    except IntegrityError as error:
        raise InputError("input.type", error.message) from None
    said = predicate.model_dump(mode="json", by_alias=True, exclude={"record"})
    return Statement(
        subject=_subjects(record, parts=parts),
        predicate_type=predicate_type(kind),
        predicate={**said, "record": record.model_dump(mode="json", by_alias=True)},
    )


def predicate_of(statement: Statement) -> tuple[Kind, Predicate[Record]]:
    """Return the kind of a statement and what it says, checked against what it is about.

    Raises:
        IntegrityError: `attest.predicate`, the type is unknown, the content is not what the type
            names, or it contradicts itself or the statement's subject.
    """
    known = {predicate_type(kind): kind for kind in KINDS}
    kind = known.get(statement.predicate_type)
    if kind is None:
        raise IntegrityError(
            "attest.predicate",
            f"`{statement.predicate_type}` is no known kind of statement",
            hint="another version of Tierlock may know it",
        )
    made_of = RECORDS[kind]
    said = dict(statement.predicate)
    content = said.pop("record", None)
    try:
        # Strict text to value, as from a file: a list is a tuple, an instant is text.
        record = made_of.model_validate_json(canonical_json(content), by_alias=True, by_name=False)
        frame = _Frame.model_validate_json(canonical_json(said), by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "top"
        raise _contradiction(f"`{where}` {first['msg'].lower()}") from None
    predicate = Predicate[Record](**dict(frame), record=record)
    _check(kind, predicate)
    _check_subjects(record, subjects=statement.subject)
    return kind, predicate


class _Frame(Record):
    """A predicate without its record."""

    role: str = Field(min_length=1)
    signed_at: Instant
    saw: tuple[Digest, ...] = ()
    login: Login | None = None


def _check(kind: Kind, predicate: Predicate[Record]) -> None:
    """Refuse a record that calls itself signed, is dated later, or names another role."""
    record = predicate.record
    if getattr(record, "assurance", "declared") != "declared" or getattr(record, "signatures", ()):
        raise _contradiction("a record does not say of itself that it is signed")
    if predicate.login is not None:
        _check_login(kind, predicate, login=predicate.login)
    role = getattr(record, "role", predicate.role)
    if role != predicate.role:
        raise _contradiction(f"the record is by `{role}`, and signed as `{predicate.role}`")
    for name in _INSTANTS:
        when = getattr(record, name, None)
        if when is None:
            continue
        if when > predicate.signed_at or (kind in _AT_ONCE and when != predicate.signed_at):
            raise _contradiction(f"`{name}` does not agree with the instant of signing")


def _check_login(kind: Kind, predicate: Predicate[Record], *, login: Login) -> None:
    """Refuse the word of a server where a record has no label for it, or names somebody else."""
    record = predicate.record
    resolves = isinstance(record, Negative) and record.resolved_at is not None
    if kind not in _LABELLED or resolves:
        what = "the end of a restriction" if resolves else f"a {kind}"
        raise _contradiction(f"a server does not attest {what} for somebody: it needs their key")
    if login.logged_in_at > predicate.signed_at:
        raise _contradiction("somebody logged in after the instant of signing")
    named = getattr(record, "signer", login.person)
    if not same_person(named, other=login.person):
        raise _contradiction(f"the record is by `{named}`, and `{login.person}` was logged in")


def _about(record: Record) -> tuple[str, Parts | None]:
    """The subject that a record names, and its parts where the record has them."""
    subject: object = getattr(record, "subject", None)
    if isinstance(subject, SubjectRef):
        return subject.name, subject.parts
    if isinstance(record, RegisteredRun):
        return record.subject, record.parts
    if isinstance(record, Plan):
        return record.subject, None if record.weights is None else Parts(weights=record.weights)
    return str(subject), None


def _subjects(record: Record, *, parts: Parts | None) -> tuple[ResourceDescriptor, ...]:
    """What a statement of `record` is about."""
    fixed = _fixed(record)
    if fixed is not None:
        return fixed
    name, own = _about(record)
    return subjects_of(name, parts=own or parts or Parts())


def _check_subjects(record: Record, *, subjects: Sequence[ResourceDescriptor]) -> None:
    """Refuse a statement whose subject is not the one that its record is about."""
    fixed = _fixed(record)
    if fixed is not None:
        agrees = tuple(subjects) == fixed
    else:
        name, own = _about(record)
        found = parts_of(subjects)
        agrees = found is not None and found[0] == name and own in {None, found[1]}
    if not agrees:
        raise _contradiction("the statement's subject is not the one that its record is about")


def _fixed(record: Record) -> tuple[ResourceDescriptor, ...] | None:
    """The one thing that a record is about which names no model."""
    if isinstance(record, Choice):
        return (descriptor("framework", digest=record.framework, part="framework"),)
    if isinstance(record, Approval):
        digest = record.determination
        return (descriptor("determination", digest=digest, part="determination"),)
    if isinstance(record, BundleSeal | Verification):
        return (descriptor("manifest.json", digest=record.manifest, part="bundle"),)
    return None


def _contradiction(says: str) -> IntegrityError:
    return IntegrityError("attest.predicate", says)
