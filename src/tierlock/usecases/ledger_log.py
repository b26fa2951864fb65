"""`ledger log`: what each entry says, in one line that a person can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import singledispatch
from typing import Final

from tierlock.core import (
    Decision,
    Determination,
    Framework,
    FrameworkRef,
    InputError,
    Negative,
    Plan,
    Record,
    RegisteredRun,
    SpentAlpha,
    TierlockError,
    digest_bytes,
    format_instant,
)
from tierlock.ledger import Entry, Ledger
from tierlock.report import LogLine
from tierlock.usecases.commenting import words_of_comment
from tierlock.usecases.ledger import KINDS
from tierlock.usecases.output_log import words_of_output
from tierlock.usecases.permit_log import words_of_permit
from tierlock.usecases.signed import ENVELOPE

_OURS: Final = re.compile(r"application/vnd\.tierlock\.([a-z]+)\+json")


def read_log(ledger: Ledger, *, since: int = 0) -> Iterator[LogLine]:
    """Yield one line per entry, from place `since` on.

    An entry that can not be read as what its media type says is shown as bytes: a ledger may hold
    anything, and reading it never fails for what is in it.
    """
    for entry in ledger.entries(since):
        kind, says = _said(entry)
        yield LogLine(
            place=entry.index,
            logged_at=entry.logged_at,
            kind=kind,
            says=says,
            media_type=entry.media_type,
            size=len(entry.payload),
            digest=digest_bytes(entry.payload),
        )


def _said(entry: Entry) -> tuple[str, str]:
    issued = words_of_permit(entry) or words_of_output(entry) or words_of_comment(entry)
    if issued is not None:
        return issued
    if entry.media_type == ENVELOPE:
        return "signed", _signed_words(entry.payload)
    match = _OURS.fullmatch(entry.media_type)
    name = match[1] if match else ""
    if name in KINDS:
        try:
            return name, _words(KINDS[name].parse(entry.payload))
        except InputError:
            return name, "can not be read as what it claims to be"
    return "other", f"{len(entry.payload)} bytes of {entry.media_type}"


def _signed_words(envelope: bytes) -> str:
    """Who says to have signed what; whether the signature counts `tierlock signatures` says."""
    from tierlock.attest import parse_envelope, predicate_of, statement_of
    from tierlock.usecases.signature_list import words_of

    try:
        _, predicate = predicate_of(statement_of(parse_envelope(envelope)))
    except TierlockError:
        return "can not be read as what it claims to be"
    return f"as {predicate.role}: {words_of(predicate.record)}"


@singledispatch
def _words(record: Record) -> str:
    """What a record says; every kind that Tierlock appends has its own words below."""
    raise TypeError(f"no words for {type(record).__name__}")


@_words.register
def _plan(record: Plan) -> str:
    runs = sum(slot.runs for slot in record.slots)
    return (
        f"{record.subject}: {runs} run(s) of {len(record.slots)} slot(s) promised, declared "
        f"{record.declared}, sealed {format_instant(record.sealed_at)}"
    )


@_words.register
def _run(record: RegisteredRun) -> str:
    return (
        f"{record.subject}: {record.run_id} of {record.slot}, started "
        f"{format_instant(record.started_at)}, {record.ended}"
    )


@_words.register
def _alpha(record: SpentAlpha) -> str:
    return f"{record.lineage}: the budget of {record.threshold} was spent"


@_words.register
def _negative(record: Negative) -> str:
    ended = "" if record.resolved_at is None else ", resolved"
    return f"{record.subject}: {record.kind} about {record.concerns}{ended}"


@_words.register
def _determination(record: Determination) -> str:
    return f"{record.subject.name}: {record.label} under {_named(record.framework)}"


@_words.register
def _decision(record: Decision) -> str:
    asked = [record.action.name, record.action.surface, record.action.audience]
    words = " / ".join(part for part in asked if part)
    return f"{record.subject}: {record.verdict} for {words} under {_named(record.framework)}"


@_words.register
def _framework(record: Framework) -> str:
    return f"{record.name}: the framework that a plan was sealed under"


def _named(framework: FrameworkRef) -> str:
    return f"{framework.framework}-{framework.version}"
