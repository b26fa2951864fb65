"""Small projects in temporary folders, and the command line as a function of its arguments."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from tests.unit.importers.logs import header, members, pack, sample, write
from tierlock.cli import main
from tierlock.core import CODES

ROOT = Path(__file__).resolve().parents[2]
AT = "2026-03-10T00:00:00Z"
SAFE = "0" * 60
ERROR = re.compile(r"^error\[([a-z.-]+)\] ", re.MULTILINE)

FRAMEWORK = """\
framework: lab/small
version: "1"
title: Small framework
publisher: Lab
effective: 2026-01-01
source: {title: Example}
precaution: treat_as_reached
declared_assurance: accepted
register_max_age: P7D
error_control: {rule_out: 0.05, rule_in: 0.05, period: P6M}
corrections:
  elicitation_factor: {value: 1.0, reason: example}
  buffer: {value: 0.0, reason: example}
roles:
  owner: {says: answers for the release}
tiers:
  - {id: usual, says: what most subjects are}
  - {id: grave, says: could help to do grave harm}
baseline_tier: usual
baseline: [usual-care]
domains:
  biology: {title: Biology}
evaluations:
  bio: {title: Biology, domain: biology, tasks: [biology, package/biology], higher_is: worse}
thresholds:
  bio-3:
    domain: biology
    tier: grave
    says: helps people without training
    obliges: [strong-security]
    crossed_if:
      evaluation: bio
      says: it has the knowledge
      rule_out_below: 0.30
      rule_in_above: 0.60
      basis: proposal
      reason: example
standards:
  usual-care:
    title: Usual care
    kind: deployment
    criteria:
      policy: {says: a usage policy is published, max_age: P1Y}
  strong-security:
    title: Strong security
    kind: security
    criteria:
      audit: {says: an outside party looked, accepts: [audit]}
surfaces: [api]
audiences: [everybody]
actions:
  deploy: {needs: [deployment, security], per: [surface, audience]}
triggers:
  - {id: half-year, when: {elapsed: P6M}, expires: [evidence]}
"""

PROJECT = """\
framework: lab.yaml
subject:
  name: model-1
  known_as: [lab/model-1]
  surfaces:
    api: {paths: [interactive]}
statements: statements.yaml
action: {name: deploy, surface: api, audience: everybody}
"""

STATEMENTS = """\
subject: model-1
complete_as_of: 2026-03-09T00:00:00Z
claims:
  - criterion: usual-care:policy
    status: met
    claimed_at: 2026-03-05T00:00:00Z
    evidence: [{kind: document, says: the policy, by: lab, produced_at: 2026-03-04T00:00:00Z}]
"""


class Ran(NamedTuple):
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def tierlock(*args: object, cwd: Path | None = None) -> Ran:
    """Run the command line inside this process, with its real exit code."""
    out, err, code = StringIO(), StringIO(), 0
    threshold = gc.get_threshold()
    try:
        with redirect_stdout(out), redirect_stderr(err), chdir(cwd or Path.cwd()):
            main([str(arg) for arg in args])
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else -1
    finally:
        # A command is the last thing that its own process does; this process goes on.
        gc.unfreeze()
        gc.set_threshold(*threshold)
    return Ran(code, out.getvalue(), err.getvalue())


def process(*args: object, cwd: Path, **env: str) -> Ran:
    """Run the command line as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from tierlock.cli import main; main()", *map(str, args)],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def project(folder: Path, **texts: str) -> Path:
    """Write a project: `lab.yaml`, `tierlock.yaml`, `statements.yaml`; `texts` replaces one."""
    known = {"lab": FRAMEWORK, "tierlock": PROJECT, "statements": STATEMENTS}
    assert texts.keys() <= known.keys()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**known, **texts}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def example(folder: Path) -> Path:
    """Copy the example of a first release."""
    shutil.copytree(
        ROOT / "examples" / "first-release",
        folder,
        ignore=shutil.ignore_patterns("__pycache__", ".tierlock"),
    )
    return folder


def rows(values: Iterable[str], *, prefix: str = "q") -> list[dict[str, Any]]:
    """Return samples of an Inspect log: `1` is a dangerous answer, `0` a safe one."""
    return [sample(f"{prefix}{i}", "C" if v == "1" else "I") for i, v in enumerate(values)]


def log_bytes(
    values: str = SAFE,
    *,
    prefix: str = "q",
    head: Mapping[str, Any] | None = None,
    **described: Any,
) -> bytes:
    """Return an Inspect archive; `described` changes the run's description (`eval`).

    Runs with one prefix ask the same questions, so that they are epochs of the same items.
    """
    samples = rows(values, prefix=prefix)
    return pack(members(samples, {**header(samples, eval=described), **(head or {})}))


def log(folder: Path, name: str = "bio.eval", values: str = SAFE, **described: Any) -> Path:
    """Write an Inspect archive into `folder` and return its path."""
    return write(folder, name, log_bytes(values, **described))


def assess(folder: Path, *logs: Path, at: str = AT) -> Ran:
    """Assess logs in a project folder; data is JSON."""
    return tierlock("assess", *logs, "--project", folder, "--at", at, "--format", "json")


def gate(folder: Path, *, at: str = AT) -> Ran:
    """Ask the project's question; data is JSON."""
    return tierlock("gate", "--project", folder, "--at", at, "--format", "json")


def outcome(ran: Ran, threshold: str = "bio-3") -> str:
    """Return the outcome of a threshold in JSON output of `assess`, `gate` or `explain`."""
    found = {t["threshold"]: t for t in ran.json["determination"]["thresholds"]}
    return str(found[threshold]["outcome"])


def codes(value: object) -> set[str]:
    """Return every reason code anywhere in JSON data."""
    if isinstance(value, dict):
        own = {value["code"]} if isinstance(value.get("code"), str) else set()
        return own.union(*(codes(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(codes(item) for item in value))
    return set()


def refused(ran: Ran, *, code: str, exit_code: int = 2, where: str = "") -> None:
    """Check that a command printed no data and one coded error with its place."""
    assert (ran.code, ran.out) == (exit_code, "")
    assert ERROR.findall(ran.err) == [code]
    assert code in CODES
    assert where in ran.err


def closed(folder: Path) -> set[str]:
    """Check that the gate is closed for want of evidence, and return its reasons."""
    ran = gate(folder)
    assert ran.code == 10
    assert outcome(ran) == "undetermined"
    return codes(ran.json)
