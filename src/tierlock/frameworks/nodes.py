"""YAML text to nodes that remember where they stand.

The language uses the plain part of YAML. Refused are anchors, aliases and merge keys (a few lines
of aliases can stand for gigabytes, and a reader would have to jump), tags, several documents, keys
that are not text, and anything deeper than `MAX_DEPTH`. Values follow YAML 1.2: only `true` and
`false` are booleans, `NO` and `2025-05-14` are text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import yaml

from tierlock.core import FrameworkError
from tierlock.frameworks.hints import shown

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 50

Path = tuple[str | int, ...]
"""Keys and positions that lead from the top of a file to a node."""

_WHOLE: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# Outside YAML's printable characters, or turning the direction of the text: a person who reads the
# file would not see what the machine reads.
_HIDDEN: Final = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    r"|[\u202a-\u202e\u2066-\u2069]"
)
_HINTS: Final = {
    "mapping values are not allowed": "a text that holds `: ` needs quotes",
    "cannot start any token": "a text that starts with a special character needs quotes",
}


class Place(NamedTuple):
    """A position in a file; lines and columns count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class YamlScalar:
    """A single value."""

    place: Place
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class YamlList:
    """A sequence of nodes."""

    place: Place
    items: tuple[YamlNode, ...]


class YamlEntry(NamedTuple):
    """What stands under a key, and where the key itself stands."""

    place: Place
    node: YamlNode


@dataclass(frozen=True, slots=True)
class YamlMap:
    """A block of keys."""

    place: Place
    entries: dict[str, YamlEntry]


YamlNode = YamlScalar | YamlList | YamlMap


class Located(NamedTuple):
    """A problem and its position, by which the problems of a file are ordered."""

    place: Place
    error: FrameworkError


def located(
    place: Place, *, name: str, code: str, message: str, hint: str | None = None
) -> Located:
    """Return the error about `place` of the file `name`."""
    where = f"{name}:{place.line}:{place.column}"
    return Located(place, FrameworkError(code, message, hint=hint, location=where))


def plain(node: YamlNode) -> object:
    """Return the node as dicts, lists, text, numbers, booleans and None."""
    if isinstance(node, YamlMap):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, YamlList):
        return [plain(item) for item in node.items]
    return node.value


def place_of(root: YamlNode, *, path: Path, of_key: bool = False) -> Place:
    """Return where the node at `path` stands, or the last node on the way that is there.

    Args:
        root: the top of the file.
        path: keys and positions from the top.
        of_key: the position of the last key instead of that of its value.
    """
    node, key = root, root.place
    for part in path:
        if isinstance(node, YamlMap) and isinstance(part, str) and part in node.entries:
            key, node = node.entries[part]
        elif isinstance(node, YamlList) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            key = node.place
        else:
            return node.place
    return key if of_key else node.place


def compose(data: bytes, *, name: str) -> tuple[YamlNode, tuple[Located, ...]]:
    """Return the top node of YAML `data`, and the doubled keys and keys that are not text.

    Of a doubled key the first value counts, so that the rest of the file can be looked at too.

    Args:
        data: UTF-8, with or without a byte order mark.
        name: the file's name, for locations.

    Raises:
        FrameworkError: `framework.yaml`; not YAML, or a part of YAML that is refused.
    """
    text = _decode(data, name=name)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is about ten times faster
    composer = _Composer(yaml.parse(text, Loader=loader), name=name)
    try:
        return composer.document(), tuple(composer.problems)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, text=text, name=name) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # The loader without libyaml lets bad escapes such as "\U00110000" through to Python.
        raise FrameworkError("framework.yaml", "not YAML", location=f"{name}:1:1") from None


