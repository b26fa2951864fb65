"""Single facts that would change the answer, merged so that each is read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tierlock.core import Flip
from tierlock.report.sanitize import clean

_ORDER: Final = ("opens", "closes", "lowers", "raises")
_VERDICT: Final = frozenset({"opens", "closes"})


def flip_lines(flips: Iterable[Flip], *, names: int = 0, verdict_only: bool = False) -> list[str]:
    """Return one clause per change: first what changes the verdict, then thresholds.

    What one fact changes stands in one clause, and facts that change the same are named together.

    Args:
        flips: the facts, in any order.
        names: where a clause would name more facts than this, they are counted; 0 names all.
        verdict_only: leave out what changes thresholds.
    """
    kept = [flip for flip in flips if not verdict_only or flip.direction in _VERDICT]
    changes: dict[tuple[str, str], list[str]] = {}
    for flip in sorted(kept, key=lambda flip: _ORDER.index(flip.direction)):
        words = clean(flip.changes).replace("->", "→").replace("_", " ")
        found = changes.setdefault((flip.path, flip.to), [])
        found += [words] if words not in found else []
    alike: dict[tuple[str, str], list[str]] = {}
    for (path, to), found in changes.items():
        alike.setdefault(("; ".join(found), clean(to).replace("_", " ")), []).append(path)
    return [
        f"if {_facts(paths, names=names, met=to in {'met', 'unmet'})} were {to}: {change}"
        for (change, to), paths in alike.items()
    ]


def _facts(paths: Sequence[str], *, names: int, met: bool) -> str:
    if len(paths) == 1:
        return clean(paths[0])
    groups: dict[str, list[str]] = {}
    for path in paths:
        group, _, name = path.rpartition(":")
        groups.setdefault(clean(group), []).append(clean(name))
    if names and len(paths) > names:
        parts = [f"{len(found)} of {name}" for name, found in groups.items()]
        return f"any one of {len(paths)} {'safeguards' if met else 'criteria'} ({', '.join(parts)})"
    parts = [
        f"{group}:{found[0]}" if len(found) == 1 else f"{group} ({', '.join(found)})"
        for group, found in groups.items()
    ]
    return f"any one of {', '.join(parts)}"
