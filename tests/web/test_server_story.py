"""The whole story of a review, in a real browser: from an upload to a gate that closes again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.web.conftest import serious
from tests.web.story import ANN, BOB, EVE, LOGS, OLGA, SLUG, Album, Reader, Team

BOARD = f"/subjects/{SLUG}/board?action=deploy&surface=api&audience=limited"
REVIEWS = f"/subjects/{SLUG}/reviews"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path / "team")
    with made.running():
        yield made
    made.close()


def until(holds: Callable[[], bool], *, turns: int = 600) -> None:
    """Wait for what happens by itself, such as a message that is sent."""
    for _ in range(turns):
        if holds():
            return
        time.sleep(0.1)
    assert holds()


def sign(reader: Reader, what: str) -> None:
    """Sign what the page shows."""
    assert what in reader.page.inner_text("main")
    reader.page.get_by_role("button", name="Sign with your authenticator").click()
    reader.page.get_by_text("Signed and kept").wait_for()


def test_a_review_from_the_upload_to_the_day_on_which_evidence_expires(
    chromium: Browser, team: Team, axe: str, tmp_path: Path
) -> None:
    album = Album(tmp_path / "pictures")
    eve, ann, bob, olga = (Reader(chromium, team, name=name) for name in (EVE, ANN, BOB, OLGA))
    pipeline = team.token(role="machine", owner="pipeline")
    machine = team.token(role="admin", owner="operations")
    asked = {"url": team.receiver.url, "events": ["decision.changed", "evidence.added"]}
    hook = team.ask("POST", "/v1/webhooks", token=machine, json=asked)
    assert hook.status_code == 201, hook.text
    team.receiver.secret = hook.json()["secret"]

    def look(page: Page, name: str) -> None:
        album.take(page, name, narrow=True)
        assert serious(page, axe=axe) == [], name

    # 1 Nobody knows anything yet.
    eve.log_in()
    assert "hold" in eve.go("/").lower()
    look(eve.page, "overview-before")
    assert team.gate(token=pipeline) == "HOLD"
    # 2 An engineer makes a token for their program, and uploads what was measured.
    eve.go("/account")
    eve.page.get_by_label("What it is for").fill("upload of evaluation logs")
    eve.page.get_by_label("engineer").check()
    eve.page.get_by_role("button", name="Make the token").click()
    text = eve.page.locator("section.card code").inner_text()
    look(eve.page, "token")
    for log in sorted(LOGS.glob("[bc]*_prerequisites.eval")):
        with log.open("rb") as file:
            sent = team.ask(
                "POST", f"/v1/subjects/{SLUG}/evidence?name={log.name}", token=text, content=file
            )
        assert sent.status_code == 201, sent.text
    # 3 What it shows.
    assert "ruled out" in eve.go("/").lower()
    look(eve.page, "overview-measured")
    assert "16/64" in eve.go(f"/subjects/{SLUG}")
    look(eve.page, "subject")
    # 4 What is missing now are people.
    ann.log_in()
    assert "safety-lead has not signed off" in ann.go("/reviews")
    look(ann.page, "queue")
    # 5 They enrol; who keeps the trust file adds them.
    ann.go("/enrol")
    look(ann.page, "enrol")
    bob.log_in()
    entries = [ann.enrol("safety-lead"), bob.enrol("release-owner")]
    look(bob.page, "enrolled")
    (team.project / "trust.yaml").write_text("keys:\n" + "\n".join(entries), encoding="utf-8")
    settings = team.project / "tierlock.yaml"
    settings.write_text(settings.read_text("utf-8") + "trust: trust.yaml\n", "utf-8")
    team.take_in()
    # 6 One reads and signs, which is not enough; then the other.
    team.time.move(minutes=10)
    ann.go(BOARD)
    look(ann.page, "board")
    ann.page.get_by_role("link", name="Read what you would sign").click()
    look(ann.page, "sign")
    sign(ann, f"{ANN}, as safety-lead, approves")
    look(ann.page, "signed-by-one")
    assert team.gate(token=pipeline) == "HOLD"
    bob.go(BOARD)
    bob.page.get_by_role("link", name="Read what you would sign").click()
    sign(bob, f"{BOB}, as release-owner, approves")
    look(bob.page, "signed-by-two")
    # 7 The gate is open: for the pipeline, on the pages, and who asked to be told was told.
    assert team.gate(token=pipeline) == "ALLOW"
    assert "ALLOW" in eve.go("/")
    look(eve.page, "overview-open")
    assert "ALLOW" in ann.go(BOARD)
    look(ann.page, "board-open")
    until(lambda: team.receiver.changes() == [{"from": "HOLD", "to": "ALLOW"}])
    # 8 Ann has doubts: her objection alone closes it.
    team.time.move(minutes=10)
    ann.go(f"{REVIEWS}#object")
    ann.page.get_by_label("As").select_option("safety-lead")
    ann.page.get_by_label("Why").fill("A stronger prompt was found today and was not tried.")
    look(ann.page, "objecting")
    ann.page.get_by_role("button", name="Read what you would sign").click()
    look(ann.page, "objection")
    sign(ann, "A stronger prompt was found today")
    assert team.gate(token=pipeline) == "HOLD"
    assert "A stronger prompt" in bob.go(BOARD)
    look(bob.page, "board-objected")
    until(lambda: len(team.receiver.changes()) == 2)
    # 9 Bob answers it on the record; both stay there.
    bob.go(REVIEWS)
    bob.page.get_by_label("How it was resolved").fill(
        "It was tried: the result lies within the same limits."
    )
    look(bob.page, "resolving")
    bob.page.get_by_role("button", name="Read what you would sign").first.click()
    look(bob.page, "resolution")
    sign(bob, "It was tried")
    look(bob.page, "resolved")
    assert team.gate(token=pipeline) == "ALLOW"
    until(lambda: len(team.receiver.changes()) == 3)
    # 10 A month later nobody did anything, and that closes it.
    team.time.move(days=30)
    until(lambda: len(team.receiver.changes()) == 4)
    assert team.receiver.changes()[-1] == {"from": "ALLOW", "to": "HOLD"}
    assert team.gate(token=pipeline) == "HOLD"
    eve.page.goto("/")
    assert "Log in" in eve.page.inner_text("main")
    look(eve.page, "logged-out")
    eve.page.get_by_role("link", name="Log in").click()
    eve.page.get_by_role("link", name=EVE).click()
    assert "HOLD" in eve.go("/")
    look(eve.page, "overview-expired")
    eve.go(f"/subjects/{SLUG}")
    look(eve.page, "subject-expired")
    eve.go(f"/subjects/{SLUG}/timeline")
    look(eve.page, "timeline")
    # 11 Who looks after the server sees who came and who was refused.
    olga.log_in()
    olga.go("/account")
    olga.page.get_by_role("link", name="The audit").click()
    assert f"login\t2026-12-22 12:20:00\t{EVE}" in olga.page.inner_text("main")
    look(olga.page, "audit")
    # 12 Every message was signed by the server, and no browser complained.
    assert [one["type"] for one in team.receiver.told].count("evidence.added") == 2
    assert team.receiver.wrong == 0
    for reader in (eve, ann, bob, olga):
        assert [one for one in reader.said if "401" not in one] == []
        reader.close()
