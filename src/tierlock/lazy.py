"""Doors that load a file only when one of its names is first asked for (PEP 562)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def opener(door: dict[str, object], *, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Return the `__getattr__` of a door.

    Args:
        door: the `globals()` of the door; what was loaded once is kept there.
        homes: each name that the door gives out, and the module that holds it.

    Returns:
        A function that loads the module of a name and returns the value; it raises
        `AttributeError` for a name that the door does not give out.

    >>> ask = opener({"__name__": "door"}, homes={"sqrt": "math"})
    >>> ask("sqrt")(9)
    3.0
    """

    def load(name: str) -> object:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module `{door['__name__']}` has no attribute `{name}`")
        value: object = getattr(import_module(home), name)
        door[name] = value
        return value

    return load


def homes_in(room: str, files: Mapping[str, str]) -> dict[str, str]:
    """Return the module of each name that a room gives out.

    Args:
        room: the room's own module.
        files: each file of the room, and the names that it holds, with spaces between them.

    >>> homes_in("tierlock.report", {"junit": "render_junit"})
    {'render_junit': 'tierlock.report.junit'}
    """
    return {name: f"{room}.{file}" for file, names in files.items() for name in names.split()}
