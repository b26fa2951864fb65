"""Small draws that the strategies share, and the fixed points of their little world."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
AT: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Draw(Protocol):
    """The draw function that Hypothesis hands to a composite strategy."""

    def __call__(self, strategy: st.SearchStrategy[T]) -> T: ...


def one_of(draw: Draw, *values: T) -> T:
    """Return one of the values; repeat a value to make it likelier."""
    return draw(st.sampled_from(values))


def rarely(draw: Draw, times: int) -> bool:
    """Return True about once in `times` draws."""
    return draw(st.integers(0, times - 1)) == times // 2 if times > 1 else True


def weighted(draw: Draw, **chances: int) -> str:
    """Return one of the names, each as often as its number says."""
    return draw(st.sampled_from([name for name, times in chances.items() for _ in range(times)]))


def named_digest(name: str) -> str:
    """Return a digest that stands for the thing called `name`."""
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def ago(days: float) -> datetime:
    """Return the instant so many days before the question is asked."""
    return AT - timedelta(days=days)
