"""The check: nothing passes unless everything agrees, and every refusal says why."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread
from typing import Any

import pytest

from tests.unit.permit.tokens import (
    AT,
    HEAD,
    ISSUER,
    KEYS,
    PARTS,
    STRANGER,
    TELLER,
    asked,
    permit,
    public,
    stated,
    token,
)
from tierlock.permit import (
    CODES,
    Checker,
    Head,
    Key,
    Keys,
    Permit,
    PermitRefused,
    Seen,
    check,
    parse_permit,
    permit_payload,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
LONG: dict[str, Any] = {"issued_at": AT, "expires_at": AT + 7 * DAY}
OTHER = "sha256:" + "9" * 64


def refused(token_: bytes | None = None, **changed: Any) -> str:
    """Return the code with which a check is refused."""
    with pytest.raises(PermitRefused) as caught:
        check(token() if token_ is None else token_, **asked(**changed))
    assert caught.value.hint
    return caught.value.code


def test_what_is_permitted_is_permitted() -> None:
    found = check(token(), **asked())
    assert isinstance(found, Permit)
    assert (found.subject, dict(found.parts), found.expires_at) == ("model-1", PARTS, AT + DAY)
    assert found.id == parse_permit(permit_payload(permit())).id


@pytest.mark.parametrize(
    ("later", "code"),
    [
        (-2 * timedelta(minutes=1), "permit.early"),
        (DAY, "permit.expired"),
        (DAY + SECOND, "permit.expired"),
        (400 * DAY, "permit.stale"),
    ],
)
def test_outside_its_time_nothing_is_permitted(later: timedelta, code: str) -> None:
    assert refused(at=AT + later, status=stated(**LONG)) == code


def test_within_its_time_until_the_last_moment() -> None:
    last = AT + DAY - timedelta(microseconds=1)
    assert check(token(), **asked(at=last, status=stated(**LONG))).subject
    # The issuer's clock may be a minute ahead of ours; no end is ever moved.
    assert check(token(), **asked(at=AT - timedelta(seconds=60))).subject
    assert refused(at=AT - timedelta(seconds=61)) == "permit.early"
    zone = timezone(timedelta(hours=14))
    assert refused(at=(AT + DAY).astimezone(zone), status=stated(**LONG)) == "permit.expired"


def test_a_clock_far_behind_or_far_ahead_is_noticed() -> None:
    assert refused(at=datetime.min.replace(tzinfo=UTC)) == "permit.early"
    assert refused(at=datetime.max.replace(tzinfo=UTC)) == "permit.stale"
    with pytest.raises(PermitRefused, match="at most"):
        Checker(KEYS, skew=timedelta(minutes=6))
    with pytest.raises(PermitRefused, match="at most"):
        Checker(KEYS, skew=timedelta(seconds=-1))


def test_the_status_must_be_there_fresh_and_new_enough() -> None:
    assert refused(status=None) == "permit.status"
    assert refused(at=AT + HOUR) == "permit.stale"
    assert refused(status=stated(head=Head(HEAD.origin, 6, HEAD.root))) == "permit.head"
    assert refused(status=stated(head=Head(HEAD.origin, 7, "cd" * 32))) == "permit.head"
    assert refused(status=stated(head=Head("other.org/log", 9, HEAD.root))) == "permit.head"
    assert check(token(), **asked(status=stated(head=Head(HEAD.origin, 8, "cd" * 32)))).subject


def test_what_the_status_takes_back_is_taken_back() -> None:
    name = frozenset({check(token(), **asked()).id})
    assert refused(status=stated(revoked=name)) == "permit.revoked"
    assert refused(status=stated(closed=name)) == "permit.closed"
    for digest in PARTS.values():
        assert refused(status=stated(revoked_subjects=frozenset({digest}))) == "permit.revoked"
    assert check(token(), **asked(status=stated(revoked=frozenset({OTHER})))).subject


def test_a_status_vouches_for_the_permits_that_it_names_and_no_others() -> None:
    """One of another ledger by the same name, signed by the same machine, knows nothing of ours."""
    for standing in (frozenset[str](), frozenset({OTHER})):
        assert refused(status=stated(standing=standing)) == "permit.unknown"
    name = frozenset({check(token(), **asked()).id})
    assert check(token(), **asked(status=stated(standing=name))).subject
    both = stated(standing=name, revoked=name)
    assert refused(status=both) == "permit.revoked"


@pytest.mark.parametrize(
    "changed",
    [
        {"action": "train"},
        {"action": "Deploy"},
        {"surface": "web"},
        {"surface": None},
        {"audience": "staff"},
        {"audience": None},
        {"audience": ""},
    ],
)
def test_a_permit_is_for_nothing_else(changed: Mapping[str, Any]) -> None:
    assert refused(**changed) == "permit.action"


def test_a_permit_without_surface_is_not_for_every_surface() -> None:
    bare = token(surface=None, audience=None)
    assert refused(bare) == "permit.action"
    assert check(bare, **asked(surface=None, audience=None)).subject


@pytest.mark.parametrize(
    ("digests", "code"),
    [
        ({}, "permit.part"),
        ({"weights": PARTS["weights"]}, "permit.part"),
        ({**PARTS, "weights": OTHER}, "permit.digest"),
        ({**PARTS, "weights": PARTS["weights"].upper()}, "permit.digest"),
        ({**PARTS, "weights": None}, "permit.digest"),
        ({**PARTS, "surface": OTHER}, "permit.part"),
        ({**PARTS, "wieghts": OTHER}, "permit.part"),
        ({"elicitation": PARTS["weights"], "weights": PARTS["elicitation"]}, "permit.digest"),
        (None, "permit.input"),
        ("weights", "permit.input"),
    ],
)
def test_exactly_the_permitted_digests_are_live(digests: Any, code: str) -> None:
    assert refused(digests=digests) == code


def test_only_keys_with_the_role_count() -> None:
    assert refused(token(STRANGER)) == "permit.key"
    assert refused(token(TELLER)) == "permit.key"
    assert refused(status=stated(ISSUER)) == "permit.key"
    assert refused(status=stated(STRANGER)) == "permit.key"


def test_a_status_is_no_permit_and_a_permit_no_status() -> None:
    both = Keys([Key(public(ISSUER), frozenset({"permit-issuer", "permit-status"}))])
    assert refused(stated(ISSUER), keys=both, status=stated(ISSUER)) == "permit.version"
    assert refused(token(), keys=both, status=token()) == "permit.version"


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "passes"),
    [
        (AT, AT + 2 * DAY, True),
        (AT + SECOND, None, False),  # issued before the key was given out
        (None, AT, False),  # and after
        (None, AT + timedelta(minutes=30), False),  # issued in time, checked when it is over
        (None, AT + timedelta(minutes=31), True),
    ],
)
@pytest.mark.parametrize("limited", ["permit-issuer", "permit-status"])
def test_a_key_counts_in_its_time(
    limited: str, valid_from: datetime | None, valid_until: datetime | None, passes: bool
) -> None:
    signers = {"permit-issuer": ISSUER, "permit-status": TELLER}
    keys = Keys(
        Key(public(key), frozenset({role}), valid_from, valid_until)
        if role == limited
        else Key(public(key), frozenset({role}))
        for role, key in signers.items()
    )
    now = AT + timedelta(minutes=30)
    if passes:
        assert check(token(), **asked(keys=keys, at=now)).subject
    else:
        assert refused(keys=keys, at=now) == "permit.key"


@pytest.mark.parametrize(
    "changed",
    [{"at": AT.replace(tzinfo=None)}, {"at": "2026-06-01"}, {"at": None}, {"keys": {}}],
)
def test_a_wrong_call_permits_nothing(changed: Mapping[str, Any]) -> None:
    assert refused(**changed) == "permit.input"


def kept(checker: Checker, **changed: Any) -> Permit:
    arguments = {"token": token(), **asked(**changed)}
    del arguments["keys"]
    return checker.check(**arguments)


def test_a_checker_looks_every_time_at_everything_but_the_signatures() -> None:
    checker = Checker(KEYS)
    data, fresh = token(), stated(**LONG)
    arguments = {**asked(status=fresh)}
    del arguments["keys"]
    assert checker.check(data, **arguments) is checker.check(data, **arguments)
    name = frozenset({checker.check(data, **arguments).id})
    revoking = stated(revoked=name, head=Head(HEAD.origin, 8, "cd" * 32), **LONG)
    for changed, code in (
        ({"at": AT + DAY}, "permit.expired"),
        ({"at": AT + 7 * DAY}, "permit.stale"),
        ({"at": AT - HOUR}, "permit.early"),
        ({"digests": {**PARTS, "weights": OTHER}}, "permit.digest"),
        ({"audience": "staff"}, "permit.action"),
        ({"status": None}, "permit.status"),
        ({"status": revoking}, "permit.revoked"),
        ({}, "permit.head"),  # the status before the revocation is shown again
    ):
        with pytest.raises(PermitRefused) as caught:
            checker.check(data, **{**arguments, **changed})
        assert caught.value.code == code


def test_a_checker_verifies_a_signature_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for: list[str] = []
    verifies = Key.verifies

    def counted(self: Key, opened: Any) -> bool:
        asked_for.append(self.key_id)
        return verifies(self, opened)

    monkeypatch.setattr(Key, "verifies", counted)
    checker, first, second = Checker(KEYS), stated(), stated(issued_at=AT + SECOND)
    for status in (first, first, second, second):
        assert kept(checker, status=status).subject
    assert len(asked_for) == 3
    for _ in range(2):
        with pytest.raises(PermitRefused):
            kept(checker, token=token(STRANGER), status=second)
    assert len(asked_for) == 3


def test_an_older_status_is_refused_by_who_saw_a_newer_one() -> None:
    newer = stated(issued_at=AT + timedelta(minutes=10))
    checker = Checker(KEYS)
    assert kept(checker, status=newer, at=AT + timedelta(minutes=11)).subject
    with pytest.raises(PermitRefused, match="was seen before"):
        kept(checker, at=AT + timedelta(minutes=11))
    again = Checker(KEYS, seen=checker.seen)
    with pytest.raises(PermitRefused, match="was seen before"):
        kept(again, at=AT + timedelta(minutes=11))
    assert kept(again, status=newer, at=AT + timedelta(minutes=11)).subject


def test_a_smaller_or_forked_ledger_is_refused_by_who_saw_another() -> None:
    late: dict[str, Any] = {"issued_at": AT + SECOND}
    for head in (Head(HEAD.origin, 8, HEAD.root), Head(HEAD.origin, 7, "cd" * 32)):
        seen = Seen(head, AT)
        assert refused(status=stated(**late), seen=seen) == "permit.head"
    assert refused(seen=Seen(Head("other.org/log", 1, HEAD.root), AT)) == "permit.head"


def test_a_status_that_counts_for_no_permit_is_remembered_all_the_same() -> None:
    checker = Checker(KEYS)
    with pytest.raises(PermitRefused, match="permitted is"):
        kept(checker, digests={**PARTS, "weights": OTHER})
    assert checker.seen == Seen(HEAD, AT)


def test_a_status_that_does_not_count_is_not_remembered() -> None:
    checker = Checker(KEYS)
    for status in (stated(STRANGER), stated()[:-4], stated()):
        with pytest.raises(PermitRefused):
            kept(checker, status=status, at=AT + HOUR)
    assert checker.seen is None


def test_many_permits_are_checked_by_one_checker() -> None:
    checker = Checker(KEYS)
    for number in range(200):
        data = token(surface=f"s{number}")
        assert kept(checker, token=data, surface=f"s{number}").subject
    assert len(checker._permits) <= 64


def test_threads_share_a_checker() -> None:
    checker, data, newest = Checker(KEYS), token(), AT + timedelta(minutes=30)
    statuses = [stated(issued_at=AT + timedelta(seconds=n)) for n in range(20)]
    found: list[object] = []

    def work(order: list[bytes]) -> None:
        for status in order:
            try:
                found.append(kept(checker, token=data, status=status, at=newest))
            except PermitRefused as error:
                found.append(error.code)

    threads = [Thread(target=work, args=(statuses[n:] + statuses[:n],)) for n in (0, 5, 10, 15)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one for one in found if isinstance(one, str)} <= {"permit.head"}
    assert checker.seen == Seen(HEAD, AT + timedelta(seconds=19))


def test_a_refusal_survives_a_worker_and_can_not_act_on_a_terminal() -> None:
    error = PermitRefused("permit.digest", "the \x1b[2J live", hint="a\u202eb")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (again.code, again.message, again.hint, again.exit_code) == (
        error.code,
        error.message,
        error.hint,
        3,
    )
    assert str(error).replace("\n", "").isprintable()
    with pytest.raises(KeyError):
        PermitRefused("permit.nothing", "no such code")


def test_only_a_return_is_permission() -> None:
    assert {meaning.exit_code for meaning in CODES.values()} == {1, 2, 3, 10}
    assert all(code.startswith("permit.") and one.says and one.do for code, one in CODES.items())
