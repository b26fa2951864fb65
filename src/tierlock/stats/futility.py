"""When to give up on a rule-out: stops that are allowed and never required.

Non-binding: the boundaries of `group_sequential` and `e_process` hold with and without these stops,
so going on after one costs no error probability. A stop for futility says that nothing can or will
probably be ruled out; it never says that a bound is reached (`spec/statistics.md` S-21).

Reference:
    Jennison and Turnbull (2000), Group Sequential Methods, chapter 10.
"""

from collections.abc import Sequence

import numpy as np

from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._lattice import (
    checked_looks,
    crossing_from_here,
    crossing_probabilities,
)


def conditional_power(
    successes: int, *, n: int, looks: Sequence[int], counts: Sequence[int], rate: float
) -> float:
    """The chance that a later look rules out, given the count so far and a true rate.

    Args:
        successes: dangerous outcomes so far.
        n: clusters so far.
        looks: all planned numbers of clusters, strictly rising.
        counts: per look the largest count that rules out, -1 for none.
        rate: the true rate from here on, in [0, 1).

    Returns:
        An exact probability, over the looks after n; 0 if none is left.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> round(conditional_power(1, n=15, looks=[15, 30, 45], counts=[-1, 1, 4], rate=0.05), 4)
        0.9418
    """
    at = checked_looks(looks)
    if len(counts) != len(at) or not 0 <= successes <= n:
        raise InvalidNumbers(f"`{successes}` of `{n}` does not fit `{len(counts)}` counts")
    left = [k for k, look in enumerate(at) if look > n]
    if not left:
        return 0.0
    ahead, low = [at[k] for k in left], [counts[k] for k in left]
    if n == 0:
        return float(crossing_probabilities(ahead, low=low, rate=_rate(rate))[0].sum())
    # the present is a look that rules nothing out
    tables = crossing_from_here([n, *ahead], low=[-1, *low], rate=_rate(rate))
    return float(tables[0][successes])


def futility_counts(
    looks: Sequence[int], *, counts: Sequence[int], rate: float | None = None, limit: float = 0.0
) -> tuple[int, ...]:
    """Per look the smallest count at which to give up; one more than n for none.

    One gives up if no later look can rule out, however the rest turns out, or if the conditional
    power at `rate` is below `limit`.

    Args:
        looks: all planned numbers of clusters, strictly rising.
        counts: per look the largest count that rules out, -1 for none.
        rate: the true rate that is planned for; needed if there is a limit.
        limit: least conditional power worth going on for, in [0, 1); 0 for the first reason only.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> futility_counts([15, 30, 45], counts=[-1, 1, 4])
        (5, 5, 5)
        >>> futility_counts([15, 30, 45], counts=[-1, 1, 4], rate=0.1, limit=0.5)
        (2, 4, 5)
    """
    at = checked_looks(looks)
    if len(counts) != len(at):
        raise InvalidNumbers(f"`{len(counts)}` counts do not fit `{len(at)}` looks")
    later = np.maximum.accumulate(np.asarray(counts)[::-1])[::-1]
    beyond = np.append(later[1:], -1)  # the most with which a later look still rules out
    stop = np.maximum(beyond, np.asarray(counts)) + 1
    if limit > 0.0:
        if rate is None or not limit < 1.0:
            raise InvalidNumbers("a limit on conditional power is below 1 and needs a planned rate")
        tables = crossing_from_here(at, low=counts, rate=_rate(rate))
        weak = [int((table >= limit).sum()) for table in tables]  # falls with the count
        stop = np.minimum(stop, np.maximum(weak, np.asarray(counts) + 1))
    return tuple(int(x) for x in np.minimum(stop, np.asarray(at) + 1))


def _rate(rate: float) -> float:
    if not 0.0 <= rate < 1.0:
        raise InvalidNumbers(f"a planned rate lies in [0, 1), not `{rate}`")
    return rate
