"""The gate's answers to every action: one table of actions, surfaces and audiences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tierlock.core import Action, Decision, Framework, Verdict
from tierlock.report.layout import Paint, bullets, cells, finish, labelled, pad, style_of, wrap
from tierlock.report.numbers import count_of
from tierlock.report.reasons import conditions_of
from tierlock.report.sanitize import clean, escape_json
from tierlock.report.wording import day, instruction_words

_HEAD: Final = ("action", "surface", "audience", "answer")
_GAP: Final = "  "
_NARROW: Final = 30


def render_gate_all_text(
    decisions: Mapping[Action, Decision],
    *,
    framework: Framework,
    not_asked: Sequence[str] = (),
    width: int = 80,
    color: bool = False,
) -> str:
    """Return a table with a row per action, surface and audience, and what is ordered meanwhile.

    Args:
        decisions: the answers, in the order of the framework.
        framework: names the actions.
        not_asked: surfaces that the subject does not declare; they are named below the table.
        width: columns of the terminal.
        color: whether to colour; the words are the same without.
    """
    paint = Paint(color=color)
    answers = list(decisions.values())
    names = {clean(answer.subject) for answer in answers}
    open_ = sum(answer.verdict is Verdict.ALLOW for answer in answers)
    subject = ", ".join(sorted(names)) or "nothing"
    said = f"{subject} under {clean(framework.name)}: {open_} of {len(answers)} allowed"
    lines = [*wrap(said, width=width), "", *_table(decisions, width=width, paint=paint)]
    orders = _orders(decisions)
    if orders:
        lines += ["", "Meanwhile"]
        lines += labelled(orders, width=width)
    if not_asked:
        shown = ", ".join(map(clean, not_asked))
        lines += ["", *wrap(f"Not asked: the subject declares no paths of {shown}.", width=width)]
    closed = next((one for one in answers if one.verdict is not Verdict.ALLOW), None)
    if closed is not None:
        lines += ["", *bullets([f"why: {_command(closed.action)}"], width=width, mark=">")]
    return finish(lines)


def render_gate_all_json(decisions: Mapping[Action, Decision], *, exit_code: int) -> str:
    """Return every answer as indented JSON."""
    answers = [one.model_dump(mode="json", by_alias=True) for one in decisions.values()]
    body = {"exitCode": exit_code, "decisions": answers}
    return escape_json(json.dumps(body, indent=2, ensure_ascii=False)) + "\n"


def _table(decisions: Mapping[Action, Decision], *, width: int, paint: Paint) -> Iterator[str]:
    places = [_place(action) for action in decisions]
    # A column in which nothing stands is left out.
    shown = [n for n in range(3) if n == 0 or any(place[n] != "-" for place in places)]
    columns = [max(cells(place[n]) for place in [_HEAD, *places]) for n in shown]
    answer_column = max(len(verdict.value) for verdict in Verdict)
    fixed = sum(columns) + answer_column + (len(columns) + 2) * len(_GAP)
    # Beside the answer where there is room, else below it.
    beside = width - fixed >= _NARROW
    hang = " " * (fixed if beside else 2 * len(_GAP))

    def row(texts: Sequence[str]) -> str:
        wanted = [texts[n] for n in shown]
        return _GAP.join(pad(text, width=size) for text, size in zip(wanted, columns, strict=True))

    yield _GAP + paint(f"{row(_HEAD)}{_GAP}{_HEAD[3]}", "dim")
    for place, answer in zip(places, decisions.values(), strict=True):
        verdict = answer.verdict.value
        blank = " " * (answer_column - len(verdict))
        start = f"{_GAP}{row(place)}{_GAP}{paint(verdict, style_of(answer.verdict))}{blank}"
        said = wrap(_remark(answer), width=width - len(hang))
        if beside:
            start, *said = [f"{start}{_GAP}{said[0]}", *said[1:]]
        yield start
        yield from (hang + line for line in said if line)


def _place(action: Action) -> tuple[str, str, str]:
    return clean(action.name), clean(action.surface or "-"), clean(action.audience or "-")


def _remark(answer: Decision) -> str:
    """Until when it is allowed, or how many reasons of which sort close it."""
    if answer.verdict is Verdict.ALLOW:
        terms = conditions_of(answer)
        until = f"until {day(answer.expires_at)}" if answer.expires_at is not None else ""
        under = f"under {count_of(len(terms), one='condition')}" if terms else ""
        return ", ".join(part for part in (until, under) if part)
    codes = dict.fromkeys(clean(one.code) for one in answer.reasons)
    shown = list(codes)[:2]
    more = f" and {count_of(len(codes) - 2, one='other code')}" if len(codes) > 2 else ""
    return f"{count_of(len(answer.reasons), one='reason')}: {', '.join(shown)}{more}"


def _orders(decisions: Mapping[Action, Decision]) -> list[tuple[str, str]]:
    """What the framework orders, once per action."""
    found: dict[str, dict[str, None]] = {}
    for action, answer in decisions.items():
        for order in answer.instructs:
            found.setdefault(clean(action.name), {})[instruction_words(order)] = None
    return [(name, "; ".join(orders)) for name, orders in found.items()]


def _command(action: Action) -> str:
    named = [("surface", action.surface), ("audience", action.audience)]
    options = [f"--{name} {clean(value)}" for name, value in named if value is not None]
    return " ".join([f"tierlock gate --action {clean(action.name)}", *options])
