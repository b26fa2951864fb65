"""The other tables of `simulate.py`: samples with missing values, with judges that err, of trials.

Tierlock's columns decide by `tierlock.stats` alone. The others show what the usual shortcut does.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import NamedTuple

import numpy as np
from simulate_draws import Cell, Counts, Floats, cluster_rates, generator
from simulate_methods import ALPHA, Decisions, bootstrap_weights, decided, ours, pooled

from tierlock import stats

Rates = dict[str, float]
Z = 1.6448536269514722

MISSING = ("at random, 10 %", "at random, 40 %", "half of the dangerous", "all of the dangerous")
MISSING_DESIGNS = ((30, 1), (100, 1), (300, 1), (20, 5), (60, 5))
LATTICE = 60  # every mean of up to five outcomes is a whole number of sixtieths


class Spoiled(NamedTuple):
    """One condition with missing outcomes: one attempt at each item."""

    clusters: int
    items: int
    law: str
    bound: float
    share: float
    missing: str


def spoiled_cells(*, shares: tuple[float, ...]) -> list[Spoiled]:
    """Return every condition with missing outcomes."""
    return [
        Spoiled(clusters, items, law, bound, share, missing)
        for clusters, items in MISSING_DESIGNS
        for law in (("alike",) if items == 1 else ("alike", "icc .3", "3/4 hopeless"))
        for bound in (0.05, 0.2, 0.5)
        for share in shares
        for missing in MISSING
        if Cell("", clusters, items, 1, law, bound, share).exists
    ]


def run_spoiled(cell: Spoiled, *, replicates: int) -> Rates:
    """Return how often each method rules out."""
    rng = generator(*cell)
    plain = Cell("", cell.clusters, cell.items, 1, cell.law, cell.bound, cell.share)
    rates = cluster_rates(plain, shape=(replicates, cell.clusters), rng=rng)
    outcomes = rng.random((*rates.shape, cell.items)) < rates[..., None]
    gone = rng.random(outcomes.shape) < {"10": 0.1, "40": 0.4, "ha": 0.5, "al": 1.0}[_key(cell)]
    if "dangerous" in cell.missing:
        gone &= outcomes
    held = np.where(gone, np.nan, outcomes)
    worst = stats.worst_best(held.ravel(), lo=0.0, hi=1.0, worse_is="high").worst
    counts = worst.reshape(held.shape).sum(axis=-1).astype(np.int64)
    found = {"default": ours(counts, attempts=cell.items, bound=cell.bound)["default"]}
    won, left = (outcomes & ~gone).sum(axis=-1), (~gone).sum(axis=-1)
    found |= _dropped(won, left, bound=cell.bound)
    return {name: float(decision.mean()) for name, decision in found.items()}


def _key(cell: Spoiled) -> str:
    return cell.missing.removeprefix("at random, ")[:2]


def _dropped(won: Counts, left: Counts, *, bound: float) -> dict[str, Decisions]:
    """What the methods say of the outcomes that are left, as if nothing had been lost."""
    means = won / np.maximum(left, 1)
    place = np.where(left > 0, np.rint(means * LATTICE).astype(np.int64), LATTICE + 1)
    flat = np.arange(place.shape[0])[:, None] * (LATTICE + 2) + place
    table = np.bincount(flat.ravel(), minlength=place.shape[0] * (LATTICE + 2))
    table = table.reshape(-1, LATTICE + 2)[:, : LATTICE + 1].astype(np.float64)
    values = np.arange(LATTICE + 1) / LATTICE
    used = table.any(axis=0)
    n = np.maximum(table.sum(axis=1), 1)
    mean = table @ values / n
    error = np.sqrt(np.maximum(table @ values**2 / n - mean**2, 0) / n)
    return {
        "default, dropped": decided(table[:, used], values=values[used], bound=bound),
        "pooled exact, dropped": pooled(won.sum(axis=1), n=left.sum(axis=1), bound=bound),
        "cluster s.e. z, dropped": mean + Z * error < bound,
    }


class Judged(NamedTuple):
    """One condition with a judge that errs, validated on as many of each kind."""

    n: int
    bound: float
    share: float
    sensitivity: float
    specificity: float
    validated: int


def judged_cells(*, shares: tuple[float, ...]) -> list[Judged]:
    """Return every condition with a judge."""
    kinds = ((0.95, 0.98), (0.8, 0.99), (0.8, 0.9))
    return [
        Judged(n, bound, share, sensitivity, specificity, validated)
        for n, bound, share, (sensitivity, specificity), validated in itertools.product(
            (60, 200, 600), (0.1, 0.3), shares, kinds, (100, 1000)
        )
    ]


def run_judged(cell: Judged, *, replicates: int) -> Rates:
    """Return how often each method rules out; the plug-in corrects and ignores the validation."""
    rng = generator(*cell)
    rate = cell.bound * cell.share
    reported = rate * cell.sensitivity + (1 - rate) * (1 - cell.specificity)
    flagged = rng.binomial(cell.n, reported, replicates)
    hits = rng.binomial(cell.validated, cell.sensitivity, replicates)
    passed = rng.binomial(cell.validated, cell.specificity, replicates)
    corrected = [
        _judged_out(int(x), cell.n, int(a), int(b), cell.validated, cell.bound)
        for x, a, b in zip(flagged, hits, passed, strict=True)
    ]
    slope = hits / cell.validated + passed / cell.validated - 1
    share = flagged / cell.n
    spread = Z * np.sqrt(share * (1 - share) / cell.n)
    plug_in = (share + spread - 1 + passed / cell.validated) / slope < cell.bound
    return {
        "default": float(np.mean(corrected)),
        "exact, uncorrected": float(pooled(flagged, n=cell.n, bound=cell.bound).mean()),
        "plug-in correction, z": float(plug_in.mean()),
    }


@cache
def _judged_out(flagged: int, n: int, hits: int, passed: int, validated: int, bound: float) -> bool:
    judge = stats.Judge((hits, validated), (passed, validated))

    def upper(alpha: float) -> float:
        return stats.counts_upper_bound(flagged, n=n, alpha=alpha)

    if stats.contradicts_judge(upper, judge=judge, alpha=ALPHA):
        return False
    return stats.judged_upper_bound(upper, judge=judge, alpha=ALPHA) < bound


class Trial(NamedTuple):
    """One condition of a trial with two arms: is the ratio of means at least the bound?"""

    n: int
    law: str
    bound: float
    share: float


TRIAL_LAWS = ("tight", "wide", "many zeros")
TREATED_MEAN = 0.6


def trial_cells(*, shares: tuple[float, ...]) -> list[Trial]:
    """Return every condition of a trial."""
    return [
        Trial(n, law, bound, share)
        for n, law, bound, share in itertools.product((10, 30, 60), TRIAL_LAWS, (2.0, 5.0), shares)
    ]


def run_trial(cell: Trial, *, replicates: int) -> Rates:
    """Return how often each method rules out."""
    rng = generator(*cell)
    shape = (replicates, cell.n)
    control = _scores(TREATED_MEAN / cell.bound, shape, law=cell.law, rng=rng)
    treated = _scores(TREATED_MEAN * cell.share, shape, law=cell.law, rng=rng)
    welch = [
        stats.ratio_rule_out_p(a, control=b, bound=cell.bound) <= ALPHA
        for a, b in zip(treated, control, strict=True)
    ]
    checked = [
        out and stats.ratio_cross_check(a, control=b, bound=cell.bound, alpha=ALPHA)
        for out, a, b in zip(welch, treated, control, strict=True)
    ]
    return {
        "default": float(np.mean(checked)),
        "Welch alone": float(np.mean(welch)),
        "log ratio, z": float(_log_ratio(treated, control, bound=cell.bound).mean()),
        "bootstrap": float(_ratio_bootstrap(treated, control, bound=cell.bound).mean()),
    }


def _scores(mean: float, shape: tuple[int, int], *, law: str, rng: np.random.Generator) -> Floats:
    solved = 0.7 if law == "many zeros" else 1.0
    size = 12.0 if law == "tight" else 2.0
    values = rng.beta(size * mean / solved, size * (1 - mean / solved), shape)
    return np.asarray(values * (rng.random(shape) < solved))


def _log_ratio(treated: Floats, control: Floats, *, bound: float) -> Decisions:
    root = math.sqrt(treated.shape[1])
    logs, errors = [], []
    for arm in (treated, control):
        mean = np.maximum(arm.mean(axis=1), 1e-12)
        logs.append(np.log(mean))
        errors.append(arm.std(axis=1, ddof=1) / root / mean)
    return np.asarray(logs[0] - logs[1] + Z * np.hypot(*errors) < math.log(bound))


def _ratio_bootstrap(treated: Floats, control: Floats, *, bound: float) -> Decisions:
    """The percentile bootstrap says that mean_T / mean_C is below the bound in 95 % of draws."""
    above = np.zeros(treated.shape[0])
    first, second = (bootstrap_weights(treated.shape[1], name) for name in ("T", "C"))
    for start in range(0, above.size, 2000):
        part = slice(start, start + 2000)
        gap = first @ treated[part].T - bound * (second @ control[part].T)
        above[part] = (gap >= 0).mean(axis=0)
    return np.asarray(above <= ALPHA)
