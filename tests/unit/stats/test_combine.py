"""P-values up the tree: goldens, any and all, and error control under dependence."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from tierlock import stats

PS = st.lists(st.floats(0, 1), min_size=1, max_size=6)


def test_goldens() -> None:
    assert stats.rule_out_p_of([0.001, 0.01, 0.2, 0.6], k=3) == pytest.approx(0.03)
    assert stats.rule_out_p_of([0.001, 0.01, 0.04], k=1) == 0.04
    assert stats.rule_out_p_of([0.001, 0.01, 0.04], k=3) == pytest.approx(0.003)
    assert stats.holm([0.01, 0.02, 0.03, 0.04]) == pytest.approx([0.04, 0.06, 0.06, 0.06])


def test_holm_keeps_the_order_it_was_given() -> None:
    assert stats.holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert stats.holm([0.5, 0.9]).tolist() == [1.0, 1.0]
    assert stats.holm([]).size == 0


@given(PS)
def test_any_and_all_are_dual(ps: list[float]) -> None:
    m = len(ps)
    assert stats.rule_out_p_of(ps, k=1) == max(ps) == stats.rule_in_p_of(ps, k=m)
    bonferroni = min(1.0, m * min(ps))
    assert stats.rule_out_p_of(ps, k=m) == bonferroni == stats.rule_in_p_of(ps, k=1)


@given(PS, st.integers(1, 6), st.integers(0, 5), st.floats(0, 1))
def test_monotone_in_every_child(ps: list[float], k: int, index: int, other: float) -> None:
    k = min(k, len(ps))
    worse = list(ps)
    worse[index % len(ps)] = max(worse[index % len(ps)], other)
    assert stats.rule_out_p_of(ps, k=k) <= stats.rule_out_p_of(worse, k=k)
    assert stats.rule_in_p_of(ps, k=k) <= stats.rule_in_p_of(worse, k=k)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_false_rule_outs_of_a_node_stay_below_alpha(k: int) -> None:
    """Four correlated evaluations (.6), exactly k of them at their bound, the others far below."""
    rng = np.random.default_rng(11)
    replicates, alpha = 4000, 0.05
    noise = math.sqrt(0.6) * rng.standard_normal((replicates, 1))
    noise = noise + math.sqrt(0.4) * rng.standard_normal((replicates, 4))
    ps = special.ndtr(noise)
    ps[:, k:] = special.ndtr(noise[:, k:] - 6.0)
    rate = np.mean([stats.rule_out_p_of(row, k=k) <= alpha for row in ps])
    assert rate <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / replicates)


@pytest.mark.parametrize(
    ("ps", "k"),
    [([], 1), ([0.1], 0), ([0.1], 2), ([0.1, 0.2], 1.5), ([1.1], 1), ([-0.1], 1),
     ([math.nan], 1), ([[0.1]], 1)],
)  # fmt: skip
def test_impossible_nodes(ps, k) -> None:
    for test in (stats.rule_out_p_of, stats.rule_in_p_of):
        with pytest.raises(stats.InvalidNumbers):
            test(ps, k=k)
