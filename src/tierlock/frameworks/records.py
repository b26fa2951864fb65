"""Other YAML files that people write (project, statements) -> values, with line and column."""

from __future__ import annotations

import difflib
import json
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tierlock.core import FrameworkError, InputError, Record
from tierlock.frameworks.nodes import YamlMap, YamlNode, compose, place_of, plain

T = TypeVar("T", bound=Record)


def parse_record(data: bytes, *, kind: type[T], name: str) -> T:
    """Return the value that a YAML file describes; keys are the Python names.

    Args:
        data: the file's bytes.
        kind: the class of the value.
        name: the file's name, for messages.

    Raises:
        InputError: not YAML, a doubled or unknown key, or a value of the wrong type; `location`
            is `file:line:column`.
    """
    try:
        root, doubled = compose(data, name=name)
    except FrameworkError as error:
        raise _as_input(error) from None
    if doubled:
        raise _as_input(doubled[0].error)
    if not isinstance(root, YamlMap):
        raise InputError("input.schema", "the file is not a block of keys", location=f"{name}:1:1")
    try:
        return kind.model_validate_json(json.dumps(plain(root)), by_alias=False, by_name=True)
    except ValidationError as error:
        raise _located(error.errors(include_url=False)[0], root=root, name=name) from None


def _as_input(error: FrameworkError) -> InputError:
    code = "input.yaml" if error.code == "framework.yaml" else "input.schema"
    return InputError(code, error.message, hint=error.hint, location=error.location)


def _located(detail: ErrorDetails, *, root: YamlNode, name: str) -> InputError:
    path = detail["loc"]
    unknown = detail["type"] == "extra_forbidden"
    place = place_of(root, path=path, of_key=unknown)
    where = f"{name}:{place.line}:{place.column}"
    key = str(path[-1]) if path else "top"
    if unknown:
        near = difflib.get_close_matches(key, _known_keys(), n=1)
        return InputError(
            "input.unknown-key",
            f"`{key}` is not a key here",
            location=where,
            hint=f"did you mean `{near[0]}`?" if near else None,
        )
    says = detail["msg"].removeprefix("Value error, ").lower()
    return InputError("input.schema", f"`{key}`: {says}", location=where)


def _known_keys() -> list[str]:
    """Every key that a file of a person can have; enough to guess what was meant."""
    return sorted({field for kind in _records() for field in kind.model_fields})


def _records() -> list[type[Record]]:
    found, queue = [], [Record]
    while queue:
        for kind in queue.pop().__subclasses__():
            found.append(kind)
            queue.append(kind)
    return found
