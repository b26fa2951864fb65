"""How uncertain a time horizon is: METR's bootstrap of families, their tasks, and their runs.

A draw takes as many families as there are, with replacement; for each copy of a family as many of
its tasks as it has; for each copy of a task as many of its runs as it has; and refits the curve
with the weights of the whole data. All draws are refitted at the same time.

The draws are pseudo-random and always the same: they use the raw bits of PCG64 with a declared
seed, which no release of numpy may change, and depend neither on the order of rows nor on labels.

References:
    Kwa and others (METR, 2025), Measuring AI Ability to Complete Long Tasks, arXiv 2503.14499.
"""

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import positive
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._horizon_suite import Drawn, Suite, drawn_from, everything, suite_of
from tierlock.stats._logistic import checked_attempts, checked_success, fit_curves
from tierlock.stats._special import Floats, logit
from tierlock.stats.clusters import Counts
from tierlock.stats.horizon import DEFAULT_PENALTY, horizon_weights

_AT_ONCE: Final = 256  # draws per block: its arrays stay in the processor's cache


class HorizonDraws(NamedTuple):
    """Time horizons of the draws in minutes, ascending, shape (B,) each, and what they rest on.

    The two differ where attempts are missing: they hold the longest and the shortest horizon that
    the missing values leave possible. They differ too where a draw has no horizon, because its
    curve does not fall with the length of the task: it is then inf in one and 0 in the other.
    """

    highest: Floats
    lowest: Floats
    families: int


def horizon_draws(
    values: npt.ArrayLike,
    *,
    minutes: npt.ArrayLike,
    items: npt.ArrayLike,
    clusters: npt.ArrayLike,
    draws: int,
    success: float = 0.5,
    penalty: float = DEFAULT_PENALTY,
    seed: int = 0,
) -> HorizonDraws:
    """The bootstrap distribution of the time horizon of one agent.

    Args:
        values: success of each attempt, from 0 to 1, shape (N,), at least one; NaN marks a missing
            one.
        minutes: human minutes of the task of each attempt, equal within a task, shape (N,).
        items: label of the task of each attempt, shape (N,).
        clusters: label of the task family of each attempt, shape (N,).
        draws: number of draws, at least one; `draws_for` says how many an alpha needs.
        success: success rate at which the horizon is read.
        penalty: of the fit, as for `fit_horizon`.
        seed: of the pseudo-random bits, at least 0.

    Raises:
        InvalidNumbers: no attempts, another length, a number out of its range, or a task with two
            lengths.

    Example:
        >>> found = horizon_draws(
        ...     [1, 1, 1, 0, 1, 0, 0, 0], minutes=[1, 2, 4, 8, 16, 32, 64, 128],
        ...     items=range(8), clusters=range(8), draws=999,
        ... )
        >>> round(float(np.median(found.highest)))
        11
    """
    if draws < 1 or seed < 0:
        raise InvalidNumbers(f"`{draws}` draws with seed `{seed}` can not be made")
    curve = _Reading(positive(penalty, name="penalty"), logit(checked_success(success)))
    suite = _suite(values, minutes=minutes, items=items, clusters=clusters)
    bits = np.random.PCG64(seed)
    blocks = [
        _extremes(drawn_from(suite, size=min(_AT_ONCE, draws - done), bits=bits), suite, curve)
        for done in range(0, draws, _AT_ONCE)
    ]
    lowest, highest = (np.sort(np.concatenate(part)) for part in zip(*blocks, strict=True))
    return HorizonDraws(highest, lowest, suite.family_sizes.size)


def horizon_range(
    values: npt.ArrayLike,
    *,
    minutes: npt.ArrayLike,
    items: npt.ArrayLike,
    clusters: npt.ArrayLike,
    success: float = 0.5,
    penalty: float = DEFAULT_PENALTY,
) -> tuple[float, float]:
    """The shortest and the longest horizon that the missing values leave possible, in minutes.

    Arguments and errors as for `horizon_draws`. Without missing values both are the horizon; 0 and
    inf where the curve does not fall.

    Example:
        >>> horizon_range(
        ...     [1, 1, 0, 0], minutes=[1, 2, 8, 16], items=range(4), clusters=range(4)
        ... )
        (4.0..., 4.0...)
    """
    curve = _Reading(positive(penalty, name="penalty"), logit(checked_success(success)))
    suite = _suite(values, minutes=minutes, items=items, clusters=clusters)
    lowest, highest = _extremes(everything(suite), suite, curve)
    return float(lowest[0]), float(highest[0])


