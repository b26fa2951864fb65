"""The shipped crosswalk: read, held against the frameworks, refused where it contradicts itself.

It lies beside the folder of frameworks, not in it: every YAML file there is a framework.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import (
    Crosswalk,
    CrosswalkConcept,
    CrosswalkItem,
    CrosswalkRelation,
    Framework,
    FrameworkError,
)
from tierlock.frameworks.catalog import SHIPPED, get_framework, list_frameworks
from tierlock.frameworks.hints import suggestion
from tierlock.frameworks.load import read_file
from tierlock.frameworks.nodes import Path as NodePath
from tierlock.frameworks.nodes import YamlNode, compose, place_of
from tierlock.frameworks.records import parse_record

CROSSWALK: Final = Path(__file__).parent / "crosswalks"
"""The folder of the crosswalk that comes with Tierlock."""


class _File(NamedTuple):
    """A crosswalk file, and where things stand in it."""

    name: str
    root: YamlNode
    crosswalk: Crosswalk

    def where(self, path: NodePath, *, of_key: bool = False) -> str:
        place = place_of(self.root, path=path, of_key=of_key)
        return f"{self.name}:{place.line}:{place.column}"


class _Stated(NamedTuple):
    """A relation and where it was stated."""

    relation: CrosswalkRelation
    where: str


def read_crosswalk(*, folder: Path = CROSSWALK, frameworks: Path = SHIPPED) -> Crosswalk:
    """Return what the files of `folder` state together, in the order of their names.

    Args:
        folder: holds the crosswalk's `*.yaml` files.
        frameworks: the folder in which the frameworks that they name are looked for.

    Raises:
        InputError: a file can not be read or is no crosswalk; with line and column.
        FrameworkError: with line and column: a framework version that is not there
            (`framework.unknown`), an item that it does not define (`framework.reference`), or
            two statements about the same pair, from whichever end (`framework.duplicate`).
    """
    files = [_read(path) for path in sorted(folder.glob("*.yaml"))]
    whole = _joined(files)
    known = _Known(whole, folder=frameworks)
    stated: dict[tuple[CrosswalkItem, CrosswalkItem], _Stated] = {}
    for file in files:
        for item, path in _ends(file.crosswalk):
            known.check(item, where=file.where(path))
        for relation, path in _relations(file.crosswalk):
            _enter(stated, _Stated(relation, file.where(path)))
    _check_wholes(stated)
    return whole


def _read(path: Path) -> _File:
    data = read_file(path)
    parsed = parse_record(data, kind=Crosswalk, name=str(path))
    return _File(str(path), compose(data, name=str(path))[0], parsed)


def _joined(files: list[_File]) -> Crosswalk:
    """Return all files as one.

    Raises:
        FrameworkError: `framework.duplicate`; two files define one source or concept.
    """
    whole = Crosswalk()
    for file in files:
        for section in ("sources", "concepts"):
            for name in getattr(whole, section).keys() & getattr(file.crosswalk, section).keys():
                message = f"`{name}` is already in another file of the crosswalk"
                where = file.where((section, name), of_key=True)
                raise FrameworkError("framework.duplicate", message, location=where)
        whole = Crosswalk(
            sources={**whole.sources, **file.crosswalk.sources},
            concepts={**whole.concepts, **file.crosswalk.concepts},
        )
    return whole


class _Known:
    """The items that a crosswalk can name."""

    def __init__(self, crosswalk: Crosswalk, *, folder: Path) -> None:
        self._sources = crosswalk.sources
        self._names = [entry.name for entry in list_frameworks(folder=folder)]
        self._framework = cache(lambda name: get_framework(name, folder=folder))

    def check(self, item: CrosswalkItem, *, where: str) -> None:
        """Refuse an item that its framework or source does not define.

        Raises:
            FrameworkError: `framework.unknown` or `framework.reference`.
        """
        name = item.framework
        if name not in self._sources and name not in self._names:
            message = f"no framework of this name and version, and no source: `{name}`"
            hint = suggestion(name, known=(*self._names, *self._sources))
            raise FrameworkError("framework.unknown", message, hint=hint, location=where)
        if item.kind == "framework":
            return
        ids = self._ids(item)
        if item.id not in ids:
            message = f"`{name}` has no {item.kind} named `{item.id}`"
            hint = suggestion(item.id, known=ids)
            raise FrameworkError("framework.reference", message, hint=hint, location=where)

    def _ids(self, item: CrosswalkItem) -> tuple[str, ...]:
        source = self._sources.get(item.framework)
        if source is not None:
            return tuple(source.commitments) if item.kind == "commitment" else ()
        framework: Framework = self._framework(item.framework)
        if item.kind == "tier":
            return tuple(tier.id for tier in framework.tiers)
        if item.kind == "commitment":
            return ()
        named = framework.thresholds if item.kind == "threshold" else framework.standards
        return tuple(named)


def _ends(crosswalk: Crosswalk) -> Iterator[tuple[CrosswalkItem, NodePath]]:
    for name, concept in crosswalk.concepts.items():
        for place, item in enumerate(concept.also):
            yield item, ("concepts", name, "also", place)
    for stated, path in _relations(crosswalk):
        yield stated.item, (*path, "item")
        yield stated.other, (*path, "other")


def _relations(crosswalk: Crosswalk) -> Iterator[tuple[CrosswalkRelation, NodePath]]:
    concept: CrosswalkConcept
    for name, concept in crosswalk.concepts.items():
        for place, stated in enumerate(concept.relations):
            yield stated, ("concepts", name, "relations", place)


def _enter(stated: dict[tuple[CrosswalkItem, CrosswalkItem], _Stated], new: _Stated) -> None:
    """Add a relation from both ends.

    Raises:
        FrameworkError: `framework.duplicate`; the pair already has one.
    """
    relation = new.relation
    before = stated.get((relation.item, relation.other))
    if before is not None:
        raise _twice(new, before, whole=False)
    inverse = relation.inverse()
    stated[relation.item, relation.other] = new
    stated[inverse.item, inverse.other] = _Stated(inverse, new.where)


def _check_wholes(stated: dict[tuple[CrosswalkItem, CrosswalkItem], _Stated]) -> None:
    """Refuse a relation into a framework in which an end is said to have no counterpart.

    Raises:
        FrameworkError: `framework.duplicate`.
    """
    for (item, other), one in stated.items():
        wholes = ((item, other.whole), (item.whole, other), (item.whole, other.whole))
        for pair in wholes:
            before = stated.get(pair)
            if before is not None and before.where != one.where:
                raise _twice(one, before, whole=True)


def _twice(new: _Stated, before: _Stated, *, whole: bool) -> FrameworkError:
    item, other = new.relation.item, new.relation.other
    now, then = new.relation.relation, before.relation.relation
    pair = f"`{item.id or item.framework}` and `{other.id or other.framework}`"
    said = f"states `{now}` here and `{then}` in {before.where}"
    if whole:
        said = f"states `{now}` here and no counterpart at all in {before.where}"
    message = f"the crosswalk {said} about {pair}"
    hint = "keep one of them: the other direction is derived"
    return FrameworkError("framework.duplicate", message, hint=hint, location=new.where)
