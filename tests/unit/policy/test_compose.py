"""Thresholds, obligations and labels (spec/determination.md F-2, F-3, C-1 to C-5)."""

from __future__ import annotations

import pytest

from tests.unit.policy.factory import IN, OPEN, OUT, fact, finding, framework, sha, threshold
from tierlock.core import AnyOf, Combination, Owed, Reason, Scope, Step, Tier
from tierlock.policy.compose import (
    compose_thresholds,
    is_out_of_scope,
    labels,
    owed_standards,
)

SCOPE = Scope(tier="ASL-1", baseline=("secure",), in_scope_if=fact("big"))


def composed(
    outcomes, *, implies=(), owes=(), scope=None, findings=None, traces=None, presumptions=None
):
    """Compose thresholds a, b, c ... of one leaf each, with (x, y) for `x implies y`."""
    rules = framework(
        thresholds={
            name: threshold(fact(name), implies=tuple(y for x, y in implies if x == name))
            for name in outcomes
        }
    )
    steps = {n: Step(op="leaf", finding=f"{n}:{n}", outcome=o) for n, o in outcomes.items()}
    known = {
        f"{n}:{n}": finding(f"{n}:{n}", o, kind="fact", owes=n in owes) for n, o in outcomes.items()
    }
    found = compose_thresholds(
        framework=rules,
        traces={**steps, **(traces or {})},
        findings={**known, **(findings or {})},
        scope=scope,
        presumptions=presumptions or {},
        alphas=dict.fromkeys(outcomes, (0.01, 0.02)),
    )
    return {item.threshold: item for item in found}


def codes(found):
    return [reason.code for reason in found.reasons]


def test_c1_a_threshold_carries_its_tree_and_its_alphas():
    """C-1: without scope and implications the tree decides."""
    for outcome in (OUT, OPEN, IN):
        found = composed({"a": outcome})["a"]
        assert (found.outcome, found.tree_outcome, found.changed_by) == (outcome, outcome, "")
        assert (found.domain, found.tier) == ("biology", "ASL-3")
        assert (found.alpha_rule_out, found.alpha_rule_in) == (0.01, 0.02)
        assert found.trace == Step(op="leaf", finding="a:a", outcome=outcome)
        assert (found.reasons, found.contradiction) == ((), False)


def test_f2_scope_lowers_only_what_is_undetermined_and_owes_nothing():
    """F-2: REACHED stays, an owing threshold stays."""
    outcomes = {"open": OPEN, "owing": OPEN, "in": IN, "out": OUT}
    found = composed(outcomes, owes=("owing",), scope=OUT)
    assert {name: item.outcome for name, item in found.items()} == {**outcomes, "open": OUT}
    assert {name: item.changed_by for name, item in found.items()} == {
        "open": "scope",
        "owing": "",
        "in": "",
        "out": "",
    }
    assert codes(found["open"]) == ["threshold.out-of-scope"]
    assert found["open"].complete
    assert found["open"].tree_outcome is OPEN
    assert not found["open"].contradiction


def test_f2_facts_settle_only_what_nobody_measured():
    """F-2: evidence of its own, planned or not, keeps a threshold open."""
    seen = {"a:a": finding("a:a", evidence=(sha("run"),))}
    assert composed({"a": OPEN}, scope=OUT, findings=seen)["a"].outcome is OPEN
    leaves = tuple(Step(op="leaf", finding=f"a:{n}", outcome=OPEN) for n in ("a", "z"))
    both = {**seen, "a:z": finding("a:z")}
    tree = {"a": Step(op="any", k=1, outcome=OPEN, steps=leaves)}
    assert composed({"a": OPEN}, scope=OUT, findings=both, traces=tree)["a"].outcome is OPEN