class _Reading(NamedTuple):
    """How curves are fitted, and the log odds at which they are read."""

    penalty: float
    odds: float


def _suite(
    values: npt.ArrayLike,
    *,
    minutes: npt.ArrayLike,
    items: npt.ArrayLike,
    clusters: npt.ArrayLike,
) -> Suite:
    """The checked attempts as tables."""
    given = np.asarray(values, np.float64)
    missing = np.isnan(given)
    weights = horizon_weights(items=items, clusters=clusters)
    share, length, weights = checked_attempts(
        np.where(missing, 0.0, given), minutes=minutes, weights=weights
    )
    return suite_of(
        np.where(missing, np.nan, share),
        minutes=length,
        weights=weights,
        items=np.asarray(items),
        clusters=np.asarray(clusters),
    )


def _extremes(drawn: Drawn, suite: Suite, curve: _Reading) -> tuple[Floats, Floats]:
    """Shortest and longest horizon of every draw, shape (B,) each, over all missing values."""
    highest = np.zeros(drawn.tried.shape[0])
    lowest = np.full(highest.size, math.inf)
    for filled in _fillings(suite):
        found = _horizons(drawn, drawn.solved + drawn.lost * filled, suite, curve)
        none = np.isnan(found)
        highest = np.maximum(highest, np.where(none, math.inf, found))
        lowest = np.minimum(lowest, np.where(none, 0.0, found))
    return lowest, highest


def _fillings(suite: Suite) -> list[Floats]:
    """Successes that the missing runs of each task may have been, shape (T,) each.

    How much a success at a task moves the horizon is a linear function of the log of the task's
    length: it changes its sign once. So where the horizon is longest, and where it is shortest, the
    missing runs are successes on one side of some length and failures on the other; at the length
    itself, where there is partial credit, they may be in between.
    """
    lost = np.add.reduceat(suite.missing, np.cumsum(suite.runs) - suite.runs) > 0
    partial = bool(((suite.values > 0) & (suite.values < 1)).any())
    found = [np.zeros(suite.lengths.size)]
    for cut in np.unique(suite.lengths[lost]):
        for share in (0.5, 1.0) if partial else (1.0,):
            at = share * (suite.lengths == cut)
            found += [(suite.lengths > cut) + at, (suite.lengths < cut) + at]
    return found


def _horizons(drawn: Drawn, solved: Floats, suite: Suite, curve: _Reading) -> Floats:
    """The horizon of every draw, shape (B,); NaN where a curve does not fall or was not found."""
    total = solved.sum(axis=1)
    always, never = total == drawn.tried.sum(axis=1), total == 0.0
    found = np.where(always, math.inf, 0.0)
    fitted = np.flatnonzero(~(always | never))
    if fitted.size:
        curves = fit_curves(
            suite.lengths,
            weights=drawn.tried[fitted] * suite.weights,
            successes=solved[fitted] * suite.weights,
            penalty=curve.penalty,
            start=_typical(drawn, solved, suite, fitted=fitted, penalty=curve.penalty),
        )
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            crossing = np.exp2((curve.odds - curves.intercepts) / curves.slopes)
        found[fitted] = np.where(curves.slopes < 0, crossing, math.nan)
    return found


def _typical(
    drawn: Drawn, solved: Floats, suite: Suite, *, fitted: Counts, penalty: float
) -> tuple[float, float]:
    """The curve of all draws together, near which the search for the others begins."""
    found = fit_curves(
        suite.lengths,
        weights=(drawn.tried[fitted].mean(axis=0) * suite.weights)[None, :],
        successes=(solved[fitted].mean(axis=0) * suite.weights)[None, :],
        penalty=penalty,
        start=(0.0, 0.0),
    )
    return float(found.intercepts[0]), float(found.slopes[0])
