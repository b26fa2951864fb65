"""Answers of two versions side by side: which way each moved, and what is on record beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.analysis import Answered, Impact, VerdictEffect, compare_answers
from tierlock.core import (
    Action,
    Decision,
    Determination,
    Framework,
    GateReason,
    Outcome,
    Owed,
    Plan,
    Reason,
    Subject,
    Verdict,
    digest,
)
from tierlock.policy import determine
from tierlock.policy._example import example_framework

AT = datetime(2026, 6, 1, tzinfo=UTC)
OLD = example_framework()
NEW = OLD.model_copy(
    update={
        "version": "next",
        "standards": {**OLD.standards, "brand-new": next(iter(OLD.standards.values()))},
    }
)
DEPLOY = Action(name="deploy")
LABELS = {Verdict.ALLOW: 0, Verdict.HOLD: 1, Verdict.DENY: 2}


def determined(
    framework: Framework = OLD,
    *,
    outcomes: Mapping[str, Outcome] | None = None,
    owed: tuple[str, ...] = (),
    **update: object,
) -> Determination:
    """Return a determination of nothing, with the outcomes and obligations named."""
    plan = Plan(framework=digest(framework), subject="m", sealed_at=AT, declared="before")
    made = determine(framework, plan, (), subject=Subject(name="m"), at=AT)
    (first,) = made.thresholds
    stated = {first.threshold: first.outcome} if outcomes is None else outcomes
    fields = {
        "thresholds": tuple(
            first.model_copy(update={"threshold": name, "outcome": outcome})
            for name, outcome in stated.items()
        ),
        "owed": tuple(Owed(standard=name, because="baseline") for name in owed),
    }
    return made.model_copy(update={**fields, **update})


def decided(verdict: Verdict, **fields: object) -> Decision:
    closed: dict[Verdict, Literal["HOLD", "DENY"]] = {Verdict.HOLD: "HOLD", Verdict.DENY: "DENY"}
    reasons = tuple(
        GateReason(code="claim.missing", says="open", verdict=word, about="a:b")
        for known, word in closed.items()
        if known is verdict
    )
    made = determined()
    return Decision(
        verdict=verdict,
        action=DEPLOY,
        framework=made.framework,
        subject="m",
        determination=digest(made),
        decided_at=AT,
        reasons=reasons,
    ).model_copy(update=fields)


def compared(
    old: Determination | None = None,
    new: Determination | None = None,
    *,
    before: Decision | None = None,
    after: Decision | None = None,
    recorded: Determination | None = None,
    related: Mapping[str, tuple[str, ...]] | None = None,
) -> Impact:
    first, second = old or determined(), new or determined(NEW)
    return compare_answers(
        Answered(OLD, first, {} if before is None else {DEPLOY: before}),
        new=Answered(NEW, second, {} if after is None else {DEPLOY: after}),
        recorded=recorded or first,
        recorded_digest=digest(recorded or first),
        related=related or {},
    )


def verdict_of(before: Decision | None, after: Decision | None) -> VerdictEffect:
    (effect,) = compared(before=before, after=after).verdicts
    return effect


# -- verdicts -----------------------------------------------------------------------------------


@given(st.sampled_from(Verdict), st.sampled_from(Verdict))
def test_a_laxer_verdict_is_more_permissive_and_a_harder_one_stricter(
    old: Verdict, new: Verdict
) -> None:
    effect = verdict_of(decided(old), decided(new))
    move = LABELS[new] - LABELS[old]
    want = "none" if not move else "stricter" if move > 0 else "more permissive"
    assert (effect.old, effect.new, effect.direction) == (old, new, want)
    # The reasons are those of the side that is closed; of two, those that count from now on.
    assert bool(effect.reasons) == (Verdict.ALLOW is not old or Verdict.ALLOW is not new)


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        (None, Verdict.ALLOW, "more permissive"),
        (None, Verdict.HOLD, "stricter"),
        (Verdict.ALLOW, None, "stricter"),
        (Verdict.HOLD, None, "more permissive"),
        (Verdict.DENY, None, "more permissive"),
    ],
)
def test_an_action_that_one_version_lacks_is_always_marked(
    old: Verdict | None, new: Verdict | None, way: str
) -> None:
    effect = verdict_of(decided(old) if old else None, decided(new) if new else None)
    assert (effect.old, effect.new, effect.direction) == (old or "", new or "", way)


SOON, LATER = AT + timedelta(days=30), AT + timedelta(days=90)
TERM = Reason(code="claim.interim", says="an interim claim")
OTHER = Reason(code="clock.soft", says="due for renewal")


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        ((SOON,), (LATER,), "more permissive"),
        ((LATER,), (SOON,), "stricter"),
        ((SOON,), (None,), "more permissive"),
        ((None,), (SOON,), "stricter"),
        ((SOON, TERM), (SOON,), "more permissive"),
        ((SOON,), (SOON, TERM), "stricter"),
        ((SOON, TERM), (SOON, OTHER), "more permissive"),
        ((LATER, TERM), (SOON,), "more permissive"),
        ((SOON, TERM), (LATER, TERM, OTHER), "more permissive"),
        ((SOON, TERM), (SOON, TERM), "none"),
    ],
)
def test_permissions_differ_in_their_ends_and_terms(
    old: tuple[object, ...], new: tuple[object, ...], way: str
) -> None:
    """A permission is its end, and the conditions that it is under."""
    ends, terms = (old[0], new[0]), (old[1:], new[1:])
    effect = verdict_of(
        decided(Verdict.ALLOW, expires_at=ends[0], conditions=terms[0]),
        decided(Verdict.ALLOW, expires_at=ends[1], conditions=terms[1]),
    )
    assert effect.direction == way
    assert (effect.old_expires_at, effect.new_expires_at) == ends
    assert effect.dropped == tuple(term for term in terms[0] if term not in terms[1])
    assert effect.added == tuple(term for term in terms[1] if term not in terms[0])


def test_what_is_newly_permitted_comes_first() -> None:
    actions = [Action(name=name) for name in ("a", "b", "c", "d")]
    closed, opened, denied = (decided(v) for v in (Verdict.HOLD, Verdict.ALLOW, Verdict.DENY))
    old = dict(zip(actions, (opened, denied, opened, closed), strict=True))
    new = dict(zip(actions, (opened, closed, closed, opened), strict=True))
    impact = compare_answers(
        Answered(OLD, determined(), old),
        new=Answered(NEW, determined(NEW), new),
        recorded=determined(),
        recorded_digest=digest(determined()),
        related={},
    )
    assert [effect.action.name for effect in impact.verdicts] == ["d", "b", "c", "a"]


# -- thresholds, standards, summary ---------------------------------------------------------------


@given(
    st.sampled_from([None, *Outcome]),
    st.sampled_from([None, *Outcome]),
)
def test_a_threshold_that_is_not_there_holds_nothing_back(
    old: Outcome | None, new: Outcome | None
) -> None:
    impact = compared(
        determined(outcomes={"x": old} if old else {}),
        determined(NEW, outcomes={"x": new} if new else {}),
        related={"x": ("equal y",)},
    )
    if old is None and new is None:
        assert impact.thresholds == ()
        return
    (effect,) = impact.thresholds
    move = (new.rank if new else 0) - (old.rank if old else 0)
    want = "none" if not move else "stricter" if move > 0 else "more permissive"
    assert effect.direction == want
    assert (effect.old, effect.new) == (old.words if old else "", new.words if new else "")
    # What the crosswalk has to say matters only where a name is missing.
    assert effect.related == (("equal y",) if old is None or new is None else ())


def test_standards_that_are_owed_by_one_version_only() -> None:
    name = next(iter(OLD.standards))
    less = compared(determined(owed=(name,)), determined(NEW))
    assert [(e.name, e.old, e.new, e.direction) for e in less.standards] == [
        (name, "owed", "not owed", "more permissive")
    ]
    more = compared(determined(), determined(NEW, owed=("brand-new",)))
    assert [(e.name, e.old, e.new, e.direction) for e in more.standards] == [
        ("brand-new", "", "owed", "stricter")
    ]
    assert compared().standards == ()


def test_the_label_moves_without_a_direction_and_the_end_of_rule_outs_with_one() -> None:
    out = {"x": Outcome.RULED_OUT}
    impact = compared(
        determined(outcomes=out, label="B", expires_at=SOON),
        determined(NEW, outcomes=out, label="A", expires_at=LATER),
    )
    assert [(e.name, e.direction) for e in impact.summary] == [
        ("label", "other"),
        ("lapses", "more permissive"),
    ]
    assert impact.count("other") == impact.count("more permissive") == 1
    assert impact.flips == 2


def test_without_a_rule_out_there_is_nothing_that_could_lapse() -> None:
    impact = compared(determined(expires_at=SOON), determined(NEW, expires_at=None))
    assert [(e.name, e.old, e.new, e.direction) for e in impact.summary][1] == (
        "lapses",
        "",
        "",
        "none",
    )
    assert impact.flips == 0


# -- the record -----------------------------------------------------------------------------------


def test_a_record_that_is_reproduced_has_no_drift() -> None:
    assert compared().drift == ()


@pytest.mark.parametrize(
    ("update", "says"),
    [
        ({"label": "other"}, "label: other -> "),
        ({"subject_digest": digest(OLD)}, "the subject is described otherwise"),
        ({"plan": digest(NEW)}, "another plan counts"),
        ({"engine": "tierlock-engine/0"}, "the record is of engine tierlock-engine/0"),
        ({"owed": ("s",)}, "s: owed -> not owed"),
        ({"notes": (OTHER,)}, "outcomes and obligations are the same, details differ"),
    ],
)
def test_drift_says_where_the_record_is_not_reproduced(
    update: dict[str, object], says: str
) -> None:
    (found,) = compared(recorded=determined(**update)).drift  # type: ignore[arg-type]
    assert found.startswith(says)


def test_drift_counts_runs_that_came_and_went() -> None:
    made = determined()
    (finding,) = made.findings
    runs = tuple(digest(Action(name=name)) for name in ("a", "b", "c"))
    now = determined(findings=(finding.model_copy(update={"evidence": runs[:2]}),))
    then = determined(findings=(finding.model_copy(update={"evidence": runs[2:]}),))
    assert compared(now, recorded=then).drift == (
        "2 of the runs now used were not used then",
        "1 of the runs used then are not used now",
    )


def test_the_record_is_not_compared_as_of_another_instant() -> None:
    then = determined(label="other", determined_at=AT - timedelta(days=1))
    impact = compared(recorded=then)
    assert (impact.drift, impact.recorded_at) == ((), AT - timedelta(days=1))
    assert impact.at == AT
