"""Asking: what is in the store decides, as of an instant, under the plan that was sealed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.acceptance.projects import AT, FRAMEWORK, PROJECT, SAFE, log, log_bytes, project
from tests.unit.importers.logs import write
from tests.unit.store.evidence import A, B
from tierlock.core import InputError, IntegrityError, Outcome, Plan, parse_instant
from tierlock.usecases import (
    Answer,
    Project,
    active_plan,
    ask,
    assess,
    bind,
    import_logs,
    ingest,
    load_project,
    mock_models,
    record,
    seal_plan,
    subject_from,
)

NOW = parse_instant(AT)
LONG_AGO = parse_instant("2020-01-01")


def put(made: Project, *paths: Path) -> int:
    return ingest(
        import_logs(paths), store=made.store, framework=made.framework, subject=made.subject
    )


def answer(made: Project, *, at: datetime = NOW) -> Answer:
    return ask(made, at=at, action=made.action)


def outcome(made: Project) -> Outcome:
    return answer(made).determination.thresholds[0].outcome


def reasons(found: Answer) -> set[str]:
    return {reason.code for f in found.determination.findings for reason in f.reasons}


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return load_project(project(tmp_path))


def again(made: Project, **texts: str) -> Project:
    """Return the project after its files were edited."""
    return load_project(project(made.root, **texts))


# -- importing --------------------------------------------------------------------------------


def test_evidence_is_bound_to_the_parts_that_the_project_knows(tmp_path: Path) -> None:
    weights = PROJECT.replace("surfaces:", f"parts: {{weights: '{A}'}}\n  surfaces:")
    made = load_project(project(tmp_path, tierlock=weights))
    mine = log(tmp_path / "logs")
    other = log(tmp_path / "logs", "other.eval", model="lab/model-2", eval_id="run-2")
    found = bind(import_logs([mine, other]).evidence, subject=made.subject)
    assert {item.subject.name: item.subject.parts.weights for item in found} == {
        "lab/model-1": A,
        "lab/model-2": None,
    }
    assert all(item.subject.binding == "declared" for item in found)


def test_binding_twice_keeps_the_digest_true(made: Project, tmp_path: Path) -> None:
    (item,) = import_logs([log(tmp_path)]).evidence
    before = item.digest
    parts = made.subject.parts.model_copy(update={"weights": A})
    (bound,) = bind([item], subject=made.subject.model_copy(update={"parts": parts}))
    assert bound.digest != before
    assert bound.digest == type(bound).parse(bound.model_dump_json()).digest


def test_the_subject_is_the_one_that_all_logs_name(tmp_path: Path) -> None:
    one = log(tmp_path)
    other = log(tmp_path, "other.eval", model="lab/model-2", eval_id="run-2")
    assert subject_from(import_logs([one])).name == "lab/model-1"
    with pytest.raises(InputError) as caught:
        subject_from(import_logs([one, other]))
    assert caught.value.code == "input.subject"


def test_progress_is_told_per_file(tmp_path: Path) -> None:
    log(tmp_path, "a.eval")
    log(tmp_path, "b.eval", eval_id="run-2")
    told: list[tuple[int, int]] = []
    import_logs([tmp_path], progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_no_logs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        import_logs([tmp_path])
    assert caught.value.code == "import.empty"


def test_mock_models_are_named(tmp_path: Path) -> None:
    log(tmp_path, model="mockllm/model")
    log(tmp_path, "b.eval", eval_id="run-2")
    assert mock_models(import_logs([tmp_path]).evidence) == ("mockllm/model",)


# -- asking -----------------------------------------------------------------------------------


def test_an_empty_store_gives_an_answer_and_it_is_closed(made: Project) -> None:
    found = answer(made)
    assert found.decision is not None
    assert found.decision.verdict == "HOLD"
    assert found.evidence == ()
    assert not made.store.folder.exists()


def test_safe_evidence_opens_and_its_removal_closes(made: Project, tmp_path: Path) -> None:
    assert put(made, log(tmp_path / "logs")) == 0
    assert put(made, log(tmp_path / "logs")) == 1
    assert outcome(made) is Outcome.RULED_OUT
    next((made.store.folder / "evidence").glob("*.json")).unlink()
    assert outcome(again(made)) is Outcome.UNDETERMINED
    assert "slot.run-missing" in reasons(answer(again(made)))


def test_stored_evidence_counts_under_a_framework_that_is_changed_later(
    made: Project, tmp_path: Path
) -> None:
    """A slot by another name asks for the same task; its runs are registered when asked."""
    put(made, log(tmp_path / "logs"))
    renamed = FRAMEWORK.replace("  bio: {title", "  germs: {title").replace(
        "evaluation: bio", "evaluation: germs"
    )
    made = again(made, lab=renamed)
    assert outcome(made) is Outcome.RULED_OUT
    next((made.store.folder / "evidence").glob("*.json")).unlink()
    assert outcome(again(made, lab=renamed)) is Outcome.UNDETERMINED


def test_weights_that_change_leave_the_evidence_behind(made: Project, tmp_path: Path) -> None:
    def with_weights(digest: str) -> str:
        return PROJECT.replace("surfaces:", f"parts: {{weights: '{digest}'}}\n  surfaces:")

    made = again(made, tierlock=with_weights(A))
    put(made, log(tmp_path / "logs"))
    assert outcome(made) is Outcome.RULED_OUT
    made = again(made, tierlock=with_weights(B))
    # Reading the same log again does not make it evidence about the new weights.
    put(made, log(tmp_path / "logs"))
    assert outcome(made) is Outcome.UNDETERMINED
    assert [item.code for item in answer(made).determination.unused] == ["evidence.other-weights"]


def test_evidence_later_than_the_question_is_refused_before_it_is_stored(
    made: Project, tmp_path: Path
) -> None:
    imports = import_logs([log(tmp_path / "logs")])
    with pytest.raises(InputError) as caught:
        assess(imports, project=made, at=parse_instant("2026-03-01T12:30:00Z"))
    assert caught.value.code == "input.future"
    assert not made.store.folder.exists()
    assert assess(imports, project=made, at=NOW).report.decision is not None


def test_a_question_about_a_later_day_does_not_block_today(made: Project, tmp_path: Path) -> None:
    put(made, log(tmp_path / "logs"))
    later = answer(made, at=parse_instant("2026-06-01T00:00:00Z"))
    record(made, answer=later)
    record(made, answer=answer(made))
    assert outcome(made) is Outcome.RULED_OUT


def test_alpha_is_spent_by_asking_and_runs_out(made: Project, tmp_path: Path) -> None:
    """One half-year has room for one weights version; the second rules nothing out."""

    def version(number: int) -> Project:
        text = PROJECT.replace("name: model-1", f"name: v{number}\n  lineage: {{parent: base}}")
        text = text.replace("lab/model-1", f"lab/v{number}")
        statements = f"subject: v{number}\ncomplete_as_of: {AT}\n"
        return again(made, tierlock=text, statements=statements)

    found = []
    for number in (1, 2):
        made = version(number)
        path = log(
            tmp_path / "logs", f"{number}.eval", model=f"lab/v{number}", eval_id=f"r{number}"
        )
        put(made, path)
        given = answer(made)
        record(made, answer=given)
        found.append(given)
    assert [one.determination.thresholds[0].outcome for one in found] == [
        Outcome.RULED_OUT,
        Outcome.UNDETERMINED,
    ]
    assert "alpha.spent" in reasons(found[1])
    assert {entry.weights for entry in made.store.history()} == {"v1", "v2"}


def test_recording_twice_changes_nothing(made: Project, tmp_path: Path) -> None:
    put(made, log(tmp_path / "logs"))
    first = record(made, answer=answer(made))
    assert record(made, answer=answer(made)) == first
    assert len(made.store.history()) == 1
    assert len(made.store.determinations(subject="model-1")) == 1


def test_the_report_is_written_under_a_name_that_is_no_path(made: Project, tmp_path: Path) -> None:
    text = PROJECT.replace("name: model-1", "name: ../../evil name")
    made = again(made, tierlock=text, statements=f"subject: lab/model-1\ncomplete_as_of: {AT}\n")
    found = assess(import_logs([log(tmp_path / "logs")]), project=made, at=NOW)
    assert found.html.parent == made.store.folder / "reports"
    assert found.html.name == "2026-03-10T000000Z-evil-name.html"
    assert "<html" in found.html.read_text(encoding="utf-8")


# -- plans ------------------------------------------------------------------------------------


def sealed(made: Project, *, at: datetime = LONG_AGO, runs: int = 1) -> Plan:
    return seal_plan(made, slots=["bio"], at=at, runs=runs)


def test_runs_after_a_sealed_plan_count_as_declared_before(made: Project, tmp_path: Path) -> None:
    plan = sealed(made)
    put(made, log(tmp_path / "logs"))
    found = answer(made)
    assert found.plan == plan
    assert found.determination.plan_declared == "before"
    assert outcome(made) is Outcome.RULED_OUT


def test_without_a_plan_it_is_declared_after(made: Project, tmp_path: Path) -> None:
    put(made, log(tmp_path / "logs"))
    assert answer(made).determination.plan_declared == "after"


def test_a_planned_run_that_was_not_started_is_owed(made: Project, tmp_path: Path) -> None:
    sealed(made, runs=2)
    put(made, log(tmp_path / "logs"))
    assert outcome(made) is Outcome.UNDETERMINED
    assert "slot.run-not-started" in reasons(answer(made))
    put(made, log(tmp_path / "logs", "b.eval", eval_id="run-2"))
    assert outcome(made) is Outcome.RULED_OUT


def test_a_superseded_plan_keeps_owing(made: Project, tmp_path: Path) -> None:
    first = sealed(made, runs=10)
    second = sealed(made, at=parse_instant("2020-02-01"))
    assert second.supersedes is not None
    assert active_plan(made) == second != first
    put(made, log(tmp_path / "logs"))
    assert outcome(made) is Outcome.UNDETERMINED
    assert "plan.superseded-run-missing" in reasons(answer(made))


def test_a_plan_outlives_a_new_name_of_the_subject(made: Project, tmp_path: Path) -> None:
    sealed(made, runs=2)
    put(made, log(tmp_path / "logs"))
    text = PROJECT.replace("name: model-1", "name: model-x").replace("[lab", "[model-1, lab")
    made = again(made, tierlock=text)
    assert outcome(made) is Outcome.UNDETERMINED
    assert "slot.run-not-started" in reasons(answer(made))


def test_a_plan_dated_before_runs_that_are_known_is_declared_after(
    made: Project, tmp_path: Path
) -> None:
    put(made, log(tmp_path / "logs"))
    assert sealed(made).declared == "after"
    assert answer(made).determination.plan_declared == "after"


def test_a_plan_sealed_after_known_runs_counts_later_ones_only(
    made: Project, tmp_path: Path
) -> None:
    put(made, log(tmp_path / "logs"))
    plan = sealed(made, at=parse_instant("2026-03-02"))
    assert plan.declared == "before"
    assert "slot.run-not-started" in reasons(answer(made))
    end = {"stats": {"completed_at": "2026-03-03T13:00:00+00:00"}}
    later = log_bytes(head=end, eval_id="run-2", created="2026-03-03T12:00:00+00:00")
    put(made, write(tmp_path / "logs", "b.eval", later))
    assert outcome(made) is Outcome.RULED_OUT


def test_a_plan_for_another_framework_version_is_not_active(made: Project) -> None:
    sealed(made)
    made = again(made, lab=FRAMEWORK.replace("0.30", "0.31"))
    assert active_plan(made) is None


@pytest.mark.parametrize(("slots", "hint"), [([], "--slot"), (["boi"], "bio"), (["x"], "bio")])
def test_a_plan_names_slots_of_the_framework(made: Project, slots: list[str], hint: str) -> None:
    with pytest.raises(InputError) as caught:
        seal_plan(made, slots=slots, at=LONG_AGO)
    assert caught.value.code == "input.not-found"
    assert hint in str(caught.value)
    assert made.store.plans() == ()


def test_a_slot_named_twice_is_promised_once(made: Project) -> None:
    plan = seal_plan(made, slots=["bio", "bio"], at=LONG_AGO, inherited=["bio"])
    assert [(slot.slot, slot.source) for slot in plan.slots] == [("bio", "inherited")]


def test_sealing_the_same_plan_again_changes_nothing(made: Project, tmp_path: Path) -> None:
    """Else it would compete with itself, and the slot would owe for ever."""
    plan = sealed(made)
    assert sealed(made) == plan
    assert made.store.plans() == (plan,)
    put(made, log(tmp_path / "logs"))
    assert outcome(made) is Outcome.RULED_OUT


@pytest.mark.parametrize(("day", "runs"), [("2020-01-01", 2), ("2019-12-31", 1)])
def test_a_plan_is_superseded_by_a_later_one_only(made: Project, day: str, runs: int) -> None:
    plan = sealed(made)
    with pytest.raises(InputError) as caught:
        sealed(made, at=parse_instant(day), runs=runs)
    assert caught.value.code == "input.future"
    assert made.store.plans() == (plan,)


# -- one run, two contents ---------------------------------------------------------------------


def test_a_run_that_is_known_with_other_content_changes_nothing(
    made: Project, tmp_path: Path
) -> None:
    put(made, log(tmp_path / "logs"))
    before = answer(made).determination
    with pytest.raises(IntegrityError):
        put(made, log(tmp_path / "logs", "b.eval", values="1" + SAFE[1:]))
    assert answer(made).determination == before
