"""What the bytes of a ledger's entry say, as a person reads them; nothing of it is verified."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from tierlock.core import TierlockError, printable
from tierlock.ledger import Entry
from tierlock.usecases.signed import ENVELOPE

SHOWN: Final = 512 * 1024
"""The largest payload that is shown as text; a larger one is taken out with the export."""
_LABEL: Final = 60
_VALUE: Final = 300


def readable(payload: bytes) -> str:
    """Return text, JSON with indentation; nothing of what is no text or very large."""
    if len(payload) > SHOWN:
        return ""
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=True)
    except (ValueError, RecursionError):
        return "\n".join(map(printable, text.splitlines()))


def facts_of(payload: bytes) -> Iterator[tuple[str, str]]:
    """Yield the top-level values of a record that a line can hold."""
    for name, value in _record(payload).items():
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            words = "".join(f" {one.lower()}" if one.isupper() else one for one in name)
            yield printable(words.capitalize()[:_LABEL]), printable(str(value)[:_VALUE])


def framework_in(payload: bytes) -> str:
    """Return the name of the framework that a record is about; empty where it names none."""
    named = _record(payload).get("framework")
    if not isinstance(named, dict):
        return ""
    family, version = named.get("framework"), named.get("version")
    both = isinstance(family, str) and isinstance(version, str)
    return f"{family}-{version}"[:_VALUE] if both else ""


def _record(payload: bytes) -> Mapping[str, object]:
    if len(payload) > SHOWN:
        return {}
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def inner_of(entry: Entry) -> str:
    """Return the statement in a signed envelope, unverified."""
    if entry.media_type != ENVELOPE:
        return ""
    from tierlock.attest import parse_envelope

    try:
        return readable(parse_envelope(entry.payload).payload)
    except TierlockError:
        return ""
