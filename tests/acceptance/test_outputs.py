"""The texts of samples: kept when asked for, found, withheld, and every reading on record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import AT, PROJECT, Ran, assess, project, refused, tierlock
from tests.unit.importers.logs import header, members, pack, sample, write

KEPT = PROJECT + "keep_outputs: true\n"
OPEN = KEPT + "hazards: {biology: none}\n"
ASKED = ("--reveal", "--as", "ana", "--reason", "check a grade")


def log(folder: Path, *, run: str = "run-1", task: str = "package/biology") -> Path:
    rows = [
        sample(
            f"q{number}",
            "I",
            input=f"question {number}",
            messages=[
                {"role": "user", "content": f"question {number}"},
                {"role": "assistant", "content": f"Answer\x1b[2J {number}"},
            ],
            output={"choices": [{"message": {"content": f"Answer\x1b[2J {number}"}}]},
        )
        for number in range(12)
    ]
    whole = header(rows, eval={"eval_id": run, "task": task})
    return write(folder, f"{run}.eval", pack(members(rows, whole)))


def output(folder: Path, *args: object) -> Ran:
    return tierlock("output", *args, "--project", folder)


def kept(folder: Path, settings: str = OPEN) -> Path:
    """Write a project, and take one log in."""
    project(folder, tierlock=settings)
    assert assess(folder, log(folder)).code == 0
    return folder


def listed(folder: Path, *args: object) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = output(folder, "list", "--format", "json", *args).json["samples"]
    return rows


def accesses(folder: Path) -> list[str]:
    entries = tierlock("ledger", "log", "--project", folder, "--format", "json").json["entries"]
    return [row["says"] for row in entries if row["kind"] == "access"]


def test_nothing_is_kept_unless_the_project_asks_for_it(tmp_path: Path) -> None:
    folder = kept(tmp_path, PROJECT)
    refused(output(folder, "list"), code="input.not-found")
    assert not (folder / ".tierlock" / "outputs.db").exists()
    (folder / "tierlock.yaml").write_text(OPEN, encoding="utf-8")
    assert (
        tierlock(
            "assess", folder / "run-1.eval", "--project", folder, "--at", AT, "--reread", "all"
        ).code
        == 0
    )
    assert len(listed(folder)) == 12


def test_from_a_finding_to_the_transcript(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    other = log(folder, run="run-2", task="chemistry")
    assess(folder, other)
    assert len(listed(folder)) == 24
    rows = listed(folder, "--finding", "bio-3:bio")
    assert {row["run"] for row in rows} == {"run-1"}
    ran = output(folder, "show", rows[0]["key"][:12])
    assert "question 0" in ran.out
    assert f"inspect view --log-dir {folder}" in ran.out
    assert "\x1b" not in ran.out
    assert r"Answer\x1b[2J 0" in ran.out
    shown = output(folder, "show", rows[0]["key"], "--format", "json").json
    assert shown["texts"]["answered"] == "Answer\x1b[2J 0"


def test_a_finding_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    ran = output(folder, "list", "--finding", "bio-9:bio")
    refused(ran, code="input.not-found", where="bio-3:bio")


def test_runs_without_texts_are_named(tmp_path: Path) -> None:
    folder = kept(tmp_path, PROJECT)
    (folder / "tierlock.yaml").write_text(OPEN, encoding="utf-8")
    assess(folder, log(folder, run="run-2", task="chemistry"))
    found = output(folder, "list", "--finding", "bio-3:bio")
    assert "no texts are kept of: run-1" in found.out


def test_search_finds_whatever_the_case(tmp_path: Path) -> None:
    folder = kept(tmp_path)
    ran = output(folder, "search", "QUESTION 11")
    assert "q11 (asked)" in ran.out
    assert ran.out.endswith("found in 1 sample\n")
    assert len(output(folder, "search", "question", "--format", "json").json["found"]) == 12
    assert output(folder, "search", "nowhere").out == "found in 0 samples\n"
    refused(output(folder, "search", " "), code="input.type")


def test_what_nobody_declared_harmless_is_withheld(tmp_path: Path) -> None:
    folder = kept(tmp_path, KEPT)
    (first, *_) = listed(folder)
    assert first["hazard"] == "restricted"
    for args in (("show", first["key"]), ("list",), ("search", "question")):
        for style in ("text", "json"):
            ran = output(folder, *args, "--format", style)
            assert ran.code == 0
            assert "question 0" not in ran.out
            assert "Answer" not in ran.out
    assert accesses(folder) == []
    assert "not searched: 12 samples" in output(folder, "search", "question").out


def test_who_gives_name_and_reason_is_shown_it_and_is_on_record(tmp_path: Path) -> None:
    folder = kept(tmp_path, KEPT)
    (first, *_) = listed(folder)
    assert "question 0" in output(folder, "show", first["key"], *ASKED).out
    assert "found in 1 sample" in output(folder, "search", "question 7", *ASKED).out
    shown, searched = accesses(folder)
    assert shown == f"ana was shown {first['key'][:19]}: check a grade"
    assert searched.startswith("ana was shown search for sha256")
    assert "and 1 more" in searched
    entries = tierlock("ledger", "log", "--project", folder).out
    assert "question" not in entries


@pytest.mark.parametrize(
    ("settings", "args", "why"),
    [
        ("", ("--reveal",), "a name (--as) and a reason (--reason) are needed"),
        ("", ("--reveal", "--as", " ", "--reason", "x"), "a name (--as) and a reason"),
        ("", ("--reveal", "--as", "ana"), "a name (--as) and a reason"),
        ("readers: [ben]\n", ASKED, "`ana` is not among `readers`"),
        ("hazards: {bio: high}\n", ASKED, "its hazard is `high`"),
    ],
)
def test_who_is_denied_is_on_record_too(
    tmp_path: Path, settings: str, args: tuple[str, ...], why: str
) -> None:
    folder = kept(tmp_path, KEPT + settings)
    (first, *_) = listed(folder)
    refused(output(folder, "show", first["key"], *args), code="output.withheld", where=why)
    (said,) = accesses(folder)
    assert "was denied" in said
    assert why in said
    if "high" not in why:
        refused(output(folder, "search", "question", *args), code="output.withheld")
        assert len(accesses(folder)) == 2


def test_texts_of_hazard_high_are_not_searched_for_anybody(tmp_path: Path) -> None:
    folder = kept(tmp_path, KEPT + "hazards: {biology: high}\n")
    found = output(folder, "search", "question", *ASKED, "--format", "json").json
    assert found["found"] == []
    assert len(found["notSearched"]) == 12


def test_nothing_is_shown_where_the_ledger_can_not_record_it(tmp_path: Path) -> None:
    folder = kept(tmp_path, KEPT)
    (first, *_) = listed(folder)
    ledger = folder / ".tierlock" / "ledger.db"
    ledger.unlink()
    ledger.mkdir()
    for args in (("show", first["key"]), ("search", "question")):
        ran = output(folder, *args, *ASKED)
        assert ran.code in {2, 3}
        assert ran.out == ""


def test_a_misspelt_hazard_shows_nothing(tmp_path: Path) -> None:
    folder = kept(tmp_path, KEPT + "hazards: {default: none, biologie: high}\n")
    for args in (("list",), ("show", "a"), ("search", "question")):
        refused(output(folder, *args), code="input.not-found", where="`biologie`")


def test_a_text_that_was_changed_is_not_shown(tmp_path: Path) -> None:
    import sqlite3

    folder = kept(tmp_path)
    (first, *_) = listed(folder)
    with sqlite3.connect(folder / ".tierlock" / "outputs.db") as base:
        base.execute("UPDATE text SET packed = x'00'")
    refused(
        output(folder, "show", first["key"]), code="integrity.digest", exit_code=3, where="changed"
    )
