"""When to stop: one frozen rule that the plan prints, a runner follows and the assessment checks.

A rule is fixed before any value is known. `StoppingRule.look` is a pure function of the values so
far, in the pre-registered order, so that whoever has the same values comes to the same decision; it
looks at the planned numbers of clusters only, and values beyond the last planned look so far do not
count yet. Which kind answers what is in `spec/statistics.md` S-17 to S-21.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import checked_alpha, checked_range
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._lattice import checked_looks, ends
from tierlock.stats._special import Floats
from tierlock.stats._wealth import anytime_p, last_or_one, ordered_shares, share_of
from tierlock.stats.e_process import e_process_counts
from tierlock.stats.futility import conditional_power, futility_counts
from tierlock.stats.group_sequential import (
    group_sequential_rule_in_p,
    group_sequential_rule_out_p,
    rule_in_boundary,
    rule_out_boundary,
)
from tierlock.stats.stop_decision import LookBoundary, Operating, StopDecision, Verdict

_TOLERANCE = 1e-9  # p-values this close to alpha reject nothing (determination.md M-7)

Kind = Literal["group_sequential", "e_process", "betting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """A stopping rule; frozen, comparable, and the same for the same numbers.

    Args:
        kind: `group_sequential` for counts at planned looks, `e_process` for counts at any look,
            `betting` for scores between the ends.
        bound: the rule-out limit, in the unit of the score.
        looks: numbers of clusters at which one looks, strictly rising; the last is the maximum.
        alpha_out: error probability of a false rule-out over all looks together; for a leaf of a
            tree its allocated share (`allocation`).
        alpha_in: the same for ruling in.
        rule_in_bound: the rule-in limit; `bound` if it is not given.
        planned: the true value that is planned for, better than `bound`.
        futility: give up where the conditional power at `planned` is below this; 0: only where a
            rule-out can not be reached any more. None: never before the maximum.
        lo: smallest value the score can take.
        hi: largest value the score can take.
        worse_is: which end is the bad one.

    Raises:
        InvalidNumbers: arguments out of range.

    Example:
        >>> rule = StoppingRule(kind="group_sequential", bound=0.2, looks=(15, 30, 45))
        >>> rule.look([0] * 20).verdict, rule.look([0] * 30).verdict
        ('go_on', 'ruled_out')
    """

    kind: Kind
    bound: float
    looks: tuple[int, ...]
    alpha_out: float = 0.05
    alpha_in: float = 0.05
    rule_in_bound: float | None = None
    planned: float | None = None
    futility: float | None = 0.0
    lo: float = 0.0
    hi: float = 1.0
    worse_is: Literal["high", "low"] = "high"

    def __post_init__(self) -> None:
        if self.kind not in ("group_sequential", "e_process", "betting"):
            raise InvalidNumbers(f"`{self.kind}` is no kind of stopping rule")
        if self.worse_is not in ("high", "low"):
            raise InvalidNumbers(f"worse_is must be `high` or `low`, not `{self.worse_is}`")
        checked_looks(self.looks)
        checked_alpha(self.alpha_out)
        checked_alpha(self.alpha_in)
        checked_range(self.lo, hi=self.hi)
        if not (0.0 < self._out < 1.0 and 0.0 < self._in < 1.0):
            raise InvalidNumbers("a bound lies strictly between the ends of the score")
        if self._planned is not None and not 0.0 <= self._planned < self._out:  # nor for NaN
            raise InvalidNumbers("the planned value must be better than the bound")
        if self.futility and (self._planned is None or not 0.0 < self.futility < 1.0):
            raise InvalidNumbers(
                "a limit on conditional power is below 1 and needs a planned value"
            )
        if self.futility and self.kind == "betting":
            raise InvalidNumbers("conditional power has no exact value for partial scores")

    @property
    def maximum(self) -> int:
        """The number of clusters at the last look."""
        return self.looks[-1]

    @property
    def method(self) -> str:
        """The clause of `spec/statistics.md` that the p-values follow."""
        return {"group_sequential": "S-18", "e_process": "S-19", "betting": "S-20"}[self.kind]

    def look(self, values: npt.ArrayLike, *, best: npt.ArrayLike | None = None) -> StopDecision:
        """What to do now that these values are there.

        Args:
            values: one value per cluster in the pre-registered order, shape (n,); a missing one
                at its worst end (`worst_best`), in its place.
            best: the same with missing values at their best end, for ruling in; `values` if
                nothing is missing.

        Raises:
            InvalidNumbers: NaN, a value outside the score or, for counts, between its ends; or
                `best` of another length.
        """
        worst = self._shares(values)
        kind = worst if best is None else self._shares(best)
        if kind.size != worst.size:
            raise InvalidNumbers("`best` must hold the same clusters as `values`")
        done = sum(n <= worst.size for n in self.looks)
        n = self.looks[done - 1] if done else 0
        p_out = self._p_out(worst[:n], self.looks[:done])
        p_in = self._p_in(kind[:n], self.looks[:done])
        verdict = self._verdict(p_out, p_in, worst[:n], done)
        rejected = self.alpha_out - p_out > _TOLERANCE
        power = self._conditional_power(worst[:n], rejected=rejected)
        ahead = self.looks[done] if verdict == "go_on" else None
        return StopDecision(verdict, p_out, p_in, n, ahead, power)

    def boundaries(self) -> tuple[LookBoundary, ...]:
        """The rule as counts of dangerous outcomes, one row per look; None where nothing ends it.

        Exact for counts. For partial scores a boundary is that of scores at the ends only.
        """
        low, high = self._counts()
        stop = self._futile_from(low)
        return tuple(
            LookBoundary(n, c if c >= 0 else None, d if d <= n else None, f if f <= n else None)
            for n, c, d, f in zip(self.looks, low, high, stop, strict=True)
        )

    def operating(self, *, rate: float) -> Operating:
        """What happens if every cluster is dangerous with probability `rate`, by convolution.

        For counts, and for scores at the ends. An e-process decides at planned looks from all
        clusters until then; here it is counted by the planned looks only, so that its power is no
        less than shown.

        Raises:
            InvalidNumbers: `rate` is no probability.
        """
        if not 0.0 <= rate <= 1.0:
            raise InvalidNumbers(f"a rate lies between 0 and 1, not `{rate}`")
        low, high = self._counts()
        stop = self._futile_from(low)
        chances = ends(self.looks, low=low, high=high, futile=stop, rate=rate)
        return Operating(*chances, self.maximum)

    # everything below is on the scale from 0 (best) to 1 (worst)

    @property
    def _out(self) -> float:
        return self._scaled(self.bound)

    @property
    def _in(self) -> float:
        return self._out if self.rule_in_bound is None else self._scaled(self.rule_in_bound)

    @property
    def _planned(self) -> float | None:
        return None if self.planned is None else self._scaled(self.planned)

    def _scaled(self, value: float) -> float:
        share = share_of(value, lo=self.lo, hi=self.hi)
        return share if self.worse_is == "high" else 1.0 - share

    def _shares(self, values: npt.ArrayLike) -> Floats:
        shares = ordered_shares(values, lo=self.lo, hi=self.hi)
        shares = shares if self.worse_is == "high" else 1.0 - shares
        if self.kind != "betting" and not ((shares == 0.0) | (shares == 1.0)).all():
            raise InvalidNumbers(
                f"a rule of kind `{self.kind}` takes values at the ends of the score only",
                hint="use a rule of kind `betting`",
            )
        return shares

    def _p_out(self, shares: Floats, looks: Sequence[int]) -> float:
        if self.kind == "group_sequential":
            return group_sequential_rule_out_p(
                _counts_at(shares, looks), looks=self.looks, bound=self._out, alpha=self.alpha_out
            )
        return last_or_one(anytime_p(shares, t=self._out, planned=self._planned))

    def _p_in(self, shares: Floats, looks: Sequence[int]) -> float:
        if self.kind == "group_sequential":
            return group_sequential_rule_in_p(
                _counts_at(shares, looks), looks=self.looks, bound=self._in, alpha=self.alpha_in
            )
        return last_or_one(anytime_p(1.0 - shares, t=1.0 - self._in, planned=None))

    def _verdict(self, p_out: float, p_in: float, shares: Floats, done: int) -> Verdict:
        if self.alpha_in - p_in > _TOLERANCE:
            return "ruled_in"  # should both reject, the worse one stands
        if self.alpha_out - p_out > _TOLERANCE:
            return "ruled_out"
        if done == len(self.looks):
            return "futile"
        return "futile" if done and self._is_futile(shares, done) else "go_on"

    def _is_futile(self, shares: Floats, done: int) -> bool:
        if self.futility is None:
            return False
        if self.kind == "group_sequential":
            low, _ = self._counts()
            return int(shares.sum()) >= self._futile_from(low)[done - 1]
        power = self._conditional_power(shares, rejected=False)
        if power is not None and power < self.futility:
            return True
        safe = np.zeros(self.maximum - shares.size)
        p = self._p_out(np.concatenate([shares, safe]), self.looks)
        return not self.alpha_out - p > _TOLERANCE

    def _conditional_power(self, shares: Floats, *, rejected: bool) -> float | None:
        if self._planned is None or self.kind == "betting":
            return None
        if rejected:
            return 1.0
        low, _ = self._counts()
        return conditional_power(
            int(shares.sum()), n=shares.size, looks=self.looks, counts=low, rate=self._planned
        )

    def _counts(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Per look the largest count that rules out, and the smallest one that rules in."""
        if self.kind == "group_sequential":
            low = rule_out_boundary(self.looks, bound=self._out, alpha=self.alpha_out).counts
            safe = rule_in_boundary(self.looks, bound=self._in, alpha=self.alpha_in).counts
        else:
            low = e_process_counts(
                self.looks, bound=self._out, alpha=self.alpha_out, planned=self._planned
            )
            safe = e_process_counts(self.looks, bound=1.0 - self._in, alpha=self.alpha_in)
        return low, tuple(n - s for n, s in zip(self.looks, safe, strict=True))

    def _futile_from(self, low: tuple[int, ...]) -> tuple[int, ...]:
        if self.futility is None:
            return tuple(n + 1 for n in self.looks)
        return futility_counts(
            self.looks, counts=low, rate=self._planned, limit=float(self.futility)
        )


def every_cluster(maximum: int) -> tuple[int, ...]:
    """Looks after every cluster up to a maximum, for an e-process or for betting.

    Example:
        >>> every_cluster(4)
        (1, 2, 3, 4)
    """
    if maximum < 1:
        raise InvalidNumbers(f"`{maximum}` clusters are none")
    return tuple(range(1, math.floor(maximum) + 1))


def _counts_at(shares: Floats, looks: Sequence[int]) -> tuple[int, ...]:
    total = np.cumsum(shares)
    return tuple(int(total[n - 1]) for n in looks)
