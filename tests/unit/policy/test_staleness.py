"""What expires evidence, and when (spec/determination.md X-1 to X-6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.policy.factory import (
    AT,
    PARTS,
    ago,
    framework,
    registered,
    run,
    sha,
    subject,
    trigger,
)
from tierlock.core import InputError, Parts, Reason, SubjectRef, add_period
from tierlock.policy.staleness import (
    clock_ends,
    runs_expire_at,
    soft_lapses,
    staleness,
    trigger_end,
)

TICK = timedelta(seconds=1)


def fired(*triggers, evidence=None, about=None, at=AT, safeguard=False):
    """Return the code of the reason why evidence is stale, or None."""
    reason = staleness(
        evidence or run(),
        framework=framework(triggers=triggers),
        subject=about or subject(),
        at=at,
        safeguard=safeguard,
    )
    return None if reason is None else reason.code


def test_without_triggers_nothing_expires():
    assert fired() is None


def test_x1_a_period_ends_half_open_and_grace_is_added():
    """X-1, T-2: valid means `at < expires`."""
    months = trigger(elapsed="P3M")
    end = add_period(ago(10), period="P3M")
    assert fired(months, at=end - TICK) is None
    assert fired(months, at=end) == "evidence.expired"
    soft = trigger(elapsed="P3M", grace="P1M")
    late = add_period(end, period="P1M")
    assert fired(soft, at=late - TICK) is None
    assert fired(soft, at=late) == "evidence.expired"


def test_triggers_of_other_records_do_not_matter_and_the_first_that_fires_is_told():
    """X-1: a trigger names the records that it expires."""
    old = run(measured_at=ago(400))
    assert fired(trigger(elapsed="P3M", expires=("claims",)), evidence=old) is None
    both = trigger(elapsed="P3M", expires=("claims", "evidence"))
    assert fired(both, evidence=old) == "evidence.expired"
    young = trigger("young", elapsed="P5Y")
    changed = trigger("changed", changed="weights")
    assert fired(young, changed, both, evidence=old) == "evidence.expired"
    assert fired(trigger(incident="incident"), evidence=old) is None


@pytest.mark.parametrize(
    ("then", "now", "code"),
    [
        (1e25, 4e25, "evidence.stale"),
        (1e25, 3.9e25, None),
        (1e25, 1e25, None),
        (None, 1e25, "unknown"),
        (1e25, None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_x2_compute_fires_at_the_multiple(then, now, code):
    """X-2: at least r times; unknown compute has fired unless the weights are the same."""
    rule = trigger(effective_compute=4.0)
    about = subject(effective_compute=now)
    same = run(about=SubjectRef(name="m", parts=PARTS, effective_compute=then))
    other = run(about=SubjectRef(name="m", parts=Parts(), effective_compute=then))
    assert fired(rule, evidence=same, about=about) == (None if code == "unknown" else code)
    assert fired(rule, evidence=other, about=about) == (
        "evidence.stale" if code == "unknown" else code
    )


def test_x2_two_subjects_without_weights_digest_are_the_same_by_name():
    """X-2: both without a digest, under a name that the subject answers to."""
    rule = trigger(effective_compute=4.0)
    unknown = run(about=SubjectRef(name="m"))
    assert fired(rule, evidence=unknown, about=subject(parts=Parts())) is None
    assert fired(rule, evidence=unknown) == "evidence.stale"


def test_x2_the_growth_is_told():
    reason = staleness(
        run(),
        framework=framework(triggers=(trigger(effective_compute=4.0),)),
        subject=subject(effective_compute=8e25),
        at=AT,
        safeguard=False,
    )
    assert reason == Reason(code="evidence.stale", says="effective compute grew 8-fold since")


@pytest.mark.parametrize("part", ["weights", "elicitation", "surface"])
def test_x3_a_changed_part_fires_and_an_unknown_one_has_fired(part):
    """X-3: on either side."""
    rule = trigger(changed=part)

    def state(then, now):
        reason = staleness(
            run(about=SubjectRef(name="m", parts=Parts(**{part: then}))),
            framework=framework(triggers=(rule,)),
            subject=subject(parts=Parts(**{part: now})),
            at=AT,
            safeguard=False,
        )
        return reason and (reason.code, "not known" in reason.says)

    assert state(sha("a"), sha("a")) is None
    assert state(sha("a"), sha("b")) == ("evidence.stale", False)
    assert state(None, sha("a")) == ("evidence.stale", True)
    assert state(sha("a"), None) == ("evidence.stale", True)
    assert state(None, None) == ("evidence.stale", True)


def test_x3_a_changed_safeguard_expires_safeguard_tests_only():
    """X-3: never the evidence of a threshold."""
    rule = trigger(changed="safeguards")
    about = subject(parts=Parts(safeguards=sha("new")))
    assert fired(rule, about=about) is None
    assert fired(rule, about=about, safeguard=True) == "evidence.stale"
    assert fired(rule, safeguard=True) is None
    assert fired(trigger(changed="weights"), safeguard=True) is None


def test_x5_runs_expire_at_the_first_end_after_the_question():
    """X-5: ends that are past do not count; only triggers with a clock for evidence do."""
    rules = framework(
        triggers=(
            trigger("hard", elapsed="P2M"),
            trigger("soft", elapsed="P1M", grace="P6M"),
            trigger("claims", elapsed="P20D", expires=("claims",)),
            trigger("part", changed="weights"),
        )
    )
    runs = [registered("old", started_at=ago(400)), registered("new"), registered("newer")]
    hard = add_period(ago(10), period="P2M")
    assert runs_expire_at(runs, framework=rules, at=AT) == hard
    soft = add_period(add_period(ago(10), period="P1M"), period="P6M")
    assert runs_expire_at(runs, framework=rules, at=hard) == soft
    assert runs_expire_at(runs, framework=rules, at=hard - TICK) == hard
    assert runs_expire_at(runs, framework=rules, at=soft) is None
    assert runs_expire_at(runs, framework=framework(), at=AT) is None
    assert runs_expire_at([], framework=rules, at=AT) is None


def test_x1_only_clocks_of_the_kind_asked_for_end_something():
    """X-1, G-13: in the framework's order, graces included."""
    triggers = (
        trigger(elapsed="P2D", grace="P1D"),
        trigger(elapsed="P1D", expires=("claims", "evidence")),
        trigger(elapsed="P4D", expires=("claims",)),
        trigger(changed="weights"),
    )
    rules = framework(triggers=triggers)
    assert clock_ends(ago(9), framework=rules, of="evidence") == [ago(6), ago(8)]
    assert clock_ends(ago(9), framework=rules, of="claims") == [ago(8), ago(5)]


