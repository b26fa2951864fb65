from __future__ import annotations

import pytest
from sqlalchemy import event

from tests.unit.server.identity.world import (
    VIEWER,
    Time,
    World,
    bearer,
    request,
    settings,
    time,
    world,
)
from tierlock.core import InputError
from tierlock.server.identity.audit import list_events
from tierlock.server.identity.grants import Grant, SignsAs
from tierlock.server.identity.people import list_people, set_disabled
from tierlock.server.identity.settings import Rule
from tierlock.server.principal import ANONYMOUS
from tierlock.server.problems import Refused

__all__ = ["time", "world"]


def cookie(secret: str) -> dict[str, str]:
    return {"cookie": f"tierlock-session={secret}"}


def test_who_shows_nothing_is_nobody(world: World) -> None:
    assert world.authenticator.authenticate(request()) == ANONYMOUS
    assert world.authenticator.authenticate(request(cookie("0" * 64))) == ANONYMOUS
    assert world.authenticator.authenticate(request(cookie("nonsense"))) == ANONYMOUS


def test_a_session_is_the_person_with_roles_of_the_subject(world: World) -> None:
    person = world.person("ann@example.org", groups=("everybody", "a-team"))
    secret = world.session(person)
    general = world.authenticator.authenticate(request(cookie(secret)))
    assert (general.name, general.kind) == ("ann@example.org", "user")
    assert general.sees("a-1")
    assert general.sees("b-1")
    on_a = world.authenticator.authenticate(request(cookie(secret), slug="a-1"))
    on_b = world.authenticator.authenticate(request(cookie(secret), slug="b-1"))
    assert on_a.roles == {"viewer", "reviewer", "engineer"}
    assert on_b.roles == {"viewer"}
    assert len(general.csrf) == 64
    assert general.csrf != secret


def test_who_no_grant_names_sees_nothing(world: World) -> None:
    secret = world.session(world.person("bo@example.org"))
    found = world.authenticator.authenticate(request(cookie(secret)))
    assert (found.roles, found.subjects, found.sees("a-1")) == (frozenset(), (), False)


def test_a_token_that_is_refused_falls_back_to_nothing(world: World) -> None:
    secret = world.session(world.person("ann@example.org", groups=("everybody",)))
    for wrong in ("Bearer tlk_0_0", "Basic YTpi", "Bearer ", "tlk_0_0", "Bearer \xff"):
        headers = {**cookie(secret), "authorization": wrong}
        with pytest.raises(Refused) as caught:
            world.authenticator.authenticate(request(headers))
        assert (caught.value.status, caught.value.code) == (401, "account.token")


def test_two_tokens_are_none(world: World) -> None:
    pairs = [("authorization", f"Bearer {world.token().text}") for _ in range(2)]
    with pytest.raises(Refused) as caught:
        world.authenticator.authenticate(request(pairs))
    assert caught.value.status == 401


def test_one_look_into_the_database_for_each_request(world: World) -> None:
    made = world.token()
    secret = world.session(world.person("ann@example.org", groups=("everybody",)))
    world.authenticator.authenticate(request(bearer(made.text)))
    asked: list[str] = []
    event.listen(
        world.accounts._engine,
        "before_cursor_execute",
        lambda _c, _cur, statement, *_rest: asked.append(statement),
    )
    for headers in (bearer(made.text), cookie(secret)):
        asked.clear()
        world.authenticator.authenticate(request(headers))
        assert len(asked) == 1
        with world.accounts.reading() as connection:
            wanted = asked[0].replace("?", "'0'")
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {wanted}").all()
        assert all("SEARCH" in row[-1] for row in plan)


def test_a_session_ends_when_it_is_not_used(world: World, time: Time) -> None:
    secret = world.session(world.person("ann@example.org"))
    for _ in range(5):
        time.move(minutes=59)
        assert world.authenticator.authenticate(request(cookie(secret))).kind == "user"
    time.move(minutes=60)
    assert world.authenticator.authenticate(request(cookie(secret))) == ANONYMOUS
    time.move(minutes=-60)
    assert world.authenticator.authenticate(request(cookie(secret))) == ANONYMOUS


def test_a_session_ends_however_much_it_is_used(world: World, time: Time) -> None:
    secret = world.session(world.person("ann@example.org"))
    for _ in range(23):
        time.move(minutes=30)
        assert world.authenticator.authenticate(request(cookie(secret))).kind == "user"
    time.move(minutes=30)
    assert world.authenticator.authenticate(request(cookie(secret))) == ANONYMOUS


def test_who_is_shut_out_is_out_at_once(world: World) -> None:
    person = world.person("ann@example.org", groups=("everybody",))
    secret = world.session(person)
    made = world.token(VIEWER, owner=person.name, person=person.id)
    set_disabled(
        world.accounts,
        name=person.name,
        disabled=True,
        by="root",
        at=world.time(),
        audit=world.identity.audit,
    )
    assert world.authenticator.authenticate(request(cookie(secret))) == ANONYMOUS
    with pytest.raises(Refused, match="is disabled"):
        world.authenticator.authenticate(request(bearer(made.text)))
    with pytest.raises(InputError, match="is disabled"):
        world.person("ann@example.org", groups=("everybody",))
    set_disabled(
        world.accounts,
        name=person.name,
        disabled=False,
        by="root",
        at=world.time(),
        audit=world.identity.audit,
    )
    assert world.authenticator.authenticate(request(cookie(secret))) == ANONYMOUS
    assert world.person("ann@example.org").disabled_at is None
    assert [one.name for one in list_people(world.accounts)] == ["ann@example.org"]


