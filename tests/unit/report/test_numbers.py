from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.report import factory
from tierlock.core import Estimand, Measured
from tierlock.report.numbers import (
    Scale,
    count_of,
    scale_of,
    show_duration,
    show_money,
    show_plain,
    show_share,
)

UNIT = st.floats(min_value=0, max_value=1)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0 %"),
        (0.0909, "9.1 %"),
        (0.25, "25 %"),
        (0.1, "10 %"),
        (0.00012, "0.012 %"),
        (0.9997, "99.97 %"),
        (1.0, "100 %"),
        (-0.04, "-4 %"),
    ],
)
def test_shares(value: float, shown: str) -> None:
    assert plain(show_share(value)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (2.5349, "2.53"), (999.7, "1,000"), (48213.4, "48,213"), (1.2e-7, "1.2e-07")],
)
def test_plain_numbers(value: float, shown: str) -> None:
    assert show_plain(value) == shown


@given(UNIT, UNIT)
def test_a_limit_never_looks_like_the_bound_beside_it(value: float, bound: float) -> None:
    if abs(value - bound) > 1e-9:
        assert show_share(value, beside=bound) != show_share(bound)
    assert show_share(bound, beside=bound) == show_share(bound)


@given(st.floats(min_value=0, max_value=1 - 1e-9))
def test_less_than_everything_is_never_shown_as_everything(value: float) -> None:
    assert plain(show_share(value)) != "100 %"


@given(st.floats(min_value=1e-6, max_value=1))
def test_more_than_nothing_is_never_shown_as_nothing(value: float) -> None:
    assert plain(show_share(value)) != "0 %"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.2, "~1 s"), (89, "~89 s"), (7000, "~2 h"), (10**6, "~12 days")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert plain(show_duration(seconds)) == shown


def test_money_and_counts() -> None:
    assert plain(show_money(1234.5)) == "~1,234 USD"
    assert count_of(1, one="criterion", many="criteria") == "1 criterion"
    assert count_of(2, one="criterion", many="criteria") == "2 criteria"


def test_percent_only_for_a_unit_range() -> None:
    unit = factory.limits(0.2, 0.4)
    points = factory.limits(20.0, 40.0, hi=100.0)
    rate = Measured(evaluation="e", rule_out_below=0.2, basis="proposal")
    ratio = rate.model_copy(update={"estimand": Estimand(name="uplift_ratio", arms=("a", "b"))})
    faster = rate.model_copy(update={"estimand": Estimand(name="speed_up", arms=("a", "b"))})
    scale = scale_of(faster, limits=None, span=(5.0, 480.0))
    assert (scale.show(2.5), scale.lo, scale.hi) == ("2.5×", 0.0, None)
    difference = rate.model_copy(
        update={"estimand": Estimand(name="uplift_difference", arms=("a", "b"))}
    )
    assert scale_of(rate, limits=unit).unit == "share"
    assert scale_of(rate, limits=points).unit == "plain"
    assert scale_of(ratio, limits=unit).unit == "ratio"
    assert scale_of(difference, limits=unit).unit == "points"
    refusals = rate.model_copy(update={"estimand": Estimand(name="refusal_rate")})
    assert scale_of(refusals, limits=points) == Scale(unit="share", lo=0.0, hi=1.0)
    attacks = rate.model_copy(update={"estimand": Estimand(name="attack_rate")})
    assert scale_of(attacks, limits=unit) == Scale(unit="plain", lo=0.0, hi=None)
    assert scale_of(None, limits=None).unit == "share"
    assert plain(Scale(unit="points", lo=-1, hi=1).show(0.125)) == "12.5 points"
    assert Scale(unit="ratio", lo=0, hi=None).show(2.53) == "2.53×"
