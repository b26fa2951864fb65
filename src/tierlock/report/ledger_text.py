"""A ledger's entries and the result of recomputing it, as text for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import format_instant
from tierlock.report.layout import finish, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean, escape_json


class LogLine(NamedTuple):
    """One entry of a ledger, as far as it can be said in a line.

    Attributes:
        place: where it is, counted from 0.
        logged_at: when it was appended, as was said then.
        kind: what kind of record it is, `other` where Tierlock does not know it.
        says: what it says.
        media_type: of its bytes.
        size: how many bytes.
        digest: SHA-256 of the bytes.
    """

    place: int
    logged_at: datetime
    kind: str
    says: str
    media_type: str
    size: int
    digest: str


class LedgerState(NamedTuple):
    """A ledger that was recomputed.

    Attributes:
        origin: its name in tree heads.
        size: how many entries.
        root: the root over them, in hexadecimal.
        since: the first entry that was recomputed.
        held: how many entries the largest tree head covers that it was held against.
        backdated: places of entries dated earlier than one before them.
        time: how far its times rest on more than the word of its writer.
    """

    origin: str
    size: int
    root: str
    since: int
    held: int
    backdated: Sequence[int]
    time: Sequence[str]


def render_ledger_log(lines: Iterable[LogLine], *, width: int = 80) -> str:
    """Return the entries in order, each on one line that wraps under itself."""
    shown: list[str] = []
    count = 0
    for line in lines:
        head = f"{line.place:>5}  {format_instant(line.logged_at)}  {line.kind}"
        shown.append(head)
        shown += [f"       {part}" for part in wrap(clean(line.says), width=width - 7)]
        shown.append(f"       {line.digest}")
        count += 1
    return finish([*shown, "", count_of(count, one="entry", many="entries")])


def render_ledger_log_json(lines: Iterable[LogLine]) -> str:
    """Return the entries as indented JSON under the key `entries`."""
    listed = [
        {
            "index": line.place,
            "loggedAt": format_instant(line.logged_at),
            "kind": line.kind,
            "says": line.says,
            "mediaType": line.media_type,
            "size": line.size,
            "digest": line.digest,
        }
        for line in lines
    ]
    whole = {"exitCode": 0, "entries": listed}
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def render_ledger_state(state: LedgerState, *, width: int = 80) -> str:
    """Return in a few lines what was recomputed and what it was held against."""
    entries = count_of(state.size, one="entry", many="entries")
    lines = [f"ledger {clean(state.origin)}: {entries}", f"root {state.root}"]
    if state.since:
        lines.append(f"recomputed from entry {state.since} on; the rest is under a trusted head")
    else:
        lines.append("every entry recomputed")
    if state.held:
        lines.append(f"extends a tree head of {count_of(state.held, one='entry', many='entries')}")
    else:
        lines.append("held against no tree head: a missing end would not show")
    if state.backdated:
        places = ", ".join(map(str, state.backdated[:10]))
        more = len(state.backdated) - 10
        shown = f"{places} and {more} more" if more > 0 else places
        lines.append(f"dated earlier than an entry before them: {shown}")
    return finish([part for line in [*lines, *state.time] for part in wrap(line, width=width)])


def render_ledger_state_json(state: LedgerState) -> str:
    """Return the same as indented JSON."""
    whole = {
        "exitCode": 0,
        "origin": state.origin,
        "size": state.size,
        "root": state.root,
        "recomputedFrom": state.since,
        "heldSize": state.held,
        "backdated": list(state.backdated),
        "time": list(state.time),
    }
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"
