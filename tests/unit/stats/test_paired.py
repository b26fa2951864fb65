"""No worse than a reference: pairing by item, the margin, McNemar."""

import numpy as np
import pytest
from scipy import stats as reference

from tierlock import stats


def test_it_is_the_default_test_on_rescaled_differences() -> None:
    differences = np.array([-0.5, 0.0, 0.0, 0.25, -1.0, 0.5, 0.0, 0.0])
    p = stats.noninferiority_p(differences, margin=0.3)
    assert p == pytest.approx(stats.rule_out_p((differences + 1) / 2, bound=0.65), rel=1e-9)
    assert stats.noninferiority_p([], margin=0.3) == 1.0


def test_no_power_with_ten_clusters_and_some_with_thirty() -> None:
    """Equal everywhere, margin .15: ten clusters are too few at any confidence worth having."""
    assert stats.noninferiority_p([0.0] * 10, margin=0.15) == pytest.approx(0.85**10)
    assert stats.noninferiority_p([0.0] * 30, margin=0.15) <= 0.05


def test_pairing_by_item_not_by_row() -> None:
    table = stats.paired_cluster_differences(
        [1, 0, 1, 1],
        reference_values=[0, 1, 0, 0],
        subject_items=["a", "a", "b", "c"],
        subject_clusters=["x", "x", "x", "y"],
        reference_items=["c", "b", "a", "a"],
        reference_clusters=["y", "x", "x", "x"],
    )
    assert table.means.tolist() == [(0.5 - 0 + 1 - 1) / 2, 1.0]
    assert table.n_items.tolist() == [2, 1]
    assert table.n_attempts.tolist() == [6, 2]


@pytest.mark.parametrize(
    ("items", "clusters"),
    [([1, 2], ["x", "x"]), ([1, 2, 4], ["x", "x", "x"]), ([1, 2, 3], ["x", "x", "y"])],
)
def test_an_item_in_one_arm_only_is_an_error(items: list[int], clusters: list[str]) -> None:
    with pytest.raises(stats.InvalidNumbers, match="both arms"):
        stats.paired_cluster_differences(
            [0, 0, 0],
            reference_values=[0] * len(items),
            subject_items=[1, 2, 3],
            subject_clusters=["x", "x", "x"],
            reference_items=items,
            reference_clusters=clusters,
        )


def test_duplicated_epochs_are_no_evidence() -> None:
    rng = np.random.default_rng(3)
    items = np.repeat(np.arange(12), 2)
    clusters = items // 2
    arms = rng.integers(0, 2, 24), rng.integers(0, 2, 24)
    ps = []
    for k in (1, 3):
        table = stats.paired_cluster_differences(
            np.tile(arms[0], k),
            reference_values=np.tile(arms[1], k),
            subject_items=np.tile(items, k),
            subject_clusters=np.tile(clusters, k),
            reference_items=np.tile(items, k),
            reference_clusters=np.tile(clusters, k),
        )
        ps.append(stats.noninferiority_p(table.means, margin=0.6))
    assert ps[1] == pytest.approx(ps[0], rel=1e-9)


@pytest.mark.parametrize(("a", "b"), [(0, 0), (1, 8), (8, 1), (5, 5), (0, 12), (20, 31)])
def test_mcnemar_is_a_binomial_test(a: int, b: int) -> None:
    expected = reference.binomtest(a, a + b, 0.5).pvalue if a + b else 1.0
    assert stats.mcnemar_p(a, reference_only=b) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("a", "b"), [(-1, 5), (5, -1)])
def test_impossible_counts(a: int, b: int) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.mcnemar_p(a, reference_only=b)
