"""The methods of `simulate.py`, each for many drawn samples at once.

The first two are Tierlock's. They decide by `tierlock.stats`: a fast approximation sorts out the
clear cases, the test itself decides the others (tests/docs/test_simulations.py compares the two
decisions sample by sample). The others are what evaluations are often judged by; they are here to
be compared, and no part of Tierlock decides by them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy import stats as distributions
from simulate_draws import Counts, Floats, generator

from tierlock.stats._samples import Rule, ruled_out
from tierlock.stats.beta_binomial import _CONCENTRATIONS as SIZES
from tierlock.stats.beta_binomial import _MEANS

ALPHA = 0.05
BOOTSTRAP_DRAWS = 600
GRID = (np.arange(_MEANS) + 0.5) / _MEANS
AT_ONCE = 500  # samples whose posteriors are computed together: bounds the memory
DEFAULT, PROVED = "default", "proved"
PEERS = (
    "pooled exact",
    "cluster s.e., z",
    "cluster s.e., t",
    "cluster bootstrap",
    "Bayes",
)
Decisions = npt.NDArray[np.bool_]


def histograms(successes: Counts, *, attempts: int) -> Floats:
    """Return how often each count 0..attempts occurs in each sample, (samples, attempts + 1)."""
    size = attempts + 1
    rows = np.arange(successes.shape[0])[:, None] * size
    flat = np.bincount((rows + successes).ravel(), minlength=size * successes.shape[0])
    return flat.reshape(-1, size).astype(np.float64)


def ours(successes: Counts, *, attempts: int, bound: float) -> dict[str, Decisions]:
    """Return which samples rule the bound out by the default and by the proved test."""
    table = histograms(successes, attempts=attempts)
    values = np.arange(attempts + 1) / attempts
    return {
        name: decided(table, values=values, bound=bound, proved=name == PROVED)
        for name in (DEFAULT, PROVED)
    }


def decided(table: Floats, *, values: Floats, bound: float, proved: bool = False) -> Decisions:
    """Return the decision for each row of a table; rows may differ in how many they count."""
    found = np.zeros(table.shape[0], bool)
    sizes = table.sum(axis=1)
    for size in np.unique(sizes[sizes > 0]):
        rows, which = np.unique(table[sizes == size], axis=0, return_inverse=True)
        decision = ruled_out(rows, values=values, rule=Rule(bound, ALPHA, proved))
        found[sizes == size] = decision[which.ravel()]
    return found


def peers(successes: Counts, *, attempts: int, bound: float) -> dict[str, Decisions]:
    """Return which samples rule the bound out by the methods that are compared."""
    clusters = successes.shape[1]
    values = successes / attempts
    mean, error = values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(clusters)
    z, t = distributions.norm.ppf(1 - ALPHA), distributions.t.ppf(1 - ALPHA, clusters - 1)
    plain = error * np.sqrt((clusters - 1) / clusters)  # as commonly used, without a correction
    return {
        "pooled exact": pooled(successes.sum(axis=1), n=clusters * attempts, bound=bound),
        "cluster s.e., z": mean + z * plain < bound,
        "cluster s.e., t": mean + t * error < bound,
        "cluster bootstrap": bootstrap(values, bound=bound),
        "Bayes": posterior(successes, attempts=attempts, bound=bound) <= ALPHA,
    }


def pooled(successes: Counts, *, n: int | Counts, bound: float) -> Decisions:
    """Return the decision of Clopper and Pearson for attempts taken as independent."""
    return np.asarray(distributions.binom.cdf(successes, n, bound) <= ALPHA)


def bootstrap(values: Floats, *, bound: float) -> Decisions:
    """Return the decision of the percentile bootstrap over clusters."""
    weights = bootstrap_weights(values.shape[1], "clusters")
    rank = int(np.ceil((1 - ALPHA) * BOOTSTRAP_DRAWS)) - 1
    means = weights @ values.T.astype(np.float32)
    return np.asarray(np.partition(means, rank, axis=0)[rank] < bound)


@cache
def bootstrap_weights(units: int, name: str) -> npt.NDArray[np.float32]:
    """Return the weights of the units in each draw, shape (draws, units); each row adds to 1."""
    rng = generator("bootstrap", name, units)
    even = np.full(units, 1 / units)
    counts = rng.multinomial(units, even, size=BOOTSTRAP_DRAWS)
    return np.asarray(counts / units, np.float32)


def posterior(successes: Counts, *, attempts: int, bound: float) -> Floats:
    """Return `stats.beta_binomial_posterior` of every sample, from one table of likelihoods."""
    rows, which = np.unique(histograms(successes, attempts=attempts), axis=0, return_inverse=True)
    likelihoods, prior = likelihood_table(attempts)
    above = np.clip((GRID - bound) * GRID.size + 0.5, 0.0, 1.0)
    found = np.empty(rows.shape[0])
    for start in range(0, found.size, AT_ONCE):
        logs = rows[start : start + AT_ONCE] @ likelihoods + prior
        logs -= logs.max(axis=1, keepdims=True)
        weight = np.exp(logs).reshape(logs.shape[0], GRID.size, -1).sum(axis=2)
        found[start : start + AT_ONCE] = weight @ above / weight.sum(axis=1)
    return np.asarray(found[which.ravel()])


@cache
def likelihood_table(attempts: int) -> tuple[Floats, Floats]:
    """Return log likelihoods of each count, (attempts + 1, grid), and log priors, (grid,)."""
    mean = GRID[:, None]
    edges = np.concatenate([[0.0], np.sqrt(SIZES[1:] * SIZES[:-1]), [np.inf]])
    prior = np.log(np.exp(-edges[:-1]) - np.exp(-edges[1:]))
    of = special.betaln(mean * SIZES, (1 - mean) * SIZES)
    rows = [
        (special.betaln(mean * SIZES + x, (1 - mean) * SIZES + attempts - x) - of).ravel()
        for x in range(attempts + 1)
    ]
    return np.array(rows), np.broadcast_to(prior, of.shape).ravel()
