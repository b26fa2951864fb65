"""The ledger: each subject's tree head, its entries, and the proof that an entry is in the tree."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from tierlock.core import TierlockError
from tierlock.report import LogLine
from tierlock.server.context import context_of, principal_of, visible
from tierlock.server.pages.named import framework_url, subject_url, subjects_of
from tierlock.server.pages.studies import studies_of
from tierlock.server.permissions import permitted
from tierlock.server.rendering import plain, show
from tierlock.server.routing import page_router
from tierlock.usecases import (
    HeadShown,
    Listed,
    Project,
    export_project,
    prove_entry,
    recompute_ledger,
    show_entry,
    show_head,
    show_lines,
)

router = page_router()
_SUBJECTS: Final = 20
_ENTRIES: Final = 50


@router.get("/ledger", name="ledger")
def ledgers(request: Request, *, after: str = "") -> Response:
    """List the ledgers of the subjects, with their tree heads and what anchors them."""
    subjects = subjects_of(request, after=after[:200], most=_SUBJECTS)
    values = {
        "title": "Ledger",
        "rows": [_row(request, one) for one in subjects.found],
        "next_url": f"/ledger?{urlencode({'after': subjects.after})}" if subjects.after else "",
    }
    return show(request, template="ledgers.html", values=values)


@router.get("/ledger/{slug}", name="ledger-of")
def ledger(request: Request, *, slug: str, before: int | None = None) -> Response:
    """Show one subject's ledger: tree head, anchors, and its entries, newest first."""
    context, listed = context_of(request), visible(request, slug=slug)
    project = context.workspace.open(listed.slug)
    head = show_head(project, at=context.clock())
    end = 0 if head is None else head.size if before is None else before
    lines, closed = _lines(project, before=end)
    older = lines[-1].place if lines else 0
    study = studies_of(request).look(_key(request, listed, head))
    values = {
        "title": f"Ledger of {listed.name}",
        "slug": listed.slug,
        "subject": listed.name,
        "head": head,
        "lines": lines,
        "closed_by": "" if closed is None else closed.message,
        "closed_code": "" if closed is None else closed.code,
        "href": _url(listed.slug),
        "older_url": f"{_url(listed.slug)}?before={older}" if older else "",
        "newest_url": _url(listed.slug) if before is not None else "",
        "study": study,
        "may_export": permitted(principal_of(request), route="ledger-export"),
    }
    twin = {"head": head, "entries": lines, "verified": study.state, "says": _said(study.data)}
    return show(
        request, template="ledger.html", values={**values, "says": _said(study.data)}, twin=twin
    )


@router.post("/ledger/{slug}/verify", name="ledger-verify")
def verify(request: Request, *, slug: str) -> Response:
    """Begin to recompute every hash of a ledger, and to hold it against its anchors."""
    context, listed = context_of(request), visible(request, slug=slug)
    at = context.clock()
    project = context.workspace.open(listed.slug)

    def make() -> bytes:
        state = recompute_ledger(project, at=at)
        covers = f"Every hash of {state.size} entries was recomputed: root {state.root}."
        late = f" Dated earlier than one before them: {len(state.backdated)}."
        return "\n".join([covers + (late if state.backdated else ""), *state.time]).encode()

    key = _key(request, listed, show_head(project, at=at))
    studies_of(request).begin(key, make=make)
    return RedirectResponse(f"{_url(listed.slug)}#verify", status_code=303)


@router.get("/ledger/{slug}/export", name="ledger-export")
def export(request: Request, *, slug: str) -> Response:
    """Give out the whole ledger as one file, which `tierlock ledger verify --file` reads."""
    listed = visible(request, slug=slug)
    folder = tempfile.TemporaryDirectory(prefix="tierlock-export-")
    try:
        path = Path(folder.name) / "ledger.jsonl"
        export_project(context_of(request).workspace.open(listed.slug), to=path)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path,
        media_type="application/jsonl",
        filename=f"{listed.slug}-ledger.jsonl",
        background=BackgroundTask(folder.cleanup),
    )


@router.get("/ledger/{slug}/{index}", name="ledger-entry")
def entry(request: Request, *, slug: str, index: int, verify: str = "") -> Response:
    """Show one entry: what it says, its bytes, its place in the tree."""
    context, listed = context_of(request), visible(request, slug=slug)
    project = context.workspace.open(listed.slug)
    found = show_entry(project, index=index)
    proof = prove_entry(project, index=index, at=context.clock()) if verify else None
    values = {
        "title": f"Entry {index}",
        "slug": listed.slug,
        "subject": listed.name,
        "subject_href": subject_url(listed.slug),
        "framework_url": framework_url(found.framework, subject=listed.slug)
        if found.framework
        else "",
        "href": _url(listed.slug),
        "found": found,
        "line": found.line,
        "proof": proof,
        "proof_url": f"{_url(listed.slug)}/{index}/proof",
    }
    return show(
        request, template="ledger_entry.html", values=values, twin={"entry": found, "proof": proof}
    )


@router.get("/ledger/{slug}/{index}/proof", name="ledger-proof")
def proof(request: Request, *, slug: str, index: int) -> Response:
    """Give out the proof that an entry is in the tree, with the tree head that it is about."""
    context, listed = context_of(request), visible(request, slug=slug)
    found = prove_entry(context.workspace.open(listed.slug), index=index, at=context.clock())
    name = f"{listed.slug}-{index}-proof.json"
    return JSONResponse(
        plain(found), headers={"content-disposition": f'attachment; filename="{name}"'}
    )


def _row(request: Request, listed: Listed) -> dict[str, Any]:
    """A subject's tree head; a ledger that can not be read says so and hides no other one."""
    context = context_of(request)
    row: dict[str, Any] = {"subject": listed.name, "href": _url(listed.slug), "closed_by": ""}
    try:
        head = show_head(context.workspace.open(listed.slug), at=context.clock())
    except TierlockError as error:
        return {**row, "head": None, "closed_by": error.message, "closed_code": error.code}
    return {**row, "head": head}


def _lines(project: Project, *, before: int) -> tuple[tuple[LogLine, ...], TierlockError | None]:
    """A page of entries; where they can not be read, why: the rest of the page stays."""
    try:
        return (show_lines(project, before=before, most=_ENTRIES) if before else ()), None
    except TierlockError as error:
        return (), error


def _key(request: Request, listed: Listed, head: HeadShown | None) -> tuple[str, ...]:
    where = context_of(request).workspace.where
    seen = () if head is None else (head.root, *map(str, head.anchors))
    return ("ledger", where, listed.slug, *seen)


def _said(data: bytes) -> list[str]:
    return data.decode().splitlines()


def _url(slug: str) -> str:
    return f"/ledger/{quote(slug)}"
