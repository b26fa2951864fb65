"""Evidence: every run with what rests on it, and its samples page by page."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.unit.server.pages.reading import links_of, words_of

PAGE = "/subjects/demo/evidence"
RUN = f"{PAGE}/kwkiTPA6vhmZmaqGQQGPCQ"


def twin(client: TestClient, address: str) -> Any:
    answer = client.get(address, headers={"accept": "application/json"})
    assert answer.status_code == 200
    return answer.json()


def test_every_run_names_the_findings_that_rest_on_it(client: TestClient) -> None:
    values = twin(client, PAGE)
    assert len(values["runs"]) == 7
    digests = {one["run"]: one["digest"] for one in values["runs"]}
    found = values["used_by"][digests["kwkiTPA6vhmZmaqGQQGPCQ"]]
    assert found == ["ASL-3/bio:bio-prerequisites", "ASL-4/bio:bio-mastery"]


def test_what_is_missing_is_listed(client: TestClient) -> None:
    assert "fact training_compute_flop is not declared" in words_of(client, PAGE)


def test_the_pages_hold_every_sample_once(client: TestClient) -> None:
    pages = [twin(client, f"{RUN}?page={number}")["view"] for number in (1, 2)]
    ids = [one["id"] for page in pages for one in page["samples"]]
    assert len(ids) == len(set(ids)) == 64
    assert pages[0]["total"] == 64
    assert f"{RUN}?page=2&only=" in links_of(client, RUN)


def test_only_samples_without_a_value_can_be_listed(client: TestClient) -> None:
    assert twin(client, f"{RUN}?only=missing")["view"]["samples"] == []
    assert "Every attempt has a value" in words_of(client, f"{RUN}?only=missing")


def test_a_run_is_found_by_the_digest_of_what_it_measured(client: TestClient) -> None:
    values = twin(client, RUN)
    assert twin(client, f"{PAGE}/{values['view']['line']['digest']}") == values


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{RUN}?page=3", 404),
        (f"{RUN}?page=0", 422),
        (f"{RUN}?page=x", 422),
        (f"{RUN}?only=all", 422),
        (f"{PAGE}/nothing", 404),
        (f"{RUN}/samples/nothing", 404),
        (f"{PAGE}/nothing/samples/{'0' * 64}", 404),
    ],
)
def test_what_is_not_there_is_refused(client: TestClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status
