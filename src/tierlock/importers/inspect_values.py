"""Inspect's score values as numbers, and its text for the same run as one identity.

Inspect maps an unknown text, a list or an object to 0.0 and only warns. Here it is no value, and
the evidence says so: an evaluation that could not be graded must not look like a safe one.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from tierlock.core import InputError, Problem, parse_instant
from tierlock.importers.inspect_schema import Score
from tierlock.importers.reasons import problem

_GRADES: Final = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
_WORDS: Final = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ID_LENGTH: Final = 22


class Unmappable(ValueError):
    """A value that is neither a number nor a grade."""


def to_number(value: object) -> float | None:
    """Return the number that a score's value means; None for NaN and null, which mean unscored.

    Raises:
        Unmappable: unknown text, an infinity, a list or an object.

    >>> [to_number(value) for value in ("C", "P", "I", True, "0.25", "No", 3, None, float("nan"))]
    [1.0, 0.5, 0.0, 1.0, 0.25, 0.0, 3.0, None, None]
    """
    if isinstance(value, str):
        grade = _GRADES.get(value)
        return _read_text(value) if grade is None else grade
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            raise Unmappable("a huge number") from None
        if math.isinf(number):
            raise Unmappable("infinity")
        return None if math.isnan(number) else number
    if value is None:
        return None
    raise Unmappable(f"a {type(value).__name__}")


def _read_text(text: str) -> float:
    word = _WORDS.get(text.lower())
    if word is not None:
        return word
    try:
        number = float(text)
    except ValueError:
        raise Unmappable(text) from None
    if not math.isfinite(number):
        raise Unmappable(text)
    return number


class Grader:
    """Maps scores to columns and keeps count of what could not be mapped."""

    def __init__(self) -> None:
        self._mapped: set[str] = set()
        self._failed: Counter[str] = Counter()
        self._example: dict[str, str] = {}

    def numbers(self, scores: Mapping[str, Score]) -> dict[str, float | None]:
        """Return one number per column: `scorer`, or `scorer/key` where the value is an object."""
        found: dict[str, float | None] = {}
        for scorer, score in scores.items():
            value = score.value
            number = _GRADES.get(value) if value.__class__ is str else None
            if number is not None:
                # Most scores are grades.
                found[scorer] = number
                self._mapped.add(scorer)
            elif isinstance(value, dict):
                for key, part in value.items():
                    column = f"{scorer}/{key}"
                    found[column] = self._number(part, column=column)
            else:
                found[scorer] = self._number(value, column=scorer)
        return found

    def _number(self, value: object, *, column: str) -> float | None:
        try:
            number = to_number(value)
        except Unmappable as error:
            self._failed[column] += 1
            self._example.setdefault(column, str(error)[:40])
            return None
        if number is not None:
            self._mapped.add(column)
        return number

    @property
    def problems(self) -> tuple[Problem, ...]:
        """One problem per column with unmappable values.

        A column that is text throughout was never meant as a number and can support nothing; one
        that is sometimes a number is in doubt.
        """
        return tuple(
            problem(
                "score.unmappable" if column in self._mapped else "score.text",
                says=f"{count} values of `{column}` are neither numbers nor grades, "
                f"such as `{self._example[column]}`",
            )
            for column, count in self._failed.items()
        )


def to_instant(text: str) -> tuple[datetime, bool]:
    """Return the instant that a log names, and whether it lacked a time zone (then UTC is meant).

    Raises:
        InputError: not an instant.

    >>> to_instant("2024-05-05T07:59:35")[1]
    True
    """
    try:
        return parse_instant(text), False
    except InputError:
        try:
            naive = datetime.fromisoformat(text)
        except ValueError:
            raise InputError("input.type", f"`{text[:40]}` is not an instant") from None
        return naive.replace(tzinfo=naive.tzinfo or UTC).astimezone(UTC), True


def missing_eval_id(*, run_id: str, task_id: str, created: datetime) -> str:
    """Return the id that Inspect gives to a log from before logs had one.

    The same rule, so that a converted copy of an old log is recognised as the same run: BLAKE2s of
    the concatenated fields, 128 bits, in base 57, the last 22 digits.
    """
    text = f"{run_id}{task_id}{created.isoformat()}"
    number = int.from_bytes(hashlib.blake2s(text.encode(), digest_size=16).digest(), "big")
    digits = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits[-_ID_LENGTH:].rjust(_ID_LENGTH, _ALPHABET[0])
