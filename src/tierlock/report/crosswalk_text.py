"""The crosswalk between frameworks as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from tierlock.core import (
    RELATIONS,
    ConceptView,
    CrosswalkItem,
    CrosswalkPair,
    CrosswalkRelation,
    Relation,
)
from tierlock.report.layout import Paint, finish, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean, escape_json

_WORDS: Final[Mapping[Relation, str]] = {
    "equal": "equal to",
    "subset": "subset of",
    "superset": "superset of",
    "intersects": "intersects",
    "none": "none in",
}
_NARROW: Final = 20
_NOT_STATED: Final = "not stated"
_WARNING: Final = (
    "Relations are Tierlock's reading of the cited clauses; no publisher states them. A pair that "
    "is not stated is not none, and two relations never make a third."
)


def render_crosswalk_text(
    concepts: Sequence[ConceptView],
    *,
    asked: Sequence[str],
    sources: Mapping[str, str],
    width: int = 80,
    color: bool = False,
) -> str:
    """Return the relations concept by concept, with what keeps the two ends apart.

    Args:
        concepts: in the order to print.
        asked: the frameworks asked about; none is all.
        sources: title by name of what is not a framework of one publisher.
        width: columns of the terminal.
        color: whether to colour; meaning never rests on it.
    """
    paint = Paint(color=color)
    lines = [paint("crosswalk: " + (" and ".join(map(clean, asked)) or "all frameworks"), "bold")]
    for name, title in sources.items():
        about = f"{clean(name)}: {clean(title)}"
        lines += [f"  {line}" for line in wrap(about, width=max(_NARROW, width - 2))]
    for view in concepts:
        lines += ["", paint(clean(view.title), "bold")]
        for item in _firsts(view):
            lines.append(f"  {_named(item)}")
            for stated in (one for one in view.relations if one.item == item):
                lines += _relation(stated, width=width, paint=paint)
            open_pairs = [pair for pair in view.not_stated if pair.item == item]
            lines += _open(open_pairs, width=width, paint=paint)
    if asked and not concepts:
        nothing = f"nothing is stated about {' and '.join(map(clean, asked))}"
        lines += ["", *wrap(nothing, width=width)]
    return finish(
        [*lines, "", *wrap(_count_words(concepts), width=width), *wrap(_WARNING, width=width)]
    )


def render_crosswalk_json(
    concepts: Sequence[ConceptView], *, asked: Sequence[str], sources: Mapping[str, str]
) -> str:
    """Return the same as indented JSON; pairs under `notStated` have no relation at all."""
    whole = {
        "exitCode": 0,
        "frameworks": list(asked),
        "sources": dict(sources),
        "counts": _counts(concepts),
        "concepts": [view.model_dump(mode="json", by_alias=True) for view in concepts],
    }
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def _firsts(view: ConceptView) -> Iterable[CrosswalkItem]:
    """Return the items that something is said of, each once."""
    stated = (one.item for one in view.relations)
    return dict.fromkeys((*stated, *(pair.item for pair in view.not_stated)))


def _relation(stated: CrosswalkRelation, *, width: int, paint: Paint) -> Iterator[str]:
    word = _WORDS[stated.relation]
    yield f"    {paint(word, 'open')} {_named(stated.other)}"
    room = max(_NARROW, width - 6)
    said = f"{clean(stated.cite)} (confidence {stated.confidence})"
    for text in (clean(stated.why), said):
        yield from (f"      {line}" for line in wrap(text, width=room))


def _open(pairs: Sequence[CrosswalkPair], *, width: int, paint: Paint) -> Iterator[str]:
    """Yield the lines of the pairs of one item that nobody wrote down, by framework."""
    if not pairs:
        return
    yield f"    {paint(_NOT_STATED, 'dim')}"
    room = max(_NARROW, width - 6)
    for framework in dict.fromkeys(pair.other.framework for pair in pairs):
        inside = [pair.other for pair in pairs if pair.other.framework == framework]
        kinds = dict.fromkeys(item.kind for item in inside)
        named = (_listed([item for item in inside if item.kind == kind]) for kind in kinds)
        text = f"{clean(framework)} {', '.join(named)}"
        yield from (f"      {line}" for line in wrap(text, width=room))


def _listed(items: Sequence[CrosswalkItem]) -> str:
    """Return items of one kind, which is said once."""
    return ", ".join([_short(items[0]), *(clean(item.id) for item in items[1:])])


def _named(item: CrosswalkItem) -> str:
    return f"{clean(item.framework)} {_short(item)}".rstrip()


def _short(item: CrosswalkItem) -> str:
    """Return an item without its framework; a threshold needs no kind."""
    kind = "" if item.kind in {"threshold", "framework"} else f"{item.kind} "
    return clean(f"{kind}{item.id}")


def _counts(concepts: Iterable[ConceptView]) -> dict[str, int]:
    """Return how many relations of each kind there are, and how many pairs are not stated."""
    views = tuple(concepts)
    found = Counter(one.relation for view in views for one in view.relations)
    counts = {str(relation): found[relation] for relation in RELATIONS}
    return {**counts, "notStated": sum(len(view.not_stated) for view in views)}


def _count_words(concepts: Sequence[ConceptView]) -> str:
    counts = _counts(concepts)
    open_pairs = counts.pop("notStated")
    stated = ", ".join(f"{count} {relation}" for relation, count in counts.items())
    return f"{stated}; {count_of(open_pairs, one='pair')} not stated"
