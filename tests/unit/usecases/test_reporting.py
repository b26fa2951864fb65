from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from tests.acceptance.projects import ROOT, Ran, tierlock

AT = "2026-11-23T12:00:00Z"
WORDS = """\
report: {report}
subject: {subject}
texts:
  {item}:
    says: |
      {says}
    by: Ann Example
    on: 2026-11-20
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("reports") / "example"
    ignored = shutil.ignore_patterns(".tierlock", "__pycache__")
    shutil.copytree(ROOT / "examples" / "first-release", place, ignore=ignored)
    first = tierlock("assess", place / "logs/release-1", "--project", place, "--at", AT, "-q")
    assert first.code == 0
    later = "2026-11-23T13:00:00Z"
    logs = place / "logs/release-1-open-answer"
    assert tierlock("assess", logs, "--project", place, "--at", later, "-q").code == 0
    return place


@pytest.fixture
def folder(example: Path, tmp_path: Path) -> Path:
    return shutil.copytree(example, tmp_path / "project")


def report(folder: Path, kind: str, *args: object) -> Ran:
    at = "2026-11-24T12:00:00Z"
    return tierlock("report", kind, *args, "--project", folder, "--at", at)


def words(folder: Path, **more: str) -> Path:
    kept = {"report": "risk", "subject": "small-model-1", "item": "overall", "says": "low", **more}
    path = folder / "words.yaml"
    path.write_text(WORDS.format(**kept), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["capability", "safeguards", "risk"])
def test_each_report_is_written_the_same_twice(folder: Path, kind: str) -> None:
    texts = []
    for name in ("one.html", "two.html"):
        ran = report(folder, kind, "--out", folder / name)
        assert (ran.code, ran.out) == (0, "")
        assert "items present" in ran.err
        texts.append((folder / name).read_bytes())
    assert texts[0] == texts[1]
    assert texts[0].startswith(b"<!DOCTYPE html>")


def test_the_report_compares_with_the_determination_before(folder: Path) -> None:
    body = report(folder, "capability", "--format", "json").json
    previous = next(one for one in body["sections"] if one["anchor"] == "previous")
    assert dict(previous["blocks"][0]["rows"])["Evidence used"] == (
        "3 runs came in, 0 went, 4 stayed"
    )
    held = next(one for one in body["sections"] if one["anchor"] == "time")
    facts = dict(held["blocks"][0]["rows"])
    assert facts["Time"].startswith("time: self-asserted")
    assert facts["Ledger"].startswith("entry ")


def test_reporting_changes_nothing(folder: Path) -> None:
    def kept() -> dict[str, bytes]:
        files = (path for path in (folder / ".tierlock").rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files if "-wal" not in path.name}

    before = kept()
    assert report(folder, "risk").code == 0
    assert kept().keys() <= before.keys() | {str(folder / ".tierlock/ledger.sqlite-shm")}
    assert all(kept()[name] == data for name, data in before.items() if "ledger" not in name)


def test_redacting_again_gives_the_same_digests(folder: Path) -> None:
    asked = ("--redact", "evidence=law", "--redact", "people", "--format", "json")
    first, second = (report(folder, "capability", *asked).json for _ in range(2))
    assert first["redacted"] == second["redacted"]
    salt = folder / ".tierlock" / "report-salt"
    assert stat.S_IMODE(salt.stat().st_mode) == 0o600
    salt.unlink()
    third = report(folder, "capability", *asked).json
    assert third["redacted"][0]["digest"] != first["redacted"][0]["digest"]
    assert [one["why"] for one in third["redacted"]] == ["law", "no reason is given"]


def test_a_broken_salt_is_refused(folder: Path) -> None:
    for data in ("", "abcd\n", "no hexadecimal\n"):
        (folder / ".tierlock" / "report-salt").write_text(data, encoding="ascii")
        ran = report(folder, "risk", "--redact", "gaps")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("error[input.store]")


def test_what_people_write_is_in_the_report_with_its_author(folder: Path) -> None:
    body = report(folder, "risk", "--written", words(folder), "--format", "json").json
    states = {one["id"]: one["state"] for one in body["checklist"]}
    assert (states["overall"], states["residual"]) == ("present", "missing")
    assert "Written by Ann Example, 2026-11-20; unsigned." in json.dumps(body)
    assert "written" in {one["of"] for one in body["digests"]}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"report": "capability"}, "it is for a capability report"),
        ({"subject": "other"}, "it is about `other`"),
        ({"item": "nothing"}, "the checklist has no item `nothing`"),
        ({"says": "x" * 2001}, "longer than 2000 characters"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(folder: Path, more: dict[str, str], says: str) -> None:
    ran = report(folder, "risk", "--written", words(folder, **more))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[report.written]")
    assert says in ran.err


def test_empty_words_are_refused(folder: Path) -> None:
    ran = report(folder, "risk", "--written", words(folder, says="   "))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[input.")


@pytest.mark.parametrize("part", ["nothing", "=why", "evidence=", "limits"])
def test_parts_that_are_not_there_are_refused(folder: Path, part: str) -> None:
    ran = report(folder, "risk", "--redact", part)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[report.redact]")


def test_another_subject_is_refused(folder: Path) -> None:
    ran = report(folder, "risk", "--subject", "other")
    assert (ran.code, ran.err.split()[0]) == (2, "error[input.subject]")
    assert report(folder, "risk", "--subject", "small-model-1").code == 0


def test_a_report_that_can_not_be_written_is_said(folder: Path) -> None:
    ran = report(folder, "risk", "--out", folder / "none" / "risk.html")
    assert (ran.code, ran.err.split()[0]) == (2, "error[input.file]")


@pytest.mark.parametrize(
    ("kind", "framework"),
    [
        ("risk", "anthropic/rsp-3.4"),
        ("risk", "anthropic/rsp-3.0"),
        ("capability", "anthropic/rsp-2.2"),
        ("safeguards", "anthropic/rsp-2.0"),
    ],
)
def test_the_framework_that_asks_for_it_brings_its_own_list(
    tmp_path: Path, kind: str, framework: str
) -> None:
    text = f"framework: {framework}\nsubject: {{name: model-1}}\n"
    (tmp_path / "tierlock.yaml").write_text(text, encoding="utf-8")
    body = report(tmp_path, kind, "--format", "json").json
    assert body["checklistOf"] == framework
    assert {one["state"] for one in body["checklist"]} >= {"missing"}
    version = framework.rpartition("-")[2]
    assert all(one["askedBy"].startswith(f"RSP {version} ") for one in body["checklist"])
