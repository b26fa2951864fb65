"""How many of these tasks are solved: exact leaves, coherent counts, controlled error."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from tierlock import stats

COUNTS = st.lists(
    st.integers(0, 8).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=6,
)


def split(counts):
    return [c for c, _ in counts], [n for _, n in counts]


def test_the_bound_of_one_task_is_clopper_pearson() -> None:
    p = stats.tasks_solved_rule_out_p([2], attempts=[10], solved_at=0.6, at_least=1)
    assert p == pytest.approx(reference.binom.cdf(2, 10, 0.6))
    q = stats.tasks_solved_rule_in_p([9], attempts=[10], solved_at=0.6, at_least=1)
    assert q == pytest.approx(reference.binom.sf(8, 10, 0.6))


def test_golden_partial_conjunction() -> None:
    """3 of 4 with leaf p-values (a, b, 1, 1): 3 p_(2), unless fewer tasks give less."""
    won, tried = [0, 1, 10, 10], [10, 10, 10, 10]
    second = reference.binom.cdf(1, 10, 0.5)
    p = stats.tasks_solved_rule_out_p(won, attempts=tried, solved_at=0.5, at_least=3)
    assert p == pytest.approx(3 * second)
    assert stats.tasks_solved_rule_out_p(won, attempts=tried, solved_at=0.5, at_least=2) == 1.0
    assert stats.tasks_solved_upper_bound(won, attempts=tried, solved_at=0.5, alpha=0.05) == 2
    assert stats.tasks_solved_lower_bound(won, attempts=tried, solved_at=0.5, alpha=0.05) == 2
    both = stats.rule_out_p_of([reference.binom.cdf(c, 10, 0.5) for c in won], k=3)
    assert p == pytest.approx(both)


@given(COUNTS, st.sampled_from([0.25, 0.5, 0.9, 1.0]))
def test_the_more_tasks_the_bound_counts_the_easier_it_is_ruled_out(counts, solved_at) -> None:
    won, tried = split(counts)
    settings = {"attempts": tried, "solved_at": solved_at}
    out = [stats.tasks_solved_rule_out_p(won, at_least=k, **settings) for k in range(9)]
    into = [stats.tasks_solved_rule_in_p(won, at_least=k, **settings) for k in range(9)]
    assert out == sorted(out, reverse=True)
    assert into == sorted(into)
    for alpha in (0.01, 0.05, 0.4):
        upper = stats.tasks_solved_upper_bound(won, alpha=alpha, **settings)
        lower = stats.tasks_solved_lower_bound(won, alpha=alpha, **settings)
        assert [k for k in range(1, len(won) + 1) if out[k] <= alpha] == list(
            range(upper + 1, len(won) + 1)
        )
        assert [k for k in range(1, len(won) + 1) if into[k] <= alpha] == list(range(1, lower + 1))


@given(COUNTS, st.data())
def test_a_further_success_never_helps_to_rule_out(counts, data) -> None:
    won, tried = split(counts)
    at = data.draw(st.integers(0, len(won) - 1))
    more = [min(c + (i == at), n) for i, (c, n) in enumerate(counts)]
    k = data.draw(st.integers(1, len(won)))
    settings = {"attempts": tried, "solved_at": 0.5, "at_least": k}
    assert stats.tasks_solved_rule_out_p(more, **settings) >= stats.tasks_solved_rule_out_p(
        won, **settings
    )
    assert stats.tasks_solved_rule_in_p(more, **settings) <= stats.tasks_solved_rule_in_p(
        won, **settings
    )


@pytest.mark.parametrize("attempts", [4, 6])
@pytest.mark.parametrize("solved_at", [0.3, 0.5, 0.8])
def test_exact_rate_of_false_rule_outs(attempts: int, solved_at: float) -> None:
    """Every outcome of three tasks, c of them exactly at the rate, the others hopeless or not."""
    rows = list(itertools.product(range(attempts + 1), repeat=3))
    for rates in (
        (solved_at,) * 3,
        (solved_at, solved_at, 0.1),
        (solved_at, 0.99 * solved_at, 0.0),
    ):
        truth = sum(rate >= solved_at for rate in rates)
        laws = [reference.binom.pmf(np.arange(attempts + 1), attempts, rate) for rate in rates]
        weights = np.array([laws[0][a] * laws[1][b] * laws[2][c] for a, b, c in rows])
        for alpha in (0.05, 0.2, 0.5):
            upper = np.array(
                [
                    stats.tasks_solved_upper_bound(
                        row, attempts=[attempts] * 3, solved_at=solved_at, alpha=alpha
                    )
                    for row in rows
                ]
            )
            assert weights[upper < truth].sum() <= alpha + 1e-12


def test_ends() -> None:
    five, none = [5, 5], [0, 0]
    out, into = stats.tasks_solved_rule_out_p, stats.tasks_solved_rule_in_p
    assert out(none, attempts=five, solved_at=0.5, at_least=0) == 1.0
    assert out(five, attempts=five, solved_at=0.5, at_least=3) == 0.0
    assert into(none, attempts=five, solved_at=0.5, at_least=0) == 0.0
    assert into(five, attempts=five, solved_at=0.5, at_least=3) == 1.0
    assert out(none, attempts=none, solved_at=0.5, at_least=1) == 1.0
    assert into(none, attempts=none, solved_at=0.5, at_least=1) == 1.0
    assert stats.tasks_solved_upper_bound(none, attempts=none, solved_at=0.5, alpha=0.05) == 2
    assert stats.tasks_solved_upper_bound([], attempts=[], solved_at=0.5, alpha=0.05) == 0


@pytest.mark.parametrize(
    ("won", "tried", "solved_at"),
    [([1], [1, 1], 0.5), ([2], [1], 0.5), ([0.5], [1], 0.5), ([1], [1], 0.0), ([1], [1], 1.5)],
)
def test_nonsense_is_refused(won, tried, solved_at) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.tasks_solved_rule_out_p(won, attempts=tried, solved_at=solved_at, at_least=1)
