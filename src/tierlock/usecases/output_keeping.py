"""Keeping what samples were given and what came back, when their logs are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tierlock.core import Evidence
from tierlock.importers import (
    Imports,
    Place,
    Transcripts,
    answered_of,
    asked_of,
    open_transcripts,
    score_of,
    transcript_of,
)
from tierlock.store import OutputStore, RunOf, SampleTexts
from tierlock.usecases.configured import FORMAT, check_same


def keep_texts(imports: Imports, *, store: Path) -> int:
    """Keep the texts of every attempt in the logs that were read; return how many attempts.

    Of a log all attempts are kept or none. One attempt at a time is in memory.

    Args:
        imports: what was read; logs that were recognised and not read are not looked at.
        store: the store's folder.

    Raises:
        ImportFailed: a log changed since its evidence was read.
        InputError: `input.store`, the texts can not be written.
    """
    kept = OutputStore(store)
    return sum(
        _keep(log.place, evidence=item, kept=kept)
        for log in imports.read
        for item in log.imported.evidence
        if item.source.format == FORMAT
    )


def _keep(place: Place, *, evidence: Evidence, kept: OutputStore) -> int:
    where = str(place.resolve()) if isinstance(place, Path) else str(place)
    with open_transcripts(place) as found:
        return kept.add(
            _texts(found, evidence=evidence),
            of=RunOf(
                run=evidence.run_id,
                log=where,
                evaluation=evidence.evaluation,
                model=evidence.subject.name,
            ),
        )


def _texts(found: Transcripts, *, evidence: Evidence) -> Iterator[SampleTexts]:
    for sample in found.samples:
        yield SampleTexts(
            id=str(sample.id),
            epoch=sample.epoch,
            score=score_of(sample),
            asked=asked_of(sample),
            answered=answered_of(sample),
            transcript=transcript_of(sample),
        )
    # Raised before the attempts are acknowledged: then none of them is kept.
    check_same(found, evidence=evidence)
