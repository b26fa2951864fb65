"""How dangerous the texts of an evaluation are to read, as a project declares it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final, Literal

from tierlock.core import Framework, InputError, Measured, leaves

Hazard = Literal["none", "restricted", "high"]
"""`restricted` is shown for a reason that is recorded, `high` is never shown."""
_DEFAULT: Final = "default"
_GRAVITY: Final[tuple[Hazard, ...]] = ("none", "restricted", "high")


def hazard_of(
    evaluation: str,
    *,
    hazards: Mapping[str, Hazard],
    framework: Framework,
    undeclared: Hazard = "restricted",
) -> Hazard:
    """Return how dangerous the texts of an evaluation are.

    What names it most closely counts: its task, then its slots, then their domains and those of
    the thresholds that they decide, then `default`. Of several slots or domains the gravest counts.

    Args:
        evaluation: the task's name, as logs have it.
        hazards: what the project declares.
        framework: tells slots and domains.
        undeclared: what holds where nobody declared anything.
    """
    if evaluation in hazards:
        return hazards[evaluation]
    slots = {name for name, slot in framework.evaluations.items() if evaluation in slot.tasks}
    domains = _domains(slots, framework=framework)
    for names in (slots, domains):
        declared = [hazards[name] for name in names if name in hazards]
        if declared:
            return gravest(declared)
    return hazards.get(_DEFAULT, undeclared)


def check_hazards(
    hazards: Mapping[str, Hazard], *, framework: Framework, evaluations: Iterable[str]
) -> None:
    """Refuse a declaration about nothing: a misspelt name would leave what it meant in the open.

    Args:
        hazards: what the project declares.
        framework: tells slots, their tasks and domains.
        evaluations: tasks of which texts are kept.

    Raises:
        InputError: `input.not-found`.
    """
    known = {_DEFAULT, *evaluations, *framework.domains}
    for name, slot in framework.evaluations.items():
        known |= {name, *slot.tasks}
    for name in sorted(set(hazards) - known):
        close = get_close_matches(name, sorted(known), n=3, cutoff=0.4)
        raise InputError(
            "input.not-found",
            f"`hazards` names `{name}`, and no evaluation, slot or domain is called so",
            hint=f"did you mean {', '.join(f'`{one}`' for one in close)}" if close else None,
        )


def gravest(levels: Iterable[Hazard]) -> Hazard:
    """Return the gravest of the levels; `none` of none.

    >>> gravest(["none", "high", "restricted"])
    'high'
    """
    return max(levels, key=_GRAVITY.index, default="none")


def _domains(slots: set[str], *, framework: Framework) -> set[str]:
    own = {framework.evaluations[name].domain or "" for name in slots}
    return own | {
        threshold.domain
        for threshold in framework.thresholds.values()
        for leaf in leaves(threshold.crossed_if)
        if isinstance(leaf, Measured) and leaf.evaluation in slots
    }