@pytest.mark.parametrize("code", ["slot.only-unplanned", "slot.unplanned-veto"])
def test_f3_what_has_an_unplanned_veto_keeps_open_all_that_it_implies(code):
    """F-3: down the chain; another reason for being undetermined is settled from below."""
    chain = {"a": OPEN, "b": OUT, "c": OPEN, "d": OUT}
    implies = [("a", "b"), ("b", "c"), ("c", "d")]
    for reason, outcome in ((code, OPEN), ("interval.crosses", OUT)):
        why = (Reason(code="x", says="s"), Reason(code=reason, says="s"))
        seen = {"a:a": finding("a:a", reasons=why)}
        found = composed(chain, implies=implies, findings=seen)
        assert [found[name].outcome for name in "abcd"] == [outcome] * 4
        assert all(found[name].complete for name in "abcd")


def test_f3_a_debt_and_a_veto_are_handed_down_each_by_itself():
    """F-3: what a vetoed threshold implies owes nothing of its own, and what is REACHED neither."""
    veto = {"a:a": finding("a:a", reasons=(Reason(code="slot.unplanned-veto", says="s"),))}
    implies = [("a", "b")]
    assert composed({"a": OPEN, "b": OPEN}, implies=implies, findings=veto)["b"].complete
    assert not composed({"a": OPEN, "b": OPEN}, implies=implies, owes=("a",))["b"].complete
    assert composed({"a": IN, "b": OPEN}, implies=implies, owes=("a",))["b"].complete
    assert not composed({"a": IN, "b": OPEN}, implies=implies, owes=("b",))["b"].complete


def test_f3_a_debt_and_a_veto_meet():
    """F-3: the fixed point is reached where both come to one threshold, from two sides."""
    veto = {"b:b": finding("b:b", reasons=(Reason(code="slot.unplanned-veto", says="s"),))}
    outcomes = {"a": OPEN, "b": OPEN, "c": OUT, "d": OUT}
    implies = [("a", "c"), ("b", "c"), ("c", "d")]
    found = composed(outcomes, implies=implies, owes=("a",), findings=veto)
    assert [found[name].outcome for name in "abcd"] == [OPEN] * 4
    assert [found[name].complete for name in "abcd"] == [False, True, False, False]


def test_f3_a_veto_is_handed_down_past_what_its_own_tree_ruled_out():
    """F-3: what is raised is vetoed too, so it raises in turn."""
    veto = {"a:a": finding("a:a", reasons=(Reason(code="slot.unplanned-veto", says="s"),))}
    outcomes = {"c": OUT, "b": OUT, "a": OPEN}
    found = composed(outcomes, implies=[("a", "b"), ("b", "c")], findings=veto)
    assert {item.outcome for item in found.values()} == {OPEN}


@pytest.mark.parametrize("scope", [None, OPEN, IN])
def test_f2_only_a_ruled_out_scope_lowers(scope):
    """F-2: in scope, or not known to be outside, changes nothing."""
    assert composed({"a": OPEN}, scope=scope)["a"].outcome is OPEN


def test_f3_who_crosses_x_crosses_y_to_a_fixed_point():
    """F-3: REACHED is handed down a chain; a Y ruled out by its tree is a contradiction."""
    # The order of the framework is against the chain, so one pass is not enough.
    found = composed({"c": OUT, "b": OPEN, "a": IN}, implies=[("a", "b"), ("b", "c")])
    assert {name: item.outcome for name, item in found.items()} == {"a": IN, "b": IN, "c": IN}
    assert (found["a"].changed_by, codes(found["a"])) == ("", [])
    assert (found["b"].changed_by, codes(found["b"])) == ("implied_above", ["threshold.implied"])
    assert (found["c"].changed_by, codes(found["c"])) == (
        "implied_above",
        ["threshold.contradiction"],
    )
    assert [found[name].contradiction for name in "abc"] == [False, False, True]
    assert [found[name].complete for name in "abc"] == [True, True, True]
    assert found["c"].tree_outcome is OUT


