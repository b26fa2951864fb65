"""Percentiles among experts: counts, readings, and false rule-outs under measurement noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from tierlock import stats
from tierlock.stats.percentile import DOUBT


def count(rates, *, items, limit, **changes):
    values = [float(i < right) for right in rates for i in range(items)]
    return stats.experts_at_most(
        values,
        items=list(range(items)) * len(rates),
        experts=[number for number, _ in enumerate(rates) for _ in range(items)],
        limit=limit,
        **changes,
    )


def test_counts_by_score_and_by_skill() -> None:
    """20 items: an expert is above .5 in skill from 14 right on (binomial test at 10 %)."""
    first = next(x for x in range(21) if reference.binom.sf(x - 1, 20, 0.5) <= DOUBT)
    assert first == 14
    assert count([10, 11, 13, 14, 20], items=20, limit=0.5) == (5, 1, 3)
    assert count([], items=20, limit=0.5) == (0, 0, 0)
    # the proved test needs more
    assert count([10, 11, 13, 14, 20], items=20, limit=0.5, proved=True) == (5, 1, 4)


def test_equal_up_to_rounding_is_equal() -> None:
    values = [0.1, 0.2, 0.3]
    table = stats.experts_at_most(
        values, items=[1, 2, 3], experts=["a"] * 3, limit=0.2 - 1e-12, lo=0.0, hi=1.0
    )
    assert table.by_score == 1


def test_attempts_at_one_item_are_one_item() -> None:
    few = stats.experts_at_most([1.0] * 40, items=[1] * 40, experts=["a"] * 40, limit=0.5)
    many = stats.experts_at_most([1.0] * 40, items=range(40), experts=["a"] * 40, limit=0.5)
    assert (few.by_skill, many.by_skill) == (1, 0)


def test_head_to_head_is_by_item_and_ties_are_half() -> None:
    wins = stats.head_to_head(
        [0.0, 1.0, 1.0, 1.0],
        model_items=["x", "x", "y", "z"],
        values=[0.4, 0.6, 0.5, 1.0],
        items=["x", "x", "x", "y"],
        experts=["a", "b", "c", "d"],
    )
    assert wins is not None
    assert wins.tolist() == [1.0, 0.0, 0.5, 0.5]
    for own, item in ((["x"], "y"), (["x"], "w"), ([], "w")):
        unpaired = stats.head_to_head(
            [1.0] * len(own), model_items=own, values=[1.0], items=[item], experts=["a"]
        )
        assert unpaired is None
    nobody = stats.head_to_head([1.0], model_items=["x"], values=[], items=[], experts=[])
    assert nobody is not None
    assert nobody.size == 0


def test_p_values_in_closed_form() -> None:
    table = stats.ExpertCount(40, 10, 20)
    out = stats.percentile_rule_out_p(table, bound=0.6, spent=0.01)
    assert out == pytest.approx(
        (
            0.01 + reference.binom.cdf(10, 40, 0.6),
            0.01 + reference.binom.cdf(20, 40, 0.6 * 0.9),
        )
    )
    into = stats.percentile_rule_in_p(table, bound=0.2, spent=0.01)
    assert into == pytest.approx(
        (
            0.01 + reference.binom.sf(29, 40, 0.2),
            0.01 + reference.binom.sf(19, 40, 0.2 + 0.8 * 0.1),
        )
    )
    nobody = stats.ExpertCount(0, 0, 0)
    assert stats.percentile_rule_out_p(nobody, bound=0.5, spent=0.01) == (1.0, 1.0)
    assert stats.percentile_upper_bounds(nobody, alpha=0.05) == (1.0, 1.0)
    assert stats.percentile_lower_bounds(nobody, alpha=0.05) == (0.0, 0.0)


def test_least_numbers_of_experts() -> None:
    """No expert at or below the subject: 6 experts for the median, 36 for the tenth percentile."""
    for bound, least in ((0.5, 6), (0.9, 2), (0.1, 36)):
        for experts in (least - 1, least):
            table = stats.ExpertCount(experts, 0, 0)
            p, _ = stats.percentile_rule_out_p(table, bound=bound, spent=0.0)
            assert (p <= 0.025) == (experts == least)


@given(st.integers(1, 60), st.data())
def test_bounds_invert_the_p_values(n: int, data: st.DataObject) -> None:
    seen, possible = data.draw(st.integers(0, n)), data.draw(st.integers(0, n))
    table = stats.ExpertCount(n, seen, possible)
    for number, upper in enumerate(stats.percentile_upper_bounds(table, alpha=0.025)):
        if upper < 1.0:
            p = stats.percentile_rule_out_p(table, bound=upper, spent=0.0)[number]
            assert p == pytest.approx(0.025, abs=1e-6)
    for number, lower in enumerate(stats.percentile_lower_bounds(table, alpha=0.025)):
        if lower > 0.0:
            p = stats.percentile_rule_in_p(table, bound=lower, spent=0.0)[number]
            assert p == pytest.approx(0.025, abs=1e-6)


def test_what_is_no_count() -> None:
    for table in (
        stats.ExpertCount(3, 4, 0),
        stats.ExpertCount(3, 0, 4),
        stats.ExpertCount(3, -1, 0),
    ):
        with pytest.raises(stats.InvalidNumbers):
            stats.percentile_upper_bounds(table, alpha=0.05)
    with pytest.raises(stats.InvalidNumbers):
        stats.percentile_rule_out_p(stats.ExpertCount(3, 1, 1), bound=0.5, spent=1.5)
    with pytest.raises(stats.InvalidNumbers):
        stats.percentile_rule_in_p(stats.ExpertCount(3, 1, 1), bound=0.5, spent=-0.1)
    with pytest.raises(stats.UnboundedScore):
        stats.experts_at_most([1.0], items=[1], experts=[1], limit=0.5, hi=float("inf"))
    with pytest.raises(stats.InvalidNumbers):
        stats.experts_at_most([1.0], items=[1], experts=[1], limit=float("nan"))


def false_rule_outs(experts: int, *, items: int, bound: float, reps: int) -> tuple[float, float]:
    """Share of rule-outs, by score and by skill, of a subject whose skill is at the percentile."""
    rng = np.random.default_rng([20261122, experts, items])
    law = reference.beta(0.63 * 30, 0.37 * 30)
    skill = float(law.ppf(bound))
    found = np.zeros(2)
    for _ in range(reps):
        rates = rng.binomial(items, law.rvs(experts, random_state=rng))
        right = int(rng.binomial(150, skill))
        limit = stats.upper_bound([1.0] * right + [0.0] * (150 - right), alpha=0.025)
        table = count(rates.tolist(), items=items, limit=limit)
        found += np.array(stats.percentile_rule_out_p(table, bound=bound, spent=0.025)) <= 0.05
    by_score, by_skill = found / reps
    return float(by_score), float(by_skill)


def test_measured_scores_of_few_items_mislead_and_the_skill_reading_does_not() -> None:
    """Six items for each of 171 experts, truth at the 80th percentile of skill."""
    by_score, by_skill = false_rule_outs(171, items=6, bound=0.8, reps=60)
    assert by_score > 0.7
    assert by_skill == 0.0


@pytest.mark.parametrize(("experts", "items", "bound"), [(20, 30, 0.5), (60, 100, 0.8)])
def test_the_skill_reading_keeps_its_error(experts: int, items: int, bound: float) -> None:
    _, by_skill = false_rule_outs(experts, items=items, bound=bound, reps=60)
    assert by_skill <= 0.05
