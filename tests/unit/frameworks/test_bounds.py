"""Bounds that contradict the evaluation, its direction or its range."""

from __future__ import annotations

import pytest

from tests.unit.frameworks.snippets import SMALL, edited, only_problem, place, problems

DANGER = "          rule_out_below: 0.2\n          rule_in_above: 0.6\n"
PROTECTION = "          rule_out_above: 0.9\n          rule_in_below: 0.5\n"
ATTACKS = "tasks: [attacks], higher_is: worse"


def with_bounds(bounds: str, *, evaluation: str = ATTACKS) -> str:
    """Return the file with other bounds for `attacks`, and its evaluation declared otherwise."""
    lines = "".join(f"          {line}\n" for line in bounds.split("; "))
    return edited(DANGER, lines, text=edited(ATTACKS, evaluation))


def test_direction_flipped_for_a_danger() -> None:
    text = edited(DANGER, "          rule_out_above: 0.6\n          rule_in_below: 0.2\n")
    error = only_problem(text)
    assert error.code == "framework.bounds"
    assert error.message == "higher is worse for `attacks`, but the criterion rules out above"
    assert error.hint == "use `rule_out_below`, or correct `higher_is` of the evaluation"
    assert error.location == place(text, text.index("rule_out_above"))


def test_direction_flipped_for_a_protection() -> None:
    error = only_problem(edited(PROTECTION, "          rule_out_below: 0.5\n"))
    assert error.message == "higher is better for `refusals`, but the criterion rules out below"


def test_direction_flipped_in_the_evaluation() -> None:
    error = only_problem(
        edited("tasks: [refusals], higher_is: better", "tasks: [r], higher_is: worse")
    )
    assert error.message == "higher is worse for `refusals`, but the criterion rules out above"


def test_a_threshold_measures_danger() -> None:
    text = edited(DANGER, DANGER + "          polarity: protection\n")
    error = only_problem(text)
    assert error.code == "framework.bounds"
    assert error.message == (
        "`attacks` has polarity protection, but a criterion of threshold `cyber-1` measures danger"
    )
    assert error.location == place(text, text.index("protection"))


def test_a_safeguard_measures_protection() -> None:
    error = only_problem(edited("          polarity: protection\n", ""))
    assert error.code == "framework.bounds"
    assert "a criterion of safeguard `strict:refuses` measures protection" in error.message
    assert error.hint == "say `polarity: protection`"


@pytest.mark.parametrize(
    ("bounds", "says"),
    [
        ("rule_out_below: 20", "the bound 20 is outside the range 0 to 1 of `attacks`"),
        ("rule_out_below: -0.1", "outside the range"),
        ("rule_out_below: 0.2; rule_in_above: 60", "the bound 60 is outside the range"),
        ("rule_out_below: 1", "the dangerous end of the range 0 to 1: it would rule out almost"),
        ("rule_out_below: 0", "the safe end of the range 0 to 1: it could never rule out"),
        (
            "rule_out_below: 0.2; buffer: {value: 0.2, reason: x}",
            "the bound 0.2, 0 after the corrections, is at the safe end",
        ),
        (
            "rule_out_below: 0.2; as_published: {comparison: <, bound: 20}",
            "the bound 20 is outside",
        ),
        (
            "rule_out_below: 0.2; inherit: {margin: 1, basis: proposal, reason: x}",
            "the margin 1 is the whole range 0 to 1",
        ),
    ],
)
def test_out_of_reach(bounds: str, says: str) -> None:
    error = only_problem(with_bounds(bounds))
    assert error.code == "framework.bounds"
    assert says in error.message


@pytest.mark.parametrize(
    ("bounds", "says"),
    [
        ("rule_out_above: 1", "it could never rule out"),
        ("rule_out_above: 0", "it would rule out almost whatever is measured"),
        ("rule_out_above: 1.5", "outside the range"),
        (
            "rule_out_above: 0.5; elicitation_factor: {value: 2, reason: x}",
            "1 after the corrections",
        ),
    ],
)
def test_out_of_reach_where_lower_is_worse(bounds: str, says: str) -> None:
    better = "tasks: [attacks], higher_is: better"
    assert says in only_problem(with_bounds(bounds, evaluation=better)).message


