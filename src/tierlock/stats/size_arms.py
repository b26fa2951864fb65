"""How many participants a two-arm trial needs to rule out a ratio or a difference.

Means: the power of the one-sided Welch test follows the noncentral t distribution. A rule-out also
needs the monotone cross-check (`spec/statistics.md` S-11), which asks for far more participants;
`checked_participants` counts both, by drawing from a fixed seed. Yes-or-no outcomes: Chan's exact
test, by summing over all outcomes.

References:
    Welch (1947), Biometrika 34:28; Chan (1998), Statistics in Medicine 17:1403.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tierlock.stats._checks import checked_alpha, finite, positive
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._samples import sample_p_values
from tierlock.stats._special import Floats, binomial_pmf, normal_quantile, student_quantile
from tierlock.stats._two_rates import raised_scores
from tierlock.stats.binary_ratio import outcome_scores
from tierlock.stats.score_law import ScoreLaw
from tierlock.stats.size_clusters import Size

_SEED = 20_261_122
_DRAWS = 1000
_MOST = 100_000
_MOST_CHECKED = 5_000
_MOST_EXACT = 300
_BISECTIONS = 22
_TIE = 1e-9
_NUISANCE = np.arange(1, 200) / 200.0  # control rates to search, fewer than the test itself has


class Trial(NamedTuple):
    """What a two-arm trial is planned for: the truth, and the limit to rule out.

    `ratio_limit` k and `difference_limit` d make the claim mean_T < k mean_C + d; for a ratio d is
    0, for a difference k is 1.
    """

    treated_mean: float
    control_mean: float
    treated_sd: float
    control_sd: float
    ratio_limit: float = 1.0
    difference_limit: float = 0.0

    @property
    def gap(self) -> float:
        """How far the truth is below the limit, in the unit of the score."""
        return self.ratio_limit * self.control_mean + self.difference_limit - self.treated_mean

    @property
    def spread(self) -> float:
        """Standard deviation of mean_T - k mean_C with one participant per arm."""
        return math.hypot(self.treated_sd, self.ratio_limit * self.control_sd)


def participants_per_arm(trial: Trial, *, alpha: float, power: float = 0.8) -> int | None:
    """How many participants each arm needs for the Welch test to rule the limit out.

    Args:
        trial: means and standard deviations between participants, and the limit.
        alpha: one-sided error probability.
        power: probability of a rule-out.

    Returns:
        A count of at least 2; None if the truth is not below the limit, or 100 000 are too few.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> arms = Trial(0.375, 0.25, 0.2, 0.2, ratio_limit=2.8)
        >>> participants_per_arm(arms, alpha=0.05)
        22
    """
    _checked(trial, alpha, power)
    if trial.gap <= 0.0:
        return None

    def reached(n: int) -> bool:
        return _welch_power(trial, n, alpha) >= power

    return _smallest(reached, most=_MOST)


def checked_participants(
    treated: ScoreLaw,
    *,
    control: ScoreLaw,
    alpha: float,
    ratio_limit: float = 1.0,
    difference_limit: float = 0.0,
    power: float = 0.8,
    draws: int = _DRAWS,
) -> Size | None:
    """How many participants each arm needs for the Welch test and its cross-check to rule out.

    Args:
        treated: law of the participants' scores with the subject, on the scale from 0 to 1.
        control: the same without it.
        alpha: one-sided error probability.
        ratio_limit: the limit k of mean_T < k mean_C + d.
        difference_limit: the limit d.
        power: probability of a rule-out.
        draws: how many trials are drawn.

    Returns:
        The size, with the standard error of its power; None if the truth is not below the limit
        or 5000 participants per arm are too few.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> from tierlock.stats import spread_law
        >>> with_it, without = spread_law(0.3, between=0.02), spread_law(0.25, between=0.02)
        >>> checked_participants(with_it, control=without, alpha=0.05, ratio_limit=2.8).clusters
        20
    """
    sds = math.sqrt(treated.variance), math.sqrt(control.variance)
    trial = Trial(treated.mean, control.mean, *sds, ratio_limit, difference_limit)
    _checked(trial, alpha, power)
    if trial.gap <= 0.0:
        return None

    def power_at(n: int) -> float:
        return _checked_power(trial, treated, control, n, alpha, draws)

    size = _smallest(lambda n: power_at(n) >= power, most=_MOST_CHECKED)
    if size is None:
        return None
    found = power_at(size)
    return Size(size, found, math.sqrt(found * (1.0 - found) / draws))


def binary_participants(
    treated_rate: float,
    *,
    control_rate: float,
    bound: float,
    alpha: float,
    power: float = 0.8,
) -> Size | None:
    """How many participants each arm needs for Chan's exact test to rule out a ratio of rates.

    Power is a saw-tooth here too; this is the smallest size from which on it holds for the next
    ten.

    Args:
        treated_rate: true rate with the subject.
        control_rate: true rate without it.
        bound: the limit kappa on treated_rate / control_rate.
        alpha: one-sided error probability.
        power: probability of a rule-out.

    Returns:
        The size; None if the ratio is not below the bound or 300 participants per arm are too few.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> binary_participants(0.3, control_rate=0.3, bound=3.0, alpha=0.05).clusters
        29
    """
    checked_alpha(alpha)
    checked_alpha(power)
    positive(bound, name="bound")
    for rate in (treated_rate, control_rate):
        if not 0.0 <= rate <= 1.0:
            raise InvalidNumbers(f"a rate lies between 0 and 1, not `{rate}`")
    if treated_rate >= bound * control_rate:
        return None

    def power_at(n: int) -> float:
        return _chan_power(n, treated_rate, control_rate, bound, alpha)

    size = _smallest(lambda n: power_at(n) >= power, most=_MOST_EXACT)
    if size is None:
        return None
    weak = [n for n in range(size + 1, size + 11) if power_at(n) < power]
    size = max(weak, default=size - 1) + 1
    return Size(size, power_at(size), 0.0)


def _checked(trial: Trial, alpha: float, power: float) -> None:
    checked_alpha(alpha)
    checked_alpha(power)
    positive(trial.ratio_limit, name="ratio_limit")
    for number in trial:
        finite(number, name="a mean, a spread or a limit")
    if trial.treated_sd < 0.0 or trial.control_sd < 0.0 or trial.spread <= 0.0:
        raise InvalidNumbers("a trial can be planned only with a spread between participants")


def _smallest(reached: Callable[[int], bool], *, most: int) -> int | None:
    """The smallest size from 2 on, for a condition that holds from some size on."""
    weak, strong = 1, 2
    while not reached(strong):
        weak, strong = strong, 2 * strong
        if weak >= most:
            return None
    while strong - weak > 1:
        middle = (weak + strong) // 2
        weak, strong = (weak, middle) if reached(middle) else (middle, strong)
    return strong


def _welch_power(trial: Trial, n: int, alpha: float) -> float:
    from scipy import special

    top, base = trial.treated_sd**2, (trial.ratio_limit * trial.control_sd) ** 2
    df = (n - 1) * (top + base) ** 2 / (top**2 + base**2)
    shift = trial.gap / trial.spread * math.sqrt(n)
    below = float(special.nctdtr(df, shift, student_quantile(1.0 - alpha, df=df)))
    if math.isnan(below):  # far out in the tail
        below = 0.0 if shift > -normal_quantile(alpha) else 1.0
    return 1.0 - below


def _checked_power(
    trial: Trial, treated: ScoreLaw, control: ScoreLaw, n: int, alpha: float, draws: int
) -> float:
    """Share of drawn trials in which the Welch test and the cross-check both rule out."""
    from scipy import special

    rng = np.random.default_rng(_SEED)
    top = rng.multinomial(n, treated.chances, size=draws).astype(np.float64)
    base = rng.multinomial(n, control.chances, size=draws).astype(np.float64)
    (mean_t, var_t), (mean_c, var_c) = _moments(top, treated.values), _moments(base, control.values)
    k, d = trial.ratio_limit, trial.difference_limit
    var_c = k * k * var_c
    both = (var_t + var_c) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (var_t + var_c) ** 2 * (n - 1) / (var_t**2 + var_c**2)
        welch = special.stdtr(df, (mean_t - k * mean_c - d) / np.sqrt(both))
    agreed = np.where(both > 0.0, welch, 1.0) <= alpha
    if agreed.any():
        upper = _upper_bounds(top[agreed], treated.values, alpha / 2.0)
        lower = 1.0 - _upper_bounds(base[agreed], 1.0 - control.values, alpha / 2.0)
        agreed[agreed] = upper < k * lower + d
    return float(agreed.mean())


def _moments(counts: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Mean and sample variance of each drawn arm."""
    n = counts[0].sum()
    mean = counts @ values / n
    variance = np.maximum(counts @ values**2 / n - mean**2, 0.0) * n / (n - 1)
    return np.asarray(mean), np.where(variance > 1e-15, variance, 0.0)


