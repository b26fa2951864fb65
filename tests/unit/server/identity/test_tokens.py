from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from tierlock.server.identity.grants import Grant
from tierlock.server.identity.tokens import find_bearer, list_tokens, revoke_token
from tierlock.server.problems import Refused

__all__ = ["time", "world"]


def test_a_token_opens_what_it_was_made_for_until_it_expires(world: World) -> None:
    made = world.token()
    found = find_bearer(world.accounts, text=made.text, at=world.time())
    assert (found.owner, found.grants, found.groups) == ("machine:ci", VIEWER, None)
    world.time.move(days=30, seconds=-1)
    find_bearer(world.accounts, text=made.text, at=world.time())
    world.time.move(seconds=1)
    with pytest.raises(InputError, match="is expired"):
        find_bearer(world.accounts, text=made.text, at=world.time())


def test_the_secret_is_in_no_file_of_the_database(world: World, tmp_path: Path) -> None:
    made = world.token()
    secret = made.text.rpartition("_")[2]
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert made.id.encode() in kept
    assert secret.encode() not in kept
    assert bytes.fromhex(secret) not in kept
    assert (tmp_path / "accounts.db").stat().st_mode & 0o077 == 0


def test_a_revoked_token_opens_nothing_from_the_next_request_on(world: World) -> None:
    made = world.token()
    other = World(f"sqlite:///{world.accounts._url.database}", settings=settings(), time=world.time)
    assert other.authenticator.authenticate(request(bearer(made.text))).kind == "token"
    revoke_token(
        world.accounts, token=made.text, by="root", at=world.time(), audit=world.identity.audit
    )
    with pytest.raises(Refused, match="is revoked"):
        other.authenticator.authenticate(request(bearer(made.text)))
    with pytest.raises(InputError, match="no such token"):
        revoke_token(
            world.accounts, token=made.id, by="root", at=world.time(), audit=world.identity.audit
        )
    kinds = [row.event.kind for row in list_events(world.accounts)]
    assert kinds == ["token-refused", "token-revoked", "token-made"]
    other.identity.close()


def test_nobody_revokes_the_token_of_another_as_their_own(world: World) -> None:
    made = world.token()
    with pytest.raises(InputError, match="no such token"):
        revoke_token(
            world.accounts,
            token=made.id,
            by="eve",
            at=world.time(),
            audit=world.identity.audit,
            only_of="eve",
        )
    assert list_tokens(world.accounts)[0].state(world.time()) == "valid"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"lasts": timedelta(days=367)}, "at most a year"),
        ({"lasts": timedelta(0)}, "at most a year"),
        ({"label": ""}, "label"),
        ({"label": "a\nb"}, "label"),
        ({"owner": "machine:ci"}, "name"),
        ({"owner": "ann smith"}, "name"),
        ({"grants": ()}, "role"),
        ({"grants": (Grant(scopes=("transcripts",), subjects=("*",)),)}, "role"),
        ({"within": ()}, "more than they hold"),
        ({"within": (Grant(roles=("viewer",), subjects=("b-*",)),), "grants": (
            Grant(roles=("admin",), subjects=("b-*",)),
        )}, "more than they hold"),
    ],
)  # fmt: skip
def test_what_is_no_token_is_not_made(world: World, changed: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        world.token(**changed)
    assert not list_tokens(world.accounts)
    assert not list_events(world.accounts)


def test_who_makes_a_token_gives_no_more_than_they_hold(world: World) -> None:
    held = (Grant(roles=("viewer", "engineer"), subjects=("a-*",)),)
    asked = (Grant(roles=("viewer", "admin"), scopes=("transcripts",), subjects=("*",)),)
    made = world.token(asked, within=held)
    (grant,) = find_bearer(world.accounts, text=made.text, at=world.time()).grants
    assert (grant.roles, grant.scopes, grant.subjects) == (("viewer",), (), ("a-*",))


def test_a_persons_token_loses_what_the_person_loses(world: World) -> None:
    person = world.person("ann@example.org", groups=("everybody", "a-team"))
    wanted = (Grant(roles=("reviewer",), subjects=("a-*",)),)
    made = world.token(wanted, owner=person.name, person=person.id)
    asked = request(bearer(made.text), slug="a-1")
    assert world.authenticator.authenticate(asked).roles == {"reviewer"}
    assert world.authenticator.authenticate(asked).name == "ann@example.org"
    world.person("ann@example.org", groups=("everybody",))
    found = world.authenticator.authenticate(asked)
    assert (found.roles, found.subjects) == (frozenset(), ())


def wrong_tokens() -> st.SearchStrategy[str]:
    hexes = st.text("0123456789abcdef", min_size=64, max_size=64)
    shaped = st.builds("tlk_{}_{}".format, st.just("0123456789abcdef"), hexes)
    return shaped | st.text(max_size=90) | st.just("tlk__") | st.just("")


@given(text=wrong_tokens())
def test_no_other_text_is_a_token(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "no-other-text"
    made = World(f"sqlite:///{folder / 'accounts.db'}", settings=settings(), time=Time())
    made.token()
    with pytest.raises(InputError, match="not one of this server"):
        find_bearer(made.accounts, text=text, at=made.time())
    made.identity.close()


def test_a_wrong_secret_for_a_known_id_is_told_nothing(world: World) -> None:
    made = world.token()
    revoke_token(
        world.accounts, token=made.id, by="root", at=world.time(), audit=world.identity.audit
    )
    forged = f"tlk_{made.id}_{'0' * 64}"
    with pytest.raises(InputError, match="not one of this server"):
        find_bearer(world.accounts, text=forged, at=world.time())


def test_the_last_use_is_written_at_most_once_an_hour(world: World) -> None:
    made = world.token()
    seen = []
    for minutes in (0, 30, 29, 2):
        world.time.move(minutes=minutes)
        find_bearer(world.accounts, text=made.text, at=world.time())
        used = list_tokens(world.accounts)[0].used_at
        assert used is not None
        seen.append(used)
    first = seen[0]
    assert seen == [first, first, first, first + timedelta(minutes=61)]


def test_what_somebody_wrote_into_the_grants_opens_nothing(world: World) -> None:
    made = world.token()
    with closing(sqlite3.connect(str(world.accounts._url.database))) as database, database:
        database.execute("""UPDATE account_tokens SET grants = '[{"roles": ["owner"]}]'""")
    with pytest.raises(Refused) as caught:
        world.authenticator.authenticate(request(bearer(made.text)))
    assert caught.value.status == 503
