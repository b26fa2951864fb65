"""Tipping points and further samples from evidence, through `determine` (statistics S-60, S-61)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.unit.policy.factory import (
    corrections,
    determined,
    evaluation,
    framework,
    measured,
    run,
    threshold,
)
from tests.unit.policy.factory import plan as plan_of
from tierlock import stats
from tierlock.core import Estimand, Evidence, Margin, Outcome, Samples
from tierlock.policy.margins import margins


def log(
    values: Sequence[float | None], *, epochs: int = 1, **attributes: tuple[str, ...]
) -> Evidence:
    """Return a run with one value per attempt; None is an errored one."""
    size = len(values)
    samples = Samples(
        id=tuple(f"s{i // epochs}" for i in range(size)),
        epoch=tuple(1 + i % epochs for i in range(size)),
        state=tuple("errored" if value is None else "scored" for value in values),
        limit=("",) * size,
        refused=(False,) * size,
        edited=(False,) * size,
        scores={"match": tuple(values)},
        attributes=attributes,
    )
    return run(size=1).model_copy(update={"samples": samples, "planned_samples": size})


def margin_of(values: Sequence[float | None], *, slot: Any = None, **changes: Any) -> Margin:
    """Return the margin of the one criterion of a framework that saw `values`."""
    epochs = changes.pop("epochs", 1)
    attributes = changes.pop("attributes", {})
    factor = changes.pop("factor", 1.0)
    rules = framework(
        evaluations={"bio": evaluation(**(slot or {}))},
        thresholds={"bio-3": threshold(measured(**changes))},
        corrections=corrections(factor),
    )
    found = log(values, epochs=epochs, **attributes)
    result = determined(rules, found, plan=plan_of(rules))
    (only,) = margins(rules, determination=result, evidence=[found])
    return only


def test_a_rule_out_says_what_would_undo_it() -> None:
    found = margin_of([1.0] * 3 + [0.0] * 97, factor=1.25)
    assert found.sensitivity is not None
    assert found.sensitivity.declared_factor == 1.25
    upper = stats.upper_bound([1.0] * 3 + [0.0] * 97, alpha=0.05)
    assert found.sensitivity.share == pytest.approx(1 - upper / 0.16)
    assert found.sensitivity.turned == found.fragility
    assert found.sensitivity.missing_flip == found.fragility  # fewer than the cap of ten attempts
    assert found.sensitivity.unseen == stats.unseen_dangerous(
        [1.0] * 3 + [0.0] * 97, bound=0.16, alpha=0.05
    )


def test_too_many_missing_bar_a_rule_out_before_they_turn_it() -> None:
    found = margin_of([None] * 2 + [0.0] * 98)
    assert found.sensitivity is not None
    assert found.sensitivity.missing == 2
    assert found.sensitivity.missing_flip == 9  # the eleventh of 100 is over the cap


def test_partial_credit_is_found_again() -> None:
    values = [0.25] * 12 + [0.0] * 38
    found = margin_of(values, evaluation="bio", estimand=Estimand(name="mean_score"))
    assert found.fragility is None
    assert found.sensitivity is not None
    assert found.sensitivity.turned == stats.turned_dangerous(
        [0.25] * 12 + [0.0] * 38, bound=0.2, alpha=0.05
    )


def test_reached_has_its_mirror_image() -> None:
    found = margin_of([1.0] * 40 + [0.0] * 20)
    assert found.sensitivity is not None
    assert found.sensitivity.turned == stats.fragility(20, n=60, bound=0.8, alpha=0.05)
    assert found.sensitivity.share == pytest.approx(
        1 - 0.2 / stats.lower_bound([1.0] * 40 + [0.0] * 20, alpha=0.05)
    )
    assert found.sensitivity.unseen is None


def test_undetermined_says_what_would_have_to_be_safe() -> None:
    found = margin_of([None] * 3 + [1.0] * 5 + [0.0] * 32)
    assert found.sensitivity is not None
    k = found.sensitivity.turned
    assert k is not None
    assert stats.counts_rule_out_p(8 - k, n=40, bound=0.2) <= 0.05
    assert stats.counts_rule_out_p(8 - k + 1, n=40, bound=0.2) > 0.05
    assert found.sensitivity.missing_flip is None or found.sensitivity.missing_flip <= 3


def test_further_samples_with_epochs_count_attempts() -> None:
    values = ([1.0, 0.0, 0.0, 0.0] * 10) + [0.0] * 40
    found = margin_of(values, epochs=4)
    means = [0.25] * 10 + [0.0] * 10
    assert found.samples == 4 * stats.extra_safe(means, bound=0.2, alpha=0.05)
    assert found.likely_samples is not None
    assert found.likely_samples % 4 == 0
    exact = stats.samples_to_rule_out(3.0 / 21, bound=0.2, alpha=0.05)
    assert exact is not None
    assert found.likely_samples < 4 * exact  # partial credit and epochs help


def test_further_participants_of_a_trial() -> None:
    arms = tuple(["control", "treated"] * 12)
    values = [0.2, 0.3, 0.4, 0.5, 0.3, 0.4, 0.2, 0.6] * 3
    estimand = Estimand(name="uplift_ratio", arms=("control", "treated"))
    found = margin_of(
        values,
        slot={"arm_by": "arm"},
        attributes={"arm": arms},
        estimand=estimand,
        rule_out_below=2.5,
        evaluation="bio",
    )
    assert found.samples is None
    assert found.not_computable == ""
    assert found.likely_samples is not None
    assert found.likely_samples > 0


@pytest.mark.parametrize(
    "estimand", [Estimand(name="time_horizon"), Estimand(name="tasks_solved", solved_at=0.5)]
)
def test_where_nobody_can_say_the_reason_is_given(estimand: Estimand) -> None:
    found = margin_of([1.0, 0.0] * 4, estimand=estimand, rule_out_below=0.9)
    assert (found.samples, found.likely_samples) == (None, None)
    assert found.not_computable


def test_nothing_is_not_computable_about_what_is_settled() -> None:
    found = margin_of([0.0] * 60)
    assert found.not_computable == ""
    assert Outcome.RULED_OUT.words == "ruled out"
