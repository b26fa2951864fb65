"""Alpha down the tree, over checkpoints and looks; Kleene logic against partial conjunction."""

import math
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock import stats
from tierlock.core import Outcome
from tierlock.policy.logic import combine
from tierlock.stats import Connective

Tree = Connective | str
LEAF_P = st.tuples(*2 * [st.integers(0, 64).map(lambda i: Fraction(i, 1024))])


@st.composite
def nodes(draw, children):
    parts = draw(st.lists(children, min_size=1, max_size=4))
    return Connective(draw(st.integers(1, len(parts))), tuple(parts))


SHAPES = st.recursive(st.just("leaf"), nodes, max_leaves=8)


def named(tree, names):
    if isinstance(tree, str):
        return f"{next(names)}"
    return Connective(tree.k, tuple(named(child, names) for child in tree.children))


def exact_p(tree: Tree, leaves: dict[str, tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction]:
    """Partial-conjunction p-values in exact fractions, node by node."""
    if isinstance(tree, str):
        return leaves[tree]
    pairs = [exact_p(child, leaves) for child in tree.children]
    m, k = len(pairs), tree.k
    out = sorted(p for p, _ in pairs)[m - k]
    into = sorted(q for _, q in pairs)[k - 1]
    return min(Fraction(1), k * out), min(Fraction(1), (m - k + 1) * into)


def house_p(tree, leaves) -> tuple[float, float]:
    if isinstance(tree, str):
        out, into = leaves[tree]
        return float(out), float(into)
    pairs = [house_p(child, leaves) for child in tree.children]
    return (
        stats.rule_out_p_of([p for p, _ in pairs], k=tree.k),
        stats.rule_in_p_of([q for _, q in pairs], k=tree.k),
    )


def kleene(tree: Tree, outcomes: dict[str, Outcome]) -> Outcome:
    if isinstance(tree, str):
        return outcomes[tree]
    return combine([kleene(child, outcomes) for child in tree.children], k=tree.k)


@given(SHAPES, st.data(), st.sampled_from([Fraction(1, 16), Fraction(1, 20), Fraction(1, 100)]))
def test_the_allocated_tree_is_the_partial_conjunction_test(shape, data, alpha) -> None:
    """For every tree and every p-values: an identity, without a tolerance."""
    tree = named(shape, count())
    leaves, out, into = {}, {}, {}
    for name, factor_out, factor_in in stats.factors(tree):
        leaves[name] = data.draw(LEAF_P)
        # both p-values of one leaf can not reject: one of them is made large
        if data.draw(st.booleans()):
            leaves[name] = (leaves[name][0], Fraction(1))
        else:
            leaves[name] = (Fraction(1), leaves[name][1])
        out[name] = leaves[name][0] <= alpha / factor_out
        into[name] = leaves[name][1] <= alpha / factor_in
    outcomes = {
        name: Outcome.RULED_OUT
        if out[name]
        else Outcome.REACHED
        if into[name]
        else Outcome.UNDETERMINED
        for name in leaves
    }
    p_out, p_in = exact_p(tree, leaves)
    found = kleene(tree, outcomes)
    assert (found is Outcome.RULED_OUT) == (p_out <= alpha)
    assert (found is Outcome.REACHED) == (p_in <= alpha)
    # binary fractions times small whole numbers are exact in floating point too
    assert house_p(tree, leaves) == (float(p_out), float(p_in))


def test_rows_of_a_tree() -> None:
    tree = Connective(2, ("a", Connective(1, ("b", "c")), "d"))
    rows = stats.allocate(
        tree, alpha_out=0.05, alpha_in=0.1, checkpoints=2, looks={"b": (10, 20, 40)}
    )
    assert len(rows) == 2 * (1 + 3 + 1 + 1)
    first = {(row.leaf, row.n): row for row in rows if row.checkpoint == 1}
    assert first["a", None].alpha_out == pytest.approx(0.0125)
    assert first["a", None].alpha_in == pytest.approx(0.05)
    assert first["c", None].alpha_out == pytest.approx(0.0125)
    assert first["c", None].alpha_in == pytest.approx(0.025)
    leaf_alpha = first["b", 40].alpha_out
    assert leaf_alpha == pytest.approx(0.0125)
    budget = stats.rule_out_boundary((10, 20, 40), bound=0.2, alpha=leaf_alpha).budget
    assert [first["b", n].alpha_out for n in (10, 20, 40)] == pytest.approx(budget)


@given(st.integers(1, 40), st.floats(0.001, 0.5))
def test_checkpoints_never_spend_more_than_alpha(checkpoints: int, alpha: float) -> None:
    for declared in (checkpoints, None):
        spent = sum(
            stats.checkpoint_share(i, alpha=alpha, checkpoints=declared) for i in range(1, 60)
        )
        assert spent <= alpha * (1 + 1e-12)
    assert stats.checkpoint_share(checkpoints + 1, alpha=alpha, checkpoints=checkpoints) == 0.0
    endless = math.fsum(6 / (math.pi * i) ** 2 for i in range(1, 20_000))
    assert endless == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    "call",
    [
        lambda: stats.factors(Connective(3, ("a", "b"))),
        lambda: stats.factors(Connective(1, ())),
        lambda: stats.allocate("a", alpha_out=0.05, alpha_in=0.05, looks={"b": (5,)}),
        lambda: stats.allocate("a", alpha_out=0.0, alpha_in=0.05),
        lambda: stats.checkpoint_share(0, alpha=0.05, checkpoints=3),
    ],
)
def test_wrong_arguments(call) -> None:
    with pytest.raises(stats.InvalidNumbers):
        call()
