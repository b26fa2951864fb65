from __future__ import annotations

from tests.unit.server.identity.world import Time, World, time, world
from tierlock.server.denials import Denied
from tierlock.server.identity.audit import MOST_PER_MINUTE, Event, list_events
from tierlock.server.identity.service import AuditDenials
from tierlock.server.principal import Principal

__all__ = ["time", "world"]
READER = Principal("ann", kind="user", scopes=frozenset({"transcripts"}), subjects=("a-*",))


def test_what_repeats_within_a_minute_is_one_row(world: World) -> None:
    event = Event("denied", actor="eve", what="gate", why="server.forbidden", address="192.0.2.1")
    for _ in range(1000):
        world.identity.audit.record(event, at=world.time())
    (row,) = list_events(world.accounts)
    assert (row.event, row.times) == (event, 512)
    world.time.move(minutes=1)
    world.identity.audit.record(event, at=world.time())
    assert [row.times for row in list_events(world.accounts)] == [1, 1000]


def test_a_flood_from_everywhere_fills_a_bounded_number_of_rows(world: World) -> None:
    for number in range(3000):
        event = Event("denied", what=f"/{number}", address=f"192.0.2.{number % 250}")
        world.identity.audit.record(event, at=world.time())
    world.identity.audit.close()
    rows = list_events(world.accounts, limit=500)
    assert len(rows) == MOST_PER_MINUTE + 1
    assert sum(row.times for row in rows) == 3000
    assert rows[0].event.actor == "(others)"


def test_what_only_known_people_do_is_never_folded(world: World) -> None:
    for _ in range(MOST_PER_MINUTE + 20):
        world.identity.audit.record(Event("logout", actor="ann"), at=world.time())
    assert len(list_events(world.accounts, limit=500)) == MOST_PER_MINUTE + 20


def test_what_others_wrote_is_short_and_acts_on_no_terminal(world: World) -> None:
    world.identity.audit.record(Event("denied", what="\x1b[2J" + "a" * 9000), at=world.time())
    (row,) = list_events(world.accounts)
    assert row.event.what.startswith(r"\x1b[2J")
    assert len(row.event.what) == 200


def test_pages_and_filters(world: World) -> None:
    for number in range(7):
        world.identity.audit.record(Event("login", actor=f"p{number % 2}"), at=world.time())
    first = list_events(world.accounts, limit=3)
    rest = list_events(world.accounts, before=first[-1].id, limit=99999)
    assert [row.id for row in [*first, *rest]] == [7, 6, 5, 4, 3, 2, 1]
    assert len(list_events(world.accounts, actor="p0")) == 4
    assert not list_events(world.accounts, kinds=("denied",))


def test_refused_attempts_of_the_server_are_kept(world: World) -> None:
    denials = AuditDenials(world.identity)
    denied = Denied("eve", "gate", "server.forbidden", "a-1", "192.0.2.1", world.time())
    denials.note(denied)
    denials.note(denied)
    assert denials.recent() == ((denied, 2),)


def test_a_clock_that_goes_back_loses_nothing(world: World, time: Time) -> None:
    for minutes in (0, 1, -1):
        time.move(minutes=minutes)
        world.identity.audit.record(Event("denied", actor="eve"), at=time())
    assert sum(row.times for row in list_events(world.accounts)) == 3
