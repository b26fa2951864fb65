"""Counts that grow from look to look, and the chance that they cross boundaries.

A path is the number of dangerous outcomes at the planned looks n_1 < n_2 < .... Everything is one
convolution per look over the paths that go on; nothing is simulated.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats


def checked_looks(looks: Sequence[int]) -> tuple[int, ...]:
    """The numbers of clusters at which one looks: whole, above 0, strictly rising."""
    steps = itertools.pairwise((0, *looks))
    if not looks or any(int(n) != n for n in looks) or any(b <= a for a, b in steps):
        raise InvalidNumbers(f"looks must be whole and rise from above 0, not `{tuple(looks)}`")
    return tuple(int(n) for n in looks)


def checked_rate(rate: float, *, name: str) -> float:
    """A rate strictly between 0 and 1."""
    if not 0.0 < rate < 1.0:
        raise InvalidNumbers(f"{name} must lie between 0 and 1, not `{rate}`")
    return rate


def binomial_masses(n: int, *, rate: float) -> Floats:
    """P(Bin(n, rate) = x) for x = 0..n, shape (n + 1,); rates 0 and 1 are allowed."""
    if rate in (0.0, 1.0):
        masses = np.zeros(n + 1)
        masses[0 if rate == 0.0 else n] = 1.0
        return masses
    x = np.arange(n, dtype=np.float64)
    ways = np.concatenate([[0.0], np.cumsum(np.log((n - x) / (x + 1.0)))])
    x = np.arange(n + 1, dtype=np.float64)
    return np.asarray(np.exp(ways + x * np.log(rate) + (n - x) * np.log1p(-rate)), np.float64)


def crossing_probabilities(
    looks: Sequence[int], *, low: Sequence[int], rate: float, high: Sequence[int] | None = None
) -> tuple[Floats, Floats]:
    """Where paths end: first at or below `low[k]`, or first at or above `high[k]`.

    Args:
        looks: numbers of clusters, strictly rising.
        low: counts that end a path from above, -1 for none; shape of `looks`.
        rate: the true rate.
        high: counts that end a path from below; None for no such boundary.

    Returns:
        Per look the probability of a first crossing of `low` and of `high`, each the shape of
        `looks`.
    """
    down, up = np.zeros(len(looks)), np.zeros(len(looks))
    # without an upper boundary, paths above the last lower one are never heard of again
    reach = max(1, *(c + 1 for c in low)) if high is None else looks[-1] + 1
    alive, before = np.ones(1), 0
    for k, n in enumerate(looks):
        alive = np.convolve(alive, binomial_masses(n - before, rate=rate))[:reach]
        before = n
        if high is not None:
            up[k] = alive[high[k] :].sum()
            alive[high[k] :] = 0.0
        down[k] = alive[: low[k] + 1].sum()
        alive[: low[k] + 1] = 0.0
    return down, up


def crossing_from_here(looks: Sequence[int], *, low: Sequence[int], rate: float) -> list[Floats]:
    """Per look k and count x, the chance of a crossing of `low` at look k or later.

    Returns:
        One array per look, shape (looks[k] + 1,), by backward induction.
    """
    after = np.zeros(0)
    tables: list[Floats] = []
    for k in reversed(range(len(looks))):
        here = np.zeros(looks[k] + 1)
        if after.size:
            masses = binomial_masses(looks[k + 1] - looks[k], rate=rate)
            here = np.correlate(after, masses, mode="valid")
        here[: low[k] + 1] = 1.0
        tables.append(here)
        after = here
    return tables[::-1]


def ends(
    looks: Sequence[int],
    *,
    low: Sequence[int],
    high: Sequence[int],
    futile: Sequence[int],
    rate: float,
) -> tuple[float, float, float, float]:
    """How paths of counts end: at most `low`, at least `high`, else at least `futile`, per look.

    At the last look everything that goes on is given up. `high` is the first question: where both
    sides reject, the worse answer stands.

    Returns:
        The probabilities of the three ends, which sum to 1, and the expected number of clusters.
    """
    alive, before = np.ones(1), 0
    ruled_out = ruled_in = given_up = expected = 0.0
    for n, c, d, f in zip(looks, low, high, futile, strict=True):
        alive = np.convolve(alive, binomial_masses(n - before, rate=rate))
        before = n
        up = float(alive[d:].sum())
        alive[d:] = 0.0
        down = float(alive[: c + 1].sum())
        alive[: c + 1] = 0.0
        stop = f if n < looks[-1] else 0
        quiet = float(alive[stop:].sum())
        alive[stop:] = 0.0
        ruled_in, ruled_out, given_up = ruled_in + up, ruled_out + down, given_up + quiet
        expected += n * (up + down + quiet)
    return ruled_out, ruled_in, given_up, expected
