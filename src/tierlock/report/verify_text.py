"""A verified bundle as text for people, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from tierlock.core import format_instant
from tierlock.report.layout import Paint, bullets, finish, labelled, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean, escape_json
from tierlock.report.verify_values import ComparedFinding, ComparedNumber, VerifyReport

_HEADLINES: Final = {
    "verified": ("VERIFIED", "good", "everything that the bundle claims was checked"),
    "incomplete": (
        "NOT ALL RECOMPUTED",
        "open",
        "nothing differs, but some numbers could not be recomputed",
    ),
    "differs": ("DIFFERS", "bad", "what comes out is not what was recorded"),
    "refused": ("REFUSED", "bad", "something is forged, missing, or not signed by anybody trusted"),
}
_NAMES: Final = {
    "value": "estimate",
    "lower": "lower bound",
    "upper": "upper bound",
    "rule_out_p": "p (rule out)",
    "rule_in_p": "p (rule in)",
    "units": "clusters",
    "planned": "attempts planned",
    "present": "attempts present",
    "scored": "attempts scored",
    "refused": "refusals",
}
_MOST: Final = 20


def render_verify_text(
    report: VerifyReport, *, width: int = 80, color: bool = False, brief: bool = False
) -> str:
    """Return the result first, then what holds, what does not, and what was not looked at.

    Args:
        report: what was found.
        width: of the lines.
        color: whether to colour.
        brief: only what is wrong.
    """
    paint = Paint(color=color)
    word, style, says = _HEADLINES[report.result]
    recorded, recomputed = report.verdict
    rows = [
        ("bundle", clean(report.bundle)),
        ("manifest", report.manifest),
        ("subject", clean(report.subject)),
        ("framework", clean(report.framework)),
        ("label", clean(report.label)),
    ]
    if recorded is not None:
        rows.append(("decision", f"{recorded} for {clean(report.action)}"))
        rows.append(("recomputed", recomputed or "not recomputed"))
    rows.append(("asked at", format_instant(report.bundled_at)))
    lines = [paint(word, style), *wrap(says, width=width), "", *labelled(rows, width=width)]
    for title, mark, items in (
        ("Refused", "!", [f"{one.code}: {one.says}" for one in report.problems]),
        ("Differs", "!", report.differences),
        ("Not recomputed, and not verified", "?", report.not_recomputed),
    ):
        lines += _section(title, items, mark=mark, width=width, paint=paint)
    lines += _logs(report, width=width, paint=paint)
    lines += _findings(
        "From the raw logs", report.from_logs, width=width, paint=paint, ours="from the logs"
    )
    if brief:
        return finish(lines)
    lines += _findings("Recorded and recomputed", report.findings, width=width, paint=paint)
    lines += _section("Checked", report.checked, mark="+", width=width, paint=paint)
    lines += _section("Signed", report.signers, mark="-", width=width, paint=paint)
    lines += _section("Dissent", report.dissent, mark="!", width=width, paint=paint)
    withheld = [f"{one.path}: {one.why} ({one.digest})" for one in report.withheld]
    lines += _section("Withheld", withheld, mark="-", width=width, paint=paint)
    notes = [*report.time, *report.notes]
    lines += _section("Good to know", notes, mark="-", width=width, paint=paint)
    return finish(lines)


def _section(
    title: str, items: Sequence[str], *, mark: str, width: int, paint: Paint
) -> Iterator[str]:
    if not items:
        return
    yield ""
    yield paint(title, "bold")
    shown = list(items[:_MOST])
    if len(items) > _MOST:
        shown.append(f"and {count_of(len(items) - _MOST, one='more', many='more')}")
    yield from bullets((clean(item) for item in shown), width=width, mark=mark)


def _logs(report: VerifyReport, *, width: int, paint: Paint) -> Iterator[str]:
    """Runs whose log gives other evidence, value by value."""
    for row in report.logs:
        if row.agrees is False:
            yield ""
            title = f"Run {clean(row.run)} ({clean(row.evaluation)}) against {clean(row.log or '')}"
            yield from (paint(line, "bold") for line in wrap(title, width=width))
            changes = [clean(change) for change in row.changes]
            if row.more:
                changes.append(f"and {count_of(row.more, one='more', many='more')}")
            yield from bullets(changes, width=width, mark="!")


def _findings(
    title: str,
    findings: Sequence[ComparedFinding],
    *,
    width: int,
    paint: Paint,
    ours: str = "recomputed",
) -> Iterator[str]:
    """Each finding with numbers on two lines; the others, where they agree, are counted."""
    if not findings:
        return
    yield ""
    yield paint(title, "bold")
    bare = [one for one in findings if one.agrees and not one.numbers]
    for finding in findings:
        if finding.agrees and not finding.numbers:
            continue
        yield from (f"  {line}" for line in wrap(clean(finding.path), width=width - 2))
        rows = [("recorded", _line(finding.outcome, finding.numbers, recorded=True))]
        if finding.recomputed is None:
            rows.append((ours, "not recomputed"))
        else:
            rows.append((ours, _line(finding.recomputed, finding.numbers, recorded=False)))
        yield from labelled(rows, width=width, indent=4)
        if finding.recomputed is not None and not finding.agrees:
            yield from _table([n for n in finding.numbers if not n.agrees], ours=ours)
    if bare:
        says = f"{count_of(len(bare), one='finding')} without numbers: all outcomes agree"
        yield from bullets([says], width=width, mark="+")


def _line(outcome: str, numbers: Sequence[ComparedNumber], *, recorded: bool) -> str:
    """Outcome, estimate, bounds and counts on one line."""
    found = {one.name: one.recorded if recorded else one.recomputed for one in numbers}
    value, lower, upper = (found.get(name) for name in ("value", "lower", "upper"))
    if lower is None:
        return outcome
    high = "" if upper is None else f"{upper:.4g}"
    shown = "" if value is None else f"{value:.4g} "
    counts = f"{found.get('scored') or 0:g} of {found.get('planned') or 0:g} scored"
    return f"{outcome}  {shown}[{lower:.4g}, {high}]  {counts}"


def _table(numbers: Sequence[ComparedNumber], *, ours: str) -> Iterator[str]:
    if not numbers:
        return
    yield f"      {'':<18}{'recorded':>22}{ours:>22}"
    for number in numbers:
        name = _NAMES.get(number.name, number.name)
        left, right = _shown(number.recorded, digits=6), _shown(number.recomputed, digits=6)
        if left == right:  # they differ further on
            left, right = _shown(number.recorded, digits=15), _shown(number.recomputed, digits=15)
        yield f"      {clean(name):<18}{left:>22}{right:>22}"


def _shown(value: float | None, *, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}g}"


def render_verify_json(report: VerifyReport) -> str:
    """Return everything as indented JSON."""
    recorded, recomputed = report.verdict
    whole = {
        "exitCode": report.exit_code,
        "result": report.result,
        "bundle": report.bundle,
        "manifest": report.manifest,
        "trust": report.trust,
        "subject": report.subject,
        "framework": report.framework,
        "action": report.action,
        "label": report.label,
        "bundledAt": format_instant(report.bundled_at),
        "verifiedAt": format_instant(report.verified_at),
        "engine": report.engine,
        "recordedEngine": report.recorded_engine,
        "verdict": {"recorded": recorded, "recomputed": recomputed},
        "problems": [{"code": one.code, "says": one.says} for one in report.problems],
        "differences": list(report.differences),
        "notRecomputed": list(report.not_recomputed),
        "findings": [_finding(one) for one in report.findings],
        "fromLogs": [_finding(one) for one in report.from_logs],
        "logs": [
            {
                "run": row.run,
                "evaluation": row.evaluation,
                "log": row.log,
                "agrees": row.agrees,
                "changes": list(row.changes),
                "more": row.more,
            }
            for row in report.logs
        ],
        "checked": list(report.checked),
        "signers": list(report.signers),
        "dissent": list(report.dissent),
        "withheld": [one._asdict() for one in report.withheld],
        "time": list(report.time),
        "notes": list(report.notes),
    }
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def _finding(finding: ComparedFinding) -> dict[str, object]:
    return {
        "path": finding.path,
        "recorded": finding.outcome,
        "recomputed": finding.recomputed,
        "agrees": finding.agrees,
        "numbers": [number._asdict() for number in finding.numbers],
    }
