"""Show how the lines of frameworks relate: all, those of one, or those between two."""

from __future__ import annotations

from typing import NamedTuple

from tierlock.analysis import view_crosswalk
from tierlock.core import ConceptView, Crosswalk, InputError
from tierlock.frameworks import get_framework, read_crosswalk


class Crossed(NamedTuple):
    """What the shipped crosswalk says.

    Attributes:
        asked: full names of the frameworks and sources asked about; empty for all.
        sources: title by name of what is not a framework of one publisher and occurs in the views.
        concepts: what was stated and what was not, concept by concept.
    """

    asked: tuple[str, ...]
    sources: dict[str, str]
    concepts: tuple[ConceptView, ...]


def crosswalk(*names: str) -> Crossed:
    """Return what the shipped crosswalk states about the frameworks called `names`.

    Args:
        names: none, one or two; a full name, `publisher/name` for its latest version, the path
            of a file, or the name of a source of the crosswalk.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: a file can not be read, or both names mean the same framework.
    """
    shipped = read_crosswalk()
    asked = tuple(_full_name(name, shipped) for name in names)
    if len(set(asked)) < len(asked):
        raise InputError(
            "input.type",
            f"both names mean `{asked[0]}`",
            hint="name two frameworks, or one to see it against all others",
        )
    views = view_crosswalk(shipped, asked=asked)
    return Crossed(asked, _titles(views, shipped), views)


def _full_name(name: str, shipped: Crosswalk) -> str:
    return name if name in shipped.sources else get_framework(name).name


def _titles(views: tuple[ConceptView, ...], shipped: Crosswalk) -> dict[str, str]:
    """Return the titles of the sources that the views name."""
    ends = {
        end.framework for view in views for one in view.relations for end in (one.item, one.other)
    }
    ends |= {
        end.framework
        for view in views
        for pair in view.not_stated
        for end in (pair.item, pair.other)
    }
    return {name: source.title for name, source in shipped.sources.items() if name in ends}
