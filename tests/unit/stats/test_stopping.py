"""Stopping rules and futility: decisions, what they cost, and that they can not be gamed."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock import stats
from tierlock.stats import StoppingRule

LOOKS = (10, 20, 30, 40)
KINDS = ["group_sequential", "e_process", "betting"]
OUTCOMES = st.lists(st.integers(0, 1), max_size=45)


def rule(kind: str = "group_sequential", **changes) -> StoppingRule:
    return StoppingRule(**{"kind": kind, "bound": 0.3, "looks": LOOKS, "planned": 0.1, **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_the_four_verdicts(kind: str) -> None:
    r = rule(kind)
    assert r.look([]) == (
        "go_on", 1.0, 1.0, 0, 10, None if kind == "betting" else r.look([]).conditional_power
    )  # fmt: skip
    assert r.look([0] * 9).next_look == 10
    ruled_out = r.look([0] * 30)
    assert (ruled_out.verdict, ruled_out.n, ruled_out.next_look) == ("ruled_out", 30, None)
    assert r.look([1] * 20).verdict == "ruled_in"
    hopeless = [1, 0, 0] * 10
    assert r.look(hopeless).verdict == "futile"
    assert r.look([0, 0, 0, 0, 1] * 8).verdict == "futile"  # the maximum is there


@given(OUTCOMES, st.sampled_from(KINDS))
def test_values_beyond_the_last_look_do_not_count(outcomes: list[int], kind: str) -> None:
    r = rule(kind)
    n = max((look for look in LOOKS if look <= len(outcomes)), default=0)
    found = r.look(outcomes)
    assert found == r.look(outcomes[:n])
    assert found.n == n
    assert (found.next_look is None) == (found.verdict != "go_on")


@given(OUTCOMES, st.sampled_from(KINDS), st.integers(0, 44))
def test_worse_values_never_help(outcomes: list[int], kind: str, at: int) -> None:
    r = rule(kind)
    worse = [1 if i == at else y for i, y in enumerate(outcomes)]
    found, other = r.look(outcomes), r.look(worse)
    assert found.p_out <= other.p_out * (1 + 1e-12)
    assert other.p_in <= found.p_in * (1 + 1e-12)
    if other.verdict == "ruled_out":
        assert found.verdict == "ruled_out"


@given(OUTCOMES, st.sampled_from(KINDS), st.sets(st.integers(0, 44), max_size=6))
def test_missing_values_never_strengthen(outcomes, kind: str, missing: set[int]) -> None:
    r = rule(kind)
    worst = [1 if i in missing else y for i, y in enumerate(outcomes)]
    best = [0 if i in missing else y for i, y in enumerate(outcomes)]
    found, other = r.look(outcomes), r.look(worst, best=best)
    assert found.p_out <= other.p_out * (1 + 1e-12)
    assert found.p_in <= other.p_in * (1 + 1e-12)


@given(OUTCOMES, st.sampled_from(KINDS))
def test_higher_is_better_is_the_mirror_image(outcomes: list[int], kind: str) -> None:
    mirrored = rule(kind, bound=0.75, planned=0.875, worse_is="low")
    straight = rule(kind, bound=0.25, planned=0.125)
    assert mirrored.look([1 - y for y in outcomes]) == straight.look(outcomes)


@pytest.mark.parametrize("kind", ["group_sequential", "e_process"])
@pytest.mark.parametrize("futility", [None, 0.0, 0.2])
def test_operating_characteristics_equal_the_decisions(kind: str, futility) -> None:
    """Against all 2^9 rows of outcomes, each looked at until the rule stops it."""
    r = rule(kind, looks=(2, 4, 6, 8, 9), bound=0.5, alpha_out=0.1, futility=futility)
    rate = 0.2
    ends = {"ruled_out": 0.0, "ruled_in": 0.0, "futile": 0.0}
    expected = 0.0
    for code in range(2**9):
        row = [code >> i & 1 for i in range(9)]
        for n in r.looks:
            found = r.look(row[:n])
            if found.verdict != "go_on":
                break
        mass = rate ** sum(row) * (1 - rate) ** (9 - sum(row))
        ends[found.verdict] += mass
        expected += mass * found.n
    computed = r.operating(rate=rate)
    if kind == "e_process":
        assert ends["ruled_out"] >= computed.ruled_out - 1e-12
    else:
        assert computed[:3] == pytest.approx(tuple(ends.values()), abs=1e-12)
        assert computed.expected_clusters == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["group_sequential", "e_process"])
@pytest.mark.parametrize("bound", [0.1, 0.3, 0.6])
def test_futility_is_not_binding(kind: str, bound: float) -> None:
    """Alpha holds without it, and stopping for it only takes rule-outs away."""
    free = rule(kind, bound=bound, planned=bound / 3, futility=None)
    bound_by = rule(kind, bound=bound, planned=bound / 3, futility=0.3)
    assert free.operating(rate=bound).ruled_out <= 0.05
    assert free.operating(rate=bound).ruled_in <= 0.05
    for rate in (bound / 3, bound, 0.9):
        a, b = free.operating(rate=rate), bound_by.operating(rate=rate)
        assert b.ruled_out <= a.ruled_out + 1e-12
        assert b.expected_clusters <= a.expected_clusters + 1e-9
        assert sum(b[:3]) == pytest.approx(1.0)


def test_the_printed_boundaries_decide() -> None:
    r = rule(futility=0.1)
    for row in r.boundaries():
        for x in range(row.n + 1):
            # dangerous outcomes first, so that no earlier look has ruled out
            found = r.look([1] * x + [0] * (row.n - x))
            if row.ruled_out_at_most is not None and x <= row.ruled_out_at_most:
                assert found.verdict == "ruled_out"
            elif row.ruled_in_at_least is not None and x >= row.ruled_in_at_least:
                assert found.verdict == "ruled_in"
            else:
                assert found.verdict != "ruled_out"


def test_conditional_power_by_counting() -> None:
    looks, counts = [4, 8, 12], [-1, 1, 2]
    hit = 0.0
    for code in range(2**8):
        row = [code >> i & 1 for i in range(8)]
        if 1 + sum(row[:4]) <= 1 or 1 + sum(row) <= 2:
            hit += 0.1 ** sum(row) * 0.9 ** (8 - sum(row))
    found = stats.conditional_power(1, n=4, looks=looks, counts=counts, rate=0.1)
    assert found == pytest.approx(hit)
    assert stats.conditional_power(3, n=12, looks=looks, counts=counts, rate=0.1) == 0.0
    start = stats.conditional_power(0, n=0, looks=looks, counts=counts, rate=0.1)
    assert start == pytest.approx(
        sum(
            stats.conditional_power(x, n=2, looks=looks, counts=counts, rate=0.1) * p
            for x, p in enumerate((0.81, 0.18, 0.01))
        )
    )


@given(st.integers(0, 40), st.floats(0.01, 0.29), st.floats(0.01, 0.6))
def test_a_stop_for_futility_means_what_it_says(x: int, rate: float, limit: float) -> None:
    counts = stats.rule_out_boundary(LOOKS, bound=0.3, alpha=0.05).counts
    stops = stats.futility_counts(LOOKS, counts=counts, rate=rate, limit=limit)
    for n, stop, count in zip(LOOKS[:-1], stops, counts, strict=False):
        if count < x <= n:
            power = stats.conditional_power(x, n=n, looks=LOOKS, counts=counts, rate=rate)
            assert (x >= stop) == (power < limit or power == 0.0)


def test_a_rule_is_frozen_and_comparable() -> None:
    assert rule() == rule()
    assert hash(rule()) == hash(rule())
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule().bound = 0.9  # type: ignore[misc]
    assert rule().maximum == 40
    assert [rule(kind).method for kind in KINDS] == ["S-18", "S-19", "S-20"]


def test_partial_scores_are_for_betting() -> None:
    values = np.full(40, 0.1)
    assert rule("betting").look(values).verdict == "ruled_out"
    with pytest.raises(stats.InvalidNumbers):
        rule("e_process").look(values)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "peeking"}, {"bound": 1.0}, {"looks": ()}, {"looks": (5, 5)}, {"alpha_out": 0.0},
        {"alpha_in": 1.0}, {"planned": 0.3}, {"futility": 1.0}, {"worse_is": "up"},
        {"futility": 0.1, "planned": None}, {"kind": "betting", "futility": 0.1}, {"hi": 0.0},
        {"rule_in_bound": 1.5},
    ],
)  # fmt: skip
def test_wrong_rules(changes) -> None:
    with pytest.raises(stats.InvalidNumbers):
        rule(**changes)
