"""How many of these tasks are solved: a count, from the attempts at each task (statistics S-41)."""

from __future__ import annotations

import math
from typing import Final, NamedTuple, cast

import numpy as np

from tierlock import stats
from tierlock.policy.pooling import Attempts, Floats, Labels, Mask
from tierlock.policy.tested import Asked, Test, no_test

_SLACK: Final = 1e-9  # corrections may move a whole number by its last digits


class _Tally(NamedTuple):
    """Successes and attempts per task, with the tasks that nobody tried."""

    successes: Floats
    attempts: Floats
    solved_at: float

    @property
    def solved(self) -> float:
        """Tasks whose plain rate is at least `solved_at`."""
        tried = self.attempts > 0
        rates = self.successes[tried] / self.attempts[tried]
        return float((rates >= self.solved_at - _SLACK).sum())

    def at_least(self, tasks: int) -> float:
        """P-value of "at least so many are solved"."""
        return stats.tasks_solved_rule_out_p(
            self.successes, attempts=self.attempts, solved_at=self.solved_at, at_least=tasks
        )

    def fewer_than(self, tasks: int) -> float:
        """P-value of "fewer than so many are solved"."""
        return stats.tasks_solved_rule_in_p(
            self.successes, attempts=self.attempts, solved_at=self.solved_at, at_least=tasks
        )

    def most(self, alpha: float) -> float:
        """Upper confidence bound of the count."""
        return float(
            stats.tasks_solved_upper_bound(
                self.successes, attempts=self.attempts, solved_at=self.solved_at, alpha=alpha
            )
        )

    def fewest(self, alpha: float) -> float:
        """Lower confidence bound of the count."""
        return float(
            stats.tasks_solved_lower_bound(
                self.successes, attempts=self.attempts, solved_at=self.solved_at, alpha=alpha
            )
        )


def estimate_tasks(attempts: Attempts, *, asked: Asked) -> Test:
    """Return the test of the number of tasks whose success rate is at least `solved_at`.

    The bounds are counts, and the bound itself counts as crossed: `rule_out_below: 3` asks whether
    3 or more are solved.
    """
    limits = asked.limits.model_copy(update={"lo": 0.0, "hi": None})
    lo, hi = asked.evaluation.range
    missing = np.isnan(attempts.values)
    if hi is None:
        return no_test(limits, barred="range.unbounded")
    if not np.isin(attempts.values[~missing], (lo, hi)).all():
        return no_test(limits, barred="estimand.not-binary")
    worse = limits.higher_is_worse
    solved = attempts.values == hi
    worst = _tally(solved | missing if worse else solved, attempts, asked)
    best = _tally(solved if worse else solved | missing, attempts, asked)
    tasks = worst.attempts.size
    if worse:
        least = math.ceil(limits.rule_out - _SLACK)
        p_out = worst.at_least(least)
        p_in = best.fewer_than(math.ceil(limits.rule_in - _SLACK))
        lower, upper = best.fewest(limits.alpha_rule_in), worst.most(limits.alpha_rule_out)
    else:
        least = 0
        p_out = worst.fewer_than(math.floor(limits.rule_out + _SLACK) + 1)
        p_in = best.at_least(math.floor(limits.rule_in + _SLACK) + 1)
        lower, upper = worst.fewest(limits.alpha_rule_out), best.most(limits.alpha_rule_in)
    if least > tasks - attempts.absent:  # too few show nothing, and absent attempts add none
        return no_test(limits, barred="tasks.too-few")
    have = ~missing
    return Test(
        rule_out_p=p_out,
        rule_in_p=p_in,
        proved_rule_out_p=p_out,
        proved_rule_in_p=p_in,
        lower=lower,
        upper=upper,
        units=tasks,
        items=tasks,
        method="Clopper-Pearson per task, partial conjunction",
        value=_tally(solved, attempts, asked, only=have).solved if have.any() else None,
        worst=worst.solved,
        best=best.solved,
    )


def _tally(solved: Mask, attempts: Attempts, asked: Asked, *, only: Mask | None = None) -> _Tally:
    """Count successes per task; the rest of the data set are tasks that nobody tried."""
    keep = np.ones(solved.size, dtype=bool) if only is None else only
    table = stats.cluster_means(
        solved[keep].astype(np.float64),
        items=attempts.items[keep],
        clusters=_tasks(attempts)[keep],
    )
    # An absent attempt may be one at a task that others were made at: it leaves no task tried.
    absent = attempts.absent if only is None else 0
    untried = max(0, (asked.evaluation.dataset_samples or 0) - (table.means.size - absent))
    n = np.concatenate([table.n_attempts.astype(np.float64), np.zeros(untried)])
    won = np.concatenate([np.round(table.means * table.n_attempts), np.zeros(untried)])
    return _Tally(won, n, cast("float", asked.criterion.estimand.solved_at))


def _tasks(attempts: Attempts) -> Labels:
    """A label per task, which is an item within its cluster."""
    return np.char.add(np.char.add(attempts.clusters, "\x1f"), attempts.items)
