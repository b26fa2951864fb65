"""What lapses next, for a terminal and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from tierlock.core import Action, format_instant
from tierlock.report.lapses import Expiring, Lapse
from tierlock.report.layout import Paint, bullets, finish, labelled, wrap
from tierlock.report.numbers import count_of
from tierlock.report.reasons import all_of
from tierlock.report.sanitize import clean, escape_json

_TITLES: Final = {"lapsed": "Lapsed", "within": "Within {within}", "later": "Later"}
_STYLES: Final = {"lapsed": "bad", "within": "open", "later": "bold"}


def render_expiring_text(found: Expiring, *, width: int = 80, color: bool = False) -> str:
    """Return what lapses, soonest first, in `width` columns.

    Records that lapse at one instant with one effect, one owner and one way to renew them stand
    together.
    """
    paint = Paint(color=color)
    lines = wrap(_headline(found), width=width)
    for when, group in groupby(found.lapses, key=lambda one: one.when):
        title = _TITLES[when].format(within=found.within)
        lines += ["", paint(title if found.within or when == "lapsed" else "Next", _STYLES[when])]
        for same in _alike(tuple(group)):
            lines += _entry(same, found=found, width=width, paint=paint)
    if found.idle:
        title = "Changes nothing: not owed now, or something else carries it"
        lines += ["", *(paint(line, "dim") for line in wrap(title, width=width))]
        lines += bullets(_idle(found), width=width, mark="·")
    return finish(lines)


def render_expiring_json(found: Expiring, *, exit_code: int) -> str:
    """Return the same as indented JSON."""
    body = {"exitCode": exit_code, **found.model_dump(mode="json", by_alias=True)}
    return escape_json(json.dumps(body, indent=2, ensure_ascii=False)) + "\n"


def actions_words(actions: Sequence[Action], *, known: Sequence[Action]) -> str:
    """Return actions in few words: those of one name together, a name alone for all that it has.

    >>> every = [Action(name="store"), *(Action(name="deploy", audience=a) for a in ("x", "y"))]
    >>> actions_words(every[1:], known=every), actions_words(every[:2], known=every)
    ('deploy', 'store, deploy (x)')
    """
    words = []
    for name in dict.fromkeys(action.name for action in actions):
        mine = [action for action in actions if action.name == name]
        every = [action for action in known if action.name == name]
        if len(mine) == len(every):
            words.append(clean(name))
            continue
        targets = ["/".join(filter(None, (one.surface, one.audience))) for one in mine]
        words.append(f"{clean(name)} ({', '.join(map(clean, targets))})")
    return ", ".join(words)


def _headline(found: Expiring) -> str:
    allowed = actions_words(found.allowed, known=found.asked) or "nothing"
    until = next((one for one in found.lapses if one.closes), None)
    said = f"{clean(found.subject)} under {clean(found.framework)}: allowed now: {allowed}."
    if not found.lapses:
        return f"{said} Nothing that lapses would change an answer."
    if until is None or not found.allowed:
        return said
    return f"{said} The next permission ends {_instant(until)}."


def _instant(lapse: Lapse) -> str:
    # To the minute, and never later than it is.
    return format_instant(lapse.at)[:16].replace("T", " ") + " UTC"


def _alike(lapses: Sequence[Lapse]) -> list[list[Lapse]]:
    """Lapses of one instant, effect, owner and renewal, in their order."""
    groups: dict[tuple[object, ...], list[Lapse]] = {}
    for one in lapses:
        key = (one.at, one.kind, one.closes, one.also, one.outcomes, one.owner, one.renew, one.soft)
        groups.setdefault((*key, one.conditions == ()), []).append(one)
    return list(groups.values())


def _entry(same: Sequence[Lapse], *, found: Expiring, width: int, paint: Paint) -> Iterator[str]:
    first = same[0]
    names = "; ".join(clean(one.what) for one in same)
    head = f"{_instant(first)} ({_away(first.at - found.at)})"
    yield f"  {paint(head, 'bold')}"
    rows = [("what", names), ("clock", "; ".join(dict.fromkeys(clean(one.clock) for one in same)))]
    rows += list(_effect(same, found))
    rows.append(("owner", clean(first.owner) or "not named"))
    rows.append(("renew", clean(first.renew)))
    yield from labelled(rows, width=width, indent=4)


def _effect(same: Sequence[Lapse], found: Expiring) -> Iterator[tuple[str, str]]:
    first, known = same[0], found.asked
    if first.closes:
        yield "closes", actions_words(first.closes, known=known)
    if first.also:
        yield "also holds", f"{actions_words(first.also, known=known)}, closed without it too"
    if first.outcomes:
        yield "changes", "; ".join(clean(text) for text in first.outcomes)
    reasons = dict.fromkeys(clean(r.says) for one in same for r in one.because)
    if reasons:
        # Where an outcome changes, what is then owed says enough with its first line.
        most = 1 if first.outcomes else 3
        shown = list(reasons)[:most]
        more = [f"and {len(reasons) - most} more"] if len(reasons) > most else []
        yield "because", "; ".join([*shown, *more])
    terms = dict.fromkeys(clean(term.says) for one in same for term in one.conditions)
    if terms:
        yield "on terms", "; ".join(terms)
    if first.together:
        yield "together", f"with {all_of([clean(name) for name in first.together])}"


def _idle(found: Expiring) -> Iterator[str]:
    """One line per instant and kind."""
    for (at, kind), group in groupby(found.idle, key=lambda one: (one.at.date(), one.kind)):
        names = [clean(one.what) for one in group]
        shown = "; ".join(names[:3])
        more = f"; and {count_of(len(names) - 3, one=f'more {kind}')}" if len(names) > 3 else ""
        yield f"{at} {shown}{more}"


def _away(span: timedelta) -> str:
    """Return how far away an instant is: `in 7 days`, `2 days ago`, `today`."""
    days, past = (abs(span).days, span <= timedelta())
    if days == 0:
        return "less than a day ago" if past else "in less than a day"
    text = count_of(days, one="day")
    return f"{text} ago" if past else f"in {text}"
