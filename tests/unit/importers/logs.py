"""Small logs of every shape, made by hand, so that each test changes exactly one thing."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import zstandard

from tierlock.core import Evidence
from tierlock.importers import Imported, LogFile, read
from tierlock.importers.inspect import read as read_inspect

STORED, DEFLATED, ZSTANDARD = 0, 8, 93


def sample(name: int | str, value: object = "C", **changes: Any) -> dict[str, Any]:
    """Return one attempt of an Inspect log, scored by `check`."""
    fields: dict[str, Any] = {
        "id": name,
        "epoch": 1,
        "input": "q",
        "target": "a",
        "messages": [{"role": "user", "content": "q"}],
        "scores": {"check": {"value": value, "history": []}},
        "metadata": {"family": "f1"},
        "events": [{"event": "info", "data": "x"}],
        "total_time": 2.0,
        "working_time": 1.5,
    }
    return {name: field for name, field in {**fields, **changes}.items() if field is not ...}


def spec(samples: Iterable[Mapping[str, Any]] = (), **changes: Any) -> dict[str, Any]:
    """Return the field `eval` of a header for a run over `samples`."""
    ids = list(dict.fromkeys(row["id"] for row in samples))
    return {
        "eval_id": "run-1",
        "run_id": "r",
        "created": "2026-03-01T12:00:00+00:00",
        "task": "package/biology",
        "task_id": "t",
        "task_version": 2,
        "model": "lab/model-1",
        "dataset": {"name": "questions", "samples": len(ids), "sample_ids": ids},
        "config": {"epochs": 1},
        "packages": {"inspect_ai": "0.3.285"},
        **changes,
    }


def header(samples: Iterable[Mapping[str, Any]] = (), **changes: Any) -> dict[str, Any]:
    """Return a header for a finished run over `samples`; `eval` changes the run's description."""
    rows = list(samples)
    described = spec(rows, **changes.pop("eval", {}))
    fields = {
        "version": 2,
        "status": "success",
        "eval": described,
        "plan": {"steps": [{"solver": "generate", "params": {}}], "config": {}},
        "results": {"total_samples": len(rows), "scores": []},
        "stats": {"completed_at": "2026-03-01T13:00:00+00:00"},
    }
    return fields | changes


def mean_of(value: float, *, name: str = "check", metric: str = "accuracy", **changes: Any) -> Any:
    """Return `results` with one mean of one scorer."""
    score = {"name": name, "scorer": name, "metrics": {metric: {"name": metric, "value": value}}}
    return {"total_samples": 0, "scores": [score | changes]}


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the summary of an attempt, as Inspect writes it: no edits, no invalidation."""
    kept = {k: v for k, v in row.items() if k in {"id", "epoch", "metadata", "total_time"}}
    kept["scores"] = {
        name: {**score, "history": []} for name, score in (row.get("scores") or {}).items()
    }
    if row.get("error") is not None:
        kept["error"] = row["error"]["message"]
    if row.get("limit") is not None:
        kept["limit"] = row["limit"]["type"]
    if "model_fallbacks" in row:
        kept["model_fallbacks"] = row["model_fallbacks"]
    return kept


def members(
    samples: Iterable[Mapping[str, Any]], head: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the members of a finished archive, by name."""
    rows = list(samples)
    whole = header(rows) if head is None else head
    return {
        "_journal/start.json": {"version": 2, "eval": whole["eval"], "plan": whole.get("plan")},
        **{f"samples/{row['id']}_epoch_{row.get('epoch', 1)}.json": row for row in rows},
        "_journal/summaries/1.json": [summary(row) for row in rows],
        "summaries.json": [summary(row) for row in rows],
        "header.json": whole,
    }


def pack(
    entries: Mapping[str, Any] | Iterable[tuple[str, Any]],
    *,
    method: int = DEFLATED,
    forgotten: Sequence[int] = (),
) -> bytes:
    """Return an archive of entries; values that are not bytes are written as JSON.

    Written by hand and not by `zipfile`, so that every field can be wrong in a test. Entries whose
    position is in `forgotten` are there and not in the directory, as after an edit in place.
    """
    body, rows = bytearray(), bytearray()
    pairs = list(entries.items() if isinstance(entries, Mapping) else entries)
    for position, (name, value) in enumerate(pairs):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        if method == ZSTANDARD:
            packed = zstandard.ZstdCompressor(write_content_size=False).compress(data)
        elif method == DEFLATED:
            squeeze = zlib.compressobj(wbits=-15)
            packed = squeeze.compress(data) + squeeze.flush()
        else:
            packed = data
        raw = name.encode()
        fixed = (method, 0, 0, zlib.crc32(data), len(packed), len(data), len(raw), 0)
        if position not in forgotten:
            rows += struct.pack("<4s4H", b"PK\x01\x02", 20, 20, 0, fixed[0])
            rows += struct.pack("<2H3L5H2L", *fixed[1:], 0, 0, 0, 0, len(body))
            rows += raw
        body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, *fixed) + raw + packed
    count = len(pairs) - len(forgotten)
    end = (b"PK\x05\x06", 0, 0, count, count, len(rows), len(body), 0)
    return bytes(body + rows) + struct.pack("<4s4H2LH", *end)


def as_log(data: bytes | Mapping[str, Any], name: str = "log.eval") -> LogFile:
    """Return bytes, or an object as JSON, as a file that was read."""
    whole = data if isinstance(data, bytes) else json.dumps(data).encode()
    return LogFile(Path(name), whole)


def archive(
    samples: Iterable[Mapping[str, Any]], head: Mapping[str, Any] | None = None
) -> Imported:
    """Return what an archive of `samples` yields."""
    return read_inspect(as_log(pack(members(samples, head))))


def only(imported: Imported) -> Evidence:
    """Return the one record of `imported`, which must have no omission."""
    assert not imported.omissions
    (evidence,) = imported.evidence
    return evidence


def codes(evidence: Evidence) -> list[str]:
    """Return the codes of the problems of `evidence`."""
    return [problem.code for problem in evidence.problems]


def write(folder: Path, name: str, data: bytes | str | Mapping[str, Any]) -> Path:
    """Write a file, JSON for an object, and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(data, Mapping):
        data = json.dumps(data)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def read_text(folder: Path, name: str, text: str) -> Imported:
    """Write `text` into a file and return what the door makes of it."""
    return read(write(folder, name, text))
