"""How much evidence a criterion asks for before anything is measured (statistics S-60)."""

from __future__ import annotations

from typing import Final

from tierlock import stats
from tierlock.analysis.size_rows import Design, Planned, danger_value, law_of, own_value, sizer
from tierlock.core import (
    Cost,
    Evaluation,
    Framework,
    InputError,
    Limits,
    Measured,
    Sizing,
)
from tierlock.policy import SHARES, Leaf, Limited, all_limits, scaled_bound

_SHARES_OF_BOUND: Final = (
    (0.0, "no event"),
    (0.1, "a tenth of the bound"),
    (0.25, "a quarter of the bound"),
    (0.5, "half of the bound"),
    (0.7, "0.7 of the bound"),
)
_TRIAL_SHARES: Final = (
    (0.0, "no uplift"),
    (0.25, "a quarter of the way to the bound"),
    (0.5, "half of the way to the bound"),
    (0.75, "three quarters of the way to the bound"),
)
_CURVE: Final = tuple(share / 20 for share in range(17))  # of the bound
_CURVE_DRAWS: Final = 1000
_SAME: Final = 1e-12
_ASKED: Final = "asked for"


def size_criterion(
    framework: Framework,
    *,
    path: str,
    design: Design | None = None,
    power: float = 0.8,
    truth: float | None = None,
    units: int | None = None,
    curve: bool = False,
) -> Sizing:
    """Return how many independent units rule out one criterion, for several true values.

    Args:
        framework: the rules; checkpoints and connectives take their part of alpha.
        path: `<threshold or standard>:<criterion>`, as findings are named.
        design: how the evidence would be gathered.
        power: probability of a rule-out.
        truth: one more true value, in the unit of the bound.
        units: also return the smallest bound that so many units rule out.
        curve: also return sizes for a chart.

    Raises:
        InputError: no such criterion, one that nobody measures, or numbers that can not be.
        InvalidNumbers: a design that can not be.
    """
    _check(design or Design(), power=power)
    leaf, criterion, limits = _criterion(framework, path)
    evaluation = framework.evaluations[criterion.evaluation]
    k = criterion.estimand.k
    design = design or Design()
    if k is not None:  # the best of k attempts is one yes or no per task
        design = design._replace(epochs=max(design.epochs, k))
    base = Sizing(
        path=path,
        framework=framework.name,
        estimand=criterion.estimand.name,
        unit=_unit(criterion, evaluation),
        higher_is_worse=limits.higher_is_worse,
        lo=limits.lo,
        hi=limits.hi,
        bound=limits.rule_out,
        declared=limits.rule_out_declared,
        alpha=limits.alpha_rule_out,
        allocation=_allocation(framework, leaf),
        power=power,
        items=design.items,
        epochs=design.epochs,
        icc=design.icc,
        guarantee=criterion.guarantee,
    )
    return _filled(
        base,
        limits=limits,
        design=design,
        cost=evaluation.cost,
        truth=truth,
        units=units,
        curve=curve,
        notes=_notes(criterion, evaluation),
        binary=k is not None or criterion.estimand.population == "suite",
    )


def size_bound(
    bound: float,
    *,
    alpha: float,
    design: Design | None = None,
    power: float = 0.8,
    truth: float | None = None,
    units: int | None = None,
    curve: bool = False,
) -> Sizing:
    """Return the same for a bound on a danger rate, without a framework.

    Args:
        bound: the limit on the rate, in (0, 1); with `design.control`, on the ratio of two arms.
        alpha: one-sided error probability.
        design: how the evidence would be gathered.
        power: probability of a rule-out.
        truth: one more true value.
        units: also return the smallest bound that so many units rule out.
        curve: also return sizes for a chart.

    Raises:
        InputError: numbers or a design that can not be.
    """
    design = design or Design()
    _check(design, power=power, alpha=alpha)
    trial = design.control is not None
    if not (bound > 0 and (trial or bound < 1)):
        raise InputError("input.number", f"a bound on a rate lies between 0 and 1, not `{bound}`")
    base = Sizing(
        estimand="uplift_ratio" if trial else "success_rate",
        unit="participants in both arms" if trial else "independent units",
        bound=bound,
        declared=bound,
        alpha=alpha,
        power=power,
        items=design.items,
        epochs=design.epochs,
        icc=design.icc,
    )
    limits = Limits(
        higher_is_worse=True,
        rule_out=bound,
        rule_out_declared=bound,
        rule_in=bound,
        alpha_rule_out=alpha,
        alpha_rule_in=alpha,
        basis="proposal",
        lo=0.0,
        hi=1.0,
    )
    return _filled(
        base,
        limits=limits,
        design=design,
        cost=Cost(),
        truth=truth,
        units=units,
        curve=curve,
        notes=(),
        binary=False,
    )


