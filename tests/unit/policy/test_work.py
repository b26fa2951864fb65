"""The work order: what would open what is closed, cheapest first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    attested,
    claim,
    determined,
    evaluation,
    fact,
    finding,
    framework,
    measured,
    sha,
    standard,
    threshold,
)
from tierlock.core import (
    Action,
    AllOf,
    AnyOf,
    AtLeast,
    Decision,
    GateReason,
    Margin,
    Owed,
    Reason,
    SafeguardCriterion,
    Step,
    ThresholdFinding,
    Undisclosed,
    Verdict,
    WorkItem,
)
from tierlock.policy.work import work_order

BASE = determined()
KINDS: dict[str, Any] = {
    "x": measured(id="x"),
    "y": measured(id="y"),
    "z": measured(id="z"),
    "threat": attested(),
    "big": fact(),
}


def leaf(path, outcome=OPEN):
    return Step(op="leaf", finding=path, outcome=outcome)


def node(outcome, *steps, k=1):
    return Step(op="at_least", k=k, outcome=outcome, steps=steps)


def line(name, trace, **changes):
    given = {
        "threshold": name,
        "domain": "biology",
        "tier": "ASL-3",
        "outcome": trace.outcome,
        "tree_outcome": trace.outcome,
        "trace": trace,
        "alpha_rule_out": 0.05,
        "alpha_rule_in": 0.05,
        "complete": True,
        "missing": False,
    }
    return ThresholdFinding(**{**given, **changes})


def margin(path, **changes):
    return Margin(path=path, bound=0.2, limit=None, relative=None, **changes)


def decision(*reasons, verdict=Verdict.HOLD):
    return Decision(
        verdict=verdict,
        action=Action(name="deploy"),
        framework=BASE.framework,
        subject="m",
        determination=sha("d"),
        decided_at=AT,
        reasons=reasons,
    )


def why(code, about, verdict="HOLD"):
    return GateReason(code=code, says=f"says {code}", about=about, verdict=verdict)


def order(
    *lines,
    rules=None,
    findings=(),
    margins=(),
    reasons=None,
    claims=(),
    owed=(),
    tested=(),
    **changes,
):
    determination = BASE.model_copy(
        update={
            "thresholds": lines,
            "findings": tuple(findings),
            "owed": tuple(owed),
            "safeguard_findings": tuple(tested),
        }
    )
    return work_order(
        rules or framework(**changes),
        determination=determination,
        decision=None if reasons is None else decision(*reasons),
        margins={item.path: item for item in margins},
        claims=claims,
    )


def tree(*names, k=1, outcome=OPEN, **known):
    """A threshold `t` over leaves, with findings and rules for them."""
    nodes = tuple(KINDS[name] for name in names)
    rules = framework(thresholds={"t": threshold(AtLeast(at_least=k, of=nodes))})
    steps = [leaf(f"t:{name}", known.get(name, OPEN)) for name in names]
    findings = [finding(f"t:{name}", known.get(name, OPEN), slot="bio") for name in names]
    return {
        "lines": (line("t", node(outcome, *steps, k=k)),),
        "rules": rules,
        "findings": findings,
    }


def ordered(made, **changes):
    return order(*made["lines"], rules=made["rules"], findings=made["findings"], **changes)


def settles(items):
    return [item.settles for item in items]


def test_every_kind_of_criterion_has_its_work():
    made = tree("x", "threat", "big")
    items = ordered(
        made,
        margins=[margin("t:x", samples=40, likely_samples=60, seconds=600.0, usd=3.0)],
    )
    assert items == (
        WorkItem(
            do="declare fact `big` of the subject", settles="t:big", kind="declare", group="t"
        ),
        WorkItem(
            do="run Biology (`bio`)",
            settles="t:x",
            kind="evaluate",
            samples=40,
            likely_samples=60,
            seconds=600.0,
            usd=3.0,
            group="t",
        ),
        WorkItem(
            do="have ceo attest: not so that it is mapped",
            settles="t:threat",
            kind="attest",
            owner="ceo",
            group="t",
        ),
    )


def test_only_the_publisher_can_disclose_a_bound():
    hidden = Undisclosed(undisclosed=True, evaluation="bio", id="x", cite="a card")
    rules = framework(thresholds={"t": threshold(hidden)})
    lines = determined(rules).thresholds
    (item,) = order(*lines, rules=rules, findings=determined(rules).findings)
    assert (item.kind, item.settles) == ("declare", "t:x")
    assert item.do == "have the publisher disclose the bound of `x`"


@pytest.mark.parametrize(
    ("changes", "verb"),
    [
        ({}, "run Biology (`bio`)"),
        ({"reasons": ("slot.run-missing", "x")}, "supply what Biology owes: says slot.run-missing"),
        ({"reasons": ("x", "plan.competing")}, "supply what Biology owes: says plan.competing"),
        ({"reasons": ("slot.no-evidence",)}, "run Biology (`bio`)"),
        ({"estimate": True}, "run more samples of Biology (`bio`)"),
        (
            {"estimate": True, "reasons": ("evidence.expired",)},
            "run Biology again (`bio`): says evidence.expired",
        ),
        (
            {"estimate": True, "decided_by": "inheritance"},
            "measure Biology for itself instead of inheriting it",
        ),
    ],
)
def test_what_a_measured_criterion_waits_for(changes, verb):
    reasons = tuple(Reason(code=code, says=f"says {code}") for code in changes.pop("reasons", ()))
    estimate = BASE.findings[0].estimate if changes.pop("estimate", False) else None
    made = tree("x")
    made["findings"] = [finding("t:x", slot="bio", estimate=estimate, reasons=reasons, **changes)]
    (item,) = ordered(made)
    assert (item.do, item.kind, item.samples, item.usd) == (verb, "evaluate", None, None)


def test_settled_thresholds_need_no_work():
    for outcome in (OUT, IN):
        assert ordered(tree("x", outcome=outcome, x=outcome)) == ()


class TestCheapest:
    """M-k+1 children must be ruled out; the cheapest are chosen."""

    def chosen(self, *names, k, margins=(), **known):
        made = tree(*names, k=k, **known)
        return sorted(settles(ordered(made, margins=margins)))

    def test_any_needs_all_and_all_needs_one(self):
        sizes = [margin("t:x", samples=9), margin("t:y", samples=5), margin("t:z", samples=7)]
        assert self.chosen("x", "y", "z", k=1, margins=sizes) == ["t:x", "t:y", "t:z"]
        assert self.chosen("x", "y", "z", k=2, margins=sizes) == ["t:y", "t:z"]
        assert self.chosen("x", "y", "z", k=3, margins=sizes) == ["t:y"]

    def test_what_is_ruled_out_already_costs_nothing(self):
        sizes = [margin("t:x", samples=9), margin("t:y", samples=5)]
        assert self.chosen("x", "y", k=1, margins=sizes, y=OUT) == ["t:x"]
        assert self.chosen("x", "y", "z", k=2, margins=sizes, z=OUT) == ["t:y"]

    def test_what_is_reached_is_no_way(self):
        assert self.chosen("x", "y", k=2, y=IN) == ["t:x"]
        assert self.chosen("x", "y", k=2, x=IN) == ["t:y"]

    @pytest.mark.parametrize(
        ("x", "y"),
        [
            ({"samples": 1, "seconds": 5.0}, {"samples": 1, "seconds": 6.0}),
            # 60 s per sample where no cost is known; the likely size outranks the least.
            ({"samples": 1, "likely_samples": 2}, {"samples": 1, "likely_samples": 3}),
            ({"samples": 50, "likely_samples": 60}, {"samples": 50, "likely_samples": 61}),
            (
                {"samples": 2, "likely_samples": 2},
                {"samples": 9, "seconds": 121.0, "likely_samples": 9},
            ),
            (
                {"samples": 9, "seconds": 119.0, "likely_samples": 9},
                {"samples": 2, "likely_samples": 2},
            ),
            # Without a likely size the observed rate speaks against it: twenty times as dear.
            ({"samples": 19, "likely_samples": 19}, {"samples": 1}),
            ({"samples": 1}, {"samples": 21, "likely_samples": 21}),
            ({"samples": 1, "seconds": 5.0}, {"samples": 2, "likely_samples": 2}),
            ({"samples": 9, "seconds": 19.0, "likely_samples": 9}, {"samples": 1, "seconds": 1.0}),
            ({"samples": 1, "seconds": 1.0}, {"samples": 9, "seconds": 21.0, "likely_samples": 9}),
            # Of unknown size: last.
            ({"samples": 10**5}, {}),
        ],
    )
    def test_the_cheaper_one_is_chosen(self, x, y):
        pair = [margin("t:x", **x), margin("t:y", **y)]
        assert self.chosen("x", "y", k=2, margins=pair) == ["t:x"]
        turned = [margin("t:y", **x), margin("t:x", **y)]
        assert self.chosen("x", "y", k=2, margins=turned) == ["t:y"]

    def test_a_person_is_cheaper_than_a_machine(self):
        size = [margin("t:x", samples=1, likely_samples=1)]
        assert self.chosen("x", "threat", k=2, margins=size) == ["t:threat"]
        quick = [margin("t:x", samples=1, likely_samples=1, seconds=0.5)]
        assert self.chosen("x", "threat", k=2, margins=quick) == ["t:x"]
        slow = [margin("t:x", samples=1, likely_samples=1, seconds=1.5)]
        assert self.chosen("x", "threat", k=2, margins=slow) == ["t:threat"]

    def test_what_is_ruled_out_in_a_subtree_costs_nothing(self):
        either = AllOf(all=(AnyOf(any=(KINDS["threat"], KINDS["big"])), KINDS["x"]))
        rules = framework(thresholds={"t": threshold(either)})
        under = node(OPEN, leaf("t:threat"), leaf("t:big", OUT))
        trace = node(OPEN, under, leaf("t:x"), k=2)
        findings = [finding(f"t:{name}") for name in ("threat", "big", "x")]
        size = [margin("t:x", samples=1, likely_samples=1, seconds=1.5)]
        items = order(line("t", trace), rules=rules, findings=findings, margins=size)
        assert settles(items) == ["t:threat"]

    def test_what_is_reached_is_no_way_though_all_else_is_of_unknown_size(self):
        sizes = [margin("t:x", samples=9), margin("t:y"), margin("t:z")]
        assert self.chosen("x", "y", "z", k=2, margins=sizes, x=IN) == ["t:y", "t:z"]
        assert self.chosen("x", "y", "z", k=3, margins=sizes, x=IN, y=IN) == ["t:z"]

    def test_subtrees_are_compared_by_their_sum(self):
        both = AllOf(all=(AnyOf(any=(KINDS["x"], KINDS["y"])), KINDS["z"]))
        rules = framework(thresholds={"t": threshold(both)})
        trace = node(OPEN, node(OPEN, leaf("t:x"), leaf("t:y")), leaf("t:z"), k=2)
        findings = [finding(f"t:{name}", slot="bio") for name in "xyz"]

        def chosen(z):
            sizes = [
                margin("t:x", samples=3, likely_samples=3),
                margin("t:y", samples=4, likely_samples=4),
                margin("t:z", samples=z, likely_samples=z),
            ]
            return sorted(
                settles(order(line("t", trace), rules=rules, findings=findings, margins=sizes))
            )

        assert chosen(8) == ["t:x", "t:y"]
        assert chosen(6) == ["t:z"]


class TestThresholds:
    """Which thresholds are worth settling."""

    rules = framework(
        thresholds={
            "a": threshold(KINDS["x"], implies=("b",)),
            "b": threshold(KINDS["y"]),
            "c": threshold(KINDS["z"], implies=("d",)),
            "d": threshold(KINDS["big"]),
        }
    )
    findings = (
        finding("a:x", slot="bio"),
        finding("b:y", slot="bio"),
        finding("c:z", slot="bio"),
        finding("d:big", kind="fact"),
    )

    def found(self, reasons=None, owed=(), **outcomes):
        paths = {"a": "a:x", "b": "b:y", "c": "c:z", "d": "d:big"}
        lines = [
            line(
                name,
                leaf(path, outcomes.get(name, OPEN)),
                complete=outcomes.get(f"{name}_complete", True),
            )
            for name, path in paths.items()
        ]
        items = order(*lines, rules=self.rules, findings=self.findings, reasons=reasons, owed=owed)
        return [item for item in settles(items) if ":" in item]

    def test_one_that_implies_another_is_settled_with_it(self):
        assert sorted(self.found()) == ["b:y", "d:big"]
        assert sorted(self.found(d=OUT)) == ["b:y", "c:z"]

    def test_unless_it_owes_something_itself(self):
        assert sorted(self.found(a_complete=False)) == ["a:x", "b:y", "d:big"]

    def test_with_a_decision_only_what_closes_it(self):
        assert self.found(reasons=()) == []
        assert self.found(reasons=[why("threshold.held", "b")]) == ["b:y"]
        owed = [
            Owed(standard="deploy", because="undetermined", thresholds=("b", "d")),
            Owed(standard="base", because="baseline", thresholds=("b",)),
            Owed(standard="secure", because="reached", thresholds=("b",)),
        ]
        reason = why("standard.undefined", "deploy")
        assert sorted(self.found(reasons=[reason], owed=owed)) == ["b:y", "d:big"]
        assert self.found(reasons=[why("standard.undefined", "secure")], owed=owed) == ["b:y"]
        # The baseline stays owed, whatever is ruled out.
        assert self.found(reasons=[why("standard.undefined", "base")], owed=owed) == []
        by_criterion = self.found(reasons=[why("claim.missing", "deploy:policy")], owed=owed)
        assert sorted(by_criterion) == ["b:y", "d:big", "deploy:policy"]

    def test_one_that_was_raised_is_settled_at_its_source(self):
        raised = line("b", leaf("b:y", OUT), outcome=OPEN, changed_by="implied_above")
        (item,) = order(raised, rules=self.rules, findings=self.findings)
        assert item == WorkItem(
            do="settle a, whose crossing would cross b", settles="b", kind="resolve", group="b"
        )


class TestReasons:
    """What to do about one reason of the gate."""

    def found(self, reason, **changes):
        return order(reasons=[reason], **changes)

    @pytest.mark.parametrize(
        ("code", "kind", "begins", "owner"),
        [
            ("approval.missing", "sign", "sign: ", "ceo"),
            ("ruling.missing", "sign", "sign: ", "ceo"),
            ("negatives.not-current", "review", "assess again: ", ""),
            ("determination.stale", "review", "assess again: ", ""),
            ("determination.other-subject", "review", "assess again: ", ""),
            ("incident.open", "resolve", "resolve: ", ""),
            ("determination.other-framework", "resolve", "resolve: ", ""),
        ],
    )
    def test_people_and_records(self, code, kind, begins, owner):
        assert self.found(why(code, "ceo")) == (
            WorkItem(do=f"{begins}says {code}", settles="ceo", kind=kind, owner=owner),
        )

    def test_what_only_a_rule_out_helps_is_not_listed_again(self):
        assert self.found(why("threshold.held", "bio-3")) == ()
        assert self.found(why("standard.undefined", "base")) == ()
        assert len(self.found(why("surface.undeclared", "api:x"))) == 1

    def test_a_safeguard(self):
        lines = {"policy": SafeguardCriterion(says="a policy", typical_cost="3 days")}
        rules = framework(standards={"base": standard(criteria=lines), "deploy": standard()})
        owned = (claim(owner="anna"), claim("deploy:policy", owner="bert"))
        (item,) = self.found(why("claim.pending", "base:policy"), rules=rules, claims=owned)
        assert item == WorkItem(
            do="put in place and claim base:policy: a policy",
            settles="base:policy",
            kind="safeguard",
            effort="3 days",
            owner="anna",
            group="base",
        )
        (item,) = self.found(why("claim.failed", "base:policy", "DENY"), rules=rules)
        assert (item.do, item.owner) == ("repair and re-test base:policy: a policy", "")

    def test_the_test_of_a_safeguard(self):
        tested = [
            finding("base:policy/a", slot="bio"),
            finding("base:policy/b", OUT, slot="bio"),
            finding("base:policy/c", kind="fact"),
            finding("base:policy2/d", slot="bio"),
            finding("deploy:policy/e", slot="bio"),
        ]
        items = self.found(
            why("safeguard.undetermined", "base:policy"),
            tested=tested,
            margins=[margin("base:policy/a", samples=7)],
        )
        assert items == (
            WorkItem(
                do="run Biology (`bio`)",
                settles="base:policy/a",
                kind="evaluate",
                samples=7,
                group="base",
            ),
        )

    def test_equal_work_is_listed_once(self):
        reason = why("claim.missing", "base:policy")
        other = why("claim.paths", "base:policy")
        assert len(order(reasons=[reason, other])) == 1


def test_cheapest_first():
    """By seconds, else by samples; people before work of unknown size; ties by kind and name."""
    made = tree("x", "y", "z", "threat", "big")
    made["findings"] = [f.model_copy(update={"reasons": ()}) for f in made["findings"]]
    sizes = [
        margin("t:x", samples=500, likely_samples=900, seconds=50.0),
        margin("t:y", samples=60, likely_samples=70),
        margin("t:z", samples=65),
    ]
    reasons = [
        why("approval.missing", "ceo"),
        why("approval.missing", "auditor"),
        why("determination.stale", "determination"),
        why("incident.open", "incident"),
        why("claim.missing", "base:policy"),
        why("threshold.held", "t"),
    ]
    found = ordered(made, margins=sizes, reasons=reasons)
    assert settles(found) == [
        "t:big",
        "determination",
        "auditor",
        "ceo",
        "t:x",
        "t:z",
        "t:y",
        "t:threat",
        "incident",
        "base:policy",
    ]


def test_the_slots_own_name_is_shown():
    rules = framework(
        evaluations={"bio": evaluation(title="Wet lab", tasks=("wet", "dry"))},
        thresholds={"t": threshold(KINDS["x"])},
    )
    (item,) = order(line("t", leaf("t:x")), rules=rules, findings=[finding("t:x", slot="bio")])
    assert item.do == "run Wet lab (`wet`)"


def test_what_a_person_only_has_to_say_comes_before_the_shortest_run():
    made = tree("x", "big")
    items = ordered(made, margins=[margin("t:x", samples=1, likely_samples=1, seconds=0.5)])
    assert settles(items) == ["t:big", "t:x"]
