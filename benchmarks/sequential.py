"""What planned looks save: expected clusters against the fixed-n exact test, cell by cell.

    python benchmarks/sequential.py

Sixteen cells: bounds t of .05, .1, .2 and .5, true rates p of .1, .25, .5 and .7 times t. Every
number of the first table is exact (convolution), for alpha = .05 and power .9: `fixed` is the n
from which on the exact binomial test keeps that power, `looks` the group-sequential design with ten
looks, `any time` the e-process after every cluster up to twice `fixed`. Exits with 1 if a cell
saves less than 25 %, the median less than a third, or an error probability is above alpha.

The second table compares the two ways of betting on cluster means that were considered, on the same
simulated clusters (seed 20261122): constant stakes, which Tierlock uses, and the adaptive aGRAPA
stake of Waudby-Smith and Ramdas (2024).
"""

from __future__ import annotations

import statistics
import sys

import numpy as np
import numpy.typing as npt

from tierlock import stats
from tierlock.stats import StoppingRule, every_cluster, plan_looks, samples_to_rule_out

BOUNDS = (0.05, 0.1, 0.2, 0.5)
SHARES = (0.1, 0.25, 0.5, 0.7)
ALPHA, POWER = 0.05, 0.9
LEAST_SAVED, LEAST_MEDIAN = 0.25, 1 / 3
SEED, REPLICATES = 20261122, 1000
Floats = npt.NDArray[np.float64]


def main() -> int:
    """Print both tables; return what the process ends with."""
    print(
        "   t      p  fixed | looks: max expected  saved  power  alpha | any time: expected power"
    )
    saved, fine = [], True
    for bound in BOUNDS:
        for share in SHARES:
            rate = bound * share
            fixed = samples_to_rule_out(rate, bound=bound, alpha=ALPHA, power=POWER)
            looks = plan_looks(rate, bound=bound, alpha=ALPHA, power=POWER)
            assert fixed is not None
            assert looks is not None
            rule = StoppingRule(
                kind="group_sequential", bound=bound, looks=looks, planned=rate, futility=None
            )
            found, null = rule.operating(rate=rate), rule.operating(rate=bound)
            expected = found.expected_clusters
            anytime = StoppingRule(
                kind="e_process", bound=bound, looks=every_cluster(2 * fixed), planned=rate
            ).operating(rate=rate)
            saved.append(1 - expected / fixed)
            fine &= null.ruled_out <= ALPHA and found.ruled_out >= POWER
            print(
                f"{bound:4g} {rate:6g} {fixed:6d} | {rule.maximum:10d} {expected:8.1f}"
                f" {saved[-1]:6.1%} {found.ruled_out:6.3f} {null.ruled_out:6.4f} |"
                f" {anytime.expected_clusters:18.1f} {anytime.ruled_out:5.3f}"
            )
    median = statistics.median(saved)
    print(f"saved: least {min(saved):.1%}, median {median:.1%}, most {max(saved):.1%}\n")
    compare_bets()
    return 0 if fine and min(saved) >= LEAST_SAVED and median >= LEAST_MEDIAN else 1


def compare_bets() -> None:
    """Print the mean number of clusters until a rule-out, of both bettors on the same clusters."""
    print("   t      p  clusters               constant  aGRAPA  ratio")
    rng = np.random.default_rng(SEED)
    for bound, share, most in (
        (0.05, 0.25, 700),
        (0.1, 0.5, 900),
        (0.2, 0.5, 600),
        (0.5, 0.7, 600),
    ):
        rate = bound * share
        for name, values in clusters(rate, most=most, rng=rng).items():
            constant = np.stack([constant_wealth(row, bound) for row in values])
            means = [first_crossing(w) for w in (constant, adaptive_wealth(values, bound))]
            print(
                f"{bound:4g} {rate:6g}  {name:22s} {means[0]:8.1f} {means[1]:7.1f}"
                f" {means[1] / means[0]:6.2f}"
            )


def clusters(rate: float, *, most: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Return cluster means, shape (replicates, most), for three kinds of clusters."""
    shape = (REPLICATES, most)
    spread = (1 - 0.3) / 0.3
    rates = rng.beta(rate * spread, (1 - rate) * spread, shape)
    return {
        "one attempt": (rng.random(shape) < rate).astype(np.float64),
        "5 attempts, icc .3": rng.binomial(5, rates) / 5,
        "nearly alike": rng.beta(50 * rate, 50 * (1 - rate), shape),
    }


def constant_wealth(values: Floats, bound: float) -> Floats:
    """Return the logarithm of the wealth after every cluster, with Tierlock's constant stakes."""
    return stats.betting_log_wealth(values, bound=bound)


def adaptive_wealth(values: Floats, bound: float, *, cap: float = 0.75) -> Floats:
    """Return the same for aGRAPA: stake (t - m) / (v + (t - m)^2), m and v from the past."""
    n = np.arange(1, values.shape[1] + 1)
    mean = (0.5 * bound + np.cumsum(values, axis=1)) / (1 + n)
    spread = (0.25 + np.cumsum((values - mean) ** 2, axis=1)) / (1 + n)
    first = np.ones((len(values), 1))
    mean = np.hstack([0.5 * bound * first, mean[:, :-1]])
    spread = np.hstack([0.25 * first, spread[:, :-1]])
    stake = np.clip((bound - mean) / (spread + (bound - mean) ** 2), 0, cap / (1 - bound))
    return np.asarray(np.cumsum(np.log1p(stake * (bound - values)), axis=1))


def first_crossing(wealth: Floats) -> float:
    """Return the mean number of clusters until the wealth reaches 1/alpha, all of them if never."""
    there = wealth >= np.log(1 / ALPHA)
    return float(np.where(there.any(axis=1), there.argmax(axis=1) + 1, wealth.shape[1]).mean())


if __name__ == "__main__":
    sys.exit(main())
