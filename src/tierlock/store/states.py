"""Two readings of one run: the same, an earlier and a later state, or a contradiction."""

from __future__ import annotations

from tierlock.core import Evidence, IntegrityError, RegisteredRun, SubjectRef


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
