"""Betting on cluster means: exact fairness, monotone, the order, and simulated error control."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock import stats

MEANS = st.lists(st.floats(0, 1), max_size=25)
BOUNDS = st.floats(0.02, 0.98)


@given(st.lists(st.integers(0, 1), max_size=30), BOUNDS)
def test_at_the_ends_it_is_the_e_process(outcomes: list[int], bound: float) -> None:
    p = stats.betting_rule_out_p(outcomes, bound=bound)
    assert p == pytest.approx(stats.e_process_rule_out_p(outcomes, bound=bound), rel=1e-9)


@given(MEANS, BOUNDS, st.floats(0, 1), st.floats(0, 1))
def test_no_bet_gains_at_or_beyond_the_bound(
    values: list[float], bound: float, low: float, share: float
) -> None:
    """The next cluster takes two values around the bound with the bound as their mean."""
    low, high = low * bound, bound + share * (1 - bound)
    chance = 1.0 if high == low else (bound - low) / (high - low)
    ends = [math.exp(stats.betting_log_wealth([*values, y], bound=bound)[-1]) for y in (low, high)]
    now = math.exp(stats.betting_log_wealth(values, bound=bound)[-1]) if values else 1.0
    assert (1 - chance) * ends[0] + chance * ends[1] == pytest.approx(now, rel=1e-6)


@given(MEANS, BOUNDS, st.integers(0, 24), st.floats(0, 1))
def test_monotone_in_values_and_never_rising(
    values: list[float], bound: float, at: int, other: float
) -> None:
    p = stats.betting_rule_out_p(values, bound=bound)
    worse = [max(y, other) if i == at else y for i, y in enumerate(values)]
    assert p <= stats.betting_rule_out_p(worse, bound=bound) * (1 + 1e-9)
    assert stats.betting_rule_out_p([*values, other], bound=bound) <= p * (1 + 1e-9)


@given(MEANS, BOUNDS, st.floats(-3, 3), st.floats(0.1, 9))
def test_mirrored_and_in_any_unit(
    values: list[float], bound: float, lo: float, width: float
) -> None:
    p = stats.betting_rule_out_p(values, bound=bound)
    flipped = stats.betting_rule_in_p([1 - y for y in values], bound=1 - bound)
    assert flipped == pytest.approx(p, rel=1e-6)
    unit = stats.betting_rule_out_p(
        [lo + width * y for y in values], bound=lo + width * bound, lo=lo, hi=lo + width
    )
    assert unit == pytest.approx(p, rel=1e-6)


@given(MEANS, BOUNDS, st.randoms(use_true_random=False))
def test_the_wealth_at_the_end_does_not_depend_on_the_order(values, bound, rng) -> None:
    shuffled = list(values)
    rng.shuffle(shuffled)
    ends = [stats.betting_log_wealth(v, bound=bound)[-1:] for v in (values, shuffled)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-9, abs=1e-9)


def test_long_rows_are_computed_in_blocks() -> None:
    values = np.tile([0.0, 0.3, 0.1], 12_000)
    whole = stats.betting_log_wealth(values, bound=0.14)
    assert whole[:300] == pytest.approx(stats.betting_log_wealth(values[:300], bound=0.14))
    assert whole[-1] == pytest.approx(stats.betting_log_wealth(values[::-1], bound=0.14)[-1])


@pytest.mark.parametrize("bound", [0.1, 0.5])
@pytest.mark.parametrize("icc", [0.1, 0.5])
def test_false_rule_outs_under_constant_looking(bound: float, icc: float) -> None:
    rng = np.random.default_rng(5)
    spread = (1 - icc) / icc
    replicates, alpha = 1500, 0.05
    rates = rng.beta(bound * spread, (1 - bound) * spread, (replicates, 120))
    values = rng.binomial(5, rates) / 5
    false = np.mean([stats.betting_rule_out_p(row, bound=bound) <= alpha for row in values])
    assert false <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / replicates)


def test_edges() -> None:
    assert stats.betting_rule_out_p([], bound=0.4) == 1.0
    with pytest.raises(stats.InvalidNumbers):
        stats.betting_rule_out_p([1.2], bound=0.4)
    with pytest.raises(stats.UnboundedScore):
        stats.betting_rule_out_p([1.2], bound=0.4, hi=math.inf)
    with pytest.raises(stats.InvalidNumbers):
        stats.betting_log_wealth([0.2], bound=1.0)


@given(st.sets(st.text(max_size=6), max_size=12), st.text(max_size=6), st.data())
def test_the_order_belongs_to_the_labels(labels: set[str], seed: str, data) -> None:
    one = sorted(labels)
    other = data.draw(st.permutations(one))
    orders = [
        [names[i] for i in stats.pre_registered_order(names, seed=seed)] for names in (one, other)
    ]
    assert orders[0] == orders[1]
    kept = [name for name in one if name != "".join(one[:1])]
    left = [kept[i] for i in stats.pre_registered_order(kept, seed=seed)]
    assert left == [name for name in orders[0] if name in kept]


def test_the_order_can_be_recomputed() -> None:
    labels = [f"task {i}" for i in range(20)]
    prefix = hashlib.sha256(b"plan 7").digest()
    expected = sorted(labels, key=lambda name: hashlib.sha256(prefix + name.encode()).hexdigest())
    assert [labels[i] for i in stats.pre_registered_order(labels, seed="plan 7")] == expected
    assert stats.pre_registered_order(labels, seed="plan 8") != tuple(range(20))
    with pytest.raises(stats.InvalidNumbers):
        stats.pre_registered_order(["a", "a"], seed="x")
