"""L10 over the whole gate: a permit follows from ALLOW only, and never outlives its reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.property.test_laws import LATER, both, law
from tests.strategies.chance import AT
from tests.strategies.worlds import World, worlds
from tests.unit.permit.tokens import ISSUER, KEYS, TELLER, envelope
from tierlock.core import Decision, Determination, Verdict, determination_id
from tierlock.ledger import TreeHead
from tierlock.permit import (
    Head,
    Permit,
    PermitRefused,
    Status,
    check,
    permit_payload,
    status_payload,
)
from tierlock.usecases import grant

HEAD = TreeHead(origin="example.org/log", size=3, root=b"\x01" * 32, observed_at=AT)
LIVES = st.sampled_from(
    [timedelta(seconds=1), timedelta(hours=24), timedelta(days=7), timedelta(days=31)]
)
SHARES = st.floats(min_value=0, max_value=1.5)


def granted(
    world: World, decision: Decision, determination: Determination, life: timedelta
) -> Permit:
    return grant(
        decision,
        determination=determination,
        subject=world.subject,
        head=HEAD,
        at=world.at,
        life=life,
    )


def permitted(permit: Permit, *, at: datetime) -> bool:
    """Tell whether a process with the right digests and a fresh status may go on at `at`."""
    begins = at.astimezone(UTC).replace(microsecond=0)
    status = Status(
        head=Head(permit.head.origin, permit.head.size, permit.head.root),
        standing=frozenset({permit.id}),
        revoked=frozenset(),
        revoked_subjects=frozenset(),
        closed=frozenset(),
        issued_at=begins,
        expires_at=begins + timedelta(hours=1),
    )
    try:
        check(
            envelope(permit_payload(permit), key=ISSUER),
            keys=KEYS,
            action=permit.action,
            surface=permit.surface,
            audience=permit.audience,
            digests=permit.parts,
            status=envelope(status_payload(status), key=TELLER),
            at=at,
        )
    except PermitRefused as error:
        if error.code not in {"permit.expired", "permit.early"}:
            raise
        return False
    return True


def has_weights(world: World) -> World:
    assume(world.subject.parts.weights is not None)
    return world


# One world in five is allowed: fewer examples are enough.
@settings(law, max_examples=law.max_examples // 4)
@given(worlds(), LIVES, SHARES)
def test_l10_a_permit_is_good_only_while_the_gate_allows(
    world: World, life: timedelta, share: float
) -> None:
    determination, decision = both(has_weights(world))
    assume(decision.verdict is Verdict.ALLOW)
    assert decision.expires_at is not None
    assume(decision.expires_at - world.at >= timedelta(seconds=2))
    permit = granted(world, decision, determination, life)
    assert permit.expires_at <= decision.expires_at
    assert determination.expires_at is None or permit.expires_at <= determination.expires_at
    assert permit.expires_at - permit.issued_at <= life
    bound = world.bound_to(determination_id(determination))
    at = permit.issued_at + (permit.expires_at - permit.issued_at) * share
    for instant in (at, permit.expires_at - timedelta(microseconds=1), permit.expires_at):
        open_now = permitted(permit, at=instant)
        assert open_now == (permit.issued_at <= instant < permit.expires_at)
        if open_now:
            assert bound.decided(determination, at=instant).verdict is Verdict.ALLOW
    assert not permitted(permit, at=decision.expires_at)


@settings(law, max_examples=law.max_examples // 5)
@given(worlds(), LIVES)
def test_nothing_but_allow_of_this_determination_gives_a_permit(
    world: World, life: timedelta
) -> None:
    determination, decision = both(has_weights(world))
    other = determination.model_copy(update={"label": "another"})
    for said, about in (
        (decision.model_copy(update={"verdict": Verdict.HOLD}), determination),
        (decision.model_copy(update={"verdict": Verdict.DENY}), determination),
        (decision.model_copy(update={"expires_at": None}), determination),
        (decision.model_copy(update={"subject": "another"}), determination),
        (decision.model_copy(update={"decided_at": AT + timedelta(seconds=1)}), determination),
        (decision, other),
    ):
        with pytest.raises(PermitRefused) as caught:
            granted(world, said, about, life)
        assert caught.value.code == "permit.closed"
    if decision.verdict is not Verdict.ALLOW:
        with pytest.raises(PermitRefused):
            granted(world, decision, determination, life)


@settings(law, max_examples=law.max_examples // 5)
@given(worlds(), LATER)
def test_l7_a_permit_that_is_issued_later_ends_no_earlier_than_it_may(
    world: World, later: timedelta
) -> None:
    """Issuing again and again never carries a permission past what the first one rested on."""
    determination, decision = both(has_weights(world))
    assume(decision.verdict is Verdict.ALLOW)
    bound = world.bound_to(determination_id(determination))
    again = bound.decided(determination, at=AT + later)
    if again.verdict is not Verdict.ALLOW:
        return
    permit = granted(replace(world, at=AT + later), again, determination, timedelta(days=31))
    assert decision.expires_at is not None
    assert permit.expires_at <= decision.expires_at
