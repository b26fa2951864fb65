"""Obligations and safeguards: what is owed, why, and which claims are on record."""

from __future__ import annotations

from tierlock.core import Claim, Owed, SafeguardCriterion
from tierlock.report.document import Block, Paragraph, Part, Section, Table
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport
from tierlock.report.wording import day

_BECAUSE = {
    "baseline": "always owed",
    "reached": "reached",
    "undetermined": "not ruled out",
}


def obligations_section(report: AssessReport) -> Section:
    """Return what the determination obliges to, with the claim on record for each safeguard."""
    owed = report.determination.owed
    if not owed:
        nothing = Paragraph(text="No obligation follows, not even a baseline: a gate stays shut.")
        return Section(anchor="obligations", title="Obligations and safeguards", blocks=(nothing,))
    rows = tuple(
        (_title(report, entry), _BECAUSE[entry.because], _thresholds(entry), _state(report, entry))
        for entry in owed
    )
    head = ("Obligation", "Owed because", "Of", "State")
    blocks: list[Block] = [Table(caption="What is owed", head=head, rows=rows)]
    blocks += [part for entry in owed if (part := _part(report, entry)) is not None]
    return Section(anchor="obligations", title="Obligations and safeguards", blocks=tuple(blocks))


def claim_words(report: AssessReport, *, criterion: str) -> str:
    """Return the claims on record for one safeguard criterion; a lapsed one says so."""
    found = _claims(report, criterion)
    return "; ".join(_claim(report, claim) for claim in found) or "no claim on record"


def _claims(report: AssessReport, criterion: str) -> list[Claim]:
    return [
        claim
        for claim in report.claims
        if claim.criterion == criterion and claim.subject == report.subject.name
    ]


def _lapsed(report: AssessReport, claim: Claim) -> bool:
    return claim.expires_at is not None and claim.expires_at <= report.at


def _is_claimed(report: AssessReport, criterion: str) -> bool:
    """Tell whether a claim says `met` today; whether it suffices is the gate's to say."""
    return any(
        claim.status == "met" and not _lapsed(report, claim) for claim in _claims(report, criterion)
    )


def _claim(report: AssessReport, claim: Claim) -> str:
    parts = [f"claimed {claim.status}"]
    if claim.interim is not None:
        parts.append("interim")
    if claim.paths != ("*",):
        parts.append("paths " + ", ".join(f"`{clean(path)}`" for path in claim.paths))
    if claim.expires_at is not None:
        until = "lapsed on" if _lapsed(report, claim) else "until"
        parts.append(f"{until} {day(claim.expires_at)}")
    parts += [f"{proof.kind}: {clean(proof.says)}" for proof in claim.evidence]
    return ", ".join(parts) + ("" if claim.evidence else ", without evidence")


def _title(report: AssessReport, entry: Owed) -> str:
    standard = report.framework.standards.get(entry.standard)
    name = f"`{clean(entry.standard)}`"
    return f"{name} {clean(standard.title)}" if standard is not None else name


def _thresholds(entry: Owed) -> str:
    return ", ".join(clean(name) for name in entry.thresholds) or "every subject"


def _state(report: AssessReport, entry: Owed) -> str:
    standard = report.framework.standards.get(entry.standard)
    if standard is None:
        return "not defined in the framework"
    if standard.undefined:
        return "undefined: nobody can meet it"
    paths = [f"{entry.standard}:{name}" for name in standard.criteria]
    claimed = sum(_is_claimed(report, path) for path in paths)
    text = f"{claimed} of {len(paths)} safeguards claimed met"
    about = {reason.about for reason in report.decision.reasons} if report.decision else set()
    shut = len(about & {entry.standard, *paths})
    return f"{text}; the gate finds {shut} not in place" if shut > len(paths) - claimed else text


def _part(report: AssessReport, entry: Owed) -> Part | None:
    standard = report.framework.standards.get(entry.standard)
    if standard is None or standard.undefined:
        return None
    rows = tuple(
        (
            f"`{clean(name)}` {clean(criterion.says)}",
            claim_words(report, criterion=f"{entry.standard}:{name}"),
            _owner(report, f"{entry.standard}:{name}"),
            _tested(report, f"{entry.standard}:{name}", criterion),
        )
        for name, criterion in standard.criteria.items()
    )
    bar = [Paragraph(text=f"Bar: {clean(standard.bar)}")] if standard.bar else []
    head = ("Safeguard", "Claim on record", "Owner", "Tested")
    cite = f" ({clean(standard.cite)})" if standard.cite else ""
    name = f"`{clean(entry.standard)}`"
    table = Table(caption=f"Safeguards of {name}{cite}", head=head, rows=rows)
    return Part(title=f"{clean(entry.standard)}: {clean(standard.title)}", blocks=(*bar, table))


def _owner(report: AssessReport, criterion: str) -> str:
    owners = {claim.owner for claim in _claims(report, criterion)}
    return ", ".join(sorted(clean(owner) for owner in owners if owner)) or "not named"


def _tested(report: AssessReport, path: str, criterion: SafeguardCriterion) -> str:
    if criterion.falls_short_if is None:
        return "by claim only"
    trace = report.determination.safeguard_traces.get(path)
    return f"shortfall {trace.outcome.words}" if trace is not None else "no test result"
