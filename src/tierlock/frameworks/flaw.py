"""Something wrong with what a framework says, and where."""

from __future__ import annotations

from typing import NamedTuple

from tierlock.frameworks.nodes import Path


class Flaw(NamedTuple):
    """Something wrong with what a framework says.

    Attributes:
        code: stable code of the error.
        message: what is wrong.
        path: where; keys and positions from the top.
        hint: what to do.
        of_key: whether the key at `path` is meant, not its value.
    """

    code: str
    message: str
    path: Path = ()
    hint: str | None = None
    of_key: bool = False
