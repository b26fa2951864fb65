"""Marks of what a folder's answers rest on beside files that stand still."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tierlock.ledger import Draft, open_ledger
from tierlock.usecases.folder_marks import LedgerMarks, ParentAnswers
from tierlock.usecases.workspace import ASKED_ENTRIES

AT = datetime(2026, 11, 24, tzinfo=UTC)
NEWS = "application/vnd.tierlock.plan+json"


def append(path: Path, *, kind: str, payload: bytes) -> None:
    with open_ledger(str(path), origin="test/ledger") as ledger:
        ledger.append([Draft(media_type=kind, payload=payload, logged_at=AT)])


@pytest.mark.parametrize("kind", sorted(ASKED_ENTRIES))
def test_an_answer_changes_nothing(tmp_path: Path, kind: str) -> None:
    path, marks = tmp_path / "ledger.db", LedgerMarks()
    append(path, kind=NEWS, payload=b"{}")
    before = marks.of(str(path))
    append(path, kind=kind, payload=b"{}")
    assert marks.of(str(path)) == LedgerMarks().of(str(path)) == before


def test_everything_else_does(tmp_path: Path) -> None:
    path, marks = tmp_path / "ledger.db", LedgerMarks()
    seen = [marks.of(str(path))]
    for number in range(3):
        append(path, kind=NEWS, payload=b"%d" % number)
        seen.append(marks.of(str(path)))
        assert seen[-1] == LedgerMarks().of(str(path))
    assert len(set(seen)) == 4
    for left in tmp_path.glob("ledger.db*"):
        left.unlink()
    assert marks.of(str(path)) == seen[0]
    append(path, kind=NEWS, payload=b"other")
    append(path, kind=NEWS, payload=b"1")
    append(path, kind=NEWS, payload=b"2")
    assert marks.of(str(path)) not in seen
    path.write_bytes(b"no ledger" * 100)
    assert marks.of(str(path)) == "ledger.damaged"


def test_answers_of_the_parent_count_and_others_do_not(tmp_path: Path) -> None:
    folder, answers = tmp_path / "determinations", ParentAnswers()
    assert answers.of(tmp_path, name="base") == []
    folder.mkdir()

    def write(name: str, data: object) -> list[str]:
        (folder / f"{name}.json").write_text(json.dumps(data))
        return answers.of(tmp_path, name="base")

    assert write("a", {"subject": {"name": "child"}}) == []
    first = write("b", {"subject": {"name": "base"}})
    assert len(first) == 1
    assert len(write("c", {"subject": {"name": "base"}})) == 2
    cases: tuple[object, ...] = ([], {"subject": {"name": 3}}, "x")
    for unreadable in cases:
        assert len(write("d", unreadable)) == 3
