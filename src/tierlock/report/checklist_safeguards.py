"""What a report holds of the items about safeguards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tierlock.report.checklist import Found, Presence
from tierlock.report.documents import ReportValues
from tierlock.report.numbers import count_of
from tierlock.report.safeguards_values import SafeguardView
from tierlock.report.sanitize import clean

_NAMES: Final = 4


def share(there: int, *, of: int) -> Presence:
    """Return whether all, some or none is there."""
    if there == 0:
        return "missing"
    return "present" if there == of else "partly"


def named(names: Iterable[str]) -> str:
    """Return the first names as code, and how many more there are."""
    every = [f"`{clean(name)}`" for name in names]
    more = f" and {len(every) - _NAMES} more" if len(every) > _NAMES else ""
    return ", ".join(every[:_NAMES]) + more


def _binding(values: ReportValues) -> list[SafeguardView]:
    return [view for view in values.safeguards.safeguards if view.binding]


def each(values: ReportValues) -> Found:
    """Return whether each owed standard has a part."""
    owed = [one.standard for one in values.safeguards.owed]
    if not owed:
        return Found(presence="missing", says="no standard is owed")
    return Found(
        presence="present",
        says=f"{count_of(len(owed), one='standard')}, each in a part of its own",
        where="safeguards",
    )


def _of_claims(
    values: ReportValues, *, holds: Callable[[SafeguardView], bool], good: str, bad: str
) -> Found:
    views = _binding(values)
    if not views:
        return Found(presence="missing", says="no safeguard is owed")
    without = [view.path for view in views if not holds(view)]
    says = (
        f"{bad} {named(without)}"
        if without
        else f"all {count_of(len(views), one='safeguard')} {good}"
    )
    return Found(
        presence=share(len(views) - len(without), of=len(views)), says=says, where="safeguards"
    )


def implementation(values: ReportValues) -> Found:
    """Return whether every safeguard says how it is implemented."""
    return _of_claims(
        values,
        holds=lambda view: any(claim.implementation for claim in view.claims),
        good="say how they are implemented",
        bad="not said how for",
    )


def proof(values: ReportValues) -> Found:
    """Return whether every safeguard comes with evidence."""
    return _of_claims(
        values,
        holds=lambda view: any(claim.evidence for claim in view.claims),
        good="come with evidence",
        bad="no evidence for",
    )


def satisfied(values: ReportValues) -> Found:
    """Return whether every safeguard is in place."""
    if values.safeguards.unmeetable:
        says = f"{named(values.safeguards.unmeetable)} can be met by nobody"
        return Found(presence="missing", says=says, where="safeguards")
    return _of_claims(
        values, holds=lambda view: view.state == "met", good="are in place", bad="not in place:"
    )


def standards(values: ReportValues) -> Found:
    """Return how many safeguards are in place."""
    views = _binding(values)
    met = sum(view.state == "met" for view in views)
    says = f"{met} of {count_of(len(views), one='safeguard')} in place"
    return Found(presence="present" if views else "missing", says=says, where="safeguards")


def paths(values: ReportValues) -> Found:
    """Return how much of the traffic the claims cover."""
    cells = [cell for view in _binding(values) for cell in view.cells]
    if not cells:
        return Found(presence="missing", says="the subject names no traffic path")
    covered = sum(cell.covered for cell in cells)
    says = f"claims cover {covered} of {len(cells)} pairs of safeguard and path"
    return Found(presence=share(covered, of=len(cells)), says=says, where="safeguards")


def trusted(values: ReportValues) -> Found:
    """Return who is excepted."""
    users = [e for view in _binding(values) for claim in view.claims for e in claim.exceptions]
    if not users:
        return Found(presence="not needed", says="no claim on record excepts anybody")
    return Found(presence="present", says=count_of(len(users), one="exception"), where="safeguards")


def interim(values: ReportValues) -> Found:
    """Return which claims are interim ones."""
    claims = [claim for view in _binding(values) for claim in view.claims if claim.interim]
    if not claims:
        return Found(presence="not needed", says="no claim on record is an interim one")
    return Found(
        presence="present", says=count_of(len(claims), one="interim claim"), where="safeguards"
    )