def test_f3_x_undetermined_and_owing_raises_y_which_then_owes_too():
    """F-3: Y is at least UNDETERMINED and owes."""
    found = composed({"b": OUT, "c": OPEN, "a": OPEN}, implies=[("a", "b"), ("a", "c")], owes="a")
    assert [found[name].outcome for name in "abc"] == [OPEN, OPEN, OPEN]
    assert [found[name].complete for name in "abc"] == [False, False, False]
    assert (found["b"].changed_by, codes(found["b"])) == ("implied_above", ["threshold.implied"])
    assert (found["c"].changed_by, codes(found["c"])) == ("", [])
    assert not found["b"].contradiction


def test_f3_a_debt_travels_down_a_chain():
    """F-3: what owes because of X makes what it implies owe, in any order of the framework."""
    found = composed({"c": OPEN, "b": OPEN, "a": OPEN}, implies=[("a", "b"), ("b", "c")], owes="a")
    assert [found[name].complete for name in "abc"] == [False, False, False]


def test_f3_what_is_reached_lends_no_debt():
    """F-3: only an UNDETERMINED X hands its debt down; Y keeps its own."""
    found = composed({"a": IN, "b": OPEN}, implies=[("a", "b")], owes="a")
    assert (found["b"].outcome, found["b"].complete) == (IN, True)
    assert not composed({"a": IN, "b": OPEN}, implies=[("a", "b")], owes="b")["b"].complete


def test_f3_a_contradiction_is_about_the_own_tree():
    """F-3: whatever the order of the framework; what is REACHED comes first."""
    both = [("a", "c"), ("b", "c")]
    found = composed({"a": OPEN, "b": IN, "c": OUT}, implies=both, owes=("a",))
    assert (found["c"].outcome, found["c"].contradiction) == (IN, True)
    assert codes(found["c"]) == ["threshold.contradiction"]
    assert "`b`" in found["c"].reasons[0].says
    other = composed({"b": IN, "a": OPEN, "c": OUT}, implies=both, owes=("a",))
    assert (other["c"].outcome, other["c"].contradiction) == (IN, True)
    # Lowered by facts only: the own tree never ruled it out.
    found = composed({"a": IN, "b": OPEN}, implies=[("a", "b")], scope=OUT)
    assert (found["b"].outcome, found["b"].contradiction) == (IN, False)
    assert codes(found["b"]) == ["threshold.out-of-scope", "threshold.implied"]


def test_f3_one_change_in_a_pass_is_enough_for_another_pass():
    """F-3: to a fixed point, although the last implication of a pass changed nothing."""
    found = composed(
        {"c": OUT, "b": OUT, "d": IN, "a": IN}, implies=[("b", "c"), ("a", "b"), ("a", "d")]
    )
    assert found["c"].outcome is IN


def test_f3_lowering_looks_at_every_threshold():
    """F-3: one that can not be lowered does not end the search."""
    found = composed({"x": IN, "y": OUT, "a": OPEN, "b": OUT}, implies=[("a", "b")])
    assert found["a"].outcome is OUT


def test_f3_x_is_lowered_when_something_it_implies_is_ruled_out():
    """F-3: to a fixed point, but only where nothing is owed."""
    outcomes = {"a": OPEN, "b": OPEN, "c": OUT}
    chain = [("a", "b"), ("b", "c")]
    found = composed(outcomes, implies=chain)
    assert [found[name].outcome for name in "abc"] == [OUT, OUT, OUT]
    assert [found[name].changed_by for name in "abc"] == ["implied_below", "implied_below", ""]
    assert codes(found["a"]) == codes(found["b"]) == ["threshold.implied-out"]
    assert "`b`" in found["a"].reasons[0].says
    assert all(item.complete and not item.contradiction for item in found.values())
    assert composed({"a": OPEN, "b": OUT}, implies=[("a", "b")], owes=("a",))["a"].outcome is OPEN
    assert composed({"a": IN, "b": IN}, implies=[("a", "b")])["a"].outcome is IN
    assert composed({"a": OPEN, "b": OPEN}, implies=[("a", "b")])["a"].outcome is OPEN
    assert composed({"a": OUT, "b": OPEN}, implies=[("a", "b")])["b"].outcome is OPEN


