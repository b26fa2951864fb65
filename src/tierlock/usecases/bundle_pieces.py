"""The parts of a bundle, made from what a project has; each with its bytes, withheld or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.attest import KINDS as STATEMENT_KINDS
from tierlock.attest import (
    parse_envelope,
    statement_of,
)
from tierlock.core import (
    Evidence,
    InputError,
    canonical_bytes,
    digest_bytes,
)
from tierlock.importers import find_logs, read
from tierlock.ledger import Entry, write_leaves
from tierlock.usecases.anchoring import ANCHORS, HEAD_SUFFIX, SUFFIXES, stored_anchors
from tierlock.usecases.bundle_content import (
    canonical_lines,
    engine_lock,
    ordered_bytes,
    stated_fields,
)
from tierlock.usecases.bundle_manifest import (
    BundlePart,
    Role,
    hex_of,
    make_part,
    open_bundle,
)
from tierlock.usecases.bundle_samples import split
from tierlock.usecases.bundle_withhold import STATED, Withhold
from tierlock.usecases.ledger import project_ledger
from tierlock.usecases.project import Project, read_bytes
from tierlock.usecases.question import Answer
from tierlock.usecases.statements import Statements

_FRAMEWORK: Final = "application/vnd.tierlock.framework+json"


class Piece(NamedTuple):
    """A part with its bytes, which are left out where it is withheld."""

    part: BundlePart
    data: bytes


def record_pieces(project: Project, *, answer: Answer) -> Iterator[Piece]:
    """Yield what the answer rests on and the answer itself, apart from evidence."""
    store, determination = project.store, answer.determination
    yield _piece("framework", ordered_bytes(project.framework))
    yield _piece("subject", ordered_bytes(project.subject))
    yield _piece("plans", canonical_lines(store.plans()))
    yield _piece("runs", canonical_lines(store.runs()))
    yield _piece("alpha", canonical_lines(store.history()))
    yield _piece("negatives", canonical_lines(store.negatives()))
    yield _piece("determination", canonical_bytes(determination))
    if answer.decision is not None:
        yield _piece("decision", canonical_bytes(answer.decision))
    lineage = project.subject.lineage
    if lineage is None:
        return
    for parent in store.determinations(subject=lineage.parent):
        if parent.determined_at <= determination.determined_at:
            data = canonical_bytes(parent)
            yield _piece("parent", data, name=hex_of(digest_bytes(data)), about=lineage.parent)


def engine_piece() -> Iterator[Piece]:
    """Yield with what the numbers were computed."""
    yield _piece("engine", canonical_bytes(engine_lock()))


def stated_pieces(project: Project, *, selected: Withhold) -> Iterator[Piece]:
    """The statements file, a part per kind, so that each can be withheld by itself."""
    whole = project.statements
    for name, kind in STATED.items():
        fields = {field: getattr(whole, field) for field in stated_fields(name)}
        if any(fields.values()):
            part = Statements(subject=whole.subject).model_copy(update=fields)
            why = selected.why(kind)
            yield _piece("stated", ordered_bytes(part), name=name, about=name, withheld=why)


def signed_pieces(project: Project, *, selected: Withhold) -> Iterator[Piece]:
    """Yield every signed statement, oldest first."""
    for number, data in enumerate(project.store.signed(), start=1):
        kind = statement_of(parse_envelope(data)).predicate_type.split("/")[-2]
        known = kind if kind in STATEMENT_KINDS else "statement"
        why = selected.why(known)
        yield _piece("signed", data, name=f"{number:06d}-{known}", about=known, withheld=why)


def evidence_pieces(evidence: Sequence[Evidence], *, selected: Withhold) -> Iterator[Piece]:
    """Yield for each run what is known about it, and its sample values."""
    seen: dict[str, Piece] = {}
    for item in evidence:
        part, values = split(item)
        run = item.run_id
        yield _piece("evidence", canonical_bytes(part), name=hex_of(part.evidence), about=run)
        why = selected.why_samples(item.evaluation)
        piece = _piece("samples", values, name=hex_of(part.samples), about=run, withheld=why)
        # Two runs can have the same values; withheld for one is withheld for both.
        earlier = seen.get(piece.part.path)
        if earlier is None or (earlier.part.withheld is None and why is not None):
            seen[piece.part.path] = piece
    yield from seen.values()


def log_pieces(
    paths: Sequence[Path], *, evidence: Sequence[Evidence], selected: Withhold
) -> Iterator[Piece]:
    """Yield the ledger, with the leaf alone of what is withheld, and its tree head."""
    """Raw logs of runs that the bundle has evidence of; any other log does not belong in it."""
    known = {item.run_id for item in evidence}
    for path in find_logs(paths)[0] if paths else ():
        runs = [item for item in read(path).evidence if item.run_id in known]
        if not runs:
            raise InputError(
                "bundle.log",
                "the log is of no run that the project has evidence of",
                location=str(path),
                hint="`tierlock assess` it first, or leave it out",
            )
        if not isinstance(path, Path):
            raise InputError("bundle.log", f"`{path}` is not on this machine: copy it first")
        data = read_bytes(path)
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", path.name).lstrip(".-") or "log"
        reasons = [selected.why_log(item.evaluation) for item in runs]
        why = next((reason for reason in reasons if reason is not None), None)
        about = ", ".join(item.run_id for item in runs)
        unique = f"{hex_of(digest_bytes(data))[:16]}-{name}"
        yield _piece("log", data, name=unique, about=about, withheld=why)


def prior_piece(path: Path) -> Piece:
    """Return an earlier bundle as a part.

    Raises:
        IntegrityError: it is none, or is damaged.
    """
    data = read_bytes(path)
    opened = open_bundle(data)
    return _piece("prior", data, name=hex_of(opened.digest), about=opened.manifest.subject)


def anchor_pieces(project: Project) -> Iterator[Piece]:
    """What witnesses gave about tree heads, with those tree heads."""
    for one in stored_anchors(project.store.folder / ANCHORS):
        head = one.path.with_name(one.path.name.removesuffix(SUFFIXES[one.kind]))
        stem = head.name.rpartition("-")[0] + HEAD_SUFFIX
        yield _piece("anchor", one.head, name=stem, about="tree head")
        yield _piece("anchor", one.given, name=one.path.name, about=one.kind)


def as_withheld(piece: Piece, *, selected: Withhold) -> Piece:
    """Negative records are withheld wherever they stand."""
    if piece.part.role != "negatives" or not piece.data:
        return piece
    why = selected.why("negative")
    return piece._replace(part=piece.part.model_copy(update={"withheld": why}))


def ledger_pieces(
    project: Project, *, at: datetime, pieces: Sequence[Piece], selected: Withhold
) -> Iterator[Piece]:
    """Yield the ledger, with the leaf alone of what is withheld, and its tree head."""
    secret = {
        line
        for piece in pieces
        if piece.part.withheld is not None
        for line in ([piece.data] if piece.part.role == "signed" else piece.data.split(b"\n"))
    }
    own = {
        line
        for piece in pieces
        for line in (piece.data, *(piece.data.split(b"\n") if ".jsonl" in piece.part.path else ()))
        if piece.part.role not in ("samples", "log", "prior")
    }
    beyond = selected.why("ledger") is not None

    def hidden(entry: Entry) -> bool:
        if entry.payload in secret:
            return True
        # The bar that a plan was sealed under is needed to judge, whoever reads.
        return beyond and entry.payload not in own and entry.media_type != _FRAMEWORK

    with project_ledger(project) as ledger:
        entries, head = write_leaves(ledger, at=at, hidden=hidden)
    yield _piece("ledger", entries)
    yield _piece("head", head)


def _piece(
    role: Role, data: bytes, *, name: str = "", about: str = "", withheld: str | None = None
) -> Piece:
    part = make_part(role, data=data, name=name, about=about, withheld=withheld)
    return Piece(part, data)
