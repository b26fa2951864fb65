from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest
from pydantic import ValidationError

from tests.unit.server.identity.world import settings
from tierlock.core import InputError
from tierlock.server import load_server_file
from tierlock.server.context import utc_now
from tierlock.server.identity.opening import open_identity
from tierlock.server.identity.people import check_name
from tierlock.server.identity.settings import Provider, client_secret, grants_of

FILE = """\
public_url: https://tierlock.example.org
provider:
  issuer: https://login.example.org
  client_id: tierlock
grants:
  - groups: [safety-engineers]
    roles: [engineer]
    subjects: ["*"]
  - people: [ann@example.org]
    roles: [reviewer]
    scopes: [transcripts]
    subjects: ["gemma-*"]
    signs_as: [{framework: "anthropic/*", roles: [rso]}]
apart: [[rso, ceo]]
proxies: [10.0.0.0/24]
"""


def server_file(identity: str) -> str:
    """The file of a server in which identity says this, from the third line on."""
    return "store: sqlite:///team.db\nidentity:\n" + indent(identity, "  ")


def test_a_file_says_who_may_do_what(tmp_path: Path) -> None:
    path = tmp_path / "server.yaml"
    path.write_text(server_file(FILE))
    found = load_server_file(path).identity
    assert found.secure
    (grant,) = grants_of("ann@example.org", groups=("others",), settings=found)
    assert (grant.roles, grant.subjects) == (("reviewer",), ("gemma-*",))
    assert not grants_of("ann@example.com", groups=(), settings=found)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("roles: [engineer]", "roles: [owner]", 7),
        ('subjects: ["*"]', "subjects: []", 8),
        ('subjects: ["*"]', 'subjects: ["a?"]', 8),
        ("groups: [safety-engineers]", "group: [safety-engineers]", 6),
        ("client_id: tierlock", 'client_id: ""', 4),
        ("issuer: https://login", "issuer: http://login", 3),
    ],
)
def test_a_mistake_is_found_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    path = tmp_path / "server.yaml"
    path.write_text(server_file(FILE.replace(old, new)))
    with pytest.raises(InputError) as caught:
        load_server_file(path)
    assert caught.value.location is not None
    assert f"server.yaml:{line + 2}:" in caught.value.location


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can not read"):
        load_server_file(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "changed",
    [
        {"public_url": "http://tierlock.example.org"},
        {"public_url": "https://tierlock.example.org/here"},
        {"public_url": "https://ann:secret@tierlock.example.org"},
        {"public_url": "https://tierlock.example.org/?a=b"},
        {"public_url": "javascript:alert(1)"},
        {"public_url": ""},
        {"proxies": ("10.0.0.300",)},
        {"apart": (("rso",),)},
        {"apart": (("rso", "rso"),)},
        {"idle": 5},
        {"longest": 10**9},
        {"grants": ({"roles": ("viewer",), "subjects": ("*",)},)},
        {"grants": ({"groups": ("g",), "subjects": ("*",)},)},
        {"limits": {"login_burst": 0}},
        {"limits": {"per_second": 0}},
    ],
)
def test_settings_that_would_leave_something_open_are_refused(changed: dict) -> None:
    with pytest.raises(ValidationError):
        settings(**changed)


def test_a_provider_is_asked_who_somebody_is() -> None:
    with pytest.raises(ValidationError, match="openid"):
        Provider(issuer="https://login.example.org", client_id="a", scopes=("email",))


def test_the_secret_is_no_part_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("hidden\n")
    assert client_secret({"TIERLOCK_OIDC_CLIENT_SECRET_FILE": str(path)}) == "hidden"
    assert client_secret({"TIERLOCK_OIDC_CLIENT_SECRET": "given"}) == "given"
    address = f"sqlite:///{tmp_path / 'accounts.db'}"
    for environment in ({}, {"TIERLOCK_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "none")}):
        with pytest.raises(InputError) as caught:
            open_identity(settings(), address=address, clock=utc_now, environment=environment)
        assert caught.value.code == "account.settings"


def test_a_server_without_a_provider_needs_no_secret(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'accounts.db'}"
    found = open_identity(settings(provider=None), address=address, clock=utc_now, environment={})
    assert found.provider is None
    found.close()


@pytest.mark.parametrize(
    "name", ["", " ann", "ann ", "a\nb", "machine:ci", "MACHINE:ci", "nobody", "Local", "a" * 121,
             "аnn", "an\u200bn", "ann\u202e", "\ud800"],
)  # fmt: skip
def test_names_that_deceive_are_refused(name: str) -> None:
    with pytest.raises(InputError) as caught:
        check_name(name)
    assert caught.value.code == "account.login"


@pytest.mark.parametrize("name", ["ann@example.org", "Ann Lee", "Анна", "安", "o'hara-5"])
def test_names_of_people_are_taken(name: str) -> None:
    assert check_name(name)


def test_names_that_look_the_same_are_equal() -> None:
    assert check_name("Ann@example.org") == check_name("ａｎｎ@example.org")
