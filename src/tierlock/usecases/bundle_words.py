"""What a verification says in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from tierlock.attest import Trust
from tierlock.core import Decision, Reason, format_instant
from tierlock.ledger import SELF_ASSERTED, Confirmed
from tierlock.report import count_of
from tierlock.usecases.bundle_content import Content, EngineLock, engine_lock
from tierlock.usecases.bundle_logs import FromLogs
from tierlock.usecases.bundle_manifest import Opened
from tierlock.usecases.bundle_recompute import Again
from tierlock.usecases.signed import Signed

_OBJECTIONS = ("dissent", "objection")


def checked_in_words(
    content: Content, *, opened: Opened, again: Again, logs: FromLogs, problems: Sequence[Reason]
) -> Iterator[str]:
    """Yield what holds, one sentence each; nothing about what was not looked at."""
    shown = len(opened.members)
    yield f"container, manifest, and the digests of {count_of(shown, one='part')}"
    wrong = {problem.code for problem in problems}
    if not wrong & {"bundle.framework", "bundle.subject"}:
        yield "the framework is the one that the trust file names"
    size = content.ledger.head.size
    if not wrong & {"bundle.ledger", "ledger.inconsistent"}:
        entries = count_of(size, one="ledger entry", many="ledger entries")
        yield f"{entries} under one tree head, and every record of the bundle in them"
    if again.problem is None and not again.differences:
        values = sum(len(item.samples) for item in content.held.evidence)
        runs = count_of(len(content.held.evidence), one="run")
        from_what = f"recomputed from {count_of(values, one='sample value')} of {runs}"
        if not again.not_recomputed:
            yield f"findings and decision, {from_what}"
        elif again.findings:
            findings = count_of(again.findings, one="finding")
            yield f"{findings} that do not rest on what is withheld, {from_what}"
    good = sum(1 for row in logs.compared if row.agrees)
    if good:
        yield f"{good} of {len(logs.compared)} runs read again from their raw logs"


def signers_in_words(signed: Sequence[Signed]) -> Iterator[str]:
    """Yield who signed what in which role, each statement that counts."""
    for one in signed:
        if one.counts and one.signed_at is not None:
            when = format_instant(one.signed_at)
            yield f"{one.kind} signed by {one.person} as {one.role}, {when}"
        elif one.code:
            yield f"not counted, {one.kind or 'a statement'}: {one.why}"


def dissent_in_words(content: Content) -> Iterator[str]:
    """Yield every open dissent and objection that is shown."""
    records = (*content.held.negatives, *content.statements.to_negatives().records)
    for record in dict.fromkeys(records):
        if record.kind in _OBJECTIONS and record.resolved_at is None:
            yield f"{record.kind} about {record.concerns}: {record.says}"


def time_in_words(content: Content, *, confirmed: Sequence[Confirmed]) -> list[str]:
    """Return what vouches for the times, beyond the word of whoever wrote the ledger."""
    if not confirmed:
        return [SELF_ASSERTED]
    lines = [
        f"time: entries before {one.head.size} existed {_when(one)}, says {one.by}"
        for one in sorted(confirmed, key=lambda one: one.head.size)
    ]
    rest = max(one.head.size for one in confirmed)
    return lines if rest == content.ledger.head.size else [
        *lines, f"{SELF_ASSERTED} from entry {rest} on"
    ]  # fmt: skip


def _when(one: Confirmed) -> str:
    if one.not_after is None:
        return "when the tree head was received"
    return f"by {format_instant(one.not_after)}"


def notes_in_words(
    content: Content, *, opened: Opened, trust: Trust, logs: FromLogs
) -> Iterator[str]:
    """Yield what a reader should know and nothing checks."""
    if opened.seal is None:
        yield "nobody signed the bundle: whoever had it could have made another one"
    if trust.subject is None:
        yield "the trust file expects no subject in particular"
    elif trust.subject.parts.weights is None:
        yield "the trust file does not say which weights are meant"
    if content.subject.parts.weights is None:
        yield "binding: declared; the subject has no weights digest"
    bare = sum(1 for row in logs.compared if row.log is None)
    if bare:
        yield (
            f"{bare} of {len(logs.compared)} runs have no raw log here: their sample values are "
            "those that the sender recorded"
        )
    if engine_lock() != content.engine:
        yield "another version of Tierlock or of its libraries recomputed; numbers within 1e-9"
    yield "runs that were never logged can not be excluded"


def engine_in_words(lock: EngineLock) -> str:
    """Return an engine lock in one line."""
    parts = ", ".join(f"{name} {version}" for name, version in sorted(lock.packages.items()))
    return f"{lock.engine}, tierlock {lock.tierlock}, python {lock.python}, {parts}"


def end_in_words(decision: Decision | None, *, at: datetime) -> Iterator[str]:
    """Yield until when an ALLOW holds: what verifies may have ended long ago."""
    end = None if decision is None else decision.expires_at
    if end is None:
        return
    if end <= at:
        yield f"the ALLOW ended {format_instant(end)}, before this check: it permits nothing now"
    else:
        yield f"the ALLOW holds until {format_instant(end)} at most; the gate may close before"


def action_in_words(decision: Decision | None) -> str:
    """Return what was asked; empty where nothing was."""
    if decision is None:
        return ""
    action = decision.action
    return " / ".join(part for part in (action.name, action.surface, action.audience) if part)