def test_only_an_elapsed_trigger_has_an_end():
    with pytest.raises(InputError, match="`clock` has no period") as caught:
        trigger_end(AT, trigger=trigger(changed="weights"))
    assert caught.value.code == "input.type"
    assert trigger_end(AT, trigger=trigger(elapsed="P1W")) == AT + timedelta(days=7)


def test_x6_a_soft_clock_that_ran_out_is_told_also_after_its_grace():
    """X-6: from the period on; hard clocks and other records have none."""
    soft = trigger("soft", elapsed="P1M", grace="P1M")
    others = (
        trigger("hard", elapsed="P1D"),
        trigger("claims", elapsed="P1D", grace="P1M", expires=("claims",)),
        trigger("part", changed="weights"),
    )
    rules = framework(triggers=(*others, soft, trigger("slow", elapsed="P5Y", grace="P1M")))
    runs = [registered("b"), registered("a"), registered("young", started_at=ago(1))]
    due = add_period(ago(10), period="P1M")
    assert soft_lapses(runs, framework=rules, at=due - TICK) == ()
    says = "soft clock `soft` (P1M, grace P1M) has run out for 2 run(s), first `a`"
    assert soft_lapses(runs, framework=rules, at=due) == (Reason(code="clock.soft", says=says),)
    (late,) = soft_lapses(runs, framework=rules, at=AT + timedelta(days=300))
    assert "3 run(s)" in late.says
