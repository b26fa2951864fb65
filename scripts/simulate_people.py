"""The tables of `simulate.py` about people: ranks among experts, and time horizons.

Tierlock's column is what an assessment does, with every gate: the estimators of `tierlock.policy`
decide. The others are what is commonly done with the same samples.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import special
from simulate_draws import Floats, generator
from simulate_methods import ALPHA

from tierlock import stats
from tierlock.core import Counts, Estimand, Evaluation, Limits, Measured
from tierlock.policy.estimate_horizon import estimate_horizon
from tierlock.policy.estimate_percentile import estimate_percentile
from tierlock.policy.pooling import Attempts, Labels
from tierlock.policy.tested import Asked, Test

Rates = dict[str, float]


class Ranked(NamedTuple):
    """One condition: is the subject at the percentile `bound` of experts, or above?"""

    experts: int
    items: int
    design: str
    bound: float
    share: float


class Horizon(NamedTuple):
    """One condition: is the length of tasks done at the rate `success` at least the bound?"""

    families: int
    law: str
    success: float
    share: float


def ranked_cells(*, shares: tuple[float, ...]) -> list[Ranked]:
    """Return every condition of a percentile."""
    return [
        Ranked(*cell)
        for cell in itertools.product(
            (10, 40), (10, 40), ("same items", "own items"), (0.5, 0.9), shares
        )
    ]


def run_ranked(cell: Ranked, *, replicates: int) -> Rates:
    """Return how often each method rules out; abilities and difficulties are normal log odds."""
    rng = generator(*cell)
    asked = _asked("human_percentile", bound=cell.bound, arms=("human", "model"))
    mine = special.ndtri(cell.bound * cell.share)
    own = cell.design == "own items"
    found: dict[str, int] = dict.fromkeys(("default", "proved", "rank alone", "exact on ranks"), 0)
    for _ in range(replicates):
        hard = rng.normal(size=(cell.experts + 1 if own else 1, cell.items))
        able = np.append(mine, rng.normal(size=cell.experts))
        solved = (rng.random((able.size, cell.items)) < special.expit(able[:, None] - hard)) * 1.0
        test = estimate_percentile(
            _attempts(_ranked_labels(cell), solved.ravel(), np.full(solved.size, np.nan)),
            asked=asked,
        )
        scores = solved.mean(axis=1)
        beaten = int((scores[1:] <= scores[0]).sum())
        found["default"] += _rules_out(test)
        found["proved"] += _rules_out(test, proved=True)
        found["rank alone"] += beaten < cell.bound * cell.experts
        found["exact on ranks"] += special.bdtr(beaten, cell.experts, cell.bound) <= ALPHA
    return {name: count / replicates for name, count in found.items()}


TASKS, RUNS = 3, 4
SLOPE, MIDDLE, LONGEST = 0.6, 5.0, 10.0
SPREAD = {"alike": 0.0, "differ": 0.8}
POPULATION = 100_000
PLAIN_DRAWS = 600


def horizon_cells(*, shares: tuple[float, ...]) -> list[Horizon]:
    """Return every condition of a time horizon."""
    return [Horizon(*cell) for cell in itertools.product((12, 30), SPREAD, (0.5, 0.8), shares)]


def run_horizon(cell: Horizon, *, replicates: int) -> Rates:
    """Return how often each method rules out; families and their tasks may differ."""
    rng = generator(*cell)
    bound = true_horizon(cell.law, cell.success) / cell.share
    asked = _asked("time_horizon", bound=bound, success=cell.success)
    found: dict[str, int] = dict.fromkeys(("default", "no gates", "plain percentile"), 0)
    for _ in range(replicates):
        lengths, rates = _tasks(cell.families, law=cell.law, rng=rng)
        solved = (rng.random((RUNS, rates.size)) < rates).astype(np.float64).ravel()
        attempts = _attempts(_horizon_labels(cell), solved, np.tile(np.exp2(lengths), RUNS))
        test = estimate_horizon(attempts, asked=asked)
        draws = stats.horizon_draws(
            solved,
            minutes=attempts.amounts,
            items=attempts.items,
            clusters=attempts.clusters,
            draws=PLAIN_DRAWS,
            success=cell.success,
        )
        plain = stats.horizon_rule_out_p(draws, bound=bound, expanded=False)
        found["default"] += _rules_out(test)
        found["no gates"] += _rules_out(test._replace(barred=frozenset()))
        found["plain percentile"] += plain <= ALPHA
    return {name: count / replicates for name, count in found.items()}


@cache
def true_horizon(law: str, success: float) -> float:
    """Return the horizon of the curve that fits the whole population of tasks, in minutes."""
    lengths, rates = _tasks(POPULATION // TASKS, law=law, rng=generator("population", law))
    weights = np.full(rates.size, 1 / rates.size)
    fit = stats.fit_horizon(rates, minutes=np.exp2(lengths), weights=weights)
    return stats.horizon_at(fit, success=success)


def _tasks(families: int, *, law: str, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Lengths in log2 minutes and success rates of tasks, those of a family side by side."""
    shape = (families, TASKS)
    middle = rng.uniform(0, LONGEST, (families, 1))
    lengths = np.clip(middle + rng.normal(size=shape), 0, LONGEST)
    spread = SPREAD[law]
    odds = SLOPE * (MIDDLE - lengths)
    odds += spread * (rng.normal(size=(families, 1)) + rng.normal(size=shape))
    return lengths.ravel(), special.expit(odds).ravel()


