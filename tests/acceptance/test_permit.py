"""A serving process and its permit, with the real command line in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import (
    AT,
    PROJECT,
    STATEMENTS,
    Ran,
    assess,
    log,
    process,
    project,
    tierlock,
)
from tierlock.attest import load_public_key
from tierlock.usecases import subject_digest

LATER = "2026-03-10T00:10:00Z"
KEYS = """\
keys:
  {issuer}:
    person: release machine
    roles: [permit-issuer]
    valid_from: 2026-01-01T00:00:00Z
    public_key: |
{issuer_pem}
  {teller}:
    person: status machine
    roles: [permit-status]
    valid_from: 2026-01-01T00:00:00Z
    public_key: |
{teller_pem}
"""


class Place:
    """A project with a permit and a status in files, and the folder of a serving process."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.serving = folder / "serving"

    def begin(self) -> None:
        project(self.root)
        (self.serving / "weights").mkdir(parents=True)
        (self.serving / "weights" / "model.bin").write_bytes(b"these weights")
        digest = subject_digest(str(self.serving / "weights")).digest
        text = PROJECT.replace("  surfaces:", f'  parts: {{weights: "{digest}"}}\n  surfaces:')
        (self.root / "tierlock.yaml").write_text(text)
        for name in ("issuer", "teller", "stranger"):
            assert self.run("key", "new", name, "--no-passphrase").code == 0
        keys = {name: load_public_key(self.root / f"{name}.pub") for name in ("issuer", "teller")}
        pems = {
            f"{name}_pem": textwrap.indent(key.pem.decode(), " " * 6) for name, key in keys.items()
        }
        ids = {name: key.key_id for name, key in keys.items()}
        (self.root / "trust.yaml").write_text(KEYS.format(**ids, **pems))
        assert assess(self.root, log(self.root)).code == 0
        exported = self.run("permit", "keys", "--trust", "trust.yaml", "--at", AT)
        assert exported.code == 0
        (self.serving / "keys.json").write_text(exported.out)
        assert self.issue().code == 0
        assert self.tell().code == 0

    def run(self, *args: object) -> Ran:
        return tierlock(*args, cwd=self.root)

    def issue(self, *args: object, at: str = AT, key: str = "issuer", to: str = "permit") -> Ran:
        out = self.serving / f"{to}.json"
        return self.run("permit", "issue", "--key", key, "--at", at, "--out", out, *args)

    def tell(self, *args: object, at: str = AT, key: str = "teller", to: str = "status") -> Ran:
        out = self.serving / f"{to}.json"
        return self.run("permit", "status", "--key", key, "--at", at, "--out", out, *args)

    def check(self, *args: object, **changed: str) -> Ran:
        options = {
            "trust": "keys.json",
            "status": "status.json",
            "action": "deploy",
            "surface": "api",
            "audience": "everybody",
            "weights": "weights",
            "at": LATER,
            **changed,
        }
        listed = [word for name, value in options.items() if value for word in (f"--{name}", value)]
        return tierlock("permit", "check", "permit.json", *listed, *args, cwd=self.serving)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which everything is permitted, to copy."""
    folder = tmp_path_factory.mktemp("permit") / "first"
    Place(folder).begin()
    return folder


@pytest.fixture
def place(first: Path, tmp_path: Path) -> Place:
    shutil.copytree(first, tmp_path / "place")
    return Place(tmp_path / "place")


def refused(ran: Ran, code: str, exit_code: int) -> None:
    assert (ran.code, ran.out) == (exit_code, ""), ran
    assert ran.err.startswith(f"refused[{code}] ")
    assert "\n  hint: " in ran.err


def test_a_serving_process_starts_with_its_permit_only(place: Place) -> None:
    ran = place.check()
    assert ran.code == 0, ran.err
    assert ran.out.startswith("permitted: deploy / api / everybody of model-1 until ")
    assert place.check(trust=str(place.root / "trust.yaml")).code == 0
    said = place.check("--format", "json").json
    assert (said["permitted"], said["permit"]["expiresAt"]) == (True, "2026-03-11T00:00:00Z")


def test_each_way_to_be_refused_has_its_code(place: Place) -> None:
    refused(place.check(at="2026-03-11T00:00:00Z"), "permit.stale", 10)
    refused(place.check(at="2026-03-09T23:00:00Z"), "permit.early", 10)
    refused(place.check(status=""), "permit.status", 10)
    refused(place.check(weights=""), "permit.part", 10)
    refused(place.check(audience="staff"), "permit.action", 1)
    refused(place.check(surface=""), "permit.action", 1)
    refused(place.check(action="train"), "permit.action", 1)
    refused(place.check(trust=str(place.root / "stranger.pub")), "permit.key", 3)
    (place.serving / "weights" / "model.bin").write_bytes(b"other weights")
    refused(place.check(), "permit.digest", 3)
    ran = place.check("--format", "json")
    assert (ran.code, ran.json["refused"]["code"]) == (3, "permit.digest")


def test_an_expired_permit_is_refused_beside_a_fresh_status(place: Place) -> None:
    assert place.tell(at="2026-03-11T00:00:00Z").code == 0
    refused(place.check(at="2026-03-11T00:00:01Z"), "permit.expired", 10)


def test_clocks_may_differ_by_a_minute_and_no_more(place: Place) -> None:
    assert place.check(at="2026-03-09T23:59:01Z").code == 0
    refused(place.check(at="2026-03-09T23:58:59Z"), "permit.early", 10)


def test_a_revoked_permit_is_refused_with_the_next_status(place: Place) -> None:
    name = place.check("--format", "json").json["permit"]["id"]
    before = (place.serving / "status.json").read_bytes()
    ran = place.run("permit", "revoke", name, "--reason", "an incident", "--at", LATER)
    assert (ran.code, ran.out) == (0, "")
    assert place.check("--seen", "seen.json").code == 0
    told = place.tell(at=LATER)
    assert f"revoked {name}" in told.err
    refused(place.check("--seen", "seen.json"), "permit.revoked", 1)
    # Whoever puts the status from before in its place is noticed by a process that saw the new one.
    (place.serving / "status.json").write_bytes(before)
    refused(place.check("--seen", "seen.json"), "permit.head", 3)
    assert place.check().code == 0


def test_when_the_gate_closes_the_permit_does(place: Place) -> None:
    incident = (
        "records:\n  - {kind: incident, concerns: deployment, says: it leaked, "
        "happened_at: 2026-03-10T00:05:00Z}\n"
    )
    (place.root / "statements.yaml").write_text(STATEMENTS + incident)
    assert place.check().code == 0
    assert "the gate does not allow it any more" in place.tell(at=LATER).err
    refused(place.check(), "permit.closed", 1)
    held = place.issue(at=LATER, to="second")
    assert (held.code, held.out) == (10, "")
    assert held.err.startswith("HOLD")
    assert held.err.endswith("no permit was issued\n")
    assert not (place.serving / "second.json").exists()


def test_a_ledger_that_was_rolled_back_is_refused(place: Place, tmp_path: Path) -> None:
    shutil.copytree(place.root, tmp_path / "other")
    other = Place(tmp_path)
    other.root = tmp_path / "other"
    # The other project's ledger has one decision less: it is what ours was before.
    stolen = place.root / "teller"
    ran = other.run(
        "permit", "status", "--key", stolen, "--at", AT, "--out", place.serving / "status.json"
    )
    assert ran.code == 0
    assert place.issue(at="2026-03-10T00:01:00Z").code == 0
    refused(place.check(), "permit.head", 3)


def test_a_status_of_another_ledger_by_the_same_name_opens_nothing(
    place: Place, tmp_path: Path
) -> None:
    other = Place(tmp_path)
    shutil.copytree(place.root, tmp_path / "other")
    other.root = tmp_path / "other"
    for path in (other.root / ".tierlock").glob("ledger.db*"):
        path.unlink()
    for minute in range(4):
        ran = other.run("gate", "--at", f"2026-03-10T00:0{minute}:00Z")
        assert ran.code == 0, ran.err
    args = ["--key", place.root / "teller", "--at", LATER, "--out", place.serving / "status.json"]
    assert other.run("permit", "status", *args).code == 0
    refused(place.check(), "permit.unknown", 10)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data[:-20], "permit.form"),
        (lambda data: b"", "permit.form"),
        (lambda data: data * 2, "permit.form"),
        (lambda data: data.replace(b'{"payload":', b'{"payload":"","payload":', 1), "permit.form"),
        (lambda data: json.dumps(json.loads(data), indent=1).encode(), "permit.form"),
        (lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], "permit.signature"),
    ],
    ids=["truncated", "empty", "twice", "doubled key", "other spelling", "one bit"],
)
@pytest.mark.parametrize("file", ["permit", "status"])
def test_a_damaged_file_is_refused(place: Place, file: str, change: Any, code: str) -> None:
    path = place.serving / f"{file}.json"
    path.write_bytes(change(path.read_bytes()))
    refused(place.check(), code, 3)


def test_a_forged_permit_is_refused(place: Place) -> None:
    assert place.issue(key="stranger").code == 0
    refused(place.check(), "permit.key", 3)
    assert place.issue().code == 0
    assert place.tell(key="issuer").code == 0
    refused(place.check(), "permit.key", 3)


def test_a_project_with_a_trust_file_issues_nothing_that_nobody_trusts(place: Place) -> None:
    path = place.root / "tierlock.yaml"
    path.write_text(path.read_text() + "trust: trust.yaml\n")
    for ran in (place.issue(key="stranger", to="x"), place.tell(key="stranger", to="x")):
        refused(ran, "permit.key", 3)
    assert not (place.serving / "x.json").exists()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["issue", "--key", "issuer", "--for", "32d"], "permit.life"),
        (["status", "--key", "teller", "--for", "8d"], "permit.life"),
        (["issue", "--key", "issuer", "--for", "soon"], "input.period"),
        (["issue", "--key", "issuer", "--for", "0h"], "input.period"),
        (["issue", "--key", "nothing"], "input.file"),
        (["issue", "--key", "issuer", "--action", "fly"], "input.action"),
        (["revoke", "--reason", "x"], "input.type"),
        (["revoke", "12", "--reason", "x"], "input.type"),
        (["revoke", "sha256:" + "0" * 64, "--reason", "x"], "input.not-found"),
        (["revoke", "sha256:" + "0" * 64, "--reason", " "], "input.type"),
        (["keys", "--trust", "lab.yaml"], "input.schema"),
    ],
)
def test_wrong_requests_write_nothing(place: Place, args: list[str], code: str) -> None:
    size = len(place.run("ledger", "log", "--format", "json").json["entries"])
    ran = place.run("permit", *args, *([] if args[0] == "keys" else ["--at", AT]))
    assert (ran.code, ran.out) == (3 if code == "permit.life" else 2, "")
    assert f"[{code}]" in ran.err
    after = len(place.run("ledger", "log", "--format", "json").json["entries"])
    # The gate's own answer may have been recorded; a permit was not.
    assert after - size <= 2
    kinds = [row["kind"] for row in place.run("ledger", "log", "--format", "json").json["entries"]]
    assert kinds.count("permit") == 1
    assert "revocation" not in kinds


SERVING = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from tierlock.permit import Checker, PermitRefused, load_keys

assert not {"pydantic", "numpy", "tierlock.core"} & set(sys.modules)
checker = Checker(load_keys("keys.json"))
digests = json.loads(Path("digests.json").read_text())
for step in range(10_000):
    try:
        checker.check(
            Path("permit.json").read_bytes(), action="deploy", surface="api", audience="everybody",
            digests=digests, status=Path("status.json").read_bytes(),
            at=datetime.fromisoformat(Path("clock").read_text()),
        )
    except PermitRefused as refused:
        print(refused.code, flush=True)
        sys.exit(refused.exit_code)
    print("serving", flush=True)
    time.sleep(0.02)
"""


