"""A plan counts from its entry in the ledger, and the bar that it was sealed under stays.

Acceptance cases (f) and (h), and the ways in which a bar, a plan or a run could be moved after
somebody looked. Every refusal has its counterpart in which the gate opens.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.projects import (
    AT,
    FRAMEWORK,
    PROJECT,
    Ran,
    assess,
    codes,
    gate,
    log,
    log_bytes,
    outcome,
    project,
    refused,
    tierlock,
)
from tests.unit.importers.logs import write
from tierlock.core import Plan, canonical_bytes
from tierlock.usecases import load_project

STRICT = FRAMEWORK.replace("rule_out_below: 0.30", "rule_out_below: 0.10")
SEALED = "2026-02-01T00:00:00Z"
AGAIN = "2026-03-05T00:00:00Z"
FEW = "0" * 20
"""20 safe answers rule out 30 % and not 10 %."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project whose plan was sealed under the strict bar, with one run that does not meet it."""
    made = project(tmp_path / "p", lab=STRICT)
    seal(made)
    assert outcome(assess(made, log(made / "logs", values=FEW))) == "undetermined"
    assert gate(made).code == 10
    return made


def seal(folder: Path, *, at: str = SEALED) -> Ran:
    ran = tierlock("plan", "seal", "--all", "--at", at, "--project", folder)
    assert ran.code == 0, ran.err
    return ran


def second_run(folder: Path, *, values: str = FEW) -> Path:
    end = {"stats": {"completed_at": "2026-03-06T13:00:00+00:00"}}
    data = log_bytes(values, prefix="s", eval_id="run-2", created="2026-03-06T12:00:00+00:00",
                     head=end, started="2026-03-06T12:00:00+00:00")  # fmt: skip
    return write(folder / "logs", "second.eval", data)


def closed_by_the_bar(folder: Path) -> bool:
    ran = gate(folder)
    assert ran.code == 10
    return "framework.sealed-bar" in codes(ran.json["decision"]["reasons"])


# -- the bar ----------------------------------------------------------------------------------


def test_without_a_sealed_plan_the_looser_bar_would_open(tmp_path: Path) -> None:
    """Else the refusals below would show nothing."""
    made = project(tmp_path / "p", lab=FRAMEWORK)
    assert outcome(assess(made, log(made / "logs", values=FEW))) == "ruled_out"
    assert gate(made).code == 0


def test_f_a_loosened_threshold_is_found_by_lint_and_judged_under_the_sealed_bar(
    folder: Path,
) -> None:
    """Acceptance (f)."""
    (folder / "strict.yaml").write_text(STRICT)
    project(folder, lab=FRAMEWORK)
    linted = tierlock(
        "framework", "lint", folder / "lab.yaml", "--previous", folder / "strict.yaml"
    )
    assert linted.code == 4
    assert "lint.weakened" in linted.out
    ran = gate(folder)
    assert (ran.code, outcome(ran)) == (10, "ruled_out")
    (reason,) = ran.json["decision"]["reasons"]
    assert reason["code"] == "framework.sealed-bar"
    assert "lab/small-1" in reason["says"]
    assert "bio-3 not ruled out; HOLD: " in reason["says"]
    (work,) = ran.json["decision"]["work"]
    assert "seal a plan under it" in work["do"]
    status = tierlock("plan", "status", "--at", AT, "--project", folder)
    assert "this bar still judges" in " ".join(status.out.split())


def test_another_name_for_the_same_weights_lifts_no_bar(tmp_path: Path) -> None:
    weights = "sha256:" + "ab" * 32
    text = PROJECT.replace("  surfaces", f"  parts: {{weights: '{weights}'}}\n  surfaces")
    made = project(tmp_path / "p", lab=STRICT, tierlock=text)
    seal(made)
    assert outcome(assess(made, log(made / "logs", values=FEW))) == "undetermined"
    (made / "lab.yaml").write_text(FRAMEWORK)
    for name in ("tierlock.yaml", "statements.yaml"):
        path = made / name
        path.write_text(path.read_text().replace(": model-1\n", ": model-2\n"))
    assert closed_by_the_bar(made)
    path = made / "tierlock.yaml"
    path.write_text(path.read_text().replace("ab" * 32, "cd" * 32))
    assert not closed_by_the_bar(made)


