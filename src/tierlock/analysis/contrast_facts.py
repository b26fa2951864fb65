"""What the tests of one declared fact come to together: it has one value, or is not declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import z3

from tierlock.analysis.prove_encode import LeafVariables, any_of
from tierlock.core import Fact, FactValue

_UNDECLARED: Final = 0
_TRUTH: Final = 1
_TEXT: Final = 2
_NUMBER: Final = 3


def tie_facts(leaves: Iterable[LeafVariables]) -> Iterator[z3.BoolRef]:
    """Yield what holds of criteria that look at the same facts (spec/determination.md F-1).

    Args:
        leaves: criteria of kind `Fact`; those of several frameworks share the facts' values.
    """
    texts: dict[str, int] = {}
    for leaf in leaves:
        criterion = leaf.criterion
        if isinstance(criterion, Fact):
            fits, crosses = _test(criterion, texts)
            kind, value = _value(criterion.fact)
            yield leaf.outcome.reached == z3.And(fits, crosses)
            yield leaf.outcome.ruled_out == z3.And(fits, z3.Not(crosses))
            # An unfitting value leaves a fact open as an undeclared one does, but is there (C-5).
            yield leaf.incurable == (kind == _UNDECLARED)
            yield z3.And(kind >= _UNDECLARED, kind <= _NUMBER)
            yield z3.Implies(kind == _TRUTH, z3.Or(value == 0, value == 1))


def _value(fact: str) -> tuple[z3.ArithRef, z3.ArithRef]:
    return z3.Int(f"fact {fact} kind"), z3.Real(f"fact {fact} value")


def _test(criterion: Fact, texts: dict[str, int]) -> tuple[z3.BoolRef, z3.BoolRef]:
    """Return "the value is of the test's type" and "it crosses"."""
    kind, value = _value(criterion.fact)
    test = criterion.crossed_if
    if test.at_least is not None:
        return kind == _NUMBER, value >= test.at_least
    if test.below is not None:
        return kind == _NUMBER, value < test.below
    options: tuple[FactValue, ...] = test.one_of or ()
    if test.equals is not None:
        options = (test.equals,)
    coded = [_coded(option, texts) for option in options]
    return (
        any_of([kind == sort for sort in sorted({sort for sort, _ in coded})]),
        any_of([z3.And(kind == sort, value == number) for sort, number in coded]),
    )


def _coded(option: FactValue, texts: dict[str, int]) -> tuple[int, float]:
    """A value as its kind and a number; texts are numbered as they come."""
    if isinstance(option, bool):
        return _TRUTH, float(option)
    if isinstance(option, str):
        return _TEXT, float(texts.setdefault(option, len(texts)))
    return _NUMBER, float(option)
