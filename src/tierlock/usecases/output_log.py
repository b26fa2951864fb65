"""Labels of the configuration history and readings of dangerous texts, as the ledger has them."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from tierlock.core import (
    ConfigurationNote,
    InputError,
    Instant,
    Record,
)
from tierlock.ledger import Entry

CONFIGURATION_ENTRY: Final = "application/vnd.tierlock.configuration+json"
ACCESS_ENTRY: Final = "application/vnd.tierlock.access+json"


class TextAccess(Record):
    """Somebody asked to see texts that are withheld.

    Attributes:
        who: as they said; nothing proves it.
        reason: why, as they said.
        what: digests or keys of what they asked for, never its words.
        granted: whether it was shown.
        says: why not, where it was not.
        asked_at: when.
    """

    who: str
    reason: str
    what: tuple[str, ...] = Field(min_length=1)
    granted: bool
    says: str = ""
    asked_at: Instant


def words_of_output(entry: Entry) -> tuple[str, str] | None:
    """Return kind and words of an entry of this file, None for any other."""
    try:
        if entry.media_type == CONFIGURATION_ENTRY:
            return "configuration", _note_words(ConfigurationNote.parse(entry.payload))
        if entry.media_type == ACCESS_ENTRY:
            return "access", _access_words(TextAccess.parse(entry.payload))
    except InputError:
        return "other", "can not be read as what it claims to be"
    return None


def _note_words(note: ConfigurationNote) -> str:
    named = ", ".join(version[:19] for version in note.versions)
    did = f"`{note.label}` is {named}" if note.label else f"added {named}"
    return f"{note.author}: {did}" + (f": {note.says}" if note.says else "")


def _access_words(access: TextAccess) -> str:
    done = "was shown" if access.granted else f"was denied ({access.says})"
    what = access.what[0][:19] + (f" and {len(access.what) - 1} more" if access.what[1:] else "")
    return f"{access.who or 'somebody'} {done} {what}: {access.reason or 'no reason given'}"
