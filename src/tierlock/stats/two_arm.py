"""Treated against control: is the ratio or the difference of two means above a limit?

`ratio` is tested as one contrast, psi = mean_T - kappa * mean_C, by a one-sided Welch t. That
avoids the undefined ratio of a control near 0, and inverting it gives Fieller's set. The Welch
test is not monotone in the data (a single larger treated value can lower its p-value), so a
rule-out needs `ratio_cross_check` or `difference_cross_check` to agree (`spec/statistics.md` S-6,
S-11).

The unit is the participant or another independent cluster; several tasks per participant are
averaged first.

References:
    Welch (1947), Biometrika 34:28; Fieller (1954), JRSS B 16:175; Hoeffding (1963), JASA 58:13.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import bounded_values, checked_alpha, checked_range, finite, positive
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import student_below, student_quantile
from tierlock.stats.one_sample import lower_bound, upper_bound

_ROUNDING = 1e-12


class ArmSummary(NamedTuple):
    """What is known of one arm."""

    mean: float
    sd: float
    """Sample standard deviation between the independent units (not of their mean)."""
    n: int
    """Number of independent units."""


Arm = ArmSummary | npt.ArrayLike
"""A summary, or the values themselves, one per independent unit, shape (n,)."""


class SpreadReadings(NamedTuple):
    """What "mean +- spread" can mean where the publication does not say."""

    standard_deviation: ArmSummary
    standard_error: ArmSummary
    interval_half_width: ArmSummary


class FiellerSet(NamedTuple):
    """All ratios of two means that the data do not reject."""

    kind: Literal["bounded", "unbounded", "everything"]
    """`bounded`: [lower, upper]. `unbounded`: all ratios up to `lower` and all from `upper` on."""
    lower: float
    upper: float
    g: float
    """(quantile * standard error / mean)^2 of the control; above 1 its mean is not told from 0."""


def ratio_rule_out_p(treated: Arm, *, control: Arm, bound: float) -> float:
    """The Welch p-value of "mean_T is at least `bound` times mean_C".

    Args:
        treated: the arm with the subject: values of shape (n,), or an `ArmSummary`.
        control: the arm without it.
        bound: the ratio kappa, above 0.

    Returns:
        A probability; 1 where an arm has fewer than 2 units, and 1 where both arms have no spread
        at all: then nothing is known about the spread, and a p-value of 0 would be an artefact.

    Raises:
        InvalidNumbers: a value that is not finite, a negative spread, or a bound that is not
            above 0.

    Example:
        >>> treated, control = ArmSummary(0.63, 0.13, 9), ArmSummary(0.25, 0.13, 9)
        >>> round(ratio_rule_out_p(treated, control=control, bound=2.8), 2)
        0.3
    """
    return _welch_below(treated, control, positive(bound, name="bound"), 0.0)


def ratio_rule_in_p(treated: Arm, *, control: Arm, bound: float) -> float:
    """The Welch p-value of "mean_T is at most `bound` times mean_C".

    Takes, returns and raises what `ratio_rule_out_p` does.
    """
    return _welch_below(_negated(treated), _negated(control), positive(bound, name="bound"), 0.0)


def difference_rule_out_p(treated: Arm, *, control: Arm, bound: float) -> float:
    """The Welch p-value of "mean_T - mean_C is at least `bound`".

    Returns and raises what `ratio_rule_out_p` does; the bound may have any sign.

    Example:
        >>> round(difference_rule_out_p([0.1, 0.2, 0.3], control=[0.1, 0.1, 0.4], bound=0.5), 4)
        0.0099
    """
    return _welch_below(treated, control, 1.0, finite(bound, name="bound"))


def difference_rule_in_p(treated: Arm, *, control: Arm, bound: float) -> float:
    """The Welch p-value of "mean_T - mean_C is at most `bound`"."""
    return _welch_below(_negated(treated), _negated(control), 1.0, -finite(bound, name="bound"))


def fieller(
    treated: Arm, *, control: Arm, confidence: float = 0.95, df: float = math.inf
) -> FiellerSet:
    """Fieller's two-sided confidence set for mean_T / mean_C, which can be unbounded.

    Args:
        treated: values of shape (n,), or an `ArmSummary`.
        control: the same.
        confidence: two-sided confidence.
        df: degrees of freedom of the t quantile; infinite for the normal one.

    Raises:
        InvalidNumbers: as `ratio_rule_out_p`; fewer than 2 units; or a control mean of 0.

    Example:
        >>> treated, control = ArmSummary(0.63, 0.13, 9), ArmSummary(0.25, 0.13, 9)
        >>> kind, lower, upper, g = fieller(treated, control=control)
        >>> kind, round(lower, 4), round(upper, 4)
        ('bounded', 1.8158, 3.8818)
    """
    top, base = arm_summary(treated), arm_summary(control)
    if min(top.n, base.n) < 2 or base.mean == 0.0:
        raise InvalidNumbers(
            "Fieller's set needs two units per arm and a control mean other than 0"
        )
    q = student_quantile(0.5 + 0.5 * (1.0 - checked_alpha(1.0 - confidence)), df=df)
    slack_top, slack_base = (q * q * arm.sd**2 / arm.n for arm in (top, base))
    g = slack_base / base.mean**2
    # the ratios r with (mean_T - r mean_C)^2 <= q^2 (se_T^2 + r^2 se_C^2)
    a = base.mean**2 - slack_base
    cross = top.mean * base.mean
    root = cross * cross - a * (top.mean**2 - slack_top)
    if root < 0.0 or a == 0.0:
        return FiellerSet("everything", -math.inf, math.inf, g)
    ends = sorted(((cross - math.sqrt(root)) / a, (cross + math.sqrt(root)) / a))
    return FiellerSet("bounded" if a > 0.0 else "unbounded", ends[0], ends[1], g)


def ratio_cross_check(
    treated: Arm, *, control: Arm, bound: float, alpha: float, lo: float = 0.0, hi: float = 1.0
) -> bool:
    """Whether a monotone test, free of normality, also rules out mean_T >= `bound` * mean_C.

    The upper bound of the treated arm and the lower bound of the control arm, each at alpha / 2:
    the default test for values, Hoeffding's inequality for summaries of a bounded score.

    Raises:
        UnboundedScore: `lo` or `hi` is infinite: then there is no such check.
        InvalidNumbers: as `ratio_rule_out_p`; or `alpha` is not between 0 and 1.

    Example:
        >>> ratio_cross_check([0.0] * 60, control=[0.5] * 60, bound=1.0, alpha=0.05)
        True
    """
    upper, lower = _half_bounds(treated, control=control, alpha=alpha, lo=lo, hi=hi)
    return upper <= positive(bound, name="bound") * lower


def difference_cross_check(
    treated: Arm, *, control: Arm, bound: float, alpha: float, lo: float = 0.0, hi: float = 1.0
) -> bool:
    """Whether the monotone test also rules out mean_T - mean_C >= `bound`.

    Takes and raises what `ratio_cross_check` does.
    """
    upper, lower = _half_bounds(treated, control=control, alpha=alpha, lo=lo, hi=hi)
    return upper - lower <= finite(bound, name="bound")


def unlabelled_readings(mean: float, *, spread: float, n: int) -> SpreadReadings:
    """The three things that an unexplained "mean +- spread" with `n` units can mean.

    A determination needs all readings to agree, so the caller takes the largest p-value over
    them. The interval is read as a 95 % normal one.

    Example:
        >>> unlabelled_readings(0.63, spread=0.13, n=9).standard_error.sd
        0.39
    """
    root = math.sqrt(positive(n, name="n"))
    return SpreadReadings(
        checked_summary(ArmSummary(mean, spread, n)),
        ArmSummary(mean, spread * root, n),
        ArmSummary(mean, spread * root / student_quantile(0.975, df=math.inf), n),
    )


def checked_summary(summary: ArmSummary) -> ArmSummary:
    """The summary, whose mean must be finite, whose spread not negative and whose n a count."""
    mean, sd, n = summary
    if not (math.isfinite(mean) and math.isfinite(sd) and sd >= 0.0) or int(n) != n or n < 0:
        raise InvalidNumbers(f"mean `{mean}`, sd `{sd}`, n `{n}` do not describe an arm")
    return summary


def _welch_below(treated: Arm, control: Arm, scale: float, shift: float) -> float:
    """P-value of mean_T - scale * mean_C >= shift."""
    top, base = arm_summary(treated), arm_summary(control)
    if min(top.n, base.n) < 2:
        return 1.0
    e_top, e_base = top.sd / math.sqrt(top.n), scale * base.sd / math.sqrt(base.n)
    error = math.hypot(e_top, e_base)
    if error == 0.0:
        return 1.0
    share_top, share_base = (e_top / error) ** 2, (e_base / error) ** 2
    df = 1.0 / (share_top**2 / (top.n - 1) + share_base**2 / (base.n - 1))
    return student_below((top.mean - scale * base.mean - shift) / error, df=df)


def _half_bounds(
    treated: Arm, *, control: Arm, alpha: float, lo: float, hi: float
) -> tuple[float, float]:
    """Upper bound of the treated and lower bound of the control mean, jointly at `alpha`."""
    checked_range(lo, hi=hi)
    half = checked_alpha(alpha) / 2.0
    if isinstance(treated, ArmSummary):
        upper = min(hi, treated.mean + _hoeffding_radius(treated, half, lo, hi))
    else:
        upper = upper_bound(treated, alpha=half, lo=lo, hi=hi)
    if isinstance(control, ArmSummary):
        lower = max(lo, control.mean - _hoeffding_radius(control, half, lo, hi))
    else:
        lower = lower_bound(control, alpha=half, lo=lo, hi=hi)
    return upper, lower


def _hoeffding_radius(arm: ArmSummary, alpha: float, lo: float, hi: float) -> float:
    checked_summary(arm)
    bounded_values([arm.mean], lo=lo, hi=hi)
    return (hi - lo) * math.sqrt(math.log(1.0 / alpha) / (2.0 * arm.n)) if arm.n else hi - lo


def arm_summary(arm: Arm) -> ArmSummary:
    """Mean, sample standard deviation and number of the values of one arm.

    Example:
        >>> arm_summary([1.0, 2.0, 3.0])
        ArmSummary(mean=2.0, sd=1.0, n=3)
    """
    if isinstance(arm, ArmSummary):
        return checked_summary(arm)
    values = np.asarray(arm, np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise InvalidNumbers("an arm must be a flat list of finite values")
    n = int(values.size)
    values = np.sort(values)  # so that input order can not change the last digit
    # means that differ in their last digits only have no spread; rounding must not invent one
    constant = n < 2 or values[-1] - values[0] <= _ROUNDING * float(np.abs(values).max())
    sd = 0.0 if constant else float(values.std(ddof=1))
    return ArmSummary(float(values.mean()) if n else 0.0, sd, n)


def _negated(arm: Arm) -> Arm:
    if isinstance(arm, ArmSummary):
        return arm._replace(mean=-arm.mean)
    return -np.asarray(arm, np.float64)
