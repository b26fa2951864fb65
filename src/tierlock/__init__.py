"""AI Safety Levels as code.

Evidence from capability evaluations goes in; a determination, the safeguards that it requires and
a release decision that an outsider can recompute come out. The names in `__all__` are the public
surface. They are loaded at first use, so that starting the command line stays fast.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0.dev0"

# Public name -> the room whose door it comes from.
_HOMES: dict[str, str] = {}

__all__ = ["__version__"]


def __getattr__(name: str) -> object:
    """Return the public name `name`, loading its room at first use."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
