"""Lint: every code where it belongs, and none where there is no weakness."""

from __future__ import annotations

import re
from typing import Literal

import pytest

from tests.architecture.house import ROOT
from tests.unit.analysis.small import FINE, bound, criterion, crossed, fine, part
from tierlock.analysis import LINT_CODES, Remark, lint_framework
from tierlock.core import (
    AllOf,
    AnyOf,
    AtLeast,
    Attested,
    Correction,
    Domain,
    Evaluation,
    Fact,
    FactTest,
    Framework,
    Inheritance,
    Measured,
    Presumption,
    RulingRule,
    Scope,
    Standard,
    Trigger,
    Undisclosed,
    When,
)
from tierlock.frameworks import get_framework

HIDDEN = Undisclosed(undisclosed=True, evaluation="attacks", id="hidden", cite="paper")
CANARY = bound(id="canary", decides="rule_out")
INDICATOR = bound(id="indicator", decides="rule_in")
LONE = FINE.thresholds["cyber-2"].crossed_if
assert isinstance(LONE, Attested)
BIG = Fact(fact="flop", says="big", crossed_if=FactTest(at_least=1e26))
NOTHING = Fact(fact="kind", says="of no kind", crossed_if=FactTest(one_of=()))
UNRULED = part(fine(ruling=RulingRule()), "thresholds", "cyber-2", implies=())
HALF_YEAR = When(elapsed="P6M")
Kind = Literal["evidence", "claims", "attestations"]
PRESUMED = Presumption(says="small ones are", unless=BIG)


def remarks(framework: Framework, code: str, *, previous: Framework | None = None) -> list[Remark]:
    found = lint_framework(framework, previous=previous)
    return [remark for remark in found if remark.code == code]


def brief(framework: Framework, code: str) -> list[tuple[str, str]]:
    return [(remark.severity, remark.where) for remark in remarks(framework, code)]


def alone(tree: Measured | Undisclosed | AnyOf | AllOf | AtLeast | Fact) -> Framework:
    """A framework in which `cyber-1` has this tree, nothing implies it and nobody rules."""
    return part(UNRULED, "thresholds", "cyber-1", crossed_if=tree)


def slot(**changed: object) -> Framework:
    return part(FINE, "evaluations", "attacks", **changed)


def control(**changed: object) -> Framework:
    return fine(error_control=FINE.error_control.model_copy(update=changed))


def expiring(*kinds: Kind, when: When = HALF_YEAR) -> Framework:
    return fine(triggers=tuple(Trigger(id=kind, when=when, expires=(kind,)) for kind in kinds))


def test_a_framework_without_weakness_has_no_remarks() -> None:
    assert lint_framework(FINE, previous=FINE) == ()


def test_the_shipped_framework_has_notes_only() -> None:
    found = lint_framework(get_framework("asl/reference-1"))
    assert [remark for remark in found if remark.severity == "problem"] == []
    assert ("lint.power", "ASL-3/cyber:cybench") in {(one.code, one.where) for one in found}


def test_problems_come_first_and_codes_stay_together() -> None:
    found = lint_framework(part(fine(baseline=(), triggers=()), "standards", "care", cite=""))
    places = [(one.severity != "problem", list(LINT_CODES).index(one.code)) for one in found]
    assert places == sorted(places)
    assert {severity for severity, _ in places} == {False, True}


def test_the_guide_lists_every_code_and_no_other() -> None:
    guide = (ROOT / "docs" / "guides" / "study-frameworks.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(lint\.[a-z-]+)` \|", guide, flags=re.MULTILINE) == list(LINT_CODES)


# -- lint.unreachable -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tree",
    [
        CANARY,
        HIDDEN,
        NOTHING,
        bound(rule_in_above=1.0),
        AllOf(all=(bound(), CANARY)),
        AtLeast(at_least=2, of=(bound(), CANARY, HIDDEN)),
    ],
)
def test_a_threshold_that_nothing_can_show_to_be_crossed(tree: Measured) -> None:
    assert brief(alone(tree), "lint.unreachable") == [("problem", "cyber-1")]


