"""Recorded against recomputed: outcomes exactly, numbers within 1e-9 (law L1)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from pydantic import JsonValue

from tierlock.core import Determination, Finding, Record
from tierlock.report import ComparedFinding, ComparedNumber

TOLERANCE: Final = 1e-9
_NUMBERS: Final = ("value", "lower", "upper", "rule_out_p", "rule_in_p", "units")
_COUNTS: Final = ("planned", "present", "scored", "refused")


class Difference(NamedTuple):
    """One value that came out otherwise."""

    path: str
    recorded: str
    recomputed: str

    @property
    def says(self) -> str:
        """The difference in one sentence."""
        return f"{self.path}: recorded {self.recorded}, recomputed {self.recomputed}"


def differences(recorded: Record, *, recomputed: Record) -> tuple[Difference, ...]:
    """Return every value of two records that differs, numbers beyond the tolerance only."""
    left = recorded.model_dump(mode="json", by_alias=True)
    right = recomputed.model_dump(mode="json", by_alias=True)
    return tuple(_differences(left, right, path=""))


def same_number(left: float, *, to: float) -> bool:
    """Tell whether two numbers are equal within the tolerance, absolute and relative."""
    return math.isclose(left, to, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _differences(left: JsonValue, right: JsonValue, *, path: str) -> Iterator[Difference]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            inner = f"{path}.{key}" if path else key
            if (key in left) != (key in right):
                yield Difference(inner, _shown(left.get(key)), _shown(right.get(key)))
            else:
                yield from _differences(left[key], right[key], path=inner)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for place, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from _differences(one, other, path=f"{path}[{_place(one, place)}]")
    elif _is_number(left) and _is_number(right):
        if not same_number(float(str(left)), to=float(str(right))):
            yield Difference(path, _shown(left), _shown(right))
    elif left != right:
        yield Difference(path, _shown(left), _shown(right))


def _place(value: JsonValue, place: int) -> str:
    """A list's entry is named where it has a name."""
    if isinstance(value, dict):
        for key in ("path", "threshold", "standard", "what", "code"):
            if isinstance(value.get(key), str):
                return str(value[key])
    return str(place)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: JsonValue) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return f"{len(value)} values"
    return str(value)


def compare_findings(
    recorded: Determination, *, recomputed: Determination | None, unknown: Collection[str]
) -> tuple[ComparedFinding, ...]:
    """Return each finding with its numbers, recorded and recomputed.

    Args:
        recorded: the determination in the bundle.
        recomputed: ours; None where there is none.
        unknown: paths of findings that rest on what is withheld: no recomputed number is shown.
    """
    ours = {} if recomputed is None else _by_path(recomputed)
    return tuple(
        _compared(finding, None if path in unknown else ours.get(path))
        for path, finding in _by_path(recorded).items()
    )


def _by_path(determination: Determination) -> dict[str, Finding]:
    both = (*determination.findings, *determination.safeguard_findings)
    return {finding.path: finding for finding in both}


def _compared(recorded: Finding, recomputed: Finding | None) -> ComparedFinding:
    mine = None if recomputed is None else numbers_of(recomputed)
    theirs = numbers_of(recorded)
    names = [*theirs, *(name for name in mine or {} if name not in theirs)]
    return ComparedFinding(
        path=recorded.path,
        outcome=recorded.outcome.name,
        recomputed=None if recomputed is None else recomputed.outcome.name,
        numbers=tuple(
            ComparedNumber(
                name=name,
                recorded=theirs.get(name),
                recomputed=None if mine is None else mine.get(name),
                agrees=mine is not None and _agree(theirs.get(name), mine.get(name)),
            )
            for name in names
        ),
        agrees=recomputed is not None and not differences(recorded, recomputed=recomputed),
    )


def _agree(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return same_number(left, to=right)


def numbers_of(finding: Finding) -> dict[str, float]:
    """Return the numbers of a finding by name: estimate, bounds, p-values, counts."""
    estimate = finding.estimate
    if estimate is None:
        return {}
    found = {name: getattr(estimate, name) for name in _NUMBERS}
    found |= {name: getattr(estimate.counts, name) for name in _COUNTS}
    found |= {f"missing {name}": count for name, count in estimate.counts.missing.items()}
    return {name: value for name, value in found.items() if value is not None}
