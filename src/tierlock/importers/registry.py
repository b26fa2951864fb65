"""The known formats: one lazy line each, and room for importers of other packages."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, cast

from tierlock.core import ImportFailed
from tierlock.importers.interface import Glance, Importer

ENTRY_POINTS: Final = "tierlock.importers"
"""Entry-point group under which another package offers an object with `recognises` and `read`."""

# In the order in which they are asked; the first that recognises a file reads it.
_BUILT_IN: Final[dict[str, str]] = {
    "inspect": "tierlock.importers.inspect",
    "every-eval-ever": "tierlock.importers.every_eval_ever",
    "lm-eval": "tierlock.importers.lm_eval",
    "reported": "tierlock.importers.reported",
    "table": "tierlock.importers.table",
}


def formats() -> tuple[str, ...]:
    """Return the names of all formats, ours first; nothing is loaded.

    >>> formats()[:5]
    ('inspect', 'every-eval-ever', 'lm-eval', 'reported', 'table')
    """
    others = {point.name for point in entry_points(group=ENTRY_POINTS)} - _BUILT_IN.keys()
    return (*_BUILT_IN, *sorted(others))


def load_importer(name: str) -> Importer:
    """Return the importer of the format `name`.

    Raises:
        ImportFailed: `import.format`, no such format, or its importer fails to load.
    """
    if name in _BUILT_IN:
        return cast(Importer, import_module(_BUILT_IN[name]))
    points = [point for point in entry_points(group=ENTRY_POINTS) if point.name == name]
    if not points:
        known = ", ".join(f"`{known}`" for known in formats())
        raise ImportFailed("import.format", f"no format `{name}`", hint=f"known: {known}")
    if len(points) > 1:
        raise ImportFailed("import.format", f"two packages offer the format `{name}`")
    try:
        importer = points[0].load()
    except Exception as error:  # whatever another package raises while loading
        raise ImportFailed(
            "import.format",
            f"the importer of `{name}` fails to load: {type(error).__name__}: {error}",
            hint=f"repair or remove the package that offers `{points[0].value}`",
        ) from error
    if not (callable(getattr(importer, "recognises", None)) and hasattr(importer, "read")):
        raise ImportFailed("import.format", f"`{points[0].value}` is not an importer")
    return cast(Importer, importer)


def recognise(glance: Glance) -> str | None:
    """Return the format of a file that starts like this, None where nobody knows it.

    Raises:
        ImportFailed: `import.format`, an importer that had to be asked fails to load. A format
            that silently dropped out would turn its logs into files that are no logs.
    """
    return next((name for name in _asked() if load_importer(name).recognises(glance)), None)


def _asked() -> Iterator[str]:
    """Yield the formats, ours first; entry points are looked up only when none of them fits."""
    yield from _BUILT_IN
    yield from formats()[len(_BUILT_IN) :]
