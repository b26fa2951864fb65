"""The laboratory and the auditor whose bundles and ledger are tampered with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tests.acceptance import bundles
from tests.acceptance.projects import log, tierlock
from tests.acceptance.tampering import Apart, take_apart
from tierlock.attest import Trust
from tierlock.core import parse_instant
from tierlock.usecases import load_trust


class World(NamedTuple):
    """What was made honestly, and what the auditor has.

    Attributes:
        bundle: the bundle that is attacked; `earlier` one before the second run was known.
        other: the bundle of another project of the same laboratory, about another model.
    """

    folder: Path
    bundle: Path
    earlier: Path
    apart: Apart
    before: Apart
    other: Apart
    trust: Trust
    head: Path
    at: datetime
    project: Path


def make_world(folder: Path) -> World:
    """Return two bundles of one project, one of another, and the auditor's files."""
    made = bundles.laboratory(folder / "lab", seal=False)
    lab = made.folder / "lab"
    earlier = made.folder / "earlier.zip"
    assert bundles.bundle(made, "--key", lab, to=earlier).code == 0
    log(made.logs, "bio-3.eval", bundles.VALUES[::-1], eval_id="run-3")
    here = ("--project", made.project)
    dissent = made.project / "statements.yaml"
    dissent.write_text(
        dissent.read_text()
        + "records:\n  - {kind: dissent, concerns: bio-3, says: 'I disagree', happened_at: "
        "2026-03-09T13:00:00Z, resolved_at: 2026-03-09T13:30:00Z}\n"
    )
    later = "2026-03-09T14:00:00Z"
    for args in (
        ("assess", made.logs, "--at", later, *here),
        ("sign", "approval", "--key", made.folder / "owner", "--yes", "--at", later, *here),
    ):
        ran = tierlock(*args)
        assert ran.code == 0, ran
    ran = tierlock("ledger", "tree-head", "--at", later, *here)
    made.head.write_text(ran.out)
    ran = bundles.bundle(
        made, "--key", lab, "--with-logs", made.logs / "bio-1.eval", at="2026-03-09T15:00:00Z"
    )
    assert ran.code == 0, ran
    other = bundles.laboratory(folder / "other")
    return World(
        folder=folder,
        bundle=made.bundle,
        earlier=earlier,
        apart=take_apart(made.bundle),
        before=take_apart(earlier),
        other=take_apart(other.bundle),
        trust=load_trust(made.trust),
        head=made.head,
        at=parse_instant(bundles.CHECKED),
        project=made.project,
    )
