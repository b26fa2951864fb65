"""The first page of a subject: what is computed, what was ruled, what may be done, what is due."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.pages.reading import links_of, words_of
from tests.unit.server.test_security import Somebody
from tierlock.server import Principal
from tierlock.usecases import FolderWorkspace

PAGE = "/subjects/demo"


def test_the_board_stands_first_and_the_gate_answers_every_action(client: TestClient) -> None:
    words = words_of(client, PAGE)
    assert "May small-model-1 be deployed" in words
    assert "two-party-access is shown not to hold" in words
    twin = client.get(PAGE, headers={"accept": "application/json"}).json()
    asked = [one["action"] for one in twin["position"]["decisions"]]
    rows = [(one["action"], one["surface"]) for one in twin["view"]["gates"]]
    assert rows == [(one["name"], one["surface"] or "") for one in asked]
    assert {one["verdict"] for one in twin["view"]["gates"]} == {"DENY"}


def test_every_threshold_leads_to_its_finding_and_to_the_number_it_hangs_on(
    client: TestClient,
) -> None:
    links = links_of(client, PAGE)
    assert f"{PAGE}/findings/ASL-3/bio" in links
    assert f"{PAGE}/findings/ASL-3/bio/bio-prerequisites" in links


def test_closed_actions_wait_for_work_that_somebody_can_do(client: TestClient) -> None:
    twin = client.get(f"{PAGE}?format=json").json()
    waits = {one["settles"] for one in twin["view"]["waits"]}
    assert "asl-3/security:two-party-access" in waits
    assert "Nothing: every action is open" not in words_of(client, PAGE)


def test_what_lapses_stands_soonest_first_and_once(client: TestClient) -> None:
    lapses = client.get(f"{PAGE}?format=json").json()["view"]["lapses"]
    assert [one["at"] for one in lapses] == sorted(one["at"] for one in lapses)
    assert len({(one["what"], one["at"][:10]) for one in lapses}) == len(lapses)


def test_a_subject_has_one_address(client: TestClient) -> None:
    # A name could match a better grant than the subject itself.
    assert client.get("/subjects/small-model-1").status_code == 404


def test_a_framework_that_it_is_not_judged_under_is_no_address(client: TestClient) -> None:
    for name in ("anthropic/rsp-2.2", "../../etc/passwd.yaml", "/etc/hostname.yml"):
        answer = client.get(PAGE, params={"framework": name, "format": "json"})
        assert (answer.status_code, answer.json()["code"]) == (404, "input.not-found")


def test_its_own_framework_by_name_is_the_same_page(client: TestClient) -> None:
    own = client.get(f"{PAGE}?framework=asl/reference-1&format=json").json()
    assert own == client.get(f"{PAGE}?format=json").json()


def test_who_may_not_see_the_subject_is_told_that_there_is_none(demo_folder: Path) -> None:
    principal = Principal("eve", kind="token", roles=frozenset({"viewer"}), subjects=("other-*",))
    workspace = FolderWorkspace([demo_folder])
    with client_of(workspace, at=DEMO_AT, authenticator=Somebody(principal)) as client:
        for tab in ("", "/findings", "/findings/ASL-3/bio", "/evidence", "/timeline"):
            answer = client.get(f"{PAGE}{tab}", headers={"accept": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (404, "input.not-found")
