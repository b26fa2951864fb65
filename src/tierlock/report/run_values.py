"""Runs and their samples for a page: what was measured, and what has no value and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from tierlock.core import MISSING, Determination, Evidence, Samples, State, format_instant
from tierlock.report.numbers import count_of, show_count, show_duration, show_money, show_plain
from tierlock.report.sanitize import clean

_STATES: Final[dict[State, str]] = {
    "scored": "scored",
    "errored": "the attempt ended in an error",
    "unscored": "no scorer gave a value",
    "invalidated": "it was invalidated after the run",
    "fallback": "another model answered in its place",
    "absent": "planned, and not in the log",
}
MISSING_ONLY: Final = "missing"


class RunRow(NamedTuple):
    """One run in a list.

    Attributes:
        run: its id; `digest` what was measured in it, `file` the log.
        missing: attempts without a value, in words.
        doubts: problems that keep it from supporting a rule-out.
    """

    run: str
    digest: str
    evaluation: str
    file: str
    subject: str
    status: str
    measured_at: datetime
    attempts: str
    missing: str
    doubts: tuple[str, ...]


class SampleLine(NamedTuple):
    """One attempt.

    Attributes:
        number: its row in the evidence.
        missing: why it has no value; empty where it has one.
        scores: in the order of `RunView.scorers`.
        notes: limit, refusal, a score that was changed later, attributes.
    """

    number: int
    id: str
    epoch: int
    state: str
    missing: str
    scores: tuple[str, ...]
    notes: tuple[str, ...]


class RunView(NamedTuple):
    """One run with a page of its samples.

    Attributes:
        facts: what the log says about it.
        settings: how the subject was asked.
        problems: what is wrong with the log, with the code and what that does.
        reported: published aggregates, in words.
        used_by: paths of the findings that rest on it.
        unused: why no finding does, where that is on record.
        total: attempts that are listed over all pages.
    """

    line: RunRow
    facts: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str, str], ...]
    reported: tuple[str, ...]
    used_by: tuple[str, ...]
    unused: str
    scorers: tuple[str, ...]
    samples: tuple[SampleLine, ...]
    total: int
    page: int
    pages: int
    only: str


def run_row(evidence: Evidence) -> RunRow:
    """Return one run as a list shows it."""
    missing = evidence.missing()
    listed = ", ".join(f"{show_count(n)} {state}" for state, n in sorted(missing.items()))
    reported = len(evidence.reported)
    return RunRow(
        run=clean(evidence.run_id),
        digest=evidence.digest,
        evaluation=clean(evidence.evaluation),
        file=clean(evidence.source.file),
        subject=clean(evidence.subject.name),
        status=evidence.status,
        measured_at=evidence.measured_at,
        attempts=count_of(reported, one="published number")
        if reported
        else show_count(len(evidence.samples)),
        missing=listed or "none",
        doubts=tuple(clean(one.says) for one in evidence.problems if one.severity == "doubt"),
    )


def run_view(
    evidence: Evidence, *, determination: Determination, page: int, size: int, only: str = ""
) -> RunView:
    """Return one run with a page of its samples, counted from 1.

    Args:
        evidence: the run.
        determination: tells which findings rest on it.
        page: which page; one that is not there has no samples.
        size: samples on a page.
        only: `missing` lists attempts without a value only.
    """
    samples = evidence.samples
    rows = [n for n in range(len(samples)) if only != MISSING_ONLY or samples.state[n] in MISSING]
    shown = rows[(page - 1) * size : page * size]
    source = evidence.source
    return RunView(
        line=run_row(evidence),
        facts=tuple(_facts(evidence)),
        settings=tuple((clean(k), clean(v)) for k, v in sorted(evidence.configuration.items())),
        problems=tuple(
            (clean(one.says), clean(one.code), _effect(one.severity)) for one in evidence.problems
        ),
        reported=tuple(_reported(evidence, cite=source.citation)),
        used_by=used_by(determination).get(evidence.digest, ()),
        unused=unused_because(determination, evidence=evidence),
        scorers=tuple(clean(name) for name in samples.scores),
        samples=tuple(sample_line(samples, number=number) for number in shown),
        total=len(rows),
        page=page,
        pages=max(1, -(-len(rows) // size)),
        only=only,
    )


def used_by(determination: Determination) -> Mapping[str, tuple[str, ...]]:
    """Return digest of evidence -> paths of the findings that rest on it."""
    found: dict[str, tuple[str, ...]] = {}
    for finding in (*determination.findings, *determination.safeguard_findings):
        for name in finding.evidence:
            found[name] = (*found.get(name, ()), finding.path)
    return found


def unused_because(determination: Determination, *, evidence: Evidence) -> str:
    """Return why no slot asked for a run; empty where nothing says so."""
    found = (one for one in determination.unused if one.what == evidence.run_id)
    return next((clean(one.says) for one in found), "")


def sample_line(samples: Samples, *, number: int) -> SampleLine:
    """Return one attempt in words."""
    state = samples.state[number]
    return SampleLine(
        number=number,
        id=clean(samples.id[number]),
        epoch=samples.epoch[number],
        state=state,
        missing=_STATES[state] if state in MISSING else "",
        scores=tuple(
            "none" if column[number] is None else show_plain(column[number] or 0.0)
            for column in samples.scores.values()
        ),
        notes=tuple(_notes(samples, number)),
    )


def _notes(samples: Samples, number: int) -> Iterator[str]:
    if samples.limit[number]:
        yield f"ended by its {clean(samples.limit[number])} limit"
    if samples.refused[number]:
        yield "refused"
    if samples.edited[number]:
        yield "its score was changed after the run"
    for name, column in samples.attributes.items():
        if column[number]:
            yield f"{clean(name)}: {clean(column[number])}"


def _facts(evidence: Evidence) -> Iterator[tuple[str, str]]:
    source = evidence.source
    tool = f" by {clean(source.tool)}" if source.tool else ""
    version = f", version {clean(evidence.task_version)}" if evidence.task_version else ""
    yield "Evaluation", f"{clean(evidence.evaluation)}{version}"
    yield "About", f"{clean(evidence.subject.name)} ({evidence.subject.binding})"
    yield "Status", evidence.status
    yield "Measured from", format_instant(evidence.measured_at)
    if evidence.finished_at is not None:
        yield "Finished", format_instant(evidence.finished_at)
    yield "Log", f"{clean(source.file)} ({clean(source.format)}{tool})"
    yield "Digest of the log", f"`{source.sha256}`"
    yield "Digest of what was measured", f"`{evidence.digest}`"
    if evidence.samples:
        yield "Digest of the samples", f"`{evidence.samples.digest}`"
    if source.citation:
        yield "Citation", clean(source.citation)
    if evidence.planned_samples is not None:
        yield "Attempts planned", show_count(evidence.planned_samples)
    yield from _cost(evidence)


def _cost(evidence: Evidence) -> Iterator[tuple[str, str]]:
    if evidence.seconds is not None:
        yield "Working time", show_duration(evidence.seconds)
    if evidence.tokens is not None:
        yield "Tokens of the subject", f"{show_count(evidence.tokens.total)} in all"
    if evidence.usd is not None:
        yield "Money, as the log states it", show_money(evidence.usd)


def _effect(severity: str) -> str:
    return "keeps it from supporting a rule-out" if severity == "doubt" else "for information"


def _reported(evidence: Evidence, *, cite: str) -> Iterator[str]:
    for one in evidence.reported:
        parts: Iterable[str] = (
            f"arm {clean(one.arm)}" if one.arm else "",
            "" if one.successes is None or one.n is None else f"{one.successes} of {one.n}",
            "" if one.mean is None else f"mean {show_plain(one.mean)}",
            "" if one.n is None or one.successes is not None else f"n {show_count(one.n)}",
            "" if one.lower is None else f"from {show_plain(one.lower)}",
            "" if one.upper is None else f"up to {show_plain(one.upper)}",
            clean(cite),
        )
        yield ", ".join(part for part in parts if part)


def run_rows(evidence: Sequence[Evidence]) -> tuple[RunRow, ...]:
    """Return runs as a list shows them, the newest first."""
    return tuple(sorted(map(run_row, evidence), key=lambda one: one.measured_at, reverse=True))
