"""JSON from outside, read so that two readers can not see two different things in it."""

from __future__ import annotations

import json
import math
from typing import NoReturn


def parse_strict(data: bytes) -> object:
    """Return the value of JSON `data`.

    Raises:
        ValueError: not UTF-8, not JSON, a key that occurs twice, NaN or an infinity, or nesting
            without end.

    >>> parse_strict(b'{"a": [1, null]}')
    {'a': [1, None]}
    >>> parse_strict(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    ValueError: the key `a` occurs twice
    """
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_refuse,
            parse_float=_finite,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key `{key}` occurs twice")
        found[key] = value
    return found


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"`{name}` is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"`{text}` is no finite number")
    return value
