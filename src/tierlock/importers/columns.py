"""Rows of any format to `Samples`: one place for duplicates, unusable text and missing values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from tierlock.core import InputError, Problem, Samples, State
from tierlock.importers.reasons import problem

T = TypeVar("T")

MAX_TEXT: Final = 200
MAX_ATTRIBUTES: Final = 32
_LARGEST_EPOCH: Final = 2**53 - 1


@dataclass(slots=True)
class Row:
    """One attempt at one sample; see `Samples` for the meaning of each field.

    `scores` holds what the scorers gave, also for attempts that are not counted as scored: the
    log's own summary can then be recomputed. `to_samples` keeps the values of scored rows only.
    """

    id: str
    epoch: int = 1
    state: State = "scored"
    limit: str = ""
    refused: bool = False
    edited: bool = False
    scores: dict[str, float | None] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


def to_samples(rows: Iterable[Row]) -> tuple[Samples, tuple[Problem, ...]]:
    """Return the columns of `rows` and what had to be noted while building them.

    Of two rows with one id and epoch the later one stands, and the evidence is in doubt. Text that
    is not valid Unicode is repaired. A row whose state is not `scored` has no values.

    Raises:
        InputError: an epoch is beyond 2**53.

    >>> samples, problems = to_samples([Row("a", scores={"s": 1.0}), Row("b", state="errored")])
    >>> samples.scores, problems
    ({'s': (1.0, None)}, ())
    """
    listed = list(rows)
    if any(abs(row.epoch) > _LARGEST_EPOCH for row in listed):
        raise InputError("input.number", "an epoch is beyond what JSON can carry exactly")
    texts = Texts()
    ids = texts.column([row.id for row in listed])
    last = {(name, row.epoch): i for i, (name, row) in enumerate(zip(ids, listed, strict=True))}
    kept = [listed[i] for i in last.values()]
    problems = []
    if len(kept) < len(listed):
        says = f"{len(listed) - len(kept)} attempts share sample and epoch with a later one"
        problems.append(problem("sample.duplicate", says=says))
    scorers = _in_order(row.scores for row in kept)
    named, cut = _common(row.attributes for row in kept)
    if cut:
        says = f"{cut} rarer attributes beyond the first {MAX_ATTRIBUTES} were left out"
        problems.append(problem("attributes.cut", says=says))
    samples = Samples(
        id=tuple(ids[i] for i in last.values()),
        epoch=tuple(row.epoch for row in kept),
        state=tuple(row.state for row in kept),
        limit=texts.column([row.limit for row in kept]),
        refused=tuple(row.refused for row in kept),
        edited=tuple(row.edited for row in kept),
        scores=dict(texts.named((name, tuple(_values(kept, name=name))) for name in scorers)),
        attributes=dict(
            texts.named(
                (name, texts.column([row.attributes.get(name, "") for row in kept]))
                for name in named
            )
        ),
    )
    return samples, (*problems, *texts.problems)


class Texts:
    """Repairs text that can not be written as UTF-8, and counts how often."""

    def __init__(self) -> None:
        self._replaced = 0

    def one(self, text: str) -> str:
        """Return `text` with every lone surrogate replaced by U+FFFD."""
        try:
            text.encode()
        except UnicodeEncodeError:
            self._replaced += 1
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text

    def column(self, column: list[str]) -> tuple[str, ...]:
        """Return the column with every text repaired; fast where nothing needs it."""
        try:
            "".join(column).encode()
        except UnicodeEncodeError:
            return tuple(self.one(text) for text in column)
        return tuple(column)

    def named(self, items: Iterable[tuple[str, T]]) -> Iterator[tuple[str, T]]:
        """Yield the items with their names repaired."""
        for name, item in items:
            yield self.one(name), item

    @property
    def problems(self) -> tuple[Problem, ...]:
        """A note if anything was repaired."""
        if not self._replaced:
            return ()
        says = f"{self._replaced} texts were not valid Unicode and were repaired"
        return (problem("text.replaced", says=says),)


def to_text(value: object) -> str | None:
    """Return a scalar as attribute text, at most `MAX_TEXT` characters; None for anything else.

    >>> to_text(True), to_text(2.0), to_text("x" * 300) == "x" * MAX_TEXT, to_text([1])
    ('true', '2', True, None)
    """
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return format(value, "d") if abs(value) < 10**MAX_TEXT else None
    if isinstance(value, float) and math.isfinite(value):
        return format(int(value), "d") if value.is_integer() and abs(value) < 2**53 else repr(value)
    return None


def scalars(metadata: Mapping[str, object]) -> dict[str, str]:
    """Return the entries of `metadata` that are text, numbers or booleans, as text."""
    found = {}
    for name, value in metadata.items():
        text = to_text(value)
        if text is not None:
            found[name] = text
    return found


def _values(rows: list[Row], *, name: str) -> Iterator[float | None]:
    for row in rows:
        value = row.scores.get(name) if row.state == "scored" else None
        yield value if value is not None and math.isfinite(value) else None


def _in_order(columns: Iterable[Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(name for column in columns for name in column))


def _common(attributes: Iterable[Mapping[str, str]]) -> tuple[list[str], int]:
    """Return the most frequent attribute names, and how many were left out."""
    counts: Counter[str] = Counter()
    for mapping in attributes:
        counts.update(mapping.keys())
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    return sorted(ranked[:MAX_ATTRIBUTES]), len(ranked[MAX_ATTRIBUTES:])
