"""The safeguards of one subject: each with its state, what it lacks, and who can mend it."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from tests.unit.server.pages.reading import links_of, words_of

PAGE = "/subjects/demo/safeguards"


def rows(client: TestClient) -> dict[str, Any]:
    answer = client.get(PAGE, headers={"accept": "application/json"})
    assert answer.status_code == 200
    standards = answer.json()["view"]["standards"]
    return {one["path"]: one for standard in standards for one in standard["safeguards"]}


def test_a_safeguard_that_was_shown_to_fail_says_so_and_how_to_claim_it(
    client: TestClient,
) -> None:
    found = rows(client)["asl-3/security:two-party-access"]
    assert found["state"] == "failed"
    assert "the audit found one person" in " ".join(found["lacks"])
    assert "deploy" in found["closes"]
    assert found["command"].startswith("tierlock safeguards claim")


def test_a_gap_has_no_owner_and_a_price(client: TestClient) -> None:
    found = rows(client)["asl-2/fine-tuning:tuning-data-filtered"]
    assert (found["state"], found["owner"]) == ("missing", "")
    assert "10 people-days" in found["cost"].replace("\u00a0", " ")
    assert found["claims"] == []


def test_a_claim_shows_its_scope_and_its_evidence(client: TestClient) -> None:
    found = rows(client)["asl-2/deployment:refusal-training"]
    (claim,) = found["claims"]
    assert claim["status"] == "met"
    assert claim["scope"]
    assert {one["kind"] for one in claim["proofs"]} == {"measured"}
    assert found["met_for"]


def test_a_test_leads_to_its_finding_and_a_threshold_to_its_own(client: TestClient) -> None:
    links = links_of(client, PAGE)
    assert "/subjects/demo/findings/asl-2/deployment/refusal-training/misuse-requests" in links
    assert "/subjects/demo/findings/ASL-3/bio" in links
    assert "0 of 3 in place for every action" in words_of(client, PAGE)
