"""The gate's answer as a comment on a pull request: why, who does what, and the details folded.

A platform refuses a comment that is too long, and then nobody sees the answer; so what is long is
cut, never the answer itself.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tierlock.core import Decision, Explanation, Framework, GateReason, Verdict, WorkItem
from tierlock.report.document import MARKS, short
from tierlock.report.markdown import code_span, escape, finish_markdown
from tierlock.report.numbers import count_of
from tierlock.report.reasons import causes, conditions_of, grouped, reasons_of
from tierlock.report.sanitize import clean
from tierlock.report.wording import instruction_words, reading_lines, verdict_sentence
from tierlock.report.work import way_texts

MOST: Final = 64_000
"""Characters of a comment at the most; GitHub takes 65,536."""

_SECTION: Final = 10_000
_DOES: Final = {
    "evaluate": "measures",
    "safeguard": "puts in place and claims",
    "attest": "attests, or objects",
    "declare": "declares",
    "sign": "signs off, or dissents",
    "review": "assesses again",
    "resolve": "resolves",
}
_WITH: Final = {"evaluate": "tierlock assess LOGS", "review": "tierlock assess LOGS"}


def render_gate_markdown(
    decision: Decision, *, explanation: Explanation, framework: Framework
) -> str:
    """Return the gate's answer as a pull-request comment: why, and a list of what opens it.

    The first line is a hidden mark that is the same for the same subject and action, so that one
    comment can be edited in place. The text stays under `MOST` characters.
    """
    action, verdict = decision.action, decision.verdict
    key = "/".join(filter(None, (decision.subject, action.name, action.surface, action.audience)))
    lines = [
        f"<!-- tierlock-gate {re.sub(r'[^A-Za-z0-9/._-]', '_', key).replace('--', '__')[:200]} -->",
        f"### {MARKS[verdict]} {verdict.value}: {escape(verdict_sentence(decision))}",
        "",
    ]
    reasons = reasons_of(decision)
    found = causes(reasons, decision=decision, explanation=explanation, framework=framework)
    lines += _cut([line for c in found for line in (f"**Because** {escape(c.text)}.", "")], most=6)
    if verdict is not Verdict.ALLOW:
        work = decision.work or explanation.work
        lines += _cut(_ways(decision, explanation, framework))
        lines += _cut(_people(work, decision=decision, framework=framework))
    lines += _cut(_terms(decision, framework))
    lines += _folded(reasons, decision, framework)
    lines += _footing(decision, framework)
    if verdict is not Verdict.ALLOW:
        lines.append("Only ALLOW is permission. Ask the gate again once something has changed:")
        lines.append(code_span(_command(decision)))
    return finish_markdown(lines)


def _cut(lines: Iterable[str], *, most: int = 0) -> list[str]:
    """Return as many lines as a section may hold, and say how many are left out."""
    known = list(lines)
    kept: list[str] = []
    for line in known:
        room = _SECTION if not most else _SECTION // most
        if sum(map(len, kept)) + len(kept) + len(line) > room:
            left = sum(bool(other.strip()) for other in known[len(kept) :])
            # A list item or a table row ends where a paragraph begins.
            return [
                *kept,
                "",
                f"{count_of(left, one='line')} more: `tierlock gate` prints all.",
                "",
            ]
        kept.append(line)
    return kept


def _ways(decision: Decision, explanation: Explanation, framework: Framework) -> Iterator[str]:
    work = decision.work or explanation.work
    if not work:
        return
    yield from ("**To open**", "")
    for way in way_texts(work, framework=framework, explanation=explanation, decision=decision):
        if way.heading:
            yield from ("", escape(way.title), "")
        yield from (f"- [ ] {escape(line)}" for line in way.lines)
    yield ""


def _people(work: Sequence[WorkItem], *, decision: Decision, framework: Framework) -> Iterator[str]:
    """Yield a table of who does what; what nobody answers for says so."""
    rows: dict[tuple[str, str], list[str]] = {}
    for item in work:
        verb = "repairs and tests again" if item.do.startswith("repair") else _DOES[item.kind]
        rows.setdefault((clean(item.owner), verb), []).append(item.settles)
    if not rows:
        return
    commands = {(clean(item.owner), _DOES[item.kind]): _WITH.get(item.kind, "") for item in work}
    yield from ("**Who does what**", "", "| Who | Does | About | Then |")
    yield "| --- | --- | --- | --- |"
    for (owner, verb), names in rows.items():
        about = ", ".join(code_span(name) for name in dict.fromkeys(names))
        then = code_span(commands.get((owner, verb), ""))
        then = then or _state(verb, names, decision=decision, framework=framework)
        yield f"| {escape(owner) or 'nobody is named'} | {verb} | {about} | {then} |"
    yield ""


def _state(verb: str, names: Sequence[str], *, decision: Decision, framework: Framework) -> str:
    """Return how what people state gets on record: the command, with what it must be about."""
    each = ", for each" if len(set(names)) > 1 else ""
    named = shlex.quote(clean(names[0]))
    # Whoever signs after reading this signs just this determination, or is told that it changed.
    expected = f"--expect {short(decision.determination).rstrip('…')}"
    if verb == _DOES["safeguard"]:
        return code_span(f"tierlock safeguards claim --met --criterion {named}") + each
    if verb == _DOES["attest"]:
        return code_span(f"tierlock sign attestation {named} --says WHY --key KEY") + each
    if verb == _DOES["resolve"]:
        return code_span("tierlock dissent --resolve DIGEST --says WHY --key KEY")
    if verb != _DOES["sign"]:
        return "state it in the statements file"
    if names[0] in framework.interpretations:
        return code_span(f"tierlock sign choice {named}=READING --says WHY --key KEY") + each
    if names[0] == "ruling":
        return code_span(f"tierlock ruling --reasons WHY {expected} --key KEY")
    asked = _command(decision).removeprefix("tierlock gate ")
    return code_span(f"tierlock sign {asked} --as {named} {expected} --key KEY")


def _terms(decision: Decision, framework: Framework) -> Iterator[str]:
    for title, notes in (
        ("On these terms", conditions_of(decision)),
        ("To be recorded", decision.noncompliance),
    ):
        if notes:
            yield f"**{title}**"
            yield ""
            yield from (f"- {escape(clean(note.says))} {code_span(note.code)}" for note in notes)
            yield ""
    for line in reading_lines(decision, framework=framework):
        yield from (f"**Reading of** {escape(line)}", "")
    if decision.instructs:
        orders = ", ".join(instruction_words(order) for order in decision.instructs)
        yield f"**Meanwhile:** {escape(orders)}"
        yield ""


def _folded(
    reasons: tuple[GateReason, ...], decision: Decision, framework: Framework
) -> Iterator[str]:
    """Yield the reasons, folded: a row per standard where nothing but claims is missing."""
    if not reasons:
        return
    yield f"<details><summary>{count_of(len(reasons), one='reason')}, with codes</summary>"
    yield from ("", "| What stands in the way | Gives | Code |", "| --- | --- | --- |")
    yield from _cut(_rows(reasons, decision, framework))
    yield from ("", "</details>", "")


def _rows(
    reasons: tuple[GateReason, ...], decision: Decision, framework: Framework
) -> Iterator[str]:
    for group in grouped(reasons, decision=decision, framework=framework):
        for number, line in enumerate(group.lines):
            named = f"{group.heading}; " if group.heading and number == 0 else ""
            yield f"| {escape(named + line.text)} | {line.verdict.value} | {code_span(line.code)} |"


def _footing(decision: Decision, framework: Framework) -> Iterator[str]:
    stated = " · ".join(clean(text) for text in decision.assurance)
    name = f"{clean(framework.title)} {clean(framework.version)}"
    digest = code_span(short(decision.determination))
    yield from _cut([f"Under {escape(name)}, determination {digest}. {escape(stated)}"], most=3)
    yield ""


def _command(decision: Decision) -> str:
    action = decision.action
    named = (("surface", action.surface), ("audience", action.audience))
    options = [f" --{name} {clean(value)}" for name, value in named if value is not None]
    return f"tierlock gate --action {clean(action.name)}{''.join(options)}"
