"""What lies outside the ledger's own hands and says when a tree head existed.

Without an anchor every time in a ledger is that of whoever wrote it: `time: self-asserted`
(spec/ledger.md A-1 to A-4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from tierlock.core import InputError, format_instant
from tierlock.ledger.head import TreeHead, parse_head
from tierlock.ledger.verify import Verified

SELF_ASSERTED: Final = "time: self-asserted"
_LONGEST: Final = 65536


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What an anchor shows.

    Attributes:
        head: the tree head that existed.
        by: who says so, in words.
        not_after: the instant at which it existed at the latest; None where only the holder of the
            anchor knows when it was received.
    """

    head: TreeHead
    by: str
    not_after: datetime | None


class Anchor(Protocol):
    """One outside witness of a tree head.

    An implementation carries what the witness gave: the bytes of an RFC 3161 token over the text
    of the tree head, an entry of a public log such as Rekor, or the tree head itself in the
    hands of somebody else.
    """

    def confirm(self) -> Confirmed:
        """Check what the witness gave, and return what it shows.

        Raises:
            InputError: it can not be read.
            IntegrityError: it is forged, or about something else.
        """
        ...


@dataclass(frozen=True, slots=True)
class HeldHead:
    """A tree head in somebody's own file: an auditor's, who received it earlier.

    Attributes:
        path: the file, as the ledger's owner wrote it.
        received_at: when the holder received it, as far as the holder knows.
    """

    path: Path
    received_at: datetime | None = None

    def confirm(self) -> Confirmed:
        """Return the tree head that the file holds.

        Raises:
            InputError: `input.file`, or `ledger.head`; the file is no tree head.
        """
        try:
            with self.path.open("rb") as file:
                data = file.read(_LONGEST)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError("input.file", f"can not read `{self.path}`: {reason}") from None
        return Confirmed(parse_head(data), f"the holder of `{self.path.name}`", self.received_at)


def render_time(verified: Verified, *, confirmed: Sequence[Confirmed]) -> tuple[str, ...]:
    """Return in words how far the times in a ledger rest on more than the word of its writer.

    Args:
        verified: the ledger, held against the tree heads of all of `confirmed`.
        confirmed: what anchors showed.
    """
    if not confirmed:
        return (SELF_ASSERTED,)
    lines = [
        f"time: entries before {found.head.size} existed {_when(found)}, says {found.by}"
        for found in sorted(confirmed, key=lambda found: found.head.size)
    ]
    rest = max(found.head.size for found in confirmed)
    if rest < verified.head.size:
        lines.append(f"{SELF_ASSERTED} from entry {rest} on")
    return tuple(lines)


def _when(found: Confirmed) -> str:
    if found.not_after is None:
        return "when the tree head was received"
    return f"by {format_instant(found.not_after)}"
