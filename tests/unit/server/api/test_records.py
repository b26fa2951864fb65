"""The ledger over the API: every entry can be proved with what is handed out."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path

from starlette.testclient import TestClient

from tierlock.ledger import Entry, InclusionProof, TreeHead, check_export, verify_inclusion


def test_every_entry_proves_itself(client: TestClient) -> None:
    head = client.get("/v1/subjects/demo/ledger").json()
    seen, since = 0, 0
    while True:
        page = client.get(
            "/v1/subjects/demo/ledger/entries", params={"since": since, "limit": 7}
        ).json()
        seen += len(page["items"])
        if page["next"] is None:
            break
        since = page["next"]
    assert seen == head["size"] > 7
    for place in (0, head["size"] - 1):
        answer = client.get(f"/v1/subjects/demo/ledger/entries/{place}").json()
        shown = answer["head"]
        verify_inclusion(
            Entry(
                index=place,
                media_type=answer["mediaType"],
                logged_at=datetime.fromisoformat(answer["loggedAt"]),
                payload=base64.b64decode(answer["payload"]),
            ),
            proof=InclusionProof(
                index=place,
                size=shown["size"],
                path=tuple(base64.b64decode(one) for one in answer["path"]),
            ),
            head=TreeHead(
                origin=shown["origin"],
                size=shown["size"],
                root=base64.b64decode(shown["root"]),
                observed_at=datetime.fromisoformat(shown["observedAt"]),
            ),
        )


def test_what_is_not_there_is_not_found(client: TestClient) -> None:
    gone = client.get("/v1/subjects/demo/ledger/entries/100000")
    assert (gone.status_code, gone.json()["code"]) == (404, "ledger.size")
    beyond = client.get("/v1/subjects/demo/ledger/entries?since=100000").json()
    assert beyond == {"items": [], "next": None}


def test_the_export_is_whole(client: TestClient, tmp_path: Path) -> None:
    answer = client.get("/v1/subjects/demo/ledger/export")
    path = tmp_path / "ledger"
    path.write_bytes(answer.content)
    head = client.get("/v1/subjects/demo/ledger").json()
    assert check_export(path).size == head["size"]
