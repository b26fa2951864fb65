"""Answers that changed between two versions, side by side, and withheld where they must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import AT, PROJECT, Ran, project, refused, tierlock
from tests.unit.importers.logs import header, members, pack, sample, write

OPEN = PROJECT + "hazards: {biology: none}\n"
ASKED = ("--reveal", "--as", "ana", "--reason", "review")


def log(folder: Path, side: str, values: str, **described: Any) -> Path:
    rows = [
        sample(
            f"q{number}",
            value,
            input=f"question {number}",
            output={"choices": [{"message": {"content": f"{side} answer {number}"}}]},
        )
        for number, value in enumerate(values)
    ]
    whole = header(rows, eval={"eval_id": side, **described})
    return write(folder, f"{side}.eval", pack(members(rows, whole)))


def compare(folder: Path, *args: object) -> Ran:
    return tierlock("compare", *args, "--project", folder)


def sides(folder: Path, settings: str = OPEN) -> tuple[Path, Path]:
    project(folder, tierlock=settings)
    return log(folder, "old", "CCCII"), log(folder, "new", "CIICI")


def test_the_answers_that_changed_stand_side_by_side(tmp_path: Path) -> None:
    old, new = sides(tmp_path)
    ran = compare(tmp_path, old, new, "--answers", 5)
    shown = ran.out[ran.out.index("Answers that changed") :]
    for number in (1, 2, 3):
        assert f"question {number}" in shown
        (line,) = (line for line in shown.splitlines() if f"old answer {number}" in line)
        assert line.index("old answer") < line.index("|") < line.index("new answer")
    assert "question 0" not in shown
    assert "question 4" not in shown
    assert "package/biology q3: 0 -> 1" in shown


def test_no_more_than_asked_for(tmp_path: Path) -> None:
    old, new = sides(tmp_path)
    found = compare(tmp_path, old, new, "--answers", 2, "--format", "json").json
    assert [one["item"] for one in found["answers"]] == ["q1", "q2"]
    assert found["answers"][0]["oldAnswer"] == "old answer 1"
    assert "answers" not in compare(tmp_path, old, new, "--format", "json").json


def test_markdown_holds_the_texts_and_none_of_their_marks(tmp_path: Path) -> None:
    project(tmp_path, tierlock=OPEN)
    old = log(tmp_path, "<script>|`old", "C")
    new = log(tmp_path, "new", "I")
    text = compare(tmp_path, old, new, "--answers", 5, "--format", "markdown").out
    (row,) = (line for line in text.splitlines() if line.startswith("| q0 |"))
    assert "<script>" not in row
    assert row.replace(r"\|", "").count("|") == 5


@pytest.mark.parametrize("style", ["text", "json", "markdown", "html"])
def test_dangerous_answers_are_withheld(tmp_path: Path, style: str) -> None:
    old, new = sides(tmp_path, PROJECT)
    ran = compare(tmp_path, old, new, "--answers", 5, "--format", style)
    assert "answer 1" not in ran.out
    assert "question 1" not in ran.out
    assert "withheld" in ran.out
    ran = compare(tmp_path, old, new, "--answers", 5, "--format", style, *ASKED)
    assert "answer 1" in ran.out
    (entry,) = tierlock("ledger", "log", "--project", tmp_path, "--format", "json").json["entries"]
    assert entry["kind"] == "access"
    assert "and 5 more: review" in entry["says"]


def test_what_was_revealed_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    old, new = sides(tmp_path, PROJECT)
    page = tmp_path / "page.html"
    how = ("--answers", 5, "--format", "html", "--out", page)
    ran = compare(tmp_path, old, new, *how)
    assert (ran.out, ran.err) == ("", f"wrote {page}\n")
    assert page.stat().st_mode & 0o777 == 0o644
    assert "answer 1" not in page.read_text("utf-8")
    compare(tmp_path, old, new, *how, *ASKED)
    assert page.stat().st_mode & 0o777 == 0o600
    assert "answer 1" in page.read_text("utf-8")


def test_denied_and_never_shown(tmp_path: Path) -> None:
    old, new = sides(tmp_path, PROJECT + "readers: [ben]\n")
    refused(compare(tmp_path, old, new, "--answers", 5, *ASKED), code="output.withheld")
    project(tmp_path, tierlock=PROJECT + "hazards: {biology: high}\n")
    ran = compare(tmp_path, old, new, "--answers", 5, *ASKED)
    assert "answer 1" not in ran.out
    assert "its hazard is `high`" in ran.out


def test_texts_of_a_subject_come_from_the_store(tmp_path: Path) -> None:
    project(tmp_path, tierlock=OPEN + "keep_outputs: true\n")
    old, new = log(tmp_path, "old", "CC"), log(tmp_path, "new", "CI", model="lab/model-2")
    for path in (old, new):
        assert tierlock("assess", path, "--project", tmp_path, "--at", AT).code == 0
        path.unlink()
    ran = compare(tmp_path, "model-1", "lab/model-2", "--answers", 5)
    assert "old answer 1" in ran.out
    (tmp_path / ".tierlock" / "outputs.db").unlink()
    ran = compare(tmp_path, "model-1", "lab/model-2", "--answers", 5)
    assert "(no text is kept)" in ran.out


def test_without_a_project_nothing_says_how_dangerous_they_are(tmp_path: Path) -> None:
    old, new = log(tmp_path, "old", "CC"), log(tmp_path, "new", "CI")
    refused(compare(tmp_path, old, new, "--answers", 5), code="input.not-found")


def test_nothing_changed(tmp_path: Path) -> None:
    project(tmp_path, tierlock=OPEN)
    old, new = log(tmp_path, "old", "CC"), log(tmp_path, "new", "CC")
    assert compare(tmp_path, old, new, "--answers", 5).out.endswith(
        "Answers that changed\n  none\n"
    )
