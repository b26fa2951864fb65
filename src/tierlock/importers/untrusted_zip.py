"""A zip archive from a stranger: bounded, checked, and never extracted.

Reads stored, deflated and zstandard entries (methods 0, 8 and 93), ZIP64 included, from memory or
by ranges from a file of any size. Every entry that is read is held against its CRC-32, because the
tool that wrote it does not do so. Entry names are keys and never paths. Of entries with one name
the last one wins, which is how evaluation logs supersede a record.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, KeysView
from typing import IO, Final, cast

import zstandard

from tierlock.core import ImportFailed
from tierlock.importers.checksum import crc32
from tierlock.importers.content import BLOCK, Content, Held, Sweep
from tierlock.importers.limits import Limits
from tierlock.importers.zip_directory import Directory, Entry, Outline, name_of
from tierlock.importers.zip_parts import DeadBytes, Packed

_LOCAL: Final = struct.Struct("<4s22x2H")
_ENCRYPTED: Final = 0x1
_EXTRA_BYTES: Final = 64
"""Bytes of extra fields before an entry's content that are read along with it."""
_STORED, _DEFLATED, _ZSTANDARD = 0, 8, 93


class Archive:
    """The entries of a zip archive.

    Args:
        content: the whole archive, as bytes or by ranges.
        where: location for messages.
        limits: what reading it may cost.
        outline: whether single entries will be read that hold no sample, and nothing else: faster
            where an archive has many.

    Attributes:
        superseded: number of entries that a later one of the same name replaces.
        sha256: digest of the whole file, after a `sweep`.
        dead: bytes that belong to no entry, after a `sweep`: what an edit in place leaves behind.

    Raises:
        ImportFailed: `import.unreadable` where the archive is damaged or contradicts itself,
            `import.limit` where it costs too much.
    """

    def __init__(
        self, content: bytes | Content, *, where: str, limits: Limits, outline: bool = False
    ) -> None:
        self._content = Held(content) if isinstance(content, bytes) else content
        self._where = where
        self._limits = limits
        self._spent = 0
        self._free = min(limits.free_bytes, limits.member_bytes)
        self._zstandard = zstandard.ZstdDecompressor(max_window_size=2**31)
        kind = Outline if outline else Directory
        self._directory = kind(self._content, where=where, limits=limits)
        self._failed = self._directory.failed
        # Digests of what was read before the sweep, which sees the same bytes again.
        self._seen: dict[int, bytes] = {}
        self.sha256 = ""
        self.dead = 0
        self.superseded = len(self._directory) - len(self._directory.names)

    @property
    def entries(self) -> KeysView[str]:
        """The names, in the order of the directory."""
        return self._directory.names.keys()

    @property
    def is_plain(self) -> bool:
        """Whether the entries lie in the order of the directory, each name once."""
        return self._directory.is_ordered and not self.superseded

    def read(self, name: str) -> bytes:
        """Return the decompressed bytes of the entry `name`, checked against size and CRC-32.

        Raises:
            KeyError: no such entry (a programmer's mistake: ask `entries` first).
            ImportFailed: the entry is damaged, encrypted or exceeds the limits.
        """
        number = self._directory.names[name]
        entry = self._directory.entry(number)
        self._admit(entry, name=name)
        head = _LOCAL.size + len(entry.raw_name)
        length = min(head + _EXTRA_BYTES + entry.packed, self._directory.start - entry.offset)
        raw = memoryview(self._content.at(entry.offset, max(0, length)))
        begin = self._content_start(raw, entry=entry) - entry.offset
        packed = raw[begin : begin + entry.packed]
        if len(packed) < entry.packed:
            packed = memoryview(self._content.at(entry.offset + begin, entry.packed))
        if not isinstance(self._content, Held):
            self._seen[number] = hashlib.sha256(packed).digest()
        return self._unpack(packed, entry=entry, name=name)

    def size_of(self, name: str) -> int:
        """Return the decompressed size of the entry `name`, as the directory states it."""
        return self._directory.entry(self._directory.names[name]).size

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the decompressed bytes of the entry `name`, a piece at a time.

        Only the end shows whether size and CRC-32 are right: whoever stops before has not checked.

        Raises:
            KeyError: no such entry.
            ImportFailed: as `read`.
        """
        number = self._directory.names[name]
        entry = self._directory.entry(number)
        self._admit(entry, name=name)
        head = memoryview(self._content.at(entry.offset, _LOCAL.size + len(entry.raw_name)))
        start = self._content_start(head, entry=entry)
        packed = Packed(self._content, start=start, end=start + entry.packed)
        size = crc = 0
        try:
            for out in self._inflate_slowly(packed, method=entry.method, name=name):
                size, crc = size + len(out), crc32(out, crc)
                if size > entry.size:
                    break
                yield out
        except (zlib.error, zstandard.ZstdError, MemoryError) as error:
            raise self._failed("import.unreadable", f"is damaged: {error}", name) from None
        self._check_end(entry, name=name, size=size, crc=crc)
        self._seen[number] = packed.digest()

    def sweep(self, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of every wanted entry, in the order in which they lie in the file.

        Goes over the whole file once. When the last entry has been taken, `sha256` and `dead` are
        known.

        Raises:
            ImportFailed: an entry is damaged, encrypted or exceeds the limits, or the file changed
                since its directory was read.
            TypeError: the archive has an outline only (a programmer's mistake).
        """
        if isinstance(self._directory, Outline):
            raise TypeError("an outline does not know all entries")
        directory, sweep = self._directory, Sweep(self._content, where=self._where)
        names, seen, limit = directory.names, self._seen, directory.start
        traces = DeadBytes()
        for number in directory.in_order():
            entry = directory.entry(number)
            raw_name, _, _, _, length, _, at = entry
            name = name_of(raw_name)
            is_wanted = names[name] == number and wanted(name)
            ahead = at + _LOCAL.size + len(raw_name)
            if is_wanted:
                # Mostly taken in one piece with its header.
                ahead += _EXTRA_BYTES + length
            raw = sweep.take(at, min(limit, ahead))
            start = self._content_start(raw, entry=entry)
            traces.note(entry, start=start)
            if number in seen:
                self._see_again(sweep, number=number, start=start, end=start + length)
            if is_wanted:
                packed = raw[start - at : start - at + length]
                if len(packed) < length:
                    packed = sweep.take(start, start + length)
                self._admit(entry, name=name)
                yield name, self._unpack(packed, entry=entry, name=name)
        end = limit + len(directory.data)
        if bytes(sweep.take(limit, end)) != directory.data:
            raise self._changed()
        self.dead = traces.total(limit)
        self.sha256 = sweep.finish()

    def dead_bytes(self) -> int:
        """Return the bytes that belong to no entry, going over the file for nothing else."""
        for _ in self.sweep(lambda _: False):
            pass
        return self.dead

    def _see_again(self, sweep: Sweep, *, number: int, start: int, end: int) -> None:
        """Hold an entry that was read before the sweep against what the sweep sees."""
        again = hashlib.sha256()
        for at in range(start, end, BLOCK):
            again.update(sweep.take(at, min(at + BLOCK, end)))
        if again.digest() != self._seen[number]:
            raise self._changed()

    def _changed(self) -> ImportFailed:
        return self._failed("import.unreadable", "the file changed while it was read")

    def _admit(self, entry: Entry, *, name: str) -> None:
        """Refuse what may not be read, or would cost too much."""
        _, flags, _, _, packed, size, _ = entry
        self._spent += size
        if flags & _ENCRYPTED:
            raise self._failed("import.unreadable", "is encrypted", name)
        limits = self._limits
        if size > self._free:
            generous = max(limits.free_bytes, limits.ratio * packed)
            if size > min(limits.member_bytes, generous):
                raise self._failed("import.limit", f"would take {size} bytes", name)
        if self._spent > limits.total_bytes:
            raise self._failed("import.limit", f"decompresses to over {limits.total_bytes} bytes")

    def _content_start(self, head: memoryview, *, entry: Entry) -> int:
        """Return where the entry's content starts; the local header must agree with the row."""
        says = ""
        start = 0
        if len(head) < _LOCAL.size:
            says = "is not where the archive says"
        else:
            signature, length, extra = _LOCAL.unpack_from(head)
            name_end = _LOCAL.size + length
            start = entry.offset + name_end + extra
            if signature != b"PK\x03\x04":
                says = "is not where the archive says"
            elif head[_LOCAL.size : name_end] != entry.raw_name:
                says = "has two names"
            elif start + entry.packed > self._directory.start:
                says = "reaches into the directory"
        if says:
            raise self._failed("import.unreadable", says, name_of(entry.raw_name))
        return start

    def _unpack(self, packed: memoryview, *, entry: Entry, name: str) -> bytes:
        try:
            out = self._inflate(packed, entry=entry, name=name)
        except (zlib.error, zstandard.ZstdError, MemoryError) as error:
            raise self._failed("import.unreadable", f"is damaged: {error}", name) from None
        size, crc = len(out), crc32(out)
        if size != entry.size or crc != entry.crc:
            self._check_end(entry, name=name, size=size, crc=crc)
        return out

    def _check_end(self, entry: Entry, *, name: str, size: int, crc: int) -> None:
        if size != entry.size:
            raise self._failed("import.unreadable", "is not as long as the archive says", name)
        if crc != entry.crc:
            raise self._failed(
                "import.unreadable", "differs from its checksum: damaged or changed", name
            )

    def _inflate(self, packed: memoryview, *, entry: Entry, name: str) -> bytes:
        if entry.method == _STORED:
            return bytes(packed[: entry.size + 1])
        if entry.method == _DEFLATED:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, entry.size + 1)
        if entry.method != _ZSTANDARD:
            raise self._failed("import.unreadable", "uses an unknown compression", name)
        # A frame may claim any size for itself; it gets the memory that the directory allows.
        size = entry.size
        if size and zstandard.frame_content_size(packed) in (-1, size):
            try:
                return self._zstandard.decompress(
                    packed, max_output_size=size, allow_extra_data=False
                )
            except zstandard.ZstdError:
                # Several frames, or damage: the slow way says which.
                pass
        with self._zstandard.stream_reader(packed, read_across_frames=True) as reader:
            return reader.read(size + 1)

    def _inflate_slowly(self, packed: Packed, *, method: int, name: str) -> Iterator[bytes]:
        """Yield what is packed, in pieces of a bounded size."""
        if method == _DEFLATED:
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            while data := packed.read(BLOCK):
                while data:
                    yield inflate.decompress(data, BLOCK)
                    data = inflate.unconsumed_tail
            return
        source = cast(IO[bytes], packed)
        if method == _ZSTANDARD:
            source = self._zstandard.stream_reader(source, read_across_frames=True)
        elif method != _STORED:
            raise self._failed("import.unreadable", "uses an unknown compression", name)
        while data := source.read(BLOCK):
            yield data