@pytest.mark.parametrize(
    "framework",
    [
        alone(AnyOf(any=(bound(), CANARY))),
        alone(AtLeast(at_least=1, of=(bound(), CANARY, HIDDEN))),
        alone(INDICATOR),
        # `cyber-2` implies `cyber-1`: an attestation that it is crossed crosses both.
        crossed(CANARY),
    ],
)
def test_one_way_to_reach_is_enough(framework: Framework) -> None:
    assert brief(framework, "lint.unreachable") == []


def test_what_only_a_ruling_can_say_is_a_note() -> None:
    ruled = alone(CANARY).model_copy(update={"ruling": FINE.ruling})
    (remark,) = remarks(ruled, "lint.unreachable")
    assert remark.severity == "note"
    assert remark.says.startswith("only a ruling can say that it is crossed: `canary` decides")


def test_unreachable_says_why() -> None:
    (remark,) = remarks(alone(AllOf(all=(CANARY, HIDDEN))), "lint.unreachable")
    assert "`canary` decides rule_out only" in remark.says
    assert "`hidden` compares with a bound that is not disclosed" in remark.says
    assert remark.hint


# -- lint.never-ruled-out ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "tree",
    [HIDDEN, INDICATOR, AnyOf(any=(bound(), HIDDEN)), AtLeast(at_least=1, of=(HIDDEN, bound()))],
)
def test_a_threshold_that_nothing_can_rule_out(tree: Measured) -> None:
    assert ("problem", "cyber-1") in brief(alone(tree), "lint.never-ruled-out")


@pytest.mark.parametrize("status", ["saturated", "deprecated"])
def test_an_outdated_evaluation_as_the_only_way_out(status: str) -> None:
    (remark,) = remarks(slot(status=status), "lint.never-ruled-out")
    assert (remark.severity, remark.where) == ("problem", "cyber-1")
    assert f"`attacks`, which is {status}" in remark.says


def test_a_criterion_that_can_not_be_ruled_out_beside_one_that_can_is_a_note() -> None:
    framework = alone(AllOf(all=(bound(), HIDDEN, INDICATOR)))
    assert brief(framework, "lint.never-ruled-out") == [("note", "cyber-1:hidden")]


def test_a_presumption_is_another_way_out() -> None:
    framework = part(alone(HIDDEN), "thresholds", "cyber-1", presumed_out=PRESUMED)
    assert brief(framework, "lint.never-ruled-out") == [("note", "cyber-1:hidden")]


def test_an_implied_threshold_that_can_be_ruled_out_is_another_way_out() -> None:
    framework = crossed(HIDDEN.model_copy(update={"id": "lone"}), threshold="cyber-2")
    assert brief(framework, "lint.never-ruled-out") == [("note", "cyber-2:lone")]


def test_a_test_of_a_safeguard_that_can_not_be_ruled_out() -> None:
    framework = part(FINE, "evaluations", "refusals", status="saturated")
    assert brief(framework, "lint.never-ruled-out") == [("problem", "care:refuses")]


def test_a_scope_that_can_not_be_ruled_out() -> None:
    scope = Scope(tier="usual", baseline=("care",), in_scope_if=HIDDEN)
    assert brief(fine(scope=scope), "lint.never-ruled-out") == [("problem", "scope")]
    settled = scope.model_copy(update={"in_scope_if": BIG})
    assert brief(fine(scope=settled), "lint.never-ruled-out") == []


def test_a_score_without_worst_value_is_a_note() -> None:
    endless = slot(range=(0.0, None))
    assert brief(endless, "lint.never-ruled-out") == [("note", "evaluations.attacks")]
    assert brief(slot(range=(0.0, None), max_missing=0.0), "lint.never-ruled-out") == []
    better = part(FINE, "evaluations", "refusals", range=(0.0, None))
    assert brief(better, "lint.never-ruled-out") == []


# -- lint.alpha, lint.power -------------------------------------------------------------------


def test_a_data_set_that_is_too_small_for_its_bound() -> None:
    # 0.3 / 1.5 - 0.01 = 0.19 at alpha 0.025: 0.81**17 = 0.0278, 0.81**18 = 0.0225.
    (remark,) = remarks(slot(dataset_samples=17), "lint.alpha")
    assert (remark.severity, remark.where) == ("problem", "cyber-1:attacks")
    assert "takes 18 samples" in remark.says
    assert brief(slot(dataset_samples=18), "lint.alpha") == []
    assert brief(slot(dataset_samples=None), "lint.alpha") == []


