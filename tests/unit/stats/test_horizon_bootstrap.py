"""The bootstrap of families, tasks and runs: what it draws, and that nothing else changes it."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock import stats
from tierlock.stats import horizon_bootstrap
from tierlock.stats.horizon_bootstrap import HorizonDraws

FAMILIES = np.repeat(np.arange(14), 6)
TASKS = np.repeat(np.arange(28), 3)
MINUTES = np.exp2(np.repeat((np.arange(28) * 0.618 % 1) * 9, 3))
VALUES = (np.arange(84) * 0.7548 % 1 < 1 / (1 + MINUTES / 20)).astype(float)
PINNED = [14.470133142138554, 23.438673147250192, 36.08601521501521]


def drawn(values=VALUES, *, rows=slice(None), items=TASKS, clusters=FAMILIES, **changes):
    given = {"draws": 600, **changes}
    return stats.horizon_draws(
        np.asarray(values)[rows],
        minutes=MINUTES[rows],
        items=np.asarray(items)[rows],
        clusters=np.asarray(clusters)[rows],
        **given,
    )


def same(one: HorizonDraws, other: HorizonDraws) -> bool:
    return one.families == other.families and all(
        np.allclose(one[part], other[part], rtol=1e-6) for part in (0, 1)
    )


def slow(values, *, draws: int, seed: int, penalty: float = 1e-5):
    """The same bootstrap as a loop over families, tasks and runs, refitted one by one."""
    rng, found = np.random.default_rng(seed), []
    weights = stats.horizon_weights(items=TASKS, clusters=FAMILIES)
    for _ in range(draws):
        rows: list[int] = []
        for family in rng.choice(np.unique(FAMILIES), 14):
            tasks = np.unique(TASKS[family == FAMILIES])
            for task in rng.choice(tasks, tasks.size):
                runs = np.flatnonzero(task == TASKS)
                rows += rng.choice(runs, runs.size).tolist()
        fit = stats.fit_horizon(
            values[rows], minutes=MINUTES[rows], weights=weights[rows], penalty=penalty
        )
        found.append(stats.horizon_at(fit))
    return np.array(found)


def test_it_is_the_bootstrap_it_says_it_is() -> None:
    """Against a loop: deciles within what chance explains."""
    plain = slow(VALUES, draws=1500, seed=3)
    quick = drawn(draws=20_000)
    for share in (0.1, 0.5, 0.9):
        limit = np.quantile(plain[~np.isnan(plain)], share)
        error = 4 * math.sqrt(share * (1 - share) / 1500)
        assert (quick.highest <= limit).mean() == pytest.approx(share, abs=error)


def test_equal_input_gives_equal_output() -> None:
    assert same(drawn(), drawn())
    assert not same(drawn(), drawn(seed=1))
    # Pinned: the raw bits of the generator are promised by numpy, so this holds everywhere.
    assert np.quantile(drawn().highest, [0.1, 0.5, 0.9]) == pytest.approx(PINNED, rel=1e-6)


def test_order_and_labels_are_moot() -> None:
    assert same(drawn(), drawn(rows=np.random.default_rng(9).permutation(84)))
    relabelled = drawn(items=[f"t{(7 * t) % 29}" for t in TASKS], clusters=99 - FAMILIES)
    assert same(drawn(), relabelled)


def test_draws_come_in_ascending_order_and_number() -> None:
    found = drawn(draws=700)
    assert (np.diff(found.highest) >= 0).all()
    assert (np.diff(found.lowest) >= 0).all()
    assert found.highest.shape == found.lowest.shape == (700,)
    assert found.families == 14
    assert same(drawn(draws=1), drawn(draws=1))


def test_a_block_more_keeps_the_draws_before() -> None:
    size = horizon_bootstrap._AT_ONCE
    few, many = drawn(draws=size), drawn(draws=3 * size)
    assert np.isin(few.highest, many.highest).all()


@pytest.mark.parametrize(("value", "minutes"), [(0.0, 0.0), (1.0, math.inf)])
def test_never_and_always(value: float, minutes: float) -> None:
    found = drawn([value] * 84, draws=5)
    assert found.highest.tolist() == found.lowest.tolist() == [minutes] * 5


def test_a_draw_of_only_failures_is_zero_and_of_only_successes_unbounded() -> None:
    two = stats.horizon_draws(
        [1.0, 0.0], minutes=[1, 60], items=["a", "b"], clusters=["f", "g"], draws=999
    )
    assert 0.2 < (two.lowest == 0).mean() < 0.3
    assert 0.2 < np.isinf(two.highest).mean() < 0.3
    assert ((two.lowest > 1) & (two.lowest < 60)).mean() == pytest.approx(0.5, abs=0.1)


def test_a_curve_that_rises_counts_against_both_claims() -> None:
    rising = stats.horizon_draws(
        [0.0, 1.0], minutes=[1, 60], items=["a", "b"], clusters=["f", "g"], draws=99
    )
    assert np.isinf(rising.highest).sum() == 99 - (rising.highest == 0).sum()
    mixed = (rising.lowest == 0).sum() - (rising.highest == 0).sum()
    assert mixed > 30  # unbounded for a rule-out, nothing for a rule-in


def test_partial_credit_draws_values_and_not_their_mean() -> None:
    """Runs of one task that differ are drawn; their mean alone would have no spread."""
    values = np.where(np.arange(84) % 3 == 0, 1.0, np.where(MINUTES > 40, 0.0, 0.25))
    even = np.repeat(values.reshape(28, 3).mean(axis=1), 3)
    spread = [np.diff(np.quantile(drawn(v).highest, [0.1, 0.9])) for v in (values, even)]
    assert spread[0] > spread[1]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"draws": 0}, "can not be made"),
        ({"seed": -1}, "can not be made"),
        ({"penalty": 0.0}, "penalty must be above 0"),
        ({"success": 1.0}, "success must lie between"),
        ({"rows": slice(0, 0)}, "one length above 0"),
        ({"items": np.zeros(84), "clusters": np.zeros(84)}, "two lengths in minutes"),
    ],
)
def test_numbers_that_can_not_be_meant(changes, says) -> None:
    with pytest.raises(stats.InvalidNumbers, match=says):
        drawn(**changes)


SMALL = st.lists(st.sampled_from([0.0, 1.0, math.nan]), min_size=6, max_size=6)
LENGTHS = [1.0, 3.0, 9.0, 30.0, 100.0, 300.0]


def spanned(values):
    return stats.horizon_range(values, minutes=LENGTHS, items=range(6), clusters=range(6))


@given(SMALL)
def test_the_range_holds_every_way_to_fill_in(values: list[float]) -> None:
    """By brute force over failures and successes; equal at the ends."""
    lowest, highest = spanned(values)
    lost = [row for row, value in enumerate(values) if math.isnan(value)]
    ends = []
    for filling in itertools.product([0.0, 1.0], repeat=len(lost)):
        filled = list(values)
        for row, value in zip(lost, filling, strict=True):
            filled[row] = value
        ends.append(spanned(filled))
    assert lowest == pytest.approx(min(low for low, _ in ends), rel=1e-6)
    assert highest == pytest.approx(max(high for _, high in ends), rel=1e-6)


def test_a_missing_success_can_shorten_a_horizon() -> None:
    """Why the worst case is searched for: success at a short task makes the curve steeper."""
    values = [0.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    failed, solved = ([first, *values[1:]] for first in (0.0, 1.0))
    assert spanned(failed)[1] > spanned(solved)[1]
    assert spanned([math.nan, *values[1:]])[1] == spanned(failed)[1]


def test_partial_credit_may_be_the_shortest_of_all() -> None:
    values = [0.5, 0.0, 0.5, math.nan, 0.0, 0.0]
    ends = [spanned([*values[:3], share, 0.0, 0.0])[0] for share in (0.0, 0.5, 1.0)]
    assert spanned(values)[0] == ends[1] < min(ends[0], ends[2])


def test_missing_runs_widen_the_draws() -> None:
    lost = VALUES.copy()
    lost[4::11] = math.nan
    whole, less = drawn(draws=2000), drawn(lost, draws=2000)
    for share in (0.05, 0.5, 0.95):
        assert np.quantile(less.highest, share) >= np.quantile(whole.highest, share)
        assert np.quantile(less.lowest, share) <= np.quantile(whole.lowest, share)
    nothing = drawn([math.nan] * 84, draws=10)
    assert np.isinf(nothing.highest).all()
    assert (nothing.lowest == 0).all()
