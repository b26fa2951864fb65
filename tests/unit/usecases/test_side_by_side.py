"""Asking several frameworks: one store, one reading, and slots that are never mixed up."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.acceptance.projects import AT, FRAMEWORK, log, project
from tierlock.core import Action, IntegrityError, TierlockError, parse_instant
from tierlock.usecases import (
    Compared,
    Imports,
    Project,
    ask,
    assess,
    assess_side_by_side,
    import_logs,
    load_project,
    under_each,
)

NOW = parse_instant(AT)


def variant(folder: Path, name: str, *changes: tuple[str, str]) -> str:
    """Write a framework that differs from the small one, and return its path."""
    text = FRAMEWORK.replace("lab/small", f"lab/{name}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return load_project(project(tmp_path / "p"))


def both(made: Project, *paths: Path, also: str, at: datetime = NOW) -> Compared:
    projects = under_each(made, also=[also])
    return assess_side_by_side(import_logs(paths), projects=projects, at=at)


def test_a_slot_of_the_same_name_with_other_tasks_is_another_slot(
    made: Project, tmp_path: Path
) -> None:
    other = variant(tmp_path, "other", ("[biology, package/biology]", "[chemistry]"))
    paths = [
        log(tmp_path / "logs"),
        log(tmp_path / "logs", "chem.eval", task="chemistry", eval_id="run-2"),
    ]
    found = both(made, *paths, also=other).found
    alone = load_project(project(tmp_path / "alone"))
    single = assess(import_logs(paths), project=alone, at=NOW).report
    assert found.sides[0].report.determination == single.determination
    assert not any(side.report.determination.omissions for side in found.sides)
    used = [{o.what for o in side.report.determination.unused} for side in found.sides]
    assert len(used[0]) == len(used[1]) == 1
    assert used[0].isdisjoint(used[1])
    # The gate, asked later about the same store, sees the same.
    later = ask(made, at=NOW, action=None).determination
    assert later == found.sides[0].report.determination


def test_a_deleted_log_is_owed_under_every_framework_that_asks_for_it(
    made: Project, tmp_path: Path
) -> None:
    other = variant(tmp_path, "other", ("rule_out_below: 0.30", "rule_out_below: 0.20"))
    both(made, log(tmp_path / "logs"), also=other)
    for path in (made.store.folder / "evidence").iterdir():
        path.unlink()
    nothing = Imports(evidence=(), omissions=(), files=0)
    found = assess_side_by_side(nothing, projects=under_each(made, also=[other]), at=NOW).found
    for side in found.sides:
        assert [o.code for o in side.report.determination.omissions if o.owed] == [
            "slot.run-missing"
        ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("  deploy: {", "  release: {"), "no action of this name, `deploy`; it has release"),
        (("surfaces: [api]", "surfaces: [web]"), "no surface of this name, `api`; it has web"),
        (("[everybody]", "[partners]"), "no audience of this name, `everybody`; it has partners"),
    ],
)
def test_an_action_that_a_framework_does_not_have_is_not_decided(
    change: tuple[str, str], says: str, made: Project, tmp_path: Path
) -> None:
    other = variant(tmp_path, "other", change)
    done = both(made, log(tmp_path / "logs"), also=other)
    first, second = done.found.sides
    assert first.report.decision is not None
    assert first.undecided == ""
    assert second.report.decision is None
    assert second.undecided.startswith(says)
    assert second.report.determination.thresholds[0].outcome.words == "ruled out"


def test_an_action_that_lacks_what_another_framework_asks_for(
    made: Project, tmp_path: Path
) -> None:
    other = variant(tmp_path, "other", ("per: [surface, audience]", "per: []"))
    asked = made._replace(action=Action(name="deploy", surface="api"))
    projects = (under_each(asked, also=[other])[1], asked)
    done = assess_side_by_side(import_logs([log(tmp_path / "logs")]), projects=projects, at=NOW)
    assert [side.undecided for side in done.found.sides] == [
        "",
        "its `deploy` asks for one audience of: everybody",
    ]


def test_without_an_action_nothing_is_undecided(made: Project, tmp_path: Path) -> None:
    other = variant(tmp_path, "other")
    done = both(made._replace(action=None), log(tmp_path / "logs"), also=other)
    assert [side.report.decision for side in done.found.sides] == [None, None]
    assert [side.undecided for side in done.found.sides] == ["", ""]
    assert done.found.exit_code == 10


def test_a_changed_copy_of_a_shipped_framework_is_not_in_the_crosswalk(
    made: Project, tmp_path: Path
) -> None:
    changes = [("lab/copy", "anthropic/rsp"), ('version: "1"', 'version: "2.2"')]
    copy = variant(tmp_path, "copy", *changes)
    nothing = Imports(evidence=(), omissions=(), files=0)
    names = [copy, "openai/preparedness-2"]
    done = assess_side_by_side(nothing, projects=under_each(made, also=names), at=NOW)
    assert [side.name for side in done.found.sides][1] == "anthropic/rsp-2.2"
    assert done.found.covered == ("openai/preparedness-2",)
    assert done.found.concepts == ()


def test_a_contradicting_run_stores_nothing_and_answers_nothing(
    made: Project, tmp_path: Path
) -> None:
    other = variant(tmp_path, "other")
    both(made, log(tmp_path / "logs"), also=other)
    before = sorted(made.store.folder.rglob("*.json"))
    with pytest.raises(IntegrityError):
        both(made, log(tmp_path / "again", values="1" * 60), also=other)
    assert sorted(made.store.folder.rglob("*.json")) == before


def test_future_evidence_and_names_given_twice_are_refused_before_any_write(
    made: Project, tmp_path: Path
) -> None:
    other = variant(tmp_path, "other")
    with pytest.raises(TierlockError) as caught:
        both(made, log(tmp_path / "logs"), also=other, at=parse_instant("2026-02-01"))
    assert caught.value.code == "input.future"
    copy = variant(tmp_path, "small", ("rule_out_below: 0.30", "rule_out_below: 0.20"))
    with pytest.raises(TierlockError, match="`lab/small-1` is named twice") as caught:
        under_each(made, also=[copy])
    assert caught.value.code == "input.type"
    assert not made.store.folder.exists()


def test_reports_are_written_under_names_that_never_meet(made: Project, tmp_path: Path) -> None:
    one = variant(tmp_path, "a-b", ("lab/a-b", "x-a/b"))
    two = variant(tmp_path, "a", ("lab/a", "x/a-b"))
    nothing = Imports(evidence=(), omissions=(), files=0)
    done = assess_side_by_side(nothing, projects=under_each(made, also=[one, two]), at=NOW)
    assert len({*done.html, done.page}) == 4
    assert all(path.stat().st_size > 1000 for path in (*done.html, done.page))
