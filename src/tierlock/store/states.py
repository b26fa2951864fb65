"""Two readings of one run: the same, an earlier and a later state, or a contradiction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tierlock.core import Evidence, IntegrityError, RegisteredRun, SubjectRef

RunKey = tuple[str, str, str]
"""Run, slot and subject: what a register entry is about."""


class Sorted(NamedTuple):
    """What evidence that comes in is to a store.

    Attributes:
        added: run id -> the evidence to be stored.
        seen: what the store holds already, as it holds it.
    """

    added: dict[str, Evidence]
    seen: list[Evidence]


def sort_evidence(
    evidence: Iterable[Evidence],
    *,
    known: Mapping[str, Evidence],
    registered: Mapping[str, RegisteredRun],
) -> Sorted:
    """Return what of `evidence` is news to a store.

    Args:
        evidence: what was imported.
        known: stored evidence by run id.
        registered: an entry of the register by run id.

    Raises:
        IntegrityError: a run id that is known with other content.
    """
    found = Sorted({}, [])
    for item in evidence:
        key = item.run_id
        earlier = found.added.get(key) or known.get(key)
        if earlier is None:
            run = registered.get(key)
            found.added[key] = item if run is None else as_registered(item, run=run)
            continue
        latest = later_state(item, earlier=earlier)
        if latest is earlier:
            found.seen.append(earlier)
        else:
            found.added[key] = latest
    return found


def latest_evidence(items: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the latest state of each run, in the order of run ids.

    Raises:
        IntegrityError: two items of one run contradict each other.
    """
    latest: dict[str, Evidence] = {}
    for item in items:
        key = item.run_id
        latest[key] = later_state(item, earlier=latest[key]) if key in latest else item
    return tuple(latest[key] for key in sorted(latest))


def latest_runs(lines: Iterable[RegisteredRun]) -> tuple[RegisteredRun, ...]:
    """Return a register from its lines: the end of a run replaces its unfinished beginning."""
    runs: dict[RunKey, RegisteredRun] = {}
    for run in lines:
        earlier = runs.get(run_key(run))
        if is_news(run, earlier=earlier):
            runs[run_key(run)] = in_order_of_time(run, earlier=earlier)
    return tuple(runs.values())


def fresh_runs(
    runs: Iterable[RegisteredRun], *, known: Iterable[RegisteredRun]
) -> list[RegisteredRun]:
    """Return those of `runs` that a register does not know yet."""
    have = {run_key(run): run for run in known}
    return [run for run in runs if is_news(run, earlier=have.get(run_key(run)))]


def run_key(run: RegisteredRun) -> RunKey:
    """Return what a register entry is about."""
    return (run.run_id, run.slot, run.subject)


def later_state(item: Evidence, *, earlier: Evidence) -> Evidence:
    """Return `earlier`, or `item` where it is a later state of a run that was still going on.

    The subject's parts stay as they were first noted, so that a log does not become evidence
    about later weights because it is read again. Which of the two is read first does not matter.

    Raises:
        IntegrityError: the two contradict each other, or a later state lacks a score that was
            seen before.
    """
    bound = _about(item, earlier.subject)
    if bound.digest == earlier.digest:
        # Of two files of one run the more doubtful one counts: a clean copy proves nothing.
        return bound if bound.doubtful and not earlier.doubtful else earlier
    if _continues(earlier, bound):
        return earlier
    if _continues(bound, earlier):
        return bound
    raise _conflict(item, first=earlier.source.file)


def as_registered(item: Evidence, *, run: RegisteredRun) -> Evidence:
    """Return evidence of a run that is registered and whose stored evidence is gone.

    Raises:
        IntegrityError: the register saw other content.
    """
    subject = item.subject.model_copy(update={"name": run.subject, "parts": run.parts})
    bound = _about(item, subject)
    if run.evidence in {None, bound.digest} or run.ended == "started":
        return bound
    raise _conflict(item, first="a log that is not stored any more")


def is_news(run: RegisteredRun, *, earlier: RegisteredRun | None) -> bool:
    """Tell whether a register entry is new, or the end of a run that was registered unfinished."""
    return earlier is None or (earlier.ended == "started" and run.evidence != earlier.evidence)


def in_order_of_time(run: RegisteredRun, *, earlier: RegisteredRun | None) -> RegisteredRun:
    """Return a register entry with what was said of the run when it started.

    A run that was registered before there was any log keeps that start, and the plan of then: a
    log with older samples contradicts it.
    """
    if earlier is None or earlier.ended != "started" or earlier.evidence is not None:
        return run
    return run.model_copy(
        update={"started_at": earlier.started_at, "plan": earlier.plan or run.plan}
    )


def _about(item: Evidence, subject: SubjectRef) -> Evidence:
    """The evidence with the parts noted first; a run is about one model, under one name."""
    if item.subject.name != subject.name:
        raise _conflict(item, first=f"a log about `{subject.name}`")
    return item if item.subject == subject else item.model_copy(update={"subject": subject})


def _continues(item: Evidence, earlier: Evidence) -> bool:
    """Whether `item` is what became of a run that `earlier` shows unfinished."""
    if earlier.status != "started" or item.evaluation != earlier.evaluation:
        return False
    if item.status == "started" and len(item.samples) <= len(earlier.samples):
        return False
    return _values(earlier).items() <= _values(item).items()


def _values(item: Evidence) -> dict[tuple[str, int, str], float]:
    samples = item.samples
    return {
        (name, epoch, scorer): value
        for scorer, column in samples.scores.items()
        for name, epoch, value in zip(samples.id, samples.epoch, column, strict=True)
        if value is not None
    }


def _conflict(item: Evidence, *, first: str) -> IntegrityError:
    return IntegrityError(
        "integrity.run-conflict",
        f"run `{item.run_id}` is known with other content",
        hint=f"it was first read from `{first}`; a run is never replaced",
        location=item.source.file,
    )