def test_a_loosened_bar_is_not_released_by_sealing_it_after_the_runs(folder: Path) -> None:
    """Neither after the fact, nor before a run that is yet to come under the same version."""
    project(folder, lab=FRAMEWORK)
    assert "declared: after" in seal(folder, at="2026-02-15T00:00:00Z").out
    assert closed_by_the_bar(folder)
    assert "declared: after" not in seal(folder, at=AGAIN).out
    assert outcome(assess(folder, second_run(folder))) == "ruled_out"
    assert closed_by_the_bar(folder)


def test_a_version_of_its_own_sealed_before_its_runs_judges_them(folder: Path) -> None:
    project(folder, lab=FRAMEWORK.replace('version: "1"', 'version: "2"'))
    assert closed_by_the_bar(folder)
    seal(folder, at=AGAIN)
    assert outcome(gate(folder)) == "undetermined"
    assert outcome(assess(folder, second_run(folder))) == "ruled_out"
    assert gate(folder).code == 0


def test_a_version_of_its_own_sealed_after_the_runs_releases_nothing(folder: Path) -> None:
    project(folder, lab=FRAMEWORK.replace('version: "1"', 'version: "2"'))
    assert "declared: after" in seal(folder, at="2026-02-15T00:00:00Z").out
    assert closed_by_the_bar(folder)


def test_a_bar_that_was_corrected_before_any_run_started_is_the_bar(tmp_path: Path) -> None:
    made = project(tmp_path / "p", lab=STRICT)
    seal(made)
    project(made, lab=FRAMEWORK)
    seal(made, at="2026-02-02T00:00:00Z")
    assert outcome(assess(made, log(made / "logs", values=FEW))) == "ruled_out"
    assert gate(made).code == 0


def test_a_tightened_bar_judges_as_it_stands_now(tmp_path: Path) -> None:
    made = project(tmp_path / "p", lab=FRAMEWORK)
    seal(made)
    assert outcome(assess(made, log(made / "logs", values=FEW))) == "ruled_out"
    assert gate(made).code == 0
    project(made, lab=STRICT)
    ran = gate(made)
    assert (ran.code, outcome(ran)) == (10, "undetermined")


def test_a_change_that_matters_to_nobody_is_a_condition(tmp_path: Path) -> None:
    made = project(tmp_path / "p", lab=FRAMEWORK)
    seal(made)
    assert assess(made, log(made / "logs", values=FEW)).code == 0
    before = gate(made)
    assert (before.code, before.json["decision"]["conditions"]) == (0, [])
    project(made, lab=FRAMEWORK.replace("title: Small framework", "title: A small framework"))
    after = gate(made)
    assert after.code == 0
    assert [one["code"] for one in after.json["decision"]["conditions"]] == ["framework.changed"]
    assert after.json["decision"]["expiresAt"] <= before.json["decision"]["expiresAt"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("baseline: [usual-care]", "baseline: []"),
        ("obliges: [strong-security]", "obliges: []"),
        ("register_max_age: P7D", "register_max_age: P1Y"),
        ("precaution: treat_as_reached", "precaution: hold"),
        ("rule_out: 0.05, rule_in", "rule_out: 0.2, rule_in"),
        ("  bio-3:\n", "  bio-4:\n"),
    ],
)
def test_whatever_is_loosened_the_gate_is_no_wider(folder: Path, old: str, new: str) -> None:
    assert old in STRICT
    project(folder, lab=STRICT.replace(old, new))
    assert gate(folder).code in {1, 10}
    assert "framework.sealed-bar" in {r["code"] for r in gate(folder).json["decision"]["reasons"]}


