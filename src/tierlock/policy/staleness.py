"""Which evidence no longer supports a rule-out, and when the rest stops to (X-1 to X-6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, cast

from tierlock.core import (
    Evidence,
    Framework,
    InputError,
    Reason,
    RegisteredRun,
    Subject,
    Trigger,
    add_period,
)


def staleness(
    evidence: Evidence, *, framework: Framework, subject: Subject, at: datetime, safeguard: bool
) -> Reason | None:
    """Return why `evidence` does not support a rule-out at `at`, or None while it does.

    Args:
        evidence: own evidence of the subject.
        framework: its triggers that expire `evidence` count.
        subject: the subject as it is now.
        at: the instant of the question.
        safeguard: whether the evidence is of a safeguard test; only then does a changed
            safeguard matter.
    """
    for trigger in framework.triggers:
        if "evidence" in trigger.expires:
            reason = _fired(trigger, evidence, subject, at, safeguard=safeguard)
            if reason is not None:
                return reason
    return None


def _fired(
    trigger: Trigger, evidence: Evidence, subject: Subject, at: datetime, *, safeguard: bool
) -> Reason | None:
    when = trigger.when
    if when.elapsed is not None:
        end = trigger_end(evidence.measured_at, trigger=trigger)
        if at >= end:
            return Reason(
                code="evidence.expired",
                says=f"measured {evidence.measured_at.date()}, older than {when.elapsed}",
            )
    elif when.effective_compute is not None:
        return _compute_fired(when.effective_compute, evidence, subject)
    elif when.changed is not None and (safeguard or when.changed != "safeguards"):
        then = getattr(evidence.subject.parts, when.changed)
        now = getattr(subject.parts, when.changed)
        if then is None or now is None:
            return Reason(
                code="evidence.stale", says=f"it is not known whether {when.changed} changed"
            )
        if then != now:
            return Reason(code="evidence.stale", says=f"{when.changed} changed since")
    return None


def _compute_fired(multiple: float, evidence: Evidence, subject: Subject) -> Reason | None:
    then, now = evidence.subject.effective_compute, subject.effective_compute
    if then is not None and now is not None:
        if now >= multiple * then:
            return Reason(
                code="evidence.stale", says=f"effective compute grew {now / then:.3g}-fold since"
            )
        return None
    # Unknown input has fired, unless nothing can have grown: the weights are the same ones.
    if evidence.subject.parts.weights == subject.parts.weights:
        return None
    return Reason(code="evidence.stale", says="growth of effective compute is not known")


def trigger_end(start: datetime, *, trigger: Trigger) -> datetime:
    """Return when an `elapsed` trigger ends what started at `start`, its grace included.

    Raises:
        InputError: the trigger is not an `elapsed` one.
    """
    if trigger.when.elapsed is None:
        raise InputError("input.type", f"trigger `{trigger.id}` has no period")
    end = add_period(start, period=trigger.when.elapsed)
    return end if trigger.grace is None else add_period(end, period=trigger.grace)


def clock_ends(
    start: datetime, *, framework: Framework, of: Literal["evidence", "claims"]
) -> list[datetime]:
    """Return when each clock of the framework ends what started at `start`, graces included."""
    return [
        trigger_end(start, trigger=trigger)
        for trigger in framework.triggers
        if trigger.when.elapsed is not None and of in trigger.expires
    ]


def runs_expire_at(
    runs: Iterable[RegisteredRun], *, framework: Framework, at: datetime
) -> datetime | None:
    """Return the first instant after `at` at which a registered run grows too old (X-5).

    It counts registered runs, not evidence, so that deleting evidence can not move it later.
    """
    ends = [
        end
        for run in runs
        for end in clock_ends(run.started_at, framework=framework, of="evidence")
    ]
    return min((end for end in ends if end > at), default=None)


def soft_lapses(
    runs: Sequence[RegisteredRun], *, framework: Framework, at: datetime
) -> tuple[Reason, ...]:
    """Return one entry per soft clock that has run out for a registered run (X-6)."""
    lapses = []
    for trigger in framework.triggers:
        if trigger.grace is None or "evidence" not in trigger.expires:
            continue
        period = cast("str", trigger.when.elapsed)  # the validator saw it beside the grace
        late = sorted(run.run_id for run in runs if add_period(run.started_at, period=period) <= at)
        if late:
            says = (
                f"soft clock `{trigger.id}` ({period}, grace {trigger.grace}) has run out for "
                f"{len(late)} run(s), first `{late[0]}`"
            )
            lapses.append(Reason(code="clock.soft", says=says))
    return tuple(lapses)
