"""What every store offers to those who ask: a local folder, or a subject of a team's database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from tierlock.core import (
    Determination,
    Evidence,
    Negative,
    Plan,
    RegisteredRun,
    SpentAlpha,
)


class Ingested(NamedTuple):
    """What an ingest did.

    Attributes:
        added: evidence that is new.
        known: evidence that the store held already, under the run ids given.
    """

    added: tuple[Evidence, ...]
    known: tuple[Evidence, ...]


class Store(Protocol):
    """Everything that one subject's answers rest on; nothing in it is deleted or rewritten.

    Every method that reads raises `InputError` (`input.store`) where the store can not be read and
    `IntegrityError` (`integrity.digest`) where something in it was changed. Every method that
    writes does all of it or nothing, and returns when it is on the disk.
    """

    @property
    def folder(self) -> Path:
        """The folder of what is kept in files: texts of outputs, configurations, anchors."""

    def prepare(self) -> None:
        """Make the folder where it is not there yet."""

    def ingest(
        self,
        evidence: Iterable[Evidence],
        *,
        register: Callable[[Sequence[Evidence]], Sequence[RegisteredRun]],
    ) -> Ingested:
        """Store evidence and register its runs, once each.

        Raises:
            IntegrityError: `integrity.run-conflict`; nothing is stored then.
        """

    def register(self, runs: Sequence[RegisteredRun]) -> tuple[RegisteredRun, ...]:
        """Register runs that are not registered yet; return the whole register."""

    def evidence(self) -> tuple[Evidence, ...]:
        """Return all stored evidence in a fixed order, of each run its latest state."""

    def runs(self) -> tuple[RegisteredRun, ...]:
        """Return every registered run, in the order of registration."""

    def add_plan(self, plan: Plan) -> None:
        """Seal a plan: it counts from now on and is never removed."""

    def plans(self) -> tuple[Plan, ...]:
        """Return every sealed plan, oldest first."""

    def spend(self, entries: Iterable[SpentAlpha]) -> None:
        """Record spent alpha; the first entry per threshold, lineage and weights stands."""

    def history(self) -> tuple[SpentAlpha, ...]:
        """Return all spent alpha that the store knows of."""

    def add_negatives(self, records: Iterable[Negative]) -> None:
        """Remember negative records: one that was stated once stands until it is resolved."""

    def negatives(self) -> tuple[Negative, ...]:
        """Return every negative record that was ever stated, resolved ones included."""

    def add_determination(self, determination: Determination) -> str:
        """Store a determination and return its digest."""

    def determination(self, name: str) -> Determination:
        """Return a stored determination by digest.

        Raises:
            InputError: `input.not-found`.
        """

    def determinations(self, *, subject: str | None = None) -> tuple[Determination, ...]:
        """Return stored determinations, by default of every subject, oldest first."""

    def add_signed(self, envelope: bytes) -> str:
        """Remember a signed envelope, once; return the digest of what is signed in it.

        Raises:
            IntegrityError: `attest.envelope`, it is no envelope.
        """

    def signed(self) -> tuple[bytes, ...]:
        """Return every signed envelope in canonical form, oldest first."""

    def note_logged(self, envelopes: Iterable[bytes]) -> None:
        """Note that the ledger has acknowledged these envelopes: from now on it must hold them."""

    def logged(self) -> frozenset[str]:
        """Return the digests of all envelopes that the ledger has acknowledged."""
