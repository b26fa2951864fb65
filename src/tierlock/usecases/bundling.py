"""`bundle`: everything that an outsider needs to recompute an answer, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tierlock.attest import (
    BundleSeal,
    Signer,
    canonical_envelope,
    make_statement,
    sign_statement,
)
from tierlock.core import (
    Action,
    FrameworkRef,
    InputError,
    canonical_bytes,
    determination_id,
    digest,
    digest_bytes,
)
from tierlock.store import write_whole
from tierlock.usecases.bundle_checks import ROLE
from tierlock.usecases.bundle_manifest import (
    MANIFEST,
    SEAL,
    Manifest,
    check_parts,
    open_bundle,
)
from tierlock.usecases.bundle_pieces import (
    anchor_pieces,
    as_withheld,
    engine_piece,
    evidence_pieces,
    ledger_pieces,
    log_pieces,
    prior_piece,
    record_pieces,
    signed_pieces,
    stated_pieces,
)
from tierlock.usecases.bundle_recompute import self_check
from tierlock.usecases.bundle_withhold import chosen
from tierlock.usecases.bundle_zip import write_zip
from tierlock.usecases.project import Project
from tierlock.usecases.question import Answer, ask, record


class Bundled(NamedTuple):
    """A bundle that was written.

    Attributes:
        path: the file.
        manifest: what it consists of; `digest` names it.
        answer: the answer that it proves.
        sealed: whether somebody signed it.
    """

    path: Path
    manifest: Manifest
    digest: str
    size: int
    answer: Answer
    sealed: bool


def bundle(
    project: Project,
    *,
    to: Path,
    at: datetime,
    action: Action | None,
    withhold: Mapping[str, str] = {},  # nobody writes into it
    logs: Sequence[Path] = (),
    prior: Sequence[Path] = (),
    signer: Signer | None = None,
) -> Bundled:
    """Ask the project's question as of `at`, and write the answer with all that it rests on.

    The bundle is verified before it is written, as far as that can be done without another
    person's trust file.

    Args:
        project: what is asked.
        to: the new file.
        at: the instant of the question and of the bundle.
        action: what is asked; None for a determination alone.
        withhold: what is left out, with the reason (`bundle_withhold`).
        logs: raw logs, and folders of them, to be put in.
        prior: earlier bundles to be put in.
        signer: seals the bundle.

    Raises:
        InputError: `bundle.withhold`, `bundle.limit`, `input.exists`; or as for any question.
        IntegrityError: `bundle.fails`, it would not verify.
    """
    if to.exists():
        raise InputError("input.exists", f"`{to}` is there already", hint="choose another name")
    answer = ask(project, at=at, action=action)
    record(project, answer=answer)
    selected = chosen(withhold, framework=project.framework)
    pieces = [*record_pieces(project, answer=answer), *engine_piece()]
    pieces += stated_pieces(project, selected=selected)
    pieces += signed_pieces(project, selected=selected)
    pieces += evidence_pieces(answer.evidence, selected=selected)
    pieces += log_pieces(logs, evidence=answer.evidence, selected=selected)
    pieces += [prior_piece(path) for path in prior]
    pieces += anchor_pieces(project)
    pieces = [as_withheld(piece, selected=selected) for piece in pieces]
    pieces += ledger_pieces(project, at=at, pieces=pieces, selected=selected)
    selected.check_used()
    framework = project.framework
    manifest = Manifest(
        subject=project.subject.name,
        framework=FrameworkRef(
            framework=framework.framework, version=framework.version, digest=digest(framework)
        ),
        action=None if answer.decision is None else answer.decision.action,
        determination=determination_id(answer.determination),
        bundled_at=answer.determination.determined_at,
        # A tree head that several witnesses saw is one part.
        parts=tuple(
            sorted({piece.part: None for piece in pieces}, key=lambda part: part.path),
        ),
    )
    check_parts(manifest)
    text = canonical_bytes(manifest)
    members = {piece.part.path: piece.data for piece in pieces if piece.part.withheld is None}
    members[MANIFEST] = text
    if signer is not None:
        members[SEAL] = _seal(manifest, text=text, signer=signer)
    data = write_zip(members)
    self_check(open_bundle(data), trust=project.trust)
    write_whole(to, data=data)
    return Bundled(to, manifest, digest_bytes(text), len(data), answer, signer is not None)


def _seal(manifest: Manifest, *, text: bytes, signer: Signer) -> bytes:
    seal = BundleSeal(
        manifest=digest_bytes(text), subject=manifest.subject, bundled_at=manifest.bundled_at
    )
    statement = make_statement(seal, role=ROLE, signed_at=manifest.bundled_at)
    return canonical_envelope(sign_statement(statement, signer=signer))
