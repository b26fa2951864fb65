"""What claims must cover, cell by cell, and what makes an audit one by an outside party (G-9)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tierlock.core import EVERY, Claim, ClaimEvidence, EvidenceKind, SafeguardCriterion, Subject


class Cell(NamedTuple):
    """What a claim must cover: a traffic path of a surface where it runs.

    Attributes:
        path: `<surface>/<path>`; empty for a criterion that holds once for all of them.
        surface: empty where no surface is declared.
        environment: None where the surface declares none.
    """

    path: str
    surface: str
    environment: str | None

    def is_covered(self, claim: Claim) -> bool:
        """Tell whether a claim covers the cell, by its paths and its environments."""
        here = {EVERY, self.path, f"{self.surface}/{EVERY}"}
        return bool(not self.path or here & set(claim.paths)) and (
            EVERY in claim.environments or self.environment in claim.environments
        )


def cells_of(
    criterion: SafeguardCriterion, *, subject: Subject, required_paths: frozenset[str]
) -> tuple[Cell, ...]:
    """Return what claims must cover together, in order.

    Args:
        criterion: of scope `paths`, or one that holds once for all paths.
        subject: its surfaces say which environments a path has.
        required_paths: `<surface>/<path>` names.
    """
    found: set[Cell] = set()
    known: set[str] = set()
    for name, surface in subject.surfaces.items():
        paths = {f"{name}/{path}" for path in surface.paths} & required_paths
        known |= paths
        named = paths if criterion.scope == "paths" else {""} if paths else set()
        found |= {
            Cell(path, name, env) for path in named for env in surface.environments or (None,)
        }
    if criterion.scope == "paths":
        found |= {Cell(path, "", None) for path in required_paths - known}
    elif not found:
        found = {Cell("", "", None)}
    return tuple(sorted(found, key=lambda cell: (cell.path, cell.surface, cell.environment or "")))


def cell_words(cell: Cell) -> str:
    """Return a cell that is open in words: where, and in which environment."""
    where = f"`{cell.path or cell.surface}` in " if cell.path or cell.surface else ""
    named = "one that is not declared" if cell.environment is None else f"`{cell.environment}`"
    return f"{where}{named}"


def is_outside(audit: ClaimEvidence, *, owner: str) -> bool:
    """Tell whether an audit names its maker, not the owner, and states access and independence."""
    named = audit.by not in ("", owner)
    return bool(named and audit.access is not None and audit.independence)


def evidence_of(kind: EvidenceKind, *, says: str, at: datetime) -> ClaimEvidence:
    """Return evidence of `kind` with all that it needs to count, for imagined claims."""
    if kind != "audit":
        return ClaimEvidence(kind=kind, says=says, produced_at=at)
    return ClaimEvidence(
        kind=kind,
        says=says,
        by="an outside party",
        access="white_box",
        independence=says,
        produced_at=at,
    )
