"""The text of a framework file under another name: every rule and comment stays as it is."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Final, NamedTuple

from tierlock.core import Framework, FrameworkError, FrameworkSource, digest_bytes
from tierlock.frameworks.load import parse_framework
from tierlock.frameworks.nodes import YamlMap, compose
from tierlock.frameworks.schema import SCHEMA_FILE

_EDITOR_LINE: Final = re.compile(r"#\s*yaml-language-server:.*")
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9 '/.()-]*[A-Za-z0-9.)]")
# What some YAML reader, if not ours, takes for something else than text.
_WORDS: Final = {"true", "false", "null", "yes", "no", "on", "off"}


class Identity(NamedTuple):
    """What a copy is called, and from when it applies.

    Attributes:
        framework: `publisher/name`.
        version: the version.
        effective: first day on which it applies.
        title: the title, for people; by default that of the original if the name is the same,
            else the name.
        publisher: who answers for the copy; by default that of the original if the name is the
            same, else the first part of the name.
    """

    framework: str
    version: str
    effective: date
    title: str | None = None
    publisher: str | None = None


def copy_framework_text(data: bytes, *, name: str, identity: Identity) -> str:
    """Return the text of a framework file under a new identity, for an editor.

    The first line tells editors which JSON Schema to use: `SCHEMA_FILE`, beside the file. The
    second says what was copied, with its digest. The copy is its own `source`: it no longer
    encodes the text of whoever published the original.

    Args:
        data: the bytes of the file that is copied.
        name: its name as errors show it.
        identity: what the copy is called.

    Raises:
        FrameworkError: the file has a problem, the new name or version can not be one
            (`framework.schema`), or the first keys of the file do not begin a line each
            (`framework.yaml`).
    """
    original = parse_framework(data, name=name)
    fields = _fields(identity, original)
    head = [
        f"# yaml-language-server: $schema={SCHEMA_FILE}",
        f"# Copied from {original.name}, {digest_bytes(data)}.",
    ]
    text = "\n".join([*head, *_renamed(data, name=name, new=_lines_of(fields))]) + "\n"
    try:
        copied = parse_framework(text.encode(), name=name)
    except FrameworkError as error:
        # All else was read before, so it is about the identity, which stands in no file yet.
        raise FrameworkError(error.code, error.message, hint=error.hint) from None
    if copied != original.model_copy(update=fields):
        raise _not_by_line(name)
    return text


def _fields(identity: Identity, original: Framework) -> dict[str, object]:
    """Return what the copy has instead of the original's."""
    same = identity.framework == original.framework
    title = original.title if same else identity.framework
    publisher = original.publisher if same else identity.framework.partition("/")[0]
    fields = identity._replace(
        title=identity.title or title, publisher=identity.publisher or publisher
    )
    source = FrameworkSource(title=identity.title or title, version=identity.version)
    return {**fields._asdict(), "source": source}


def _lines_of(fields: dict[str, object]) -> dict[str, str]:
    title, version = _text(str(fields["title"])), json.dumps(fields["version"])
    return {
        "framework": f"framework: {fields['framework']}",
        "version": f"version: {version}",
        "title": f"title: {title}",
        "publisher": f"publisher: {_text(str(fields['publisher']))}",
        "effective": f"effective: {fields['effective']}",
        "source": f"source: {{title: {title}, version: {version}}}",
    }


def _text(text: str) -> str:
    plain = _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def _renamed(data: bytes, *, name: str, new: dict[str, str]) -> list[str]:
    """Return the lines of the file with the keys of `new` replaced, each where it stood."""
    root, _ = compose(data, name=name)
    entries = root.entries if isinstance(root, YamlMap) else {}
    starts = [entry.place for entry in entries.values()]
    if not starts or any(place.column > 1 for place in starts):
        raise _not_by_line(name)
    lines = data.decode("utf-8-sig").splitlines()
    first = starts[0].line - 1
    found = [line for line in lines[:first] if not _EDITOR_LINE.fullmatch(line)]
    ends = [*(place.line - 1 for place in starts[1:]), len(lines)]
    for key, place, end in zip(entries, starts, ends, strict=True):
        block = lines[place.line - 1 : end]
        found += [new[key], *block[_length(block) :]] if key in new else block
    return found


def _length(block: list[str]) -> int:
    """Lines of a key and its value, without the comments and empty lines before the next key."""
    length = len(block)
    while length > 1 and (not block[length - 1].strip() or block[length - 1].startswith("#")):
        length -= 1
    return length


def _not_by_line(name: str) -> FrameworkError:
    return FrameworkError(
        "framework.yaml",
        f"`{name}` can not be copied: its first keys do not begin a line each",
        hint="begin a line with each of the keys of the whole file, without braces around them",
    )
