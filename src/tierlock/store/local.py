"""The local store: evidence by digest, the run register, plans, spent alpha, determinations.

Nothing is ever deleted or rewritten. Evidence that was seen once keeps counting, and a run that is
registered keeps owing its evidence, also when somebody deletes the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from tierlock.core import (
    Determination,
    Evidence,
    InputError,
    IntegrityError,
    Negative,
    Plan,
    Record,
    RegisteredRun,
    SpentAlpha,
    canonical_bytes,
    digest,
)
from tierlock.store.envelopes import SignedStore
from tierlock.store.files import (
    append_lines,
    exclusive,
    read_lines,
    store_errors,
    write_whole,
)
from tierlock.store.interface import Ingested
from tierlock.store.states import fresh_runs, latest_evidence, latest_runs, sort_evidence

T = TypeVar("T", bound=Record)


class LocalStore(SignedStore):
    """A folder that remembers everything it was shown.

    Args:
        folder: the store's folder; created on first write.

    Raises:
        InputError: the folder belongs to another version or can not be used.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        # By file name, which holds the digest of every byte: one file is parsed once.
        self._parsed: dict[str, Evidence] = {}

    # -- evidence and register ------------------------------------------------------------

    def ingest(
        self,
        evidence: Iterable[Evidence],
        *,
        register: Callable[[Sequence[Evidence]], Sequence[RegisteredRun]],
    ) -> Ingested:
        """Store evidence and register its runs, once each.

        A run that is known already keeps the subject parts that it was first stored with: a log
        does not become evidence about later weights because it is read again.

        Args:
            evidence: what was imported.
            register: makes register entries for new evidence.

        Raises:
            IntegrityError: a run id that is known with other content; nothing is stored then.
        """
        self.prepare()
        with exclusive(self.folder):
            known = {item.run_id: item for item in self.evidence()}
            registered = {run.run_id: run for run in self.runs()}
            added, seen = sort_evidence(evidence, known=known, registered=registered)
            # The register first: a crash in between leaves runs that owe their evidence, which
            # closes the gate until the logs are read again. The other order could show the good
            # half of an ingest and forget the bad half.
            self._append("runs.jsonl", self._news(register([*{**known, **added}.values()])))
            for item in added.values():
                data = item.model_dump_json().encode()
                path = self._evidence_path(item.digest, data=data)
                write_whole(path, data=data)
                self._parsed[path.stem] = item
        return Ingested(tuple(added.values()), tuple(seen))

    def register(self, runs: Sequence[RegisteredRun]) -> tuple[RegisteredRun, ...]:
        """Register runs that are not registered yet; return the whole register.

        Evidence that was stored under another framework has runs that this one does not know.
        """
        if self._news(runs):
            self.prepare()
            with exclusive(self.folder):
                self._append("runs.jsonl", self._news(runs))
        return self.runs()

    def _news(self, runs: Iterable[RegisteredRun]) -> list[RegisteredRun]:
        return fresh_runs(runs, known=self.runs())

    def evidence(self) -> tuple[Evidence, ...]:
        """Return all stored evidence in a fixed order.

        Raises:
            IntegrityError: a stored file differs from its digests, or two files of one run
                contradict each other.
        """
        return latest_evidence(self._load_evidence(path) for path in self._evidence_paths())

    def evidence_files(self) -> tuple[tuple[Evidence, bytes], ...]:
        """Return every stored record of evidence with its bytes, earlier states of runs included.

        Raises:
            IntegrityError: a stored file differs from its digests.
        """
        return tuple(
            (self._load_evidence(path), self._bytes(path)) for path in self._evidence_paths()
        )

    def _evidence_paths(self) -> list[Path]:
        folder = self.folder / "evidence"
        with store_errors("read", path=folder):
            return sorted(folder.glob("*.json")) if folder.is_dir() else []

    def _load_evidence(self, path: Path) -> Evidence:
        name, _, content = path.stem.partition("-")
        data = self._bytes(path)
        whole = hashlib.sha256(data).hexdigest() == content
        if whole and path.stem in self._parsed:
            return self._parsed[path.stem]
        item = _parse(Evidence, data, path)
        if not whole or item.digest != f"sha256:{name}":
            raise IntegrityError(
                "integrity.digest", f"stored evidence `{path.name}` differs from its digest"
            )
        self._parsed[path.stem] = item
        return item

    def _evidence_path(self, name: str, *, data: bytes) -> Path:
        """Two digests name a file: of what was measured, and of every byte of the record."""
        content = hashlib.sha256(data).hexdigest()
        return self.folder / "evidence" / f"{name.removeprefix('sha256:')}-{content}.json"

    def runs(self) -> tuple[RegisteredRun, ...]:
        """Return every registered run, in the order of registration.

        The entry of a run that was first seen unfinished is replaced by its end.
        """
        return latest_runs(self._lines("runs.jsonl", RegisteredRun))

    # -- plans, alpha, determinations -------------------------------------------------------

    def add_plan(self, plan: Plan) -> None:
        """Seal a plan: it counts from now on and is never removed."""
        self.prepare()
        with exclusive(self.folder):
            if digest(plan) not in {digest(known) for known in self.plans()}:
                self._append("plans.jsonl", [plan])

    def plans(self) -> tuple[Plan, ...]:
        """Return every sealed plan, oldest first."""
        return self._lines("plans.jsonl", Plan)

    def spend(self, entries: Iterable[SpentAlpha]) -> None:
        """Record spent alpha; the first entry per threshold, lineage and weights stands."""
        self.prepare()
        with exclusive(self.folder):
            have = {(s.threshold, s.lineage, s.weights) for s in self.history()}
            fresh = [s for s in entries if (s.threshold, s.lineage, s.weights) not in have]
            self._append("alpha.jsonl", fresh)

    def history(self) -> tuple[SpentAlpha, ...]:
        """Return all spent alpha."""
        return self._lines("alpha.jsonl", SpentAlpha)

    def add_negatives(self, records: Iterable[Negative]) -> None:
        """Remember negative records: one that was stated once stands until it is resolved."""
        fresh = {digest(record): record for record in records}
        for known in self.negatives():
            fresh.pop(digest(known), None)
        if fresh:
            self.prepare()
            with exclusive(self.folder):
                self._append("negatives.jsonl", [fresh[name] for name in sorted(fresh)])

    def negatives(self) -> tuple[Negative, ...]:
        """Return every negative record that was ever stated, resolved ones included."""
        return self._lines("negatives.jsonl", Negative)

    def add_determination(self, determination: Determination) -> str:
        """Store a determination and return its digest."""
        self.prepare()
        name = digest(determination)
        path = self._determination_path(name)
        if not path.exists():
            write_whole(path, data=canonical_bytes(determination))
        return name

    def determination(self, name: str) -> Determination:
        """Return a stored determination by digest.

        Raises:
            InputError: it is not stored.
            IntegrityError: the stored file differs from its digest.
        """
        path = self._determination_path(name)
        if not path.exists():
            raise InputError("input.not-found", f"no determination `{name}` in the store")
        found = self._load(path, Determination)
        if digest(found) != name:
            raise IntegrityError("integrity.digest", f"determination `{name}` was changed")
        return found

    def determinations(self, *, subject: str | None = None) -> tuple[Determination, ...]:
        """Return all stored determinations, by default of every subject, oldest first."""
        folder = self.folder / "determinations"
        with store_errors("read", path=folder):
            names = sorted(path.stem for path in folder.glob("*.json")) if folder.is_dir() else []
        found = [self.determination(f"sha256:{name}") for name in names]
        return tuple(
            sorted(
                (item for item in found if subject in {None, item.subject.name}),
                key=lambda item: item.determined_at,
            )
        )

    def _determination_path(self, name: str) -> Path:
        return self.folder / "determinations" / f"{name.removeprefix('sha256:')}.json"

    # -- lines ------------------------------------------------------------------------------

    def _load(self, path: Path, kind: type[T]) -> T:
        return _parse(kind, self._bytes(path), path)

    def _bytes(self, path: Path) -> bytes:
        with store_errors("read", path=path):
            return path.read_bytes()

    def _lines(self, name: str, kind: type[T]) -> tuple[T, ...]:
        path = self.folder / name
        return tuple(_parse(kind, line, path) for line in read_lines(path))

    def _append(self, name: str, records: Sequence[Record]) -> None:
        append_lines(self.folder / name, lines=[canonical_bytes(record) for record in records])


def _parse(kind: type[T], data: bytes, path: Path) -> T:
    try:
        return kind.parse(data)
    except InputError as error:
        raise IntegrityError(
            "integrity.digest",
            f"the store is damaged: {error.message}",
            location=str(path),
            hint="restore the file from a backup; no determination is made without it",
        ) from None