def test_f3_being_lowered_keeps_earlier_reasons():
    """F-3 after the raise: reasons are gathered, not replaced."""
    found = composed({"x": OPEN, "a": OUT, "b": OUT}, implies=[("x", "a"), ("a", "b")], owes=("x",))
    # `a` and `b` are raised by a debt, so nothing may lower them again.
    assert [found[name].outcome for name in "ab"] == [OPEN, OPEN]


def test_f3_comes_after_f2():
    """C-1: scope first; a threshold that is out of scope no longer raises another."""
    found = composed({"a": OPEN, "b": OUT}, implies=[("a", "b")], scope=OUT)
    assert [found[name].outcome for name in "ab"] == [OUT, OUT]


@pytest.mark.parametrize(
    ("changes", "complete", "missing"),
    [
        ({}, True, False),
        ({"owes": True}, False, False),
        ({"decided_by": "error"}, False, False),
        ({"decided_by": "omission"}, True, True),
        ({"reasons": ("evidence.doubtful",)}, False, False),
        ({"reasons": ("other", "evidence.expired")}, True, True),
        ({"reasons": ("evidence.stale",)}, True, True),
        ({"reasons": ("attestation.expired",)}, True, True),
        ({"reasons": ("attestation.missing",)}, True, True),
        ({"reasons": ("attestation.unsigned",)}, True, False),
    ],
)
def test_c5_complete_and_missing(changes, complete, missing):
    """C-5: complete without debts, errors and doubts; missing without, or on expired, evidence."""
    reasons = tuple(Reason(code=code, says="s") for code in changes.get("reasons", ()))
    leaves = tuple(Step(op="leaf", finding=f"a:{n}", outcome=OPEN) for n in ("x", "y"))
    found = composed(
        {"a": OPEN},
        traces={"a": Step(op="any", k=1, outcome=OPEN, steps=leaves)},
        findings={"a:x": finding("a:x"), "a:y": finding("a:y", **{**changes, "reasons": reasons})},
    )["a"]
    assert (found.complete, found.missing) == (complete, missing)


def test_c5_any_leaf_counts():
    """C-5: one finding in the tree is enough, and findings of other trees do not count."""
    found = composed({"a": OPEN, "b": OPEN}, owes=("b",))
    assert (found["a"].complete, found["b"].complete) == (True, False)
    tree = Step(
        op="any",
        k=1,
        outcome=OPEN,
        steps=tuple(Step(op="leaf", finding=path, outcome=OPEN) for path in ("a:a", "z")),
    )
    found = composed({"a": OPEN}, traces={"a": tree}, findings={"z": finding("z", owes=True)})
    assert not found["a"].complete


def test_c2_what_is_owed():
    """C-2: baseline always, obligations of what is not ruled out, precaution per threshold."""
    rules = framework(
        thresholds={
            "in": threshold(obliges=("base", "deploy")),
            "open": threshold(obliges=("deploy", "secure")),
            "held": threshold(obliges=("secure",), precaution="hold"),
            "out": threshold(obliges=("secure",)),
        }
    )
    outcomes = {"in": IN, "open": OPEN, "held": OPEN, "out": OUT}
    owed, holds = owed_standards(framework=rules, outcomes=outcomes, scope=None)
    assert owed == (
        Owed(standard="base", because="baseline", thresholds=("in",)),
        Owed(standard="deploy", because="reached", thresholds=("in", "open")),
        Owed(standard="secure", because="undetermined", thresholds=("open",)),
    )
    assert holds == ("held",)
    # The order of thresholds does not matter: reached outranks undetermined.
    owed, holds = owed_standards(
        framework=rules, outcomes={"open": OPEN, "in": IN, "held": IN}, scope=None
    )
    assert [item.because for item in owed] == ["baseline", "reached", "reached"]
    assert holds == ()


