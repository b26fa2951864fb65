"""A project with a sealed plan, two runs and a signed approval; its bundle, and an auditor."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tests.acceptance.projects import (
    FRAMEWORK,
    PROJECT,
    STATEMENTS,
    Ran,
    log,
    project,
    tierlock,
)
from tierlock.attest import load_public_key
from tierlock.core import digest
from tierlock.usecases import load_project

SEALED = "2026-01-02T00:00:00Z"
ASKED = "2026-03-09T10:00:00Z"
SIGNED = "2026-03-09T11:00:00Z"
BUNDLED = "2026-03-09T12:00:00Z"
CHECKED = "2026-03-12T00:00:00Z"
VALUES = "1" * 6 + "0" * 54
RULES = FRAMEWORK.replace(
    "per: [surface, audience]}", "per: [surface, audience], sign_offs: [owner]}"
)
WEIGHTS = "sha256:" + "ab" * 32


class Made(NamedTuple):
    """What a laboratory has, and its auditor.

    Attributes:
        folder: holds everything.
        project: the project's folder.
        logs: the raw logs of its runs.
        bundle: the bundle, sealed by the laboratory.
        trust: the auditor's trust file.
        head: the tree head that the auditor received before the bundle.
    """

    folder: Path
    project: Path
    logs: Path
    bundle: Path
    trust: Path
    head: Path

    def verify(self, *args: object, bundle: Path | None = None, trust: Path | None = None) -> Ran:
        """Verify the bundle, by default this one under the auditor's trust file."""
        return tierlock(
            "verify", bundle or self.bundle, "--trust", trust or self.trust, "--at", CHECKED, *args
        )


def key(folder: Path, name: str) -> Path:
    """Make a key pair without passphrase and return the private key's path."""
    path = folder / name
    assert tierlock("key", "new", path, "--no-passphrase").code == 0
    return path


def entry(private: Path, person: str, *roles: str) -> str:
    """Return the entry of a trust file for a key."""
    public = private.with_name(private.name + ".pub")
    pem = public.read_text().replace("\n", "\n      ").rstrip()
    return (
        f"  {load_public_key(public).key_id}:\n    person: {person}\n"
        f"    roles: [{', '.join(roles)}]\n"
        f"    valid_from: 2026-01-01T00:00:00Z\n    public_key: |\n      {pem}\n"
    )


def write_trust(path: Path, *entries: str, more: str = "") -> Path:
    """Write a trust file and return its path."""
    path.write_text("keys:\n" + "".join(entries) + more)
    return path


def laboratory(folder: Path, *, seal: bool = True, **bundled: object) -> Made:
    """Make a project with everything signed, and the auditor's trust file and tree head."""
    texts = {
        "lab": RULES,
        "tierlock": PROJECT.replace(
            "  known_as:", f"  parts: {{weights: '{WEIGHTS}'}}\n  known_as:"
        )
        + "trust: trust.yaml\n",
        "statements": STATEMENTS,
    }
    made = project(folder / "project", **texts)
    keys = {name: key(folder, name) for name in ("lab", "owner", "auditor", "stranger")}
    owner = entry(keys["owner"], "Olga Owner", "owner")
    write_trust(made / "trust.yaml", owner)
    logs = folder / "logs"
    log(logs, "bio-1.eval", VALUES, eval_id="run-1")
    log(logs, "bio-2.eval", VALUES, eval_id="run-2")
    here = ("--project", made)
    for args in (
        ("plan", "seal", "--slot", "bio", "--runs", "2", "--at", SEALED, *here),
        ("assess", logs, "--at", ASKED, *here),
        ("sign", "approval", "--key", keys["owner"], "--yes", "--at", SIGNED, *here),
    ):
        ran = tierlock(*args)
        assert ran.code == 0, (args, ran)
    head = folder / "head.txt"
    ran = tierlock("ledger", "tree-head", "--at", SIGNED, *here)
    assert ran.code == 0
    head.write_text(ran.out)
    framework = load_project(made).framework
    trust = write_trust(
        folder / "trust.yaml",
        owner,
        entry(keys["lab"], "Lab machine", "bundle"),
        more=f"frameworks: {{{framework.name}: '{digest(framework)}'}}\n"
        f"subject: {{name: model-1, parts: {{weights: '{WEIGHTS}'}}}}\n",
    )
    found = Made(folder, made, logs, folder / "bundle.zip", trust, head)
    if seal:
        ran = bundle(found, "--key", keys["lab"])
        assert ran.code == 0, ran
    return found


def bundle(made: Made, *args: object, to: Path | None = None, at: str = BUNDLED) -> Ran:
    """Make a bundle of the project."""
    return tierlock("bundle", to or made.bundle, "--project", made.project, "--at", at, *args)


def problems(ran: Ran) -> set[str]:
    """Return the codes under which something was refused, printed or raised."""
    if ran.out:
        return {one["code"] for one in ran.json["problems"]}
    return set(re.findall(r"error\[([a-z.-]+)\]", ran.err))
