"""Every signed statement: who signed what, as what, when, and whether it counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from tierlock.core import format_instant
from tierlock.report.document import short
from tierlock.report.layout import Paint, finish, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean, escape_json
from tierlock.report.wording import day

State = Literal["counts", "restricts", "resolved", "lapsed", "other", "refused"]
"""What a statement does: it counts, restricts, or did until it was resolved or lapsed; it is about
something else; or its signature is refused."""
_WORDS: dict[State, tuple[str, str]] = {
    "counts": ("counts", "good"),
    "restricts": ("restricts", "bad"),
    "resolved": ("resolved", "good"),
    "lapsed": ("lapsed", "open"),
    "other": ("does not count", "open"),
    "refused": ("does not count", "bad"),
}


class SignatureLine(NamedTuple):
    """One signed statement.

    Attributes:
        name: digest of what is signed.
        kind: what sort of statement it is; empty where it can not be read.
        says: what it states, in one sentence.
        person, role: whose signature it is, and as what.
        signed_at: when, by the signer's own clock.
        expires_at: when it lapses.
        place: where it is in the ledger; None where it is not there yet.
        state: whether it counts.
        assurance: `signed` with the person's own key, or `attested` by a server; empty where
            nobody whom the trust file names signed it.
        code, why: the reason, where it does not simply count.
    """

    name: str
    kind: str
    says: str
    person: str
    role: str
    signed_at: datetime | None
    expires_at: datetime | None
    place: int | None
    state: State = "counts"
    code: str = ""
    why: str = ""
    assurance: str = ""


def render_signatures_text(
    lines: Sequence[SignatureLine], *, width: int = 80, color: bool = False
) -> str:
    """Return the signed statements, oldest first, in `width` columns."""
    paint = Paint(color=color)
    if not lines:
        return finish(["nobody has signed anything in this project"])
    supports = sum(line.state == "counts" for line in lines)
    restricts = sum(line.state == "restricts" for line in lines)
    head = f"{count_of(len(lines), one='signed statement')}: {supports} count"
    head += f", {restricts} restrict" if restricts else ""
    found = [head]
    for line in lines:
        found += ["", *_entry(line, width=width, paint=paint)]
    return finish(found)


def _entry(line: SignatureLine, *, width: int, paint: Paint) -> Iterator[str]:
    word, style = _WORDS[line.state]
    kind = line.kind or "unreadable"
    yield f"{paint(word, style)}  {kind}  {short(line.name)}"
    who = f"{clean(line.person) or 'somebody unknown'} as {clean(line.role)}" if line.role else ""
    who += " (attested by a server)" if line.assurance == "attested" else ""
    when = f"signed {format_instant(line.signed_at)}" if line.signed_at else ""
    end = f"until {day(line.expires_at)}" if line.expires_at else ""
    where = f"ledger entry {line.place}" if line.place is not None else "not in the ledger yet"
    for text in (clean(line.says), ", ".join(filter(None, (who, when, end, where)))):
        if text:
            yield from (f"  {part}" for part in wrap(text, width=width - 2))
    if line.why:
        reason = f"{clean(line.why)} [{line.code}]"
        yield from (f"  {part}" for part in wrap(reason, width=width - 2))


def state_words(line: SignatureLine) -> str:
    """Return in words what a signed statement does."""
    return _WORDS[line.state][0]


def render_signatures_json(lines: Iterable[SignatureLine]) -> str:
    """Return the same as indented JSON."""
    body = {"signatures": [_as_json(line) for line in lines]}
    return escape_json(json.dumps(body, indent=2, ensure_ascii=False)) + "\n"


def _as_json(line: SignatureLine) -> dict[str, object]:
    return {
        "statement": line.name,
        "kind": line.kind or None,
        "says": line.says,
        "person": line.person,
        "role": line.role,
        "signedAt": None if line.signed_at is None else format_instant(line.signed_at),
        "expiresAt": None if line.expires_at is None else format_instant(line.expires_at),
        "ledgerEntry": line.place,
        "state": line.state,
        "counts": line.state == "counts",
        "assurance": line.assurance or None,
        "code": line.code or None,
        "why": line.why or None,
    }
