"""Attempts become clusters: what counts as n, and what must not change it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock import stats

ROWS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=40
)


def columns(rows: list[tuple[float, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values, items, clusters = zip(*rows, strict=True)
    return np.array(values), np.array(items), np.array(clusters)


def test_epochs_then_items_then_clusters() -> None:
    table = stats.cluster_means(
        [1, 0, 1, 1, 0, 0],
        items=["x", "x", "y", "z", "x", "x"],
        clusters=["b", "b", "b", "b", "a", "a"],
    )
    assert table.means.tolist() == pytest.approx([0.0, (0.5 + 1 + 1) / 3])
    assert table.n_items.tolist() == [1, 3]
    assert table.n_attempts.tolist() == [2, 4]


def test_an_item_belongs_to_its_cluster() -> None:
    table = stats.cluster_means([1, 0], items=["1", "1"], clusters=["a", "b"])
    assert table.n_items.tolist() == [1, 1]


def test_no_attempts_are_no_clusters() -> None:
    table = stats.cluster_means([], items=[], clusters=[])
    assert table.means.size == table.n_items.size == table.n_attempts.size == 0
    assert stats.rule_out_p(table.means, bound=0.9) == 1.0


@given(ROWS)
def test_agrees_with_the_obvious_loop(rows: list[tuple[float, int, int]]) -> None:
    values, items, clusters = columns(rows)
    expected = []
    for cluster in sorted(set(clusters.tolist())):
        here = clusters == cluster
        names = sorted(set(items[here].tolist()))
        expected.append(np.mean([values[here & (items == name)].mean() for name in names]))
    table = stats.cluster_means(values, items=items, clusters=clusters)
    assert table.means == pytest.approx(expected)
    assert table.n_attempts.sum() == len(rows)


@given(ROWS, st.randoms(use_true_random=False))
def test_row_order_does_not_change_a_bit(rows: list[tuple[float, int, int]], random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    tables = []
    for version in (rows, shuffled):
        values, items, clusters = columns(version)
        tables.append(stats.cluster_means(values, items=items, clusters=clusters))
    assert tables[0].means.tobytes() == tables[1].means.tobytes()


@given(ROWS, st.permutations(range(4)), st.permutations(range(5)))
def test_labels_do_not_matter(
    rows: list[tuple[float, int, int]], cluster_names: list[int], item_names: list[int]
) -> None:
    values, items, clusters = columns(rows)
    renamed = np.array([f"family-{cluster_names[c]}" for c in clusters])
    again = np.array([f"task-{item_names[i]}" for i in items])
    ps = [
        stats.rule_out_p(stats.cluster_means(values, items=i, clusters=c).means, bound=0.6)
        for i, c in ((items, clusters), (again, renamed))
    ]
    assert ps[0] == ps[1]


@given(ROWS, st.integers(2, 4))
def test_duplicated_epochs_are_no_evidence(rows: list[tuple[float, int, int]], times: int) -> None:
    values, items, clusters = columns(rows)
    p, repeated = (
        stats.rule_out_p(
            stats.cluster_means(
                np.tile(values, k), items=np.tile(items, k), clusters=np.tile(clusters, k)
            ).means,
            bound=0.6,
        )
        for k in (1, times)
    )
    assert repeated == pytest.approx(p, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "items", "clusters"),
    [
        ([1, 0], [1], [1, 1]),
        ([1, 0], [1, 2], [1]),
        ([[1], [0]], [[1], [2]], [[1], [2]]),
        ([1, float("nan")], [1, 2], [1, 2]),
        ([1, float("inf")], [1, 2], [1, 2]),
    ],
)
def test_impossible_tables(values, items, clusters) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.cluster_means(values, items=items, clusters=clusters)


def test_design_effect_of_identical_items() -> None:
    """Five copies of every observation: the effect is about 5, n is worth the clusters."""
    outcomes = [1, 0, 0, 1, 0, 1, 0, 0]
    values, clusters = np.repeat(outcomes, 5), np.repeat(np.arange(8), 5)
    effect = stats.design_effect(values, items=np.arange(40), clusters=clusters)
    assert effect == pytest.approx(5 * (8 / 7) / (40 / 39))
    n = stats.effective_n(values, items=np.arange(40), clusters=clusters)
    assert n == 8.0


def test_design_effect_of_independent_attempts_is_one() -> None:
    values = [1, 0, 0, 1, 0]
    assert stats.design_effect(values, items=range(5), clusters=range(5)) == pytest.approx(1.0)
    assert stats.effective_n(values, items=range(5), clusters=range(5)) == pytest.approx(5.0)


def test_no_variation_is_worth_the_clusters_only() -> None:
    """Zero of forty must not look like forty independent attempts, nor like a division by zero."""
    labels = np.repeat(np.arange(8), 5)
    assert stats.design_effect([0] * 40, items=labels, clusters=labels) is None
    assert stats.effective_n([0] * 40, items=labels, clusters=labels) == 8.0
    assert stats.design_effect([0, 1], items=[1, 2], clusters=[1, 1]) is None


def test_balanced_clusters_are_worth_every_attempt() -> None:
    """Clusters that vary less than chance are not worth more attempts than there were."""
    n = stats.effective_n([1, 0, 1, 0, 1, 0], items=range(6), clusters=[1, 1, 2, 2, 3, 3])
    assert n == 3.0
    n = stats.effective_n([1, 0, 1, 0, 1, 0.1], items=range(6), clusters=[1, 1, 2, 2, 3, 3])
    assert n == 6.0
