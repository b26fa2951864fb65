"""Which way changes of contested clauses and adjustments point."""

from __future__ import annotations

import pytest

from tests.unit.analysis.small import FINE, fine, part
from tests.unit.analysis.test_diff import brief, changes
from tierlock.core import (
    Adjustment,
    AnyOf,
    Attested,
    ClauseReading,
    Combination,
    Fact,
    FactTest,
    Framework,
    Interpretation,
)

LONE = Attested(attested="nobody", says="nobody does less", by="expert")
BIG = Fact(fact="flop", says="big", crossed_if=FactTest(at_least=1e26))
ONE, TWO = ("cyber-1",), ("cyber-2",)


def rule(*groups: tuple[str, ...], obliges: tuple[str, ...] = ("guard",)) -> Combination:
    return Combination(says="so", if_all=groups, obliges=obliges)


def reading(*rules: Combination, says: str = "this") -> ClauseReading:
    return ClauseReading(says=says, combinations=rules)


READINGS = {"wide": reading(rule(ONE)), "narrow": reading(rule(ONE, TWO))}


def clause(**readings: ClauseReading) -> Framework:
    made = Interpretation(says="is it so", by=("owner",), readings=readings)
    return fine(interpretations={"clause": made})


def adjusted(**changed: object) -> Framework:
    made = Adjustment(
        says="others do less", unless=AnyOf(any=(LONE,)), instead={"guard": ("care",)}
    )
    return fine(adjustments={"less": made.model_copy(update=changed)})


def clause_with(*rules: Combination) -> Framework:
    return clause(**READINGS, other=reading(*rules))


BASE = clause(**READINGS)
NOTHING = clause(yes=reading(), no=reading())
SMALLER = BIG.model_copy(update={"crossed_if": FactTest(at_least=1e25)})
BOTH_RULES = (rule(ONE, obliges=("guard",)), rule(ONE, obliges=("care",)))

# (stricter version, laxer version, section, item, key)
DIRECTIONS = [
    (FINE, adjusted(), "adjustments", "less", ""),
    (BASE, FINE, "interpretations", "clause", ""),
    (
        part(BASE, "interpretations", "clause", by=("owner", "expert")),
        BASE,
        "interpretations",
        "clause",
        "by",
    ),
    # A reading that can be chosen instead of the others, and owes less than each of them.
    (BASE, clause_with(), "interpretations", "clause:other", ""),
    (BASE, clause_with(rule(TWO, obliges=("care",))), "interpretations", "clause:other", ""),
    # What a reading obliges to.
    (clause_with(rule(ONE)), clause_with(), "interpretations", "clause:other", "combinations"),
    (
        clause_with(rule(ONE)),
        clause_with(rule(ONE, TWO)),
        "interpretations",
        "clause:other",
        "combinations",
    ),
    (
        clause_with(*BOTH_RULES),
        clause_with(rule(ONE)),
        "interpretations",
        "clause:other",
        "combinations",
    ),
    (
        adjusted(),
        adjusted(instead={"guard": ("care",), "care": ("guard",)}),
        "adjustments",
        "less",
        "instead.care",
    ),
    (
        adjusted(instead={"guard": ("care", "guard")}),
        adjusted(),
        "adjustments",
        "less",
        "instead.guard",
    ),
    (adjusted(notices=("notice",)), adjusted(), "adjustments", "less", "notices"),
    (
        adjusted(unless=SMALLER),
        adjusted(unless=BIG),
        "adjustments",
        "adjusted/less:flop",
        "crossed_if.at_least",
    ),
]


@pytest.mark.parametrize(("strict", "lax", "section", "item", "field"), DIRECTIONS)
def test_direction(strict: Framework, lax: Framework, section: str, item: str, field: str) -> None:
    assert brief(strict, lax) == [("weakened", section, item, field)]
    assert brief(lax, strict) == [("strengthened", section, item, field)]


def test_one_more_precondition_is_stricter() -> None:
    old, new = adjusted(), adjusted(unless=AnyOf(any=(LONE, BIG)))
    assert brief(old, new) == [
        ("strengthened", "adjustments", "less", "unless"),
        ("added", "adjustments", "adjusted/less:flop", ""),
    ]


def test_a_clause_that_obliges_to_nothing_is_text() -> None:
    assert brief(FINE, NOTHING) == [("reworded", "interpretations", "clause", "")]
    assert brief(NOTHING, FINE) == [("reworded", "interpretations", "clause", "")]


def test_a_reading_that_owes_all_that_another_does_has_no_direction() -> None:
    new = clause_with(rule(ONE, obliges=("guard", "care")))
    assert brief(BASE, new) == [("changed", "interpretations", "clause:other", "")]
    assert brief(new, BASE) == [("changed", "interpretations", "clause:other", "")]


def test_neither_more_nor_less_has_no_direction() -> None:
    (change,) = changes(clause_with(rule(ONE)), clause_with(rule(TWO)))
    assert (change.kind, change.field) == ("changed", "combinations")
    assert (change.old, change.new) == ("cyber-1 obliges guard", "cyber-2 obliges guard")


def test_the_same_in_other_words_has_no_direction() -> None:
    split = clause_with(*BOTH_RULES)
    joined = clause_with(rule(ONE, obliges=("care", "guard")))
    assert brief(split, joined) == [("changed", "interpretations", "clause:other", "combinations")]


def test_order_means_nothing() -> None:
    first = clause_with(rule(ONE, TWO, obliges=("care", "guard")))
    second = clause_with(rule(TWO, ONE, obliges=("guard", "care")))
    assert not changes(first, second)


def test_what_only_says_the_same_otherwise_is_reworded() -> None:
    renamed = rule(ONE).model_copy(update={"says": "otherwise", "cite": "section 2"})
    assert brief(clause_with(rule(ONE)), clause_with(renamed)) == [
        ("reworded", "interpretations", "clause:other", "combinations.says"),
        ("reworded", "interpretations", "clause:other", "combinations.cite"),
    ]
    other = part(BASE, "interpretations", "clause", says="is it otherwise")
    assert brief(BASE, other) == [("reworded", "interpretations", "clause", "says")]
