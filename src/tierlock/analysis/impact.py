"""What another framework version makes of one determination: answers side by side, and which way.

Which way is judged with the gate in mind (spec/gate.md, laws): what is no longer closed, no longer
owed or lapses later is more permissive. What a version does not have holds nothing back there, and
permits nothing either; so it is always marked, in the direction that a reader must not miss.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tierlock.analysis.impact_values import (
    DIRECTIONS,
    Answered,
    Direction,
    Effect,
    Impact,
    VerdictEffect,
)
from tierlock.core import (
    Action,
    Decision,
    Determination,
    Digest,
    Outcome,
    Verdict,
    format_instant,
)

_CLOSED: Final = {Verdict.ALLOW: 0, Verdict.HOLD: 1, Verdict.DENY: 2}


def compare_answers(
    old: Answered,
    *,
    new: Answered,
    recorded: Determination,
    recorded_digest: Digest,
    related: Mapping[str, tuple[str, ...]],
    notes: tuple[str, ...] = (),
) -> Impact:
    """Return every answer of both versions and which way it moved, more permissive ones first.

    Args:
        old: the answers under the version of the record.
        new: the answers under the other version, from the same inputs.
        recorded: the determination on record.
        recorded_digest: its digest.
        related: what the crosswalk says, by the name of a threshold or standard of either version.
        notes: what a reader must know beside it.
    """
    before, after = old.determination, new.determination
    again = before.determined_at == recorded.determined_at
    return Impact(
        subject=before.subject.name,
        old=old.framework.name,
        new=new.framework.name,
        recorded=recorded_digest,
        recorded_at=recorded.determined_at,
        at=before.determined_at,
        drift=drift_of(before, recorded=recorded) if again else (),
        old_declared=before.plan_declared,
        new_declared=after.plan_declared,
        notes=notes,
        summary=_summary(before, after),
        verdicts=_ordered_verdicts(_verdicts(old.decisions, new.decisions)),
        thresholds=_ordered(_thresholds(before, after, related)),
        standards=_ordered(_standards(old, new, related)),
    )


def drift_of(again: Determination, *, recorded: Determination) -> tuple[str, ...]:
    """Return where a determination that was computed again is not what is on record, in words."""
    if again == recorded:
        return ()
    both = (recorded, again)
    alike: dict[str, list[str]] = {}
    owed = ((name, a or "not owed", b or "not owed") for name, a, b in _pairs(*map(_owed, both)))
    pairs = [("label", recorded.label, again.label), *_pairs(*map(_outcomes, both)), *owed]
    for name, old, new in pairs:
        if old != new:
            alike.setdefault(f"{old} -> {new}", []).append(name)
    found = [f"{', '.join(names)}: {change}" for change, names in alike.items()]
    came, gone = (_evidence(again) - _evidence(recorded), _evidence(recorded) - _evidence(again))
    causes = [
        (again.subject_digest != recorded.subject_digest, "the subject is described otherwise"),
        (again.plan != recorded.plan, "another plan counts"),
        (bool(came), f"{len(came)} of the runs now used were not used then"),
        (bool(gone), f"{len(gone)} of the runs used then are not used now"),
        (again.engine != recorded.engine, f"the record is of engine {recorded.engine}"),
    ]
    found += [says for differs, says in causes if differs]
    return tuple(found) or ("outcomes and obligations are the same, details differ",)


def _pairs(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Each name of either side with both values; empty where a side lacks it."""
    return [(name, old.get(name, ""), new.get(name, "")) for name in dict.fromkeys([*old, *new])]


def _outcomes(determination: Determination) -> dict[str, str]:
    return {found.threshold: found.outcome.words for found in determination.thresholds}


def _owed(determination: Determination) -> dict[str, str]:
    return {owed.standard: "owed" for owed in determination.owed}


def _evidence(determination: Determination) -> set[Digest]:
    findings = (*determination.findings, *determination.safeguard_findings)
    return {name for finding in findings for name in finding.evidence}


# -- which way ----------------------------------------------------------------------------------


def _way(old: float, new: float) -> Direction:
    """The direction from one restriction to another, where more is stricter."""
    if old == new:
        return "none"
    return "stricter" if new > old else "more permissive"


