"""The p-values of the reference engine, by the slowest obvious method.

The rule-out p-value is P(sum_i E_i (y_i - t) + E_0 (hi - t) >= 0) with independent standard
exponentials. For values that are only `lo` or `hi` that is a binomial tail, summed in exact
fractions. Otherwise it is a race: the terms with positive weight are the stages of one runner,
those with negative weight the stages of another, and the sum is not negative exactly when the
second runner arrives first. Exponentials have no memory, so who finishes the present stage first
is a coin with known odds, and the race is a table filled in backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

Values = Sequence[Fraction]


def binomial_at_most(successes: int, *, trials: int, rate: Fraction) -> Fraction:
    """P(at most `successes` of `trials`), exactly."""
    return sum(
        (
            comb(trials, i) * rate**i * (1 - rate) ** (trials - i)
            for i in range(min(successes, trials) + 1)
        ),
        Fraction(0),
    )


def p_at_or_above(values: Values, *, bound: Fraction, lo: Fraction, hi: Fraction) -> float:
    """p-value of "the mean is at or above `bound`"; 1 for no values (M-13)."""
    if not values or bound <= lo:
        return 1.0
    if bound > hi:
        return 0.0
    if all(value in (lo, hi) for value in values):
        rate = (bound - lo) / (hi - lo)
        successes = sum(value == hi for value in values)
        return float(binomial_at_most(successes, trials=len(values), rate=rate))
    weights = [float(value - bound) for value in (*values, hi)]
    return race(
        [weight for weight in weights if weight > 0],
        [-weight for weight in weights if weight < 0],
    )


def p_at_or_below(values: Values, *, bound: Fraction, lo: Fraction, hi: Fraction) -> float:
    """p-value of "the mean is at or below `bound`": the mirror image."""
    return p_at_or_above([-value for value in values], bound=-bound, lo=-hi, hi=-lo)


def race(up: Sequence[float], down: Sequence[float]) -> float:
    """P(sum of exponentials with means `up` >= the sum of those with means `down`)."""
    # last[j]: chance that the second runner, with `j` stages to go, arrives first; the first runner
    # has arrived already, so the chance is nil unless nothing is left to do.
    chance = [1.0] + [0.0] * len(down)
    for mean_up in up:
        row = [1.0]
        for j, mean_down in enumerate(down, start=1):
            down_first = mean_up / (mean_up + mean_down)
            row.append(down_first * row[j - 1] + (1 - down_first) * chance[j])
        chance = row
    return chance[len(down)]