def _rules_out(test: Test, *, proved: bool = False) -> bool:
    p = test.proved_rule_out_p if proved else test.rule_out_p
    return not test.barred and p is not None and p <= ALPHA


class _Columns(NamedTuple):
    """Items, clusters and arms of attempts."""

    items: Labels
    clusters: Labels
    arms: Labels


@cache
def _ranked_labels(cell: Ranked) -> _Columns:
    """The subject first, with every item a cluster, then one expert after the other."""
    people = np.repeat(np.arange(cell.experts + 1), cell.items)
    items = np.char.add("i", np.tile(np.arange(cell.items), cell.experts + 1).astype(np.str_))
    if cell.design == "own items":
        items = np.char.add(np.char.add(items, " of "), people.astype(np.str_))
    experts = np.char.add("e", people.astype(np.str_))
    model = people == 0
    return _Columns(items, np.where(model, items, experts), np.where(model, "model", "human"))


@cache
def _horizon_labels(cell: Horizon) -> _Columns:
    tasks = np.arange(cell.families * TASKS)
    items = np.char.add("t", np.tile(tasks, RUNS).astype(np.str_))
    clusters = np.char.add("f", np.tile(tasks // TASKS, RUNS).astype(np.str_))
    return _Columns(items, clusters, np.full(items.size, ""))


def _attempts(columns: _Columns, values: Floats, amounts: Floats) -> Attempts:
    size = values.size
    counts = Counts(planned=size, present=size, scored=size)
    refused = np.zeros(size, bool)
    return Attempts(values, *columns, refused, amounts, counts, frozenset())


def _asked(name: str, *, bound: float, **estimand: object) -> Asked:
    """A criterion that rules out below `bound`, without corrections."""
    criterion = Measured(
        evaluation="people",
        rule_out_below=bound,
        basis="proposal",
        estimand=Estimand.model_validate({"name": name, **estimand}),
    )
    slot = Evaluation(
        title="People",
        tasks=("people",),
        higher_is="worse",
        cluster_by="unit",
        arm_by="arm",
        minutes_by="minutes" if name == "time_horizon" else None,
    )
    limits = Limits(
        higher_is_worse=True,
        rule_out=bound,
        rule_out_declared=bound,
        rule_in=bound,
        alpha_rule_out=ALPHA,
        alpha_rule_in=ALPHA,
        basis="proposal",
        lo=0.0,
        hi=1.0,
    )
    return Asked(criterion, slot, limits)
