"""How many of these tasks are solved: the number whose success probability is at least q.

Each task has an exact binomial p-value on its own attempts; "at least K of M tasks are solved" has

    p_out(K) = min over k <= K of  k p_(M-k+1),        p ascending, p_j = P(Bin(n_j, q) <= c_j),

which is the partial-conjunction p-value, made coherent: if K tasks are solved then so are any
k < K of them, so a rejection for k is one for K. Attempts at different tasks are independent given
the tasks, and then the minimum is valid without any further price: among the c >= K true leaf
hypotheses it rejects only if some i-th smallest p-value is at most `alpha / (c - i + 1)`, which is
no more than Simes' `i alpha / c` (`spec/statistics.md` S-41).

References:
    Benjamini and Heller (2008), Biometrics 64:1215; Simes (1986), Biometrika 73:751;
    Hochberg (1988), Biometrika 75:800; Clopper and Pearson (1934), Biometrika 26:404.
"""

import numpy as np
import numpy.typing as npt

from tierlock.stats._checks import checked_alpha
from tierlock.stats._errors import InvalidNumbers
from tierlock.stats._special import Floats, binomial_at_least, binomial_at_most


def tasks_solved_rule_out_p(
    successes: npt.ArrayLike, *, attempts: npt.ArrayLike, solved_at: float, at_least: int
) -> float:
    """The p-value of "at least `at_least` of these tasks are solved".

    Args:
        successes: successful attempts at each task, shape (M,).
        attempts: attempts at each task, shape (M,); 0 for a task that nobody tried.
        solved_at: success probability from which a task counts as solved, in (0, 1].
        at_least: the number of tasks.

    Returns:
        A probability; 1 where `at_least` is 0 or less, 0 where there are fewer tasks than that.

    Raises:
        InvalidNumbers: counts that are not counts, or `solved_at` out of range.

    Example:
        >>> round(tasks_solved_rule_out_p([0, 0], attempts=[5, 5], solved_at=0.5, at_least=1), 5)
        0.03125
    """
    return _at_least_p(_leaf_p(successes, attempts, solved_at)[0], at_least)


def tasks_solved_rule_in_p(
    successes: npt.ArrayLike, *, attempts: npt.ArrayLike, solved_at: float, at_least: int
) -> float:
    """The p-value of "fewer than `at_least` of these tasks are solved".

    Takes and raises what `tasks_solved_rule_out_p` does: fewer than K solved are at least
    M - K + 1 that are not.

    Example:
        >>> round(tasks_solved_rule_in_p([5, 5], attempts=[5, 5], solved_at=0.5, at_least=2), 5)
        0.03125
    """
    not_solved = _leaf_p(successes, attempts, solved_at)[1]
    return _at_least_p(not_solved, not_solved.size - at_least + 1)


def tasks_solved_upper_bound(
    successes: npt.ArrayLike, *, attempts: npt.ArrayLike, solved_at: float, alpha: float
) -> int:
    """The largest number of solved tasks that these attempts do not rule out; 0 for no tasks.

    Example:
        >>> tasks_solved_upper_bound([0, 0, 9], attempts=[9, 9, 9], solved_at=0.5, alpha=0.05)
        1
    """
    return _most(_leaf_p(successes, attempts, solved_at)[0], checked_alpha(alpha))


def tasks_solved_lower_bound(
    successes: npt.ArrayLike, *, attempts: npt.ArrayLike, solved_at: float, alpha: float
) -> int:
    """The smallest number of solved tasks that these attempts do not rule out."""
    not_solved = _leaf_p(successes, attempts, solved_at)[1]
    return not_solved.size - _most(not_solved, checked_alpha(alpha))


def _leaf_p(
    successes: npt.ArrayLike, attempts: npt.ArrayLike, solved_at: float
) -> tuple[Floats, Floats]:
    """Per task the p-value of "it is solved" and that of "it is not"."""
    won = np.atleast_1d(np.asarray(successes, np.float64))
    tried = np.atleast_1d(np.asarray(attempts, np.float64))
    if won.shape != tried.shape or won.ndim != 1:
        raise InvalidNumbers("successes and attempts must have one entry per task each")
    whole = np.array_equal(won, np.round(won)) and np.array_equal(tried, np.round(tried))
    if not whole or (won < 0).any() or (won > tried).any():
        raise InvalidNumbers(
            "successes and attempts must be counts, with no more successes than attempts"
        )
    if not 0.0 < solved_at <= 1.0:
        raise InvalidNumbers(f"solved_at must lie above 0 and at most at 1, not `{solved_at}`")
    pairs, where = np.unique(np.stack([won, tried], axis=1), axis=0, return_inverse=True)
    counts = [(int(c), int(n)) for c, n in pairs]  # one computation per kind of task
    solved = [binomial_at_most(c, n=n, rate=solved_at) for c, n in counts]
    not_solved = [binomial_at_least(c, n=n, rate=solved_at) for c, n in counts]
    index = where.reshape(-1)
    return np.array(solved, np.float64)[index], np.array(not_solved, np.float64)[index]


def _at_least_p(p_values: Floats, k: int) -> float:
    if k <= 0:
        return 1.0
    if k > p_values.size:
        return 0.0
    return float(min(1.0, _steps(p_values)[:k].min()))


def _most(p_values: Floats, alpha: float) -> int:
    """The largest k that is not rejected; 0 is never rejected."""
    rejected = np.flatnonzero(_steps(p_values) <= alpha)
    return int(rejected[0]) if rejected.size else p_values.size


def _steps(p_values: Floats) -> Floats:
    """The values of k p_(M-k+1) for k = 1..M."""
    return np.arange(1, p_values.size + 1) * np.sort(p_values)[::-1]
