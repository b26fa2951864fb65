"""Time, duplicates, plan and register (spec/determination.md V-2 to V-5, S-1, T-1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import permutations

import pytest

from tests.unit.policy.factory import (
    AT,
    ago,
    case,
    complete,
    determined,
    doubt,
    evaluation,
    framework,
    negative,
    plan,
    register,
    registered,
    run,
    sha,
    subject,
)
from tierlock.core import (
    Attestation,
    InputError,
    IntegrityError,
    Parts,
    SpentAlpha,
    SubjectRef,
    digest,
)
from tierlock.policy import inputs
from tierlock.policy.inputs import aware, check_case, distinct_register

SOON = AT + timedelta(hours=1)
ATTESTATION = Attestation(
    criterion="t:threat", subject="m", role="ceo", signer="a", attested_at=ago(1)
)
SPENT = SpentAlpha(threshold="bio-3", lineage="m", weights="w", spent_at=ago(1))


def distinct(evidence):
    return inputs.distinct(evidence, subject=subject())


def test_t1_instants_are_utc_and_naive_ones_refused():
    local = AT.astimezone(timezone(timedelta(hours=5)))
    assert aware(local) == AT
    assert aware(local).tzinfo is UTC
    with pytest.raises(InputError) as caught:
        aware(datetime(2026, 6, 1))  # noqa: DTZ001  # what is refused
    assert caught.value.code == "input.naive-time"


def test_v4_equal_digests_are_one_piece_in_a_fixed_order():
    a, b = run(name="a", measured_at=ago(3)), run(name="b", measured_at=ago(4))
    c = run(name="c", measured_at=ago(3))
    assert distinct([c, a, a, b]) == distinct([b, a, c]) == (b, a, c)
    assert distinct(()) == ()


def test_v4_of_copies_the_most_doubtful_counts_whatever_the_order():
    """V-4, L2: what a log is doubted for, and how long it took, is not in its digest."""
    timed = [run().model_copy(update={"seconds": seconds}) for seconds in (None, 0.5, 7.0)]
    doubted = run().model_copy(update={"problems": (doubt(),)})
    assert {item.digest for item in (*timed, doubted)} == {run().digest}
    for order in permutations((*timed, doubted)):
        assert distinct(order) == (doubted,)
    for order in permutations(timed):
        assert distinct(order)[0].seconds == 7.0
    assert distinct(timed[1::-1])[0].seconds == distinct(timed[:2])[0].seconds == 0.5
    paid = [run().model_copy(update={"usd": usd}) for usd in (None, 0.0, 7.0)]
    for order in permutations(paid):
        assert distinct(order)[0].usd == 7.0
    assert distinct(paid[1::-1])[0].usd == distinct(paid[:2])[0].usd == 0.0


def test_v4_two_subjects_may_use_one_run_id_and_stay_in_order():
    mine, theirs = run(), run(about=SubjectRef(name="parent"))
    both = tuple(sorted((mine, theirs), key=lambda item: item.digest))
    assert distinct([mine, theirs]) == distinct([theirs, mine]) == both


def test_v5_one_run_id_with_two_contents_is_an_integrity_failure():
    for other in (run(bad=1), run(about=SubjectRef(name="m-log"))):
        with pytest.raises(IntegrityError, match="run `r1` occurs with two") as caught:
            distinct([run(), other])
        assert caught.value.code == "integrity.run-conflict"


def test_v5_equal_rows_of_the_register_count_once_and_different_ones_conflict():
    one, two = registered(), registered("r2")
    other_slot = registered(slot="cyber")
    before = register(one, two, one, other_slot, as_of=AT)
    assert distinct_register(before) == register(one, two, other_slot, as_of=AT)
    with pytest.raises(IntegrityError, match="run `r1` is registered twice") as caught:
        distinct_register(register(one, registered(started_at=ago(9))))
    assert caught.value.code == "integrity.run-conflict"


def test_v5_of_several_conflicts_the_same_one_is_told_whatever_the_order():
    """L2."""
    logs = [run(bad, name=name) for name in "abc" for bad in (0, 1)]
    said = set()
    for order in list(permutations(logs))[::37]:
        with pytest.raises(IntegrityError) as caught:
            distinct(order)
        said.add(caught.value.message)
    assert len(said) == 1


def test_a_proper_case_passes():
    rules = framework(effective=AT.date())
    now = run(measured_at=AT, finished_at=AT)
    record = negative("dissent", happened_at=AT, resolved_at=AT)
    check_case(
        case(
            rules,
            now,
            plan=plan(rules, sealed_at=AT),
            attestations=(ATTESTATION.model_copy(update={"attested_at": AT}),),
            negatives=complete(record, negative("dissent")),
            history=(SPENT.model_copy(update={"spent_at": AT}),),
            parent=determined(),
        )
    )


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("evidence `r1`", {"evidence": (run(measured_at=SOON),)}),
        ("evidence `r1`", {"evidence": (run(finished_at=SOON),)}),
        ("plan `plan`", {"plan": plan(framework(), sealed_at=SOON)}),
        ("plan `plan`", {"register": register(plans=(plan(framework(), sealed_at=SOON),))}),
        ("run `r1`", {"register": register(registered(started_at=SOON))}),
        (
            "attestation `t:threat`",
            {"attestations": (ATTESTATION.model_copy(update={"attested_at": SOON}),)},
        ),
        ("record `dissent`", {"negatives": complete(negative("dissent", happened_at=SOON))}),
        ("record `dissent`", {"negatives": complete(negative("dissent", resolved_at=SOON))}),
        ("spent alpha `bio-3`", {"history": (SPENT.model_copy(update={"spent_at": SOON}),)}),
        ("determination `m`", {"parent": determined(at=SOON)}),
    ],
)
def test_v2_nothing_may_be_dated_later_than_the_question(what, changes):
    with pytest.raises(InputError, match=rf"\] {what} is dated") as caught:
        check_case(case(**changes))
    assert caught.value.code == "input.future"
    assert f"dated {SOON.isoformat()}, after {AT.isoformat()}" in caught.value.message


@pytest.mark.parametrize(
    "day", [date(2026, 6, 2), date(2026, 7, 1), date(2027, 1, 1), date(2027, 5, 3)]
)
def test_v2_a_framework_that_is_not_yet_effective(day):
    rules = framework(effective=day)
    with pytest.raises(InputError, match=f"\\] framework `example/tiny-1` is dated {day}"):
        check_case(case(rules))


def test_the_plan_is_of_this_framework_and_this_subject():
    for changes in ({"framework": sha("x")}, {"subject": "x"}, {"weights": sha("x")}):
        with pytest.raises(InputError) as caught:
            check_case(case(plan=plan(framework()).model_copy(update=changes)))
        assert caught.value.code == "input.subject"
    check_case(case(plan=plan(framework(), subject="m-log")))
    check_case(case(plan=plan(framework(), weights=None)))


def test_s1_superseded_plans_are_registered():
    first = plan(framework(), sealed_at=ago(90))
    second = plan(framework(), sealed_at=ago(80), supersedes=digest(first))
    third = plan(framework(), sealed_at=ago(70), supersedes=digest(second))
    check_case(case(plan=third, register=register(plans=(first, second))))
    check_case(case(plan=second, register=register(plans=(first,))))
    for known, active in (((), second), ((first,), third), ((second,), third), ((second,), first)):
        with pytest.raises(InputError, match="superseded plan `sha256:") as caught:
            check_case(case(plan=active, register=register(plans=known)))
        assert caught.value.code == "register.incomplete"


def test_s1_evidence_of_a_slot_is_registered_in_that_slot():
    with pytest.raises(InputError, match="run `r1` is not in") as caught:
        check_case(case(None, run(), register=register()))
    assert caught.value.code == "register.incomplete"
    with pytest.raises(InputError):
        check_case(case(None, run(), register=register(registered(slot="other"))))
    # Evidence that no slot asks for needs no register; it does not end the check.
    stray = run(name="r0", evaluation="stray")
    check_case(case(None, stray, register=register()))
    rules = framework(evaluations={"other": evaluation(tasks=("x",)), "bio": evaluation()})
    with pytest.raises(InputError):
        check_case(case(rules, stray, run(), register=register()))


def test_v5_registered_evidence_is_unchanged_and_not_older_than_its_run():
    known = run()
    check_case(case(None, known, register=register(registered(evidence=known.digest))))
    check_case(case(None, known, register=register(registered())))
    check_case(case(None, known, register=register(registered(subject="m-log"))))
    stranger = run(about=SubjectRef(name="x"))
    check_case(case(None, stranger, register=register(registered(subject="x", parts=Parts()))))
    with pytest.raises(IntegrityError):
        check_case(case(None, stranger, register=register(registered(parts=Parts()))))
    for changes, says in (
        ({"evidence": sha("x")}, "differs"),
        ({"started_at": ago(9)}, "before its registered start"),
        ({"subject": "x"}, "is registered for another"),
        ({"parts": Parts()}, "is registered for another"),
    ):
        with pytest.raises(IntegrityError, match=f"run `r1` .*{says}") as caught:
            check_case(case(None, known, register=register(registered(**changes))))
        assert caught.value.code == "integrity.run-conflict"
