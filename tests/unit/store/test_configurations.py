"""The configuration history on the disk: kept once, named, and verified when it is read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tierlock.core import Configuration, ConfigurationNote, InputError, IntegrityError, Sighting
from tierlock.core import digest as digest_of
from tierlock.store import ConfigurationStore

AT = datetime(2026, 3, 1, tzinfo=UTC)
ONE = Configuration(settings={"prompt": "one"})
TWO = Configuration(settings={"prompt": "two"})


def seen(version: Configuration, run: str) -> Sighting:
    return Sighting(
        version=digest_of(version),
        run_id=run,
        evaluation="bio",
        subject="m",
        measured_at=AT,
        file="a.eval",
    )


def note(label: str, *versions: Configuration) -> ConfigurationNote:
    return ConfigurationNote(
        label=label, versions=tuple(map(digest_of, versions)), author="ana", noted_at=AT
    )


@pytest.fixture
def history(tmp_path: Path) -> ConfigurationStore:
    return ConfigurationStore(tmp_path / "store")


def test_an_empty_history_knows_nothing(history: ConfigurationStore) -> None:
    assert history.versions() == ()
    assert history.sightings() == ()
    assert history.labels() == {}
    assert history.behind(digest_of(ONE)) == ()
    assert history.behind(None) == ()
    with pytest.raises(InputError, match="no configuration"):
        history.get(digest_of(ONE))


def test_versions_and_runs_are_kept_once(history: ConfigurationStore) -> None:
    for _ in range(2):
        history.add([ONE, TWO, ONE], sightings=[seen(ONE, "a"), seen(ONE, "a"), seen(TWO, "b")])
    assert history.versions() == tuple(sorted(map(digest_of, (ONE, TWO))))
    assert [one.run_id for one in history.sightings()] == ["a", "b"]
    assert history.get(digest_of(TWO)) == TWO


def test_a_label_is_what_was_noted_last_and_the_notes_stay(history: ConfigurationStore) -> None:
    history.add([ONE, TWO], notes=[note("live", ONE)])
    history.add([], notes=[note("live", TWO), note("", ONE)])
    assert history.labels()["live"].versions == (digest_of(TWO),)
    assert [one.label for one in history.notes()] == ["live", "live", ""]


def test_a_part_stands_for_its_versions_also_after_the_label_moved(
    history: ConfigurationStore,
) -> None:
    both = note("live", ONE, TWO)
    history.add([ONE, TWO], notes=[both, note("live", ONE)])
    assert history.behind(both.part) == both.versions
    assert history.behind(digest_of(ONE)) == (digest_of(ONE),)
    assert history.behind("sha256:" + "0" * 64) == ()


def test_a_version_that_was_edited_is_refused(history: ConfigurationStore, tmp_path: Path) -> None:
    history.add([ONE, TWO])
    folder = tmp_path / "store" / "configurations"
    first, second = (
        folder / f"{digest_of(each).removeprefix('sha256:')}.json" for each in (ONE, TWO)
    )
    first.write_bytes(second.read_bytes())
    with pytest.raises(IntegrityError, match="differs from its digest"):
        history.get(digest_of(ONE))
    first.write_bytes(b"{")
    with pytest.raises(IntegrityError, match="damaged"):
        history.get(digest_of(ONE))


def test_a_damaged_line_is_refused_and_a_line_cut_short_is_not_there(
    history: ConfigurationStore, tmp_path: Path
) -> None:
    history.add([ONE], notes=[note("live", ONE)])
    notes = tmp_path / "store" / "configurations" / "notes.jsonl"
    whole = notes.read_bytes()
    notes.write_bytes(whole + whole[:20])
    assert list(history.labels()) == ["live"]
    history.add([], notes=[note("next", ONE)])
    assert list(history.labels()) == ["live", "next"]
    notes.write_bytes(b'{"label":"live"}\n')
    with pytest.raises(IntegrityError, match="damaged"):
        history.labels()
