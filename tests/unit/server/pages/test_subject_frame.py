"""What all pages of a subject share, and what they say where nothing can be said."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.pages.reading import links_of, words_of
from tierlock.server.pages.subject_frame import TABS, Place
from tierlock.usecases import FolderWorkspace

PAGE = "/subjects/demo"
OWN = Place("demo", "Demo", None, ("own-1", "other-2"))
OTHER = OWN._replace(framework="other-2")


@pytest.fixture
def broken(demo_folder: Path, tmp_path: Path) -> Iterator[TestClient]:
    """Yield a client of a workspace whose subject has evidence that was changed."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    kept = next((folder / ".tierlock" / "evidence").glob("*.json"))
    kept.write_bytes(kept.read_bytes().replace(b'"success"', b'"started"'))
    with client_of(FolderWorkspace([folder]), at=DEMO_AT) as client:
        yield client


def test_addresses_keep_the_framework() -> None:
    assert OWN.link("evidence", "a b/c?#") == "/subjects/demo/evidence/a%20b/c%3F%23"
    assert OTHER.link("evidence", page=2) == "/subjects/demo/evidence?framework=other-2&page=2"
    assert OTHER.finding("ASL-3/bio:vct").startswith("/subjects/demo/findings/ASL-3/bio/vct?")


def test_the_switch_between_frameworks_names_the_own_one_plainly() -> None:
    assert OTHER.under("own-1") == "/subjects/demo"
    assert OWN.under("other-2") == "/subjects/demo?framework=other-2"


@pytest.mark.parametrize("tab", [key for key, _ in TABS if key not in {"", "reviews"}])
def test_every_tab_leads_to_every_tab_and_has_a_twin(client: TestClient, tab: str) -> None:
    links = links_of(client, f"{PAGE}/{tab}")
    assert {f"{PAGE}/{key}".rstrip("/") for key, _ in TABS} <= set(links)
    twin = client.get(f"{PAGE}/{tab}", headers={"accept": "application/json"})
    assert twin.status_code == 200
    assert twin.headers["content-type"] == "application/json"


@pytest.mark.parametrize("tab", ["", "/findings", "/safeguards", "/evidence"])
def test_records_that_were_changed_close_everything_and_say_why(
    broken: TestClient, tab: str
) -> None:
    words = words_of(broken, f"{PAGE}{tab}")
    assert "Nothing can be said about small-model-1" in words
    assert "Every action is closed" in words
    assert "integrity." in words
    assert "ALLOW" not in words


def test_every_link_between_the_pages_of_a_subject_leads_somewhere(client: TestClient) -> None:
    ahead: list[str] = [PAGE]
    seen: set[str] = set()
    while ahead:
        address = ahead.pop()
        # Samples are many and alike: two of each run will do.
        alike = address.partition("/samples/")[0]
        if address in seen or len([one for one in seen if one.startswith(f"{alike}/sam")]) > 1:
            continue
        seen.add(address)
        if not address.endswith("/reviews"):
            ahead += [one for one in links_of(client, address) if one.startswith(PAGE)]
    assert len(seen) > 50
