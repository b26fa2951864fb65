"""Findings: the trace, every number with its source, and what would flip it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.unit.server.pages.reading import links_of, words_of

PAGE = "/subjects/demo/findings"
CRITERION = f"{PAGE}/ASL-3/bio/bio-prerequisites"


def twin(client: TestClient, address: str) -> Any:
    answer = client.get(address, headers={"accept": "application/json"})
    assert answer.status_code == 200
    return answer.json()


def test_the_tree_has_the_connectives_of_the_framework(client: TestClient) -> None:
    tree = twin(client, f"{PAGE}/ASL-3/bio")["view"]["tree"]
    assert tree["says"] == "crossed when both are, ruled out when one is"
    leaf, branch = tree["nodes"]
    assert (leaf["path"], leaf["outcome"]) == ("ASL-3/bio:bio-prerequisites", "undetermined")
    assert "at least 2 of 3" in branch["says"]
    assert [one["name"] for one in branch["nodes"]] == ["wmdp-bio", "protocol-qa", "virology-test"]


def test_what_would_flip_a_threshold_names_the_criterion_and_the_gate(client: TestClient) -> None:
    flips = twin(client, f"{PAGE}/ASL-3/bio")["view"]["flips"]
    assert any("bio-prerequisites were ruled out: DENY → ALLOW" in one for one in flips)


def test_the_work_names_what_it_costs(client: TestClient) -> None:
    words = words_of(client, f"{PAGE}/ASL-3/bio")
    assert "Rule out ASL-3/bio with both of" in words
    assert "at least 9 samples, likely 55" in words


def test_every_number_of_a_criterion_says_where_it_comes_from(client: TestClient) -> None:
    view = twin(client, CRITERION)["view"]
    numbers = {one["name"]: one for one in view["numbers"]}
    assert numbers["Estimate"]["value"].replace("\u00a0", " ") == "48.4 %"
    assert "64 scored attempts" in numbers["Estimate"]["source"]
    assert "worst of 2 elicitations" in numbers["Estimate"]["source"]
    assert "98.8" in numbers["Upper limit"]["source"]
    assert numbers["Missing attempts"]["value"] == "0"
    assert numbers["Rule-out bound"]["source"] == "proposal"
    assert all(one["rule"] and one["source"] for one in view["numbers"])


def test_a_criterion_leads_to_its_runs_and_to_the_clause_of_the_framework(
    client: TestClient,
) -> None:
    links = links_of(client, CRITERION)
    runs = [one for one in links if one.startswith("/subjects/demo/evidence/")]
    assert len(set(runs)) == 2
    clause = "/frameworks/asl/reference-1?subject=demo#ASL-3/bio%3Abio-prerequisites"
    assert clause in client.get(CRITERION).text


def test_a_criterion_without_evidence_says_that_it_decides_nothing(client: TestClient) -> None:
    words = words_of(client, f"{PAGE}/ASL-3/bio/wmdp-bio")
    assert "No evidence" in words
    assert "decided by nothing: it is missing" in words


def test_a_test_of_a_safeguard_has_a_page_of_its_own(client: TestClient) -> None:
    address = f"{PAGE}/asl-2/deployment:refusal-training/misuse-requests"
    words = words_of(client, address)
    assert "One test of the safeguard of asl-2/deployment:refusal-training" in words
    assert "0/96" in words


@pytest.mark.parametrize(
    "path",
    ["nothing", "ASL-3", "ASL-3/bio/nothing", "ASL-3/bio/", "%00", "ASL-3%2F..%2Fbio", "<b>"],
)
def test_a_finding_that_is_not_there_is_a_refusal(client: TestClient, path: str) -> None:
    answer = client.get(f"{PAGE}/{path}")
    assert answer.status_code == 404
    assert "<b>" not in answer.text.replace("<b></b>", "")
