"""How the runs of logs were made, read beside their evidence, and held against the subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tierlock.core import Configuration, Evidence, ImportFailed, Sighting, digest
from tierlock.importers import (
    ConfigurationReader,
    FileRead,
    Imports,
    Transcripts,
    open_transcripts,
    software,
)
from tierlock.store import ConfigurationStore

FORMAT = "inspect"
"""The one format whose logs say how the model was used."""


class Seen(NamedTuple):
    """One run and how it was made; None where its log says nothing about it."""

    run_id: str
    configuration: Configuration | None
    software: dict[str, str]


class Configured:
    """The configurations of what was read.

    Args:
        history: where they are kept.
        evidence: what was read.
        seen: how the runs were made.
        part: what the subject's part `elicitation` is.
        allowed: the versions that it stands for; none where it is no part of the history.
    """

    def __init__(
        self,
        history: ConfigurationStore,
        *,
        evidence: Iterable[Evidence],
        seen: Iterable[Seen],
        part: str | None,
        allowed: tuple[Configuration, ...],
    ) -> None:
        self._history = history
        self._evidence = {item.run_id: item for item in evidence}
        self._seen = {one.run_id: one for one in seen}
        self._part = part
        self._allowed = allowed

    def bound(self, evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
        """Return evidence with the elicitation that its logs show, where the history decides it.

        A run that was made in one of the ways that the subject is used in has the subject's part;
        any other run has its own, and a run of which nothing is known has none. So a log of an
        older prompt never counts for a newer one, whenever it is read.
        """
        if not self._allowed:
            return tuple(evidence)
        return tuple(
            self._with_own(item) if item.subject.parts.elicitation == self._part else item
            for item in evidence
        )

    def _with_own(self, item: Evidence) -> Evidence:
        seen = self._seen.get(item.run_id)
        own = None if seen is None else seen.configuration
        if own is not None and any(version.covers(own) for version in self._allowed):
            return item
        parts = item.subject.parts.model_copy(
            update={"elicitation": None if own is None else digest(own)}
        )
        return item.model_copy(update={"subject": item.subject.model_copy(update={"parts": parts})})

    def keep(self) -> None:
        """Keep the configurations and the runs that were made so.

        Raises:
            InputError: `input.store`, they can not be written.
        """
        found = [one for one in self._seen.values() if one.configuration is not None]
        if found:
            self._history.add(
                [one.configuration for one in found if one.configuration is not None],
                sightings=self._sightings(found),
            )

    def _sightings(self, found: Iterable[Seen]) -> Iterator[Sighting]:
        for one in found:
            item = self._evidence.get(one.run_id)
            if item is not None and one.configuration is not None:
                yield Sighting(
                    version=digest(one.configuration),
                    run_id=item.run_id,
                    evaluation=item.evaluation,
                    subject=item.subject.name,
                    measured_at=item.measured_at,
                    file=item.source.file,
                    software=one.software,
                )


def read_configurations(
    imports: Imports, *, part: str | None, store: Path, whole: bool = False
) -> Configured:
    """Return how the runs in logs were made.

    By default only the first attempt is looked at where the header has no system message. Where
    the subject's elicitation is a version of the history every attempt is, because then it decides
    what counts.

    Args:
        imports: what was read.
        part: the subject's part `elicitation`.
        store: the store's folder.
        whole: look at every attempt anyway.

    Raises:
        ImportFailed: a log changed since its evidence was read.
        IntegrityError: the history is damaged.
    """
    history = ConfigurationStore(store)
    allowed = tuple(history.get(version) for version in history.behind(part))
    whole = whole or bool(allowed)
    seen = [
        _seen(log, number=number, whole=whole)
        for log in imports.read
        for number, item in enumerate(log.imported.evidence)
        if item.source.format == FORMAT
    ]
    return Configured(history, evidence=imports.evidence, seen=seen, part=part, allowed=allowed)


def _seen(log: FileRead, *, number: int, whole: bool) -> Seen:
    evidence = log.imported.evidence[number]
    if log.imported.made and not whole:
        # Whoever read the records has looked at the first one.
        made = log.imported.made[number]
        return Seen(evidence.run_id, made.configuration, made.software)
    with open_transcripts(log.place, first=not whole) as found:
        reader = ConfigurationReader(found.header)
        for sample in found.samples:
            reader.take(sample)
        check_same(found, evidence=evidence)
        return Seen(evidence.run_id, reader.result(), software(found.header))


def check_same(found: Transcripts, *, evidence: Evidence) -> None:
    """Refuse a log that is not the one any more that evidence was read from.

    Raises:
        ImportFailed: `import.unreadable`.
    """
    if found.sha256 and found.sha256 != evidence.source.sha256:
        raise ImportFailed(
            "import.unreadable",
            "the file changed while it was read",
            location=str(found.place),
            hint="wait until the evaluation has ended, then read the log again",
        )
