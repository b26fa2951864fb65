"""What one framework permits and another does not, as text: each example with both answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from tierlock.core import Verdict
from tierlock.report.layout import Paint, bullets, finish, labelled, style_of, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean

_NARROW: Final = 20
_MOST: Final = 6


class StatedLike(Protocol):
    """One thing that an example states."""

    @property
    def where(self) -> str:
        """Path or name."""

    @property
    def state(self) -> str:
        """What it comes to."""


class ReplyLike(Protocol):
    """What one framework answers."""

    @property
    def framework(self) -> str:
        """Its name."""

    @property
    def verdict(self) -> Verdict:
        """The gate's answer."""

    @property
    def thresholds(self) -> Sequence[StatedLike]:
        """Thresholds that are not ruled out by their own criteria."""

    @property
    def adjusted(self) -> Sequence[str]:
        """Which standards stand in for which."""

    @property
    def reasons(self) -> Sequence[str]:
        """Why the gate is closed."""


class ExampleLike(Protocol):
    """One state that one framework permits and the other does not."""

    @property
    def action(self) -> str:
        """What is asked."""

    @property
    def alike(self) -> Sequence[str]:
        """Other actions with the same answers."""

    @property
    def findings(self) -> Sequence[StatedLike]:
        """Criteria that are not ruled out."""

    @property
    def claims(self) -> Sequence[StatedLike]:
        """Safeguards that are not in place."""

    @property
    def readings(self) -> Sequence[StatedLike]:
        """How contested clauses are read, and adjustments that hold."""

    @property
    def others(self) -> Sequence[StatedLike]:
        """Rulings and sign-offs."""

    @property
    def permits(self) -> ReplyLike:
        """The answer that is ALLOW."""

    @property
    def refuses(self) -> ReplyLike:
        """The other answer."""

    @property
    def not_asked(self) -> Sequence[str]:
        """What only the framework that refuses asks for."""

    @property
    def alone(self) -> Sequence[str]:
        """What else would be enough by itself."""


class DirectionLike(Protocol):
    """What one framework permits and the other does not."""

    @property
    def permits(self) -> str:
        """The one."""

    @property
    def refuses(self) -> str:
        """The other."""

    @property
    def examples(self) -> Sequence[ExampleLike]:
        """Each replayed."""

    @property
    def proved_none(self) -> Sequence[str]:
        """Actions without an example."""

    @property
    def gave_up(self) -> Sequence[str]:
        """Actions for which time ran out."""

    @property
    def unconfirmed(self) -> Sequence[str]:
        """Actions whose example is not shown."""


class ContrastLike(Protocol):
    """Both directions."""

    @property
    def directions(self) -> Sequence[DirectionLike]:
        """Old against new, new against old."""

    @property
    def only_old(self) -> Sequence[str]:
        """Actions of the old one only."""

    @property
    def only_new(self) -> Sequence[str]:
        """Actions of the new one only."""

    @property
    def seconds(self) -> float:
        """Time per question."""


def render_contrast_text(contrast: ContrastLike, *, width: int = 80, color: bool = False) -> str:
    """Return the examples of both directions, and where there is none.

    Args:
        contrast: what was found.
        width: columns of the terminal.
        color: whether to colour; meaning never rests on it.
    """
    paint = Paint(color=color)
    lines: list[str] = []
    for direction in contrast.directions:
        title = f"permitted by {direction.permits}, not by {direction.refuses}"
        lines += [paint(clean(title), "bold")]
        for place, example in enumerate(direction.examples):
            lines += [""] * (place > 0)
            lines += _example(example, width=width, paint=paint)
        lines += _without(direction, seconds=contrast.seconds, width=width)
        lines.append("")
    first, second = contrast.directions
    for name, only in ((first.permits, contrast.only_old), (first.refuses, contrast.only_new)):
        if only:
            lines += _wrapped(f"not compared, in {name} only: {_listed(only)}", width=width)
    shown = sum(len(direction.examples) for direction in (first, second))
    if shown:
        lines += _wrapped(
            f"{count_of(shown, one='example')}, answered by the engine as shown; what is not named "
            "is ruled out, in place, signed and on record; items are matched by name, however "
            "worded",
            width=width,
        )
    return finish(lines)


def _example(one: ExampleLike, *, width: int, paint: Paint) -> Iterator[str]:
    also = f" (and {_listed(one.alike)})" if one.alike else ""
    yield from _wrapped(f"{one.action}{also}", width=width, indent=2)
    rows: list[tuple[str, str]] = []
    for label, listed, plain in (
        ("findings", one.findings, "all ruled out"),
        ("claims", one.claims, "all in place"),
        ("others", one.others, ""),
    ):
        texts = [clean(f"{item.where}: {item.state}") for item in listed] or [plain]
        rows += [("" if place else label, text) for place, text in enumerate(texts) if text]
    if one.readings:
        rows.append(
            ("readings", clean("; ".join(f"{item.where}: {item.state}" for item in one.readings)))
        )
    yield from labelled(rows, width=width, indent=4)
    for reply in (one.permits, one.refuses):
        verdict = paint(reply.verdict.value, style_of(reply.verdict))
        yield f"    {clean(reply.framework)}: {verdict}"
        yield from bullets(_because(reply), width=width, mark="-", indent=6)
    if one.not_asked:
        asked = f"only {one.refuses.framework} asks for {_listed(one.not_asked)}"
        yield from _wrapped(asked, width=width, indent=4)
    if one.alone:
        yield from _wrapped(
            f"only {one.refuses.framework} asks for these, too, and each of them missing alone "
            f"would be enough: {_listed(one.alone)}",
            width=width,
            indent=4,
        )


def _because(reply: ReplyLike) -> Iterator[str]:
    for item in reply.thresholds:
        yield clean(f"`{item.where}` is {item.state}")
    if not reply.thresholds:
        yield "every threshold is ruled out"
    yield from (clean(text) for text in (*reply.adjusted, *reply.reasons[:_MOST]))
    if len(reply.reasons) > _MOST:
        yield f"and {len(reply.reasons) - _MOST} more reasons"


def _without(direction: DirectionLike, *, seconds: float, width: int) -> Iterator[str]:
    """What there is no example of, and why."""
    allowed = f"whatever {direction.permits} permits {direction.refuses} permits"
    if direction.proved_none:
        actions = f" for {_listed(direction.proved_none)}" if _any_other(direction) else ""
        yield from _wrapped(f"none{actions}: {allowed}", width=width, indent=2)
    if direction.gave_up:
        text = f"open for {_listed(direction.gave_up)}: the solver gave up after {seconds:g} s"
        yield from _wrapped(text, width=width, indent=2)
    if direction.unconfirmed:
        text = (
            f"open for {_listed(direction.unconfirmed)}: the engine does not confirm the example "
            "that the solver found, so it is not shown"
        )
        yield from _wrapped(text, width=width, indent=2)
    if not (direction.proved_none or _any_other(direction)):
        yield "  no action has the same name in both"


def _any_other(direction: DirectionLike) -> bool:
    return bool(direction.examples or direction.gave_up or direction.unconfirmed)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_MOST])
    return shown if len(names) <= _MOST else f"{shown} and {len(names) - _MOST} more"


def _wrapped(text: str, *, width: int, indent: int = 0) -> Iterator[str]:
    for line in wrap(clean(text), width=max(_NARROW, width - indent)):
        yield " " * indent + line