def _check(design: Design, *, power: float, alpha: float = 0.5) -> None:
    """Say what is no probability; NaN is none.

    Raises:
        InputError: power, alpha or a correlation.
    """
    for name, chance in (("power", power), ("alpha", alpha)):
        if not 0.0 < chance < 1.0:
            raise InputError("input.number", f"{name} must lie between 0 and 1, not `{chance}`")
    for share in (design.icc, design.item_icc):
        if share is not None and not 0.0 <= share <= 1.0:
            raise InputError("input.number", f"a correlation lies between 0 and 1, not `{share}`")


def _criterion(framework: Framework, path: str) -> Limited:
    """The measured criterion at a path."""
    known = {one.leaf.path: one for one in all_limits(framework)}
    if path not in known:
        raise InputError(
            "input.not-found",
            f"`{path}` is no measured criterion of `{framework.name}`",
            hint=f"measured criteria: {', '.join(known) or 'none'}",
        )
    return known[path]


def _allocation(framework: Framework, leaf: Leaf) -> str:
    """How the alpha of a leaf comes about."""
    control = framework.error_control
    name = leaf.path.partition(":")[0]
    own = framework.thresholds[name].rule_out if name in framework.thresholds else None
    says = "per threshold" if name in framework.thresholds else "per safeguard test"
    says = "for the scope" if name == "scope" else says
    total = control.rule_out if own is None else own
    parts = [f"{total:.3g} {says} and {control.period}"]
    if control.checkpoints > 1:
        parts.append(f"divided by {control.checkpoints} weights versions")
    if leaf.out_factor > 1:
        parts.append(f"divided by {leaf.out_factor} for its place in the tree")
    return ", ".join(parts)


def _unit(criterion: Measured, evaluation: Evaluation) -> str:
    name = criterion.estimand.name
    if name in {"uplift_ratio", "uplift_difference"}:
        return "participants in both arms"
    if name == "human_percentile":
        return "experts"
    if name == "attack_rate":
        return "hours of attack"
    if criterion.estimand.population == "suite":
        return "attempts at exactly these tasks"
    return "tasks" if evaluation.cluster_by is None else f"clusters by `{evaluation.cluster_by}`"


def _notes(criterion: Measured, evaluation: Evaluation) -> tuple[str, ...]:
    notes = []
    if evaluation.judge is not None:
        notes.append("the errors of the judge ask for more than this")
    if evaluation.dataset_samples is not None:
        notes.append(f"the data set has {evaluation.dataset_samples} samples")
    if criterion.estimand.name == "human_percentile":
        notes.append("half of alpha is kept for the noise of the subject's own score")
    return tuple(notes)


def _filled(
    base: Sizing,
    *,
    limits: Limits,
    design: Design,
    cost: Cost,
    truth: float | None,
    units: int | None,
    curve: bool,
    notes: tuple[str, ...],
    binary: bool,
) -> Sizing:
    asked = Planned(base.alpha, base.power, design, base.guarantee == "proved", cost, 4000)
    row = sizer(base, limits=limits, asked=asked, binary=binary)
    if isinstance(row, str):
        return base.model_copy(update={"not_computable": row, "notes": notes})
    planned = _truths(base, limits)
    if truth is not None:
        same = [says for value, says in planned if abs(value - truth) <= _SAME]
        planned = [(value, says) for value, says in planned if abs(value - truth) > _SAME]
        planned.append((truth, ", ".join([*same, _ASKED])))
        planned.sort(reverse=not limits.higher_is_worse)
    update: dict[str, object] = {
        "rows": tuple(row(value, says, asked) for value, says in planned),
        "notes": notes,
    }
    bound = scaled_bound(limits)
    if curve and bound is not None and base.estimand in SHARES | {"human_percentile"}:
        quick = asked._replace(draws=_CURVE_DRAWS)
        at = (own_value(bound * share, limits=limits) for share in _CURVE)
        update["curve"] = tuple(row(value, "", quick) for value in at)
    if units is not None and bound is not None and base.estimand in SHARES and truth is not None:
        smallest = stats.smallest_bound(
            law_of(danger_value(truth, limits=limits), design=design, binary=binary),
            clusters=units,
            alpha=base.alpha,
            power=base.power,
            proved=asked.proved,
        )
        update |= {"resolving": units, "resolves": own_value(smallest, limits=limits)}
    return base.model_copy(update=update)


def _truths(base: Sizing, limits: Limits) -> list[tuple[float, str]]:
    """The true values of the table, in the unit of the bound."""
    bound = limits.rule_out
    if base.estimand in {"uplift_ratio", "uplift_difference"}:
        start = 1.0 if base.estimand == "uplift_ratio" else 0.0
        return [(start + share * (bound - start), says) for share, says in _TRIAL_SHARES]
    scaled = scaled_bound(limits)
    if base.estimand == "attack_rate" or scaled is None:
        return [(share * bound, says) for share, says in _SHARES_OF_BOUND]
    return [(own_value(share * scaled, limits=limits), says) for share, says in _SHARES_OF_BOUND]
