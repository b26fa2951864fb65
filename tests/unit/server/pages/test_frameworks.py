"""Pages of frameworks: every clause can be linked to, and no name reaches a file."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from tests.unit.server.pages.reading import links_of, words_of
from tierlock.core import digest, digest_bytes, leaves
from tierlock.frameworks import get_framework, list_frameworks

NAMES = [entry.name for entry in list_frameworks()]


def test_the_list_says_who_is_judged_under_what(client: TestClient) -> None:
    rows = client.get("/frameworks?format=json").json()["rows"]
    assert {row["name"] for row in rows} == set(NAMES)
    judged = {row["name"]: [one["name"] for one in row["subjects"]] for row in rows}
    assert judged["asl/reference-1"] == ["small-model-1"]
    assert not judged["anthropic/rsp-2.2"]
    assert {row["name"]: row["supersedes"] for row in rows}["anthropic/rsp-2.2"] == (
        "anthropic/rsp-2.1"
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_criterion_and_safeguard_of_every_framework_has_its_place(
    client: TestClient, name: str
) -> None:
    text = client.get(f"/frameworks/{name}").text
    framework = get_framework(name)
    places = set(re.findall(r' id="([^"]+)"', text))
    wanted = {
        f"{threshold}:{leaf.name}"
        for threshold, one in framework.thresholds.items()
        for leaf in leaves(one.crossed_if)
    }
    wanted |= {f"{key}:{line}" for key, one in framework.standards.items() for line in one.criteria}
    wanted |= {*framework.thresholds, *framework.standards}
    assert wanted <= places
    assert len(places) == len(re.findall(r' id="', text)), "an id stands twice"


@pytest.mark.parametrize("name", NAMES)
def test_every_link_within_a_page_leads_somewhere(client: TestClient, name: str) -> None:
    text = client.get(f"/frameworks/{name}").text
    places = set(re.findall(r' id="([^"]+)"', text))
    assert {unquote(one) for one in re.findall(r'href="#([^"]+)"', text)} <= places


def test_a_page_says_bounds_and_whose_they_are(client: TestClient) -> None:
    words = words_of(client, "/frameworks/asl/reference-1")
    assert "Ruled out below 0.42, reached above 0.54." in words
    assert "derived" in words
    assert "at most 0.05 per threshold in 6 months" in words
    assert "is at least 1e+23" in words


def test_the_file_is_the_one_whose_digest_the_page_shows(client: TestClient) -> None:
    twin = client.get("/frameworks/asl/reference-1?format=json").json()
    answer = client.get("/framework-file?name=asl/reference-1")
    assert answer.headers["content-type"].startswith("application/yaml")
    assert digest_bytes(answer.content) == twin["fileDigest"]
    assert twin["digest"] == digest(get_framework("asl/reference-1"))
    assert twin["subjects"] == [{"name": "small-model-1", "href": "/subjects/demo"}]


@pytest.mark.parametrize(
    ("asked", "full"),
    [
        ("asl/reference", "asl/reference-1"),
        ("asl/reference/1", "asl/reference-1"),
        ("anthropic/rsp/2.2", "anthropic/rsp-2.2"),
    ],
)
def test_other_ways_to_write_a_name_lead_to_the_page(
    client: TestClient, asked: str, full: str
) -> None:
    answer = client.get(f"/frameworks/{asked}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/frameworks/{full}")


@pytest.mark.parametrize("name", ["/etc/passwd.yaml", "tierlock.yaml", "no/such-1", "%00.yml"])
@pytest.mark.parametrize(
    "address",
    [
        "/frameworks/{}",
        "/framework-file?name={}",
        "/framework-proofs?name={}",
        "/framework-diff?old={}&new=asl/reference-1",
        "/framework-impact?new={}",
        "/crosswalk?first={}",
    ],
)
def test_no_name_reaches_a_file(client: TestClient, address: str, name: str) -> None:
    answer = client.get(address.format(name), headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (404, "input.not-found")


def test_everything_that_the_list_links_to_is_there(client: TestClient) -> None:
    for address in set(links_of(client, "/frameworks")):
        if address.startswith("/framework"):
            assert client.get(address).status_code == 200, address
