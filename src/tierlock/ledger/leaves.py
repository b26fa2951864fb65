"""A ledger of which only some entries are shown: the leaf of every entry, and the rest of those.

With all leaves the root follows, under any number of first entries: that shows for every entry at
once what single proofs would show for one, and that nothing else is between them
(spec/bundle.md L-1 to L-5).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from tierlock.core import InputError, IntegrityError
from tierlock.ledger.entry import Entry, format_time, parse_time
from tierlock.ledger.head import TreeHead, canonical_head, parse_head
from tierlock.ledger.interface import Ledger
from tierlock.ledger.transfer import FORMAT
from tierlock.ledger.tree import Frontier

_LEAF_HEX: Final = 64


class ShownLedger(NamedTuple):
    """A ledger as far as it is shown.

    Attributes:
        head: its tree head, recomputed from the leaves.
        entries: the entries that are shown, oldest first.
        hidden: places of the entries of which only the leaf is known.
        leaves: the leaf hash of every entry.
    """

    head: TreeHead
    entries: tuple[Entry, ...]
    hidden: tuple[int, ...]
    leaves: tuple[bytes, ...]

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` entries."""
        return _root(self.leaves[:size])


def write_leaves(
    ledger: Ledger, *, at: datetime, hidden: Callable[[Entry], bool]
) -> tuple[bytes, bytes]:
    """Return the part with the ledger's entries, and the text of its tree head.

    Args:
        ledger: which.
        at: the time of the tree head.
        hidden: tells of which entries only the leaf is shown.
    """
    lines = [_line({"format": FORMAT, "origin": ledger.origin})]
    size = ledger.size()
    leaves = []
    for entry in ledger.entries(until=size):
        leaves.append(entry.leaf)
        lines.append(
            _line({"leaf": entry.leaf.hex()})
            if hidden(entry)
            else _line(
                {
                    "loggedAt": format_time(entry.logged_at),
                    "mediaType": entry.media_type,
                    "payload": base64.b64encode(entry.payload).decode("ascii"),
                }
            )
        )
    root = _root(leaves)
    lines.append(_line({"root": root.hex(), "size": size}))
    head = TreeHead(origin=ledger.origin, size=size, root=root, observed_at=at)
    return b"".join(lines), canonical_head(head)


def read_leaves(data: bytes, *, head: bytes) -> ShownLedger:
    """Return the ledger that two parts hold, every leaf and the root recomputed.

    Raises:
        IntegrityError: `ledger.damaged`.
    """
    try:
        said = parse_head(head)
    except InputError as error:
        raise _refused(error.message) from None
    lines = data.split(b"\n")
    if len(lines) < 3 or lines.pop() != b"":
        raise _refused("it ends early")
    first, *rest, last = map(_object, lines)
    if first != {"format": FORMAT, "origin": said.origin}:
        raise _refused("it is of another ledger than its tree head")
    entries, hidden, leaves = [], [], []
    for index, found in enumerate(rest):
        entry = _entry(found, index=index)
        if isinstance(entry, bytes):
            hidden.append(index)
            leaves.append(entry)
        else:
            entries.append(entry)
            leaves.append(entry.leaf)
    contents = {entry.content for entry in entries}
    root = _root(leaves)
    if len(contents) < len(entries) or len(set(leaves)) < len(leaves):
        raise _refused("an entry repeats an earlier one")
    if (said.size, said.root) != (len(leaves), root) or last != {
        "root": root.hex(),
        "size": len(leaves),
    }:
        raise IntegrityError(
            "ledger.damaged", f"the {len(leaves)} entries that are shown differ from their root"
        )
    return ShownLedger(said, tuple(entries), tuple(hidden), tuple(leaves))


def check_extended(leaves: ShownLedger, *, held: TreeHead) -> None:
    """Refuse a ledger that does not begin as a tree head in other hands says.

    Raises:
        IntegrityError: `ledger.inconsistent`.
    """
    if held.origin != leaves.head.origin:
        raise _inconsistent(
            f"the tree head is of `{held.origin}`, the ledger is `{leaves.head.origin}`"
        )
    if held.size > leaves.head.size:
        raise _inconsistent(
            f"it has {leaves.head.size} entries, and had {held.size} when the tree head was made"
        )
    if leaves.root(held.size) != held.root:
        raise _inconsistent(f"its first {held.size} entries have another root")


def _root(leaves: Iterable[bytes]) -> bytes:
    frontier = Frontier()
    for leaf in leaves:
        frontier.push(leaf)
    return frontier.root()


def _entry(found: dict[str, object], *, index: int) -> Entry | bytes:
    """An entry, or the leaf of one that is withheld."""
    if set(found) == {"leaf"}:
        text = str(found["leaf"])
        try:
            leaf = bytes.fromhex(text)
        except ValueError:
            leaf = b""
        if len(text) != _LEAF_HEX or leaf.hex() != text:
            raise _refused(f"the leaf of entry {index} is not written as it should be")
        return leaf
    texts = [found.get(key) for key in ("loggedAt", "mediaType", "payload")]
    if len(found) != len(texts) or not all(isinstance(text, str) for text in texts):
        raise _refused(f"entry {index} is not written as it should be")
    logged_at, media_type, payload = map(str, texts)
    try:
        data = base64.b64decode(payload, validate=True)
        if base64.b64encode(data).decode("ascii") != payload:
            raise _refused(f"the payload of entry {index} is not base 64")
        return Entry(
            index=index, media_type=media_type, payload=data, logged_at=parse_time(logged_at)
        )
    except (binascii.Error, ValueError):
        raise _refused(f"the payload of entry {index} is not base 64") from None
    except InputError as error:
        raise _refused(f"entry {index}: {error.message}") from None


def _object(line: bytes) -> dict[str, object]:
    try:
        value = json.loads(line)
        # One value, one spelling.
        if isinstance(value, dict) and _line(value) == line + b"\n":
            return value
    except (ValueError, RecursionError):
        pass
    raise _refused("a line is not written as it should be")


def _line(value: dict[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _refused(says: str) -> IntegrityError:
    return IntegrityError("ledger.damaged", f"the ledger that is shown can not be read: {says}")


def _inconsistent(why: str) -> IntegrityError:
    return IntegrityError(
        "ledger.inconsistent",
        f"the ledger that is shown does not extend a tree head that was seen before: {why}",
        hint="entries were changed, removed or put in front after the tree head was given out, or "
        "what is shown is older than the tree head: ask for a later state",
    )