def _summary(old: Determination, new: Determination) -> tuple[Effect, ...]:
    """Labels of two versions have no common order; the ends of rule-outs have one."""
    lapses: Direction = "none"  # without a rule-out there is nothing that could lapse
    if _rules_out(old) and _rules_out(new):
        lapses = "more permissive" if _later(new.expires_at, old.expires_at) else "stricter"
    rows: list[tuple[str, str, str, Direction]] = [
        ("label", old.label, new.label, "other"),
        ("lapses", _lapse(old), _lapse(new), lapses),
    ]
    return tuple(
        Effect(name=name, old=before, new=after, direction="none" if before == after else way)
        for name, before, after, way in rows
    )


def _rules_out(determination: Determination) -> bool:
    return any(found.outcome is Outcome.RULED_OUT for found in determination.thresholds)


def _thresholds(
    old: Determination, new: Determination, related: Mapping[str, tuple[str, ...]]
) -> list[Effect]:
    ranks = {outcome.words: outcome.rank for outcome in Outcome}
    return [
        Effect(
            name=name,
            old=before,
            new=after,
            # A line that is not there holds nothing back, like one that is ruled out.
            direction=_way(ranks.get(before, 0), ranks.get(after, 0)),
            related=() if before and after else related.get(name, ()),
        )
        for name, before, after in _pairs(_outcomes(old), _outcomes(new))
    ]


def _standards(
    old: Answered, new: Answered, related: Mapping[str, tuple[str, ...]]
) -> list[Effect]:
    states = _pairs(_standing(old), _standing(new))
    return [
        Effect(
            name=name,
            old=before,
            new=after,
            direction=_way(before == "owed", after == "owed"),
            related=() if before and after else related.get(name, ()),
        )
        for name, before, after in states
        if "owed" in {before, after}
    ]


def _standing(answered: Answered) -> dict[str, str]:
    owed = _owed(answered.determination)
    return {name: owed.get(name, "not owed") for name in answered.framework.standards}


def _verdicts(
    old: Mapping[Action, Decision], new: Mapping[Action, Decision]
) -> list[VerdictEffect]:
    return [
        _verdict(action, old.get(action), new.get(action)) for action in dict.fromkeys([*old, *new])
    ]


def _verdict(action: Action, old: Decision | None, new: Decision | None) -> VerdictEffect:
    before = Verdict.ALLOW if old is None else old.verdict
    after = Verdict.ALLOW if new is None else new.verdict
    closed = new if after is not Verdict.ALLOW else old
    effect = VerdictEffect(
        action=action,
        old="" if old is None else before,
        new="" if new is None else after,
        direction=_way(_CLOSED[before], _CLOSED[after]),
        reasons=() if closed is None else tuple(closed.reasons),
    )
    if old is None or new is None:
        if before is after:  # permitted on one side, and the other side never asks
            way: Direction = "more permissive" if old is None else "stricter"
            return effect.model_copy(update={"direction": way})
        return effect
    if before is Verdict.ALLOW and after is Verdict.ALLOW:
        return _permissions(effect, old, new)
    return effect


def _permissions(effect: VerdictEffect, old: Decision, new: Decision) -> VerdictEffect:
    """Two permissions: a condition that is gone and a later end are more permissive."""
    dropped = tuple(one for one in old.conditions if one not in new.conditions)
    added = tuple(one for one in new.conditions if one not in old.conditions)
    way: Direction = "none"
    if dropped or _later(new.expires_at, old.expires_at):
        way = "more permissive"
    elif added or _later(old.expires_at, new.expires_at):
        way = "stricter"
    return effect.model_copy(
        update={
            "direction": way,
            "dropped": dropped,
            "added": added,
            "old_expires_at": old.expires_at,
            "new_expires_at": new.expires_at,
        }
    )


def _later(one: datetime | None, other: datetime | None) -> bool:
    """Whether `one` is a later end than `other`; None never ends."""
    if other is None:
        return False
    return one is None or one > other


def _lapse(determination: Determination) -> str:
    if not _rules_out(determination):
        return ""
    end = determination.expires_at
    return "never" if end is None else format_instant(end)


def _ordered(effects: list[Effect]) -> tuple[Effect, ...]:
    return tuple(sorted(effects, key=lambda effect: DIRECTIONS.index(effect.direction)))


def _ordered_verdicts(effects: list[VerdictEffect]) -> tuple[VerdictEffect, ...]:
    """What is newly permitted stands first among what is more permissive."""
    return tuple(
        sorted(
            effects,
            key=lambda effect: (
                DIRECTIONS.index(effect.direction),
                effect.old == effect.new or effect.new is not Verdict.ALLOW,
            ),
        )
    )
