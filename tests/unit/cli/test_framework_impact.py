"""`framework impact`: what it prints, in which format, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.projects import AT, FRAMEWORK, assess, log, project, tierlock


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A project with one harmless run and its determination on record."""
    folder = project(tmp_path / "project")
    assert assess(folder, log(tmp_path / "logs")).code == 0
    return folder


def version(folder: Path, *changes: tuple[str, str]) -> Path:
    text = FRAMEWORK.replace('version: "1"', 'version: "2"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "next.yaml"
    path.write_text(text, encoding="utf-8")
    return path


HARD = (("rule_out_below: 0.30", "rule_out_below: 0.01"),)


def test_nothing_flips(made: Path, tmp_path: Path) -> None:
    ran = tierlock("framework", "impact", version(tmp_path), cwd=made)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("\nlab/small-2: 1 determination decided again, nothing flips\n")


def test_what_flips_exits_4(made: Path, tmp_path: Path) -> None:
    ran = tierlock("framework", "impact", version(tmp_path, *HARD), "--project", made)
    assert (ran.code, ran.err) == (4, "")
    assert "    ALLOW -> HOLD              deploy (api/everybody)\n" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_as_json(made: Path, tmp_path: Path) -> None:
    new = version(tmp_path, *HARD)
    ran = tierlock("framework", "impact", new, "--format", "json", cwd=made)
    assert ran.code == ran.json["exitCode"] == 4
    assert set(ran.json) == {
        "exitCode",
        "framework",
        "recordedUnderIt",
        "notRedecided",
        "impacts",
    }
    (one,) = ran.json["impacts"]
    assert (one["old"], one["new"], one["recordedAt"]) == ("lab/small-1", "lab/small-2", AT)
    (verdict,) = one["verdicts"]
    assert verdict["action"] == {"name": "deploy", "surface": "api", "audience": "everybody"}
    assert (verdict["old"], verdict["new"], verdict["direction"]) == ("ALLOW", "HOLD", "stricter")
    assert {reason["code"] for reason in verdict["reasons"]} == {"claim.missing"}
    assert all(reason["about"] for reason in verdict["reasons"])
    assert one["thresholds"] == [
        {
            "name": "bio-3",
            "old": "ruled out",
            "new": "undetermined",
            "direction": "stricter",
            "related": [],
        }
    ]


def test_what_can_not_be_decided_again_exits_4(made: Path, tmp_path: Path) -> None:
    new = version(tmp_path)
    (made / "lab.yaml").write_text(FRAMEWORK.replace("0.60", "0.61"), encoding="utf-8")
    ran = tierlock("framework", "impact", new, cwd=made)
    assert ran.code == 4
    assert "model-1: lab/small-1  not decided again\n" in ran.out
    listed = tierlock("framework", "impact", new, "--format", "json", cwd=made).json
    assert [one["framework"] for one in listed["notRedecided"]] == ["lab/small-1"]
    kept = tmp_path / "kept.yaml"
    kept.write_text(FRAMEWORK, encoding="utf-8")
    assert tierlock("framework", "impact", new, "--from", kept, cwd=made).code == 0


def test_every_determination_and_another_instant(made: Path, tmp_path: Path) -> None:
    assert assess(made, log(tmp_path / "logs"), at="2026-03-10T06:00:00Z").code == 0
    new = version(tmp_path)
    run = ("framework", "impact", new, "--format", "json")
    assert len(tierlock(*run, cwd=made).json["impacts"]) == 1
    every = tierlock(*run, "--all", "--at", "2026-03-10T03:00:00Z", cwd=made)
    assert [one["at"] for one in every.json["impacts"]] == ["2026-03-10T03:00:00Z"] * 2


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["nowhere.yaml"], "input.file"),
        (["asl/referenc"], "framework.unknown"),
        (["asl/reference-1", "--at", "yesterday"], "input.type"),
        (["asl/reference-1", "--from", "asl/reference-1"], "input.not-found"),
        (["asl/reference-1", "--project", "elsewhere"], "input.not-found"),
    ],
)
def test_what_can_not_be_asked_exits_2(made: Path, args: list[str], code: str) -> None:
    ran = tierlock("framework", "impact", *args, cwd=made)
    assert (ran.code, ran.out) == (2, "")
    assert f"error[{code}]" in ran.err
