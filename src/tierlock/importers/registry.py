"""The known formats: one lazy line each, and room for importers of other packages."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final, cast

from tierlock.core import ImportFailed
from tierlock.importers.foreign import Guarded
from tierlock.importers.interface import Glance, Importer

ENTRY_POINTS: Final = "tierlock.importers"
"""Entry-point group under which another package offers an object with `recognises` and `read`."""

# In the order in which they are asked; the first that recognises a file reads it.
_BUILT_IN: Final[dict[str, str]] = {
    "inspect": "tierlock.importers.inspect",
    "every-eval-ever": "tierlock.importers.every_eval_ever",
    "promptfoo": "tierlock.importers.promptfoo",
    "lm-eval": "tierlock.importers.lm_eval",
    "garak": "tierlock.importers.garak",
    "metr": "tierlock.importers.metr",
    "reported": "tierlock.importers.reported",
    "table": "tierlock.importers.table",
}


def formats() -> tuple[str, ...]:
    """Return the names of all formats, ours first; nothing is loaded.

    >>> formats()[:8]
    ('inspect', 'every-eval-ever', 'promptfoo', 'lm-eval', 'garak', 'metr', 'reported', 'table')
    """
    others = {point.name for point in entry_points(group=ENTRY_POINTS)} - _BUILT_IN.keys()
    return (*_BUILT_IN, *sorted(others))


def built_in() -> tuple[str, ...]:
    """Return the names of our own formats, in the order in which they are asked."""
    return tuple(_BUILT_IN)


def load_importer(name: str) -> Importer:
    """Return the importer of the format `name`; one of another package is held to the protocol.

    Raises:
        ImportFailed: `import.format`, no such format; `import.plugin`, a package offers a name
            that is ours or another package's, or what it offers is no importer.
    """
    if name in _BUILT_IN:
        return cast(Importer, import_module(_BUILT_IN[name]))
    points = [point for point in entry_points(group=ENTRY_POINTS) if point.name == name]
    if not points:
        known = ", ".join(f"`{known}`" for known in formats())
        raise ImportFailed("import.format", f"no format `{name}`", hint=f"known: {known}")
    if len(points) > 1:
        raise ImportFailed(
            "import.plugin",
            f"two packages offer the format `{name}`: {_packages(points)}",
            hint="remove one of them",
        )
    return _load(points[0])


def _load(point: EntryPoint) -> Importer:
    try:
        importer = point.load()
    except Exception as error:  # whatever another package raises while loading
        raise ImportFailed(
            "import.plugin",
            f"the importer of `{point.name}` fails to load: {type(error).__name__}: {error}",
            hint=f"repair or remove the package that offers `{point.value}`",
        ) from error
    functions = (getattr(importer, name, None) for name in ("recognises", "read"))
    if not all(map(callable, functions)):
        raise ImportFailed(
            "import.plugin",
            f"`{point.value}` is not an importer",
            hint="it needs the functions `recognises(glance)` and `read(log)`",
        )
    return Guarded(point.name, importer=importer)


def recognise(glance: Glance) -> str | None:
    """Return the format of a file that starts like this, None where nobody knows it.

    Other packages are asked only where none of our formats fits.

    Raises:
        ImportFailed: `import.plugin`: a package that had to be asked can not answer, takes a name
            of ours, or claims the file beside another. A format that silently dropped out would
            turn its logs into files that are no logs.
    """
    for name in _BUILT_IN:
        if load_importer(name).recognises(glance):
            return name
    points = tuple(entry_points(group=ENTRY_POINTS))
    taken = [point for point in points if point.name in _BUILT_IN]
    if taken:
        raise ImportFailed(
            "import.plugin",
            f"{_packages(taken)} offers the format `{taken[0].name}`, which is built in",
            hint="remove the package, or have it choose another name",
        )
    names = sorted({point.name for point in points})
    claimed = [name for name in names if load_importer(name).recognises(glance)]
    if len(claimed) > 1:
        listed = ", ".join(f"`{name}`" for name in claimed)
        raise ImportFailed(
            "import.plugin",
            f"several packages claim the file `{glance.name}`: {listed}",
            hint="remove all but one of them",
        )
    return claimed[0] if claimed else None


def _packages(points: Sequence[EntryPoint]) -> str:
    names = (point.dist.name if point.dist else point.value for point in points)
    return " and ".join(f"`{name}`" for name in names)
