"""One file that holds a whole ledger: JSON Lines, written and read as a stream.

The first line says which ledger, the last one how many entries and which root; a file that was cut
short has no such last line (spec/ledger.md X-1 to X-4).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from tierlock.core import InputError, IntegrityError
from tierlock.ledger.entry import MAX_BYTES, Draft, format_time, leaf_of, parse_time
from tierlock.ledger.head import check_origin
from tierlock.ledger.interface import Ledger
from tierlock.ledger.tree import Frontier

FORMAT: Final = "tierlock-ledger/1"
_LONGEST: Final = 2 * MAX_BYTES
_BATCH: Final = 500


class Exported(NamedTuple):
    """What an export holds.

    Attributes:
        origin: the ledger's name in its tree heads.
        size: how many entries.
        root: the root over them.
    """

    origin: str
    size: int
    root: bytes


def export_ledger(ledger: Ledger, *, to: BinaryIO, size: int | None = None) -> Exported:
    """Write the first `size` entries, by default all, to a binary stream.

    Raises:
        InputError: the ledger can not be read, or the stream not written.
        IntegrityError: `ledger.damaged`; what the entries hash to is not what is stored.
    """
    wanted = ledger.size() if size is None else size
    stored = ledger.root(wanted)
    frontier = Frontier()
    try:
        to.write(_line({"format": FORMAT, "origin": ledger.origin}))
        for entry in ledger.entries(until=wanted):
            frontier.push(entry.leaf)
            to.write(
                _line(
                    {
                        "loggedAt": format_time(entry.logged_at),
                        "mediaType": entry.media_type,
                        "payload": base64.b64encode(entry.payload).decode("ascii"),
                    }
                )
            )
        if frontier.root() != stored:
            raise IntegrityError(
                "ledger.damaged",
                "the ledger is damaged: its entries differ from its root",
                hint="`tierlock ledger verify` names the first entry that differs",
            )
        to.write(_line({"root": stored.hex(), "size": wanted}))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write the export: {reason}") from None
    return Exported(ledger.origin, wanted, stored)


def read_export(path: Path) -> Iterator[Draft | Exported]:
    """Yield the drafts of an export, and last what it says it holds, recomputed and checked.

    Raises:
        InputError: `ledger.head` where the file is no export or was cut short; `input.file`.
        IntegrityError: `ledger.damaged`; its entries differ from its root.
    """
    frontier = Frontier()
    seen: set[bytes] = set()
    with _opened(path) as file:
        origin = _head(_object(file, path), path=path)
        while True:
            found = _object(file, path)
            if "payload" not in found:
                break
            draft = _draft(found, path=path, index=frontier.size)
            if draft.content in seen:
                raise _refuse(path, f"entry {frontier.size} repeats the bytes of an earlier one")
            seen.add(draft.content)
            frontier.push(leaf_of(draft))
            yield draft
        size, root = found.get("size"), found.get("root")
        if set(found) != {"size", "root"} or file.read(1):
            raise _refuse(path, "its last line is not that of an export")
        if size != frontier.size or isinstance(size, bool) or root != frontier.root().hex():
            raise IntegrityError(
                "ledger.damaged",
                f"the export is damaged: its {frontier.size} entries differ from its root",
                location=str(path),
                hint="export the ledger again",
            )
    yield Exported(origin, frontier.size, frontier.root())


def check_export(path: Path) -> Exported:
    """Return what an export holds, after reading and recomputing all of it.

    Raises:
        InputError: as `read_export`.
        IntegrityError: as `read_export`.
    """
    *_, whole = deque(read_export(path), maxlen=1)
    assert isinstance(whole, Exported)  # noqa: S101  # the last thing that is read
    return whole


def import_ledger(path: Path, *, into: Ledger) -> Exported:
    """Append what an export holds beyond what `into` has; the rest must be the same.

    The file is read twice: nothing is appended before all of it was checked. An import that was
    stopped in between can be done again.

    Raises:
        InputError: as `read_export`; `ledger.moved` where somebody else appended meanwhile.
        IntegrityError: as `read_export`; `ledger.inconsistent` where `into` does not begin like
            the export, or is another ledger.
    """
    whole = check_export(path)
    have = into.size()
    if into.origin != whole.origin:
        raise _other(f"the export is of `{whole.origin}`, the ledger is `{into.origin}`")
    if have > whole.size:
        raise _other(f"it has {have} entries, and the export only {whole.size}")
    drafts = (item for item in read_export(path) if isinstance(item, Draft))
    frontier = Frontier()
    for draft in islice(drafts, have):
        frontier.push(leaf_of(draft))
    if frontier.root() != into.root(have):
        raise _other(f"the first {have} entries differ")
    while batch := list(islice(drafts, _BATCH)):
        into.append(batch, expected=have)
        have += len(batch)
    if into.root(whole.size) != whole.root:
        raise _other("somebody else appended meanwhile")
    return whole


def _line(value: dict[str, object]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not read `{path}`: {reason}") from None


def _object(file: BinaryIO, path: Path) -> dict[str, object]:
    """The next line's object."""
    try:
        line = file.readline(_LONGEST)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not read `{path}`: {reason}") from None
    if not line.endswith(b"\n"):
        raise _refuse(path, "it ends early" if len(line) < _LONGEST else "a line is too long")
    try:
        value = json.loads(line)
        # One value, one spelling: what is not written so was not written by an export.
        if isinstance(value, dict) and _line(value) == line:
            return value
    except (ValueError, RecursionError):
        pass
    raise _refuse(path, "a line is not written as it should be")


def _head(found: dict[str, object], *, path: Path) -> str:
    origin = found.get("origin")
    if set(found) != {"format", "origin"} or found["format"] != FORMAT:
        raise _refuse(path, f"its first line does not say `{FORMAT}`")
    return check_origin(str(origin))


def _draft(found: dict[str, object], *, path: Path, index: int) -> Draft:
    texts = [found.get(key) for key in ("loggedAt", "mediaType", "payload")]
    if len(found) != len(texts) or not all(isinstance(text, str) for text in texts):
        raise _refuse(path, f"entry {index} is not written as it should be")
    logged_at, media_type, payload = map(str, texts)
    try:
        data = base64.b64decode(payload, validate=True)
        if base64.b64encode(data).decode("ascii") == payload:
            return Draft(media_type=media_type, payload=data, logged_at=parse_time(logged_at))
    except binascii.Error:
        pass
    except InputError as error:
        raise _refuse(path, f"entry {index}: {error.message}") from None
    raise _refuse(path, f"the payload of entry {index} is not base 64")


def _refuse(path: Path, why: str) -> InputError:
    return InputError(
        "ledger.head",
        f"this is no export of a ledger: {why}",
        location=str(path),
        hint="`tierlock ledger export` writes one; copy the whole file",
    )


def _other(why: str) -> IntegrityError:
    return IntegrityError(
        "ledger.inconsistent",
        f"the ledger does not begin as the export does: {why}",
        hint="import into an empty ledger, or into one that the export continues",
    )
