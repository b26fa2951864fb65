"""What is due under a plan, starts that are registered, logs that land, errors that are kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.acceptance.projects import AT, FRAMEWORK, PROJECT, log_bytes, project, tierlock
from tests.unit.importers.logs import header, members, pack, sample, write
from tierlock.core import InputError, IntegrityError, Parts
from tierlock.usecases import (
    Begun,
    Elicitation,
    HookError,
    Project,
    RunSettings,
    acknowledge_hook_errors,
    hook_errors,
    land,
    land_leftovers,
    load_project,
    next_run,
    note_hook_error,
    owing_runs,
    plan_to_run,
    register_start,
    slots_to_run,
    standing,
)

RUNS = "runs: {bio: {task: package/biology, limits: {message: 9}}}\n"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEALED = "2026-03-01T00:00:00Z"


def sealed(folder: Path, *args: str, lab: str = FRAMEWORK, runs: str = RUNS) -> Project:
    made = project(folder, lab=lab, tierlock=PROJECT + runs)
    ran = tierlock("plan", "seal", *(args or ("--all",)), "--at", SEALED, "--project", made)
    assert ran.code == 0, ran.err
    return load_project(made)


def looks(tmp_path: Path, *, items: int = 60) -> tuple[str, ...]:
    file = tmp_path / "items.txt"
    file.write_text("\n".join(f"q{n}" for n in range(items)))
    return ("--slot", "bio", "--looks", "20,40", "--items", str(file))


def begun(run_id: str = "r1", *, work: str = "w1", **changed: object) -> Begun:
    made = Begun(run_id, work, "biology", "lab/model-1", NOW)
    return made._replace(**changed)  # type: ignore[arg-type]  # tests name their fields


def log(
    made: Project, values: str, *, run_id: str = "r1", at: datetime = NOW, **head: object
) -> str:
    stamp = at.isoformat()
    end = {"stats": {"completed_at": stamp}, **head}
    data = log_bytes(values, eval_id=run_id, created=stamp, started=stamp, head=end)
    return str(write(made.root / "logs", f"{run_id}.eval", data))


# -- what is due ------------------------------------------------------------------------------


def test_without_a_plan_there_is_nothing_to_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no plan is sealed for `model-1`") as caught:
        plan_to_run(load_project(project(tmp_path / "p")))
    assert "tierlock plan seal --all" in str(caught.value)


def test_the_next_run_holds_what_its_look_drew(tmp_path: Path) -> None:
    made = sealed(tmp_path / "p", *looks(tmp_path))
    plan = plan_to_run(made)
    runs = [next_run(made, plan=plan, slot="bio", done=done) for done in (0, 1)]
    assert [(run.number, run.of, len(run.items)) for run in runs] == [(1, 2, 20), (2, 2, 20)]
    assert not set(runs[0].items) & set(runs[1].items)
    assert runs[0].folder != runs[1].folder
    assert runs[0].folder == next_run(made, plan=plan, slot="bio", done=0).folder
    assert runs[0].undeclared == ("message",)


def test_a_limit_that_is_part_of_what_is_measured_is_not_pointed_out(tmp_path: Path) -> None:
    lab = FRAMEWORK.replace("higher_is: worse}", "higher_is: worse, limits: [message]}")
    made = sealed(tmp_path / "p", lab=lab)
    assert next_run(made, plan=plan_to_run(made), slot="bio", done=0).undeclared == ()


def test_a_slot_that_says_no_task_takes_the_name_of_an_installed_one(tmp_path: Path) -> None:
    made = sealed(tmp_path / "p", runs="")
    assert next_run(made, plan=plan_to_run(made), slot="bio", done=0).task == "package/biology"
    without = made._replace(
        framework=made.framework.model_copy(
            update={
                "evaluations": {
                    "bio": made.framework.evaluations["bio"].model_copy(update={"tasks": ("bio",)})
                }
            }
        )
    )
    with pytest.raises(InputError, match="nothing says which task runs `bio`"):
        next_run(without, plan=plan_to_run(made), slot="bio", done=0)


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ("runs: {bio: {task: missing.py@biology}}\n", "there is no `missing.py`"),
        ("runs: {bio: {task: a/b, variants: {x: {}, y: {}, z: {}}}}\n", "has 3 variants"),
        ("runs: {bio: {task: a/b, samples: 5}}\n", "the plan drew its samples"),
        ("runs: {bio: {task: a/b, variants: {x: {}, y: {}}}}\n", "looks are at one way of asking"),
        ("runs: {bio: {task: a/b, epochs: 3}}\n", "the mean of 3 epochs can lie in between"),
    ],
)
def test_what_can_not_be_run_as_it_is_said_is_refused(tmp_path: Path, runs: str, says: str) -> None:
    made = sealed(tmp_path / "p", *looks(tmp_path), runs=runs)
    with pytest.raises(InputError, match=says) as caught:
        next_run(made, plan=plan_to_run(made), slot="bio", done=0)
    assert caught.value.code == "run.settings"


def test_only_what_a_program_can_run_is_run(tmp_path: Path) -> None:
    lab = FRAMEWORK.replace("higher_is: worse}", "higher_is: worse, kind: wet_lab}")
    made = sealed(tmp_path / "p", lab=lab)
    plan = plan_to_run(made)
    assert slots_to_run(made, plan=plan) == ()
    assert slots_to_run(made, plan=plan, only=("bio",)) == ("bio",)


@pytest.mark.parametrize(
    ("values", "ended"),
    [
        ("0" * 20, "ruled_out"),
        ("1" * 20, "reached"),
        ("0" * 17 + "1" * 3, None),
        ("0" * 13 + "1" * 7, "futile"),
    ],
)
def test_a_slot_ends_at_the_look_that_settles_it(
    tmp_path: Path, values: str, ended: str | None
) -> None:
    made = sealed(tmp_path / "p", *looks(tmp_path))
    plan = plan_to_run(made)
    assert standing(made, plan=plan, slot="bio", at=NOW).done == 0
    drawn = next_run(made, plan=plan, slot="bio", done=0).items
    rows = dict.fromkeys(drawn, "0") | dict(zip(drawn, values, strict=True))
    samples = [sample(name, "C" if value == "1" else "I") for name, value in rows.items()]
    for one in samples:
        one["started_at"] = NOW.isoformat()
    described = {"eval_id": "r1", "created": NOW.isoformat()}
    head = {**header(samples, eval=described), "stats": {"completed_at": NOW.isoformat()}}
    land(made, logs=[str(write(made.root / "l", "a.eval", pack(members(samples, head))))], at=NOW)
    found = standing(made, plan=plan, slot="bio", at=NOW + timedelta(minutes=1))
    assert (found.done, found.of, found.samples, found.planned) == (1, 2, 20, 40)
    assert found.ended == ended


# -- starts -----------------------------------------------------------------------------------


def test_a_start_is_registered_for_its_slots_once(tmp_path: Path) -> None:
    made = sealed(tmp_path / "p")
    for _ in range(2):
        assert register_start(made, run=begun(), at=NOW).slots == ("bio",)
    (run,) = made.store.runs()
    assert (run.run_id, run.ended, run.started_at) == ("r1", "started", NOW)
    assert run.plan is not None
    assert owing_runs(made) == {"r1"}


def test_what_goes_on_with_an_attempt_began_when_that_began(tmp_path: Path) -> None:
    made = sealed(tmp_path / "p")
    later = NOW + timedelta(hours=1)
    register_start(made, run=begun(), at=NOW)
    register_start(made, run=begun("r2", created=later), at=later)
    register_start(made, run=begun("r3", work="w2", created=later), at=later)
    starts = {run.run_id: run.started_at for run in made.store.runs()}
    assert starts == {"r1": NOW, "r2": NOW, "r3": later}


def test_a_damaged_list_of_attempts_stops_the_start(tmp_path: Path) -> None:
    """Else a run that goes on with another one would contradict its own register entry."""
    made = sealed(tmp_path / "p")
    register_start(made, run=begun(), at=NOW)
    path = made.store.folder / "attempts.jsonl"
    path.write_bytes(path.read_bytes().replace(b"startedAt", b"stopped"))
    with pytest.raises(IntegrityError, match="the store is damaged"):
        register_start(made, run=begun("r2"), at=NOW)
    assert [run.run_id for run in made.store.runs()] == ["r1"]


def test_a_clock_that_is_ahead_of_the_log_is_not_believed(tmp_path: Path) -> None:
    """A second log of one second is dated after it."""
    made = sealed(tmp_path / "p")
    register_start(made, run=begun(created=NOW + timedelta(seconds=1)), at=NOW)
    assert made.store.runs()[0].started_at == NOW


def test_another_model_is_registered_under_its_own_name_and_without_parts(tmp_path: Path) -> None:
    made = sealed(tmp_path / "p")
    found = register_start(made, run=begun(model="other/model"), at=NOW)
    assert (found.slots, found.own) == (("bio",), False)
    (run,) = made.store.runs()
    assert (run.subject, run.parts, run.plan) == ("other/model", Parts(), None)


def test_a_task_that_fills_no_slot_is_not_registered(tmp_path: Path) -> None:
    made = sealed(tmp_path / "p")
    assert register_start(made, run=begun(evaluation="chess"), at=NOW).slots == ()
    assert made.store.runs() == ()


# -- logs -------------------------------------------------------------------------------------


def test_a_log_that_lands_pays_what_its_run_owes(tmp_path: Path) -> None:
    made = sealed(tmp_path / "p")
    register_start(made, run=begun(), at=NOW)
    land(made, logs=[log(made, "000")], at=NOW + timedelta(minutes=1))
    assert owing_runs(made) == set()
    assert [run.ended for run in made.store.runs()] == ["success"]


def test_samples_from_before_the_start_are_refused_and_stop_no_later_answer(
    tmp_path: Path,
) -> None:
    made = sealed(tmp_path / "p")
    register_start(made, run=begun(), at=NOW)
    with pytest.raises(InputError, match="from before it was registered") as caught:
        land(made, logs=[log(made, "000", at=NOW - timedelta(hours=1))], at=NOW)
    assert caught.value.code == "run.failed"
    assert made.store.evidence() == ()
    assert tierlock("gate", "--project", made.root, "--at", AT).code == 10


def test_a_log_without_evidence_is_an_error(tmp_path: Path) -> None:
    made = sealed(tmp_path / "p")
    file = tmp_path / "a.eval"
    file.write_bytes(b"PK")
    with pytest.raises(InputError):
        land(made, logs=[str(file)], at=NOW)


def test_leftovers_come_in_and_a_damaged_log_gives_way_to_its_copy(tmp_path: Path) -> None:
    made = sealed(tmp_path / "p")
    for name in ("r1", "r2"):
        register_start(made, run=begun(name, work=name), at=NOW)
    whole = Path(log(made, "000", run_id="r1", status="error"))
    other = Path(log(made, "0", run_id="r9"))
    copy = Path(log(made, "00", run_id="r2", status="error"))
    copy.rename(copy.with_name("r2-recovered.eval"))
    (whole.parent / "r2.eval").write_bytes(b"PK\x03\x04 broken off")
    came = land_leftovers(made, folder=whole.parent, at=NOW + timedelta(minutes=1))
    assert came == ("r1", "r2")
    assert owing_runs(made) == set()
    assert other.exists()
    assert land_leftovers(made, folder=whole.parent, at=NOW) == ()
    assert land_leftovers(made, folder=tmp_path / "none", at=NOW) == ()


# -- errors -----------------------------------------------------------------------------------


def error(says: str = "no") -> HookError:
    return HookError(at=NOW, event="start", run_id="r1", says=says)


def test_errors_are_kept_until_they_are_acknowledged(tmp_path: Path) -> None:
    made = project(tmp_path / "p")
    for says in ("one", "two"):
        note_hook_error(made, error=error(says))
    assert [one.says for one in hook_errors(made)] == ["one", "two"]
    assert acknowledge_hook_errors(made, at=NOW) == 2
    assert hook_errors(made) == ()
    note_hook_error(made, error=error("three"))
    assert [one.says for one in hook_errors(made)] == ["three"]
    lines = (made / ".tierlock" / "hook-errors.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == [
        "error", "error", "acknowledged", "error",
    ]  # fmt: skip
    assert acknowledge_hook_errors(project(tmp_path / "q"), at=NOW) == 0


def test_a_project_file_that_can_not_be_read_is_no_obstacle(tmp_path: Path) -> None:
    made = project(tmp_path / "p", tierlock="framework: [")
    path = note_hook_error(made / "tierlock.yaml", error=error())
    assert path == made / ".tierlock" / "hook-errors.jsonl"
    assert len(hook_errors(made)) == 1


def test_a_line_that_can_not_be_read_is_an_error_too(tmp_path: Path) -> None:
    made = project(tmp_path / "p")
    path = note_hook_error(made, error=error())
    path.write_bytes(path.read_bytes() + b"not json\n")
    assert [one.says for one in hook_errors(made)] == ["no", "a line of the list can not be read"]


# -- settings ---------------------------------------------------------------------------------


def test_runs_take_turns_with_the_variants() -> None:
    settings = RunSettings(
        args={"a": 1}, variants={"x": Elicitation(), "y": Elicitation(args={"a": 2}, solver="s")}
    )
    assert [settings.elicitation(number)[0] for number in (1, 2, 3)] == ["x", "y", "x"]
    assert settings.elicitation(2)[1] == Elicitation(args={"a": 2}, solver="s")


def test_a_limit_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValidationError):
        RunSettings.model_validate({"limits": {"patience": 3}})
