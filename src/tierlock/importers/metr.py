"""METR's runs: one line per attempt at a task, with the task's family and human time.

Read here are the columns of `all_runs.jsonl` and `runs.jsonl` of METR's published analyses of time
horizons (METR/eval-analysis-public). What a horizon is made of those columns is not decided here.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from tierlock.core import Evidence, Omission, Problem, Source, State, SubjectRef
from tierlock.importers.accounting import sum_known
from tierlock.importers.columns import Row, Texts, to_samples, to_text
from tierlock.importers.companions import plain_number, unix_instant
from tierlock.importers.interface import Glance, Imported, LogFile
from tierlock.importers.reasons import omission, problem
from tierlock.importers.untrusted_json import json_lines

_MARKS: Final = ("task_id", "task_family", "run_id", "score_binarized", "human_minutes")
_LIMITS: Final = "usageLimits"
_TOLERANCE: Final = 1e-4  # published weights are rounded to ten decimals

Group = tuple[str, str, str]
"""Alias, model and agent: another scaffold is another elicitation, so another run."""


class Attempt(msgspec.Struct, frozen=True):
    """One line: one attempt of an agent, or of a human, at one task."""

    task_id: str
    task_family: str
    run_id: str | int
    human_minutes: float
    alias: str | None = None
    model: str | None = None
    agent: str | None = None
    score_binarized: Any = None
    score: Any = None
    score_cont: Any = None
    human_source: str | None = None
    task_source: str | None = None
    task_version: str | None = None
    time_limit: float | None = None
    started_at: float | None = None
    completed_at: float | None = None
    fatal_error_from: str | None = None
    generation_cost: float | None = None
    equal_task_weight: float | None = None
    invsqrt_task_weight: float | None = None

    @property
    def start(self) -> datetime | None:
        """When the attempt started; None where the file says zero or nothing."""
        return unix_instant(self.started_at / 1000) if self.started_at else None


_LINE: Final = msgspec.json.Decoder(Attempt)


def recognises(glance: Glance) -> bool:
    """Tell whether the first line names a task with its family and human time."""
    first = Glance(glance.name, glance.head.partition(b"\n")[0])
    return glance.name.endswith(".jsonl") and first.mentions(*_MARKS)


def read(log: LogFile) -> Imported:
    """Return one record per alias, model and agent, over all tasks of the file.

    Raises:
        ImportFailed: with the line: another shape, a score that is no 0 or 1, or a run id that
            stands for two different attempts.
    """
    attempts, repeated = _attempts(log)
    tasks = {attempt.task_id for attempt in attempts}
    groups: defaultdict[Group, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        alias = attempt.alias or attempt.model or "unnamed"
        groups[alias, attempt.model or "", attempt.agent or ""].append(attempt)
    evidence: list[Evidence] = []
    omissions: list[Omission] = []
    for group, own in sorted(groups.items()):
        starts = [start for attempt in own if (start := attempt.start) is not None]
        if starts:
            found = _evidence(group, own=own, start=min(starts), log=log)
            problems = (
                *found.problems,
                *_of_group(own, timed=len(starts), tasks=len(tasks)),
                *repeated,
            )
            evidence.append(found.model_copy(update={"problems": problems}))
            continue
        says = f"{len(own)} attempts without a time of start: nobody can say how old they are"
        what = Texts().one(f"{log.name}: {group[0]}")
        omissions.append(omission("log.no-time", what=what, says=says))
    if not attempts:
        omissions.append(omission("log.no-samples", what=log.name))
    return Imported(tuple(evidence), tuple(omissions))


def _attempts(log: LogFile) -> tuple[list[Attempt], tuple[Problem, ...]]:
    """Return the attempts, each once; a copied line inflates the file and casts doubt on it."""
    found: dict[str | int, Attempt] = {}
    copies = 0
    for line, attempt in json_lines(log, decoder=_LINE):
        _check(attempt, log=log, line=line)
        known = found.setdefault(attempt.run_id, attempt)
        if known is attempt:
            continue
        if known != attempt:
            says = f"run `{str(attempt.run_id)[:80]}` stands for two different attempts"
            raise log.failed("import.value", says=says, part=line)
        copies += 1
    says = f"{copies} lines repeat an earlier one and count once"
    return list(found.values()), (problem("sample.duplicate", says=says),) if copies else ()


def _check(attempt: Attempt, *, log: LogFile, line: int) -> None:
    score = attempt.score_binarized
    if score is not None and not _is_nan(score) and score not in (0, 1):
        says = "`score_binarized` is neither 0 nor 1"
        raise log.failed("import.value", says=says, part=line)
    if not (math.isfinite(attempt.human_minutes) and attempt.human_minutes > 0):
        raise log.failed("import.value", says="`human_minutes` is not above 0", part=line)
    started = attempt.started_at
    if started and (started < 0 or attempt.start is None):
        says = "`started_at` is no time in milliseconds since 1970"
        raise log.failed("import.value", says=says, part=line)


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _evidence(group: Group, *, own: Sequence[Attempt], start: datetime, log: LogFile) -> Evidence:
    texts = Texts()
    alias, model, agent = map(texts.one, group)
    samples, problems = to_samples(_rows(own))
    versions = {attempt.task_version for attempt in own if attempt.task_version}
    ends = [end for attempt in own if (end := _end(attempt)) is not None]
    settings = {"model": model, "agent": agent, "score_binarized": "1 is a success"}
    return Evidence(
        evaluation="metr-runs",
        task_version=texts.one(versions.pop()) if len(versions) == 1 else "",
        run_id=f"metr-runs/{alias}/{_identity(own)}",
        subject=SubjectRef(name=alias),
        measured_at=start,
        finished_at=max(ends) if len(ends) == len(own) else None,
        higher_is_better=True,
        configuration={name: text for name, text in settings.items() if text},
        seconds=_seconds(own),
        usd=_money(own),
        samples=samples,
        source=Source(format="metr", file=texts.one(log.name), sha256=log.sha256),
        problems=(*problems, *texts.problems),
    )


def _identity(own: Iterable[Attempt]) -> str:
    """Return a digest of the attempts' ids.

    A score that was changed later then shows as another content of the same run, and a file with
    more attempts is another run.
    """
    ids = "\n".join(sorted(str(attempt.run_id) for attempt in own))
    return hashlib.sha256(ids.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _rows(own: Iterable[Attempt]) -> Iterator[Row]:
    """Yield one row per attempt; the attempts at one task are its epochs, in order of time."""
    epochs: Counter[str] = Counter()
    for attempt in sorted(own, key=lambda each: (each.started_at or 0.0, str(each.run_id))):
        epochs[attempt.task_id] += 1
        success = plain_number(attempt.score_binarized)
        graded = attempt.score if attempt.score is not None else attempt.score_cont
        stopped = attempt.fatal_error_from or ""
        limited = stopped == _LIMITS
        state: State = "unscored" if success is None else "scored"
        yield Row(
            id=attempt.task_id,
            epoch=epochs[attempt.task_id],
            state="errored" if stopped and not limited else state,
            limit=_LIMITS if limited else "",
            scores={"score_binarized": success, "score": plain_number(graded)},
            attributes=dict(_attributes(attempt)),
        )


def _attributes(attempt: Attempt) -> Iterator[tuple[str, str]]:
    values: dict[str, object] = {
        "family": attempt.task_family,
        "minutes": attempt.human_minutes,
        "human_source": attempt.human_source,
        "task_source": attempt.task_source,
        "time_limit": attempt.time_limit,
        "equal_task_weight": attempt.equal_task_weight,
        "invsqrt_task_weight": attempt.invsqrt_task_weight,
        "run_id": attempt.run_id,
        "error": None if attempt.fatal_error_from == _LIMITS else attempt.fatal_error_from,
    }
    for name, value in values.items():
        text = to_text(value)
        if text:
            yield name, text


def _of_group(own: Sequence[Attempt], *, timed: int, tasks: int) -> Iterator[Problem]:
    tried = len({attempt.task_id for attempt in own})
    if tried < tasks:
        says = f"{tried} of the {tasks} tasks in the file were attempted"
        yield problem("dataset.subset", says=says)
    if timed < len(own):
        says = f"{len(own) - timed} of {len(own)} attempts have no time of start and may be older"
        yield problem("time.partial", says=says)
    if not _weights_follow(own):
        says = "`invsqrt_task_weight` does not follow from these attempts: some were left out"
        yield problem("weights.mismatch", says=says)


def _weights_follow(own: Sequence[Attempt]) -> bool:
    """Tell whether the weights are those of these attempts, up to one common factor.

    METR's weight of an attempt is one over the attempts at its task and the square root of the
    tasks in its family. A file that was cut after they were computed keeps the old weights.
    """
    if any(attempt.invsqrt_task_weight is None for attempt in own):
        return True
    tries = Counter(attempt.task_id for attempt in own)
    families = Counter(family for family, _ in {(a.task_family, a.task_id) for a in own})
    ratios = [
        (attempt.invsqrt_task_weight or 0.0)
        * tries[attempt.task_id]
        * math.sqrt(families[attempt.task_family])
        for attempt in own
    ]
    return min(ratios) > 0 and max(ratios) <= min(ratios) * (1 + _TOLERANCE)


def _end(attempt: Attempt) -> datetime | None:
    if attempt.start is None or not attempt.completed_at:
        return None
    return unix_instant(attempt.completed_at / 1000) if _lasted(attempt) is not None else None


def _lasted(attempt: Attempt) -> float | None:
    if not attempt.started_at or not attempt.completed_at:
        return None
    milliseconds = attempt.completed_at - attempt.started_at
    return milliseconds / 1000 if milliseconds >= 0 else None


def _seconds(own: Iterable[Attempt]) -> float | None:
    return sum_known(map(_lasted, own))


def _money(own: Iterable[Attempt]) -> float | None:
    """Return what all attempts cost; these files write 0 where nobody knows."""
    costs = (plain_number(attempt.generation_cost) or 0.0 for attempt in own)
    return sum_known(cost if cost > 0 else None for cost in costs)
