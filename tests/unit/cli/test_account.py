"""`tierlock account`: what an administrator does at the server's own machine."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.projects import tierlock
from tierlock.server import Accounts
from tierlock.server.identity.people import Known, welcome

NEW = ["--label", "ci", "--owner", "cd", "--role", "machine", "--subject", "gemma-*"]


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    found = f"sqlite:///{tmp_path / 'accounts.db'}"
    monkeypatch.setenv("TIERLOCK_ACCOUNTS", found)
    return found


def test_a_token_is_shown_once_listed_and_revoked(address: str) -> None:
    made = tierlock("account", "token", "new", *NEW, "--transcripts", "--days", "10")
    assert made.code == 0, made.err
    assert re.fullmatch(r"tlk_[0-9a-f]{16}_[0-9a-f]{64}\n", made.out)
    token_id = made.out.split("_")[1]
    assert f"revoke {token_id}" in made.err
    (listed,) = json.loads(tierlock("account", "token", "list", "--format", "json").out)
    assert (listed["id"], listed["owner"], listed["state"]) == (token_id, "machine:cd", "valid")
    text = tierlock("account", "token", "list").out
    assert made.out.strip() not in text
    assert all(len(line) <= 120 for line in text.splitlines())
    assert tierlock("account", "token", "revoke", token_id).code == 0
    again = tierlock("account", "token", "revoke", token_id)
    assert (again.code, "input.not-found" in again.err) == (2, True)
    events = json.loads(tierlock("account", "audit", "--format", "json").out)
    assert [one["kind"] for one in events] == ["token-revoked", "token-made"]
    assert all(one["actor"].startswith("shell:") for one in events)


def test_people_are_shut_out_and_let_in(address: str) -> None:
    accounts = Accounts(address)
    known = Known("https://login.example.org", "1", "ann@example.org", ("staff",))
    welcome(accounts, known=known, at=datetime(2026, 11, 22, tzinfo=UTC))
    accounts.close()
    for verb, state in (("disable", "disabled"), ("enable", "enabled")):
        assert tierlock("account", "person", verb, "ann@example.org").code == 0
        (listed,) = json.loads(tierlock("account", "person", "list", "--format", "json").out)
        assert (listed["name"], listed["state"]) == ("ann@example.org", state)
    assert tierlock("account", "person", "disable", "eve").code == 2


def test_a_mistyped_address_makes_no_accounts(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    ran = tierlock("account", "token", "list", "--accounts", f"sqlite:///{path}")
    assert (ran.code, "account.unavailable" in ran.err) == (2, True)
    assert not path.exists()


def test_empty_lists_say_so(address: str) -> None:
    Accounts(address).close()
    for command in (["token", "list"], ["person", "list"], ["audit"]):
        ran = tierlock("account", *command)
        assert (ran.code, ran.out) == (0, "")
        assert ran.err


@pytest.mark.parametrize(
    "arguments", [["--days", "0"], ["--days", "400"], ["--role", "owner"], ["--subject", "a?"],
                  ["--owner", "a b"], ["--label", ""]],
)  # fmt: skip
def test_what_is_no_token_is_refused(address: str, arguments: list[str]) -> None:
    ran = tierlock("account", "token", "new", *NEW, *arguments)
    assert ran.code == 2
    assert ran.out == ""
