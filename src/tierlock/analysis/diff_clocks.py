"""Clocks of two versions, matched by what they watch: their names often hold their numbers."""

from __future__ import annotations

from collections.abc import Mapping

from tierlock.core import Record, Trigger, When


def pair_clocks(
    before: Mapping[str, Record], *, after: Mapping[str, Record]
) -> tuple[dict[str, Record], dict[str, Record]]:
    """Return both with the one clock of a kind that went and the one that came under one name.

    That name is both of theirs, so that the comparison reads the same in both directions.

    Args:
        before: triggers of the old version, by name.
        after: those of the new one.
    """
    gone = {name: one for name, one in before.items() if name not in after}
    come = {name: one for name, one in after.items() if name not in before}
    names = {name: name for name in (*before, *after)}
    for kind in When.model_fields:
        pair = [
            [name for name, one in side.items() if _watches(one, kind)] for side in (gone, come)
        ]
        if len(pair[0]) == len(pair[1]) == 1:
            both = (pair[0][0], pair[1][0])
            names |= dict.fromkeys(both, ", ".join(sorted(both)))
    old, new = (
        {names[name]: one.model_copy(update={"id": names[name]}) for name, one in side.items()}
        for side in (before, after)
    )
    return old, new


def _watches(trigger: Record, kind: str) -> bool:
    return isinstance(trigger, Trigger) and getattr(trigger.when, kind) is not None
