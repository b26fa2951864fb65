"""The central directory of a zip archive from a stranger: found, bounded, and held to itself.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

from tierlock.core import ImportFailed
from tierlock.importers.content import Content
from tierlock.importers.limits import Limits

_END: Final = struct.Struct("<4s4H2LH")
_END64_LOCATOR: Final = struct.Struct("<4sLQL")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_ROW: Final = struct.Struct("<4s4x2H4x3L3H8xL")
_LENGTHS: Final = struct.Struct("<4s24x3H12x")
_SAMPLES: Final = b"samples/"
_HEAD_BYTES: Final = 30
_COMMENT_BYTES: Final = 0xFFFF
_UNKNOWN_32: Final = 0xFFFFFFFF
_TAIL_BYTES: Final = 64 * 1024
_INCONSISTENT: Final = "the archive's directory is inconsistent"
_ROW_BYTES: Final = 1024
"""Bytes that a row may have on average; names of evaluation logs are far shorter."""


class Entry(NamedTuple):
    """One row of the central directory."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Directory:
    """The rows of an archive's central directory.

    The rows stay packed, because an archive may have hundreds of thousands: `entry` unpacks one.

    Args:
        content: the whole archive.
        where: location for messages.
        limits: what reading it may cost.

    Attributes:
        names: of each name, the number of its last row, in the order of their first rows.
        is_ordered: whether the entries lie in the order of the rows.
        start: where the directory starts.
        data: the directory's bytes.

    Raises:
        ImportFailed: `import.unreadable` where it is damaged or contradicts itself,
            `import.limit` where it has too many rows.
    """

    def __init__(self, content: Content, *, where: str, limits: Limits) -> None:
        self._content = content
        self._where = where
        self._tail_start = content.size
        self._tail = b""
        self.names: dict[str, int] = {}
        self._positions = array("Q")
        self.is_ordered = True
        count, size, self.start, end = self._locate()
        if self.start + size != end:
            raise self.failed("import.unreadable", "the archive has a hole before its end")
        if count > limits.members:
            raise self.failed("import.limit", f"more than {limits.members} entries")
        if size > max(limits.free_bytes, limits.members * _ROW_BYTES):
            raise self.failed("import.limit", f"a directory of {size} bytes")
        self.data = self._range(self.start, size)
        self._tail, self._tail_start = b"", content.size
        self._parse(count)

    def __len__(self) -> int:
        return len(self._positions)

    def entry(self, number: int) -> Entry:
        """Return the row with this number, counted from 0 in the order of the directory."""
        at = self._positions[number]
        _, flags, method, crc, packed, size, n, extra, _, offset = _ROW.unpack_from(self.data, at)
        begin = at + _ROW.size
        raw_name = self.data[begin : begin + n]
        if _UNKNOWN_32 in (packed, size, offset):
            field = self.data[begin + n : begin + n + extra]
            size, packed, offset = _long_sizes(field, size=size, packed=packed, offset=offset)
        return Entry(raw_name, flags, method, crc, packed, size, offset)

    def in_order(self) -> Sequence[int]:
        """Return the numbers of all rows in the order in which their entries lie in the file."""
        rows = range(len(self))
        return rows if self.is_ordered else sorted(rows, key=lambda row: self.entry(row).offset)

    def failed(self, code: str, says: str, name: str | None = None) -> ImportFailed:
        """Return (not raise) the error `code` about the archive, or about its entry `name`."""
        where = self._where if name is None else f"{self._where}:{name}"
        return ImportFailed(code, says if name is None else f"entry {says}", location=where)

    def _range(self, start: int, length: int) -> bytes:
        if start >= self._tail_start:
            return self._tail[start - self._tail_start :][:length]
        data = bytes(self._content.at(start, length)) if length else b""
        if len(data) != length:
            raise self.failed("import.unreadable", "the file became shorter while it was read")
        return data

    def _locate(self) -> tuple[int, int, int, int]:
        """Return entry count, size, start and end of the central directory."""
        total = self._content.size
        for length in (_TAIL_BYTES, _END.size + _COMMENT_BYTES + _TAIL_BYTES):
            # Few archives have a comment so long that the second look is needed.
            base = max(0, total - length)
            tail = self._range(base, total - base)
            self._tail, self._tail_start = tail, base
            found = self._find_end(tail)
            if found is not None:
                break
        else:
            raise self.failed("import.unreadable", "not a complete zip archive")
        _, disk, first, here, count, size, start, _ = _END.unpack_from(tail, found)
        end = base + found
        locator = found - _END64_LOCATOR.size
        if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
            _, _, end, _ = _END64_LOCATOR.unpack_from(tail, locator)
            if end + _END64.size > base + locator:
                raise self.failed("import.unreadable", _INCONSISTENT)
            record = self._range(end, _END64.size)
            if record[:4] != b"PK\x06\x06":
                raise self.failed("import.unreadable", _INCONSISTENT)
            _, _, _, _, disk, first, here, count, size, start = _END64.unpack(record)
        if disk or first or here != count:
            raise self.failed("import.unreadable", "the archive is one part of several")
        return count, size, start, end

    def _find_end(self, tail: bytes) -> int | None:
        """Return where in the file's last bytes the end record is whose comment ends the file."""
        found = len(tail)
        oldest = max(0, len(tail) - _END.size - _COMMENT_BYTES)
        while (found := tail.rfind(b"PK\x05\x06", oldest, found)) >= 0:
            if found + _END.size > len(tail):
                continue
            comment = _END.unpack_from(tail, found)[-1]
            if found + _END.size + comment == len(tail):
                return found
        return None

    def _parse(self, count: int) -> None:
        """Fill the columns, and refuse rows whose entries share bytes.

        Shared bytes are the trick of the most compact zip bombs.
        """
        data, end, names, append = self.data, len(self.data), self.names, self._positions.append
        unpack, size_of_row = _ROW.unpack_from, _ROW.size
        position = number = reached = 0
        # Most archives are seen to be sound on the way: each entry begins behind the one before.
        try:
            while position < end:
                signature, _, _, _, packed, size, n, extra, comment, offset = unpack(data, position)
                if signature != b"PK\x01\x02":
                    raise self.failed("import.unreadable", _INCONSISTENT)
                begin = position + size_of_row
                raw_name = data[begin : begin + n]
                if packed | size | offset >= _UNKNOWN_32:
                    field = data[begin + n : begin + n + extra]
                    size, packed, offset = _long_sizes(
                        field, size=size, packed=packed, offset=offset
                    )
                try:
                    names[raw_name.decode()] = number
                except UnicodeDecodeError:
                    names[name_of(raw_name)] = number
                append(position)
                if offset < reached:
                    self.is_ordered = False
                reached = offset + _HEAD_BYTES + n + packed
                position = begin + n + extra + comment
                number += 1
        except struct.error:
            says = "the archive's directory is truncated"
            raise self.failed("import.unreadable", says) from None
        if number != count or position != end:
            raise self.failed("import.unreadable", _INCONSISTENT)
        if not self.is_ordered or reached > self.start:
            self._check_extent()

    def _check_extent(self) -> None:
        reached = 0
        for number in self.in_order():
            entry = self.entry(number)
            if entry.offset < reached:
                raise self.failed("import.unreadable", "entries of the archive overlap")
            reached = entry.offset + _HEAD_BYTES + len(entry.raw_name) + entry.packed
        if reached > self.start:
            raise self.failed("import.unreadable", "entries of the archive overlap its directory")


