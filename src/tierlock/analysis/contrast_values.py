"""What a contrast of two frameworks returns: examples that one permits and the other does not."""

from __future__ import annotations

from tierlock.core import Record, Verdict


class Stated(Record):
    """One thing that an example states, with what it comes to."""

    where: str
    state: str


class Reply(Record):
    """What one of the two frameworks answers in an example.

    Attributes:
        framework: its name.
        verdict: the gate's answer.
        thresholds: its thresholds that are not ruled out by their own criteria.
        adjusted: which standards stand in for which.
        reasons: why the gate is closed, in the engine's words; empty for ALLOW.
    """

    framework: str
    verdict: Verdict
    thresholds: tuple[Stated, ...] = ()
    adjusted: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Example(Record):
    """One state of evidence and claims; everything that is not named is ruled out or in place.

    No adjustment holds that is not named.

    Attributes:
        action: the action that is asked.
        alike: other actions that get the same two answers in the same state.
        findings: criteria that are not ruled out, or that the two judge differently.
        claims: safeguard criteria that are not claimed, or shown not to hold.
        readings: how contested clauses are read, and adjustments that hold.
        others: rulings, sign-offs and records that are not as they should be.
        permits: the answer of the framework that permits it.
        refuses: the answer of the other one.
        not_asked: what only the framework that refuses asks for, and lacks here; empty where
            both look at the same and differ.
        alone: what else only that framework asks for, where lacking that alone is enough.
    """

    action: str
    alike: tuple[str, ...] = ()
    findings: tuple[Stated, ...] = ()
    claims: tuple[Stated, ...] = ()
    readings: tuple[Stated, ...] = ()
    others: tuple[Stated, ...] = ()
    permits: Reply
    refuses: Reply
    not_asked: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


class Direction(Record):
    """What one framework permits and the other does not.

    Attributes:
        permits: name of the framework that permits.
        refuses: name of the other one.
        examples: each replayed through the engine, which gives both answers.
        proved_none: actions for which the solver proves that there is no example.
        gave_up: actions for which it found neither an example nor a proof in its time.
        unconfirmed: actions whose example the engine did not confirm; it is not shown.
    """

    permits: str
    refuses: str
    examples: tuple[Example, ...] = ()
    proved_none: tuple[str, ...] = ()
    gave_up: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()


class Contrast(Record):
    """Both directions, and what could not be compared.

    Attributes:
        directions: what the old one permits and the new one does not; then the reverse.
        only_old, only_new: actions that only one of them knows.
        seconds: time that the solver had per question.
    """

    directions: tuple[Direction, Direction]
    only_old: tuple[str, ...] = ()
    only_new: tuple[str, ...] = ()
    seconds: float
