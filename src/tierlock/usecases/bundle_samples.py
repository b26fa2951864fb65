"""Sample values as a bundle carries them: the very bytes that their digest is taken of.

One line per column (spec/determination.md V-3), so that the digest of the file is the digest that
the evidence names, and any JSON reader gets the values.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tierlock.core import (
    SCORE_COLUMN,
    Digest,
    Evidence,
    IntegrityError,
    Record,
    Samples,
    canonical_columns,
    digest_bytes,
)

_FIXED: Final = ("id", "epoch", "state", "limit", "refused", "edited")
_ATTRIBUTE: Final = "attribute:"
_COLUMN: Final = msgspec.json.Decoder(list[str | int | float | bool | None])


class EvidencePart(Record):
    """Evidence without its sample values, which are a part of their own.

    Attributes:
        evidence: identity of the evidence (spec/determination.md V-3).
        samples: digest of the values.
        attempts: how many rows they have.
        record: the evidence; its `samples` are empty here.
    """

    evidence: Digest
    samples: Digest
    attempts: int
    record: Evidence


def split(evidence: Evidence) -> tuple[EvidencePart, bytes]:
    """Return evidence as its two parts: what is known about the run, and the values."""
    part = EvidencePart(
        evidence=evidence.digest,
        samples=evidence.samples.digest,
        attempts=len(evidence.samples),
        record=evidence.model_copy(update={"samples": Samples()}),
    )
    return part, b"".join(canonical_columns(evidence.samples))


def check_header(part: EvidencePart) -> EvidencePart:
    """Return a header whose identity is the one that it states.

    Raises:
        IntegrityError: `bundle.part`.
    """
    empty = not part.record.samples.id
    if not empty or part.record.digest_with(part.samples) != part.evidence:
        raise _differs(part, "its header differs from its identity")
    return part


def join(part: EvidencePart, *, values: bytes) -> Evidence:
    """Return evidence from its two parts; the digest is recomputed from the values.

    Raises:
        IntegrityError: `bundle.part`, they do not belong together.
    """
    if digest_bytes(values) != part.samples:
        raise _differs(part, "its sample values differ from their digest")
    samples = _parse_columns(values, part=part)
    # Equal bytes could still be another spelling of values that have another digest.
    if samples.digest != part.samples or len(samples) != part.attempts:
        raise _differs(part, "its sample values differ from their digest")
    return part.record.model_copy(update={"samples": samples})


def _parse_columns(values: bytes, *, part: EvidencePart) -> Samples:
    lines = values.split(b"\n")
    if lines.pop() != b"":
        raise _differs(part, "its sample values end early")
    try:
        listed: list[tuple[str, tuple[object, ...]]] = [
            (str(name), tuple(column)) for name, *column in map(_COLUMN.decode, lines)
        ]
        columns = dict(listed)
        if len(columns) != len(listed):
            raise _differs(part, "a column of its sample values occurs twice")
        fixed = {name: columns.pop(name) for name in _FIXED}
        return Samples.model_validate(
            {
                **fixed,
                "scores": {
                    name.removeprefix(SCORE_COLUMN): column
                    for name, column in columns.items()
                    if name.startswith(SCORE_COLUMN)
                },
                "attributes": {
                    name.removeprefix(_ATTRIBUTE): column
                    for name, column in columns.items()
                    if name.startswith(_ATTRIBUTE)
                },
            }
        )
    except (ValueError, KeyError, RecursionError):
        raise _differs(part, "its sample values are not columns of samples") from None


def _differs(part: EvidencePart, says: str) -> IntegrityError:
    return IntegrityError(
        "bundle.part", f"run `{part.record.run_id}`: {says}", hint="ask for the bundle again"
    )
