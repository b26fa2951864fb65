"""Bounds: on the right side, within reach, and such that both outcomes can occur."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Final, NamedTuple

from tierlock.core import Correction, Corrections, Evaluation, Framework, Measured
from tierlock.frameworks.flaw import Flaw
from tierlock.frameworks.nodes import Path
from tierlock.frameworks.trees import leaves_of, trees

_FROM_ZERO: Final = frozenset({"time_horizon", "tasks_solved", "attack_rate", "speed_up"})
_SHARES: Final = frozenset({"pass_at_k", "refusal_rate", "human_percentile"})


class _Reach(NamedTuple):
    """The values that an estimand can take; None is unbounded."""

    lo: float | None
    hi: float | None

    def __str__(self) -> str:
        lo = "-inf" if self.lo is None else f"{self.lo:g}"
        return f"{lo} to {'inf' if self.hi is None else f'{self.hi:g}'}"

    @property
    def width(self) -> float:
        """The largest possible difference of two values."""
        return inf if self.lo is None or self.hi is None else self.hi - self.lo

    def holds(self, value: float) -> bool:
        """Tell whether the estimand can have this value."""
        above = self.lo is None or value >= self.lo
        return above and (self.hi is None or value <= self.hi)


def bound_flaws(framework: Framework) -> Iterator[Flaw]:
    """Yield the bounds that contradict their evaluation, its direction or its range."""
    for tree in trees(framework):
        for path, leaf in leaves_of(tree):
            if not isinstance(leaf, Measured):
                continue
            if leaf.polarity != tree.polarity:
                message = (
                    f"`{leaf.name}` has polarity {leaf.polarity}, but a criterion of "
                    f"{tree.of} measures {tree.polarity}"
                )
                hint = f"say `polarity: {tree.polarity}`"
                yield Flaw("framework.bounds", message, (*path, "polarity"), hint)
            evaluation = framework.evaluations.get(leaf.evaluation)
            if evaluation is not None:
                yield from _measured(leaf, evaluation, framework.corrections, path)
                yield from _unmeasurable(leaf, evaluation, path)


def _measured(
    leaf: Measured, evaluation: Evaluation, corrections: Corrections, path: Path
) -> Iterator[Flaw]:
    worse = evaluation.higher_is == "worse"
    key = "rule_out_below" if leaf.higher_is_worse else "rule_out_above"
    if leaf.higher_is_worse != worse:
        side, opposite = (
            key.removeprefix("rule_out_"),
            "above" if key.endswith("below") else "below",
        )
        message = (
            f"higher is {evaluation.higher_is} for `{leaf.evaluation}`, but the criterion rules "
            f"out {side}"
        )
        hint = f"use `rule_out_{opposite}`, or correct `higher_is` of the evaluation"
        yield Flaw("framework.bounds", message, (*path, key), hint, of_key=True)
        return
    reach = _reach(leaf, evaluation)
    outside = list(_outside(leaf, reach, path))
    yield from outside or _one_outcome_only(leaf, reach, corrections, (*path, key))
    if leaf.inherit is not None and leaf.inherit.margin >= reach.width:
        message = f"the margin {leaf.inherit.margin:g} is the whole range {reach}"
        yield Flaw("framework.bounds", message, (*path, "inherit", "margin"))


def _unmeasurable(leaf: Measured, evaluation: Evaluation, path: Path) -> Iterator[Flaw]:
    """Yield estimands that the evaluation, as it is declared, can never have."""
    name, of = leaf.estimand.name, leaf.evaluation
    where = (*path, "estimand")
    if name == "attack_rate" and (evaluation.hours_by is None or evaluation.minutes_by is not None):
        message = f"`attack_rate` needs `hours_by`, and no `minutes_by`, in `{of}`"
        hint = "name the sample attribute that has the hours of attack"
        yield Flaw("framework.bounds", message, where, hint)
    if name == "refusal_rate" and evaluation.refusal != "as_scored":
        message = f"`refusal_rate` counts refusals, and `{of}` reads them as {evaluation.refusal}"
        yield Flaw("framework.bounds", message, where, "say `refusal: as_scored`")
    counts_one = name in {"pass_at_k", "tasks_solved", "attack_rate", "best_of_k"}
    if counts_one and evaluation.range[1] is None:
        message = f"`{name}` needs an upper end of the range of `{of}`"
        yield Flaw("framework.bounds", message, where)


def _reach(leaf: Measured, evaluation: Evaluation) -> _Reach:
    lo, hi = evaluation.range
    name = leaf.estimand.name
    if name in _FROM_ZERO or (name == "uplift_ratio" and lo >= 0):
        return _Reach(0.0, None)
    if name in _SHARES:
        return _Reach(0.0, 1.0)
    if name == "uplift_ratio" or (name == "uplift_difference" and hi is None):
        return _Reach(None, None)
    if name == "uplift_difference" and hi is not None:
        return _Reach(lo - hi, hi - lo)
    return _Reach(lo, hi)


def _outside(leaf: Measured, reach: _Reach, path: Path) -> Iterator[Flaw]:
    bounds: dict[Path, float | None] = {
        ("rule_out_below",): leaf.rule_out_below,
        ("rule_in_above",): leaf.rule_in_above,
        ("rule_out_above",): leaf.rule_out_above,
        ("rule_in_below",): leaf.rule_in_below,
    }
    if leaf.as_published is not None and leaf.estimand.name in {"success_rate", "mean_score"}:
        bounds["as_published", "bound"] = leaf.as_published.bound
    for key, bound in bounds.items():
        if bound is not None and not reach.holds(bound):
            message = f"the bound {bound:g} is outside the range {reach} of `{leaf.evaluation}`"
            yield Flaw("framework.bounds", message, (*path, *key))


def _one_outcome_only(
    leaf: Measured, reach: _Reach, corrections: Corrections, path: Path
) -> Iterator[Flaw]:
    """A bound at an end of the range: ruled out whatever is measured, or never."""
    bound, worse = leaf.rule_out_bound, leaf.higher_is_worse
    safe, dangerous = (reach.lo, reach.hi) if worse else (reach.hi, reach.lo)
    limit = _corrected(leaf, corrections)
    if dangerous is not None and bound == dangerous:
        message = f"the bound {bound:g} is the dangerous end of the range {reach}: it would "
        yield Flaw("framework.bounds", message + "rule out almost whatever is measured", path)
    elif safe is not None and (limit <= safe if worse else limit >= safe):
        after = "" if limit == bound else f", {limit:g} after the corrections,"
        message = f"the bound {bound:g}{after} is at the safe end of the range {reach}: it could "
        yield Flaw("framework.bounds", message + "never rule out", path)


def _corrected(leaf: Measured, corrections: Corrections) -> float:
    """The rule-out limit after elicitation factor and buffer (spec/determination.md M-6)."""
    factor = _value(leaf.elicitation_factor, corrections.elicitation_factor)
    buffer = _value(leaf.buffer, corrections.buffer)
    if leaf.higher_is_worse:
        return leaf.rule_out_bound / factor - buffer
    return leaf.rule_out_bound * factor + buffer


def _value(own: Correction | None, general: Correction) -> float:
    return general.value if own is None else own.value
