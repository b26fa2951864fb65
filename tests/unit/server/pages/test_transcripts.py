"""One sample: its texts are shown to who may read them, for a reason that is recorded first."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.server.clients import CSRF, client_of
from tests.unit.server.conftest import DEMO_AT
from tests.unit.server.test_security import Somebody
from tierlock.server import Principal
from tierlock.store import OutputStore, RunOf, SampleTexts, sample_key
from tierlock.usecases import FolderWorkspace, load_project, project_ledger, read_log

RUN = "kwkiTPA6vhmZmaqGQQGPCQ"
SAMPLE = "bio-cell-structure-1"
ADDRESS = f"/subjects/demo/evidence/{RUN}/samples/{sample_key(RUN, id=SAMPLE, epoch=1)}"
ANSWERED = "the secret answer <script>alert(1)</script>"
READER = Principal(
    "rosa",
    kind="token",
    roles=frozenset({"reviewer"}),
    scopes=frozenset({"transcripts"}),
    subjects=("*",),
)
Opened = Callable[..., AbstractContextManager[TestClient]]


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the demo that keeps the texts of one sample."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    texts = SampleTexts(SAMPLE, 1, "1", "the question", ANSWERED, "user: the question")
    of = RunOf(RUN, "/logs/bio.eval", "bio_prerequisites", "gemma")
    OutputStore(folder / ".tierlock").add([texts], of=of)
    return folder


@pytest.fixture
def opened(folder: Path) -> Opened:
    """Return what opens a client for somebody, with hazards declared or not."""

    @contextmanager
    def open_for(principal: Principal = READER, hazards: str = "") -> Iterator[TestClient]:
        if hazards:
            path = folder / "tierlock.yaml"
            path.write_text(f"{path.read_text()}hazards: {hazards}\n")
        workspace = FolderWorkspace([folder])
        with client_of(workspace, at=DEMO_AT, authenticator=Somebody(principal)) as client:
            yield client

    return open_for


def readings(folder: Path) -> list[str]:
    """What the ledger says about who asked for texts."""
    with project_ledger(load_project(folder)) as ledger:
        return [line.says for line in read_log(ledger) if line.kind == "access"]


def test_a_dangerous_text_is_withheld_until_a_reason_is_given(opened: Opened, folder: Path) -> None:
    with opened() as client:
        page = client.get(ADDRESS)
        assert page.status_code == 200
        assert "secret answer" not in page.text
        assert "Why do you need to read this?" in page.text
    assert readings(folder) == []


def test_who_gives_a_reason_sees_the_text_and_is_in_the_ledger(
    opened: Opened, folder: Path
) -> None:
    with opened() as client:
        shown = client.post(ADDRESS, data={"reason": "a dispute about the score"})
        assert shown.status_code == 200
        assert "the secret answer" in shown.text
        assert "<script>alert" not in shown.text
        assert shown.headers["cache-control"] == "no-store"
        assert "the secret answer" not in client.get(ADDRESS).text
    (said,) = readings(folder)
    assert said.startswith("rosa was shown ")
    assert said.endswith("a dispute about the score")


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_shown_and_the_attempt_is_recorded(
    opened: Opened, folder: Path, reason: str
) -> None:
    with opened() as client:
        answer = client.post(ADDRESS, data={"reason": reason})
        assert answer.status_code == 403
        assert "secret answer" not in answer.text
    (said,) = readings(folder)
    assert said.startswith("rosa was denied")


def test_without_the_scope_nothing_is_shown(opened: Opened, folder: Path) -> None:
    with opened(READER._replace(scopes=frozenset())) as client:
        answer = client.post(
            ADDRESS, data={"reason": "please"}, headers={"accept": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "server.scope")
        assert "you do not have the scope" in client.get(ADDRESS).text
    assert readings(folder) == []


def test_without_the_permission_not_even_harmless_texts_are_shown(opened: Opened) -> None:
    viewer = READER._replace(roles=frozenset({"viewer"}))
    with opened(viewer, hazards="{default: none}") as client:
        page = client.get(ADDRESS)
        assert page.status_code == 200
        assert "secret answer" not in page.text
        assert "Your roles do not permit" in page.text
        assert client.post(ADDRESS, data={"reason": "please"}).status_code == 403


def test_harmless_texts_are_shown_to_who_may_read_texts(opened: Opened, folder: Path) -> None:
    with opened(READER._replace(scopes=frozenset()), hazards="{default: none}") as client:
        assert "the secret answer" in client.get(ADDRESS).text
    assert readings(folder) == []


def test_texts_of_high_hazard_are_never_shown(opened: Opened, folder: Path) -> None:
    with opened(hazards="{bio_prerequisites: high}") as client:
        assert "such texts are never shown" in client.get(ADDRESS).text
        answer = client.post(ADDRESS, data={"reason": "please"})
        assert answer.status_code == 403
        assert "secret answer" not in answer.text
    assert "denied" in readings(folder)[0]


def test_another_site_can_not_make_a_browser_read(folder: Path) -> None:
    with client_of(FolderWorkspace([folder]), at=DEMO_AT) as client:
        headers = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
        sent = {"reason": "please", "csrf": CSRF}
        assert client.post(ADDRESS, data=sent, headers=headers).status_code == 403
        own = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}
        assert client.post(ADDRESS, data={"reason": "please"}, headers=own).status_code == 403
        assert readings(folder) == []
        assert "the secret answer" in client.post(ADDRESS, data=sent, headers=own).text
    assert len(readings(folder)) == 1


def test_a_sample_whose_texts_are_not_kept_says_how_to_keep_them(opened: Opened) -> None:
    other = ADDRESS.rpartition("/")[0] + "/" + sample_key(RUN, id="bio-microbes-1", epoch=1)
    with opened() as client:
        page = client.get(other)
        assert page.status_code == 200
        assert "No texts of this sample are kept" in page.text


def test_a_sample_is_not_reached_by_way_of_another_run(opened: Opened) -> None:
    with opened() as client:
        other = ADDRESS.replace(RUN, "oUZg8PqC6PeTMqoyCToZKd")
        assert client.get(other).status_code == 404
        assert client.post(other, data={"reason": "please"}).status_code == 404
