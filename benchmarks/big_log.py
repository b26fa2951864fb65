"""Makes one Inspect log of any size out of a log of the corpus, to measure memory on.

    python benchmarks/big_log.py LOG OUT --megabytes 2048

The records are those of the log, again and again under new ids, in the order and with the journal
and the summary that Inspect writes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import zstandard

from tierlock.importers import Limits
from tierlock.importers.untrusted_zip import Archive

_METHOD = 93
_PER_FLUSH = 10


class Writer:
    """Writes an archive of any size front to back, ZIP64 where it must."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.rows = bytearray()
        self.count = 0
        self.packer = zstandard.ZstdCompressor(level=3)

    def add(self, name: str, pieces: Iterator[bytes]) -> None:
        """Adds an entry; its content comes in pieces."""
        raw, at, crc, size = name.encode(), self.file.tell(), 0, 0
        self.file.write(bytes(30 + len(raw)))
        packer = self.packer.compressobj()
        for piece in pieces:
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            self.file.write(packer.compress(piece))
        self.file.write(packer.flush())
        end = self.file.tell()
        packed = end - at - 30 - len(raw)
        fixed = struct.pack("<H2H3L2H", _METHOD, 0, 0, crc, packed, size, len(raw), 0)
        self.file.seek(at)
        self.file.write(struct.pack("<4s2H", b"PK\x03\x04", 45, 0) + fixed + raw)
        self.file.seek(end)
        extra = struct.pack("<2HQ", 1, 8, at)
        fixed = fixed[:-2] + struct.pack("<H", len(extra))
        self.rows += struct.pack("<4s3H", b"PK\x01\x02", 45, 45, 0) + fixed
        self.rows += struct.pack("<3H2L", 0, 0, 0, 0, 0xFFFFFFFF) + raw + extra
        self.count += 1

    def close(self) -> None:
        """Writes the directory."""
        start, size = self.file.tell(), len(self.rows)
        self.file.write(self.rows)
        row = (b"PK\x06\x06", 44, 45, 45, 0, 0, self.count, self.count, size, start)
        self.file.write(struct.pack("<4sQ2H2L4Q", *row))
        self.file.write(struct.pack("<4sLQL", b"PK\x06\x07", 0, start + size, 1))
        last = (b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        self.file.write(struct.pack("<4s4H2LH", *last))


def _spread(rows: Iterator[bytes]) -> Iterator[bytes]:
    yield b"["
    for place, row in enumerate(rows):
        yield (b",\n" if place else b"") + row
    yield b"]"


def _renamed(row: dict[str, Any], *, number: int) -> bytes:
    return json.dumps(row | {"id": f"sample-{number:07d}"}).encode()


def make(source: Path, target: Path, *, megabytes: int) -> int:
    """Writes the log and returns its number of samples."""
    archive = Archive(source.read_bytes(), where=str(source), limits=Limits())
    names = [name for name in archive.entries if name.startswith("samples/")]
    samples = [json.loads(archive.read(name)) for name in names]
    order = [(str(sample["id"]), sample["epoch"]) for sample in samples]
    by_key = {(str(r["id"]), r["epoch"]): r for r in json.loads(archive.read("summaries.json"))}
    rows = [by_key[key] for key in order]
    whole = [json.dumps(sample | {"id": "\0"}).encode() for sample in samples]
    header = json.loads(archive.read("header.json"))
    number = 0
    with target.open("wb") as file:
        out = Writer(file)
        out.add("_journal/start.json", iter([archive.read("_journal/start.json")]))
        while file.tell() < megabytes * 1024 * 1024:
            plain = whole[number % len(whole)]
            content = plain.replace(b'"\\u0000"', f'"sample-{number:07d}"'.encode(), 1)
            out.add(f"samples/sample-{number:07d}_epoch_1.json", iter([content]))
            number += 1
            if number % _PER_FLUSH == 0:
                last = range(number - _PER_FLUSH, number)
                listed = (_renamed(rows[n % len(rows)], number=n) for n in last)
                out.add(f"_journal/summaries/{number // _PER_FLUSH}.json", _spread(listed))
        listed = (_renamed(rows[n % len(rows)], number=n) for n in range(number))
        out.add("summaries.json", _spread(listed))
        header["results"]["total_samples"] = header["results"]["completed_samples"] = number
        header["results"]["scores"] = []
        out.add("header.json", iter([json.dumps(header).encode()]))
        out.close()
    return number


def main() -> None:
    """Makes the log that the command line asks for and prints its size."""
    parser = argparse.ArgumentParser(description="Make one big Inspect log.")
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--megabytes", type=int, default=2048)
    options = parser.parse_args()
    part = options.target.with_suffix(".part")
    count = make(options.source, part, megabytes=options.megabytes)
    shutil.move(part, options.target)
    print(f"{count:,} samples in {options.target.stat().st_size / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
