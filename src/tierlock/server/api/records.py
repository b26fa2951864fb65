"""The ledger, as machines read it: tree head, entries, proofs, and everything as one file."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Path as InPath
from fastapi import Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from tierlock.core import Record
from tierlock.server.api.paging import Limit, Place
from tierlock.server.context import context_of, visible
from tierlock.server.routing import api_router
from tierlock.usecases import export_project, project_ledger, read_log

router = api_router("ledger")
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


class Head(Record):
    """A tree head that nobody signed: what the server says that its ledger is now.

    Attributes:
        root: Merkle root over all entries (RFC 9162), base64.
    """

    origin: str
    size: int
    root: str
    observed_at: str


class EntryItem(Record):
    """One entry: what it is, in words, with the digest of its bytes."""

    place: int
    logged_at: str
    kind: str
    says: str
    media_type: str
    size: int
    digest: str


class EntryPage(Record):
    """A page of entries; `next` is null on the last one."""

    items: tuple[EntryItem, ...]
    next: int | None


class EntryBytes(Record):
    """One entry whole, with the proof that it is in the tree of `head`.

    Attributes:
        payload: the entry's bytes, base64.
        path: hashes from the leaf up (RFC 9162, 2.1.3.1), base64.
    """

    place: int
    media_type: str
    logged_at: str
    payload: str
    head: Head
    path: tuple[str, ...]


@router.get("/v1/subjects/{slug}/ledger", name="api-ledger")
def ledger_head(request: Request, *, slug: str) -> Head:
    """Return the tree head of a subject's ledger: keep it, and later ones must extend it."""
    context = context_of(request)
    with project_ledger(context.workspace.open(visible(request, slug=slug).slug)) as ledger:
        head = ledger.head(context.clock())
    return _head(head.origin, head.size, head.root, head.observed_at.isoformat())


def _head(origin: str, size: int, root: bytes, observed_at: str) -> Head:
    return Head(
        origin=origin, size=size, root=base64.b64encode(root).decode(), observed_at=observed_at
    )


@router.get("/v1/subjects/{slug}/ledger/entries", name="api-entries")
def entries(request: Request, *, slug: str, since: Place = 0, limit: Limit = 50) -> EntryPage:
    """List what a ledger holds, oldest first."""
    project = context_of(request).workspace.open(visible(request, slug=slug).slug)
    found: list[EntryItem] = []
    with project_ledger(project) as ledger:
        for line in read_log(ledger, since=min(since, ledger.size())):
            if len(found) == limit:
                return EntryPage(items=tuple(found), next=line.place)
            found.append(
                EntryItem(
                    place=line.place,
                    logged_at=line.logged_at.isoformat(),
                    kind=line.kind,
                    says=line.says,
                    media_type=line.media_type,
                    size=line.size,
                    digest=line.digest,
                )
            )
    return EntryPage(items=tuple(found), next=None)


@router.get("/v1/subjects/{slug}/ledger/entries/{place}", name="api-entry")
def entry(
    request: Request, *, slug: str, place: Annotated[int, InPath(ge=0, le=2**62)]
) -> EntryBytes:
    """Return one entry with the proof that it is in the tree."""
    context = context_of(request)
    with project_ledger(context.workspace.open(visible(request, slug=slug).slug)) as ledger:
        found = ledger.entry(place)
        head = ledger.head(context.clock())
        proof = ledger.inclusion_proof(place, size=head.size)
    return EntryBytes(
        place=place,
        media_type=found.media_type,
        logged_at=found.logged_at.isoformat(),
        payload=base64.b64encode(found.payload).decode(),
        head=_head(head.origin, head.size, head.root, head.observed_at.isoformat()),
        path=tuple(base64.b64encode(one).decode() for one in proof.path),
    )


@router.get(
    "/v1/subjects/{slug}/ledger/export",
    name="api-ledger-export",
    response_class=Response,
    responses=_FILE,
)
def export(
    request: Request,
    *,
    slug: str,
    name: Annotated[str, Query(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = "ledger.jsonl",
) -> Response:
    """Return the whole ledger as one file, which `tierlock ledger verify --file` recomputes."""
    project = context_of(request).workspace.open(visible(request, slug=slug).slug)
    folder = tempfile.TemporaryDirectory(prefix="tierlock-export-")
    path = Path(folder.name) / "ledger"
    try:
        export_project(project, to=path)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path,
        media_type="application/octet-stream",
        filename=name,
        background=BackgroundTask(folder.cleanup),
    )
