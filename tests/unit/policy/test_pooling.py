"""Runs -> attempts, with missing data explicit (spec/determination.md M-1 to M-5, M-14)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.unit.policy.factory import evaluation, run, samples
from tierlock.core import Counts, PlannedSlot
from tierlock.policy.pooling import IDENTITY_SETTINGS, merge, pool, reading_of, variant_of, variants

NAN = math.nan


def reading(*, worse=True, promise=None, **changes):
    return reading_of(evaluation(**changes), promise=promise, higher_is_worse=worse)


def log(scores, /, *, name="r1", planned=None, status="success", task="bio", **columns):
    return run(
        name=name,
        evaluation=task,
        planned_samples=planned,
        status=status,
        samples=samples(scores, **columns),
    )


def read(scores, /, *, how=None, planned=None, **columns):
    return pool([log(scores, planned=planned, **columns)], reading=how or reading())


def numbers(array):
    return [None if math.isnan(value) else value for value in array.tolist()]


def test_how_a_slot_is_read_and_what_the_plan_refines():
    """M-1, M-2: the plan adds limits, and names the cluster only where nobody did."""
    slot = evaluation(limits=("token",), cluster_by="family", range=(-1.0, None))
    plain = reading_of(slot, promise=None, higher_is_worse=False)
    assert tuple(plain) == (slot, frozenset({"token"}), "family", False)
    assert (plain.lo, plain.hi) == (-1.0, None)
    assert (reading().lo, reading().hi) == (0.0, 1.0)
    silent = reading_of(slot, promise=PlannedSlot(slot="bio"), higher_is_worse=True)
    assert silent[1:] == (frozenset({"token"}), "family", True)
    told = PlannedSlot(slot="bio", limits=(), cluster_by="author")
    assert reading_of(slot, promise=told, higher_is_worse=True).cluster_by == "family"
    free = slot.model_copy(update={"cluster_by": None})
    assert reading_of(free, promise=told, higher_is_worse=True)[1:] == (
        frozenset({"token"}),
        "author",
        True,
    )
    half = PlannedSlot(slot="bio", limits=("time",))
    assert reading_of(slot, promise=half, higher_is_worse=True)[1:3] == (
        frozenset({"time", "token"}),
        "family",
    )


def test_m14_which_samples_were_asked_is_no_variant_where_the_plan_drew_them():
    """A runner states them; chosen by hand they stay apart, so that hard ones are not diluted."""
    runs = [run(name=name, configuration={"sample_id": name}) for name in ("r1", "r2")]
    assert len(variants(runs)) == 2
    assert variants(runs, drawn=True) == (tuple(runs),)


def test_m14_variants_are_task_version_and_settings_but_not_who_ran_where():
    assert {
        "model_args",
        "model_base_url",
        "model_roles",
        "packages",
        "revision",
        "seed",
    } == IDENTITY_SETTINGS
    base = run(configuration={"temperature": "0", "seed": "1", "a": "b"}, task_version="2")
    assert variant_of(base) == ("bio", "2", (("a", "b"), ("temperature", "0")))
    same = run(
        name="r2", configuration={"a": "b", "temperature": "0", "seed": "9"}, task_version="2"
    )
    hot = run(name="r3", configuration={"temperature": "1"}, task_version="2")
    older = run(name="r4", configuration=base.configuration, task_version="1")
    groups = variants([hot, same, base, older])
    assert groups == ((older,), (same, base), (hot,))
    assert variants([older, base, same, hot])[1] == (base, same)
    assert variants([]) == ()


def test_m1_items_and_clusters_have_names_of_their_own():
    """M-1: equal ids of one evaluation are epochs of one item, also across runs."""
    both = pool([log([1, 0]), log([0, 1], name="r2", task="bio")], reading=reading())
    assert both.values.tolist() == [1, 0, 0, 1]
    assert both.items.tolist() == ["bio\x1fi0", "bio\x1fi1"] * 2
    assert both.clusters.tolist() == both.items.tolist()
    other = pool([log([1]), log([0], task="bio2")], reading=reading())
    assert len(set(other.items)) == 2
    assert both.arms.tolist() == [""] * 4
    assert (both.flags, both.missing_share) == (frozenset(), 0.0)


def test_m1_unplanned_runs_stand_beside_as_units_of_their_own():
    how = reading(cluster_by="family")
    attributes = {"attributes": {"family": ("f", "")}}
    both = pool(
        [log([1, 0], **attributes)], reading=how, apart=[log([0, 1], name="u", **attributes)]
    )
    assert both.items.tolist() == ["bio\x1fi0", "bio\x1fi1", "u\x1fbio\x1fi0", "u\x1fbio\x1fi1"]
    assert both.clusters.tolist() == [
        "\x1fcluster\x1ff",
        "bio\x1fi1",
        "u\x1f\x1fcluster\x1ff",
        "u\x1fbio\x1fi1",
    ]
    assert both.flags == {"cluster.unknown"}


def test_nothing_pooled_is_empty():
    empty = pool([], reading=reading())
    assert [column.size for column in empty[:4]] == [0, 0, 0, 0]
    assert empty.counts == Counts(planned=0, present=0, scored=0)
    assert (empty.flags, empty.missing_share) == (frozenset(), 0.0)
    assert empty.items.dtype.kind == empty.arms.dtype.kind == empty.clusters.dtype.kind == "U"
    nothing = read([])
    assert (nothing.values.size, nothing.flags) == (0, frozenset())


def test_m2_what_is_missing_and_why():
    """M-2: state, absent or infinite score, undeclared limit, planned and not there."""
    found = read(
        [1.0, 0.0, None, 1.0, 1.0, None, 1.0, 0.0, 1.0],
        state=(
            "scored",
            "errored",
            "unscored",
            "invalidated",
            "scored",
            "scored",
            "scored",
            "scored",
            "fallback",
        ),
        limit=("", "", "", "", "token", "", "time", "", "time"),
        refused=(False,) * 7 + (True, True),
        planned=11,
        how=reading(limits=("token",)),
    )
    assert numbers(found.values) == [1, None, None, None, 1, None, None, 0, None, None, None]
    assert found.counts == Counts(
        planned=11,
        present=9,
        scored=3,
        missing={
            "absent": 2,
            "errored": 1,
            "fallback": 1,
            "invalidated": 1,
            "limit": 1,
            "unscored": 2,
        },
        limited=1,
        refused=2,
    )
    assert list(found.counts.missing) == sorted(found.counts.missing)
    assert found.missing_share == pytest.approx(8 / 11)
    assert found.flags == frozenset()


def test_m2_absent_attempts_are_items_of_their_own():
    found = pool([log([0], planned=3), log([0], name="r2", planned=2)], reading=reading())
    absent = [item for item in found.items.tolist() if "absent" in item]
    assert absent == ["r1\x1fabsent\x1f0", "r1\x1fabsent\x1f1", "r2\x1fabsent\x1f0"]
    assert numbers(found.values) == [0, None, None, 0, None]
    assert found.clusters.tolist() == found.items.tolist()
    assert (found.arms.tolist(), found.counts.missing) == ([""] * 5, {"absent": 3})
    assert read([0, 0], planned=1).counts.planned == 2
    assert read([0, 0], planned=2).counts.missing == {}


def test_m2_rows_that_a_log_calls_absent_count_with_those_it_does_not_hold():
    found = read([None, 0], state=("absent", "scored"), planned=5)
    assert found.counts.missing == {"absent": 4}


def test_m2_an_unfinished_unplanned_run_brings_only_what_it_observed():
    """S-2: of an unfinished run only the observed attempts count."""
    cut = log([1], name="u", planned=5, status="cancelled")
    assert pool([], reading=reading(), apart=[cut]).counts.planned == 1
    assert pool([cut], reading=reading()).counts.planned == 5
    whole = log([1], name="u", planned=5)
    both = pool([], reading=reading(), apart=[whole])
    assert both.counts.planned == 5
    assert both.items.tolist()[1] == "u\x1fu\x1fabsent\x1f0"


@pytest.mark.parametrize(
    ("refusal", "worse", "expected", "missing"),
    [
        ("as_scored", True, [0, 1, None], {"errored": 1}),
        ("worst", True, [1, 1, None], {"errored": 1}),
        ("worst", False, [0, 0, None], {"errored": 1}),
        ("missing", True, [None, None, None], {"errored": 1, "refused": 2}),
    ],
)
def test_m2_what_a_refusal_counts_as(refusal, worse, expected, missing):
    found = read(
        [0, 1, 1],
        state=("scored", "scored", "errored"),
        refused=(True, True, True),
        how=reading(refusal=refusal, worse=worse),
    )
    assert numbers(found.values) == expected
    assert found.counts.missing == missing
    assert found.counts.refused == 3


def test_m2_refusals_without_limit_or_score():
    """A refused attempt that a limit ended is missing for that; one without score is worst."""
    settings = {"refused": (True, True, False), "limit": ("", "time", "")}
    assert numbers(read([None, 1, 0], how=reading(refusal="worst"), **settings).values) == [
        1,
        None,
        0,
    ]
    gone = read([None, 1, 0], how=reading(refusal="missing"), **settings)
    assert gone.counts.missing == {"limit": 1, "refused": 1}
    unbounded = reading(refusal="worst", range=(0.0, None))
    assert numbers(read([0, 0, 0], how=unbounded, refused=(True, True, False)).values) == [
        None,
        None,
        0,
    ]
    better = reading(refusal="worst", range=(0.0, None), worse=False)
    assert numbers(read([5, 5, 5], how=better, refused=(True, False, False)).values) == [0, 5, 5]


def test_m2_which_score_counts():
    two = {"a": (1.0, 0.0), "b": (0.0, 0.0)}
    assert read([0, 0], scores=two, how=reading(scorer="a")).values.tolist() == [1, 0]
    asked = read([0, 0], scores=two)
    assert (numbers(asked.values), asked.flags) == ([None, None], {"scorer.ambiguous"})
    for how, scores in (
        (reading(scorer="c"), two),
        (reading(), {}),
        (reading(scorer="c"), {"a": (0.0, 0.0)}),
    ):
        missing = read([0, 0], scores=scores, how=how)
        assert (numbers(missing.values), missing.flags) == ([None, None], {"scorer.missing"})
    assert read([0, 1], scores={"z": (0.0, 1.0)}).values.tolist() == [0, 1]
    assert read([], scores={}).flags == frozenset()
    assert asked.counts.missing == {"unscored": 2}


@pytest.mark.parametrize(
    ("worse", "bounds", "expected", "violated"),
    [
        (True, (0.0, 1.0), [None, 0, 0.5, 1, 1], True),
        (False, (0.0, 1.0), [0, 0, 0.5, 1, None], True),
        (True, (0.0, None), [None, 0, 0.5, 1, 2], True),
        (False, (0.0, None), [0, 0, 0.5, 1, 2], True),
        (True, (-1.0, 2.0), [-1, 0, 0.5, 1, 2], False),
    ],
)
def test_m4_beyond_the_dangerous_end_counts_as_that_end(worse, bounds, expected, violated):
    """M-4: beyond the safe end is missing; either way a flag."""
    found = read([-1, 0, 0.5, 1, 2], how=reading(worse=worse, range=bounds))
    assert numbers(found.values) == expected
    assert found.flags == (frozenset({"range.violated"}) if violated else frozenset())


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_m4_one_violated_end_is_enough(value):
    assert read([value, 0]).flags == {"range.violated"}


def test_m5_clusters_and_unknown_ones():
    how = reading(cluster_by="family")
    known = read([0, 0, 1], attributes={"family": ("a", "a", "b")}, how=how)
    assert known.clusters.tolist() == ["\x1fcluster\x1fa"] * 2 + ["\x1fcluster\x1fb"]
    assert known.flags == frozenset()
    one = read([0, 0], attributes={"family": ("a", "")}, how=how)
    assert (one.clusters.tolist()[1], one.flags) == ("bio\x1fi1", {"cluster.unknown"})
    column = read([0, 0], how=how)
    assert (column.clusters.tolist(), column.flags) == (column.items.tolist(), {"cluster.unknown"})
    absent = read([0], attributes={"family": ("a",)}, planned=2, how=how)
    assert (absent.clusters.tolist()[1], absent.flags) == (
        absent.items.tolist()[1],
        {"cluster.unknown"},
    )
    assert read([], how=how).flags == frozenset()


def test_arms_are_read_from_their_attribute():
    how = reading(arm_by="arm")
    found = read([0, 1], attributes={"arm": ("t", "c")}, planned=3, how=how)
    assert found.arms.tolist() == ["t", "c", ""]
    assert read([0, 1], how=how).arms.tolist() == ["", ""]


def test_blocks_are_merged_with_their_counts_and_flags():
    first = read([1, None], how=reading(limits=()), limit=("time", ""), refused=(True, False))
    second = read([None, 2.0], planned=3)
    whole = merge([first, second])
    assert numbers(whole.values) == [None, None, None, 1, None]
    assert whole.items.tolist() == [*first.items, *second.items]
    assert whole.clusters.tolist() == [*first.clusters, *second.clusters]
    assert whole.counts == Counts(
        planned=5,
        present=4,
        scored=1,
        missing={"absent": 1, "limit": 1, "unscored": 2},
        limited=1,
        refused=1,
    )
    assert list(whole.counts.missing) == ["absent", "limit", "unscored"]
    assert whole.flags == {"range.violated"}
    assert np.isnan(NAN)


def test_a_score_that_is_not_finite_is_missing():
    infinite = run(
        samples=samples([0.0, 0.0]).model_copy(update={"scores": {"s": (math.inf, 0.0)}})
    )
    assert numbers(pool([infinite], reading=reading()).values) == [None, 0]
    assert pool([infinite], reading=reading()).flags == frozenset()