class Outline(Directory):
    """The rows of an archive's directory that do not name one sample: enough for a quick look.

    The other rows are gone over for their lengths only. Whether entries share bytes is not known,
    so an archive with an outline can give single entries and can not be swept.
    """

    def _parse(self, count: int) -> None:
        data, end = self.data, len(self.data)
        unpack, size_of_row = _LENGTHS.unpack_from, _ROW.size
        position = number = 0
        try:
            while position < end:
                signature, n, extra, comment = unpack(data, position)
                if signature != b"PK\x01\x02":
                    raise self.failed("import.unreadable", _INCONSISTENT)
                begin = position + size_of_row
                if not data.startswith(_SAMPLES, begin):
                    self.names[name_of(data[begin : begin + n])] = len(self._positions)
                    self._positions.append(position)
                position = begin + n + extra + comment
                number += 1
        except struct.error:
            says = "the archive's directory is truncated"
            raise self.failed("import.unreadable", says) from None
        if number != count or position != end:
            raise self.failed("import.unreadable", _INCONSISTENT)


def name_of(raw_name: bytes) -> str:
    """Return an entry's name; old tools leave the encoding out, and any bytes are valid in 437."""
    try:
        return raw_name.decode()
    except UnicodeDecodeError:
        return raw_name.decode("cp437")


def _long_sizes(field: bytes, *, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return the 64-bit sizes of the ZIP64 extra field, in the standard's order."""
    position = 0
    while position + 4 <= len(field):
        kind, length = struct.unpack_from("<HH", field, position)
        if kind == 1:
            longs = iter(struct.unpack_from(f"<{length // 8}Q", field, position + 4))
            return (
                next(longs, size) if size == _UNKNOWN_32 else size,
                next(longs, packed) if packed == _UNKNOWN_32 else packed,
                next(longs, offset) if offset == _UNKNOWN_32 else offset,
            )
        position += 4 + length
    return size, packed, offset
