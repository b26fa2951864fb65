"""Two subjects side by side: what got worse is said, dangerous texts stay withheld."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.pages.reading import links_of, words_of
from tests.unit.server.pages.two_subjects import OTHER, two_subjects
from tests.unit.server.test_security import Somebody
from tierlock.server import Principal
from tierlock.usecases import FolderWorkspace

BOTH = "/compare?left=demo&right=other"


@pytest.fixture(scope="module")
def workspace(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> FolderWorkspace:
    return two_subjects(demo_folder, folder=tmp_path_factory.mktemp("two"))


@pytest.fixture(scope="module")
def both(workspace: FolderWorkspace) -> Iterator[TestClient]:
    """Yield a client of two subjects, of which the second is worse."""
    with client_of(workspace, at=DEMO_AT) as client:
        yield client


def test_without_sides_the_page_offers_them(both: TestClient) -> None:
    assert both.get("/compare?format=json").json()["comparison"] is None
    page = words_of(both, "/compare")
    assert "small-model-1" in page
    assert OTHER in page


def test_what_got_worse_is_named_and_the_reverse_got_nothing_worse(both: TestClient) -> None:
    found = both.get(f"{BOTH}&format=json").json()
    assert "misuse-requests" in found["worse"]
    back = both.get("/compare?left=other&right=demo&format=json").json()
    assert back["worse"] == []
    page = words_of(both, BOTH)
    assert "What got worse:" in page
    assert "shown to be higher, worse for safety" in page


def test_the_chart_has_the_numbers_of_the_table(both: TestClient) -> None:
    tested = both.get(f"{BOTH}&format=json").json()["comparison"]["evaluations"]
    text = both.get(BOTH).text
    assert "data-chart" in text
    assert all(one["name"] in text for one in tested)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("left=demo&right=demo", 400),
        ("left=demo&right=nobody", 404),
        ("left=demo::nothing&right=other", 404),
        ("left=/etc/passwd&right=other", 404),
        ("left=..&right=other", 404),
    ],
)
def test_what_can_not_be_compared_is_refused(both: TestClient, query: str, status: int) -> None:
    assert both.get(f"/compare?{query}").status_code == status


def test_a_side_that_is_not_theirs_is_not_there(workspace: FolderWorkspace) -> None:
    ana = Principal("ana", kind="user", roles=frozenset({"viewer"}), subjects=("demo",))
    with client_of(workspace, at=DEMO_AT, authenticator=Somebody(ana)) as client:
        assert client.get(BOTH).status_code == 404
        assert OTHER not in client.get("/compare").text


def test_texts_are_withheld_by_default_and_need_a_permission(
    both: TestClient, workspace: FolderWorkspace
) -> None:
    address = BOTH.replace("/compare", "/compare/answers")
    assert address in links_of(both, BOTH)
    found = both.get(f"{address}&format=json").json()["answers"]
    assert found
    assert all(one["withheld"] and one["answers"] == [None, None] for one in found)
    assert "Withheld, declared as restricted" in words_of(both, address)
    viewer = Principal("bo", kind="user", roles=frozenset({"viewer"}), subjects=("*",))
    with client_of(workspace, at=DEMO_AT, authenticator=Somebody(viewer)) as client:
        assert client.get(address).status_code == 403
        assert address not in links_of(client, BOTH)
