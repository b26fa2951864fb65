"""What is not known of compute has fired."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import InputError
from tierlock.integrations import EffectiveCompute


@pytest.mark.parametrize(
    "given_",
    [
        {"before": -1.0}, {"before": math.nan}, {"before": math.inf}, {"per_flop": 0.0},
        {"per_flop": math.nan}, {"per_step": 0.0}, {"per_step": -1.0}, {"per_step": math.inf},
        {"determined_at": 1.0}, {"multiple": 2.0}, {"determined_at": 0.0, "multiple": 2.0},
        {"determined_at": 1.0, "multiple": 1.0}, {"determined_at": math.nan, "multiple": 2.0},
        {"determined_at": 1.0, "multiple": math.inf},
    ],
)  # fmt: skip
def test_amounts_that_mean_nothing_are_refused(given_: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        EffectiveCompute(**given_)
    assert caught.value.code == "input.number"


@pytest.mark.parametrize(
    ("counted", "step", "now"),
    [
        (0.0, 0, 5.0), (10.0, 1, 25.0), (0.0, 1, None), (math.nan, 1, None), (math.nan, 0, None),
        (math.inf, 1, None), (-1.0, 0, None), (-1.0, 3, None),
    ],
)  # fmt: skip
def test_compute_is_counted_or_not_known(counted: float, step: int, now: float | None) -> None:
    found = EffectiveCompute(before=5.0, per_flop=2.0).now(counted=counted, step=step)
    assert found == now


def test_declared_compute_replaces_what_is_counted() -> None:
    plan = EffectiveCompute(before=5.0, per_step=3.0)
    assert plan.now(counted=math.nan, step=2) == 11.0


def test_unknown_compute_has_fired_in_any_case() -> None:
    assert EffectiveCompute().fired(None)
    assert not EffectiveCompute().fired(1e30)


@given(now=st.floats(0, 1e30), more=st.floats(0, 1e30))
def test_more_compute_never_takes_a_trigger_back(now: float, more: float) -> None:
    plan = EffectiveCompute(determined_at=1e20, multiple=4.0)
    assert plan.fired(now) == (now >= 4e20)
    assert plan.fired(now + more) >= plan.fired(now)
