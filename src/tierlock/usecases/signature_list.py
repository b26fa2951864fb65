"""`signatures`: every signed statement of a project, with why it counts or does not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import singledispatch

from tierlock.attest import EvidenceSummary
from tierlock.core import (
    Action,
    Approval,
    Attestation,
    Choice,
    Claim,
    Decision,
    Determination,
    Negative,
    Plan,
    Record,
    RegisteredRun,
    Ruling,
    determination_id,
    digest,
    format_instant,
)
from tierlock.report import SignatureLine, doing
from tierlock.usecases.ledger import project_ledger
from tierlock.usecases.project import Project
from tierlock.usecases.question import ask
from tierlock.usecases.signed import ENVELOPE, Signed
from tierlock.usecases.stated import (
    NegativeKey,
    Resolution,
    approvers_of,
    key_of_negative,
    resolutions,
)


def signatures(project: Project, *, at: datetime) -> tuple[SignatureLine, ...]:
    """Return every signed statement, oldest first; nothing that was signed is ever left out.

    Raises:
        IntegrityError: store, ledger and trust file do not agree.
    """
    answer = ask(project, at=at, action=None)
    now = determination_id(answer.determination)
    rules = digest(project.framework)
    ended = resolutions(answer.stated.signed, at=at)
    accepts = project.framework.accepts("attested")
    lines = (_line(one, now=now, rules=rules, at=at, ended=ended) for one in answer.stated.signed)
    found = zip(lines, answer.stated.signed, strict=True)
    return tuple(line if accepts else _without_servers(line, one) for line, one in found)


def _without_servers(line: SignatureLine, one: Signed) -> SignatureLine:
    """The line where the framework does not take the word of a server for a signature."""
    asked = not isinstance(one.record, Claim) or bool(approvers_of(one.record))
    if line.state != "counts" or line.assurance != "attested" or not asked:
        return line
    why = "a server attests it, and the framework asks for the person's own signature"
    return line._replace(state="refused", code="signed.attested", why=why)


def _line(
    one: Signed, *, now: str, rules: str, at: datetime, ended: Mapping[NegativeKey, Resolution]
) -> SignatureLine:
    end = _end(one.record)
    line = SignatureLine(
        name=one.name,
        kind=one.kind or "",
        says="" if one.record is None else words_of(one.record),
        person=one.person,
        role=one.role,
        signed_at=one.signed_at,
        expires_at=end,
        place=one.place,
        assurance="" if one.verified is None else one.verified.assurance,
    )
    if isinstance(one.record, Negative):
        return _negative(line, one, end=ended.get(key_of_negative(one.record)))
    if one.code:
        return line._replace(state="refused", code=one.code, why=one.why)
    if isinstance(one.record, Approval | Ruling) and one.record.determination != now:
        code = "approval.other-digest" if isinstance(one.record, Approval) else "signed.other"
        why = "signed for another determination than the present one"
        return line._replace(state="other", code=code, why=why)
    if isinstance(one.record, Choice | Plan) and one.record.framework != rules:
        why = "about another file of the framework"
        return line._replace(state="other", code="signed.other", why=why)
    if end is not None and at >= end:
        code = {"approval": "approval.expired", "claim": "claim.expired"}.get(
            line.kind, "signed.lapsed"
        )
        return line._replace(state="lapsed", code=code, why=f"lapsed {format_instant(end)}")
    return line


def _negative(line: SignatureLine, one: Signed, *, end: Resolution | None) -> SignatureLine:
    """A negative restricts whoever signed it, until a signed statement that counts resolves it."""
    if end is not None and end.ends(one):
        by = end.statement
        if by.name == one.name:
            return line
        why = f"{by.person} resolved it as {by.role}, {by.name[:19]}…"
        return line._replace(state="resolved", code="signed.resolved", why=why)
    if not one.code:
        return line._replace(state="restricts")
    why = f"{one.why}; it restricts all the same"
    return line._replace(state="restricts", code=one.code, why=why)


def _end(record: Record | None) -> datetime | None:
    ends = [getattr(record, "expires_at", None)]
    if isinstance(record, Claim):
        ends += [users.expires_at for users in record.exceptions]
    return min((end for end in ends if end is not None), default=None)


def restore(project: Project) -> int:
    """Put back into the store what the ledger holds of signed statements; return how many."""
    with project_ledger(project) as ledger:
        entries = [entry.payload for entry in ledger.entries_of(ENVELOPE)]
    known = set(project.store.signed())
    gone = [data for data in entries if data not in known]
    for data in gone:
        project.store.add_signed(data)
    project.store.note_logged(entries)
    return len(gone)


@singledispatch
def words_of(record: Record) -> str:
    """Return what a signed record says, in one sentence."""
    return f"a {type(record).__name__.lower()}"


@words_of.register
def _approval(record: Approval) -> str:
    asked = Action(name=record.action, surface=record.surface, audience=record.audience)
    return f"approves that it {doing(asked)}, under determination {record.determination[:19]}…"


@words_of.register
def _ruling(record: Ruling) -> str:
    ruled = ", ".join(f"{name} {outcome.words}" for name, outcome in record.outcomes.items())
    return f"rules {ruled or 'as computed'}, because: {record.reasons}"


@words_of.register
def _negative_words(record: Negative) -> str:
    about = f" about {record.concerns}" if record.concerns else ""
    ended = (
        "" if record.resolved_at is None else f" (resolved {format_instant(record.resolved_at)})"
    )
    return f"{record.kind.replace('_', ' ')}{about}: {record.says}{ended}"


@words_of.register
def _claim(record: Claim) -> str:
    parts = [f"claims {record.criterion} {record.status}"]
    if record.interim is not None:
        parts.append(f"for an interim, because: {record.interim.argument}")
    parts += [
        f"except for {users.users} until {format_instant(users.expires_at)}, because: "
        f"{users.argument}"
        for users in record.exceptions
    ]
    return "; ".join(parts)


@words_of.register
def _attestation(record: Attestation) -> str:
    return f"attests {record.criterion}" + (f": {record.says}" if record.says else "")


@words_of.register
def _choice(record: Choice) -> str:
    return f"reads {record.interpretation} as {record.reading}, because: {record.reasons}"


@words_of.register
def _plan(record: Plan) -> str:
    runs = sum(slot.runs for slot in record.slots)
    return f"promises {runs} run(s) of {len(record.slots)} slot(s), declared {record.declared}"


@words_of.register
def _determination(record: Determination) -> str:
    return f"determined {record.subject.name}: {record.label}"


@words_of.register
def _decision(record: Decision) -> str:
    return f"decided {record.verdict} for {record.action.name}"


@words_of.register
def _run(record: RegisteredRun) -> str:
    return f"started run {record.run_id} of {record.slot}"


@words_of.register
def _evidence(record: EvidenceSummary) -> str:
    return f"ran {record.evaluation}, {record.attempts} attempts, run {record.run_id}"
