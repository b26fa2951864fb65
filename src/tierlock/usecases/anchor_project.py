"""`ledger anchor`: have a tree head of the project witnessed, or keep what a witness gave."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tierlock.core import InputError
from tierlock.ledger import canonical_head, request_token
from tierlock.usecases.anchoring import ANCHORS, WitnessKind, check_extends, keep_anchor
from tierlock.usecases.ledger import project_ledger
from tierlock.usecases.project import Project, read_bytes


def stamp_project(project: Project, *, url: str, at: datetime, head: Path | None = None) -> Path:
    """Ask a time stamping authority over the network about a tree head, and keep its answer.

    Args:
        project: whose ledger.
        url: the authority's address.
        at: the time of the tree head that is made where `head` names none.
        head: file of a tree head of this ledger; by default the present one.

    Returns:
        The file of the answer, in the store's folder of anchors.

    Raises:
        InputError: the authority can not be reached, or a file can not be read or written.
        IntegrityError: the tree head is of another ledger, or the answer to another request.
    """
    with project_ledger(project) as ledger:
        text = canonical_head(ledger.head(at)) if head is None else read_bytes(head)
        # Before anything leaves this machine.
        check_extends(ledger, head=text)
        given = request_token(url, head=text)
        return keep_anchor(
            project.store.folder / ANCHORS, ledger=ledger, head=text, given=given, kind="tsa"
        )


def keep_given(project: Project, *, given: Path, kind: WitnessKind, head: Path | None) -> Path:
    """Keep what a witness gave about a tree head, and return its file.

    Args:
        project: whose ledger.
        given: file with the authority's answer, or with the log's entry.
        kind: which of the two it is.
        head: file of the tree head that it is about.

    Raises:
        InputError: no tree head is named, or a file can not be read or written.
        IntegrityError: the tree head is of another ledger, or the witness's word about something
            else.
    """
    if head is None:
        raise InputError(
            "input.type",
            "which tree head the witness saw is not said",
            hint="name its file with --head; `tierlock ledger tree-head` printed it",
        )
    text = read_bytes(head)
    with project_ledger(project) as ledger:
        return keep_anchor(
            project.store.folder / ANCHORS,
            ledger=ledger,
            head=text,
            given=read_bytes(given),
            kind=kind,
        )
