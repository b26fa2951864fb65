"""The crosswalk between frameworks as an OSCAL mapping collection."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tierlock.core import Crosswalk, CrosswalkItem, CrosswalkRelation, Relation, digest
from tierlock.report.oscal_parts import Json, document, identifier, props, tokens
from tierlock.report.sanitize import clean

_RELATIONS: Final[dict[Relation, str]] = {
    "equal": "equal-to",
    "subset": "subset-of",
    "superset": "superset-of",
    "intersects": "intersects-with",
    "none": "no-relationship",
}
_WHY: Final = (
    "Read clause by clause; what nobody stated is not in here, and is not `no-relationship`."
)


def mapping_collection(crosswalk: Crosswalk, *, at: datetime) -> Json | None:
    """Return the stated relations, grouped by pair of frameworks; None where there are none.

    Args:
        crosswalk: concepts with their relations.
        at: the instant of the export.
    """
    pairs: dict[tuple[str, str], list[CrosswalkRelation]] = {}
    for concept in crosswalk.concepts.values():
        for stated in concept.relations:
            pair = (stated.item.framework, stated.other.framework)
            known = pairs.setdefault(pair, [])
            if stated not in known:
                known.append(stated)
    if not pairs:
        return None
    every = {
        _name(end) for found in pairs.values() for one in found for end in (one.item, one.other)
    }
    ids = tokens(sorted(every))
    body: Json = {
        "provenance": {
            "method": "human",
            "matching-rationale": "semantic",
            "status": "complete",
            "mapping-description": _WHY,
        },
        "mappings": [_mapping(pair, found, ids) for pair, found in sorted(pairs.items())],
    }
    key = digest(crosswalk)
    title = "How the lines of published frameworks relate"
    return document("mapping-collection", body=body, title=title, version="1", at=at, key=key)


def _name(item: CrosswalkItem) -> str:
    return f"{item.framework} {item.kind} {item.id}".strip()


def _mapping(pair: tuple[str, str], found: list[CrosswalkRelation], ids: dict[str, str]) -> Json:
    return {
        "uuid": identifier(f"mapping|{'|'.join(pair)}"),
        "source-resource": {"type": "catalog", "href": f"urn:tierlock:framework:{pair[0]}"},
        "target-resource": {"type": "catalog", "href": f"urn:tierlock:framework:{pair[1]}"},
        "maps": [_map(one, ids) for one in found],
    }


def _map(stated: CrosswalkRelation, ids: dict[str, str]) -> Json:
    return {
        "uuid": identifier(f"map|{digest(stated)}"),
        "relationship": _RELATIONS[stated.relation],
        "sources": [_end(stated.item, ids)],
        "targets": [_end(stated.other, ids)],
        "confidence-score": {"category": stated.confidence},
        "props": props(cite=stated.cite),
        "remarks": clean(stated.why),
    }


def _end(item: CrosswalkItem, ids: dict[str, str]) -> Json:
    """OSCAL knows controls and statements; what else an item is stands beside it."""
    return {
        "type": "control",
        "id-ref": ids[_name(item)],
        "props": props(framework=item.framework, kind=item.kind, item=item.id),
    }
