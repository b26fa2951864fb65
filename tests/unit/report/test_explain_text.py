from __future__ import annotations

import pytest

from tests.unit.report import factory
from tierlock.core import Flip, Margin, Outcome, Step, Verdict
from tierlock.report import render_explain_text
from tierlock.report.explain_text import connective_words
from tierlock.report.layout import cells


def test_every_leaf_has_its_number_bound_and_basis() -> None:
    text = render_explain_text(factory.report(), width=120)
    for said in (
        "├─ protocols  ruled out",
        "└─ uplift  ruled out",
        "11/200, upper 8.9 %",
        "ruled out below 25 %, reached above 50 % [proposal]",
        "[published; example card 7.2]",
        "bears 2.8× better elicitation",
        "lost if 28 safe samples turned dangerous",
        "not monotone",
        "decides nothing",
        "role `rso` has not attested",
        "Outside the error guarantee",
        "if ASL-3/bio:uplift were reached: ASL-3/bio: ruled out → reached",
    ):
        assert said in text


def test_a_mock_model_is_named_first() -> None:
    assert render_explain_text(factory.report(mock=True)).startswith("  ! MOCK MODEL")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    assert max(map(cells, render_explain_text(factory.report(), width=width).splitlines())) <= width


def test_an_outcome_that_the_criteria_did_not_give_says_why() -> None:
    base = factory.report()
    first, *rest = base.determination.thresholds
    changed = first.model_copy(
        update={"outcome": Outcome.REACHED, "changed_by": "implied_above", "contradiction": True}
    )
    determination = base.determination.model_copy(update={"thresholds": (changed, *rest)})
    text = render_explain_text(base.model_copy(update={"determination": determination}), width=120)
    assert "criteria alone: ruled out; crossing another threshold would cross it" in text
    assert "contradict each other" in text


def test_a_leaf_without_finding_is_not_passed_over() -> None:
    base = factory.report()
    kept = tuple(f for f in base.determination.findings if not f.path.endswith(":ctf"))
    determination = base.determination.model_copy(update={"findings": kept})
    text = render_explain_text(base.model_copy(update={"determination": determination}))
    assert "ASL-3/cyber:ctf: no finding is recorded" in text


@pytest.mark.parametrize(
    ("op", "k", "words"),
    [
        ("any", None, "crossed when any of 3 is, ruled out when every one is"),
        ("all", None, "crossed when all 3 are, ruled out when one is"),
        ("at_least", 2, "crossed when at least 2 of 3 are, ruled out when 2 are"),
        ("at_least", 1, "crossed when any of 3 is, ruled out when every one is"),
    ],
)
def test_connectives_in_words(op: str, k: int | None, words: str) -> None:
    leaf = Step(op="leaf", finding="t:c", outcome=Outcome.UNDETERMINED)
    step = Step.model_validate(
        {"op": op, "k": k, "outcome": Outcome.UNDETERMINED, "steps": (leaf, leaf, leaf)}
    )
    assert connective_words(step) == words


def flips(count: int) -> tuple[Flip, ...]:
    return tuple(
        Flip(
            path=f"t{i}:c", to="reached", changes=f"t{i}: ruled out -> reached", direction="raises"
        )
        for i in range(count)
    )


def test_many_flips_are_counted() -> None:
    base = factory.report()
    explanation = base.explanation.model_copy(update={"flips": flips(15)})
    text = render_explain_text(base.model_copy(update={"explanation": explanation}))
    assert text.count("were reached:") == 12
    assert "and 3 more in --format json" in text


def test_a_likely_number_says_under_which_rate() -> None:
    measured = render_explain_text(factory.report(), width=120)
    assert "likely: with 80 % probability if the rate seen is the true one" in measured
    base = factory.report()
    nothing = Margin(
        path="ASL-3/ai-rd:research",
        bound=0.2,
        limit=None,
        relative=None,
        samples=14,
        likely_samples=70,
    )
    explanation = base.explanation.model_copy(update={"margins": (nothing,)})
    text = render_explain_text(base.model_copy(update={"explanation": explanation}), width=120)
    assert "70 samples settle it with 80 % probability if the true rate is half the bound" in text


def test_more_samples_are_not_promised_where_the_rate_speaks_against_them() -> None:
    base = factory.report()
    margins = tuple(
        margin.model_copy(update={"likely_samples": None}) for margin in base.explanation.margins
    )
    explanation = base.explanation.model_copy(update={"margins": margins})
    text = render_explain_text(base.model_copy(update={"explanation": explanation}), width=120)
    assert "at the rate seen, more samples are unlikely to settle it" in text


def test_the_terms_of_a_permission_stand_below_the_answer() -> None:
    text = render_explain_text(factory.report(Verdict.ALLOW))
    assert "! condition: abuse monitoring rests on an interim claim" in text
