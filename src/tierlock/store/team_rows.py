"""Rows of a team's database: packed content that is held against its digest when it is read."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import Final, TypeVar

import zstandard

from tierlock.core import Evidence, InputError, Record, canonical_bytes, digest_bytes
from tierlock.store.team_database import damaged

T = TypeVar("T", bound=Record)

_LEVEL: Final = 3
_LARGEST: Final = 2**30
"""Bytes that one unpacked row may have: a row can not exhaust memory."""
_PARSED_BYTES: Final = 64 * 2**20
"""Packed bytes of the evidence that is kept parsed, for the whole process."""


def pack(data: bytes) -> bytes:
    """Return content as it is stored."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(data)


def unpack(packed: object, *, digest: object, where: str) -> bytes:
    """Return the content of a row.

    Args:
        packed: what the row holds; in a database that was tampered with it can be anything.
        digest: what the row says that the digest of the content is.
        where: the row as people find it.

    Raises:
        IntegrityError: `integrity.digest`.
    """
    if not isinstance(packed, bytes):
        raise damaged("a stored value has the wrong type", where=where)
    try:
        size = zstandard.get_frame_parameters(packed).content_size
        if not 0 <= size <= _LARGEST:
            raise damaged("a row claims a size that nothing stored has", where=where)
        data = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
    except zstandard.ZstdError:
        raise damaged("a row can not be unpacked", where=where) from None
    if digest_bytes(data) != digest:
        raise damaged("a row differs from its digest", where=where)
    return data


def parse_row(data: bytes, *, kind: type[T], where: str) -> T:
    """Return the record of a row.

    Raises:
        IntegrityError: `integrity.digest`.
    """
    try:
        return kind.parse(data)
    except InputError as error:
        raise damaged(error.message, where=where) from None


def line_of(record: Record) -> bytes:
    """Return a record as a line of the store."""
    return canonical_bytes(record)


class _Parsed:
    """Evidence by the digests of its packed bytes and of its row: one row is parsed once."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[bytes, str, str], tuple[Evidence, int]] = OrderedDict()
        self._size = 0
        self._guard = threading.Lock()

    def read(self, packed: object, *, digest: str, content: str, where: str) -> Evidence:
        """Return the evidence of a row, whose bytes are verified every time."""
        if not isinstance(packed, bytes):
            raise damaged("a stored value has the wrong type", where=where)
        key = (hashlib.sha256(packed).digest(), digest, content)
        with self._guard:
            known = self._held.get(key)
            if known is not None:
                self._held.move_to_end(key)
                return known[0]
        item = parse_row(unpack(packed, digest=content, where=where), kind=Evidence, where=where)
        if item.digest != digest:
            raise damaged("stored evidence differs from its digest", where=where)
        self._keep(key, item, size=len(packed))
        return item

    def _keep(self, key: tuple[bytes, str, str], item: Evidence, *, size: int) -> None:
        with self._guard:
            if key not in self._held:
                self._held[key] = (item, size)
                self._size += size
            while self._size > _PARSED_BYTES:
                self._size -= self._held.popitem(last=False)[1][1]


read_evidence: Final = _Parsed().read
