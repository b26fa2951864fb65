"""What another framework version flips, as text: more permissive answers first, nothing hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from tierlock.core import Action, GateReason, format_instant
from tierlock.report.document import short
from tierlock.report.impact_like import (
    EffectLike,
    ImpactLike,
    NotRedecidedLike,
    VerdictEffectLike,
)
from tierlock.report.layout import Paint, bullets, cells, finish, labelled, pad, wrap
from tierlock.report.numbers import NBSP, count_of
from tierlock.report.sanitize import clean
from tierlock.report.wording import target_of

_STYLES: Final = {"more permissive": "bad", "stricter": "good"}
_ABSENT: Final = "absent"
_LAPSES: Final = "rule-outs lapse"
_REASONS: Final = 2
_NARROW: Final = 20
_DAY: Final = len("2026-01-01")


class _Row(NamedTuple):
    """One entry of a section: what changed, what it is about, and lines that say why."""

    change: str
    text: str
    why: tuple[str, ...] = ()


def render_impact_text(
    impacts: Sequence[ImpactLike],
    *,
    framework: str,
    skipped: Sequence[NotRedecidedLike] = (),
    under_it: int = 0,
    width: int = 80,
    color: bool = False,
) -> str:
    """Return what flips under another version: per determination, more permissive answers first.

    Args:
        impacts: one per determination, in the order to print.
        framework: name of the other version.
        skipped: determinations about which nothing can be said.
        under_it: how many are on record under the version itself.
        width: columns of the terminal.
        color: whether to colour; meaning never rests on it.
    """
    paint = Paint(color=color)
    lines: list[str] = []
    for impact in impacts:
        lines += [*_impact(impact, width=width, paint=paint), ""]
    for one in skipped:
        lines += [*_skipped(one, width=width, paint=paint), ""]
    if any(None in pair for pair in _changed(impacts)):
        says = f"{_ABSENT}: that version has no such action, threshold or standard"
        lines += wrap(says, width=width)
    total = count_of(len(impacts), one="determination")
    said = f"{clean(framework)}: {total} decided again, {_counts(impacts, len(skipped))}"
    lines += wrap(said, width=width)
    if under_it:
        left = count_of(under_it, one="determination")
        lines += wrap(f"left out: {left} recorded under it already", width=width)
    return finish(lines)


def _changed(impacts: Sequence[ImpactLike]) -> Iterator[tuple[str | None, str | None]]:
    """Yield what flipped of actions, thresholds and standards; None stands for absent."""
    for one in impacts:
        effects = (*one.thresholds, *one.standards)
        pairs = [(effect.direction, effect.old, effect.new) for effect in effects]
        pairs += [(verdict.direction, verdict.old, verdict.new) for verdict in one.verdicts]
        yield from ((old or None, new or None) for way, old, new in pairs if way != "none")


def _counts(impacts: Sequence[ImpactLike], skipped: int) -> str:
    ways = [effect.direction for one in impacts for effect in one.summary]
    ways += [effect.direction for one in impacts for effect in (*one.thresholds, *one.standards)]
    ways += [verdict.direction for one in impacts for verdict in one.verdicts]
    opened = sum(v.new == "ALLOW" != v.old for one in impacts for v in one.verdicts)
    newly = f" ({opened} newly permitted)" if opened else ""
    words = [f"{ways.count('more permissive')} more permissive{newly}"]
    words.append(f"{ways.count('stricter')} stricter")
    if "other" in ways:
        words.append(count_of(ways.count("other"), one="changed label"))
    if skipped:
        words.append(f"{skipped} not decided again")
    return ", ".join(words) if skipped or set(ways) - {"none"} else "nothing flips"


def _impact(one: ImpactLike, *, width: int, paint: Paint) -> Iterator[str]:
    title = f"{clean(one.subject)}: {clean(one.old)} -> {clean(one.new)}"
    yield from (paint(line, "bold") for line in wrap(title, width=width))
    yield from _about(one, width=width, paint=paint)
    for direction, style in _STYLES.items():
        rows = list(_rows(one, direction))
        if rows:
            yield ""
            yield f"  {paint(direction, style)}"
            yield from _table(rows, width=width)
    same = list(_rows(one, "none"))
    if same:
        yield ""
        yield "  no flip"
        yield from _table(same, width=width)


def _table(rows: Sequence[_Row], *, width: int) -> Iterator[str]:
    """Yield rows in two columns; the same change is said once, and reasons are indented."""
    column = max(cells(row.change) for row in rows)
    hang = " " * (4 + column + 2)
    room = max(_NARROW, width - len(hang))
    said = ""
    for row in rows:
        first, *rest = wrap(row.text, width=room)
        yield f"    {pad('' if row.change == said else row.change, width=column)}  {first}"
        yield from (hang + line for line in rest)
        for text in row.why:
            yield from (f"{hang}  {line}" for line in wrap(text, width=room - 2))
        said = row.change


def _about(one: ImpactLike, *, width: int, paint: Paint) -> Iterator[str]:
    plan = f"declared: {one.old_declared}"
    if one.old_declared != one.new_declared:
        plan += f" -> declared: {one.new_declared}"
    asked = "" if one.at == one.recorded_at else f"; asked as of {format_instant(one.at)}"
    rows = [
        ("recorded", f"{format_instant(one.recorded_at)}, {short(one.recorded)}{asked}"),
        ("plan", plan),
    ]
    rows += [
        (clean(effect.name), _change(effect)) for effect in one.summary if effect.name == "label"
    ]
    yield from labelled(rows, width=width)
    if one.drift:
        yield ""
        says = "decided again under its own version, it is not what is on record:"
        yield from (f"  {paint(line, 'open')}" for line in wrap(says, width=width - 2))
        yield from bullets(map(clean, one.drift), width=width, mark="!", indent=4)
    if one.notes:
        yield ""
        yield from bullets((clean(f"note: {note}") for note in one.notes), width=width, mark="-")


def _change(effect: EffectLike | VerdictEffectLike) -> str:
    old, new = clean(effect.old) or _ABSENT, clean(effect.new) or _ABSENT
    return old if old == new else f"{old} -> {new}"


def _rows(one: ImpactLike, direction: str) -> Iterator[_Row]:
    """Yield everything that moved this way, or did not: verdicts first."""
    yield from _verdict_rows([v for v in one.verdicts if v.direction == direction])
    for effects in (one.thresholds, one.standards):
        alike: dict[str, list[str]] = {}
        for effect in effects:
            if effect.direction == direction:
                alike.setdefault(_change(effect), []).append(_named(effect))
        yield from (_Row(change, ", ".join(names)) for change, names in alike.items())
    for effect in one.summary:
        if effect.direction == direction != "none" and effect.name == "lapses":
            yield _Row(_LAPSES, _ends(effect.old, effect.new))


def _named(effect: EffectLike) -> str:
    """Return a name, with what the crosswalk says that the other version has instead."""
    related = f" (crosswalk: {', '.join(map(clean, effect.related))})" if effect.related else ""
    return f"{clean(effect.name)}{related}"


def _verdict_rows(effects: Sequence[VerdictEffectLike]) -> Iterator[_Row]:
    """Yield a row per change and reason; actions that agree in both stand together."""
    alike: dict[tuple[str, tuple[str, ...]], list[Action]] = {}
    for effect in effects:
        alike.setdefault((_change(effect), _because(effect)), []).append(effect.action)
    for (change, why), actions in alike.items():
        yield _Row(change, "; ".join(_actions(actions)), why)


def _actions(actions: Sequence[Action]) -> list[str]:
    """Return actions with where they lead: `deploy (api/general, api/limited)`."""
    targets: dict[str, list[str]] = {}
    for action in actions:
        targets.setdefault(clean(action.name), []).append(target_of(action))
    return [
        f"{name} ({', '.join(found)})" if any(found) else name for name, found in targets.items()
    ]


def _because(effect: VerdictEffectLike) -> tuple[str, ...]:
    """Return why: what closes it now or closed it before, or how two permissions differ."""
    if effect.direction == "none":
        return ()
    texts = [f"without the condition: {clean(one.says)}" for one in effect.dropped]
    texts += [f"on condition: {clean(one.says)}" for one in effect.added]
    if effect.old_expires_at != effect.new_expires_at:
        ends = _ends(_end(effect.old_expires_at), _end(effect.new_expires_at))
        texts.append(f"permitted until {ends}")
    if effect.reasons:
        when = "closed by" if effect.new in {"HOLD", "DENY"} else "was closed by"
        texts.append(f"{when} {_summed(effect.reasons)}")
    return tuple(texts)


def _summed(reasons: Sequence[GateReason]) -> str:
    """Return the reasons in one clause: standards, then signatures, then the first others."""
    open_: dict[str, set[str]] = {}
    others: list[str] = []
    undefined: list[str] = []
    unsigned: list[str] = []
    for reason in reasons:
        standard, _, criterion = clean(reason.about).partition(":")
        if criterion:
            open_.setdefault(standard, set()).add(criterion)
        elif reason.code == "standard.undefined":
            undefined.append(f"{standard} (nobody can meet it)")
        elif reason.code.startswith("approval."):
            unsigned.append(standard)
        elif reason.code == "ruling.missing":
            others.append("no ruling on it")
        else:
            others.append(clean(reason.says))
    parts = [
        f"{standard}{NBSP}({len(found)}{NBSP}open)" for standard, found in open_.items()
    ] + undefined
    parts += [f"no sign-off by {', '.join(dict.fromkeys(unsigned))}"] if unsigned else []
    parts += others[:_REASONS]
    more = len(others) - _REASONS
    return "; ".join([*parts, count_of(more, one="other reason")] if more > 0 else parts)


def _end(instant: datetime | None) -> str:
    return "never" if instant is None else format_instant(instant)


def _ends(old: str, new: str) -> str:
    """Return two ends, as days unless only the time of day tells them apart."""
    if old == new:
        return old[:_DAY]
    days = old[:_DAY], new[:_DAY]
    return f"{days[0]} -> {days[1]}" if days[0] != days[1] else f"{old} -> {new}"


def _skipped(one: NotRedecidedLike, *, width: int, paint: Paint) -> Iterator[str]:
    title = f"{clean(one.subject)}: {clean(one.framework)}"
    yield f"{paint(title, 'bold')}  {paint('not decided again', 'bad')}"
    room = max(_NARROW, width - 2)
    says = f"recorded {format_instant(one.recorded_at)}; {one.says}"
    for text in (says, f"hint: {one.hint}"):
        yield from (f"  {line}" for line in wrap(clean(text), width=room))
