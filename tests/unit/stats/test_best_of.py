"""pass@k and best-of-k: unbiased, exact, blind to order, and the same thing for 0/1 scores."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock import stats


@pytest.mark.parametrize(
    ("n", "c", "k", "expected"),
    [
        (5, 2, 2, 0.7),
        (10, 3, 5, 0.9166667),
        (200, 10, 100, 0.9992289740),
        (100, 1, 10, 0.1),
        (20, 0, 5, 0.0),
        (20, 18, 5, 1.0),
    ],
)
def test_golden_pass_at_k(n: int, c: int, k: int, expected: float) -> None:
    exact = 1 - Fraction(math.comb(n - c, k), math.comb(n, k))
    found = stats.pass_at_k([c], attempts=[n], k=k)[0]
    assert found == pytest.approx(float(exact), rel=1e-12)
    assert found == pytest.approx(expected, abs=5e-8)


def test_pass_at_k_is_unbiased() -> None:
    """Its expectation over Bin(n, p) is 1 - (1 - p)^k, for every p."""
    n, k = 9, 4
    for p in (0.05, 0.3, 0.9):
        law = [math.comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)]
        mean = np.dot(law, stats.pass_at_k(range(n + 1), attempts=[n] * (n + 1), k=k))
        assert mean == pytest.approx(1 - (1 - p) ** k, rel=1e-12)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=7), st.data())
def test_best_of_k_is_the_mean_over_all_choices_of_k(values, data) -> None:
    k = data.draw(st.integers(1, len(values)))
    names = {"items": [1] * len(values), "clusters": ["a"] * len(values), "k": k}
    choices = list(itertools.combinations(values, k))
    high = stats.best_of_k(values, **names).means[0]
    low = stats.best_of_k(values, best="low", **names).means[0]
    assert high == pytest.approx(np.mean([max(choice) for choice in choices]), abs=1e-9)
    assert low == pytest.approx(np.mean([min(choice) for choice in choices]), abs=1e-9)
    assert low <= np.mean(values) + 1e-9
    assert np.mean(values) <= high + 1e-9


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6), st.data())
def test_for_zeros_and_ones_best_of_k_is_pass_at_k(counts, data) -> None:
    won = np.array([min(pair) for pair in counts])
    tried = np.array([max(*pair, 1) for pair in counts])
    k = data.draw(st.integers(1, int(tried.min())))
    items = np.repeat(np.arange(tried.size), tried)
    values = np.concatenate([[1.0] * c + [0.0] * (n - c) for c, n in zip(won, tried, strict=True)])
    table = stats.best_of_k(values, items=items, clusters=items, k=k)
    assert table.means == pytest.approx(stats.pass_at_k(won, attempts=tried, k=k), abs=1e-12)
    order = data.draw(st.permutations(range(values.size)))
    again = stats.best_of_k(values[order], items=items[order], clusters=items[order], k=k)
    assert (again.means == table.means).all()
    assert stats.fewest_attempts(items, clusters=items) == tried.min()


def test_items_are_averaged_within_their_cluster_and_named_within_it() -> None:
    table = stats.best_of_k(
        [0, 1, 0, 0, 1, 1],
        items=[1, 1, 2, 2, 1, 1],
        clusters=["a", "a", "a", "a", "b", "b"],
        k=2,
    )
    assert table.means.tolist() == [0.5, 1.0]
    assert table.n_items.tolist() == [2, 1]
    assert stats.fewest_attempts([1, 1, 1], clusters=["a", "a", "b"]) == 1
    assert stats.fewest_attempts([], clusters=[]) == 0


def test_k_of_one_is_the_plain_mean() -> None:
    values, items, clusters = [0.1, 0.5, 0.9], [1, 1, 2], ["a", "a", "b"]
    plain = stats.cluster_means(values, items=items, clusters=clusters).means
    assert stats.best_of_k(values, items=items, clusters=clusters, k=1).means == pytest.approx(
        plain, abs=1e-15
    )


def test_pass_at_more_attempts_is_bounded_by_the_union_bound() -> None:
    """k of them within m groups of j: P(one of k) <= m P(one of j), and it is attained near 0."""
    for p in (0.001, 0.1, 0.7):
        for j, k in ((3, 6), (3, 7), (1, 10)):
            times = -(-k // j)
            assert 1 - (1 - p) ** k <= times * (1 - (1 - p) ** j) + 1e-15


@pytest.mark.parametrize(
    "call",
    [
        lambda: stats.pass_at_k([1], attempts=[2], k=3),
        lambda: stats.pass_at_k([3], attempts=[2], k=1),
        lambda: stats.pass_at_k([0.5], attempts=[2], k=1),
        lambda: stats.pass_at_k([1], attempts=[2], k=0),
        lambda: stats.best_of_k([1.0], items=[1], clusters=[1], k=2),
        lambda: stats.best_of_k([math.nan], items=[1], clusters=[1], k=1),
        lambda: stats.best_of_k([1.0, 2.0], items=[1], clusters=[1], k=1),
    ],
)
def test_nonsense_is_refused(call) -> None:
    with pytest.raises(stats.InvalidNumbers):
        call()
