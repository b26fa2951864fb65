"""The JSON Schema of framework files, for editors.

It says which keys there are and what may stand under them. Rules between keys (bounds, defined
names, periods) are the loader's: a file that the schema refuses is always refused by the loader,
a file that the schema accepts may still be wrong.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

from tierlock.core import Framework
from tierlock.frameworks.language import records

SCHEMA_FILE: Final = "framework.schema.json"
"""What the schema's file is called, beside the framework files that name it."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ATTRIBUTE: Final = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def framework_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of framework files, with the keys that files use.

    >>> framework_schema()["title"]
    'Tierlock framework'
    """
    schema = Framework.model_json_schema(by_alias=False)
    for record in records():
        block = schema if record is Framework else schema["$defs"][record.__name__]
        _describe(block, record=record)
    return {"$schema": _DIALECT, **schema, "title": "Tierlock framework"}


def _describe(block: dict[str, Any], *, record: type) -> None:
    """Move what the docstring says of each key to that key."""
    docstring = inspect.getdoc(record) or ""
    summary, _, attributes = docstring.partition("\nAttributes:\n")
    block["description"] = " ".join(summary.split())
    properties = block["properties"]
    for key, says in _ATTRIBUTE.findall(attributes):
        properties[key]["description"] = " ".join(says.split())
    for value in properties.values():
        value.pop("title", None)  # pydantic's title only repeats the key
