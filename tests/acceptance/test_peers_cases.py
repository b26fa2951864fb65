"""Failures of other tools that must not be ours, where they need a bundle, a key or the ledger.

The letters are those of `test_peers_failures.py`, which has cases (a), (e), (g), (h), (i) and (m).
"""

from __future__ import annotations

import json
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tierlock as package
from tests.acceptance.bundles import (
    ASKED,
    BUNDLED,
    RULES,
    VALUES,
    Made,
    bundle,
    laboratory,
    problems,
)
from tests.acceptance.projects import AT, assess, gate, log, outcome, project, refused, tierlock
from tests.acceptance.tampering import take_apart
from tests.unit.attest.keys import EVE
from tierlock.importers import read
from tierlock.usecases.demo_tamper import rewrite_score

LOGS = Path(__file__).resolve().parents[1] / "golden" / "inspect"
STORY = Path(__file__).resolve().parents[2] / "examples" / "first-release" / "logs"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return laboratory(tmp_path_factory.mktemp("lab"))


def test_b_one_score_rewritten_in_a_raw_log_is_refused(lab: Made, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    shutil.copytree(lab.logs, logs)
    assert lab.verify("--logs", logs).code == 0
    flipped = "0" + VALUES[1:]
    log(logs, "bio-1.eval", flipped, eval_id="run-1")
    ran = lab.verify("--logs", logs, "--format", "json")
    assert ran.code == 3
    assert problems(ran) == {"bundle.log"}
    (row,) = [row for row in ran.json["logs"] if row["agrees"] is False]
    assert row["run"] == "run-1"
    assert row["changes"][0] == ("sample `q0` epoch 1, score:check: recorded 1, the log says 0")
    (finding,) = ran.json["fromLogs"]
    value = next(number for number in finding["numbers"] if number["name"] == "value")
    assert (value["recorded"], value["recomputed"]) == (0.1, pytest.approx(11 / 120))


def test_b_also_in_a_log_that_inspect_wrote(tmp_path: Path) -> None:
    original = STORY / "release-1-open-answer" / "bio_prerequisites.eval"
    rewrite_score(original, to=tmp_path / "x.eval")
    honest, changed = (read(path).evidence[0] for path in (original, tmp_path / "x.eval"))
    assert honest.run_id == changed.run_id
    assert honest.digest != changed.digest


def test_c_eval_and_json_of_one_run_have_one_digest(tmp_path: Path) -> None:
    from inspect_ai.log import read_eval_log, write_eval_log

    for name in ("success.eval", "fallback.eval", "all-errors.eval"):
        original = LOGS / name
        whole = read_eval_log(str(original))
        as_json, back = tmp_path / f"{name}.json", tmp_path / name
        write_eval_log(whole, str(as_json))
        write_eval_log(read_eval_log(str(as_json)), str(back))
        digests = {read(path).evidence[0].digest for path in (original, as_json, back)}
        assert len(digests) == 1, name


def test_c_either_container_verifies_a_bundle(lab: Made, tmp_path: Path) -> None:
    from inspect_ai.log import read_eval_log, write_eval_log

    here = project(tmp_path / "project")
    log(tmp_path / "eval", "success.eval")
    (tmp_path / "eval" / "success.eval").write_bytes((LOGS / "success.eval").read_bytes())
    rules = (here / "lab.yaml").read_text().replace("tasks: [bio,", "tasks: [success, bio,")
    (here / "lab.yaml").write_text(rules)
    about = (here / "tierlock.yaml").read_text().replace("lab/model-1", "mockllm/model")
    (here / "tierlock.yaml").write_text(about)
    later = "2026-12-31T00:00:00Z"
    assert assess(here, tmp_path / "eval", at=later).code == 0
    path = tmp_path / "bundle.zip"
    assert tierlock("bundle", path, "--project", here, "--at", later).code == 0
    (tmp_path / "json").mkdir()
    write_eval_log(
        read_eval_log(str(LOGS / "success.eval")), str(tmp_path / "json" / "success.json")
    )
    from tests.acceptance.bundles import write_trust
    from tierlock.core import digest
    from tierlock.usecases import load_project

    framework = load_project(here).framework
    keys = lab.trust.read_text().partition("frameworks:")[0].removeprefix("keys:\n")
    trust = write_trust(
        tmp_path / "trust.yaml",
        keys,
        more=f"frameworks: {{{framework.name}: '{digest(framework)}'}}\n",
    )
    for folder in ("eval", "json"):
        ran = tierlock(
            "verify", path, "--trust", trust, "--allow-unsigned", "--at", later,
            "--logs", tmp_path / folder, "--format", "json",
        )  # fmt: skip
        assert ran.code == 0, ran.out
        assert [row["agrees"] for row in ran.json["logs"]] == [True]


def test_d_a_bundle_resealed_with_another_key_is_refused(lab: Made, tmp_path: Path) -> None:
    apart = take_apart(lab.bundle)
    path = tmp_path / "resealed.zip"
    path.write_bytes(apart.whole(signer=EVE))
    ran = lab.verify("--format", "json", bundle=path)
    assert ran.code == 3
    assert problems(ran) == {"attest.key"}


def loosened(folder: Path) -> None:
    """Turn an UNDETERMINED into a pass by another bar under the next version's name."""
    path = folder / "lab.yaml"
    text = path.read_text()
    changed = text.replace('version: "1"', 'version: "2"').replace("below: 0.30", "below: 0.55")
    assert changed != text
    path.write_text(changed)


def test_f_a_loosened_bar_is_a_finding_of_lint_and_the_sealed_bar_still_judges(
    tmp_path: Path,
) -> None:
    here = project(tmp_path / "project", lab=RULES.replace(", sign_offs: [owner]", ""))
    args = ("--project", here)
    assert (
        tierlock("plan", "seal", "--slot", "bio", "--at", "2026-01-02T00:00:00Z", *args).code == 0
    )
    first = here / "first.yaml"
    shutil.copy(here / "lab.yaml", first)
    assert assess(here, log(tmp_path / "logs", values="1" * 24 + "0" * 36)).code == 0
    before = gate(here)
    assert (before.code != 0, outcome(before)) == (True, "undetermined")
    loosened(here)
    linted = tierlock("framework", "lint", here / "lab.yaml", "--previous", first)
    assert linted.code != 0
    assert "weakened" in linted.out
    after = gate(here)
    assert outcome(after) == "ruled_out", "the bar as it reads now"
    assert after.code != 0, "and the one that was sealed"
    assert "framework.sealed-bar" in after.out


def test_h_a_run_that_is_left_out_of_a_bundle_is_missed(lab: Made, tmp_path: Path) -> None:
    apart = take_apart(lab.bundle)
    kept = apart.change(evidence=apart.evidence[:1])
    path = tmp_path / "less.zip"
    path.write_bytes(kept.whole())
    ran = lab.verify("--format", "json", bundle=path)
    assert ran.code == 3
    assert any("recomputed" in one for one in ran.json["differences"])
    forgotten = apart.change(evidence=apart.evidence[:1], runs=apart.runs[:1])
    path.write_bytes(forgotten.whole())
    ran = lab.verify("--format", "json", "--head", lab.head, bundle=path)
    assert ran.code == 3
    assert "ledger.inconsistent" in problems(ran)


def test_j_an_approval_of_another_determination_is_not_one_of_this(
    lab: Made, tmp_path: Path
) -> None:
    here = tmp_path / "project"
    shutil.copytree(lab.project, here)
    args = ("--project", here, "--at", BUNDLED, "--format", "json")
    assert tierlock("gate", *args).code == 0
    # One more unlucky run, and it is another determination.
    log(tmp_path / "logs", "bio-3.eval", "1" * 12 + "0" * 48, eval_id="run-3")
    assert tierlock("assess", tmp_path / "logs", "--project", here, "--at", BUNDLED).code == 0
    ran = tierlock("gate", *args)
    assert ran.code == 10
    codes = {one["code"] for one in ran.json["decision"]["reasons"]}
    assert "approval.other-digest" in codes
    other = tmp_path / "bundle.zip"
    made = lab._replace(project=here)
    assert bundle(made, "--key", lab.folder / "lab", to=other).code == 0
    checked = lab.verify("--format", "json", bundle=other)
    assert checked.code == 0
    assert checked.json["verdict"] == {"recorded": "HOLD", "recomputed": "HOLD"}


FORMATS = ("text", "json", "markdown", "junit", "sarif", "github")


@pytest.mark.parametrize(("values", "code"), [("0" * 60, 0), ("1" * 60, 10)])
def test_k_every_format_has_the_same_exit_code(tmp_path: Path, values: str, code: int) -> None:
    here = project(tmp_path / "project")
    assert assess(here, log(tmp_path / "logs", values=values)).code == 0
    codes = {
        style: tierlock("gate", "--project", here, "--at", AT, "--format", style).code
        for style in FORMATS
    }
    assert set(codes.values()) == {code}


def test_k_also_when_a_bundle_is_verified(lab: Made, tmp_path: Path) -> None:
    bare = tmp_path / "bare.zip"
    bare.write_bytes(take_apart(lab.bundle).change(seal=None).whole())
    for path, code in ((lab.bundle, 0), (bare, 3)):
        assert {lab.verify("--format", s, bundle=path).code for s in ("text", "json")} == {code}


CUT = """
import socket
def cut(*args, **kwargs):
    raise SystemExit("a socket was opened")
class Cut(socket.socket):
    __init__ = cut
socket.socket, socket.create_connection, socket.getaddrinfo = Cut, cut, cut
from importlib import import_module
for name in {names!r}:
    import_module(name)
"""


def test_l_every_module_loads_without_a_network(tmp_path: Path) -> None:
    found = pkgutil.walk_packages(package.__path__, "tierlock.")
    # MLflow's own libraries try a socket when they are loaded, to see whether there is IPv6.
    others = ("__main__", "mlflow_operations", "mlflow_store", "mlflow_entry", "mlflow_subject")
    names = [one.name for one in found if not one.name.endswith(others)]
    assert len(names) > 300
    done = subprocess.run(
        [sys.executable, "-c", CUT.format(names=names)],
        cwd=tmp_path,
        env={**os.environ, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_n_others_can_check_what_is_exported_and_signed(lab: Made, tmp_path: Path) -> None:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey
    from trestle.oscal.assessment_results import AssessmentResults

    from tierlock.attest import load_public_key
    from tierlock.usecases.bundle_manifest import SEAL
    from tierlock.usecases.bundle_zip import read_zip

    envelope = Envelope.from_dict(json.loads(read_zip(lab.bundle.read_bytes())[SEAL]))
    public = load_public_key(lab.folder / "lab.pub")
    key = SSlibKey.from_crypto(public.key, keyid=public.key_id)
    assert list(envelope.verify([key], 1)) == [public.key_id]
    to = tmp_path / "oscal"
    ran = tierlock("safeguards", "oscal", "--out", to, "--project", lab.project, "--at", ASKED)
    assert ran.code == 0, ran
    (results,) = to.rglob("*assessment-results*.json")
    assert AssessmentResults.oscal_read(results) is not None


def test_o_a_cut_end_of_the_ledger_shows_against_a_tree_head(lab: Made, tmp_path: Path) -> None:
    whole = tmp_path / "ledger.jsonl"
    assert tierlock("ledger", "export", whole, "--project", lab.project).code == 0
    assert tierlock("ledger", "verify", "--file", whole, "--held", lab.head).code == 0
    from tierlock.ledger import Draft, MemoryLedger, export_ledger
    from tierlock.usecases import exported_ledger

    with exported_ledger(whole) as ledger:
        entries = list(ledger.entries())
        short = MemoryLedger(ledger.origin)
    short.append(
        [
            Draft(media_type=one.media_type, payload=one.payload, logged_at=one.logged_at)
            for one in entries[:5]
        ]
    )
    cut = tmp_path / "cut.jsonl"
    with cut.open("wb") as file:
        export_ledger(short, to=file)
    assert tierlock("ledger", "verify", "--file", cut).code == 0, "alone, nobody can know"
    refused(
        tierlock("ledger", "verify", "--file", cut, "--held", lab.head),
        code="ledger.inconsistent",
        exit_code=3,
    )
