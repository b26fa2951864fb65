"""Missing values: worst for the rule-out, best for the rule-in, never an advantage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock import stats

NAN = float("nan")


def test_danger_and_protection() -> None:
    high = stats.worst_best([0.5, NAN], lo=0, hi=2, worse_is="high")
    assert (high.worst.tolist(), high.best.tolist(), high.n_missing) == ([0.5, 2], [0.5, 0], 1)
    low = stats.worst_best([0.5, NAN], lo=0, hi=2, worse_is="low")
    assert (low.worst.tolist(), low.best.tolist()) == ([0.5, 0], [0.5, 2])


def test_unbounded_scores() -> None:
    whole = stats.worst_best([3.0, 4e9], lo=0, hi=float("inf"), worse_is="high")
    assert whole.worst.tolist() == [3.0, 4e9]
    for lo, hi in ((0.0, float("inf")), (float("-inf"), 0.0)):
        with pytest.raises(stats.UnboundedScore, match="`1` values are missing"):
            stats.worst_best([NAN], lo=lo, hi=hi, worse_is="high")


@pytest.mark.parametrize(
    ("values", "lo", "hi", "worse_is"),
    [
        ([1.5], 0, 1, "high"),
        ([-0.5], 0, 1, "high"),
        ([float("inf")], 0, float("inf"), "high"),
        ([0.5], 1, 0, "high"),
        ([0.5], NAN, 1, "high"),
        ([0.5], 0, 1, "up"),
    ],
)
def test_impossible_arguments(values, lo, hi, worse_is) -> None:
    with pytest.raises(stats.InvalidNumbers):
        stats.worst_best(values, lo=lo, hi=hi, worse_is=worse_is)


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=12),
    st.lists(st.floats(0, 1), min_size=12, max_size=12),
    st.floats(0.05, 0.95),
)
def test_imputation_never_strengthens(
    values: list[float | None], truth: list[float], bound: float
) -> None:
    """Whatever the missing values really were, either claim was at least as strong with them."""
    holes = [NAN if value is None else value for value in values]
    filled = [t if value is None else value for value, t in zip(values, truth, strict=False)]
    pair = stats.worst_best(holes, lo=0, hi=1, worse_is="high")
    slack = 1 - 1e-9
    assert stats.rule_out_p(pair.worst, bound=bound) >= (
        stats.rule_out_p(filled, bound=bound) * slack - 1e-12
    )
    assert stats.rule_in_p(pair.best, bound=bound) >= (
        stats.rule_in_p(filled, bound=bound) * slack - 1e-12
    )
    assert pair.n_missing == int(np.isnan(holes).sum())
