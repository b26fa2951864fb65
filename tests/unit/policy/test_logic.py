"""Connectives, trace and the allocation of alpha (spec/determination.md O-2, M-7, L5)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.unit.policy.factory import IN, OPEN, OUT, attested, fact
from tierlock.core import AllOf, AnyOf, AtLeast, FrameworkError, Outcome, Step
from tierlock.policy.logic import (
    TOLERANCE,
    combine,
    finding_paths,
    near_alpha,
    passes,
    reevaluate,
    trace,
    walk,
)

ALL = (OUT, OPEN, IN)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_o2_at_least_k_is_strong_kleene(size):
    """O-2: REACHED from k REACHED children, RULED_OUT from M-k+1 RULED_OUT ones."""
    for outcomes in product(ALL, repeat=size):
        for k in range(1, size + 1):
            # The k-th worst child decides: the plainest way to say what at_least(k) means.
            assert combine(outcomes, k=k) is sorted(outcomes, reverse=True)[k - 1]


@pytest.mark.parametrize(("size", "k"), [(0, 0), (0, 1), (2, 0), (2, 3), (1, -1)])
def test_o2_k_lies_between_one_and_the_number_of_children(size, k):
    """O-2: anything else is an error."""
    with pytest.raises(FrameworkError) as caught:
        combine([OUT] * size, k=k)
    assert caught.value.code == "framework.connective"


def test_o2_any_is_one_of_m_and_all_is_m_of_m():
    """O-2: `any` is k = 1, `all` is k = M."""
    branches = (fact("a"), fact("b"), fact("c"))
    outcomes = {"t:a": IN, "t:b": OUT, "t:c": OPEN}
    ops: dict[Any, Any] = {
        ("any", 1): (AnyOf(any=branches), IN),
        ("all", 3): (AllOf(all=branches), OUT),
        ("at_least", 2): (AtLeast(at_least=2, of=branches), OPEN),
    }
    for (op, k), (node, outcome) in ops.items():
        step = trace(node, prefix="t:", outcomes=outcomes)
        leaves = [Step(op="leaf", finding=path, outcome=o) for path, o in outcomes.items()]
        assert step == Step(op=op, k=k, outcome=outcome, steps=tuple(leaves))


def test_m7_factors_are_products_of_k_and_m_minus_k_plus_one():
    """M-7: m_out is the product of k, m_in that of M-k+1 over the connectives above the leaf."""
    inner = AtLeast(at_least=2, of=(fact("a"), attested("b"), fact("c"), fact("d")))
    node = AllOf(all=(inner, fact("e"), AnyOf(any=(fact("f"), fact("g")))))
    found = {leaf.path: (leaf.out_factor, leaf.in_factor) for leaf in walk(node, prefix="x:")}
    assert found == {
        "x:a": (6, 3),
        "x:b": (6, 3),
        "x:c": (6, 3),
        "x:d": (6, 3),
        "x:e": (3, 1),
        "x:f": (3, 2),
        "x:g": (3, 2),
    }
    assert [leaf.criterion for leaf in walk(fact("a"), prefix="x:")] == [fact("a")]
    assert [leaf[2:] for leaf in walk(fact("a"), prefix="x:")] == [(1, 1)]


def test_l5_a_trace_evaluates_again_to_its_outcome():
    """L5: from the leaves alone, whatever the nodes say."""
    leaves = tuple(Step(op="leaf", finding=f"t:{i}", outcome=o) for i, o in enumerate(ALL))
    wrong = Step(op="at_least", k=3, outcome=IN, steps=leaves)
    assert reevaluate(wrong) is OUT
    assert reevaluate(Step(op="any", k=1, outcome=OUT, steps=(wrong, leaves[1]))) is OPEN
    assert finding_paths(Step(op="any", k=1, outcome=OUT, steps=(wrong, leaves[1]))) == (
        "t:0",
        "t:1",
        "t:2",
        "t:1",
    )


def test_l5_a_node_without_k_is_an_error():
    """L5: a trace that lost its k is not evaluated by a guess."""
    leaf = Step(op="leaf", finding="t:a", outcome=Outcome.REACHED)
    with pytest.raises(FrameworkError):
        reevaluate(Step(op="any", outcome=OUT, steps=(leaf,)))


def test_m7_the_comparison_fails_within_the_tolerance():
    """M-7: |m*p - alpha| <= 1e-9 fails, on either side."""
    assert TOLERANCE == 1e-9
    assert passes(0.0, factor=1, alpha=0.05)
    assert passes(0.025 - 2e-9, factor=2, alpha=0.05)
    assert not passes(0.025 - 4e-10, factor=2, alpha=0.05)
    assert not passes(0.025 + 4e-10, factor=2, alpha=0.05)
    assert not passes(0.05, factor=1, alpha=0.05)
    assert not passes(0.03, factor=2, alpha=0.05)
    assert not passes(0.0, factor=1, alpha=1e-9)
    assert passes(0.0, factor=1, alpha=1.1e-9)
    assert near_alpha(1e-9, factor=1, alpha=0.0)
    assert near_alpha(0.025, factor=2, alpha=0.05)
    assert not near_alpha(1.1e-9, factor=1, alpha=0.0)
    assert not near_alpha(0.05, factor=2, alpha=0.05)
