"""How often a subject exactly at the bound is falsely ruled out: never more than alpha.

Small designs are enumerated completely, so their rates are exact; a larger one with unequal
families is simulated with a fixed seed.
"""

import itertools
import math

import numpy as np
import pytest
from scipy import stats as reference

from tierlock import stats

ALPHA = 0.05
DESIGNS = [(2, 4), (4, 5), (6, 4), (10, 3), (20, 2)]  # clusters, attempts in each
BOUNDS = [0.05, 0.2, 0.5, 0.8]
LAWS = ["alike", "icc .1", "icc .3", "icc .8", "all or nothing", "half hopeless", "most hopeless"]
TESTS = {"default": stats.rule_out_p, "proved": stats.hoeffding_bentkus_rule_out_p}


def cluster_law(name: str, attempts: int, mean: float) -> np.ndarray | None:
    """Probability of 0, 1, .. successes in one cluster; None where the law does not exist."""
    x = np.arange(attempts + 1)
    if name == "alike":
        return reference.binom.pmf(x, attempts, mean)
    if name.startswith("icc"):
        size = (1 - float(name[4:])) / float(name[4:])
        return reference.betabinom.pmf(x, attempts, mean * size, (1 - mean) * size)
    solvable = {"all or nothing": mean, "half hopeless": 0.5, "most hopeless": 0.25}[name]
    if solvable < mean:
        return None
    law = solvable * reference.binom.pmf(x, attempts, mean / solvable)
    law[0] += 1 - solvable
    return law


def samples(clusters: int, attempts: int) -> tuple[np.ndarray, np.ndarray]:
    """All unordered samples as counts of cluster outcomes, and the number of orderings of each."""
    outcomes = itertools.combinations_with_replacement(range(attempts + 1), clusters)
    table = np.array([np.bincount(sample, minlength=attempts + 1) for sample in outcomes])
    ways = [math.factorial(clusters) / math.prod(math.factorial(c) for c in row) for row in table]
    return table, np.array(ways)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize(("clusters", "attempts"), DESIGNS)
def test_exact_rate_of_false_rule_outs(test: str, clusters: int, attempts: int) -> None:
    table, ways = samples(clusters, attempts)
    shares = np.arange(attempts + 1) / attempts
    largest, cells = 0.0, 0
    for bound in BOUNDS:
        ps = np.array([TESTS[test](np.repeat(shares, row), bound=bound) for row in table])
        for name in LAWS:
            law = cluster_law(name, attempts, bound)
            if law is None:
                continue
            weights = ways * np.prod(law**table, axis=1)
            assert weights.sum() == pytest.approx(1.0)
            assert (law @ shares) == pytest.approx(bound)
            rate = weights[ps <= ALPHA].sum()
            assert rate <= ALPHA + 1e-9, (name, bound)
            largest, cells = max(largest, rate), cells + 1
    assert cells >= 20
    # the check would notice a test that never rules out anything
    assert largest > 0.001 if clusters >= 6 else largest <= ALPHA


def test_a_test_that_takes_attempts_for_clusters_would_be_caught() -> None:
    """Pooling the attempts of "all or nothing" families: the very mistake that clusters prevent."""
    clusters, attempts, bound = 20, 2, 0.2
    table, ways = samples(clusters, attempts)
    law = cluster_law("all or nothing", attempts, bound)
    assert law is not None
    successes = table @ np.arange(attempts + 1)
    ps = reference.binom.cdf(successes, clusters * attempts, bound)
    rate = (ways * np.prod(law**table, axis=1))[ps <= ALPHA].sum()
    assert rate > ALPHA + 0.01


@pytest.mark.parametrize("bound", [0.1, 0.3])
@pytest.mark.parametrize("icc", [0.1, 0.5])
def test_simulated_families_of_unequal_size(bound: float, icc: float) -> None:
    replicates, size = 1000, (1 - icc) / icc
    rng = np.random.default_rng(2024)
    n_items = rng.integers(1, 6, 25)  # families of one to five items, three attempts at each
    items = np.repeat(np.arange(n_items.sum()), 3)
    clusters = np.repeat(np.repeat(np.arange(25), n_items), 3)
    false = 0
    for _ in range(replicates):
        rates = rng.beta(bound * size, (1 - bound) * size, 25)
        values = (rng.random(items.size) < rates[clusters]).astype(float)
        means = stats.cluster_means(values, items=items, clusters=clusters).means
        false += stats.rule_out_p(means, bound=bound) <= ALPHA
    error = math.sqrt(ALPHA * (1 - ALPHA) / replicates)
    assert false / replicates <= ALPHA + 3 * error
