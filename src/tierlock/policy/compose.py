"""Outcomes of trees -> outcomes of thresholds -> what is owed (F-2, F-3, C-1 to C-5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from tierlock.core import (
    ChangedBy,
    Combination,
    Finding,
    Framework,
    Outcome,
    Owed,
    OwedBecause,
    Reason,
    Step,
    ThresholdFinding,
)
from tierlock.policy.logic import finding_paths

_VETOES = ("slot.only-unplanned", "slot.unplanned-veto")
_LACKING = (
    "evidence.expired",
    "evidence.stale",
    "attestation.expired",
    "attestation.missing",
    *(f"inherit.{what}" for what in ("no-parent", "framework", "expired", "no-pairs")),
)


class _State(NamedTuple):
    """A threshold while implications are applied; `tree` is what its own criteria gave."""

    outcome: Outcome
    owes: bool
    tree: Outcome
    measured: bool
    vetoed: bool
    changed_by: ChangedBy = ""
    contradiction: bool = False
    reasons: tuple[Reason, ...] = ()


def compose_thresholds(
    *,
    framework: Framework,
    traces: Mapping[str, Step],
    findings: Mapping[str, Finding],
    scope: Outcome | None,
    presumptions: Mapping[str, Step],
    alphas: Mapping[str, tuple[float, float]],
) -> tuple[ThresholdFinding, ...]:
    """Return every threshold's outcome after scope, presumptions and implications (F-2 to F-4)."""
    states = {
        name: _first_state(step, [findings[path] for path in finding_paths(step)])
        for name, step in traces.items()
    }
    if scope is Outcome.RULED_OUT:
        states = {name: _screened(state, by="scope") for name, state in states.items()}
    for name, step in presumptions.items():
        if step.outcome is Outcome.RULED_OUT:
            states[name] = _screened(states[name], by="presumption")
    _raise(states, framework)
    _lower(states, framework)
    return tuple(
        _threshold_finding(name, framework, traces[name], findings, state, alphas[name])
        for name, state in states.items()
    )


def _first_state(step: Step, under: Sequence[Finding]) -> _State:
    return _State(
        outcome=step.outcome,
        owes=any(finding.owes for finding in under),
        tree=step.outcome,
        measured=any(finding.evidence for finding in under),
        vetoed=any(reason.code in _VETOES for finding in under for reason in finding.reasons),
    )


def _screened(state: _State, *, by: Literal["scope", "presumption"]) -> _State:
    """Facts settle only what nobody measured."""
    if state.outcome is not Outcome.UNDETERMINED or state.owes or state.measured:
        return state
    reason = Reason(code="threshold.presumed-out", says="presumed out: nobody measured it")
    if by == "scope":
        reason = Reason(code="threshold.out-of-scope", says="out of scope by declared facts")
    return state._replace(outcome=Outcome.RULED_OUT, changed_by=by, reasons=(reason,))


def _raise(states: dict[str, _State], framework: Framework) -> None:
    """Who crosses X crosses Y: Y is never better than an X that is REACHED, owes or is vetoed.

    What is REACHED first: what an X owed while it was open is of no account once it is REACHED.
    """
    for raising in (Outcome.REACHED, Outcome.UNDETERMINED):
        changed = True
        while changed:
            changed = False
            for name in framework.thresholds:
                state = states[name]
                if state.outcome is not raising:
                    continue
                if raising is Outcome.UNDETERMINED and not (state.owes or state.vetoed):
                    continue
                for lower in framework.thresholds[name].implies:
                    new = _raised(states[lower], by=name, because=state)
                    changed |= new != states[lower]
                    states[lower] = new


def _raised(state: _State, *, by: str, because: _State) -> _State:
    # What keeps an UNDETERMINED one open keeps open whatever it implies, in turn.
    still_open = because.outcome is Outcome.UNDETERMINED
    state = state._replace(
        owes=state.owes or (still_open and because.owes),
        vetoed=state.vetoed or because.vetoed,  # of no account once it is REACHED
    )
    if because.outcome <= state.outcome:
        return state
    contradiction = because.outcome is Outcome.REACHED and state.tree is Outcome.RULED_OUT
    code = "threshold.contradiction" if contradiction else "threshold.implied"
    says = f"`{by}` is {because.outcome.words}, and crossing it crosses this"
    return state._replace(
        outcome=because.outcome,
        changed_by="implied_above",
        contradiction=contradiction,
        reasons=(*state.reasons, Reason(code=code, says=says)),
    )


def _lower(states: dict[str, _State], framework: Framework) -> None:
    """X UNDETERMINED is RULED_OUT when something it implies is.

    Nothing that an X which owes or is vetoed implies is RULED_OUT any more: `_raise` saw to it.
    """
    changed = True
    while changed:
        changed = False
        for name, state in list(states.items()):
            if state.outcome is not Outcome.UNDETERMINED:
                continue
            below = [
                lower
                for lower in framework.thresholds[name].implies
                if states[lower].outcome is Outcome.RULED_OUT
            ]
            if below:
                says = f"crossing this would cross `{below[0]}`, which is ruled out"
                reason = Reason(code="threshold.implied-out", says=says)
                states[name] = state._replace(
                    outcome=Outcome.RULED_OUT, changed_by="implied_below", reasons=(reason,)
                )
                changed = True


