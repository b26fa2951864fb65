"""The gate's answer as a JUnit file: a closed gate is a failure, never a skip."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tierlock.core import (
    Decision,
    Determination,
    Framework,
    GateReason,
    Reason,
    Verdict,
    format_instant,
)
from tierlock.report.numbers import NBSP
from tierlock.report.reasons import all_of, conditions_of, reasons_of
from tierlock.report.sanitize import clean
from tierlock.report.wording import target_of, verdict_sentence
from tierlock.report.work import own_words


def render_junit(
    decision: Decision,
    *,
    determination: Determination | None = None,
    framework: Framework | None = None,
) -> str:
    """Return JUnit XML: one failing case per reason; only an ALLOW has passing cases.

    Args:
        decision: the gate's answer.
        determination: says for which thresholds a safeguard is owed; with `framework`, names the
            obligations that an ALLOW shows to be met.
        framework: says which obligations bind the action.
    """
    reasons = reasons_of(decision)
    passing = _passing(decision, determination, framework)
    name = " ".join(("gate", clean(decision.action.name), target_of(decision.action))).strip()
    suite = ET.Element(
        "testsuite",
        name=f"tierlock {name}",
        tests=str(len(reasons) + len(passing)),
        failures=str(len(reasons)),
        errors="0",
        skipped="0",
        timestamp=format_instant(decision.decided_at),
    )
    kind = f"tierlock.{clean(decision.framework.framework)}"
    for case in passing:
        ET.SubElement(suite, "testcase", classname=kind, name=case)
    for reason in reasons:
        case_name = f"{clean(reason.about)}: {clean(reason.code)}"
        element = ET.SubElement(suite, "testcase", classname=kind, name=case_name)
        failure = ET.SubElement(
            element, "failure", type=reason.verdict.lower(), message=clean(reason.says)
        )
        failure.text = _failure_text(decision, reason, determination)
    ET.SubElement(suite, "system-out").text = _system_out(decision)
    root = ET.Element("testsuites", name="tierlock")
    root.append(suite)
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode").replace(NBSP, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _passing(
    decision: Decision, determination: Determination | None, framework: Framework | None
) -> list[str]:
    """Return what an ALLOW shows to hold: the action, and the obligations that bind it."""
    if decision.verdict is not Verdict.ALLOW:
        return []
    passed = [f"{clean(decision.action.name)} {target_of(decision.action)}".strip()]
    rule = framework.actions.get(decision.action.name) if framework is not None else None
    if framework is None or rule is None or determination is None:
        return passed
    for owed in determination.owed:
        standard = framework.standards.get(owed.standard)
        if standard is not None and standard.kind in rule.needs:
            passed.append(clean(owed.standard))
    return passed


def _failure_text(
    decision: Decision, reason: GateReason, determination: Determination | None
) -> str:
    """Return what the message does not say: the code, what it is owed for, what opens it."""
    lines = [f"{reason.verdict} [{clean(reason.code)}]"]
    standard = reason.about.partition(":")[0]
    owed = determination.owed if determination is not None else ()
    for item in owed:
        if item.standard == standard and item.thresholds:
            names = all_of([clean(name) for name in item.thresholds])
            lines.append(f"owed because not ruled out: {names}")
    work = [item for item in decision.work if item.settles == reason.about]
    return "\n".join([*lines, *(f"to open: {own_words(item)}" for item in work)])


def _system_out(decision: Decision) -> str:
    lines = [f"{decision.verdict.value}: {verdict_sentence(decision)}"]
    lines += [f"condition: {_coded(note)}" for note in conditions_of(decision)]
    lines += [f"noncompliance: {_coded(note)}" for note in decision.noncompliance]
    return "\n".join(lines)


def _coded(note: Reason) -> str:
    return f"{clean(note.says)} [{clean(note.code)}]"
