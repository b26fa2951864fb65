"""Sample-level values as columns: what a run measured, one row per sample and epoch.

The digest is defined over the columns, not over a file format, so that an auditor can recompute
it in any language (spec/determination.md V-3): SHA-256 over, for each column in the order of
`Samples`' attributes, the UTF-8 JSON array of the column's name and its values in RFC 8785 form,
each array followed by a newline.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, Literal, get_args

from pydantic import Field, model_validator

from tierlock.core.canonical import canonical_json
from tierlock.core.errors import InputError
from tierlock.core.record import Record

State = Literal["scored", "errored", "unscored", "invalidated", "fallback", "absent"]
"""Why a sample has a value or has none.

`absent` is a sample that the run planned and the log does not hold.
"""
STATES: Final[tuple[State, ...]] = get_args(State)
MISSING: Final = frozenset(STATES) - {"scored"}
SCORE_COLUMN: Final = "score:"
_EXACT: Final = 2.0**53  # below it a whole number is written the same way as integer and as float
_PLAIN: Final = 1e-4  # from here to `_EXACT` Python writes a fraction the way RFC 8785 does


class Samples(Record):
    """Columns of equal length; row i is one attempt at one sample.

    Attributes:
        id: the sample's identity in its dataset; attempts with one id are epochs of one item.
        epoch: 1, 2, ... within an id.
        state: whether a value exists, else why not.
        limit: the limit that ended the attempt (`message`, `token`, `time` ...), else "".
        refused: whether the scorer marked the attempt as a refusal.
        scores: per scorer, the value; None where this scorer gave none.
        attributes: per attribute (family, arm, category ...), its value as text; "" if absent.
        edited: whether a score was changed after the run.
    """

    id: tuple[str, ...] = ()
    epoch: tuple[int, ...] = ()
    state: tuple[State, ...] = ()
    limit: tuple[str, ...] = ()
    refused: tuple[bool, ...] = ()
    edited: tuple[bool, ...] = ()
    scores: dict[str, tuple[float | None, ...]] = {}
    attributes: dict[str, tuple[str, ...]] = Field(default={})

    @model_validator(mode="after")
    def _columns_agree(self) -> Samples:
        lengths = {len(column) for column in self.columns().values()}
        if lengths - {len(self.id)}:
            raise ValueError("columns have different lengths")
        if len(set(zip(self.id, self.epoch, strict=True))) != len(self.id):
            raise ValueError("a sample and epoch occurs twice")
        return self

    def __len__(self) -> int:
        return len(self.id)

    def columns(self) -> dict[str, Sequence[object]]:
        """Return every column under the name that it has in the digest, in the digest's order."""
        fixed: dict[str, Sequence[object]] = {
            "id": self.id,
            "epoch": self.epoch,
            "state": self.state,
            "limit": self.limit,
            "refused": self.refused,
            "edited": self.edited,
        }
        scores = {f"{SCORE_COLUMN}{name}": self.scores[name] for name in sorted(self.scores)}
        extra = {f"attribute:{name}": self.attributes[name] for name in sorted(self.attributes)}
        return {**fixed, **scores, **extra}

    @cached_property
    def digest(self) -> str:
        """`sha256:<hex>` over the columns, independent of the order of rows."""
        total = hashlib.sha256()
        for line in canonical_columns(self):
            total.update(line)
        return f"sha256:{total.hexdigest()}"


def canonical_columns(samples: Samples) -> Iterator[bytes]:
    r"""Yield the bytes that the digest is taken of: one line per column, rows in order.

    >>> b"".join(canonical_columns(Samples(id=("a",), epoch=(1,), state=("scored",), limit=("",),
    ...     refused=(False,), edited=(False,), scores={"s": (1.0,)})))[:26]
    b'["id","a"]\n["epoch",1]\n["s'
    """
    rows = list(zip(samples.id, samples.epoch, strict=True))
    order = sorted(range(len(rows)), key=rows.__getitem__)
    sorted_already = order == list(range(len(rows)))
    for name, column in samples.columns().items():
        values = column if sorted_already else [column[i] for i in order]
        yield _column_bytes(name, values, numbers=name.startswith(SCORE_COLUMN)) + b"\n"


def _column_bytes(name: str, values: Sequence[object], *, numbers: bool) -> bytes:
    """RFC 8785 bytes of one column; the standard encoder serves wherever the two agree."""
    whole = [name, *(map(_whole, values) if numbers else values)]
    if numbers and any(isinstance(v, float) and not _PLAIN <= abs(v) < _EXACT for v in whole):
        return canonical_json([name, *values])
    try:
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise InputError("input.type", "text holds a character that UTF-8 can not carry") from None


def _whole(value: object) -> object:
    """A whole number as the integer that RFC 8785 writes it as."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def is_usable(value: float | None) -> bool:
    """Tell whether `value` is a finite number; None, NaN and infinities are missing values."""
    return value is not None and math.isfinite(value)