def _threshold_finding(
    name: str,
    framework: Framework,
    step: Step,
    findings: Mapping[str, Finding],
    state: _State,
    alphas: tuple[float, float],
) -> ThresholdFinding:
    threshold = framework.thresholds[name]
    under = [findings[path] for path in finding_paths(step)]
    doubtful = any(reason.code == "evidence.doubtful" for f in under for reason in f.reasons)
    return ThresholdFinding(
        threshold=name,
        domain=threshold.domain,
        tier=threshold.tier,
        outcome=state.outcome,
        tree_outcome=step.outcome,
        changed_by=state.changed_by,
        reasons=state.reasons,
        trace=step,
        alpha_rule_out=alphas[0],
        alpha_rule_in=alphas[1],
        complete=not state.owes and not doubtful and all(f.decided_by != "error" for f in under),
        missing=any(f.decided_by == "omission" or _lacks(f) for f in under),
        contradiction=state.contradiction,
    )


def _lacks(finding: Finding) -> bool:
    return any(reason.code in _LACKING for reason in finding.reasons)


def owed_standards(
    *,
    framework: Framework,
    outcomes: Mapping[str, Outcome],
    scope: Outcome | None,
    chosen: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[tuple[Owed, ...], tuple[str, ...]]:
    """Return the standards owed and the thresholds that hold (C-2, C-3, C-7, C-8).

    Args:
        framework: baseline, obligations and precaution.
        outcomes: effective outcome per threshold.
        scope: outcome of the scope tree, None without one.
        chosen: readings per contested clause; where none is chosen every reading obliges.
    """
    because: dict[str, OwedBecause] = {}
    thresholds: dict[str, list[str]] = {}

    def owe(standards: Sequence[str], *, names: Sequence[str], outcome: Outcome) -> None:
        for standard in standards:
            thresholds.setdefault(standard, []).extend(names)
            if outcome is Outcome.REACHED and because.get(standard) != "baseline":
                because[standard] = "reached"
            because.setdefault(standard, "undetermined")

    for standard in baseline_of(framework, outcomes=outcomes, scope=scope):
        because[standard] = "baseline"
    holds = []
    for name, outcome in outcomes.items():
        threshold = framework.thresholds[name]
        precaution = threshold.precaution or framework.precaution
        if outcome is Outcome.UNDETERMINED and precaution == "hold":
            holds.append(name)
        elif outcome is not Outcome.RULED_OUT:
            owe(threshold.obliges, names=(name,), outcome=outcome)
    for combination in _combinations(framework, chosen):
        together = crossed_together(combination, outcomes=outcomes)
        if together is not Outcome.RULED_OUT:
            named = [name for group in combination.if_all for name in group]
            crossed = [name for name in named if outcomes[name] is not Outcome.RULED_OUT]
            owe(combination.obliges, names=crossed, outcome=together)
    owed = tuple(
        Owed(
            standard=standard,
            because=because[standard],
            thresholds=tuple(dict.fromkeys(thresholds.get(standard, ()))),
        )
        for standard in framework.standards
        if standard in because
    )
    return owed, tuple(holds)


def _combinations(
    framework: Framework, chosen: Mapping[str, Sequence[str]]
) -> Iterator[Combination]:
    yield from framework.combinations.values()
    for name, interpretation in framework.interpretations.items():
        readings = chosen.get(name) or interpretation.readings
        for reading in readings:
            yield from interpretation.readings[reading].combinations


def crossed_together(combination: Combination, *, outcomes: Mapping[str, Outcome]) -> Outcome:
    """Return the least over the groups of the greatest over the thresholds of each (C-7)."""
    return min(max(outcomes[name] for name in group) for group in combination.if_all)


def baseline_of(
    framework: Framework, *, outcomes: Mapping[str, Outcome], scope: Outcome | None
) -> Sequence[str]:
    """Return the baseline that binds: the scope's where everything is ruled out by it (C-3)."""
    if is_out_of_scope(outcomes=outcomes, scope=scope) and framework.scope is not None:
        return framework.scope.baseline
    return framework.baseline


def is_out_of_scope(*, outcomes: Mapping[str, Outcome], scope: Outcome | None) -> bool:
    """Tell whether declared facts put the subject out of scope and nothing says otherwise."""
    return scope is Outcome.RULED_OUT and all(
        outcome is Outcome.RULED_OUT for outcome in outcomes.values()
    )


def labels(
    *, framework: Framework, outcomes: Mapping[str, Outcome], scope: Outcome | None
) -> tuple[str, str]:
    """Return (label, label if every undetermined threshold were ruled out) (C-4)."""

    def label(counted: set[Outcome], settled: Mapping[str, Outcome]) -> str:
        tiers = [framework.baseline_tier]
        if is_out_of_scope(outcomes=settled, scope=scope) and framework.scope is not None:
            tiers = [framework.scope.tier]
        tiers += [
            framework.thresholds[name].tier
            for name, outcome in settled.items()
            if outcome in counted
        ]
        return max(tiers, key=framework.tier_rank)

    settled = {
        name: Outcome.RULED_OUT if outcome is Outcome.UNDETERMINED else outcome
        for name, outcome in outcomes.items()
    }
    return (
        label({Outcome.UNDETERMINED, Outcome.REACHED}, outcomes),
        label({Outcome.REACHED}, settled),
    )
