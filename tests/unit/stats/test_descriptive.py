"""Descriptions of precision: right where something varied, absent where nothing did."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock import stats

ROWS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5)), min_size=0, max_size=40)


def columns(rows: list[tuple[float, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([value for value, _ in rows]), np.array([c for _, c in rows], np.int64)


def test_equal_clusters_have_the_error_of_their_means() -> None:
    values = [1, 1, 0, 1, 0, 0, 0.5, 1]
    clusters = ["a", "a", "b", "b", "c", "c", "d", "d"]
    means = np.array([1, 0.5, 0, 0.75])
    found = stats.cluster_standard_error(values, clusters=clusters)
    assert found == pytest.approx(means.std(ddof=1) / 2, rel=1e-12)


@given(ROWS)
def test_it_is_the_formula(rows: list[tuple[float, int]]) -> None:
    values, clusters = columns(rows)
    found = stats.cluster_standard_error(values, clusters=clusters)
    names = np.unique(clusters)
    if found is None:
        sums = [float((values - values.mean())[clusters == name].sum()) for name in names]
        assert len(names) < 2 or max(map(abs, sums)) < 1e-12
        return
    centred = values - values.mean()
    squares = sum(centred[clusters == name].sum() ** 2 for name in names)
    expected = math.sqrt(squares * len(names) / (len(names) - 1)) / values.size
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-13)
    assert found > 0


@given(ROWS, st.integers(-3, 5))
def test_labels_do_not_matter(rows: list[tuple[float, int]], shift: int) -> None:
    """Negative, sparse, unsigned and textual labels are names like any other."""
    values, clusters = columns(rows)
    found = stats.cluster_standard_error(values, clusters=clusters)
    for labels in (
        clusters + shift,
        clusters * 10**12,
        clusters.astype(np.uint8),
        clusters.astype(str),
    ):
        again = stats.cluster_standard_error(values, clusters=labels)
        if found is None:
            assert again is None
        else:
            assert again == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize(
    ("values", "clusters"),
    [
        ([], []),
        ([0.3], [1]),
        ([0, 1, 1], [4, 4, 4]),
        ([0] * 6, [1, 1, 2, 2, 3, 3]),
        ([1] * 6, [1, 1, 2, 2, 3, 3]),
        ([0.1] * 7, [1, 1, 1, 2, 2, 3, 3]),
        ([1, 0, 0, 1], ["a", "a", "b", "b"]),
    ],
)
def test_no_knowledge_is_not_zero(values, clusters) -> None:
    assert stats.cluster_standard_error(values, clusters=clusters) is None
    assert stats.cluster_bootstrap(values, clusters=clusters) is None


def sample() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    clusters = rng.integers(0, 80, 900)
    return (rng.random(900) < rng.beta(1, 3, 80)[clusters]).astype(float), clusters


def test_draws_have_the_mean_and_the_error_of_the_data() -> None:
    values, clusters = sample()
    error = stats.cluster_standard_error(values, clusters=clusters)
    drawn = stats.cluster_bootstrap(values, clusters=clusters, draws=8000)
    assert error is not None
    assert drawn is not None
    assert drawn.shape == (8000,)
    assert drawn.std() == pytest.approx(error, rel=0.06)
    assert drawn.mean() == pytest.approx(values.mean(), abs=4 * error / math.sqrt(8000))
    assert ((drawn > 0) & (drawn < 1)).all()


def test_equal_data_give_equal_draws_and_more_draws_begin_alike() -> None:
    values, clusters = sample()
    few, many = (
        stats.cluster_bootstrap(values, clusters=clusters, draws=draws) for draws in (300, 20_000)
    )
    again = stats.cluster_bootstrap(values, clusters=clusters, draws=300)
    assert few is not None
    assert many is not None
    assert again is not None
    assert few.tobytes() == again.tobytes()
    # the draws are made in portions: the weights of the first do not depend on how many follow
    assert many[:300] == pytest.approx(few, rel=1e-5)


def test_the_weights_are_exponential() -> None:
    """Two clusters, one of them all successes: E1 / (E1 + E2) is uniform."""
    drawn = stats.cluster_bootstrap([1, 0], clusters=[1, 2], draws=20_000)
    assert drawn is not None
    deciles = np.quantile(drawn, np.arange(1, 10) / 10)
    assert deciles == pytest.approx(np.arange(1, 10) / 10, abs=0.015)


@pytest.mark.parametrize(
    ("values", "clusters"),
    [
        ([1, 0], [1]),
        ([[1], [0]], [[1], [2]]),
        ([1, float("nan")], [1, 2]),
        ([float("inf"), 0], [1, 2]),
        ([float("inf"), float("-inf")], [1, 1]),
    ],
)
def test_impossible_columns(values, clusters) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.cluster_standard_error(values, clusters=clusters)
    with pytest.raises(stats.InvalidNumbers):
        stats.cluster_bootstrap(values, clusters=clusters)


@pytest.mark.parametrize("draws", [0, -1, 1.5])
def test_impossible_numbers_of_draws(draws) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.cluster_bootstrap([0, 1], clusters=[1, 2], draws=draws)
