"""The crosswalk: how lines of one framework relate to lines of another, cell by cell."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Final, NamedTuple
from urllib.parse import quote

from fastapi import Query, Request
from starlette.responses import Response

from tierlock.core import (
    ConceptView,
    CrosswalkItem,
    CrosswalkPair,
    CrosswalkRelation,
    InputError,
    Relation,
)
from tierlock.server.pages.named import framework_url
from tierlock.server.rendering import show
from tierlock.server.routing import page_router
from tierlock.usecases import Crossed, crosswalk, from_shelf, shelf

router = page_router()
Name = Annotated[str, Query(max_length=200)]
WORDS: Final[dict[Relation, str]] = {
    "equal": "equal to",
    "subset": "subset of",
    "superset": "superset of",
    "intersects": "intersects",
    "none": "none in",
}


class Shown(NamedTuple):
    """An item, or a relation to it, in a cell of the matrix.

    Attributes:
        words: the relation; empty where the item alone is named.
        href: where its reasons stand, or the item itself.
    """

    words: str
    name: str
    href: str


class Row(NamedTuple):
    """A row of the matrix: a concept or an item, and what stands in each column."""

    name: str
    href: str
    cells: tuple[tuple[Shown, ...], ...]


class Matrix(NamedTuple):
    """Rows against columns, with what the corner calls the rows."""

    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@router.get("/crosswalk", name="crosswalk")
def matrix(request: Request, *, first: Name = "", second: Name = "") -> Response:
    """Show concepts against frameworks, or the lines of one framework against those of another."""
    asked = tuple(name for name in (first, second) if name)
    crossed = _crossed(*asked)
    found = _concepts(crossed) if len(crossed.asked) < 2 else _lines(crossed)
    values = {
        "title": "Crosswalk",
        "names": _ends(_crossed()),
        "first": first,
        "second": second,
        "matrix": found,
        "sources": crossed.sources,
    }
    twin = {"asked": crossed.asked, "sources": crossed.sources, "concepts": crossed.concepts}
    return show(request, template="crosswalk.html", values=values, twin=twin)


@router.get("/crosswalk/{concept}", name="crosswalk-relation")
def relations(request: Request, *, concept: str) -> Response:
    """Show what is stated about one concept, with the reasons, and which pairs nobody stated."""
    found = next((one for one in _crossed().concepts if one.concept == concept), None)
    if found is None:
        raise InputError("input.not-found", f"the crosswalk has no concept `{concept[:100]}`")
    values = {
        "title": found.title,
        "relations": [
            {
                "one": one,
                "words": WORDS[one.relation],
                "item": _item(one.item),
                "other": _item(one.other),
            }
            for one in found.relations
        ],
        "not_stated": [(_item(one.item), _item(one.other)) for one in found.not_stated],
    }
    return show(request, template="crosswalk_concept.html", values=values, twin=found)


@lru_cache(maxsize=64)
def _crossed(*names: str) -> Crossed:
    """What the shipped crosswalk says; a name is of it or of a shipped framework, never a path."""
    sources = _crossed().sources if names else {}
    return crosswalk(*(one if one in sources else from_shelf(one).framework.name for one in names))


def _concepts(crossed: Crossed) -> Matrix:
    """Concepts against frameworks; a cell names the items that the concept brings together."""
    columns = _ends(crossed)
    rows = []
    for view in crossed.concepts:
        items = dict.fromkeys(
            end for one in _pairs(view) for end in (one.item, one.other) if end.kind != "framework"
        )
        cells = tuple(
            tuple(_item(item) for item in items if item.framework == name) for name in columns
        )
        rows.append(Row(view.title, _concept_url(view.concept), cells))
    return Matrix("What each framework has for a concept", "Concept", columns, tuple(rows))


def _lines(crossed: Crossed) -> Matrix:
    """The items of one framework against those of another; a cell leads to the reasons."""
    places = _places()
    cells: dict[CrosswalkItem, dict[CrosswalkItem, list[Shown]]] = {}
    for view in crossed.concepts:
        for one in view.relations:
            shown = Shown(WORDS[one.relation], "", places[one.item, one.other])
            cells.setdefault(one.item, {}).setdefault(one.other, []).append(shown)
        for pair in view.not_stated:
            shown = Shown("not stated", "", _concept_url(view.concept))
            cells.setdefault(pair.item, {}).setdefault(pair.other, []).append(shown)
    columns = tuple(dict.fromkeys(other for row in cells.values() for other in row))
    return Matrix(
        f"What the lines of {crossed.asked[0]} are to those of {crossed.asked[1]}",
        crossed.asked[0],
        tuple(_item(one).name for one in columns),
        tuple(
            Row(
                _item(item).name,
                _item(item).href,
                tuple(tuple(row.get(other, ())) for other in columns),
            )
            for item, row in cells.items()
        ),
    )


def _places() -> dict[tuple[CrosswalkItem, CrosswalkItem], str]:
    """Where the reasons of each relation stand, seen from either end."""
    found = {}
    for view in _crossed().concepts:
        for place, one in enumerate(view.relations, start=1):
            href = f"{_concept_url(view.concept)}#r-{place}"
            found[one.item, one.other] = found[one.other, one.item] = href
    return found


def _pairs(view: ConceptView) -> tuple[CrosswalkRelation | CrosswalkPair, ...]:
    return (*view.relations, *view.not_stated)


def _ends(crossed: Crossed) -> tuple[str, ...]:
    """The frameworks and sources that occur, those asked about first."""
    found = {
        end.framework
        for view in crossed.concepts
        for one in _pairs(view)
        for end in (one.item, one.other)
    }
    return (*crossed.asked, *sorted(found - set(crossed.asked)))


def _item(item: CrosswalkItem) -> Shown:
    shipped = {one.entry.name for one in shelf()}
    if item.framework not in shipped:
        return Shown("", item.id or item.framework, "")
    anchor = f"tier-{item.id}" if item.kind == "tier" else item.id
    return Shown("", item.id or "anything at all", framework_url(item.framework, anchor=anchor))


def _concept_url(concept: str) -> str:
    return f"/crosswalk/{quote(concept)}"
