"""What samples were given and what came back: texts by digest, in one SQLite file.

A text that many samples share is kept once, compressed, and is held against its digest whenever
it is read. The texts are searched by going over them, so that no second copy of hazardous words
lies in an index.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import zstandard

from tierlock.core import InputError, IntegrityError, digest_bytes, printable

_NAME: Final = "outputs.db"
_LEVEL: Final = 3
_BUSY_SECONDS: Final = 60.0
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS text (
    digest TEXT PRIMARY KEY, size INTEGER NOT NULL, packed BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sample (
    key TEXT PRIMARY KEY, run TEXT NOT NULL, log TEXT NOT NULL, evaluation TEXT NOT NULL,
    model TEXT NOT NULL, id TEXT NOT NULL, epoch INTEGER NOT NULL, score TEXT NOT NULL,
    asked TEXT NOT NULL REFERENCES text, answered TEXT NOT NULL REFERENCES text,
    transcript TEXT NOT NULL REFERENCES text
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sample_run ON sample (run, id, epoch);
"""
_COLUMNS: Final = "key, run, log, evaluation, model, id, epoch, score, asked, answered, transcript"


class SampleTexts(NamedTuple):
    """One attempt and its texts, on the way into the store.

    Attributes:
        id, epoch: which attempt.
        score: what it scored, as text.
        asked: what the model was given.
        answered: what it answered last.
        transcript: every message, one after the other.
    """

    id: str
    epoch: int
    score: str
    asked: str
    answered: str
    transcript: str


class RunOf(NamedTuple):
    """The run that attempts belong to, as its log names it."""

    run: str
    log: str
    evaluation: str
    model: str


class KeptSample(NamedTuple):
    """One attempt in the store; its texts by their digests.

    Attributes:
        key: names it: SHA-256 over run, sample and attempt, in hexadecimal.
        log: where the log lay when it was read.
    """

    key: str
    run: str
    log: str
    evaluation: str
    model: str
    id: str
    epoch: int
    score: str
    asked: str
    answered: str
    transcript: str


