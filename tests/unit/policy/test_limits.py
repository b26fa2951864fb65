"""The trees that evidence settles, with the error that each may spend (E-1, M-7)."""

from __future__ import annotations

from tests.unit.policy.factory import fact, framework, measured, standard, threshold
from tierlock.core import AllOf, AnyOf, ErrorControl, SafeguardCriterion, Scope
from tierlock.policy.limits import Tree, all_limits, trees_of

BOTH = AnyOf(any=(measured(), fact("big")))
INSIDE = AnyOf(any=(measured(), fact()))
SHORT = AllOf(all=(measured(id="jail"), fact("leak")))
RULES = framework(
    error_control=ErrorControl(rule_out=0.06, rule_in=0.04, period="P6M", checkpoints=2),
    thresholds={"a": threshold(BOTH), "b": threshold(measured(), rule_out=0.1)},
    scope=Scope(tier="ASL-1", baseline=("base",), in_scope_if=INSIDE),
    standards={
        "base": standard(),
        "deploy": standard(
            criteria={
                "plain": SafeguardCriterion(says="p"),
                "tested": SafeguardCriterion(says="s", falls_short_if=SHORT),
            }
        ),
        "secure": standard(kind="security"),
    },
)


def test_every_tree_has_its_paths_its_account_and_its_error() -> None:
    """A threshold's own budget is for the period; one weights version has its share of it."""
    assert tuple(trees_of(RULES)) == (
        Tree("threshold", "a", "a:", "a", BOTH, 0.06, 0.03),
        Tree("threshold", "b", "b:", "b", RULES.thresholds["b"].crossed_if, 0.1, 0.05),
        Tree("scope", "scope", "scope:", "scope", INSIDE, 0.06, 0.03),
        Tree("safeguard", "deploy:tested", "deploy:tested/", "deploy", SHORT, 0.06, 0.03),
    )
    assert all(tree.alpha == RULES.alpha_rule_out(tree.name) for tree in tuple(trees_of(RULES))[:2])


def test_a_framework_without_scope_has_no_such_tree() -> None:
    assert [tree.kind for tree in trees_of(framework())] == ["threshold"]


def test_measured_criteria_of_all_trees() -> None:
    found = {one.leaf.path: one for one in all_limits(RULES)}
    assert set(found) == {"a:bio", "b:bio", "scope:bio", "deploy:tested/jail"}
    shares = {path: one.limits.alpha_rule_out for path, one in found.items()}
    assert shares == {"a:bio": 0.03, "b:bio": 0.05, "scope:bio": 0.03, "deploy:tested/jail": 0.015}
    assert all(one.criterion.evaluation == "bio" for one in found.values())
    assert found["a:bio"].limits.alpha_rule_in == 0.02
    assert found["deploy:tested/jail"].limits.alpha_rule_in == 0.04
