"""Two versions item by item: what is paired, what bars a test, and what is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar  # type: ignore[import-untyped]  # no stubs

from tests.unit.policy.factory import doubt, evaluation, framework, run, samples
from tierlock import stats
from tierlock.analysis import compare_versions
from tierlock.core import EvaluationComparison, Evidence, Tokens, TokensEach, VersionComparison

SIXTY = 60


def side(name: str, values: Sequence[float | None], **changes: Any) -> Evidence:
    """One run; a value None is an attempt that failed."""
    columns = changes.pop("columns", {})
    assert isinstance(columns, dict)
    state = tuple("scored" if value is not None else "errored" for value in values)
    return run(name=name, samples=samples(values, state=state, **columns), **changes)


def versions(
    up: int, down: int, *, size: int = SIXTY, task: str = "bio"
) -> tuple[Evidence, Evidence]:
    """Two runs of which `up` answers rise and `down` fall; half of the others are right."""
    old = [0.0] * up + [1.0] * down + [float(i % 2) for i in range(size - up - down)]
    new = [1.0] * up + [0.0] * down + old[up + down :]
    return side(f"old-{task}", old, evaluation=task), side(f"new-{task}", new, evaluation=task)


def only(found: VersionComparison) -> EvaluationComparison:
    (row,) = found.evaluations
    return row


def codes(row: EvaluationComparison, *, bars: bool) -> set[str]:
    return {one.code for one in row.mismatches if one.bars is bars}


def compared(old: Evidence, new: Evidence, **options: Any) -> EvaluationComparison:
    return only(compare_versions([old], new=[new], **options))


@pytest.mark.parametrize(("up", "down"), [(8, 1), (1, 8), (20, 12), (0, 6), (5, 5)])
def test_single_answers_are_mcnemars_test(up: int, down: int) -> None:
    row = compared(*versions(up, down))
    assert row.test is not None
    assert row.difference is not None
    assert row.test.method == "McNemar exact"
    wanted = mcnemar([[10, up], [down, 10]], exact=True).pvalue
    assert row.test.p == pytest.approx(wanted, rel=1e-9)
    assert row.test.adjusted == pytest.approx(wanted, rel=1e-9)
    assert (row.difference.up, row.difference.down) == (up, down)
    assert row.difference.value == pytest.approx((up - down) / SIXTY)
    assert row.difference.lowest == row.difference.highest == pytest.approx(row.difference.value)
    assert row.test.lower < (up - down) / SIXTY < row.test.upper
    assert (row.test.shown is not None) == (wanted <= 0.05)


def test_clusters_are_the_default_test_on_their_differences() -> None:
    families = tuple(f"f{i // 4}" for i in range(SIXTY))
    old, new = versions(20, 4)
    old, new = (
        one.model_copy(
            update={"samples": one.samples.model_copy(update={"attributes": {"family": families}})}
        )
        for one in (old, new)
    )
    row = compared(old, new, cluster_by="family")
    assert row.test is not None
    assert row.difference is not None
    values = [np.array(one.samples.scores["score"], dtype=float) for one in (old, new)]
    means = (values[1] - values[0]).reshape(15, 4).mean(axis=1)
    assert row.test.method == "Gaffke"
    assert row.difference.clusters == 15
    assert row.test.p_higher == pytest.approx(
        stats.rule_out_p((1 - means) / 2, bound=0.5), rel=1e-6
    )
    assert row.test.lower == pytest.approx(2 * stats.lower_bound((means + 1) / 2, alpha=0.025) - 1)
    assert row.test.secondary is None  # fifteen clusters carry no Student's t
    assert codes(compared(old, new), bars=False) == {"compare.groups"}
    assert compared(old, new, cluster_by="site").test is None


def test_students_t_stands_beside_from_thirty_clusters_on() -> None:
    tests = [compared(*versions(9, 3, size=size)).test for size in (30, 29)]
    assert [test is not None and test.secondary is not None for test in tests] == [True, False]


def test_repeated_items_are_no_evidence() -> None:
    old, new = versions(12, 2, size=40)
    again = [one.model_copy(update={"run_id": f"{one.run_id}-2"}) for one in (old, new)]
    twice = only(compare_versions([old, again[0]], new=[new, again[1]]))
    once = compared(old, new)
    assert twice.test is not None
    assert once.test is not None
    assert (twice.test.lower, twice.test.upper) == pytest.approx((once.test.lower, once.test.upper))
    assert twice.test.method == "Gaffke"


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from([0.0, 1.0]), min_size=8, max_size=30),
    st.data(),
)
def test_losing_answers_never_strengthens_a_claim(old: list[float], data: st.DataObject) -> None:
    new = data.draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=len(old), max_size=len(old)))
    lost = data.draw(st.sets(st.integers(0, len(old) - 1), min_size=1))
    whole = compared(side("a", old), side("b", new)).test
    partly = compared(
        side("a", old), side("b", [None if i in lost else v for i, v in enumerate(new)])
    ).test
    assert whole is not None
    if partly is None:  # not one value is left
        return
    assert partly.p_lower >= whole.p_lower - 1e-9
    assert partly.p_higher >= whole.p_higher - 1e-9
    assert partly.lower <= whole.lower + 1e-9
    assert partly.upper >= whole.upper - 1e-9


def test_missing_answers_give_three_numbers() -> None:
    old = side("a", [0.0] * 10)
    row = compared(old, side("b", [None, None, *[1.0] * 4, *[0.0] * 4]))
    assert row.difference is not None
    assert (row.difference.lowest, row.difference.value, row.difference.highest) == pytest.approx(
        (0.4, 0.5, 0.6)
    )
    assert (row.new.missing, row.old.missing) == (2, 0)


def test_planned_and_absent_attempts_count_against_every_claim() -> None:
    old, new = versions(10, 0)
    short = new.model_copy(update={"planned_samples": SIXTY + 5})
    found, whole = compared(old, short), compared(old, new)
    assert found.test is not None
    assert whole.test is not None
    assert found.test.p_higher > whole.test.p_higher
    assert found.test.upper > whole.test.upper
    assert found.new.missing == 5


def test_an_item_of_one_side_counts_as_missing_on_the_other() -> None:
    old, new = versions(10, 0)
    cut = side("old-bio", old.samples.scores["score"][:-10])
    row = compared(cut, new)
    assert row.test is not None
    assert row.difference is not None
    assert (row.shared, row.only_old, row.only_new) == (50, 0, 10)
    assert codes(row, bars=False) == {"compare.items"}
    assert row.difference.lowest < (row.difference.value or 0) < row.difference.highest
    # what the log says is absent is what the other side has: it is not counted twice
    planned = cut.model_copy(update={"planned_samples": SIXTY})
    assert compared(planned, new).difference == row.difference
    few = side("old-bio", old.samples.scores["score"][:20])
    assert codes(compared(few, new), bars=True) == {"compare.items"}


@pytest.mark.parametrize(
    ("setting", "code", "bars"),
    [
        ("temperature", "compare.elicitation", True),
        ("system_message", "compare.elicitation", True),
        ("message_limit", "compare.limits", True),
        ("dataset", "compare.dataset", True),
        ("model_roles", "compare.judge", True),
        ("epochs", "compare.epochs", False),
        ("limit", "compare.selection", False),
        ("fail_on_error", "compare.errors", False),
        ("scorers", "compare.scorers", False),
        ("packages", "compare.code", False),
        ("seed", "compare.model-settings", False),
    ],
)
def test_a_setting_that_differs_is_named(setting: str, code: str, bars: bool) -> None:
    old, new = versions(10, 0)
    old = old.model_copy(update={"configuration": {setting: "one"}})
    new = new.model_copy(update={"configuration": {setting: "two"}})
    row = compared(old, new)
    (one,) = row.mismatches
    assert (one.code, one.bars, one.old, one.new) == (code, bars, "one", "two")
    assert (row.test is None) is bars
    assert row.difference is not None  # shown all the same
    permitted = compared(old, new, allowed=frozenset({setting}))
    assert permitted.test is not None
    assert [one.allowed for one in permitted.mismatches] == [True]


def test_other_reasons_that_bar() -> None:
    old, new = versions(10, 0)
    assert codes(compared(old, new.model_copy(update={"task_version": "2"})), bars=True) == {
        "compare.task-version"
    }
    assert codes(compared(old, old), bars=True) == {"compare.same-runs"}
    other = side("b", [5.0] * SIXTY)
    assert codes(compared(old, other), bars=True) == {"compare.range"}
    renamed = new.model_copy(
        update={"samples": samples([0.0] * SIXTY, scores={"other": (0.0,) * SIXTY})}
    )
    assert codes(compared(old, renamed), bars=True) == {"compare.scorer"}
    empty = new.model_copy(update={"samples": samples([])})
    assert "compare.no-samples" in codes(compared(old, empty), bars=True)


def test_what_is_to_be_known_does_not_bar() -> None:
    old, new = versions(10, 0)
    new = new.model_copy(update={"problems": (doubt(),), "status": "error"})
    described = [
        one.model_copy(
            update={
                "samples": one.samples.model_copy(
                    update={"attributes": {"difficulty": (word,) * SIXTY}}
                )
            }
        )
        for one, word in ((old, "hard"), (new, "easy"))
    ]
    row = compared(*described)
    assert codes(row, bars=False) == {
        "compare.doubtful",
        "compare.unfinished",
        "compare.items-changed",
    }
    assert row.test is not None


def test_elicitations_stand_against_their_like() -> None:
    old, new = versions(10, 0)
    letters = [one.model_copy(update={"configuration": {"form": "letter"}}) for one in (old, new)]
    answers = [
        one.model_copy(update={"configuration": {"form": "open"}, "run_id": f"{one.run_id}-open"})
        for one in (old, new)
    ]
    both = compare_versions([letters[0], answers[0]], new=[answers[1], letters[1]])
    assert [row.variant for row in both.evaluations] == ["form=letter", "form=open"]
    assert len(both.tested) == 2
    one = compare_versions([letters[0], answers[0]], new=[letters[1]])
    assert len(one.tested) == 1
    assert [(left.side, left.says) for left in one.unmatched] == [("old", "1 more elicitation(s)")]


def test_a_framework_says_what_belongs_together() -> None:
    rules = framework(evaluations={"bio": evaluation(tasks=("bio", "package/bio"))})
    old, new = versions(10, 0)
    row = compared(old, new, framework=rules)
    assert (row.name, row.higher_is) == ("bio", "worse")
    elsewhere = new.model_copy(update={"evaluation": "package/bio"})
    assert "compare.task" in codes(compared(old, elsewhere, framework=rules), bars=True)
    cyber = versions(3, 3, task="cyber")
    found = compare_versions([old, cyber[0]], new=[new, cyber[1]], framework=rules)
    assert len(found.evaluations) == 1
    assert {left.says for left in found.unmatched} == {"no slot of the framework asks for it"}


def test_refusals_and_time_are_counted() -> None:
    refused = (True,) * 3 + (False,) * 57
    old = side("a", [0.0] * SIXTY, seconds=30.0)
    new = side("b", [0.0] * SIXTY, columns={"refused": refused}, seconds=60.0)
    row = compared(old, new)
    assert (row.old.refused, row.new.refused) == (0, 3)
    assert (row.old.seconds, row.new.seconds) == (0.5, 1.0)


def test_tokens_and_money_are_counted_per_attempt_or_unknown() -> None:
    used, graded = Tokens(input=600, output=60, total=720), Tokens(input=6, output=0, total=6)
    old = side("a", [0.0] * SIXTY, tokens=used, other_tokens=graded, usd=3.0)
    new = side("b", [0.0] * SIXTY, tokens=used)
    row = compared(old, new)
    assert row.old.tokens == row.new.tokens == TokensEach(input=10.0, output=1.0, total=12.0)
    assert row.old.other_tokens == TokensEach(input=0.1, output=0.0, total=0.1)
    assert (row.old.usd, row.new.usd, row.new.other_tokens) == (0.05, None, None)
    again = new.model_copy(update={"run_id": "c", "tokens": None, "usd": 1.0})
    both = only(compare_versions([old], new=[new, again])).new
    assert (both.tokens, both.usd) == (None, None)
    empty = side("d", [], tokens=used, usd=1.0, planned_samples=SIXTY)
    assert (compared(old, empty).new.tokens, compared(old, empty).new.usd) == (None, None)


def test_improves_across_all_six_and_two_are_shown() -> None:
    """Every point estimate rises; two of the six by more than two standard errors."""
    changes = {"a": (24, 4), "b": (22, 5), "c": (9, 6), "d": (7, 5), "e": (8, 6), "f": (6, 4)}
    pairs = [versions(*changed, task=task) for task, changed in changes.items()]
    found = compare_versions([old for old, _ in pairs], new=[new for _, new in pairs])
    rises = [row.difference.value for row in found.tested if row.difference is not None]
    assert all(rise is not None and rise > 0 for rise in rises)
    beyond = [
        row.name
        for row in found.tested
        if row.test is not None and row.test.secondary is not None and row.test.secondary.p < 0.0455
    ]
    assert beyond == ["a", "b"]
    shown = [row.name for row in found.tested if row.test is not None and row.test.shown]
    assert shown == ["a", "b"]


def test_holm_covers_both_directions_of_every_test() -> None:
    pairs = [versions(12, 2, task="a"), versions(2, 14, task="b"), versions(9, 2, task="c")]
    found = compare_versions([old for old, _ in pairs], new=[new for _, new in pairs])
    tests = [row.test for row in found.tested if row.test is not None]
    wanted = stats.holm([p for test in tests for p in (test.p_lower, test.p_higher)])
    assert [test.adjusted for test in tests] == pytest.approx(
        wanted.reshape(-1, 2).min(axis=1).tolist()
    )
    assert [test.shown for test in tests] == ["higher", "lower", None]
    assert tests[2].p < tests[2].adjusted
    alone = compared(*pairs[0]).test
    assert alone is not None
    assert alone.adjusted == pytest.approx(alone.p)


@settings(max_examples=20)
@given(st.integers(0, 20), st.integers(0, 20), st.randoms(use_true_random=False))
def test_sides_swap_and_order_is_moot(up: int, down: int, shuffled: object) -> None:
    old, new = versions(up, down)
    there, back = compared(old, new), compared(new, old)
    assert there.test is not None
    assert back.test is not None
    assert there.test.p_lower == pytest.approx(back.test.p_higher)
    assert there.test.lower == pytest.approx(-back.test.upper)
    order = list(range(SIXTY))
    shuffled.shuffle(order)  # type: ignore[attr-defined]  # a random.Random
    moved = new.model_copy(
        update={
            "samples": samples(
                [new.samples.scores["score"][i] for i in order],
                id=tuple(new.samples.id[i] for i in order),
            )
        }
    )
    assert compared(old, moved).test == there.test
