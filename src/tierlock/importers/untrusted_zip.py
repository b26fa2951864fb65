"""A zip archive from a stranger: bounded, checked, and never extracted.

Reads stored, deflated and zstandard entries (methods 0, 8 and 93) from bytes in memory; ZIP64
included. Every entry that is read is held against its CRC-32, because the tool that wrote it does
not do so. Entry names are keys and never paths. Of entries with one name the last one wins, which
is how evaluation logs supersede a record.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final, NamedTuple

import zstandard

from tierlock.core import ImportFailed
from tierlock.importers.limits import Limits

_END: Final = struct.Struct("<4s4H2LH")
_END64_LOCATOR: Final = struct.Struct("<4sLQL")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_COMMENT_BYTES: Final = 0xFFFF
_UNKNOWN_32: Final = 0xFFFFFFFF
_ENCRYPTED: Final = 0x1
_DESCRIPTOR: Final = 0x8
_DESCRIPTOR_BYTES: Final = 24
_STORED, _DEFLATED, _ZSTANDARD = 0, 8, 93


class Entry(NamedTuple):
    """One row of the central directory."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Archive:
    """The entries of a zip archive held in memory.

    Args:
        data: the whole archive.
        where: location for messages.
        limits: what reading it may cost.

    Attributes:
        entries: the last entry of each name.
        superseded: number of entries that a later one of the same name replaces.

    Raises:
        ImportFailed: `import.unreadable` where the archive is damaged or contradicts itself,
            `import.limit` where it costs too much.
    """

    def __init__(self, data: bytes, *, where: str, limits: Limits) -> None:
        self._data = data
        self._where = where
        self._limits = limits
        self._spent = 0
        self._zstandard = zstandard.ZstdDecompressor(max_window_size=2**31)
        self._starts: dict[int, int] = {}
        rows, start = self._directory()
        self._rows = sorted(rows, key=lambda entry: entry.offset)
        self._directory_start = start
        self.entries = {entry.name: entry for entry in rows}
        self.superseded = len(rows) - len(self.entries)
        self._check_extent()

    def read(self, name: str) -> bytes:
        """Return the decompressed bytes of the entry `name`, checked against size and CRC-32.

        Raises:
            KeyError: no such entry (a programmer's mistake: ask `entries` first).
            ImportFailed: the entry is damaged, encrypted or exceeds the limits.
        """
        entry = self.entries[name]
        if entry.flags & _ENCRYPTED:
            raise self._failed("import.unreadable", "is encrypted", name)
        self._check_cost(entry)
        start = self._content_start(entry)
        packed = memoryview(self._data)[start : start + entry.packed]
        try:
            out = self._unpack(packed, entry=entry)
        except (zlib.error, zstandard.ZstdError, MemoryError) as error:
            raise self._failed("import.unreadable", f"is damaged: {error}", name) from None
        if len(out) != entry.size:
            raise self._failed("import.unreadable", "is not as long as the archive says", name)
        if zlib.crc32(out) != entry.crc:
            raise self._failed(
                "import.unreadable", "differs from its checksum: damaged or changed", name
            )
        return out

    def dead_bytes(self) -> int:
        """Return the bytes that belong to no entry: what an edit in place leaves behind."""
        dead, position, slack = 0, 0, 0
        for entry in self._rows:
            dead += _beyond(entry.offset - position, slack=slack)
            position = self._content_start(entry) + entry.packed
            slack = _DESCRIPTOR_BYTES if entry.flags & _DESCRIPTOR else 0
        return dead + _beyond(self._directory_start - position, slack=slack)

    def _failed(self, code: str, says: str, name: str | None = None) -> ImportFailed:
        where = self._where if name is None else f"{self._where}:{name}"
        return ImportFailed(code, says if name is None else f"entry {says}", location=where)

    def _directory(self) -> tuple[list[Entry], int]:
        """Return the rows of the central directory in file order, and where it starts."""
        count, size, start, end = self._locate()
        if start + size != end:
            raise self._failed("import.unreadable", "the archive has a hole before its end")
        if count > self._limits.members:
            raise self._failed("import.limit", f"more than {self._limits.members} entries")
        rows: list[Entry] = []
        position = start
        while position < end:
            if position + _CENTRAL.size > end:
                raise self._failed("import.unreadable", "the archive's directory is truncated")
            entry, position = self._row(position)
            rows.append(entry)
            if len(rows) > count:
                break
        if len(rows) != count or position != end:
            raise self._failed("import.unreadable", "the archive's directory is inconsistent")
        return rows, start

    def _locate(self) -> tuple[int, int, int, int]:
        """Return entry count, size, start and end of the central directory."""
        data = self._data
        found = len(data)
        oldest = max(0, len(data) - _END.size - _COMMENT_BYTES)
        while (found := data.rfind(b"PK\x05\x06", oldest, found)) >= 0:
            if found + _END.size > len(data):
                continue
            _, disk, first, here, count, size, start, comment = _END.unpack_from(data, found)
            if found + _END.size + comment == len(data):
                break
        else:
            raise self._failed("import.unreadable", "not a complete zip archive")
        end = found
        locator = found - _END64_LOCATOR.size
        if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
            _, _, end, _ = _END64_LOCATOR.unpack_from(data, locator)
            if end + _END64.size > locator or data[end : end + 4] != b"PK\x06\x06":
                raise self._failed("import.unreadable", "the archive's directory is inconsistent")
            _, _, _, _, disk, first, here, count, size, start = _END64.unpack_from(data, end)
        if disk or first or here != count:
            raise self._failed("import.unreadable", "the archive is one part of several")
        return count, size, start, end

    def _row(self, position: int) -> tuple[Entry, int]:
        (
            signature,
            _,
            _,
            flags,
            method,
            _,
            _,
            crc,
            packed,
            size,
            n,
            extra,
            comment,
            _,
            _,
            _,
            at,
        ) = _CENTRAL.unpack_from(self._data, position)
        if signature != b"PK\x01\x02":
            raise self._failed("import.unreadable", "the archive's directory is inconsistent")
        begin = position + _CENTRAL.size
        raw_name = self._data[begin : begin + n]
        if _UNKNOWN_32 in (packed, size, at):
            field = self._data[begin + n : begin + n + extra]
            size, packed, at = self._long_sizes(field, size=size, packed=packed, offset=at)
        # Old tools leave the encoding flag out; every byte string is valid code page 437.
        name = (
            raw_name.decode("utf-8", "strict") if _is_utf8(raw_name) else raw_name.decode("cp437")
        )
        entry = Entry(name, raw_name, flags, method, crc, packed, size, at)
        return entry, begin + n + extra + comment

    def _long_sizes(
        self, field: bytes, *, size: int, packed: int, offset: int
    ) -> tuple[int, int, int]:
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

    def _check_extent(self) -> None:
        """Refuse entries that share bytes: the trick of the most compact zip bombs."""
        position = 0
        for entry in self._rows:
            if entry.offset < position:
                raise self._failed("import.unreadable", "entries of the archive overlap")
            position = entry.offset + _LOCAL.size + len(entry.raw_name) + entry.packed
        if position > self._directory_start:
            raise self._failed("import.unreadable", "entries of the archive overlap its directory")

    def _check_cost(self, entry: Entry) -> None:
        limits = self._limits
        self._spent += entry.size
        generous = max(limits.free_bytes, limits.ratio * entry.packed)
        if entry.size > min(limits.member_bytes, generous):
            raise self._failed("import.limit", f"would take {entry.size} bytes", entry.name)
        if self._spent > limits.total_bytes:
            raise self._failed("import.limit", f"decompresses to over {limits.total_bytes} bytes")

    def _content_start(self, entry: Entry) -> int:
        """Return where the entry's content starts; the local header must agree with the row."""
        known = self._starts.get(entry.offset)
        if known is not None:
            return known
        fits = entry.offset + _LOCAL.size <= self._directory_start
        head = _LOCAL.unpack_from(self._data, entry.offset) if fits else (b"",)
        if head[0] != b"PK\x03\x04":
            raise self._failed("import.unreadable", "is not where the archive says", entry.name)
        begin = entry.offset + _LOCAL.size
        start = begin + head[-2] + head[-1]
        if self._data[begin : begin + head[-2]] != entry.raw_name:
            raise self._failed("import.unreadable", "has two names", entry.name)
        if start + entry.packed > self._directory_start:
            raise self._failed("import.unreadable", "reaches into the directory", entry.name)
        self._starts[entry.offset] = start
        return int(start)

    def _unpack(self, packed: memoryview, *, entry: Entry) -> bytes:
        if entry.method == _STORED:
            return bytes(packed[: entry.size + 1])
        if entry.method == _DEFLATED:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, entry.size + 1)
        if entry.method != _ZSTANDARD:
            raise self._failed("import.unreadable", "uses an unknown compression", entry.name)
        # A frame may claim any size for itself; it gets the memory that the directory allows.
        with self._zstandard.stream_reader(packed, read_across_frames=True) as reader:
            return reader.read(entry.size + 1)


def _beyond(gap: int, *, slack: int) -> int:
    """Return the bytes of a gap that a data descriptor does not account for."""
    return gap if gap > slack else 0


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