def test_c2_the_frameworks_precaution_holds_unless_a_threshold_has_its_own():
    """C-2: `hold` of the framework; a threshold's own precaution outranks it."""
    rules = framework(
        precaution="hold",
        thresholds={"a": threshold(), "b": threshold(precaution="treat_as_reached")},
    )
    owed, holds = owed_standards(framework=rules, outcomes={"a": OPEN, "b": OPEN}, scope=None)
    assert holds == ("a",)
    assert [(item.standard, item.thresholds) for item in owed] == [
        ("base", ()),
        ("deploy", ("b",)),
    ]


def test_c2_holds_do_not_stop_later_thresholds():
    """C-2: a held or ruled-out threshold does not end the list."""
    rules = framework(
        thresholds={
            "out": threshold(),
            "held": threshold(precaution="hold"),
            "held2": threshold(precaution="hold"),
            "in": threshold(obliges=("secure",)),
        }
    )
    outcomes = {"out": OUT, "held": OPEN, "held2": OPEN, "in": IN}
    owed, holds = owed_standards(framework=rules, outcomes=outcomes, scope=None)
    assert [item.standard for item in owed] == ["base", "secure"]
    assert holds == ("held", "held2")


@pytest.mark.parametrize(
    ("scope", "outcomes", "outside"),
    [
        (OUT, {"bio-3": OUT}, True),
        (OUT, {}, True),
        (OUT, {"bio-3": OUT, "x": OPEN}, False),
        (OUT, {"bio-3": IN}, False),
        (OPEN, {"bio-3": OUT}, False),
        (None, {"bio-3": OUT}, False),
    ],
)
def test_c3_the_scopes_baseline_needs_scope_and_every_threshold_ruled_out(scope, outcomes, outside):
    """C-3."""
    rules = framework(scope=SCOPE, thresholds={"bio-3": threshold(), "x": threshold()})
    assert is_out_of_scope(outcomes=outcomes, scope=scope) is outside
    owed, _ = owed_standards(framework=rules, outcomes=outcomes, scope=scope)
    assert [item.standard for item in owed if item.because == "baseline"] == [
        "secure" if outside else "base"
    ]


def test_c3_without_a_scope_the_baseline_stays():
    """C-3: a framework without scope has one baseline and one lowest label."""
    rules = framework()
    owed, _ = owed_standards(framework=rules, outcomes={"bio-3": OUT}, scope=OUT)
    assert [item.standard for item in owed] == ["base"]
    assert labels(framework=rules, outcomes={"bio-3": OUT}, scope=OUT) == ("ASL-2", "ASL-2")


@pytest.mark.parametrize(
    ("outcomes", "scope", "expected"),
    [
        ({"low": OUT, "high": OUT}, None, ("ASL-2", "ASL-2")),
        ({"low": IN, "high": OPEN}, None, ("ASL-4", "ASL-3")),
        ({"low": OPEN, "high": OUT}, None, ("ASL-3", "ASL-2")),
        ({"low": IN, "high": IN}, None, ("ASL-4", "ASL-4")),
        ({"low": OUT, "high": OUT}, OUT, ("ASL-1", "ASL-1")),
        ({"low": OPEN, "high": OUT}, OUT, ("ASL-3", "ASL-1")),
        ({"low": IN, "high": OUT}, OUT, ("ASL-3", "ASL-3")),
    ],
)
def test_c4_labels(outcomes, scope, expected):
    """C-4: the highest tier not ruled out, at least the baseline's; and as if settled."""
    rules = framework(scope=SCOPE, thresholds={"low": threshold(), "high": threshold(tier="ASL-4")})
    assert labels(framework=rules, outcomes=outcomes, scope=scope) == expected


def test_c4_the_baseline_tier_can_be_the_highest():
    """C-4: a reached threshold of a lower tier does not lower the label."""
    rules = framework(thresholds={"a": threshold(tier="ASL-1")})
    assert labels(framework=rules, outcomes={"a": IN}, scope=None) == ("ASL-2", "ASL-2")


