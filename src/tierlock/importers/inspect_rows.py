"""Attempts of an Inspect log as rows: state, limit, values, attributes and time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tierlock.core import Problem, State
from tierlock.importers.columns import Row, scalars
from tierlock.importers.inspect_schema import Sample, Score
from tierlock.importers.inspect_values import Grader, to_instant
from tierlock.importers.reasons import problem
from tierlock.importers.sharing import SharedDict

_NO_NAME: Final = "score"
_NO_SCORES: Final[dict[str, Score]] = {}
_NO_ATTRIBUTES: Final[dict[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Attempts:
    """The rows of a log and what only the records of its attempts tell.

    Attributes:
        rows: one per attempt.
        started_at: start of the earliest attempt, where the log gives one.
        seconds: working time of all attempts; None where no attempt gives a time.
        problems: what is to be known about the attempts.
    """

    rows: tuple[Row, ...]
    started_at: datetime | None
    seconds: float | None
    problems: tuple[Problem, ...]


def read_attempts(samples: Iterable[Sample], *, unnamed: str, invalidated: bool) -> Attempts:
    """Return the attempts in `samples` as rows.

    Args:
        samples: the attempts as decoded.
        unnamed: name for the only score of logs from before scorers had names.
        invalidated: whether the header says that attempts were invalidated.

    Raises:
        InputError: an attempt's start is not an instant.
    """
    grader = Grader()
    rows: list[Row] = []
    scores: SharedDict[float | None] = SharedDict()
    attributes: SharedDict[str] = SharedDict()
    started_at: datetime | None = None
    seconds: list[float] = []
    retried = naive = 0
    for sample in samples:
        row = _row(sample, unnamed=unnamed, grader=grader)
        # Most attempts say what many others say: told apart, they would fill the memory.
        row.scores = scores.one(row.scores)
        row.attributes = attributes.one(row.attributes)
        rows.append(row)
        retried += bool(sample.error_retries)
        if sample.started_at:
            start, without_zone = to_instant(sample.started_at)
            naive += without_zone
            started_at = start if started_at is None else min(started_at, start)
        time = sample.total_time if sample.working_time is None else sample.working_time
        if time is not None and time >= 0:
            seconds.append(time)
    problems = [*grader.problems, *_problems(rows, retried=retried, invalidated=invalidated)]
    if naive:
        problems.append(problem("time.naive", says="times without a zone were read as UTC"))
    return Attempts(
        rows=tuple(rows),
        started_at=started_at,
        seconds=sum(seconds) if seconds else None,
        problems=tuple(problems),
    )


def _row(sample: Sample, *, unnamed: str, grader: Grader) -> Row:
    scores = sample.scores or _NO_SCORES
    if sample.score is not None and not scores:
        scores = {unnamed or _NO_NAME: sample.score}
    numbers = grader.numbers(scores)
    edited = refused = False
    for score in scores.values():
        edited = edited or bool(score.history)
        refused = refused or _reason(score) == "refusal"
    return Row(
        id=str(sample.id),
        epoch=sample.epoch,
        state=_state(sample, numbers=numbers),
        limit=sample.limit.type if sample.limit is not None else "",
        refused=refused,
        edited=edited,
        scores=numbers,
        attributes=scalars(sample.metadata) if sample.metadata else _NO_ATTRIBUTES,
    )


def _state(sample: Sample, *, numbers: dict[str, float | None]) -> State:
    """Return why there is a value or none; the gravest reason first.

    An attempt that failed and was scored all the same (`score_on_error`) counts as failed.
    """
    if sample.invalidation is not None:
        return "invalidated"
    if sample.error is not None:
        return "errored"
    if sample.model_fallbacks:
        return "fallback"
    for value in numbers.values():
        if value is not None:
            return "scored"
    return "unscored"


def _reason(score: Score) -> object:
    if score.reason is None and score.metadata is not None:
        return score.metadata.unscored_reason
    return score.reason


def _problems(rows: list[Row], *, retried: int, invalidated: bool) -> list[Problem]:
    found = []
    edited = sum(row.edited for row in rows)
    if edited:
        says = f"the scores of {edited} attempts were edited after the run"
        found.append(problem("score.edited", says=says))
    if retried:
        says = f"{retried} attempts were repeated after an error"
        found.append(problem("sample.retried", says=says))
    if invalidated and not any(row.state == "invalidated" for row in rows):
        says = "the header says that attempts were invalidated, and no attempt says so"
        found.append(problem("invalidation.unknown", says=says))
    return found
