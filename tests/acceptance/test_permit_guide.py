"""The commands and the Python code of docs/guides/permit.md do what the page says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.projects import AT, PROJECT, Ran, assess, log, project, tierlock
from tests.unit.permit.tokens import KEYS, PARTS, permit, stated, token
from tierlock.permit import write_keys
from tierlock.usecases import subject_digest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "guides" / "permit.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def run(line: str, *, folder: Path, named: str) -> Ran:
    """Run a command of the page in a project whose one audience is `everybody`."""
    words = shlex.split(line.replace("general", "everybody").replace("sha256:...", named))
    command, _, target = " ".join(words).partition(">>")
    args = words[1 : words.index(">>")] if target else words[1:]
    timed = [] if args[:2] == ["key", "new"] else ["--at", AT]
    ran = tierlock(*args, *timed, cwd=folder)
    assert command.startswith("tierlock ")
    if target:
        (folder / target.strip()).write_text(f"keys:\n{ran.out}")
    return ran


def test_the_commands_of_the_page_lead_from_keys_to_a_check(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    (folder / "weights").mkdir()
    (folder / "weights" / "model.bin").write_bytes(b"weights")
    digest = subject_digest(str(folder / "weights")).digest
    text = PROJECT.replace("  surfaces:", f'  parts: {{weights: "{digest}"}}\n  surfaces:')
    (folder / "tierlock.yaml").write_text(text)
    assert assess(folder, log(folder)).code == 0
    lines = "".join(blocks("sh")).replace("\\\n", " ").splitlines()
    checks = [line for line in lines if line.startswith("tierlock permit check")]
    rest = [line for line in lines if line not in checks]
    first = rest.index(next(line for line in rest if "permit revoke" in line))
    for line in rest[:first]:
        assert run(line, folder=folder, named=digest).code == 0, line
    found = run(checks[0], folder=folder, named=digest)
    assert (found.code, len(checks)) == (0, 1), found.err
    entries = tierlock("ledger", "log", "--format", "json", cwd=folder).json["entries"]
    says = next(row["says"] for row in entries if row["kind"] == "permit")
    name = says.rpartition("permit ")[2]
    for line in rest[first:]:
        taken = digest if "--subject" in line else name
        assert run(line, folder=folder, named=taken).code == 0, line
    assert run(checks[0], folder=folder, named=digest).code == 1


@pytest.mark.parametrize(("later", "code"), [(timedelta(0), 0), (timedelta(hours=-2), 1)])
def test_the_code_of_the_page_runs(tmp_path: Path, later: timedelta, code: int) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    ends = now + timedelta(days=1)
    times: dict[str, Any] = {"issued_at": now, "not_before": now, "expires_at": ends}
    (tmp_path / "keys.json").write_text(write_keys(KEYS))
    (tmp_path / "digests.json").write_text(json.dumps(PARTS))
    (tmp_path / "permit.json").write_bytes(token(**times))
    begins = now + later
    status = stated(issued_at=begins, expires_at=begins + timedelta(hours=1))
    (tmp_path / "status.json").write_bytes(status)
    serving, training = blocks("python")
    loop = f"batches, train = range(300), print\n{training}"
    (tmp_path / "serve.py").write_text(f"{serving}\n\n{loop}\n")
    done = subprocess.run(
        [sys.executable, "serve.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert (done.stdout.count("\n") == 300) == (code == 0)
    assert ("permit.stale" in done.stderr) == (code == 1)
    assert permit().action in serving


def test_the_recipe_for_a_cluster_is_a_command_that_there_is(tmp_path: Path) -> None:
    (recipe,) = blocks("yaml")
    (container,) = yaml.safe_load(recipe)["spec"]["initContainers"]
    words = [*container["command"], *container["args"]]
    ran = tierlock(*words[1:], cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "[input.file]" in ran.err or "[subject.unusable]" in ran.err