def test_an_action_that_the_sealed_framework_does_not_know_is_not_open(folder: Path) -> None:
    renamed = {"lab": FRAMEWORK.replace("  deploy: {", "  ship: {"),
               "tierlock": PROJECT.replace("name: deploy", "name: ship")}  # fmt: skip
    project(folder, **renamed)
    ran = gate(folder)
    assert ran.code == 10
    (reason,) = ran.json["decision"]["reasons"]
    assert reason["code"] == "framework.sealed-bar"
    assert "`ship`" in reason["says"]
    other = project(folder / "other", **renamed)
    assert assess(other, log(other / "logs", values=FEW)).code == 0
    assert gate(other).code == 0


def test_leaving_out_the_weights_digest_lifts_no_bar(tmp_path: Path) -> None:
    weights = f"  parts: {{weights: 'sha256:{'a' * 64}'}}\n"
    known = PROJECT.replace("  surfaces:", f"{weights}  surfaces:")
    made = project(tmp_path / "p", lab=STRICT, tierlock=known)
    seal(made)
    assert assess(made, log(made / "logs", values=FEW)).code == 0
    project(made, lab=FRAMEWORK, tierlock=PROJECT)
    assert closed_by_the_bar(made)


def test_another_framework_altogether_is_another_question(folder: Path) -> None:
    other = FRAMEWORK.replace("framework: lab/small", "framework: lab/other")
    project(folder, lab=other)
    ran = gate(folder)
    assert "framework.sealed-bar" not in {r["code"] for r in ran.json["decision"]["reasons"]}


def test_a_ledger_that_lost_the_sealed_framework_closes(folder: Path) -> None:
    for part in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (folder / ".tierlock" / part).unlink(missing_ok=True)
    project(folder, lab=FRAMEWORK)
    ran = gate(folder)
    assert ran.code == 10
    (reason,) = ran.json["decision"]["reasons"]
    assert reason["code"] == "framework.sealed-bar"
    assert "does not hold that framework" in reason["says"]


# -- the plan ---------------------------------------------------------------------------------


def test_a_plan_counts_the_runs_after_its_entry(tmp_path: Path) -> None:
    made = project(tmp_path / "p")
    seal(made)
    ran = assess(made, log(made / "logs"))
    assert outcome(ran) == "ruled_out"
    assert ran.json["determination"]["notes"] == []


@pytest.mark.parametrize("asked_before", [True, False])
def test_a_plan_that_was_written_into_the_store_by_hand_is_late(
    tmp_path: Path, asked_before: bool
) -> None:
    """Its entry is made by the next command, and it counts from there, whatever it says."""
    made = project(tmp_path / "p")
    assert outcome(assess(made, log(made / "logs"))) == "ruled_out"
    assert gate(made).json["determination"]["planDeclared"] == "after"
    loaded = load_project(made)
    template = seal_only(tmp_path / "other")
    forged = template.model_copy(update={"framework": template.framework})
    with (made / ".tierlock" / "plans.jsonl").open("ab") as file:
        file.write(canonical_bytes(forged) + b"\n")
    assert len(loaded.store.plans()) == 1
    if asked_before:
        assert gate(made).code == 10
    ran = gate(made)
    assert outcome(ran) == "undetermined"
    assert {"slot.run-not-started", "slot.only-unplanned"} & codes(ran.json)
    assert [note["code"] for note in ran.json["determination"]["notes"]] == ["plan.backdated"]


def seal_only(folder: Path) -> Plan:
    """A plan as somebody would forge it: of long ago, and declared before."""
    made = project(folder)
    seal(made)
    return load_project(made).store.plans()[0]


def test_runs_that_the_ledger_knew_first_are_not_counted(tmp_path: Path) -> None:
    """The order of entries shows it, where the times that somebody states do not."""
    made = project(tmp_path / "p")
    assert outcome(assess(made, log(made / "logs"))) == "ruled_out"
    plan = seal_only(tmp_path / "other")
    loaded = load_project(made)
    from tierlock.usecases import log_records

    log_records(loaded, records=[plan, loaded.framework], at=plan.sealed_at)
    loaded.store.add_plan(plan)
    ran = gate(made)
    assert outcome(ran) == "undetermined"
    assert [note["code"] for note in ran.json["determination"]["notes"]] == ["plan.known-runs"]


