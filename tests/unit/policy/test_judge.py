"""Every tree of a framework and its budget (spec/determination.md E-1, O-2)."""

from __future__ import annotations

import pytest

from tests.unit.policy.factory import (
    IN,
    OPEN,
    OUT,
    PARTS,
    ago,
    case,
    fact,
    framework,
    measured,
    run,
    sha,
    standard,
    subject,
    threshold,
)
from tierlock.core import (
    AllOf,
    AnyOf,
    ErrorControl,
    Presumption,
    SafeguardCriterion,
    Scope,
    SpentAlpha,
    Step,
    SubjectRef,
)
from tierlock.policy.judge import Budget, judge

CONTROL = ErrorControl(rule_out=0.06, rule_in=0.04, period="P6M", checkpoints=2)
TESTED = SafeguardCriterion(says="s", falls_short_if=AllOf(all=(measured(id="jail"), fact("leak"))))


def rules(**changes):
    given = {
        "error_control": CONTROL,
        "thresholds": {
            "a": threshold(AnyOf(any=(measured(), fact("big")))),
            "b": threshold(measured(), rule_out=0.1),
        },
        "scope": Scope(
            tier="ASL-1", baseline=("base",), in_scope_if=AnyOf(any=(measured(), fact()))
        ),
        "standards": {
            "base": standard(),
            "deploy": standard(criteria={"plain": SafeguardCriterion(says="p"), "tested": TESTED}),
        },
    }
    return framework(**{**given, **changes})


def judged(*evidence, facts=None, **changes):
    about = subject(facts={"big": False, "leak": True} if facts is None else facts)
    given = {"subject": about, **changes}
    return judge(case(given.pop("rules", rules()), *(evidence or (run(),)), **given))


def leaf(path, outcome):
    return Step(op="leaf", finding=path, outcome=outcome)


def test_e1_budgets_are_divided_by_checkpoints():
    """E-1: the threshold's own rule_out, else the framework's; the rule-in alpha is undivided."""
    found = judged()
    assert found.budgets == {"a": Budget("a", 0.03, 0.04), "b": Budget("b", 0.05, 0.04)}
    limits = {path: f.limits for path, f in found.findings.items() if f.limits is not None}
    alphas = {path: (lim.alpha_rule_out, lim.alpha_rule_in) for path, lim in limits.items()}
    assert alphas == {
        "a:bio": pytest.approx((0.03, 0.02)),
        "b:bio": pytest.approx((0.05, 0.04)),
        "scope:bio": pytest.approx((0.03, 0.02)),
    }
    tested = found.tested["deploy:tested/jail"].limits
    assert (tested.alpha_rule_out, tested.alpha_rule_in) == pytest.approx((0.015, 0.04))


def test_every_tree_has_its_trace_and_its_findings():
    found = judged()
    assert list(found.findings) == ["a:bio", "a:big", "b:bio", "scope:bio", "scope:big"]
    assert found.traces == {
        "a": Step(op="any", k=1, outcome=OUT, steps=(leaf("a:bio", OUT), leaf("a:big", OUT))),
        "b": leaf("b:bio", OUT),
    }
    assert found.scope == Step(
        op="any", k=1, outcome=OUT, steps=(leaf("scope:bio", OUT), leaf("scope:big", OUT))
    )
    assert found.scope_outcome is OUT
    assert list(found.tested) == ["deploy:tested/jail", "deploy:tested/leak"]
    assert found.tests == {
        "deploy:tested": Step(
            op="all",
            k=2,
            outcome=OUT,
            steps=(leaf("deploy:tested/jail", OUT), leaf("deploy:tested/leak", IN)),
        )
    }
    assert found.everything == (*found.findings.values(), *found.tested.values())


def test_without_a_scope_there_is_no_outcome_of_it():
    found = judged(rules=rules(scope=None))
    assert (found.scope, found.scope_outcome) == (None, None)
    assert list(found.findings) == ["a:bio", "a:big", "b:bio"]


def test_safeguard_tests_look_at_safeguards_and_thresholds_do_not():
    """V-6."""
    parts = PARTS.model_copy(update={"safeguards": sha("old")})
    found = judged(run(about=SubjectRef(name="m", parts=parts)))
    assert found.tested["deploy:tested/jail"].outcome is OPEN
    assert found.findings["b:bio"].outcome is OUT
    assert found.scope_outcome is OUT


def test_e2_spent_alpha_is_keyed_by_the_tree():
    """E-2: every tree has its own account, also the scope."""
    spent = tuple(
        SpentAlpha(threshold=name, lineage="m", weights=sha(old), spent_at=ago(3))
        for name in ("a", "scope")
        for old in ("x", "y")
    )
    found = judged(history=spent)
    outcomes = {path: item.outcome for path, item in found.findings.items()}
    assert outcomes == {
        "a:bio": OPEN,
        "a:big": OUT,
        "b:bio": OUT,
        "scope:bio": OPEN,
        "scope:big": OUT,
    }


def test_f4_every_presumption_is_a_tree_of_its_own():
    claim = Presumption(says="s", unless=AnyOf(any=(fact("big"), fact("leak"))))
    known = rules(scope=None, thresholds={"a": threshold(presumed_out=claim), "b": threshold()})
    found = judged(rules=known)
    assert list(found.presumptions) == ["a"]
    assert found.presumptions["a"].outcome is IN
    assert list(found.findings) == ["a:bio", "b:bio", "presumed/a:big", "presumed/a:leak"]
