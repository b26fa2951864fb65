"""The register: everything that was stated, filtered by what the form offers."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.unit.server.pages.reading import words_of
from tierlock.usecases import look_up


def test_everything_stated_is_listed(client: TestClient) -> None:
    found = client.get("/register?format=json").json()["determinations"]
    assert len(found) == len(look_up())
    assert "Nothing here is what Tierlock computes" in words_of(client, "/register")


def test_filters_leave_what_they_name(client: TestClient) -> None:
    answer = client.get("/register?framework=openai/preparedness&format=json").json()
    assert {one["framework"] for one in answer["determinations"]} == {"openai/preparedness"}
    subject = look_up()[0].subject
    answer = client.get(f"/register?subject={subject}&framework=&format=json").json()
    assert {one["subject"] for one in answer["determinations"]} == {subject}


def test_an_unknown_subject_is_not_found_with_a_hint(client: TestClient) -> None:
    answer = client.get("/register?subject=claude-opus&format=json")
    assert answer.status_code == 404
    assert answer.json()["hint"]


def test_foreign_text_stays_text(client: TestClient) -> None:
    text = client.get("/register?subject=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in text
