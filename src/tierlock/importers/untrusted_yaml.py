"""YAML from strangers: plain data only, every value with its line and column.

Anchors, aliases and tags are refused: a few lines of aliases can stand for gigabytes, and tags
name types. What is left is read key by key, so that an unknown or doubled key is an error where it
stands and not a value that silently means nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import yaml

from tierlock.core import ImportFailed, InputError, parse_instant
from tierlock.importers.interface import LogFile

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_NULL: Final = "tag:yaml.org,2002:null"
_BOOL: Final = "tag:yaml.org,2002:bool"


class Fields:
    """One mapping of a YAML file; asks for each key by the type it must have.

    Args:
        node: the mapping.
        log: the file, for locations.
        known: every key that the mapping may have.

    Raises:
        ImportFailed: `input.schema` (not a mapping, a key twice) or `input.unknown-key`.
    """

    def __init__(self, node: yaml.Node, *, log: LogFile, known: Sequence[str]) -> None:
        self._node = node
        self._log = log
        self._found: dict[str, yaml.Node] = {}
        for key, value in _pairs(node, log=log):
            name = key.value
            if name in self._found:
                raise failed(key, log=log, says=f"`{name}` stands twice")
            if known and name not in known:
                hint = f"known keys: {', '.join(known)}"
                raise failed(
                    key, log=log, says=f"unknown key `{name}`", hint=hint, code="input.unknown-key"
                )
            if value.tag != _NULL:
                self._found[name] = value

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def failed(self, name: str, *, says: str, code: str = "input.schema") -> ImportFailed:
        """Return the error about the value of `name`, or about the mapping without it."""
        return failed(self._found.get(name, self._node), log=self._log, says=says, code=code)

    def text(self, name: str, *, default: str | None = None) -> str:
        """Return a text; a key without `default` must be there and not blank."""
        node = self._found.get(name)
        if node is None and default is not None:
            return default
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.failed(name, says=f"`{name}` must be there, and text")
        return str(node.value)

    def number(self, name: str) -> float | None:
        """Return a finite decimal number, None where the key is absent."""
        node = self._found.get(name)
        if node is None:
            return None
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        if not plain or not _NUMBER.fullmatch(node.value) or not math.isfinite(float(node.value)):
            raise self.failed(name, says=f"`{name}` must be a number", code="input.number")
        return float(node.value)

    def whole(self, name: str) -> int | None:
        """Return a whole number of at least 0, None where the key is absent."""
        number = self.number(name)
        if number is not None and (number < 0 or not number.is_integer()):
            raise self.failed(name, says=f"`{name}` must be a whole number", code="input.number")
        return None if number is None else int(number)

    def decimals(self, name: str) -> int:
        """Return the digits behind the point with which a number was written."""
        node = self._found[name]
        mantissa, _, exponent = str(node.value).lower().partition("e")
        return len(mantissa.partition(".")[2]) - int(exponent or 0)

    def truth(self, name: str) -> bool | None:
        """Return true or false, None where the key is absent."""
        node = self._found.get(name)
        if node is None:
            return None
        if node.tag != _BOOL:
            raise self.failed(name, says=f"`{name}` must be true or false")
        return str(node.value).lower() in {"true", "yes", "on"}

    def instant(self, name: str) -> datetime:
        """Return an instant with a zone, or a date, which means its midnight in UTC."""
        try:
            return parse_instant(self.text(name))
        except ImportFailed:
            raise
        except InputError as error:
            raise self.failed(name, says=error.message, code=error.code) from None

    def texts(self, name: str) -> dict[str, str]:
        """Return a mapping of scalars as text; empty where the key is absent."""
        node = self._found.get(name)
        if node is None:
            return {}
        fields = Fields(node, log=self._log, known=())
        return {key: fields.text(key, default="") for key in fields._found}

    def items(self, name: str) -> Iterator[yaml.Node]:
        """Yield the entries of a list; none where the key is absent."""
        node = self._found.get(name)
        if node is not None and not isinstance(node, yaml.SequenceNode):
            raise self.failed(name, says=f"`{name}` must be a list")
        yield from node.value if node is not None else ()


def compose_yaml(log: LogFile) -> yaml.Node:
    """Return the one document in `log` as nodes with their places.

    Raises:
        ImportFailed: `input.yaml` (not YAML, several documents, anchors or tags),
            `import.limit` (too large, nested too deeply).
    """
    if len(log.data) > log.limits.yaml_bytes:
        raise log.failed("import.limit", says=f"larger than {log.limits.yaml_bytes} bytes")
    try:
        text = log.data.decode("utf-8-sig")
        _check_events(text, log=log)
        document = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise log.failed("input.yaml", says="not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        part = f"{mark.line + 1}:{mark.column + 1}" if mark else None
        says = (error.problem or error.context or "not YAML").lower()
        raise log.failed("input.yaml", says=says, part=part) from None
    except (yaml.YAMLError, ValueError) as error:
        raise log.failed("input.yaml", says=str(error).splitlines()[0].lower()) from None
    if document is None:
        raise log.failed("import.empty", says="the file is empty")
    return document


def failed(
    node: yaml.Node, *, log: LogFile, says: str, code: str = "input.schema", hint: str | None = None
) -> ImportFailed:
    """Return (not raise) the error about `node`, with its line and column."""
    mark = node.start_mark
    part = f"{mark.line + 1}:{mark.column + 1}" if mark else None
    return log.failed(code, says=says, part=part, hint=hint)


def _check_events(text: str, *, log: LogFile) -> None:
    """Refuse what plain data does not need, before any of it is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        tag = getattr(event, "tag", None)
        refused = (
            "anchors and aliases are refused"
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)
            else "tags are refused"
            if tag is not None
            else "more than one document"
            if documents > 1
            else None
        )
        mark = event.start_mark
        part = f"{mark.line + 1}:{mark.column + 1}" if mark else None
        if refused:
            raise log.failed("input.yaml", says=refused, part=part)
        if depth > log.limits.depth:
            raise log.failed("import.limit", says="nested too deeply", part=part)


def _pairs(node: yaml.Node, *, log: LogFile) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise failed(node, log=log, says="must be a mapping of keys to values")
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise failed(key, log=log, says="a key must be text")
        yield key, value