def test_a_grant_that_is_taken_back_counts_no_more_in_open_sessions(
    world: World, time: Time
) -> None:
    secret = world.session(world.person("ann@example.org", groups=("everybody", "a-team")))
    other = World(
        f"sqlite:///{world.accounts._url.database}", settings=settings(grants=()), time=time
    )
    assert not other.authenticator.authenticate(request(cookie(secret), slug="a-1")).roles
    other.identity.close()


def test_framework_roles_say_their_framework_and_two_apart_are_none(
    world: World, time: Time
) -> None:
    anthropic = SignsAs(framework="anthropic/*", roles=("rso",))
    every = SignsAs(framework="*", roles=("ceo",))
    rules = (
        Rule(people=("ann@example.org",), roles=("reviewer",), subjects=("a-*",),
             signs_as=(anthropic,)),
        Rule(people=("ann@example.org",), subjects=("a-1",), signs_as=(every,)),
    )  # fmt: skip
    chosen = settings(grants=rules, apart=(("rso", "ceo"),))
    made = World(f"sqlite:///{world.accounts._url.database}", settings=chosen, time=time)
    secret = made.session(made.person("ann@example.org"))
    found = {
        slug: dict(
            made.authenticator.authenticate(request(cookie(secret), slug=slug)).framework_roles
        )
        for slug in ("a-1", "a-2", "b-1")
    }
    assert found == {"a-1": {}, "a-2": {"rso@anthropic/*": ("a-*",)}, "b-1": {}}
    made.identity.close()


def test_tokens_never_sign(world: World) -> None:
    signs = Rule(
        groups=("everybody",), roles=("reviewer",), subjects=("*",),
        signs_as=(SignsAs(framework="*", roles=("rso",)),),
    )  # fmt: skip
    made = world.token((signs.grant(),))
    assert not world.authenticator.authenticate(request(bearer(made.text))).framework_roles


def test_scopes_are_for_their_subjects(world: World) -> None:
    grants = (
        Grant(roles=("viewer",), subjects=("*",)),
        Grant(roles=("auditor",), scopes=("transcripts",), subjects=("a-*",)),
    )
    made = world.token(grants)
    found = {
        slug: world.authenticator.authenticate(request(bearer(made.text), slug=slug)).scopes
        for slug in ("a-1", "b-1", None)
    }
    assert found == {"a-1": {"transcripts"}, "b-1": frozenset(), None: frozenset()}


def test_a_flood_is_told_to_wait_and_others_are_not(tmp_path, time: Time) -> None:
    limits = {"burst": 5, "per_second": 1.0, "anonymous_burst": 3, "anonymous_per_second": 0.5}
    chosen = settings(limits=limits, proxies=("10.0.0.1",))
    made = World(f"sqlite:///{tmp_path / 'accounts.db'}", settings=chosen, time=time)
    text = made.token().text
    for _ in range(5):
        made.authenticator.authenticate(request(bearer(text)))
    with pytest.raises(Refused) as caught:
        made.authenticator.authenticate(request(bearer(text)))
    assert caught.value.status == 429
    assert (caught.value.headers or {})["retry-after"] == "1"
    for _ in range(3):
        made.authenticator.authenticate(request())
    with pytest.raises(Refused) as caught:
        made.authenticator.authenticate(request())
    assert (caught.value.headers or {})["retry-after"] == "2"
    behind = {"x-forwarded-for": "203.0.113.9"}
    made.authenticator.authenticate(request(behind, peer="10.0.0.1"))
    with pytest.raises(Refused):
        made.authenticator.authenticate(request(behind))
    made.identity.close()


def test_wrong_tokens_are_counted_by_address_in_few_rows(world: World) -> None:
    statuses = []
    for number in range(300):
        with pytest.raises(Refused) as caught:
            world.authenticator.authenticate(request(bearer(f"tlk_{number:016x}_{'0' * 64}")))
        statuses.append(caught.value.status)
    assert statuses == [401] * 10 + [429] * 290
    (row,) = list_events(world.accounts, kinds=("token-refused",))
    assert row.event.address == "127.0.0.1"


def test_the_address_of_a_client_reaches_whoever_notes_it(world: World, time: Time) -> None:
    chosen = settings(proxies=("10.0.0.0/8",))
    made = World(f"sqlite:///{world.accounts._url.database}", settings=chosen, time=time)
    asked = request({"x-forwarded-for": "6.6.6.6, 203.0.113.9"}, peer="10.1.2.3")
    made.authenticator.authenticate(asked)
    assert asked.client is not None
    assert asked.client.host == "203.0.113.9"
    made.identity.close()


def test_without_accounts_nobody_is_let_in(world: World) -> None:
    made = world.token()
    world.accounts.migrate(to=0)
    for headers in (bearer(made.text), cookie("0" * 64)):
        with pytest.raises(Refused) as caught:
            world.authenticator.authenticate(request(headers))
        assert (caught.value.status, caught.value.code) == (503, "account.unavailable")