class _Composer:
    """Turns the events of one document into nodes."""

    def __init__(self, events: Iterator[yaml.Event], *, name: str) -> None:
        self._events = events
        self._name = name
        self.problems: list[Located] = []

    def document(self) -> YamlNode:
        next(self._events)  # the start of the stream
        first = next(self._events)
        if not isinstance(first, yaml.DocumentStartEvent):
            raise self._refused(Place(1, 1), "the file is empty")
        root = self._node(next(self._events), depth=1)
        next(self._events)  # the end of the document
        after = next(self._events)
        if isinstance(after, yaml.DocumentStartEvent):
            raise self._refused(_start(after), "a second document starts here")
        return root

    def _refused(self, place: Place, message: str, hint: str | None = None) -> FrameworkError:
        return located(
            place, name=self._name, code="framework.yaml", message=message, hint=hint
        ).error

    def _node(self, event: yaml.Event, *, depth: int) -> YamlNode:
        place = _start(event)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            raise self._refused(place, f"`*{anchor}` is an alias", _WRITE_OUT)
        if anchor is not None:
            raise self._refused(place, f"`&{anchor}` is an anchor", _WRITE_OUT)
        if tag is not None:
            message = f"{shown(tag)} is a tag, and tags are not part of the language"
            raise self._refused(place, message, "leave it out; quotes make a value text")
        if depth > MAX_DEPTH:
            raise self._refused(place, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, depth=depth)
        return self._map(place, depth=depth)

    def _list(self, place: Place, *, depth: int) -> YamlList:
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth=depth + 1))
        return YamlList(place, tuple(items))

    def _map(self, place: Place, *, depth: int) -> YamlMap:
        entries: dict[str, YamlEntry] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth=depth + 1)
            if isinstance(event, yaml.ScalarEvent) and event.value == "<<":
                raise self._refused(key.place, "`<<` is a merge key", _WRITE_OUT)
            node = self._node(next(self._events), depth=depth + 1)
            self._enter(entries, key=key, node=node)
        return YamlMap(place, entries)

    def _enter(self, entries: dict[str, YamlEntry], *, key: YamlNode, node: YamlNode) -> None:
        word = key.value if isinstance(key, YamlScalar) else plain(key)
        if not isinstance(word, str):
            self._add(
                key.place,
                code="framework.yaml",
                message=f"{shown(word)} is not text, and a key must be",
                hint=None if isinstance(word, dict | list) else "put the key in quotes",
            )
        elif word in entries:
            first, second = entries[word].place, key.place
            self._add(
                second,
                code="framework.duplicate",
                message=f"{shown(word)} stands twice: in line {first.line} and line {second.line}",
                hint="keep one of them",
            )
        else:
            entries[word] = YamlEntry(key.place, node)

    def _add(self, place: Place, *, code: str, message: str, hint: str | None) -> None:
        problem = located(place, name=self._name, code=code, message=message, hint=hint)
        self.problems.append(problem)

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> YamlScalar:
        text = event.value
        if not event.implicit[0]:  # quoted or a block of text
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise self._refused(place, "half of a surrogate pair is not a character")
            return YamlScalar(place, text)
        if text in {"", "~", "null"}:
            return YamlScalar(place, None)
        if text in {"true", "false"}:
            return YamlScalar(place, text == "true")
        if _NUMBER.fullmatch(text):
            if not math.isfinite(float(text)):
                raise self._refused(place, f"{shown(text)} is too large a number")
            return YamlScalar(place, int(text) if _WHOLE.fullmatch(text) else float(text))
        return YamlScalar(place, text)


_WRITE_OUT: Final = "anchors, aliases and merge keys are not part of the language: write it out"


def _start(event: yaml.Event) -> Place:
    return _place(event.start_mark)


def _place(mark: Any) -> Place:  # the two loaders have a class of marks each
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)


def _decode(data: bytes, *, name: str) -> str:
    """Return the text, after the checks that need no YAML."""

    def refused(before: str, message: str, hint: str | None = None) -> FrameworkError:
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        return located(place, name=name, code="framework.yaml", message=message, hint=hint).error

    if len(data) > MAX_BYTES:
        raise refused("", f"the file is larger than {MAX_BYTES // 1024} KiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", errors="replace")
        raise refused(before, "the file is not UTF-8 text", "save it as UTF-8") from None
    hidden = _HIDDEN.search(text)
    if hidden is not None:
        character = f"U+{ord(hidden.group()):04X}"
        raise refused(text[: hidden.start()], f"the character {character} is not allowed")
    return text


def _not_yaml(error: yaml.MarkedYAMLError, *, text: str, name: str) -> FrameworkError:
    place = _place(error.problem_mark or error.context_mark)
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    problem = " ".join(str(error.problem or error).split())
    hint = next((hint for words, hint in _HINTS.items() if words in problem), None)
    if "\t" in line[: len(line) - len(line.lstrip())] or line[place.column - 1 :][:1] == "\t":
        hint = "indent with spaces: YAML does not allow tabs"
    message = f"not YAML: {problem}"
    return located(place, name=name, code="framework.yaml", message=message, hint=hint).error