class OutputStore:
    """The texts of a store.

    Args:
        store: the store's folder; created on first write.
    """

    def __init__(self, store: Path) -> None:
        self._folder = store
        self._path = store / _NAME

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept."""
        return self._path.exists()

    def add(self, samples: Iterable[SampleTexts], *, of: RunOf) -> int:
        """Keep the attempts of one run, all or none; return how many.

        One attempt at a time is in memory. A run that was kept before is kept as it is now read.

        Raises:
            InputError: `input.store`, it can not be written.
        """
        count = 0
        with self._open(create=True) as base, base:
            base.execute("BEGIN IMMEDIATE")
            base.execute("DELETE FROM sample WHERE run = ?", (of.run,))
            for each in samples:
                texts = [_keep(base, text) for text in (each.asked, each.answered, each.transcript)]
                row = (sample_key(of.run, id=each.id, epoch=each.epoch), *of)
                base.execute(
                    f"INSERT OR REPLACE INTO sample ({_COLUMNS}) "  # noqa: S608  # a constant
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row, _utf8(each.id), each.epoch, _utf8(each.score), *texts),
                )
                count += 1
        return count

    def runs(self) -> frozenset[str]:
        """Return the ids of the runs of which attempts are kept."""
        with self._open() as base:
            return frozenset(run for (run,) in base.execute("SELECT DISTINCT run FROM sample"))

    def samples(self, *, runs: Iterable[str] | None = None) -> Iterator[KeptSample]:
        """Yield the attempts in the store in the order of their runs, by default of all runs."""
        wanted = None if runs is None else set(runs)
        with self._open() as base:
            rows = base.execute(f"SELECT {_COLUMNS} FROM sample ORDER BY run, id, epoch")  # noqa: S608
            for row in rows:
                if wanted is None or row[1] in wanted:
                    yield KeptSample(*row)

    def evaluations(self) -> tuple[str, ...]:
        """Return the tasks of which texts are kept, sorted."""
        with self._open() as base:
            rows = base.execute("SELECT DISTINCT evaluation FROM sample ORDER BY 1")
            return tuple(str(row[0]) for row in rows)

    def sample(self, key: str) -> KeptSample:
        """Return the attempt whose key begins so.

        Raises:
            InputError: `input.not-found`; there is none, or several.
        """
        with self._open() as base:
            rows = base.execute(
                f"SELECT {_COLUMNS} FROM sample WHERE substr(key, 1, ?) = ? LIMIT 2",  # noqa: S608
                (len(key), key),
            ).fetchall()
        if len(rows) != 1 or not key:
            many = "several samples" if rows else "no sample"
            raise InputError(
                "input.not-found",
                f"the output store has {many} of which the key begins with `{key}`",
                hint="list the keys with `tierlock output list`",
            )
        return KeptSample(*rows[0])

    def text(self, digest: str) -> str:
        """Return the text with a digest.

        Raises:
            IntegrityError: `integrity.digest`; it is gone, or is not what it was.
        """
        with self._open() as base:
            row = base.execute(
                "SELECT packed, size FROM text WHERE digest = ?", (digest,)
            ).fetchone()
        try:
            data = b"" if row is None else _unpack(row[0], size=row[1])
        except (zstandard.ZstdError, MemoryError, TypeError, ValueError):
            data = b""
        if digest_bytes(data) != digest:
            raise IntegrityError(
                "integrity.digest",
                f"text `{printable(digest)}` of the output store is missing or was changed",
                location=str(self._path),
                hint="read its log again with `tierlock assess LOGS --reread all`",
            )
        return data.decode("utf-8")

    @contextmanager
    def _open(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        if not create and not self._path.exists():
            raise InputError(
                "input.not-found",
                f"`{self._path}` does not exist: no outputs were kept",
                hint="set `keep_outputs: true` in tierlock.yaml and read the logs again with "
                "`tierlock assess LOGS`",
            )
        try:
            if create:
                self._folder.mkdir(parents=True, exist_ok=True)
                # For its owner alone: what lies in it may be what nobody should read. Only a new
                # file is opened: to close one in use would drop the locks of all who use it.
                with suppress(FileExistsError):
                    os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as base:
                base.isolation_level = None
                if create:
                    base.executescript(_TABLES)
                yield base
        except sqlite3.DatabaseError as error:
            # The plain class is damage; its subclasses are a full disk, a lock, a text too large.
            if type(error) is sqlite3.DatabaseError:
                raise IntegrityError(
                    "integrity.digest",
                    f"the output store is damaged: {error}",
                    location=str(self._path),
                    hint="remove it and read the logs again with `tierlock assess LOGS "
                    "--reread all`; nothing else depends on it",
                ) from None
            raise _unusable(self._path, str(error)) from None
        except OSError as error:
            raise _unusable(self._path, (error.strerror or str(error)).lower()) from None


def sample_key(run: str, *, id: str, epoch: int) -> str:  # noqa: A002  # the field's word for it
    """Return what names one attempt at one sample of one run.

    >>> sample_key("run", id="a", epoch=1)[:8]
    'bbfb7b8a'
    """
    parts = (run.encode("utf-8", "surrogatepass"), id.encode("utf-8", "surrogatepass"))
    data = b"".join(str(len(part)).encode() + b":" + part for part in parts) + str(epoch).encode()
    return hashlib.sha256(data).hexdigest()


def _keep(base: sqlite3.Connection, text: str) -> str:
    """Keep one text unless it is kept; return its digest."""
    data = _utf8(text).encode("utf-8")
    digest = digest_bytes(data)
    if base.execute("SELECT 1 FROM text WHERE digest = ?", (digest,)).fetchone() is None:
        packed = zstandard.ZstdCompressor(level=_LEVEL).compress(data)
        base.execute("INSERT INTO text VALUES (?, ?, ?)", (digest, len(data), packed))
    return digest


def _unpack(packed: bytes, *, size: int) -> bytes:
    """A row that claims another size than its content has is damaged, and costs no memory."""
    if zstandard.frame_content_size(packed) != size:
        return b""
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)


def _utf8(text: str) -> str:
    """A lone surrogate, which logs do hold, as its visible escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _unusable(path: Path, reason: str) -> InputError:
    return InputError(
        "input.store",
        f"can not use `{path}`: {reason}",
        hint="check free space and permissions, then do it again; nothing was half kept",
    )
