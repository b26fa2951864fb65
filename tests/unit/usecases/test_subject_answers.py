"""What pages say beside the answers: rulings, and what may lapse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.server.conftest import DEMO_AT
from tierlock.core import Outcome, determination_id
from tierlock.store import sample_key
from tierlock.usecases import (
    Project,
    ask,
    lapses_ahead,
    latest_determination,
    load_project,
    official_of,
    play,
    sample_key_of,
)

RULING = """
rulings:
  - determination: {digest}
    outcomes: {{ASL-3/bio: reached}}
    signatures: [{{role: rso, signer: Rosa}}]
    reasons: the board does not trust the bound
    ruled_at: 2026-11-25T11:00:00Z
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answers") / "demo"
    for _ in play(folder):
        pass
    return folder


@pytest.fixture
def project(folder: Path) -> Project:
    return load_project(folder)


def test_without_a_ruling_what_was_computed_binds(project: Project) -> None:
    answer = ask(project, at=DEMO_AT, action=None)
    found = official_of(project, answer=answer)
    assert found.by == ""
    assert found.ruled == {}
    computed = {one.threshold: one.outcome for one in answer.determination.thresholds}
    assert found.outcomes == computed


def test_a_stricter_ruling_binds_and_says_who_ruled(project: Project) -> None:
    digest = determination_id(ask(project, at=DEMO_AT, action=None).determination)
    path = project.root / "statements" / "4-unmet.yaml"
    before = path.read_text()
    path.write_text(before + RULING.format(digest=digest))
    try:
        ruled = load_project(project.root)
        found = official_of(ruled, answer=ask(ruled, at=DEMO_AT, action=None))
    finally:
        path.write_text(before)
    assert found.outcomes["ASL-3/bio"] is Outcome.REACHED
    assert found.ruled == {"ASL-3/bio": Outcome.REACHED}
    assert found.by == "Rosa as rso, 2026-11-25"
    assert any("was ruled reached" in note for note in found.notes)


def test_what_lapses_is_after_now_soonest_first_and_bounded(project: Project) -> None:
    determination = ask(project, at=DEMO_AT, action=None).determination
    found = lapses_ahead(project, determination=determination, at=DEMO_AT, limit=3)
    assert len(found) == 3
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert all(one.at > DEMO_AT for one in found)


def test_the_latest_determination_is_none_before_the_first(project: Project) -> None:
    latest = latest_determination(project, at=DEMO_AT)
    assert latest is not None
    assert latest.determined_at <= DEMO_AT
    first = min(one.determined_at for one in project.store.determinations())
    assert latest_determination(project, at=first.replace(year=2020)) is None


def test_a_sample_is_named_as_the_output_store_names_it(project: Project) -> None:
    evidence = project.store.evidence()[0]
    samples = evidence.samples
    wanted = sample_key(evidence.run_id, id=samples.id[3], epoch=samples.epoch[3])
    assert sample_key_of(evidence, number=3) == wanted