def test_alpha_is_shared_down_the_tree() -> None:
    branches = AllOf(all=(bound(), LONE))  # alpha / 2: 0.81**20 = 0.0148, 0.81**21 = 0.0120
    (remark,) = remarks(
        part(slot(dataset_samples=20), "thresholds", "cyber-1", crossed_if=branches), "lint.alpha"
    )
    assert "takes 21 samples" in remark.says


def test_where_lower_is_worse_the_bound_is_mirrored() -> None:
    # 0.8 * 1.5 is past the range; with factor 1, 0.8 + 0.01 leaves 0.19 of it.
    framework = criterion(
        "care",
        "refuses",
        falls_short_if=Measured(
            evaluation="refusals",
            polarity="protection",
            rule_out_above=0.8,
            elicitation_factor=Correction(value=1.0, reason="no gap"),
            basis="proposal",
        ),
    )
    few = part(framework, "evaluations", "refusals", dataset_samples=17)
    assert brief(few, "lint.alpha") == [("problem", "care:refuses/refusals")]
    enough = part(framework, "evaluations", "refusals", dataset_samples=18)
    assert brief(enough, "lint.alpha") == []


def test_what_the_size_of_the_data_set_does_not_limit() -> None:
    suite = bound().estimand.model_copy(update={"population": "suite"})
    horizon = bound().estimand.model_copy(update={"name": "time_horizon"})
    for leaf in (INDICATOR, bound(estimand=suite), bound(estimand=horizon)):
        framework = part(slot(dataset_samples=2), "thresholds", "cyber-1", crossed_if=leaf)
        assert brief(framework, "lint.alpha") == []
        assert brief(framework, "lint.power") == []


def test_inheritance_is_another_way_past_a_small_data_set() -> None:
    inherit = Inheritance(margin=0.1, basis="proposal", reason="small")
    framework = part(
        slot(dataset_samples=5), "thresholds", "cyber-1", crossed_if=bound(inherit=inherit)
    )
    assert brief(framework, "lint.alpha") == [("note", "cyber-1:attacks")]


def test_a_data_set_that_only_much_safer_subjects_can_use() -> None:
    (remark,) = remarks(slot(dataset_samples=40), "lint.power")
    assert (remark.severity, remark.where) == ("note", "cyber-1:attacks")
    assert "18 samples" in remark.hint
    assert brief(slot(dataset_samples=400), "lint.power") == []


# -- lint.weakened ----------------------------------------------------------------------------


WEAKER = [
    (crossed(bound(rule_out_below=0.4)), "cyber-1:attacks"),
    (control(rule_out=0.1), "error_control"),
    (fine(precaution="treat_as_reached"), "framework"),
    (fine(baseline=()), "baseline"),
    (part(FINE, "thresholds", "cyber-1", obliges=()), "cyber-1"),
    (part(FINE, "thresholds", "cyber-1", modality="should"), "cyber-1"),
    (part(FINE, "standards", "guard", modality="should"), "guard"),
    (criterion("care", "policy", max_age="P2Y"), "care:policy"),
    (fine(triggers=()), "triggers.half-year"),
    (fine(duties={}), "duties.notice"),
    (fine(combinations={}), "combinations.both"),
    (
        part(
            FINE,
            "standards",
            "care",
            criteria={"policy": FINE.standards["care"].criteria["policy"]},
        ),
        "care:refuses",
    ),
    (fine(thresholds={"cyber-1": FINE.thresholds["cyber-1"]}), "cyber-2"),
]


@pytest.mark.parametrize(("new", "where"), WEAKER)
def test_asking_for_less_than_before_is_a_problem(new: Framework, where: str) -> None:
    found = remarks(new, "lint.weakened", previous=FINE)
    assert [(one.severity, one.where) for one in found] == [("problem", where)]
    assert "lab/small-1" in found[0].says
    assert remarks(FINE, "lint.weakened", previous=new) == []
    assert remarks(new, "lint.weakened") == []


def test_a_new_reason_makes_it_a_note() -> None:
    new = crossed(bound(rule_out_below=0.4, reason="a trial showed that 0.4 is harmless"))
    (remark,) = remarks(new, "lint.weakened", previous=FINE)
    assert (remark.severity, remark.hint) == ("note", "")


