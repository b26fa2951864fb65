"""The local store: what was seen stays, counts once, and is never replaced."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from tests.acceptance.projects import FRAMEWORK
from tests.unit.store.evidence import AT, A, B, evidence, register
from tierlock.core import (
    Evidence,
    InputError,
    IntegrityError,
    Parts,
    Plan,
    PlannedSlot,
    SpentAlpha,
    Subject,
    SubjectRef,
    digest,
)
from tierlock.frameworks import parse_framework
from tierlock.policy import determine
from tierlock.store import Ingested, LocalStore


def ingest(store: LocalStore, *items: Evidence) -> Ingested:
    return store.ingest(items, register=register)


def files(store: LocalStore) -> dict[str, bytes]:
    """Return every file of the store that holds data."""
    return {
        str(path.relative_to(store.folder)): path.read_bytes()
        for path in sorted(store.folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def about(weights: str | None, *, name: str = "model-1") -> SubjectRef:
    return SubjectRef(name=name, parts=Parts(weights=weights))


# -- reading and writing ---------------------------------------------------------------------


def test_a_new_store_is_empty_and_writes_nothing(store: LocalStore) -> None:
    for read in (store.evidence, store.runs, store.plans, store.history):
        assert not read()
    assert store.determinations(subject="model-1") == ()
    assert not store.folder.exists()


def test_what_goes_in_comes_out(store: LocalStore) -> None:
    one, two = evidence("run-1"), evidence("run-2", (0.25, None, 1.0))  # type: ignore[arg-type]
    assert ingest(store, two, one) == Ingested(added=(two, one), known=())
    again = LocalStore(store.folder)
    assert again.evidence() == (one, two)
    assert [item.digest for item in again.evidence()] == [one.digest, two.digest]
    assert {run.run_id for run in again.runs()} == {"run-1", "run-2"}


def test_nothing_half_written_stays_behind(store: LocalStore) -> None:
    ingest(store, evidence("run-1"), evidence("run-2"))
    names = {Path(name).name for name in files(store)}
    assert not [name for name in names if name.startswith(".part-")]


def test_the_same_run_again_counts_once(store: LocalStore) -> None:
    ingest(store, evidence())
    before = files(store)
    copy = evidence(source=evidence("other-file").source)
    assert ingest(store, copy, evidence()) == Ingested(added=(), known=(evidence(), evidence()))
    assert files(store) == before


def test_one_run_twice_in_one_ingest_counts_once(store: LocalStore) -> None:
    found = ingest(store, evidence(), evidence())
    assert (len(found.added), len(found.known)) == (1, 1)
    assert len(store.evidence()) == len(store.runs()) == 1


def test_order_does_not_matter(tmp_path: Path) -> None:
    items = [evidence("run-1"), evidence("run-2"), evidence("run-3", (1.0,))]
    for number, order in enumerate(permutations(items)):
        store = LocalStore(tmp_path / str(number))
        ingest(store, *order)
        assert list(store.evidence()) == items
        assert sorted(run.run_id for run in store.runs()) == ["run-1", "run-2", "run-3"]


# -- one run, two contents --------------------------------------------------------------------


@pytest.mark.parametrize("together", [True, False])
def test_a_run_id_with_other_content_stores_nothing(store: LocalStore, together: bool) -> None:
    ingest(store, evidence("run-0"))
    if not together:
        ingest(store, evidence(values=(1.0, 1.0)))
    before = files(store)
    batch = [evidence("run-2"), evidence(values=(0.0, 0.0))]
    if together:
        batch.append(evidence(values=(1.0, 1.0)))
    with pytest.raises(IntegrityError) as caught:
        ingest(store, *batch)
    assert (caught.value.code, caught.value.exit_code) == ("integrity.run-conflict", 3)
    assert "`run-1`" in str(caught.value)
    assert files(store) == before


def test_a_conflict_is_found_after_the_first_evidence_was_deleted(store: LocalStore) -> None:
    """Else the second content would be stored, and the true log could never be read again."""
    ingest(store, evidence(values=(1.0, 1.0)))
    shutil.rmtree(store.folder / "evidence")
    with pytest.raises(IntegrityError, match="known with other content"):
        ingest(store, evidence(values=(0.0, 0.0)))
    assert ingest(store, evidence(values=(1.0, 1.0))).added
    assert len(store.runs()) == 1


def test_two_stored_files_of_one_run_that_contradict_are_an_integrity_failure(
    store: LocalStore, tmp_path: Path
) -> None:
    other = LocalStore(tmp_path / "other")
    ingest(store, evidence(values=(1.0, 1.0)))
    ingest(other, evidence(values=(0.0, 0.0)))
    for path in (other.folder / "evidence").glob("*.json"):
        shutil.copy(path, store.folder / "evidence")
    with pytest.raises(IntegrityError) as caught:
        store.evidence()
    assert caught.value.code == "integrity.run-conflict"


# -- parts stay as they were first noted ------------------------------------------------------


def test_reading_again_with_other_parts_keeps_the_first(store: LocalStore) -> None:
    ingest(store, evidence(subject=about(A)))
    found = ingest(store, evidence(subject=about(B)))
    assert found.known == (evidence(subject=about(A)),)
    assert [item.subject.parts.weights for item in store.evidence()] == [A]
    assert [run.parts.weights for run in store.runs()] == [A]


def test_a_deleted_file_read_again_with_other_parts_keeps_the_first(store: LocalStore) -> None:
    ingest(store, evidence(subject=about(A)))
    shutil.rmtree(store.folder / "evidence")
    ingest(store, evidence(subject=about(B)))
    assert [item.subject.parts.weights for item in store.evidence()] == [A]
    assert [run.evidence for run in store.runs()] == [store.evidence()[0].digest]


@pytest.mark.parametrize("values", [(0.0, 1.0), (0.0, 0.0)], ids=["same", "other"])
@pytest.mark.parametrize("deleted", [False, True])
def test_a_run_is_about_one_model_under_one_name(
    store: LocalStore, values: tuple[float, ...], deleted: bool
) -> None:
    """Else an edited copy under another name of the same model would stand beside the run (V-5)."""
    ingest(store, evidence())
    if deleted:
        shutil.rmtree(store.folder / "evidence")
    before = files(store)
    with pytest.raises(IntegrityError) as caught:
        ingest(store, evidence(values=values, subject=about(None, name="alias")))
    assert caught.value.code == "integrity.run-conflict"
    assert files(store) == before


# -- runs that were still going on ------------------------------------------------------------

GOING = evidence(values=(0.0, 1.0), status="started", planned_samples=4)
FURTHER = evidence(values=(0.0, 1.0, 1.0), status="started", planned_samples=4)
DONE = evidence(values=(0.0, 1.0, 1.0, 0.0), planned_samples=4)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", list(permutations([GOING, FURTHER, DONE])))
def test_the_end_of_a_run_replaces_its_beginning(
    tmp_path: Path, order: tuple[Evidence, ...], together: bool
) -> None:
    store = LocalStore(tmp_path / "store")
    for batch in [order] if together else [[item] for item in order]:
        ingest(store, *batch)
    assert store.evidence() == (DONE,)
    assert [(run.ended, run.evidence) for run in store.runs()] == [("success", DONE.digest)]
    assert ingest(store, GOING, DONE).added == ()


@pytest.mark.parametrize(
    "end",
    [
        evidence(values=(0.0, 0.0, 0.0, 0.0), planned_samples=4),
        evidence(values=(0.0,), planned_samples=1),
        evidence(values=(0.0, 1.0, 0.0), evaluation="cyber"),
        evidence(values=(0.0, 0.0, 0.0), status="started", planned_samples=4),
        evidence(values=(0.0, 0.0), status="started", planned_samples=4),
    ],
    ids=["other value", "value lost", "other task", "longer, other value", "other value, going"],
)
def test_an_end_that_contradicts_what_was_seen_is_refused(store: LocalStore, end: Evidence) -> None:
    """A dangerous answer that was seen once can not disappear when the run ends."""
    ingest(store, GOING)
    before = files(store)
    with pytest.raises(IntegrityError):
        ingest(store, end)
    assert files(store) == before


def test_a_run_has_one_end(store: LocalStore) -> None:
    ingest(store, GOING, DONE)
    other = evidence(values=(0.0, 1.0, 0.0, 0.0), planned_samples=4)
    with pytest.raises(IntegrityError):
        ingest(store, other)
    fresh = LocalStore(store.folder.with_name("fresh"))
    ingest(fresh, GOING)
    with pytest.raises(IntegrityError):
        ingest(fresh, DONE, other)


def test_a_run_that_ends_keeps_the_parts_it_began_with(store: LocalStore) -> None:
    ingest(store, GOING.model_copy(update={"subject": about(A)}))
    ingest(store, DONE.model_copy(update={"subject": about(B)}))
    assert [item.subject.parts.weights for item in store.evidence()] == [A]
    assert [run.parts.weights for run in store.runs()] == [A]


# -- damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("1.0", "0.0"),
        lambda text: text.replace('"success"', '"cancelled"'),
        lambda text: text.replace('"doubt"', '"note"'),
        lambda text: text.replace("run-1.csv", "run-2.csv"),
        lambda text: text.replace("}", "} "),
        lambda text: text[:-1],
        lambda text: "",
        lambda text: "{}",
    ],
    ids=["value", "status", "doubt", "source", "space", "cut", "empty", "schema"],
)
def test_a_changed_evidence_file_is_an_integrity_failure(store: LocalStore, edit: object) -> None:
    problem = {"code": "header.mismatch", "says": "x", "severity": "doubt"}
    ingest(store, Evidence(**{**dict(evidence()), "problems": (problem,)}))
    (path,) = (store.folder / "evidence").glob("*.json")
    text = path.read_text(encoding="utf-8")
    assert callable(edit)
    assert edit(text) != text
    path.write_text(edit(text), encoding="utf-8")
    with pytest.raises(IntegrityError) as caught:
        store.evidence()
    assert (caught.value.code, caught.value.exit_code) == ("integrity.digest", 3)
    with pytest.raises(IntegrityError):
        ingest(store, evidence("run-2"))


def test_a_line_cut_short_by_a_crash_is_not_seen_and_is_repaired(store: LocalStore) -> None:
    ingest(store, evidence("run-1"))
    path = store.folder / "runs.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    assert [run.run_id for run in store.runs()] == ["run-1"]
    ingest(store, evidence("run-2"))
    assert [run.run_id for run in store.runs()] == ["run-1", "run-2"]
    assert path.read_bytes().startswith(whole)
    assert all(json.loads(line) for line in path.read_bytes().splitlines())


def test_a_register_of_one_cut_line_is_repaired(store: LocalStore) -> None:
    ingest(store, evidence("run-1"))
    path = store.folder / "runs.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    assert store.runs() == ()
    assert ingest(store, evidence("run-1")).known
    assert [run.run_id for run in store.runs()] == ["run-1"]


def test_a_damaged_line_is_an_integrity_failure(store: LocalStore) -> None:
    ingest(store, evidence("run-1"), evidence("run-2"))
    path = store.folder / "runs.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"slot"', b'"slut"', 1))
    with pytest.raises(IntegrityError) as caught:
        store.runs()
    assert caught.value.location == str(path)


def test_a_store_of_another_version_is_refused(store: LocalStore) -> None:
    ingest(store, evidence())
    (store.folder / "VERSION").write_text("2\n")
    with pytest.raises(InputError) as caught:
        LocalStore(store.folder)
    assert caught.value.code == "input.store"


def test_a_file_in_place_of_the_folder_is_a_coded_error(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.write_text("not a folder")
    with pytest.raises(InputError) as caught:
        ingest(LocalStore(path), evidence())
    assert caught.value.code == "input.store"


# -- the register -----------------------------------------------------------------------------


def test_a_run_whose_evidence_was_deleted_stays_registered(store: LocalStore) -> None:
    ingest(store, evidence("run-1"), evidence("run-2"))
    next((store.folder / "evidence").glob("*.json")).unlink()
    assert len(store.evidence()) == 1
    assert {run.run_id for run in store.runs()} == {"run-1", "run-2"}
    ingest(store, evidence("run-3"))
    assert {run.run_id for run in store.runs()} == {"run-1", "run-2", "run-3"}


def test_runs_are_registered_for_a_slot_that_nobody_knew_before(store: LocalStore) -> None:
    ingest(store, evidence())
    (known,) = store.runs()
    other = known.model_copy(update={"slot": "other"})
    before = files(store)
    assert store.register([known]) == (known,)
    assert files(store) == before
    assert store.register([known, other]) == (known, other)
    assert LocalStore(store.folder).runs() == (known, other)


# -- plans, alpha, determinations --------------------------------------------------------------


def plan(days: int) -> Plan:
    sealed = AT + timedelta(days=days)
    slots = (PlannedSlot(slot="bio"),)
    return Plan(framework=A, subject="model-1", sealed_at=sealed, declared="before", slots=slots)


def test_plans_are_kept_in_order_and_once(store: LocalStore) -> None:
    for days in (2, 1, 2):
        store.add_plan(plan(days))
    assert store.plans() == (plan(2), plan(1))


def test_alpha_is_spent_once_and_never_refunded(store: LocalStore) -> None:
    def entry(days: int, weights: str = "w1") -> SpentAlpha:
        at = AT + timedelta(days=days)
        return SpentAlpha(threshold="bio-3", lineage="model-1", weights=weights, spent_at=at)

    store.spend([entry(5)])
    store.spend([entry(9), entry(9, "w2")])
    assert store.history() == (entry(5), entry(9, "w2"))


def test_determinations_are_found_by_digest_and_by_subject(store: LocalStore) -> None:
    framework = parse_framework(FRAMEWORK.encode(), name="lab.yaml")
    nothing = Plan(framework=digest(framework), subject="model-1", sealed_at=AT, declared="before")
    made = [
        determine(framework, nothing, (), subject=Subject(name="model-1"), at=AT + delay)
        for delay in (timedelta(days=1), timedelta(0))
    ]
    names = [store.add_determination(item) for item in made]
    assert store.add_determination(made[0]) == names[0]
    assert [store.determination(name) for name in names] == made
    assert store.determinations(subject="model-1") == (made[1], made[0])
    assert store.determinations(subject="model-2") == ()
    with pytest.raises(InputError) as caught:
        store.determination(A)
    assert caught.value.code == "input.not-found"
    path = store.folder / "determinations" / f"{names[0].removeprefix('sha256:')}.json"
    path.write_bytes(path.read_bytes().replace(b"undetermined", b"ruled_out"))
    with pytest.raises(IntegrityError):
        store.determination(names[0])