def test_the_exit_code_is_that_of_the_process(place: Place) -> None:
    args = ["permit", "check", "permit.json", "--trust", "keys.json", "--status", "status.json"]
    args += ["--surface", "api", "--audience", "everybody", "--weights", "weights", "--at", LATER]
    for action, code in (("deploy", 0), ("train", 1)):
        assert process(*args, "--action", action, cwd=place.serving).code == code
    (place.serving / "weights" / "more.bin").write_bytes(b"more")
    assert process(*args, "--action", "deploy", cwd=place.serving).code == 3


def test_a_process_that_serves_stops_when_its_permit_is_revoked(place: Place) -> None:
    digest = subject_digest(str(place.serving / "weights")).digest
    (place.serving / "digests.json").write_text(json.dumps({"weights": digest}))
    (place.serving / "clock").write_text(LATER)
    server = subprocess.Popen(
        [sys.executable, "-c", SERVING], cwd=place.serving, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        assert [server.stdout.readline() for _ in range(3)] == ["serving\n"] * 3
        place.run("permit", "revoke", "--subject", digest, "--reason", "stolen", "--at", LATER)
        assert place.tell(at=LATER).code == 0
        rest, _ = server.communicate(timeout=60)
    finally:
        server.kill()
    assert rest.splitlines()[-1] == "permit.revoked"
    assert server.returncode == 1


def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new(place: Place) -> None:
    path = place.serving / "status.json"
    for wait in (0.2, 0.5, 0.9, 1.3):
        before = path.read_bytes()
        command = [sys.executable, "-c", "from tierlock.cli import main; main()", "permit"]
        writer = subprocess.Popen(
            [*command, "status", "--key", "teller", "--at", AT, "--out", str(path), "--for", "2h"],
            cwd=place.root,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(wait)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        assert path.read_bytes() == before or b"payload" in path.read_bytes()
        assert place.check().code == 0


def test_the_note_of_the_newest_status_is_not_opened_blindly(place: Place) -> None:
    assert place.check("--seen", "seen.json").code == 0
    note: Mapping[str, Any] = json.loads((place.serving / "seen.json").read_text())
    assert set(note) == {"issuedAt", "origin", "root", "size"}
    (place.serving / "seen.json").write_text("{}")
    refused(place.check("--seen", "seen.json"), "permit.form", 3)


def test_a_digest_is_said_once_and_completely(place: Place) -> None:
    for extra in (["--digest", "weights"], ["--digest", "weights=sha256:" + "0" * 64]):
        ran = place.check(*extra)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("error[input.type]")
    refused(place.check("--digest", "safeguards=sha256:" + "0" * 64), "permit.part", 10)
