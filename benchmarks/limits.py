"""The physical limit of reading Inspect logs: bytes in, members inflated, nothing else.

    python benchmarks/limits.py FOLDER

Reads every `.eval` file of a folder and inflates the members that an assessment has to look at:
header, summaries, and every attempt's own record, where alone edits and invalidations show. It
checks nothing, decodes no JSON and keeps no result, so no reader that looks at the records can
take less time in one process.
"""

from __future__ import annotations

import argparse
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import zstandard

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_WHOLE = {"header.json", "_journal/start.json", "summaries.json"}
_ZSTANDARD = 93


def members(archive: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield method, start, packed and plain size of each needed member; no ZIP64."""
    end = archive.rfind(b"PK\x05\x06")
    count, _, position = _END.unpack_from(archive, end)[4:7]
    for _ in range(count):
        row = _CENTRAL.unpack_from(archive, position)
        method, (packed, size, length, extra, comment) = row[4], row[8:13]
        name_at = position + _CENTRAL.size
        name = archive[name_at : name_at + length].decode()
        position = name_at + length + extra + comment
        if name in _WHOLE or name.startswith("samples/"):
            local = row[-1]
            start = local + _LOCAL.size + sum(_LOCAL.unpack_from(archive, local)[-2:])
            yield method, start, packed, size


def inflate(folder: Path) -> tuple[int, int]:
    """Return how many bytes lie on disk, and how many the needed members have."""
    decompressor = zstandard.ZstdDecompressor()
    read = plain = 0
    for path in sorted(folder.glob("*.eval")):
        archive = path.read_bytes()
        read += len(archive)
        view = memoryview(archive)
        for method, start, packed, size in members(archive):
            content = view[start : start + packed]
            if method == _ZSTANDARD:
                plain += len(decompressor.decompress(content, max_output_size=size))
            else:
                plain += len(zlib.decompress(content, -zlib.MAX_WBITS, size))
    return read, plain


def main() -> None:
    """Inflates the folder that the command line names and prints its size."""
    parser = argparse.ArgumentParser(description="Read and inflate Inspect logs, nothing else.")
    parser.add_argument("folder", type=Path)
    read, plain = inflate(parser.parse_args().folder)
    print(f"{read / 1e6:.1f} MB read, {plain / 1e6:.1f} MB inflated")


if __name__ == "__main__":
    main()