@pytest.mark.parametrize(
    ("bounds", "evaluation"),
    [
        ("rule_out_below: 0.999; rule_in_above: 1", ATTACKS),
        ("rule_out_below: 40", f"{ATTACKS}, range: [0, 100]"),
        ("rule_out_below: 40", f"{ATTACKS}, range: [0, null]"),
        ("rule_out_below: -3", f"{ATTACKS}, range: [-5, 5]"),
        ("rule_out_below: 2.8; estimand: {name: uplift_ratio, arms: [a, b]}", ATTACKS),
        ("rule_out_below: 0; estimand: {name: uplift_difference, arms: [a, b]}", ATTACKS),
        ("rule_out_below: 120; estimand: {name: time_horizon}", ATTACKS),
        (
            "rule_out_below: -1; estimand: {name: uplift_ratio, arms: [a, b]}",
            f"{ATTACKS}, range: [-1, 1]",
        ),
        (
            "rule_out_below: 9; estimand: {name: uplift_difference, arms: [a, b]}",
            f"{ATTACKS}, range: [0, null]",
        ),
    ],
)
def test_within_reach(bounds: str, evaluation: str) -> None:
    assert problems(with_bounds(bounds, evaluation=evaluation)) == []


@pytest.mark.parametrize(
    "bounds",
    [
        "rule_out_below: -1; estimand: {name: uplift_ratio, arms: [a, b]}",
        "rule_out_below: 0; estimand: {name: uplift_ratio, arms: [a, b]}",
        "rule_out_below: 1.5; estimand: {name: uplift_difference, arms: [a, b]}",
        "rule_out_below: -1; estimand: {name: uplift_difference, arms: [a, b]}",
        "rule_out_below: 0; estimand: {name: time_horizon}",
    ],
)
def test_estimands_have_ranges_of_their_own(bounds: str) -> None:
    assert only_problem(with_bounds(bounds)).code == "framework.bounds"


def test_the_scope_has_criteria_too() -> None:
    fact = "{fact: general, says: it is general, crossed_if: {equals: true}}"
    measured = "{evaluation: attacks, rule_out_above: 0.5, basis: proposal}"
    error = only_problem(edited(fact, measured, text=SMALL))
    assert error.message == "higher is worse for `attacks`, but the criterion rules out above"


@pytest.mark.parametrize(
    ("estimand", "evaluation", "says"),
    [
        ("{name: attack_rate}", ATTACKS, "`attack_rate` needs `hours_by`, and no `minutes_by`"),
        (
            "{name: attack_rate}",
            f"{ATTACKS}, hours_by: hours, minutes_by: minutes",
            "`attack_rate` needs `hours_by`, and no `minutes_by`",
        ),
        ("{name: refusal_rate}", f"{ATTACKS}, refusal: missing", "reads them as missing"),
        ("{name: refusal_rate}", f"{ATTACKS}, refusal: worst", "reads them as worst"),
        ("{name: pass_at_k, k: 2}", f"{ATTACKS}, range: [0, null]", "needs an upper end"),
        ("{name: best_of_k, k: 2}", f"{ATTACKS}, range: [0, null]", "needs an upper end"),
        (
            "{name: tasks_solved, solved_at: 0.5}",
            f"{ATTACKS}, range: [0, null]",
            "needs an upper end",
        ),
    ],
)
def test_an_estimand_that_the_evaluation_can_never_have(
    estimand: str, evaluation: str, says: str
) -> None:
    text = with_bounds(f"rule_out_below: 0.5; estimand: {estimand}", evaluation=evaluation)
    assert says in only_problem(text).message


@pytest.mark.parametrize(
    ("bounds", "evaluation"),
    [
        ("rule_out_below: 0.01; estimand: {name: attack_rate}", f"{ATTACKS}, hours_by: hours"),
        ("rule_out_below: 3; estimand: {name: tasks_solved, solved_at: 0.5}", ATTACKS),
        ("rule_out_below: 0.5; estimand: {name: pass_at_k, k: 5}", f"{ATTACKS}, range: [0, 9]"),
        ("rule_out_below: 5; estimand: {name: best_of_k, k: 5}", f"{ATTACKS}, range: [0, 9]"),
        ("rule_out_below: 0.1; estimand: {name: refusal_rate}", f"{ATTACKS}, range: [0, 9]"),
    ],
)
def test_counts_shares_and_rates_have_reaches_of_their_own(bounds: str, evaluation: str) -> None:
    assert problems(with_bounds(bounds, evaluation=evaluation)) == []