def test_c4_tiers_are_ordered_by_the_framework_not_by_name():
    """C-4: lowest first, whatever they are called."""
    tiers = tuple(Tier(id=name, says="t") for name in ("Z", "Y", "X"))
    lines = {"a": threshold(tier="Y"), "b": threshold(tier="X")}
    rules = framework(tiers=tiers, baseline_tier="Z", thresholds=lines)
    assert labels(framework=rules, outcomes={"a": IN, "b": OPEN}, scope=None) == ("X", "Y")


def test_the_trees_of_a_connective_are_read_to_the_last_leaf():
    """F-2: a threshold owes when any finding in its tree owes."""
    node = AnyOf(any=(fact("x"), fact("y")))
    rules = framework(thresholds={"a": threshold(node)})
    leaves = tuple(Step(op="leaf", finding=f"a:{n}", outcome=OPEN) for n in ("x", "y"))
    found = compose_thresholds(
        framework=rules,
        traces={"a": Step(op="any", k=1, outcome=OPEN, steps=leaves)},
        findings={"a:x": finding("a:x"), "a:y": finding("a:y", owes=True)},
        scope=OUT,
        presumptions={},
        alphas={"a": (0.05, 0.05)},
    )
    assert (found[0].outcome, found[0].complete) == (OPEN, False)


class TestPresumption:
    """F-4: what nothing defeats rules out what nobody measured."""

    def found(self, unless, **changes):
        step = {"a": Step(op="leaf", finding="presumed/a:x", outcome=unless)}
        return composed({"a": OPEN, "b": OPEN}, presumptions=step, **changes)

    def test_it_lowers_its_own_threshold_only(self):
        found = self.found(OUT)
        assert [found[name].outcome for name in "ab"] == [OUT, OPEN]
        assert (found["a"].changed_by, codes(found["a"])) == (
            "presumption",
            ["threshold.presumed-out"],
        )

    @pytest.mark.parametrize("unless", [OPEN, IN])
    def test_what_defeats_it_or_may_defeat_it(self, unless):
        assert self.found(unless)["a"].outcome is OPEN

    def test_it_does_not_outweigh_debts_and_measurements(self):
        assert self.found(OUT, owes=("a",))["a"].outcome is OPEN
        seen = {"a:a": finding("a:a", evidence=(sha("run"),))}
        assert self.found(OUT, findings=seen)["a"].outcome is OPEN

    def test_implications_come_after_it(self):
        assert self.found(OUT, implies=[("b", "a")])["b"].outcome is OUT


class TestCombinations:
    """C-7: owed when one threshold of every group is crossed, or may be."""

    def owed(self, outcomes, *, precaution="treat_as_reached", baseline=("base",)):
        rules = framework(
            precaution=precaution,
            baseline=baseline,
            thresholds={name: threshold(fact(name), obliges=()) for name in "abc"},
            combinations={
                "x": Combination(says="s", if_all=(("a",), ("b", "c")), obliges=("deploy",))
            },
        )
        found, _ = owed_standards(
            framework=rules, outcomes=dict(zip("abc", outcomes, strict=True)), scope=None
        )
        return {item.standard: (item.because, item.thresholds) for item in found}

    @pytest.mark.parametrize(
        ("outcomes", "because"),
        [
            ((IN, IN, OUT), ("reached", ("a", "b"))),
            ((IN, OUT, IN), ("reached", ("a", "c"))),
            ((IN, OPEN, OUT), ("undetermined", ("a", "b"))),
            ((OPEN, IN, IN), ("undetermined", ("a", "b", "c"))),
            ((IN, OUT, OUT), None),
            ((OUT, IN, IN), None),
        ],
    )
    @pytest.mark.parametrize("precaution", ["treat_as_reached", "hold"])
    def test_the_least_over_groups_of_the_greatest_in_each(self, outcomes, because, precaution):
        assert self.owed(outcomes, precaution=precaution).get("deploy") == because

    def test_what_the_baseline_owes_stays_of_the_baseline(self):
        both = self.owed((IN, IN, OUT), baseline=("base", "deploy"))
        assert both["deploy"] == ("baseline", ("a", "b"))
