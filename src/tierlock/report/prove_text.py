"""Proofs about a framework as text: what holds, and the combination in which something does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from tierlock.report.layout import Paint, bullets, finish, labelled, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean

_NARROW: Final = 20
_ENGINE: Final = {
    "same": "the engine, asked about this, answers the same",
    "different": "the engine, asked about this, answers otherwise: the proof's clauses are wrong",
    "not asked": "the engine can not be asked about this",
}


class AssumedLike(Protocol):
    """One thing that a counterexample assumes."""

    @property
    def where(self) -> str:
        """Path of the criterion, or what it is."""

    @property
    def state(self) -> str:
        """What it is assumed to be."""


class CaseLike(Protocol):
    """One combination, and what follows."""

    @property
    def criteria(self) -> Sequence[AssumedLike]:
        """Criteria that are not simply ruled out."""

    @property
    def safeguards(self) -> Sequence[AssumedLike]:
        """Safeguard criteria that are not met."""

    @property
    def others(self) -> Sequence[AssumedLike]:
        """Rulings, sign-offs and records."""

    @property
    def follows(self) -> Sequence[str]:
        """What follows."""


class CounterexampleLike(Protocol):
    """What refutes a property."""

    @property
    def says(self) -> str:
        """What is wrong."""

    @property
    def case(self) -> CaseLike | None:
        """The combination, where there is one."""

    @property
    def worse(self) -> CaseLike | None:
        """The same with one criterion worse, where two are compared."""

    @property
    def engine(self) -> str:
        """`same`, `different` or `not asked`."""


class ProofLike(Protocol):
    """The result about one property."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def proved(self) -> bool:
        """Whether it holds."""

    @property
    def says(self) -> str:
        """The property in words."""

    @property
    def counterexample(self) -> CounterexampleLike | None:
        """What refutes it."""

    @property
    def notes(self) -> Sequence[str]:
        """What a reader must know beside it."""


def render_proofs_text(
    proofs: Sequence[ProofLike], *, framework: str, width: int = 80, color: bool = False
) -> str:
    """Return the results, refuted ones with their counterexample, and the count at the end.

    Args:
        proofs: one per property.
        framework: name of the framework.
        width: columns of the terminal.
        color: whether to colour; meaning never rests on it.
    """
    paint = Paint(color=color)
    lines = [paint(clean(framework), "bold")]
    for proof in proofs:
        word = paint("proved ", "good") if proof.proved else paint("refuted", "bad")
        lines += ["", f"{word}  {clean(proof.name)}"]
        lines += [f"  {line}" for line in wrap(clean(proof.says), width=_room(width, 2))]
        if proof.counterexample is not None:
            lines += _counterexample(proof.counterexample, width=width)
        lines += bullets((clean(f"note: {note}") for note in proof.notes), width=width, mark="-")
    refuted = sum(not proof.proved for proof in proofs)
    lines += ["", f"{len(proofs) - refuted} proved, {refuted} refuted"]
    examples = [proof.counterexample for proof in proofs if proof.counterexample is not None]
    shown = sum(one.case is not None for one in examples)
    if shown:
        lines.append(
            f"{count_of(shown, one='counterexample')}: what is not named is ruled out or met"
        )
    return finish(lines)


def _counterexample(one: CounterexampleLike, *, width: int) -> Iterator[str]:
    yield ""
    yield from (f"  {line}" for line in wrap(clean(one.says), width=_room(width, 2)))
    cases = [("", one.case), ("one criterion worse", one.worse)]
    for title, case in cases:
        if case is None:
            continue
        if title:
            yield f"  {title}:"
        rows = []
        for label, listed in (
            ("criteria", case.criteria),
            ("safeguards", case.safeguards),
            ("others", case.others),
        ):
            texts = [clean(f"{item.where}: {item.state}") for item in listed]
            if label != "others":
                texts = texts or ["all ruled out" if label == "criteria" else "all met"]
            rows += [(label if not place else "", text) for place, text in enumerate(texts)]
        rows += [("follows" if not n else "", clean(text)) for n, text in enumerate(case.follows)]
        yield from labelled(rows, width=width, indent=4)
    yield from (f"  {line}" for line in wrap(_ENGINE[one.engine], width=_room(width, 2)))


def _room(width: int, indent: int) -> int:
    return max(_NARROW, width - indent)
