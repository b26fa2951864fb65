"""Evidence in and out: uploads go to disk as they come, and are read like any log."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from tierlock.core import Evidence, InputError, Omission, Record
from tierlock.server.api.doing import Key, done_once
from tierlock.server.api.paging import After, Limit
from tierlock.server.context import context_of, visible
from tierlock.server.routing import api_router
from tierlock.usecases import check_dates, import_logs, ingest

router = api_router("evidence")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")
_BYTES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class EvidenceItem(Record):
    """One run as a list shows it."""

    run_id: str
    evaluation: str
    digest: str
    status: str
    measured_at: str
    samples: int
    model: str


class EvidencePage(Record):
    """A page of runs; `next` is empty on the last one."""

    items: tuple[EvidenceItem, ...]
    next: str


class Taken(Record):
    """What became of an uploaded log.

    Attributes:
        digest: SHA-256 of the bytes that came.
        runs: ids of the runs in it.
        repeated: how many of them were known already and count once.
        omissions: what was left out, with the reason.
    """

    digest: str
    runs: tuple[str, ...]
    repeated: int
    omissions: tuple[Omission, ...]


@router.get("/v1/subjects/{slug}/evidence", name="api-evidence")
def list_evidence(
    request: Request, *, slug: str, after: After = "", limit: Limit = 50
) -> EvidencePage:
    """List the runs of a subject in the order of their ids."""
    listed = visible(request, slug=slug)
    project = context_of(request).workspace.open(listed.slug)
    found = [one for one in project.store.evidence() if one.run_id > after]
    items = tuple(_item(one) for one in found[:limit])
    return EvidencePage(items=items, next=items[-1].run_id if len(found) > limit else "")


def _item(one: Evidence) -> EvidenceItem:
    return EvidenceItem(
        run_id=one.run_id,
        evaluation=one.evaluation,
        digest=one.digest,
        status=one.status,
        measured_at=one.measured_at.isoformat(),
        samples=len(one.samples),
        model=one.subject.name,
    )


class _Upload(NamedTuple):
    path: Path
    digest: str


@router.post(
    "/v1/subjects/{slug}/evidence",
    name="api-evidence-add",
    status_code=201,
    response_model=Taken,
    openapi_extra=_BYTES,
)
async def add_evidence(
    request: Request,
    *,
    slug: str,
    name: Annotated[
        str, Query(description="File name, such as `run.eval`: readers know files by their end.")
    ],
    key: Key = None,
) -> Response:
    """Take in one log: the body is the file, sent as it is.

    Nothing is kept in memory whole. A log that is sent twice counts once; one that is known with
    other content is refused (409).
    """
    listed = await run_in_threadpool(visible, request, slug=slug)
    if not _NAME.fullmatch(name):
        raise InputError(
            "input.file", "the file name is not one that is taken", hint="letters, digits, `._+-`"
        )
    async with _received(request, name=name) as upload:
        return await run_in_threadpool(
            done_once,
            request,
            act=lambda: _take(request, listed.slug, upload),
            key=key,
            content=upload.digest.encode(),
            status=201,
        )


@asynccontextmanager
async def _received(request: Request, *, name: str) -> AsyncIterator[_Upload]:
    """The body as a file, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tierlock-upload-") as folder:
        path, digest = Path(folder) / name, hashlib.sha256()
        with path.open("wb") as file:
            async for chunk in request.stream():
                digest.update(chunk)
                # A disk can be slow: others are answered meanwhile.
                await run_in_threadpool(file.write, chunk)
        yield _Upload(path, f"sha256:{digest.hexdigest()}")


def _take(request: Request, slug: str, upload: _Upload) -> Taken:
    context = context_of(request)
    project = context.workspace.open(slug)
    imports = import_logs([upload.path])
    check_dates(imports, frameworks=[project.framework], at=context.clock())
    repeated = ingest(
        imports,
        store=project.store,
        framework=project.framework,
        subject=project.subject,
        keep_outputs=project.keep_outputs,
    )
    runs = tuple(one.run_id for one in imports.evidence)
    taken = Taken(digest=upload.digest, runs=runs, repeated=repeated, omissions=imports.omissions)
    context.tell(
        "evidence.added",
        slug=slug,
        name=upload.digest,
        data={"runs": list(runs), "repeated": repeated},
    )
    return taken
