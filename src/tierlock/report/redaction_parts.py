"""Which parts of a report can be kept back, and what else names them."""

from __future__ import annotations

from typing import Final, NamedTuple

from tierlock.core import Finding, InputError
from tierlock.report.documents import ReportDocument, ReportValues
from tierlock.report.lines import trace_paths
from tierlock.report.sanitize import clean

PEOPLE: Final = "people"
NO_REASON: Final = "no reason is given"
NEVER: Final = frozenset({"limits", "provenance", "contents", "redactions", "time"})
"""Sections that stay: what is not established, and what the report binds to."""
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "thresholds": ("known", "unknown"),
    "threats": ("known", "unknown"),
    "evidence": ("known", "unknown"),
    "signatures": ("signed", "dissent"),
}


class Redaction(NamedTuple):
    """What is asked to be kept back: a section, a threshold, a safeguard, `people`, and why."""

    part: str
    why: str = NO_REASON


class Cut(NamedTuple):
    """One redaction as it is applied.

    Attributes:
        sections: anchors of sections and columns that go whole.
        needles: whatever names one of these goes with it.
        people: names that are replaced wherever they stand.
        keeps: thresholds; names and outcomes in their rows stay.
        hides: the threshold that is kept back, if it is one.
    """

    part: str
    why: str
    sections: frozenset[str] = frozenset()
    needles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    keeps: frozenset[str] = frozenset()
    hides: str = ""


def cut_of(one: Redaction, *, document: ReportDocument, values: ReportValues) -> Cut:
    """Return how one redaction is applied to a document.

    Raises:
        InputError: `report.redact`, the report has no such part.
    """
    part, why = one
    sections = {section.anchor for section in document.sections} - NEVER
    thresholds = {found.threshold for found in values.report.determination.thresholds}
    paths = {view.path for view in values.safeguards.safeguards}
    standards = {owed.standard for owed in values.report.determination.owed}
    if part == PEOPLE:
        return Cut(part, why, people=_people(values))
    if part in sections:
        needles = _evidence_names(values) if part == "evidence" else ()
        if part in {"thresholds", "threats"}:
            needles = tuple(name for one in sorted(thresholds) for name in _names(values, one))
        gone = frozenset({part, *_COLUMNS.get(part, ())})
        return Cut(part, why, sections=gone, needles=needles)
    if part in thresholds:
        names = (part, *_names(values, part), *_evidence_names(values, of=part))
        return Cut(part, why, needles=names, keeps=frozenset(thresholds), hides=part)
    if part in paths:
        return Cut(part, why, needles=(part, part.partition(":")[2]))
    if part in standards:
        inner = [path for path in sorted(paths) if path.startswith(f"{part}:")]
        return Cut(part, why, needles=(part, *(p.partition(":")[2] for p in inner)))
    texts = {f"written:{item}" for item in values.written}
    if part in texts:
        titles = [s.item.title for s in document.contents if part == f"written:{s.item.id}"]
        return Cut(part, why, needles=tuple(titles))
    known = [*sorted(sections), *sorted(texts), PEOPLE]
    raise InputError(
        "report.redact",
        f"there is no part `{part}` to redact",
        hint=f"one of {', '.join(known)}, a threshold, an owed standard or safeguard",
    )


def _names(values: ReportValues, threshold: str) -> tuple[str, ...]:
    """Criteria, slots and titles of one threshold."""
    framework = values.report.framework
    found: list[str] = []
    for finding in _findings(values, threshold):
        found.append(finding.path.rpartition(":")[2])
        slot = framework.evaluations.get(finding.slot or "")
        if finding.slot and slot is not None:
            found += [finding.slot, slot.title, *slot.tasks]
    return tuple(dict.fromkeys(map(clean, found)))


def _findings(values: ReportValues, threshold: str) -> list[Finding]:
    determination = values.report.determination
    own = next(one for one in determination.thresholds if one.threshold == threshold)
    paths = set(trace_paths(own.trace))
    return [one for one in determination.findings if one.path in paths]


def _evidence_names(values: ReportValues, *, of: str | None = None) -> tuple[str, ...]:
    evidence = values.report.evidence
    if of is not None:
        used = {name for one in _findings(values, of) for name in one.evidence}
        tasks = set(_names(values, of))
        evidence = tuple(e for e in evidence if e.digest in used or e.evaluation in tasks)
    found = [name for e in evidence for name in (e.source.file, e.run_id, e.evaluation)]
    return tuple(dict.fromkeys(map(clean, found)))


def _people(values: ReportValues) -> tuple[str, ...]:
    report = values.report
    found = [line.person for line in values.signatures]
    found += [one.signer for one in report.approvals]
    found += [part.signer for one in report.rulings for part in one.signatures]
    found += [claim.owner for claim in report.claims]
    found += [proof.by for claim in report.claims for proof in claim.evidence if proof.by]
    found += [written.by for written in values.written.values()]
    # The longest first: a name may hold another.
    return tuple(sorted({clean(name) for name in found if name}, key=lambda n: (-len(n), n)))


def check_shared(values: ReportValues, *, hidden: set[str]) -> None:
    """Refuse to hide a line whose numbers another one shows.

    Raises:
        InputError: `report.redact`.
    """
    every = [one.threshold for one in values.report.determination.thresholds]
    used = {name: {d for f in _findings(values, name) for d in f.evidence} for name in every}
    for name in sorted(hidden):
        for other in sorted(used.keys() - hidden):
            if used[name] & used[other]:
                raise InputError(
                    "report.redact",
                    f"`{other}` rests on the same evidence as `{name}` and would give it away",
                    hint=f"add --redact {other}, or redact `thresholds` as a whole",
                )
