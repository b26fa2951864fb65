"""The gate's answer as GitHub workflow commands and the lines that follow them in the log."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import Decision, Explanation, Framework, GateReason, Verdict
from tierlock.report.numbers import NBSP
from tierlock.report.reasons import MISSING, causes, conditions_of, grouped, reasons_of
from tierlock.report.sanitize import clean
from tierlock.report.wording import instruction_words, verdict_sentence
from tierlock.report.work import way_texts, work_words


def render_github(
    decision: Decision,
    *,
    explanation: Explanation | None = None,
    framework: Framework | None = None,
) -> str:
    """Return annotations for reasons and conditions, then the answer as ordinary log lines.

    With `explanation` and `framework` each way forward says what it is for.
    """
    headline = f"{decision.verdict.value}: {verdict_sentence(decision)}"
    reasons = reasons_of(decision)
    lines = []
    for group in grouped(reasons, decision=decision, framework=framework):
        # A platform shows few annotations, so what nobody claims is one per standard.
        for line in group.lines:
            joint = "; " if framework is not None else ": "
            prefix = f"{group.heading}{joint}" if line.code == MISSING and group.heading else ""
            title = f"{line.verdict.value} {line.code}"
            lines.append(_command("error", title=title, says=prefix + line.text))
    lines += [
        _command("warning", title=f"{name} {clean(note.code)}", says=clean(note.says))
        for name, notes in (
            ("condition", conditions_of(decision)),
            ("noncompliance", decision.noncompliance),
        )
        for note in notes
    ]
    if decision.verdict is Verdict.ALLOW:
        lines.append(f"::notice title={_property('ALLOW')}::{_data(headline)}")
    lines.append(_inert(headline))
    lines += map(_inert, _log(decision, reasons, explanation, framework))
    return "\n".join(lines).replace(NBSP, " ") + "\n"


def _log(
    decision: Decision,
    reasons: tuple[GateReason, ...],
    explanation: Explanation | None,
    framework: Framework | None,
) -> Iterator[str]:
    if explanation is not None and framework is not None:
        for cause in causes(
            reasons, decision=decision, explanation=explanation, framework=framework
        ):
            yield f"- because: {cause.text}"
    yield from (f"- meanwhile: {instruction_words(i)}" for i in decision.instructs)
    if decision.verdict is Verdict.ALLOW:
        return
    work = decision.work or (explanation.work if explanation is not None else ())
    if explanation is None or framework is None:
        yield from (f"- to open: {work_words(item)}" for item in work)
        return
    for way in way_texts(work, framework=framework, explanation=explanation, decision=decision):
        yield f"- to open: {way.first}"
        yield from (f"  - {line}" for line in way.rest)


def _command(name: str, *, title: str, says: str) -> str:
    return f"::{name} title={_property(title)}::{_data(says)}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return _inert(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _inert(text: str) -> str:
    """Return `text` without what the runner would read as a command of the older syntax."""
    return text.replace("##[", "## [")
