"""Tables of samples, CSV or JSON Lines, for tools without an importer of their own."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from tierlock.core import Evidence, InputError, Source, SubjectRef, parse_instant
from tierlock.importers.columns import Row, Texts, to_samples, to_text
from tierlock.importers.interface import Glance, Imported, LogFile
from tierlock.importers.reasons import omission
from tierlock.importers.untrusted_json import json_lines

REQUIRED: Final = ("subject", "evaluation", "run_id", "sample_id", "value", "measured_at")
OPTIONAL: Final = ("epoch", "error", "limit", "refused")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_LINE: Final = msgspec.json.Decoder(dict[str, Any])

RunKey = tuple[str, str, str]
"""Subject, evaluation and run id: rows that share them are one run."""


@dataclass(slots=True)
class _Run:
    rows: dict[tuple[str, int], Row] = field(default_factory=dict)
    starts: list[datetime] = field(default_factory=list)


def recognises(glance: Glance) -> bool:
    """Tell whether the first line names every required column."""
    first = glance.head.lstrip(b"\xef\xbb\xbf").partition(b"\n")[0]
    if glance.name.endswith(".csv"):
        return set(REQUIRED) <= {
            cell.strip(' "\r') for cell in first.decode("utf-8", "replace").split(",")
        }
    return glance.name.endswith(".jsonl") and all(f'"{key}"'.encode() in first for key in REQUIRED)


def read(log: LogFile) -> Imported:
    """Return one record per subject, evaluation and run id.

    Raises:
        ImportFailed: with the line: a missing column, a value that is not a number, a sample and
            epoch that occur twice in a run.
    """
    is_csv = log.name.endswith(".csv")
    runs: dict[RunKey, _Run] = {}
    for line, cells in _csv_rows(log) if is_csv else _json_rows(log):
        key, row, start = _row(cells, log=log, line=line)
        run = runs.setdefault(key, _Run())
        if (row.id, row.epoch) in run.rows:
            says = f"sample `{row.id}` epoch {row.epoch} occurs twice in run `{key[2]}`"
            raise log.failed("import.value", says=says, part=line)
        run.rows[row.id, row.epoch] = row
        run.starts.append(start)
    if not runs:
        return Imported(omissions=(omission("log.no-samples", what=log.name),))
    return Imported(tuple(_evidence(key, run=run, log=log) for key, run in runs.items()))


def _evidence(key: RunKey, *, run: _Run, log: LogFile) -> Evidence:
    texts = Texts()
    subject, evaluation, run_id = map(texts.one, key)
    samples, problems = to_samples(run.rows.values())
    return Evidence(
        evaluation=evaluation,
        run_id=f"{evaluation}/{run_id}",  # one run of a tool may fill several evaluations
        subject=SubjectRef(name=subject),
        measured_at=min(run.starts),
        samples=samples,
        source=Source(format="table", file=texts.one(log.name), sha256=log.sha256),
        problems=(*problems, *texts.problems),
    )


def _csv_rows(log: LogFile) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        text = log.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise log.failed("import.unreadable", says="not UTF-8 text") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if len(set(names)) < len(names):
            raise log.failed("import.schema", says="a column stands twice", part=1)
        for cells in reader:
            if reader.line_num > log.limits.rows:
                raise log.failed("import.limit", says=f"more than {log.limits.rows} lines")
            if not cells:
                continue
            if len(cells) != len(names):
                says = f"{len(cells)} cells under {len(names)} columns"
                raise log.failed("import.schema", says=says, part=reader.line_num)
            yield reader.line_num, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise log.failed(
            "import.unreadable", says=f"not CSV: {error}", part=reader.line_num
        ) from None


def _json_rows(log: LogFile) -> Iterator[tuple[int, Mapping[str, str]]]:
    for line, values in json_lines(log, decoder=_LINE):
        cells = {}
        for name, value in values.items():
            if isinstance(value, str):
                text: str | None = value
            elif value is None or (isinstance(value, float) and math.isnan(value)):
                text = ""
            else:
                text = to_text(value)
            if text is None:
                says = f"`{name}` is neither text nor a finite number"
                raise log.failed("import.value", says=says, part=line)
            cells[name] = text
        yield line, cells


def _row(cells: Mapping[str, str], *, log: LogFile, line: int) -> tuple[RunKey, Row, datetime]:
    missing = [name for name in REQUIRED if name not in cells]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        raise log.failed("import.schema", says=f"without the column {names}", part=line)
    for name in ("subject", "evaluation", "run_id", "sample_id", "measured_at"):
        if not cells[name].strip():
            raise log.failed("import.value", says=f"`{name}` is blank", part=line)
    try:
        value = _number(cells["value"])
        epoch = _epoch(cells.get("epoch", "").strip())
        refused = _TRUTH[cells.get("refused", "").strip().lower() or "no"]
        start = parse_instant(cells["measured_at"].strip())
    except InputError as error:
        raise log.failed("import.value", says=error.message, part=line, hint=error.hint) from None
    except (ValueError, KeyError) as error:
        raise log.failed("import.value", says=f"can not use {error}"[:200], part=line) from None
    failed = bool(cells.get("error", "").strip())
    row = Row(
        id=cells["sample_id"].strip(),
        epoch=epoch,
        state="errored" if failed else "unscored" if value is None else "scored",
        limit=cells.get("limit", "").strip(),
        refused=refused,
        scores={"value": value},
        attributes={
            name: to_text(text) or ""
            for name, text in cells.items()
            if name and name not in REQUIRED and name not in OPTIONAL
        },
    )
    subject, evaluation, run_id = (cells[name].strip() for name in REQUIRED[:3])
    return (subject, evaluation, run_id), row, start


def _epoch(text: str) -> int:
    if text and not (text.isascii() and text.isdecimal() and int(text) >= 1):
        raise ValueError(f"the epoch `{text[:40]}`: not 1, 2, ...")
    return int(text or 1)


def _number(text: str) -> float | None:
    """Return a decimal number, 1 or 0 for true and false, None for a blank or NaN."""
    plain = text.strip().lower()
    if plain in {"", "nan"}:
        return None
    if plain in {"true", "false"}:
        return float(plain == "true")
    if not _NUMBER.fullmatch(plain) or math.isinf(float(plain)):
        raise ValueError(f"the value `{text[:40]}`: not a finite number")
    return float(plain)