def test_an_old_reason_explains_no_new_bound() -> None:
    old = crossed(bound(reason="below a third nothing happens"))
    new = crossed(bound(reason="below a third nothing happens", rule_out_below=0.4))
    (remark,) = remarks(new, "lint.weakened", previous=old)
    assert remark.severity == "problem"
    assert "`reason`" in remark.hint


def test_the_reason_of_one_correction_does_not_explain_another() -> None:
    def corrected(**changed: Correction) -> Framework:
        return fine(corrections=FINE.corrections.model_copy(update=changed))

    less = Correction(value=1.2, reason="measured gap")
    (silent,) = remarks(corrected(elicitation_factor=less), "lint.weakened", previous=FINE)
    other = FINE.corrections.buffer.model_copy(update={"reason": "another text"})
    (unrelated,) = remarks(
        corrected(elicitation_factor=less, buffer=other), "lint.weakened", previous=FINE
    )
    told = less.model_copy(update={"reason": "a new study"})
    (explained,) = remarks(corrected(elicitation_factor=told), "lint.weakened", previous=FINE)
    found = [silent.severity, unrelated.severity, explained.severity]
    assert found == ["problem", "problem", "note"]


def test_a_removed_branch_is_judged_by_its_tree() -> None:
    both = crossed(AnyOf(any=(bound(), LONE)))
    each = crossed(AllOf(all=(bound(), LONE)))
    (remark,) = remarks(FINE, "lint.weakened", previous=both)
    assert remark.where == "cyber-1"
    assert remarks(FINE, "lint.weakened", previous=each) == []


def test_a_removed_leaf_of_a_safeguard_test_is_judged_by_its_tree() -> None:
    test = FINE.standards["care"].criteria["refuses"].falls_short_if
    assert isinstance(test, Measured)
    both = criterion("care", "refuses", falls_short_if=AllOf(all=(test, LONE)))
    assert remarks(FINE, "lint.weakened", previous=both) == []


# -- the other codes --------------------------------------------------------------------------


def test_no_citation_of_a_threshold_a_standard_and_a_soft_clock() -> None:
    for framework, where in (
        (part(FINE, "thresholds", "cyber-1", cite=""), "cyber-1"),
        (part(FINE, "standards", "care", cite=""), "care"),
        (
            part(
                FINE,
                "standards",
                "guard",
                cite="",
                criteria={},
                undefined=True,
            ),
            "guard",
        ),
        (expiring("evidence", "claims", "attestations"), None),
        (
            fine(triggers=(FINE.triggers[0].model_copy(update={"cite": ""}),)),
            "triggers.half-year",
        ),
    ):
        expected = [] if where is None else [("note", where)]
        assert brief(framework, "lint.no-citation") == expected


def test_a_standard_whose_criteria_all_cite_needs_no_citation_of_its_own() -> None:
    cited = {
        name: one.model_copy(update={"cite": "paper"})
        for name, one in FINE.standards["care"].criteria.items()
    }
    framework = part(FINE, "standards", "care", cite="", criteria=cited)
    assert brief(framework, "lint.no-citation") == []


@pytest.mark.parametrize(
    "leaf", [bound(basis="derived"), BIG.model_copy(update={"basis": "derived"})]
)
def test_a_bound_of_somebody_else_needs_its_source(leaf: Measured) -> None:
    (remark,) = remarks(crossed(leaf), "lint.no-citation")
    assert (remark.severity, remark.where) == ("problem", f"cyber-1:{leaf.name}")
    assert brief(crossed(leaf.model_copy(update={"cite": "paper"})), "lint.no-citation") == []


def test_no_baseline() -> None:
    assert brief(fine(baseline=()), "lint.no-baseline") == [("problem", "baseline")]


@pytest.mark.parametrize(
    ("framework", "severity"),
    [
        (control(period="P1Y", checkpoints=1), "problem"),
        (control(period="P1Y", checkpoints=2), None),
        (control(period="P3Y", checkpoints=5), "problem"),
        (control(period="P3M", checkpoints=1), None),
        (control(period="P6M", checkpoints=1), None),
    ],
)
def test_more_looks_in_a_period_than_its_budget_is_divided_among(
    framework: Framework, severity: str | None
) -> None:
    expected = [] if severity is None else [(severity, "error_control")]
    assert brief(framework, "lint.no-alpha-schedule") == expected


