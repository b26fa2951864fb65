"""A store that a bundle fills: the project's questions are asked of it, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tierlock.core import (
    Determination,
    Evidence,
    Negative,
    Plan,
    RegisteredRun,
    SpentAlpha,
)
from tierlock.store import LocalStore


class Held(NamedTuple):
    """The records that a store would hold."""

    evidence: tuple[Evidence, ...]
    runs: tuple[RegisteredRun, ...]
    plans: tuple[Plan, ...]
    history: tuple[SpentAlpha, ...]
    negatives: tuple[Negative, ...]
    signed: tuple[bytes, ...]
    parents: tuple[Determination, ...]


class HeldStore(LocalStore):
    """What `ask` reads, from memory.

    Args:
        folder: a folder that does not exist; nothing is written into it.
        held: the records.
    """

    def __init__(self, folder: Path, *, held: Held) -> None:
        super().__init__(folder)
        self._held = held

    def evidence(self) -> tuple[Evidence, ...]:
        """Return the evidence that is shown."""
        return self._held.evidence

    def runs(self) -> tuple[RegisteredRun, ...]:
        """Return the run register."""
        return self._held.runs

    def register(
        self,
        runs: Sequence[RegisteredRun],  # noqa: ARG002  # nothing is registered here
    ) -> tuple[RegisteredRun, ...]:
        """Return the run register as it is: what is not in it was not registered."""
        return self._held.runs

    def plans(self) -> tuple[Plan, ...]:
        """Return every sealed plan, oldest first."""
        return self._held.plans

    def history(self) -> tuple[SpentAlpha, ...]:
        """Return all spent alpha."""
        return self._held.history

    def negatives(self) -> tuple[Negative, ...]:
        """Return every negative record."""
        return self._held.negatives

    def signed(self) -> tuple[bytes, ...]:
        """Return every signed envelope, oldest first."""
        return self._held.signed

    def logged(self) -> frozenset[str]:
        """Return none: the bundle's own ledger is held against its statements by the verifier."""
        return frozenset()

    def determinations(self, *, subject: str | None = None) -> tuple[Determination, ...]:
        """Return the parents' determinations, oldest first."""
        return tuple(one for one in self._held.parents if subject in {None, one.subject.name})


def replaced(held: Held, *, evidence: Mapping[str, Evidence]) -> Held:
    """Return the records with other evidence for some runs, by run id, in the register too."""
    return held._replace(
        evidence=tuple(evidence.get(one.run_id, one) for one in held.evidence),
        runs=tuple(
            run.model_copy(update={"evidence": evidence[run.run_id].digest})
            if run.run_id in evidence and run.evidence is not None
            else run
            for run in held.runs
        ),
    )
