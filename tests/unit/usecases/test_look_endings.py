"""When a slot with looks is given up: only where nothing that may come could rule it out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.policy.factory import finding, limits
from tierlock.core import Counts, Estimate, Finding
from tierlock.stats import StoppingRule
from tierlock.usecases.look_endings import is_futile

UNITS = 20


def rule(kind: str = "betting", *, worse_is: Any = "high", bound: float = 0.2) -> StoppingRule:
    given_kind: Any = kind
    return StoppingRule(
        kind=given_kind, bound=bound, rule_in_bound=0.5, looks=(UNITS, 40, 60),
        alpha_out=0.05, alpha_in=0.05, planned=None, lo=0.0, hi=1.0, worse_is=worse_is,
    )  # fmt: skip


def found(mean: float | None, *, worse: bool = True) -> Finding:
    estimate = Estimate(
        value=mean, worst=mean, best=mean, lower=0.0, upper=1.0, rule_out_p=1.0, rule_in_p=1.0,
        units=UNITS, items=UNITS, method="betting",
        counts=Counts(planned=UNITS, present=UNITS, scored=UNITS),
    )  # fmt: skip
    return finding(estimate=estimate, limits=limits(worse, out=0.2 if worse else 0.8))


def test_counts_are_given_up_at_their_boundary() -> None:
    counted = rule("e_process")
    boundary = counted.boundaries()[0].futile_at_least
    assert boundary is not None
    assert is_futile(counted, finding=found(boundary / UNITS), looks=1)
    assert not is_futile(counted, finding=found((boundary - 1) / UNITS), looks=1)


def test_means_in_between_are_not_given_up_like_counts_of_the_same_sum() -> None:
    """Five dangerous of twenty clusters are hopeless; twenty that are a quarter so are not."""
    betting = rule()
    assert betting.look([1.0] * 5 + [0.0] * 15).verdict == "futile"
    assert not is_futile(betting, finding=found(5 / UNITS), looks=1)
    later = [5 / UNITS] * UNITS + [0.0] * 40
    assert betting.look(later).verdict == "ruled_out"


@pytest.mark.parametrize("worse", [True, False])
def test_what_is_hopeless_is_given_up(worse: bool) -> None:
    made = rule() if worse else rule(worse_is="low", bound=0.8)
    assert is_futile(made, finding=found(0.9 if worse else 0.1, worse=worse), looks=1)
    assert not is_futile(made, finding=found(0.05 if worse else 0.95, worse=worse), looks=1)


@pytest.mark.parametrize("unknown", [finding(), found(None)])
def test_without_numbers_nothing_is_given_up(unknown: Finding) -> None:
    assert not is_futile(rule(), finding=unknown, looks=1)


@given(st.lists(st.integers(0, 8), min_size=UNITS, max_size=UNITS))
def test_what_is_given_up_could_not_have_been_ruled_out(eighths: list[int]) -> None:
    values = [one / 8 for one in eighths]
    if is_futile(rule(), finding=found(sum(values) / UNITS), looks=1):
        for more in (UNITS, 2 * UNITS):
            assert rule().look([*values, *[0.0] * more]).verdict != "ruled_out"
