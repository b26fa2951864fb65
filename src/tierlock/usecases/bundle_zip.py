"""The container of a bundle: the plainest zip there is, written and read byte by byte.

Anybody's zip tool opens it. Reading accepts only what writing makes: no comments, no extra fields,
no gaps, no second name for a member, nothing before or after. What is left open is how a member is
deflated (spec/bundle.md Z-1 to Z-6).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from tierlock.core import InputError, IntegrityError

MOST_MEMBERS: Final = 65_535
MOST_BYTES: Final = 2**32 - 2**20
"""Of a bundle and of a member: there is no ZIP64."""
MOST_TOTAL: Final = 2**36
FREE_BYTES: Final = 2**26
RATIO: Final = 1000
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION, _FLAGS, _TIME, _DATE = 20, 0, 0, 0x21  # 1980-01-01, the first day of a zip
_MADE_BY, _MODE = 0x0314, 0o100644 << 16
_STORED, _DEFLATED = 0, 8
_LEAST_SAVING: Final = 0.9
_LEVEL: Final = 6


class _Row(NamedTuple):
    name: bytes
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def write_zip(members: Mapping[str, bytes]) -> bytes:
    """Return the archive of `members`, in the order of their names; same input, same bytes.

    Raises:
        InputError: `bundle.limit`, it would be larger than a bundle may be.
    """
    body = bytearray()
    directory = bytearray()
    for name in sorted(members):
        data = members[name]
        packed, method = _packed(data)
        if max(len(data), len(body) + len(packed)) > MOST_BYTES or len(members) > MOST_MEMBERS:
            raise InputError(
                "bundle.limit",
                f"with `{name}` the bundle is larger than {MOST_BYTES} bytes",
                hint="leave out raw logs, and hand them over beside the bundle",
            )
        row = _Row(name.encode(), method, zlib.crc32(data), len(packed), len(data), len(body))
        body += _local(row) + packed
        directory += _central(row)
    end = _end(len(members), size=len(directory), start=len(body))
    return bytes(body + directory + end)


def read_zip(data: bytes) -> dict[str, bytes]:
    """Return the members of an archive that `write_zip` could have made.

    Raises:
        IntegrityError: `bundle.format` or `bundle.limit`.
    """
    rows = _rows(data)
    members: dict[str, bytes] = {}
    position = total = 0
    earlier = b""
    for row in rows:
        if row.name <= earlier or NAME.fullmatch(row.name.decode("ascii", "replace")) is None:
            raise _refused("its members are not in the order of their names, once each")
        earlier = row.name
        header = _local(row)
        if row.offset != position or data[position : position + len(header)] != header:
            raise _refused(f"member {len(members)} is not where, or what, the directory says")
        total += row.size
        _check_cost(row, total=total)
        start = position + len(header)
        position = start + row.packed
        members[row.name.decode("ascii")] = _content(data, start=start, row=row)
    return members


def _rows(data: bytes) -> list[_Row]:
    """The directory's rows; directory and end are exactly as they would be written."""
    at = len(data) - _END.size
    if at < 0 or data[at : at + 4] != b"PK\x05\x06":
        raise _refused("it has no end, was cut short, or something follows it")
    count, size, start = _END.unpack_from(data, at)[4:7]
    if count > MOST_MEMBERS or start + size != at:
        raise _refused("its directory is not where its end says")
    rows: list[_Row] = []
    position = start
    while position < at and len(rows) < count:
        if position + _CENTRAL.size > at:
            break
        fields = _CENTRAL.unpack_from(data, position)
        name = data[position + _CENTRAL.size : position + _CENTRAL.size + fields[10]]
        row = _Row(name, fields[4], fields[7], fields[8], fields[9], fields[16])
        written = _central(row)
        if data[position : position + len(written)] != written:
            raise _refused("its directory is not written as it should be")
        rows.append(row)
        position += len(written)
    whole = position == at and len(rows) == count
    if not whole or data[at:] != _end(count, size=size, start=start):
        raise _refused("its directory is not written as it should be")
    if (rows[-1].offset + len(_local(rows[-1])) + rows[-1].packed if rows else 0) != start:
        raise _refused("there is something between its members and its directory")
    return rows


def _check_cost(row: _Row, *, total: int) -> None:
    if total > MOST_TOTAL or row.size > max(FREE_BYTES, RATIO * row.packed):
        raise IntegrityError(
            "bundle.limit",
            f"this is no bundle that can be read: a member would take {row.size} bytes",
            hint="it may be made to exhaust memory; open it nowhere else",
        )


def _content(data: bytes, *, start: int, row: _Row) -> bytes:
    packed = memoryview(data)[start : start + row.packed]
    if row.method == _STORED:
        out = bytes(packed)
    elif row.method == _DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            out = inflater.decompress(packed, row.size + 1)
        except zlib.error:
            raise _refused("a member is damaged") from None
        if not inflater.eof or inflater.unused_data or inflater.unconsumed_tail:
            raise _refused("a member is longer or shorter than the directory says")
    else:
        raise _refused("a member is packed in another way than stored or deflated")
    if len(out) != row.size or zlib.crc32(out) != row.crc:
        raise _refused("a member differs from its checksum")
    return out


def _packed(data: bytes) -> tuple[bytes, int]:
    """Deflated where that saves a tenth, else as it is; raw logs are packed already."""
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflater.compress(data) + deflater.flush()
    # What inflates too well would look like a bomb to its reader.
    if len(packed) > _LEAST_SAVING * len(data) or len(data) > max(FREE_BYTES, RATIO * len(packed)):
        return data, _STORED
    return packed, _DEFLATED


def _local(row: _Row) -> bytes:
    return (
        _LOCAL.pack(
            b"PK\x03\x04", _VERSION, _FLAGS, row.method, _TIME, _DATE,
            row.crc, row.packed, row.size, len(row.name), 0,
        )
        + row.name
    )  # fmt: skip


def _central(row: _Row) -> bytes:
    return (
        _CENTRAL.pack(
            b"PK\x01\x02", _MADE_BY, _VERSION, _FLAGS, row.method, _TIME, _DATE,
            row.crc, row.packed, row.size, len(row.name), 0, 0, 0, 0, _MODE, row.offset,
        )
        + row.name
    )  # fmt: skip


def _end(count: int, *, size: int, start: int) -> bytes:
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, start, 0)


def _refused(says: str) -> IntegrityError:
    return IntegrityError(
        "bundle.format",
        f"this is no bundle: {says}",
        hint="`tierlock bundle` writes one; copy the whole file, and pack nothing anew",
    )
