"""Comparison of two versions: every direction, its mirror, and nothing where nothing changed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings

from tests.strategies.frameworks import frameworks
from tests.unit.analysis.small import FINE, bound, criterion, crossed, fine, part
from tierlock.analysis import Change, diff_frameworks
from tierlock.core import (
    Adjustment,
    AllOf,
    AnyOf,
    Attested,
    Correction,
    Evaluation,
    Fact,
    FactTest,
    Framework,
    Inheritance,
    Measured,
    Presumption,
    Role,
    Scope,
    Tier,
    Trigger,
    Undisclosed,
    When,
)
from tierlock.frameworks import get_framework

BIG = Fact(fact="flop", says="big", crossed_if=FactTest(at_least=1e26))
LONE = FINE.thresholds["cyber-2"].crossed_if
TEST = FINE.standards["care"].criteria["refuses"].falls_short_if
assert isinstance(TEST, Measured)
assert isinstance(LONE, Attested)


def changes(old: Framework, new: Framework) -> list[Change]:
    return list(diff_frameworks(old, new=new).changes)


def brief(old: Framework, new: Framework) -> list[tuple[str, str, str, str]]:
    return [(one.kind, one.section, one.item, one.field) for one in changes(old, new)]


def trigger(**changed: object) -> Framework:
    return fine(triggers=(FINE.triggers[0].model_copy(update=changed),))


def control(**changed: object) -> Framework:
    return fine(error_control=FINE.error_control.model_copy(update=changed))


def corrected(value: float) -> Framework:
    correction = Correction(value=value, reason="measured gap")
    return fine(corrections=FINE.corrections.model_copy(update={"elicitation_factor": correction}))


BOTH = AnyOf(any=(bound(), LONE))
EACH = AllOf(all=(bound(), LONE))
INHERIT = Inheritance(margin=0.1, basis="proposal", reason="small")
PRESUMED = Presumption(says="small ones are", unless=BIG)
SCOPE = Scope(tier="usual", baseline=("care",), in_scope_if=BIG)

# (stricter version, laxer version, section, item, key): the direction is derived, not declared.
DIRECTIONS = [
    (FINE, fine(precaution="treat_as_reached"), "framework", "", "precaution"),
    (FINE, fine(declared_assurance="accepted"), "framework", "", "declared_assurance"),
    (FINE, fine(register_max_age="P2D"), "framework", "", "register_max_age"),
    (fine(baseline=("care", "guard")), FINE, "baseline", "", "baseline"),
    (FINE, fine(scope=SCOPE), "scope", "", "scope"),
    (FINE, control(rule_out=0.1), "error_control", "", "rule_out"),
    (control(rule_in=0.1), FINE, "error_control", "", "rule_in"),
    (control(period="P1Y"), FINE, "error_control", "", "period"),
    (FINE, corrected(1.2), "corrections", "", "elicitation_factor.value"),
    (
        FINE,
        fine(ruling=FINE.ruling.model_copy(update={"required": False})),
        "ruling",
        "",
        "required",
    ),
    (
        FINE,
        fine(ruling=FINE.ruling.model_copy(update={"may_lower_reached": True})),
        "ruling",
        "",
        "may_lower_reached",
    ),
    (FINE, part(FINE, "roles", "expert", independent_of=()), "roles", "expert", "independent_of"),
    (
        FINE,
        part(FINE, "evaluations", "attacks", max_missing=0.2),
        "evaluations",
        "attacks",
        "max_missing",
    ),
    (
        part(FINE, "evaluations", "attacks", status="saturated"),
        FINE,
        "evaluations",
        "attacks",
        "status",
    ),
    (
        FINE,
        part(FINE, "thresholds", "cyber-1", modality="should"),
        "thresholds",
        "cyber-1",
        "modality",
    ),
    (FINE, part(FINE, "thresholds", "cyber-1", obliges=()), "thresholds", "cyber-1", "obliges"),
    (
        part(FINE, "thresholds", "cyber-1", rule_out=0.01),
        FINE,
        "thresholds",
        "cyber-1",
        "rule_out",
    ),
    (
        FINE,
        part(FINE, "thresholds", "cyber-1", precaution="treat_as_reached"),
        "thresholds",
        "cyber-1",
        "precaution",
    ),
    (
        FINE,
        part(FINE, "thresholds", "cyber-1", presumed_out=PRESUMED),
        "thresholds",
        "cyber-1",
        "presumed_out",
    ),
    (crossed(BOTH), crossed(EACH), "thresholds", "cyber-1", "crossed_if"),
    (FINE, crossed(bound(rule_out_below=0.4)), "thresholds", "cyber-1:attacks", "rule_out_below"),
    (crossed(bound(rule_in_above=0.5)), FINE, "thresholds", "cyber-1:attacks", "rule_in_above"),
    # Without a grey zone the rule-in bound is the rule-out bound.
    (crossed(bound(rule_in_above=None)), FINE, "thresholds", "cyber-1:attacks", "rule_in_above"),
    (FINE, crossed(bound(decides="rule_out")), "thresholds", "cyber-1:attacks", "decides"),
    (crossed(bound(guarantee="proved")), FINE, "thresholds", "cyber-1:attacks", "guarantee"),
    (FINE, crossed(bound(inherit=INHERIT)), "thresholds", "cyber-1:attacks", "inherit"),
    (
        FINE,
        crossed(bound(elicitation_factor=Correction(value=1.0, reason="measured gap"))),
        "thresholds",
        "cyber-1:attacks",
        "elicitation_factor.value",
    ),
    (
        crossed(LONE.model_copy(update={"max_age": "P3M"}), threshold="cyber-2"),
        FINE,
        "thresholds",
        "cyber-2:no-lone-attack",
        "max_age",
    ),
    (
        crossed(LONE.model_copy(update={"over": ("weights", "elicitation")}), threshold="cyber-2"),
        FINE,
        "thresholds",
        "cyber-2:no-lone-attack",
        "over",
    ),
    (
        crossed(BIG),
        crossed(BIG.model_copy(update={"crossed_if": FactTest(at_least=1e27)})),
        "thresholds",
        "cyber-1:flop",
        "crossed_if.at_least",
    ),
    (FINE, part(FINE, "combinations", "both", obliges=()), "combinations", "both", "obliges"),
    (
        part(FINE, "combinations", "both", if_all=(("cyber-1", "cyber-2"),)),
        FINE,
        "combinations",
        "both",
        "if_all",
    ),
    (FINE, part(FINE, "standards", "guard", modality="may"), "standards", "guard", "modality"),
    (
        FINE,
        part(FINE, "standards", "guard", addressee="industry"),
        "standards",
        "guard",
        "addressee",
    ),
    (
        FINE,
        criterion("care", "policy", accepts=("document", "audit")),
        "standards",
        "care:policy",
        "accepts",
    ),
    (FINE, criterion("care", "policy", max_age="P2Y"), "standards", "care:policy", "max_age"),
    (FINE, criterion("care", "policy", max_age=None), "standards", "care:policy", "max_age"),
    (criterion("care", "policy", scope="paths"), FINE, "standards", "care:policy", "scope"),
    (
        FINE,
        criterion("care", "refuses", falls_short_if=None),
        "standards",
        "care:refuses",
        "falls_short_if",
    ),
    (
        FINE,
        criterion(
            "care", "refuses", falls_short_if=TEST.model_copy(update={"rule_out_above": 0.7})
        ),
        "standards",
        "care:refuses/refusals",
        "rule_out_above",
    ),
    (FINE, part(FINE, "actions", "deploy", sign_offs=()), "actions", "deploy", "sign_offs"),
    (
        FINE,
        part(FINE, "actions", "deploy", needs=("deployment",)),
        "actions",
        "deploy",
        "needs",
    ),
    (
        part(FINE, "actions", "deploy", survives_weight_access=True),
        FINE,
        "actions",
        "deploy",
        "survives_weight_access",
    ),
    (FINE, trigger(when=When(elapsed="P1Y")), "triggers", "half-year", "when.elapsed"),
    (FINE, trigger(grace="P60D"), "triggers", "half-year", "grace"),
    (trigger(grace=None), FINE, "triggers", "half-year", "grace"),
    (
        FINE,
        trigger(expires=("evidence", "claims")),
        "triggers",
        "half-year",
        "expires",
    ),
    (FINE, part(FINE, "duties", "notice", within="P60D"), "duties", "notice", "within"),
]


@pytest.mark.parametrize(("strict", "lax", "section", "item", "field"), DIRECTIONS)
def test_direction(strict: Framework, lax: Framework, section: str, item: str, field: str) -> None:
    assert brief(strict, lax) == [("weakened", section, item, field)]
    assert brief(lax, strict) == [("strengthened", section, item, field)]


WITHOUT_DIRECTION = [
    (fine(baseline_tier="grave"), "framework", "", "baseline_tier"),
    (control(checkpoints=1), "error_control", "", "checkpoints"),
    (fine(tiers=FINE.tiers[::-1]), "tiers", "", "order"),
    (part(FINE, "thresholds", "cyber-1", kind="alert"), "thresholds", "cyber-1", "kind"),
    (part(FINE, "thresholds", "cyber-2", implies=()), "thresholds", "cyber-2", "implies"),
    (part(FINE, "standards", "guard", level="SL3"), "standards", "guard", "level"),
    (part(FINE, "roles", "owner", right="veto"), "roles", "owner", "right"),
    (part(FINE, "duties", "notice", by="expert"), "duties", "notice", "by"),
    (crossed(bound(basis="derived")), "thresholds", "cyber-1:attacks", "basis"),
]


@pytest.mark.parametrize(("new", "section", "item", "field"), WITHOUT_DIRECTION)
def test_what_has_no_direction_is_changed(
    new: Framework, section: str, item: str, field: str
) -> None:
    assert brief(FINE, new) == [("changed", section, item, field)]


TEXTS = [
    (fine(title="Other"), "framework", "", "title"),
    (part(FINE, "thresholds", "cyber-1", says="aids attacks"), "thresholds", "cyber-1", "says"),
    (part(FINE, "standards", "guard", cite="book"), "standards", "guard", "cite"),
    (crossed(bound(reason="because")), "thresholds", "cyber-1:attacks", "reason"),
    (criterion("care", "policy", typical_cost="a day"), "standards", "care:policy", "typical_cost"),
]


@pytest.mark.parametrize(("new", "section", "item", "field"), TEXTS)
def test_text_alone_is_reworded(new: Framework, section: str, item: str, field: str) -> None:
    assert brief(FINE, new) == [("reworded", section, item, field)]


def test_a_renamed_item_is_removed_and_added() -> None:
    standards = {"care": FINE.standards["care"], "shield": FINE.standards["guard"]}
    assert brief(FINE, fine(standards=standards)) == [
        ("removed", "standards", "guard", ""),
        ("added", "standards", "shield", ""),
    ]


def test_an_added_item_shows_what_it_says() -> None:
    new = fine(
        roles={**FINE.roles, "board": Role(says="oversees")},
        tiers=(*FINE.tiers, Tier(id="dire", says="worse")),
        triggers=(
            *FINE.triggers,
            Trigger(id="compute", when=When(effective_compute=4.0), expires=("evidence",)),
        ),
        evaluations={
            **FINE.evaluations,
            "x": Evaluation(title="X", tasks=("x",), higher_is="worse"),
        },
    )
    assert {(one.kind, one.item): one.new for one in changes(FINE, new)} == {
        ("added", "board"): "oversees",
        ("added", "dire"): "worse",
        ("added", "compute"): "when: {effective_compute: 4}, expires: evidence",
        ("added", "x"): "X",
    }


def test_an_added_branch_is_shown_and_what_it_does_to_the_tree() -> None:
    assert brief(FINE, crossed(BOTH)) == [
        ("strengthened", "thresholds", "cyber-1", "crossed_if"),
        ("added", "thresholds", "cyber-1:no-lone-attack", ""),
    ]
    assert brief(FINE, crossed(EACH))[0] == ("weakened", "thresholds", "cyber-1", "crossed_if")


def test_a_bound_that_is_not_disclosed_any_more_is_another_kind_of_criterion() -> None:
    hidden = Undisclosed(undisclosed=True, evaluation="attacks", cite="paper")
    (found,) = changes(FINE, crossed(hidden))
    assert (found.kind, found.item, found.field) == ("changed", "cyber-1:attacks", "kind")
    assert (found.old, found.new) == ("measured", "undisclosed")


def test_the_leaves_of_a_presumption_are_told_from_those_of_the_tree() -> None:
    smaller = BIG.model_copy(update={"crossed_if": FactTest(at_least=1e25)})
    old = part(FINE, "thresholds", "cyber-1", presumed_out=PRESUMED)
    new = part(
        FINE,
        "thresholds",
        "cyber-1",
        presumed_out=PRESUMED.model_copy(update={"unless": smaller}),
    )
    assert brief(old, new) == [
        ("strengthened", "thresholds", "presumed/cyber-1:flop", "crossed_if.at_least")
    ]


def test_a_default_that_is_written_out_is_no_change() -> None:
    written = part(FINE, "thresholds", "cyber-1", precaution="hold", rule_out=0.05)
    assert not changes(FINE, written)


def test_only_the_version_is_no_difference() -> None:
    difference = diff_frameworks(FINE, new=fine(version="2"))
    assert (difference.old, difference.new) == ("lab/small-1", "lab/small-2")
    assert not difference.changes


def test_counts_name_every_kind() -> None:
    counts = diff_frameworks(FINE, new=fine(title="Other", baseline=())).counts()
    assert counts == {
        "added": 0,
        "removed": 0,
        "strengthened": 0,
        "weakened": 1,
        "changed": 0,
        "reworded": 1,
    }


def test_the_shipped_framework_does_not_differ_from_itself() -> None:
    reference = get_framework("asl/reference-1")
    assert not changes(reference, reference)


@settings(max_examples=60, deadline=None)
@given(frameworks(), frameworks())
def test_reversed_arguments_give_the_mirrored_changes(a: Framework, b: Framework) -> None:
    there, back = changes(a, b), changes(b, a)
    assert Counter(one.mirrored() for one in there) == Counter(back)
    assert not changes(a, a)
    assert bool(there) == bool(back)


def test_statements_of_what_is_not_established_are_compared_one_by_one() -> None:
    old = fine(does_not_establish=("a", "b"))
    found = changes(old, fine(does_not_establish=("b", "c")))
    assert [(one.kind, one.old, one.new) for one in found] == [
        ("reworded", "a", ""),
        ("reworded", "", "c"),
    ]


def test_what_says_the_same_of_another_version_is_no_change() -> None:
    def cited(version: str, place: str) -> Framework:
        text = f"what Paper {version} section {place} leaves open"
        return fine(version=version, does_not_establish=(text, f"that paper v{version} is right"))

    assert not changes(cited("1", "2.1"), cited("2", "3"))
    assert len(changes(cited("1", "2.1"), cited("1", "3"))) == 0
    other = fine(version="2", does_not_establish=("what Book 2 leaves open",))
    assert [
        one.old for one in changes(fine(does_not_establish=("what Book 1 leaves open",)), other)
    ]


def test_a_citation_is_compared_by_its_place() -> None:
    def cited(version: str, place: str) -> Framework:
        text = f"Paper {version} section {place}"
        return part(fine(version=version), "standards", "guard", cite=text)

    assert not changes(cited("1", "2"), cited("2", "2"))
    assert brief(cited("1", "2"), cited("2", "3")) == [("reworded", "standards", "guard", "cite")]


def test_a_number_that_is_no_version_is_compared() -> None:
    new = part(fine(version="2"), "standards", "guard", title="at least 2")
    found = brief(part(FINE, "standards", "guard", title="at least 1"), new)
    assert found == [("reworded", "standards", "guard", "title")]


def test_the_one_clock_of_a_kind_is_followed_under_another_name() -> None:
    new = trigger(id="year", when=When(elapsed="P1Y"))
    assert brief(FINE, new) == [("weakened", "triggers", "half-year, year", "when.elapsed")]
    assert brief(new, FINE) == [("strengthened", "triggers", "half-year, year", "when.elapsed")]
    two = fine(triggers=(*new.triggers, *trigger(id="decade", when=When(elapsed="P10Y")).triggers))
    assert [kind for kind, *_ in brief(FINE, two)] == ["removed", "added", "added"]


def test_what_stands_in_for_what_is_compared_one_by_one() -> None:
    def adjusted(**instead: tuple[str, ...]) -> Framework:
        return fine(adjustments={"a": Adjustment(says="s", unless=BIG, instead=instead)})

    one, two = adjusted(guard=("care",)), adjusted(guard=("care",), care=("guard",))
    assert brief(one, two) == [("weakened", "adjustments", "a", "instead.care")]
    assert brief(two, one) == [("strengthened", "adjustments", "a", "instead.care")]
    more = adjusted(guard=("care", "guard"))
    assert brief(one, more) == [("strengthened", "adjustments", "a", "instead.guard")]
    assert brief(more, one) == [("weakened", "adjustments", "a", "instead.guard")]