@pytest.mark.parametrize("when", [When(changed="weights"), When(effective_compute=4.0)])
def test_new_weights_are_expected_and_the_first_takes_the_whole_budget(when: When) -> None:
    trigger = Trigger(id="new", when=when, expires=("evidence",))
    triggers = (*FINE.triggers, trigger)
    one = control(checkpoints=1).model_copy(update={"triggers": triggers})
    assert brief(one, "lint.no-alpha-schedule") == [("note", "error_control")]
    assert brief(fine(triggers=triggers), "lint.no-alpha-schedule") == []


def test_without_measurement_no_alpha_is_spent() -> None:
    framework = control(period="P1Y", checkpoints=1).model_copy(
        update={
            "thresholds": {"cyber-2": FINE.thresholds["cyber-2"]},
            "standards": {"guard": FINE.standards["guard"]},
        }
    )
    assert brief(framework, "lint.no-alpha-schedule") == []


@pytest.mark.parametrize(
    ("framework", "expected"),
    [
        (expiring("evidence", "claims", "attestations"), []),
        (expiring("claims", "attestations"), ["problem"]),
        (expiring("evidence", "attestations"), ["problem"]),
        (expiring("evidence", "claims"), ["note"]),
        (expiring("evidence", "claims", "attestations", when=When(changed="weights")), ["note"]),
        (fine(triggers=()), ["problem", "problem", "note"]),
    ],
)
def test_what_never_becomes_stale(framework: Framework, expected: list[str]) -> None:
    found = brief(framework, "lint.no-expiry")
    assert found == [(severity, "triggers") for severity in expected]


def test_an_age_limit_is_an_expiry() -> None:
    aged = expiring("evidence")
    standards = {
        name: standard.model_copy(
            update={
                "criteria": {
                    key: one.model_copy(update={"max_age": "P1Y"})
                    for key, one in standard.criteria.items()
                }
            }
        )
        for name, standard in FINE.standards.items()
    }
    aged = aged.model_copy(update={"standards": standards})
    aged = part(
        aged, "thresholds", "cyber-2", crossed_if=LONE.model_copy(update={"max_age": "P6M"})
    )
    assert brief(aged, "lint.no-expiry") == []


def test_a_domain_about_which_nothing_is_said() -> None:
    silent = fine(domains={**FINE.domains, "chem": Domain(title="Chemistry")})
    assert brief(silent, "lint.unassessed") == [("problem", "domains.chem")]
    told = fine(domains={**FINE.domains, "chem": Domain(title="C", unassessed=("all of it",))})
    assert brief(told, "lint.unassessed") == []


def test_an_allow_that_nobody_answers_for() -> None:
    unruled = FINE.ruling.model_copy(update={"required": False})
    nobody = part(fine(ruling=unruled), "actions", "deploy", sign_offs=())
    assert brief(nobody, "lint.gate-without-process") == [("note", "actions")]
    assert brief(fine(ruling=unruled), "lint.gate-without-process") == []


def test_what_nothing_uses() -> None:
    spare = Evaluation(title="Spare", tasks=("spare",), higher_is="worse")
    shelf = Standard(title="Shelf", kind="security", undefined=True, cite="paper")
    framework = fine(
        evaluations={**FINE.evaluations, "spare": spare},
        standards={**FINE.standards, "shelf": shelf},
    )
    assert brief(framework, "lint.unused") == [("note", "evaluations.spare"), ("note", "shelf")]
    together = FINE.combinations["both"].model_copy(update={"obliges": ("guard", "shelf")})
    owed = framework.model_copy(update={"combinations": {"both": together}})
    assert brief(owed, "lint.unused") == [("note", "evaluations.spare")]


def test_long_lists_are_cut() -> None:
    names = {f"c{number}": FINE.standards["guard"].criteria["audit"] for number in range(5)}
    (remark,) = remarks(
        part(FINE, "standards", "guard", cite="", criteria=names), "lint.no-citation"
    )
    assert remark.says.endswith("`c0`, `c1`, `c2` and 2 more")
