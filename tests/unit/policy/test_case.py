"""The inputs of one determination (spec/determination.md E-2)."""

from __future__ import annotations

import pytest

from tests.unit.policy.factory import PARTS, ago, case, framework, sha, subject
from tierlock.core import ErrorControl, Lineage, Parts, SpentAlpha


def spent(**changes):
    given = {"threshold": "bio-3", "lineage": "m", "weights": sha("older"), "spent_at": ago(20)}
    return SpentAlpha(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({}, True),
        ({"threshold": "other"}, False),
        ({"lineage": "other"}, False),
        ({"weights": PARTS.weights}, False),
        ({"spent_at": ago(400)}, False),
    ],
)
def test_e2_other_weights_of_the_lineage_use_up_the_periods_budget(changes, gone):
    assert case(history=(spent(**changes),)).alpha_spent("bio-3") is gone


def test_e2_the_period_is_half_open():
    day = framework(error_control=ErrorControl(rule_out=0.05, rule_in=0.05, period="P20D"))
    assert not case(day, history=(spent(),)).alpha_spent("bio-3")
    longer = framework(error_control=ErrorControl(rule_out=0.05, rule_in=0.05, period="P21D"))
    assert case(longer, history=(spent(),)).alpha_spent("bio-3")


def test_e2_a_budget_for_several_checkpoints():
    """Nothing is left when that many *other* weights have spent; one of them counts once."""
    control = ErrorControl(rule_out=0.05, rule_in=0.05, period="P6M", checkpoints=2)
    rules = framework(error_control=control)
    again = (spent(), spent(spent_at=ago(3)))
    assert not case(rules, history=again).alpha_spent("bio-3")
    assert case(rules, history=(*again, spent(weights=sha("oldest")))).alpha_spent("bio-3")
    assert not case(framework(), history=()).alpha_spent("bio-3")


def test_e2_without_a_digest_the_name_is_the_weights():
    nameless = subject(parts=Parts(), lineage=Lineage(parent="root"))
    mine, other = (spent(lineage="root", weights=name) for name in ("m", "n"))
    assert not case(subject=nameless, history=(mine,)).alpha_spent("bio-3")
    assert case(subject=nameless, history=(other,)).alpha_spent("bio-3")
