"""Tree heads: the size and root of a ledger at a time, and the text that others sign.

The text is the note text of a C2SP tlog-checkpoint with one extension line for the time
(spec/ledger.md H-1 to H-4). Signing it is another room's work: here it is bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tierlock.core import InputError, printable
from tierlock.ledger.entry import format_time, parse_time
from tierlock.ledger.tree import EMPTY_ROOT, HASH_SIZE, MAX_SIZE

_ORIGIN: Final = re.compile(r"[!-*,-~]{1,200}")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME_LINE: Final = "time "


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """What a ledger was at a time.

    Attributes:
        origin: which ledger; printable ASCII without spaces and `+`.
        size: how many entries it has.
        root: the Merkle root over them.
        observed_at: when the ledger was looked at, as the one who looked says.

    Raises:
        InputError: `ledger.head`; no such tree head can exist.
    """

    origin: str
    size: int
    root: bytes
    observed_at: datetime

    def __post_init__(self) -> None:
        check_origin(self.origin)
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise _no_head("its size or root is out of range")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise _no_head("an empty ledger has another root")
        if self.observed_at.utcoffset() is None:
            raise InputError("input.naive-time", "the time of a tree head has no time zone")


def check_origin(origin: str) -> str:
    """Return `origin` where it can name a ledger.

    Raises:
        InputError: `ledger.head`.
    """
    if _ORIGIN.fullmatch(origin) is None:
        raise _no_head(f"`{printable(origin[:80])}` can not be an origin")
    return origin


def canonical_head(head: TreeHead) -> bytes:
    r"""Return the text of a tree head: the bytes that are signed and handed out.

    >>> from datetime import UTC
    >>> head = TreeHead(origin="a.example/log", size=0, root=EMPTY_ROOT,
    ...                 observed_at=datetime(2026, 1, 1, tzinfo=UTC))
    >>> canonical_head(head)
    b'a.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ntime 2026-01-01T00:00:00.000000Z\n'
    """  # noqa: E501  # four lines of text as one line of bytes
    root = base64.b64encode(head.root).decode("ascii")
    time = _TIME_LINE + format_time(head.observed_at)
    return f"{head.origin}\n{head.size}\n{root}\n{time}\n".encode("ascii")


def parse_head(data: bytes) -> TreeHead:
    """Return the tree head that `data` is the text of; signatures after it are left alone.

    The text ends at the first empty line, where the signatures of a signed note begin. They are
    not checked here.

    Raises:
        InputError: `ledger.head`; any byte differs from what `canonical_head` writes.
    """
    text, _, _ = data.partition(b"\n\n")
    if len(text) > 1000:
        raise _no_head("it is too long")
    try:
        lines = (text if data != text else text.removesuffix(b"\n")).decode("ascii").split("\n")
        origin, size, root, time = lines
        if _SIZE.fullmatch(size) is None or not time.startswith(_TIME_LINE):
            raise _no_head("its size or time is not written as it should be")
        head = TreeHead(
            origin=origin,
            size=int(size),
            root=base64.b64decode(root, validate=True),
            observed_at=parse_time(time.removeprefix(_TIME_LINE)),
        )
    except (UnicodeDecodeError, binascii.Error, ValueError):
        raise _no_head("it is not four lines of origin, size, root and time") from None
    # Base 64 has several spellings of some bytes; a signed text has one.
    if canonical_head(head).removesuffix(b"\n") != text.removesuffix(b"\n"):
        raise _no_head("it is not written as it should be")
    return head


def _no_head(why: str) -> InputError:
    return InputError(
        "ledger.head",
        f"this is no tree head: {why}",
        hint="`tierlock ledger tree-head` writes one; keep the file as it was written",
    )
