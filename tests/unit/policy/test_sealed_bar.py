"""Two answers to one question, and the stricter one stands (G-18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import (
    Action,
    Decision,
    Explanation,
    FrameworkRef,
    GateReason,
    Plan,
    Reason,
    Verdict,
)
from tierlock.policy import SealedAnswer, explain_sealed, hold_to_sealed

AT = datetime(2026, 6, 1, tzinfo=UTC)
DIGEST = "sha256:" + "a" * 64
PLAN = Plan(framework="sha256:" + "b" * 64, subject="m", sealed_at=AT, declared="before")
RANK = {Verdict.ALLOW: 0, Verdict.HOLD: 1, Verdict.DENY: 2}


def answer(
    verdict: Verdict, *, days: int = 30, conditions: tuple[str, ...] = (), rests: str = "c"
) -> Decision:
    reasons: tuple[GateReason, ...] = ()
    if verdict is not Verdict.ALLOW:
        kind = "DENY" if verdict is Verdict.DENY else "HOLD"
        reasons = (
            GateReason.model_validate(
                {"code": "threshold.held", "says": "line", "verdict": kind, "about": "line"}
            ),
        )
    return Decision(
        verdict=verdict,
        action=Action(name="deploy"),
        framework=FrameworkRef(framework="lab/small", version="1", digest=DIGEST),
        subject="m",
        determination=DIGEST,
        decided_at=AT,
        reasons=reasons,
        conditions=tuple(Reason(code=code, says=code) for code in conditions),
        instructs=() if verdict is Verdict.ALLOW else (f"stop {rests}",),
        expires_at=AT + timedelta(days=days) if verdict is Verdict.ALLOW else None,
        rests_on=("sha256:" + rests * 64,),
    )


ANSWERS = st.builds(
    answer,
    st.sampled_from(list(Verdict)),
    days=st.integers(1, 90),
    conditions=st.sets(st.sampled_from(["clock.soft", "claim.interim"])).map(tuple),
    rests=st.sampled_from("cdef"),
)
SEALED = st.lists(
    st.builds(SealedAnswer, st.just("lab/small-1"), st.just(PLAN), st.none() | ANSWERS), max_size=3
)


@given(ANSWERS, SEALED)
def test_the_answer_is_never_more_permissive_than_any_of_them(
    own: Decision, sealed: list[SealedAnswer]
) -> None:
    found = hold_to_sealed(own, sealed=sealed)
    others = [one.decision for one in sealed if one.decision is not None]
    least = max([RANK[own.verdict], *(RANK[one.verdict] for one in others)])
    least = max(least, 1 if len(others) < len(sealed) else 0)
    assert RANK[found.verdict] == least
    assert set(own.reasons) <= set(found.reasons)
    for one in (own, *others):
        assert set(one.conditions) <= set(found.conditions)
        assert set(one.rests_on) <= set(found.rests_on)
        if found.verdict is Verdict.ALLOW:
            assert found.expires_at is not None
            assert one.expires_at is not None
            assert found.expires_at <= one.expires_at
    if found.verdict is not Verdict.ALLOW:
        assert found.expires_at is None
        assert found.reasons


@given(ANSWERS, SEALED)
def test_the_order_of_the_sealed_bars_does_not_matter(
    own: Decision, sealed: list[SealedAnswer]
) -> None:
    one = hold_to_sealed(own, sealed=sealed)
    other = hold_to_sealed(own, sealed=sealed[::-1])
    assert one.model_copy(update={"instructs": ()}) == other.model_copy(update={"instructs": ()})
    assert set(one.instructs) == set(other.instructs)


@given(ANSWERS)
def test_without_a_sealed_bar_nothing_changes(own: Decision) -> None:
    assert hold_to_sealed(own, sealed=[]) is own


def test_a_bar_that_is_not_at_hand_closes() -> None:
    gone = SealedAnswer("a framework", PLAN, None, "it is not at hand")
    found = hold_to_sealed(answer(Verdict.ALLOW), sealed=[gone])
    assert found.verdict is Verdict.HOLD
    assert [reason.code for reason in found.reasons] == ["framework.sealed-bar"]
    assert "it is not at hand" in found.reasons[0].says


def test_open_under_both_is_open_with_a_condition() -> None:
    sealed = SealedAnswer("lab/small-1", PLAN, answer(Verdict.ALLOW, days=3, rests="d"))
    found = hold_to_sealed(answer(Verdict.ALLOW, days=30), sealed=[sealed])
    assert found.verdict is Verdict.ALLOW
    assert found.expires_at == AT + timedelta(days=3)
    assert [note.code for note in found.conditions] == ["framework.changed"]


@pytest.mark.parametrize(("verdict", "items"), [(Verdict.ALLOW, 0), (Verdict.DENY, 1)])
def test_what_opens_the_sealed_bar_is_said(verdict: Verdict, items: int) -> None:
    sealed = SealedAnswer("lab/small-1", PLAN, answer(verdict))
    found = hold_to_sealed(answer(Verdict.ALLOW), sealed=[sealed])
    alone = Explanation.model_construct(verdict=Verdict.ALLOW, work=(), next_step=None, flips=())
    told = explain_sealed(alone, decision=found)
    assert len(told.work) == items
    assert told.verdict == found.verdict
