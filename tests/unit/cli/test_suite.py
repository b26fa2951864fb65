"""`tierlock suite`: a framework by name, a project with its store, an exit code when asked."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.projects import assess, log, project, tierlock


def test_a_framework_by_name() -> None:
    ran = tierlock("suite", "asl/reference-1")
    assert (ran.code, ran.err) == (0, "")
    assert "unassessed threat" in ran.out
    assert "runs" not in ran.out
    assert tierlock("suite", "asl/reference-1", "--exit-code").code == 4


def test_a_project_with_its_store(tmp_path: Path) -> None:
    folder = project(tmp_path)
    before = tierlock("suite", "--project", folder, "--format", "json").json
    assert "evaluation without evidence" in {gap["kind"] for gap in before["gaps"]}
    assess(folder, log(tmp_path / "logs"))
    after = tierlock("suite", "--project", folder, "--format", "json").json
    assert len(after["gaps"]) < len(before["gaps"])


def test_neither_a_name_nor_a_project(tmp_path: Path) -> None:
    ran = tierlock("suite", cwd=tmp_path)
    assert ran.code == 2
    assert "input.not-found" in ran.err
