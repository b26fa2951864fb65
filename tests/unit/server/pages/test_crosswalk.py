"""The crosswalk's matrix leads to reasons and citations; what nobody stated is said to be open."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from tests.unit.server.pages.reading import links_of, words_of
from tierlock.frameworks import read_crosswalk


def test_the_matrix_of_concepts_leads_to_every_concept(client: TestClient) -> None:
    links = links_of(client, "/crosswalk")
    for concept in read_crosswalk().concepts:
        assert f"/crosswalk/{concept}" in links


def test_a_concept_gives_reason_and_citation_of_every_relation(client: TestClient) -> None:
    for name, concept in read_crosswalk().concepts.items():
        page = words_of(client, f"/crosswalk/{name}")
        text = client.get(f"/crosswalk/{name}").text
        assert text.count(' id="r-') == len(concept.relations)
        for one in concept.relations:
            assert " ".join(one.cite.split()) in page


def test_each_cell_between_two_frameworks_leads_to_its_reasons(client: TestClient) -> None:
    address = "/crosswalk?first=anthropic/rsp-2.2&second=openai/preparedness-2"
    text = client.get(address).text
    cells = re.findall(r'href="(/crosswalk/[^"#]+)(#r-\d+)?"', text)
    assert cells
    for page, place in cells:
        answer = client.get(page)
        assert answer.status_code == 200
        if place:
            assert f'id="{place[1:]}"' in answer.text
    assert "not stated" in text


def test_a_whole_framework_without_a_counterpart_reads_as_such(client: TestClient) -> None:
    page = words_of(client, "/crosswalk?first=anthropic/rsp-2.2&second=openai/preparedness-2")
    assert "anything at all" in page


def test_an_unknown_concept_is_not_found(client: TestClient) -> None:
    assert client.get("/crosswalk/nothing").status_code == 404