def _upper_bounds(counts: Floats, values: Floats, alpha: float) -> Floats:
    """The default upper confidence bound of each drawn arm, by bisection."""
    low, high = np.zeros(counts.shape[0]), np.full(counts.shape[0], 1.0)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        out = sample_p_values(counts, values=values, bound=middle) <= alpha
        low, high = np.where(out, low, middle), np.where(out, middle, high)
    return high


def _chan_power(n: int, treated: float, control: float, bound: float, alpha: float) -> float:
    """Probability of the outcomes whose exact p-value is at most alpha."""
    scores = raised_scores(outcome_scores(n, control_n=n, bound=bound))
    levels = np.unique(scores)
    nuisance = min(1.0, 1.0 / bound) * np.sin(0.5 * np.pi * _NUISANCE) ** 2
    pmf_t, pmf_c = binomial_pmf(n, rates=bound * nuisance), binomial_pmf(n, rates=nuisance)
    low, high = -1, levels.size  # the largest level whose outcomes are together rare enough
    while high - low > 1:
        middle = (low + high) // 2
        region = (scores <= levels[middle] + _TIE).astype(np.float64)
        size = float((pmf_t * (region @ pmf_c)).sum(axis=0).max())
        low, high = (middle, high) if size <= alpha else (low, middle)
    if low < 0:
        return 0.0
    rates = np.clip([treated, control], 1e-12, 1.0 - 1e-12)
    own = binomial_pmf(n, rates=rates)
    return float(own[:, 0] @ (scores <= levels[low] + _TIE).astype(np.float64) @ own[:, 1])
