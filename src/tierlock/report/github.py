"""The gate's answer as GitHub workflow commands and the lines that follow them in the log."""

from __future__ import annotations

from tierlock.core import Decision, Explanation, Framework, Reason, Verdict
from tierlock.report.sanitize import clean
from tierlock.report.wording import instruction_words, reasons_of, verdict_sentence
from tierlock.report.work import way_lines, work_words


def render_github(
    decision: Decision,
    *,
    explanation: Explanation | None = None,
    framework: Framework | None = None,
) -> str:
    """Return one annotation per reason or condition, then the answer as ordinary log lines.

    With `explanation` and `framework` each way forward says what it is for.
    """
    headline = f"{decision.verdict.value}: {verdict_sentence(decision)}"
    lines = [
        _command("error", title=f"{reason.verdict} {clean(reason.code)}", note=reason)
        for reason in reasons_of(decision)
    ]
    lines += [
        _command("warning", title=f"condition {clean(note.code)}", note=note)
        for note in (*decision.conditions, *decision.noncompliance)
    ]
    if decision.verdict is Verdict.ALLOW:
        lines.append(f"::notice title={_property('ALLOW')}::{_data(headline)}")
    work = decision.work or (explanation.work if explanation is not None else ())
    lines.append(_inert(headline))
    lines += [_inert(f"- meanwhile: {instruction_words(i)}") for i in decision.instructs]
    if decision.verdict is not Verdict.ALLOW:
        ways = [work_words(item) for item in work]
        if explanation is not None and framework is not None:
            ways = way_lines(work, framework=framework, explanation=explanation, decision=decision)
        lines += [_inert(f"- to open: {way}") for way in ways]
    return "\n".join(lines).replace("\u00a0", " ") + "\n"


def _command(name: str, *, title: str, note: Reason) -> str:
    return f"::{name} title={_property(title)}::{_data(clean(note.says))}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return _inert(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _inert(text: str) -> str:
    """Return `text` without what the runner would read as a command of the older syntax."""
    return text.replace("##[", "## [")
