"""The physical limit of reading Inspect logs: programs that do the least that gives an answer.

    python benchmarks/limits.py FOLDER [--what inflate|headers|scores|samples|stat] [--processes N]

`inflate` reads every `.eval` file of a folder and inflates the members that an assessment has to
look at: header, summaries, and every attempt's own record, where alone edits and invalidations
show. It checks nothing and decodes no JSON. The others are for one job each:

    headers   the central directory and the header, decoded into the fields that are used
    scores    the summary, decoded, each scorer a column of numbers
    samples   the attempts' own records, checked by CRC-32 and decoded, and the file's SHA-256
    stat      nothing but the size and times of each file

They trust every byte: no bounds, no duplicates, no ZIP64, no records that contradict each other.
What a reader of untrusted logs takes on top of them is the price of its checks.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import zstandard

try:
    from isal.isal_zlib import crc32
except ImportError:
    from zlib import crc32

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_WHOLE = {"header.json", "_journal/start.json", "summaries.json"}
_ZSTANDARD = 93
_TAIL = 64 * 1024
_GRADES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
_DECOMPRESSOR = zstandard.ZstdDecompressor()


class Score(msgspec.Struct):
    value: Any


class Row(msgspec.Struct):
    id: int | str
    epoch: int
    scores: dict[str, Score] | None = None
    error: str | None = None
    limit: str | None = None


class Present(msgspec.Struct):
    pass


class Edited(msgspec.Struct):
    value: Any
    history: list[Present] = []


class Sample(msgspec.Struct):
    id: int | str
    epoch: int
    scores: dict[str, Edited] | None = None
    metadata: dict[str, Any] | None = None
    invalidation: Present | None = None
    error: Present | None = None
    limit: Present | None = None


class Metric(msgspec.Struct):
    value: float


class Aggregate(msgspec.Struct):
    name: str
    metrics: dict[str, Metric] = {}


class Results(msgspec.Struct):
    total_samples: int = 0
    scores: list[Aggregate] = []


class Spec(msgspec.Struct):
    task: str
    model: str
    created: str
    eval_id: str = ""


class Header(msgspec.Struct):
    status: str
    eval: Spec
    results: Results | None = None
    invalidated: bool = False


_HEADER = msgspec.json.Decoder(Header)
_ROWS = msgspec.json.Decoder(list[Row])
_SAMPLE = msgspec.json.Decoder(Sample)


class Zip:
    """The least that reads a member: one read of the file's end, one of each member."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDONLY)
        size = os.fstat(self.descriptor).st_size
        base = max(0, size - _TAIL)
        tail = os.pread(self.descriptor, size - base, base)
        end = tail.rfind(b"PK\x05\x06")
        length, start = _END.unpack_from(tail, end)[5:7]
        inside = start >= base
        rows = tail[start - base :] if inside else os.pread(self.descriptor, length, start)
        self.members: dict[bytes, tuple[int, int, int, int, int]] = {}
        at = 0
        while at < length:
            row = _CENTRAL.unpack_from(rows, at)
            name = rows[at + 46 : at + 46 + row[10]]
            self.members[name] = (row[4], row[7], row[8], row[9], row[-1])
            at += 46 + row[10] + row[11] + row[12]

    def read(self, name: bytes, *, checked: bool = False) -> bytes:
        method, crc, packed, size, at = self.members[name]
        raw = os.pread(self.descriptor, 30 + len(name) + 64 + packed, at)
        start = 30 + sum(struct.unpack_from("<HH", raw, 26))
        content = memoryview(raw)[start : start + packed]
        if method == _ZSTANDARD:
            out = _DECOMPRESSOR.decompress(content, max_output_size=size)
        else:
            out = zlib.decompress(content, -zlib.MAX_WBITS, size)
        if checked and crc32(out) != crc:
            raise ValueError(name)
        return out

    def __enter__(self) -> Zip:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def headers(path: Path) -> int:
    """Returns 1: a header was read."""
    with Zip(path) as archive:
        found = _HEADER.decode(archive.read(b"header.json"))
    spec, results = found.eval, found.results or Results()
    line = [(s.name, k, m.value) for s in results.scores for k, m in s.metrics.items()]
    return len((spec.task, spec.model, found.status, line)) // 4


def scores(path: Path) -> int:
    """Returns how many rows the summary has."""
    with Zip(path) as archive:
        rows = _ROWS.decode(archive.read(b"summaries.json"))
    columns: dict[str, list[float | None]] = {}
    for place, row in enumerate(rows):
        for name, score in (row.scores or {}).items():
            column = columns.get(name)
            if column is None:
                column = columns[name] = [None] * len(rows)
            column[place] = _number(score.value)
    fixed = [(row.id, row.epoch, row.error is not None, row.limit) for row in rows]
    return len(fixed)


def samples(path: Path) -> int:
    """Returns how many records were decoded; the file is hashed as well."""
    found = []
    with Zip(path) as archive:
        for name in archive.members:
            if name.startswith(b"samples/"):
                one = _SAMPLE.decode(archive.read(name, checked=True))
                values = [_number(score.value) for score in (one.scores or {}).values()]
                edited = any(score.history for score in (one.scores or {}).values())
                found.append((one.id, one.epoch, values, edited, one.invalidation is not None))
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return len(found)


def stat(path: Path) -> int:
    """Returns 1: the file is there."""
    return int(os.stat(path).st_size >= 0)  # noqa: PTH116 - the fastest way


def _number(value: object) -> float | None:
    if value.__class__ is str:
        return _GRADES.get(str(value))
    return float(value) if isinstance(value, int | float) else None


def inflated(path: Path) -> int:
    """Returns how many bytes the needed members have."""
    archive = path.read_bytes()
    view = memoryview(archive)
    plain = 0
    for method, start, packed, size in _needed(archive):
        content = view[start : start + packed]
        if method == _ZSTANDARD:
            plain += len(_DECOMPRESSOR.decompress(content, max_output_size=size))
        else:
            plain += len(zlib.decompress(content, -zlib.MAX_WBITS, size))
    return plain


def _needed(archive: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yields method, start, packed and plain size of each needed member."""
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


JOBS: dict[str, Callable[[Path], int]] = {
    "inflate": inflated,
    "headers": headers,
    "scores": scores,
    "samples": samples,
    "stat": stat,
}


def total(job: Callable[[Path], int], folder: Path, *, processes: int = 1) -> int:
    """Returns the sum of what the job returns for every log in a folder."""
    paths = sorted(folder.glob("*.eval"))
    if processes == 1:
        return sum(map(job, paths))
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        return sum(pool.map(job, paths, chunksize=max(1, len(paths) // (8 * processes))))


def main() -> None:
    """Does the job that the command line names and prints its count."""
    parser = argparse.ArgumentParser(description="Read Inspect logs with the least work.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--what", choices=JOBS, default="inflate")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    found = total(JOBS[options.what], options.folder, processes=options.processes)
    print(f"{options.what}: {found:,}")


if __name__ == "__main__":
    main()
