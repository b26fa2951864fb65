"""Sizes with epochs, families and partial credit: the published table, and other roads to it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from tierlock import stats
from tierlock.stats._samples import Rule, most_dangerous, sample_p_values

# Tasks with 5 epochs each for power .8 at alpha = .05, per correlation .1, .3 and .7. The published
# sizes are the first sufficient ones of a grid with ratio 1.26, so the smallest one lies at most
# that ratio below.
EPOCHS = {
    (0.1, 0.05): (100, 126, 160),
    (0.2, 0.1): (50, 63, 80),
    (0.2, 0.05): (25, 25, 32),
    (0.5, 0.25): (13, 16, 25),
    (0.5, 0.125): (8, 8, 10),
}


@pytest.mark.parametrize(("bound", "rate"), EPOCHS)
def test_the_table_of_tasks_with_five_epochs(bound: float, rate: float) -> None:
    for icc, published in zip((0.1, 0.3, 0.7), EPOCHS[bound, rate], strict=True):
        law = stats.attempts_law(rate, epochs=5, icc=icc)
        size = stats.clusters_to_rule_out(law, bound=bound, alpha=0.05, draws=2000)
        assert size is not None
        assert published / 1.35 <= size.clusters <= published * 1.02
        assert size.power == pytest.approx(0.8, abs=0.05)
        assert size.error == pytest.approx(math.sqrt(size.power * (1 - size.power) / 2000))


@pytest.mark.parametrize(("rate", "bound"), [(0.05, 0.1), (0.0, 0.2), (0.35, 0.5)])
def test_single_attempts_and_copies_are_the_exact_binomial(rate: float, bound: float) -> None:
    expected = stats.samples_to_rule_out(rate, bound=bound, alpha=0.05)
    for law in (stats.attempts_law(rate), stats.attempts_law(rate, epochs=7, icc=1.0)):
        size = stats.clusters_to_rule_out(law, bound=bound, alpha=0.05)
        assert size is not None
        assert (size.clusters, size.error) == (expected, 0.0)


def test_epochs_help_less_the_more_alike_they_are() -> None:
    sizes = [
        stats.clusters_to_rule_out(
            stats.attempts_law(0.1, epochs=5, icc=icc), bound=0.2, alpha=0.05, draws=500
        )
        for icc in (0.0, 0.2, 0.6, 1.0)
    ]
    counts = [size.clusters for size in sizes if size is not None]
    assert counts == sorted(counts)
    assert counts[-1] == 94


def test_the_approximate_p_value_is_close_to_the_exact_one() -> None:
    law = stats.attempts_law(0.1, epochs=5, icc=0.3)
    counts = np.random.default_rng(3).multinomial(30, law.chances, size=60).astype(float)
    found = sample_p_values(counts, values=law.values, bound=0.2)
    exact = [stats.rule_out_p(np.repeat(law.values, row.astype(int)), bound=0.2) for row in counts]
    near = (np.array(exact) > 0.01) & (np.array(exact) < 0.3)
    assert near.sum() > 10
    assert found[near] == pytest.approx(np.array(exact)[near], rel=0.04)
    assert sample_p_values(np.array([[0.0, 5.0]]), values=np.array([0.0, 1.0]), bound=0.3) == 1.0


def test_power_against_drawing_and_testing_one_by_one() -> None:
    law = stats.attempts_law(0.1, epochs=4, icc=0.4)
    found = stats.power_to_rule_out(law, clusters=30, bound=0.25, alpha=0.05)
    rng = np.random.default_rng(9)
    draws = rng.choice(law.values, p=law.chances, size=(600, 30))
    hits = np.mean([stats.rule_out_p(row, bound=0.25) <= 0.05 for row in draws])
    assert found.power == pytest.approx(hits, abs=5 * math.sqrt(0.25 / 600))


@pytest.mark.parametrize(("epochs", "items", "icc", "inner"), [(3, 2, 0.3, 0.5), (1, 4, 0.2, 0.0)])
def test_the_law_of_families(epochs: int, items: int, icc: float, inner: float) -> None:
    law = stats.attempts_law(0.2, epochs=epochs, items=items, icc=icc, item_icc=inner)
    between = icc * 0.16
    left = 0.16 - between  # p(1-p) less what lies between the clusters
    variance = between + left * inner / items + left * (1 - inner) / (items * epochs)
    assert law.chances.sum() == pytest.approx(1.0)
    assert law.mean == pytest.approx(0.2)
    assert law.variance == pytest.approx(variance)


def test_the_law_of_epochs_is_beta_binomial() -> None:
    law = stats.attempts_law(0.3, epochs=6, icc=0.25)
    expected = reference.betabinom.pmf(np.arange(7), 6, 0.9, 2.1)
    assert law.chances == pytest.approx(expected)
    many = stats.attempts_law(0.3, epochs=200, icc=0.25)
    assert many.values.size == 41
    assert many.mean == pytest.approx(0.3)


def test_declared_variances() -> None:
    law = stats.spread_law(0.25, between=0.02, within=0.1, attempts=5)
    assert law.mean == pytest.approx(0.25)
    assert law.variance == pytest.approx(0.04)
    flat = stats.spread_law(0.25, between=0.0)
    assert flat.values.tolist() == [0.25]
    for between, attempts in ((0.3, 1), (-0.1, 1), (0.0, 0)):
        with pytest.raises(stats.InvalidNumbers):
            stats.spread_law(0.25, between=between, attempts=attempts)


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=30))
def test_what_was_seen_gives_a_law_with_one_more_unit(values: list[float]) -> None:
    law = stats.observed_law(values)
    assert law.mean == pytest.approx((sum(values) + 0.5) / (len(values) + 1))
    assert law.chances.sum() == pytest.approx(1.0)


@given(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=20),
    st.sampled_from([0.1, 0.4, 0.8]),
)
def test_extra_units_are_the_smallest_number(values: list[float], bound: float) -> None:
    safe = stats.extra_safe(values, bound=bound, alpha=0.05)
    assert stats.rule_out_p([*values, *[0.0] * safe], bound=bound) <= 0.05
    assert safe == 0 or stats.rule_out_p([*values, *[0.0] * (safe - 1)], bound=bound) > 0.05
    bad = stats.unseen_dangerous(values, bound=bound, alpha=0.05)
    turned = stats.turned_dangerous(values, bound=bound, alpha=0.05)
    assert (bad > 0) == (turned > 0) == (safe == 0)
    if bad:
        assert stats.rule_out_p([*values, *[1.0] * bad], bound=bound) > 0.05
        assert stats.rule_out_p([*values, *[1.0] * (bad - 1)], bound=bound) <= 0.05


@pytest.mark.parametrize(("x", "n"), [(0, 14), (3, 100), (0, 60), (20, 100)])
def test_turned_units_of_yes_or_no_are_the_fragility(x: int, n: int) -> None:
    values = [1.0] * x + [0.0] * (n - x)
    turned = stats.turned_dangerous(values, bound=0.2, alpha=0.05)
    assert turned == stats.fragility(x, n=n, bound=0.2, alpha=0.05)


def test_the_proved_test_asks_for_more() -> None:
    law = stats.attempts_law(0.1)
    proved = stats.clusters_to_rule_out(law, bound=0.2, alpha=0.05, proved=True)
    assert proved is not None
    assert proved.clusters > 94
    for n in range(proved.clusters, proved.clusters + 12):
        found = stats.power_to_rule_out(law, clusters=n, bound=0.2, alpha=0.05, proved=True)
        assert found.power >= 0.8
    rule = Rule(0.2, 0.05, proved=True)
    most = most_dangerous(50, rule=rule)
    assert stats.mean_rule_out_p(most / 50, n=50, bound=0.2) <= 0.05
    assert stats.mean_rule_out_p((most + 1) / 50, n=50, bound=0.2) > 0.05
    spread = stats.attempts_law(0.1, epochs=5, icc=0.3)
    both = [
        stats.power_to_rule_out(spread, clusters=60, bound=0.2, alpha=0.05, proved=p).power
        for p in (False, True)
    ]
    assert both[1] < both[0]


def test_the_smallest_bound_is_what_so_many_can_rule_out() -> None:
    for law, n in ((stats.attempts_law(0.1), 94), (stats.attempts_law(0.1, epochs=3, icc=0.5), 60)):
        bound = stats.smallest_bound(law, clusters=n, alpha=0.05)
        assert 0.1 < bound < 0.25
        assert stats.power_to_rule_out(law, clusters=n, bound=bound, alpha=0.05).power >= 0.8
        less = stats.power_to_rule_out(law, clusters=n, bound=bound - 0.004, alpha=0.05)
        assert less.power < 0.8
    assert stats.smallest_bound(stats.attempts_law(0.9), clusters=2, alpha=0.05) == 1.0


def test_what_can_not_be_planned() -> None:
    law = stats.attempts_law(0.2, epochs=2, icc=0.1)
    assert stats.clusters_to_rule_out(law, bound=0.2, alpha=0.05) is None
    assert stats.clusters_to_rule_out(law, bound=0.2000001, alpha=0.05) is None
    assert stats.power_to_rule_out(law, clusters=0, bound=0.5, alpha=0.05) == (0.0, 0.0)
    assert stats.power_to_rule_out(law, clusters=9, bound=1.0, alpha=0.05).power == 1.0
    for bound in (0.0, 1.5, math.nan):
        with pytest.raises(stats.InvalidNumbers):
            stats.clusters_to_rule_out(law, bound=bound, alpha=0.05)
    for epochs, icc in ((0, 0.5), (2, 1.5), (2000, 0.5)):
        with pytest.raises(stats.InvalidNumbers):
            stats.attempts_law(0.1, epochs=epochs, icc=icc)
