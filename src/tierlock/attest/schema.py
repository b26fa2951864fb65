"""The JSON Schemas of what is signed, for other implementations."""

from __future__ import annotations

from typing import Final

from tierlock.attest.predicates import RECORDS, Kind, Predicate, predicate_type

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def predicate_schema(kind: Kind) -> dict[str, object]:
    """Return the JSON Schema (2020-12) of one kind of predicate.

    >>> predicate_schema("plan")["title"]
    'Tierlock predicate: plan'
    """
    made_of = RECORDS[kind]
    schema = Predicate[made_of].model_json_schema(by_alias=True)  # type: ignore[valid-type]
    return {
        "$schema": _DIALECT,
        "$id": predicate_type(kind),
        **schema,
        "title": f"Tierlock predicate: {kind}",
        "description": f"What a statement of type {predicate_type(kind)} holds.",
    }
