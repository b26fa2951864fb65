"""A laboratory makes a bundle, and an auditor who trusts nobody there recomputes it."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.bundles import CHECKED, Made, bundle, laboratory, problems
from tests.acceptance.projects import Ran, log, refused, tierlock
from tests.acceptance.tampering import take_apart
from tests.unit.attest.keys import EVE
from tierlock.attest import KINDS, Verification, parse_envelope, verify_envelope
from tierlock.core import digest, parse_instant
from tierlock.usecases import load_trust
from tierlock.usecases.bundle_manifest import MANIFEST, SEAL, open_bundle
from tierlock.usecases.bundle_zip import read_zip, write_zip


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return laboratory(tmp_path_factory.mktemp("lab"))


def checked(made: Made, *args: object, bundle: Path | None = None, code: int = 0) -> Any:
    """Verify, check the exit code in both formats, and return the result as data."""
    plain = made.verify(*args, bundle=bundle)
    ran = made.verify(*args, "--format", "json", bundle=bundle)
    assert (ran.code, plain.code) == (code, code), plain.out + ran.err
    assert ran.json["exitCode"] == code
    return ran.json


# -- an honest bundle -----------------------------------------------------------------------------


def test_an_honest_bundle_is_verified_and_says_what_was_checked(lab: Made) -> None:
    found = checked(lab, "--head", lab.head, "--logs", lab.logs)
    assert found["result"] == "verified"
    assert found["verdict"] == {"recorded": "ALLOW", "recomputed": "ALLOW"}
    assert found["problems"] == found["differences"] == found["notRecomputed"] == []
    (finding,) = found["findings"]
    assert finding["agrees"]
    numbers = {one["name"]: one for one in finding["numbers"]}
    assert {"value", "lower", "upper", "scored", "planned"} <= numbers.keys()
    assert all(one["recorded"] == one["recomputed"] for one in numbers.values())
    assert [row["agrees"] for row in found["logs"]] == [True, True]
    assert any("Olga Owner" in one for one in found["signers"])
    assert any("Lab machine" in one for one in found["signers"])
    assert found["time"][0].startswith("time: entries before")


def test_without_head_and_logs_it_says_what_nobody_vouches_for(lab: Made) -> None:
    found = checked(lab)
    assert found["time"] == ["time: self-asserted"]
    assert [row["log"] for row in found["logs"]] == [None, None]
    assert any("no raw log" in note for note in found["notes"])
    assert any("never logged" in note for note in found["notes"])


def test_the_same_question_gives_the_same_bytes(lab: Made, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    assert bundle(lab, "--key", lab.folder / "lab", to=again).code == 0
    assert again.read_bytes() == lab.bundle.read_bytes()


def test_no_socket_is_opened(lab: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", cut)
    monkeypatch.setattr(socket, "create_connection", cut)
    monkeypatch.setattr(socket, "getaddrinfo", cut)
    assert checked(lab, "--head", lab.head, "--logs", lab.logs)["result"] == "verified"


def test_nothing_is_overwritten(lab: Made) -> None:
    before = lab.bundle.read_bytes()
    refused(bundle(lab), code="input.exists")
    assert lab.bundle.read_bytes() == before


def test_a_bundle_that_would_not_verify_is_not_written(
    lab: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tierlock.usecases import ask, bundling

    def lying(*args: Any, **kwargs: Any) -> Any:
        answer = ask(*args, **kwargs)
        assert answer.decision is not None
        return answer._replace(decision=answer.decision.model_copy(update={"reasons": ()}))

    monkeypatch.setattr(bundling, "ask", lying)
    project = tmp_path / "project"
    shutil.copytree(lab.project, project)
    # After half a year the evidence is too old, and the honest answer has a reason.
    when = "2026-12-01T00:00:00Z"
    ran = bundle(lab._replace(project=project), to=tmp_path / "x.zip", at=when)
    assert ran.code == 3
    assert "bundle.fails" in ran.err
    assert not (tmp_path / "x.zip").exists()


# -- whose word counts ----------------------------------------------------------------------------


def changed_trust(lab: Made, tmp_path: Path, old: str, new: str) -> Path:
    text = lab.trust.read_text()
    assert old in text
    path = tmp_path / "trust.yaml"
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("roles: [bundle]", "roles: [owner]", "attest.role"),
        ("roles: [owner]", "roles: [other]", "attest.role"),
        ("name: model-1", "name: model-2", "bundle.subject"),
        ("ab" * 32, "cd" * 32, "bundle.subject"),
        ("frameworks: {lab/small-1: 'sha256:", "frameworks: {lab/small-2: 'sha256:", "bundle.fr"),
    ],
)
def test_only_the_auditors_own_trust_counts(
    lab: Made, tmp_path: Path, old: str, new: str, code: str
) -> None:
    ran = lab.verify("--format", "json", trust=changed_trust(lab, tmp_path, old, new))
    assert ran.code == 3
    assert any(one.startswith(code) for one in problems(ran))
    assert ran.json["result"] == "refused"


def test_an_unsigned_bundle_is_taken_only_where_the_auditor_says_so(
    lab: Made, tmp_path: Path
) -> None:
    members = read_zip(lab.bundle.read_bytes())
    del members[SEAL]
    bare = tmp_path / "bare.zip"
    bare.write_bytes(write_zip(members))
    found = checked(lab, bundle=bare, code=3)
    assert {one["code"] for one in found["problems"]} == {"bundle.unsigned"}
    found = checked(lab, "--allow-unsigned", bundle=bare)
    assert any("nobody signed" in note for note in found["notes"])


def test_what_verifies_says_until_when_the_permission_holds(lab: Made) -> None:
    found = checked(lab)
    assert any(note.startswith("the ALLOW holds until 2026-") for note in found["notes"])
    late = ("verify", lab.bundle, "--trust", lab.trust, "--at", "2027-03-12", "--format", "json")
    ran = tierlock(*late)
    assert (ran.code, ran.json["result"]) == (0, "verified")
    assert any("it permits nothing now" in note for note in ran.json["notes"])


def test_a_bundle_of_later_than_the_check_is_refused_also_without_a_seal(
    lab: Made, tmp_path: Path
) -> None:
    bare = tmp_path / "later.zip"
    assert bundle(lab, to=bare, at="2026-03-13T00:00:00Z").code == 0
    found = checked(lab, "--allow-unsigned", bundle=bare, code=3)
    assert {one["code"] for one in found["problems"]} == {"attest.future"}


def test_a_forged_seal_is_refused_also_where_none_is_asked_for(lab: Made, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    other.write_bytes(take_apart(lab.bundle).whole(signer=EVE))
    found = checked(lab, "--allow-unsigned", bundle=other, code=3)
    assert {one["code"] for one in found["problems"]} == {"attest.key"}


def test_the_seal_of_another_bundle_is_no_seal(lab: Made, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.zip"
    when = "2026-03-09T11:30:00Z"
    assert bundle(lab, "--key", lab.folder / "lab", to=earlier, at=when).code == 0
    members = read_zip(lab.bundle.read_bytes())
    members[SEAL] = read_zip(earlier.read_bytes())[SEAL]
    mixed = tmp_path / "mixed.zip"
    mixed.write_bytes(write_zip(members))
    found = checked(lab, bundle=mixed, code=3)
    assert {one["code"] for one in found["problems"]} == {"bundle.unsigned"}


# -- withheld is not absent -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["samples", "bio"])
def test_withheld_samples_are_listed_and_nothing_about_them_is_called_verified(
    lab: Made, tmp_path: Path, name: str
) -> None:
    hidden = tmp_path / "hidden.zip"
    args = ("--key", lab.folder / "lab", "--withhold", f"{name}=hazardous items")
    assert bundle(lab, *args, to=hidden).code == 0
    found = checked(lab, bundle=hidden, code=4)
    assert found["result"] == "incomplete"
    assert {(one["path"][:8], one["why"]) for one in found["withheld"]} == {
        ("samples/", "hazardous items")
    }
    (finding,) = found["findings"]
    assert finding["recomputed"] is None
    assert not any(number["agrees"] for number in finding["numbers"])
    assert any(one.startswith("bio-3:bio") for one in found["notRecomputed"])
    assert found["verdict"]["recomputed"] is None
    told = "\n".join(found["checked"])
    assert "recomputed" not in told
    plain = lab.verify("--allow-withheld", bundle=hidden)
    assert plain.code == 0
    assert plain.out.startswith("NOT ALL RECOMPUTED")
    with_logs = lab.verify("--logs", lab.logs, bundle=hidden)
    assert with_logs.code == 4
    assert "2 of 2 runs read again" in with_logs.out
    assert b'"q1"' not in b"".join(read_zip(hidden.read_bytes()).values())


def test_a_withheld_statement_is_also_withheld_in_the_ledger(lab: Made, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.zip"
    args = ("--key", lab.folder / "lab", "--withhold", "approval")
    assert bundle(lab, *args, to=hidden).code == 0
    assert b"Olga" not in b"".join(read_zip(hidden.read_bytes()).values())
    found = checked(lab, bundle=hidden, code=4)
    assert any("the decision" in one for one in found["notRecomputed"])
    assert {one["path"] for one in found["withheld"]} == {"signed/000001-approval.json"}
    assert all(one["agrees"] for one in found["findings"])


def test_a_withheld_ledger_keeps_its_leaves(lab: Made, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.zip"
    args = ("--key", lab.folder / "lab", "--withhold", "ledger")
    assert bundle(lab, *args, to=hidden).code == 0
    found = checked(lab, "--head", lab.head, bundle=hidden, code=4)
    assert ["withheld ledger entries" in one for one in found["notRecomputed"]] == [True]


@pytest.mark.parametrize("name", ["logs", "ruling", "everything", "plans"])
def test_nothing_is_believed_to_be_withheld_that_is_not(
    lab: Made, tmp_path: Path, name: str
) -> None:
    ran = bundle(lab, "--withhold", name, to=tmp_path / "x.zip")
    refused(ran, code="bundle.withhold", where=name)
    assert not (tmp_path / "x.zip").exists()


def test_raw_logs_travel_in_the_bundle_or_stay_as_digests(lab: Made, tmp_path: Path) -> None:
    whole, hidden = tmp_path / "whole.zip", tmp_path / "hidden.zip"
    logs = ("--with-logs", lab.logs, "--key", lab.folder / "lab")
    assert bundle(lab, *logs, to=whole).code == 0
    assert bundle(lab, *logs, "--withhold", "logs", to=hidden).code == 0
    assert [row["agrees"] for row in checked(lab, bundle=whole)["logs"]] == [True, True]
    found = checked(lab, bundle=hidden)
    assert [row["agrees"] for row in found["logs"]] == [None, None]
    assert all(one["path"].startswith("logs/") for one in found["withheld"])


def test_a_log_of_no_run_of_the_project_does_not_belong_in_it(lab: Made, tmp_path: Path) -> None:
    other = log(tmp_path / "other", "x.eval", "0" * 9, eval_id="run-9")
    refused(bundle(lab, "--with-logs", other, to=tmp_path / "x.zip"), code="bundle.log")


def test_a_log_that_gives_other_evidence_does_not_get_into_a_bundle(
    lab: Made, tmp_path: Path
) -> None:
    changed = log(tmp_path / "other", "bio-1.eval", "0" * 60, eval_id="run-1")
    ran = bundle(lab, "--with-logs", changed, to=tmp_path / "x.zip")
    refused(ran, code="bundle.fails", exit_code=3, where="run-1")
    assert not (tmp_path / "x.zip").exists()


# -- runs and earlier bundles ---------------------------------------------------------------------


def test_a_log_of_a_run_that_the_bundle_does_not_know_is_a_difference(
    lab: Made, tmp_path: Path
) -> None:
    log(tmp_path / "more", "bad.eval", "1" * 60, eval_id="run-bad")
    found = checked(lab, "--logs", tmp_path / "more", code=4)
    assert found["result"] == "differs"
    assert any("run-bad" in one for one in found["differences"])


def test_an_earlier_bundle_is_checked_to_be_how_the_ledger_began(lab: Made, tmp_path: Path) -> None:
    later = tmp_path / "later.zip"
    args = ("--prior", lab.bundle, "--key", lab.folder / "lab")
    assert bundle(lab, *args, to=later, at="2026-03-09T16:00:00Z").code == 0
    found = checked(lab, bundle=later)
    assert any("an earlier bundle of 2026-03-09T12:00:00Z" in note for note in found["notes"])


def test_a_damaged_log_is_a_problem_and_not_the_end(lab: Made, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    shutil.copytree(lab.logs, logs)
    broken = logs / "bio-1.eval"
    broken.write_bytes(broken.read_bytes()[:-40])
    found = checked(lab, "--logs", logs, code=3)
    assert {one["code"] for one in found["problems"]} == {"bundle.log"}
    assert [row["agrees"] for row in found["logs"]] == [None, True]


# -- receipts -------------------------------------------------------------------------------------


def receipt(lab: Made, tmp_path: Path, *args: object) -> tuple[Ran, Path]:
    path = tmp_path / "receipt.json"
    ran = lab.verify("--key", lab.folder / "auditor", "--receipt", path, *args)
    return ran, path


def test_the_auditor_signs_what_was_found(lab: Made, tmp_path: Path) -> None:
    from tests.acceptance.bundles import entry, write_trust

    ran, path = receipt(lab, tmp_path, "--head", lab.head)
    assert ran.code == 0
    readers = write_trust(
        tmp_path / "readers.yaml", entry(lab.folder / "auditor", "Ada Auditor", "auditor")
    )
    verified = verify_envelope(
        path.read_bytes(), trust=load_trust(readers), at=parse_instant(CHECKED)
    )
    record = verified.record
    assert isinstance(record, Verification)
    assert (verified.kind, verified.signer.person) == ("verification", "Ada Auditor")
    assert record.manifest == open_bundle(lab.bundle.read_bytes()).digest
    assert record.trust == digest(load_trust(lab.trust))
    assert (record.result, record.exit_code) == ("verified", 0)
    assert {"bundle", "verification"} <= set(KINDS)


def test_a_bad_result_has_a_receipt_too_and_nothing_is_overwritten(
    lab: Made, tmp_path: Path
) -> None:
    hidden = tmp_path / "hidden.zip"
    args = ("--key", lab.folder / "lab", "--withhold", "samples")
    assert bundle(lab, *args, to=hidden).code == 0
    path = tmp_path / "receipt.json"
    key = ("--key", lab.folder / "auditor", "--receipt", path)
    assert lab.verify(*key, bundle=hidden).code == 4
    stated = json.loads(parse_envelope(path.read_bytes()).payload)["predicate"]["record"]
    assert (stated["result"], stated["exitCode"]) == ("incomplete", 4)
    assert [one["path"][:8] for one in stated["withheld"]] == ["samples/"]
    before = path.read_bytes()
    assert lab.verify(*key).code == 2
    assert path.read_bytes() == before


def test_a_receipt_needs_a_key(lab: Made, tmp_path: Path) -> None:
    refused(lab.verify("--receipt", tmp_path / "x"), code="input.type")


# -- bytes ----------------------------------------------------------------------------------------


def test_what_is_no_bundle_is_refused_with_a_code(lab: Made, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    for data, code in (
        (b"", "bundle.format"),
        (lab.trust.read_bytes(), "bundle.format"),
        (write_zip({"a": b""}), "bundle.manifest"),
        (write_zip({MANIFEST: b"{}"}), "bundle.manifest"),
        (write_zip({MANIFEST: b"[" * 10_000}), "bundle.manifest"),
    ):
        path.write_bytes(data)
        refused(lab.verify(bundle=path), code=code, exit_code=3)
    refused(lab.verify(bundle=tmp_path / "none"), code="input.file")
    refused(lab.verify("--head", lab.trust), code="ledger.head")


def test_the_command_line_tells_how(lab: Made) -> None:
    assert "offline" in tierlock("verify", "--help").out
    assert "--withhold" in tierlock("bundle", "--help").out