def test_a_plan_that_is_taken_out_of_the_store_still_counts(folder: Path) -> None:
    project(folder, lab=FRAMEWORK)
    (folder / ".tierlock" / "plans.jsonl").unlink()
    assert closed_by_the_bar(folder)


# -- the runs ---------------------------------------------------------------------------------


def start(folder: Path, run: str, *, at: str = "2026-03-01T00:00:00Z", **more: str) -> Ran:
    extra = [part for key, value in more.items() for part in (f"--{key}", value)]
    return tierlock("plan", "start", run, "--slot", "bio", "--at", at, "--project", folder, *extra)


def test_h_ten_runs_started_and_one_submitted(tmp_path: Path) -> None:
    """Acceptance (h): HOLD until the other nine are accounted for."""
    made = project(tmp_path / "p")
    ten = ["plan", "seal", "--all", "--runs", "10", "--at", SEALED, "--project", made]
    assert tierlock(*ten).code == 0
    for number in range(10):
        assert start(made, f"run-{number}").code == 0
    assert outcome(assess(made, log(made / "logs", eval_id="run-0"))) == "undetermined"
    ran = gate(made)
    assert ran.code == 10
    owed = [item for item in ran.json["determination"]["omissions"] if item["owed"]]
    assert sum(item["code"] == "slot.run-missing" for item in owed) == 9
    listed = tierlock("plan", "status", "--at", AT, "--format", "json", "--project", made).json
    assert [run["runId"] for run in listed["runs"] if run["owed"]] == [
        f"run-{number}" for number in range(1, 10)
    ]
    for number in range(1, 10):
        log(made / "logs", f"{number}.eval", eval_id=f"run-{number}", prefix=f"{number}-")
    assert outcome(assess(made, made / "logs")) == "ruled_out"
    assert gate(made).code == 0


def test_a_run_that_was_started_outside_the_plan_is_owed_too(tmp_path: Path) -> None:
    """Nobody tries until it goes well, and shows only that."""
    made = project(tmp_path / "p")
    seal(made)
    assert start(made, "run-bad").code == 0
    ran = assess(made, log(made / "logs"))
    assert outcome(ran) == "undetermined"
    assert "slot.run-missing" in codes(ran.json)


def test_a_run_that_is_taken_out_of_the_register_is_still_owed(tmp_path: Path) -> None:
    made = project(tmp_path / "p")
    seal(made)
    assert start(made, "run-bad").code == 0
    register = made / ".tierlock" / "runs.jsonl"
    register.unlink()
    ran = assess(made, log(made / "logs"))
    assert outcome(ran) == "undetermined"
    assert "slot.run-missing" in codes(ran.json)


def test_registering_a_run_twice_changes_nothing(tmp_path: Path) -> None:
    made = project(tmp_path / "p")
    first = start(made, "run-1")
    again = start(made, "run-1", at=AT)
    assert (first.code, first.out) == (again.code, again.out)
    assert len(load_project(made).store.runs()) == 1


def test_samples_from_before_the_registered_start_are_a_contradiction(tmp_path: Path) -> None:
    made = project(tmp_path / "p")
    assert start(made, "run-1", at="2026-03-09T00:00:00Z").code == 0
    refused(assess(made, log(made / "logs", eval_id="run-1")), code="integrity.run-conflict",
            exit_code=3)  # fmt: skip


def test_a_slot_or_model_that_is_not_known(tmp_path: Path) -> None:
    made = project(tmp_path / "p")
    refused(
        tierlock("plan", "start", "r", "--slot", "bioo", "--project", made),
        code="input.not-found",
    )
    refused(start(made, "r", model="lab/another"), code="input.subject")
    assert (
        json.loads(tierlock("plan", "status", "--format", "json", "--project", made).out)["runs"]
        == []
    )
