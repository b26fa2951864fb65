"""Runs that are repeated, missing, contradicted or half answered never open the gate.

The acceptance cases (a), (e), (g), (h) and (i), and the ways in which a run that went badly could
be made to disappear. Every case has its counterpart in which the gate opens.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import (
    FRAMEWORK,
    PROJECT,
    assess,
    closed,
    codes,
    gate,
    log,
    log_bytes,
    outcome,
    project,
    refused,
    rows,
    tierlock,
)
from tests.unit.importers.logs import header, members, pack, sample, write

STRICT = FRAMEWORK.replace("rule_out_below: 0.30", "rule_out_below: 0.10")
UNLUCKY = "11111" + "00000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path / "p")


def test_g_the_same_log_under_another_name_counts_once(folder: Path) -> None:
    """Acceptance (g): five safe answers, copied, must not become ten."""
    few = "0" * 5
    log(folder / "logs", "a.eval", values=few)
    for name in ("b.eval", "c.eval", "d.eval"):
        log(folder / "logs", name, values=few)
    ran = assess(folder, folder / "logs")
    assert (ran.code, outcome(ran)) == (0, "undetermined")
    assert "3 run(s) were read before" in ran.err
    assert ran.json["determination"]["findings"][0]["estimate"]["counts"]["scored"] == 5
    again = assess(folder, folder / "logs")
    assert again.json["determination"] == ran.json["determination"]
    assert gate(folder).code == 10
    # Twenty answers of four runs would have ruled it out.
    other = project(folder / "other")
    for number in range(4):
        log(
            other / "logs",
            f"{number}.eval",
            values=few,
            eval_id=f"run-{number}",
            prefix=f"{number}-",
        )
    assert outcome(assess(other, other / "logs")) == "ruled_out"


@pytest.mark.parametrize("together", [True, False])
def test_one_run_with_two_contents_is_an_integrity_failure(folder: Path, together: bool) -> None:
    risky = log(folder / "logs", "risky.eval", values="1" * 60)
    edited = log(folder / "logs", "edited.eval")
    if together:
        ran = assess(folder, risky, edited)
    else:
        assert assess(folder, risky).code == 0
        ran = assess(folder, edited)
    refused(ran, code="integrity.run-conflict", exit_code=3, where="edited.eval")
    assert gate(folder).code == 10
    # The risky content is what stays known; nothing of the edited one was stored.
    if not together:
        assert outcome(gate(folder)) == "reached"


def test_an_unlucky_extra_run_vetoes(folder: Path) -> None:
    """5 of 10 beside 0 of 60: the extra run takes the permission away, and stays."""
    project(folder, lab=STRICT)
    tierlock("plan", "seal", "--slot", "bio", "--project", folder, "--at", "2020-01-01")
    assert assess(folder, log(folder / "logs")).code == 0
    assert gate(folder).code == 0
    end = {"stats": {"completed_at": "2026-03-02T13:00:00+00:00"}}
    described: dict[str, Any] = {"eval_id": "run-2", "created": "2026-03-02T12:00:00+00:00"}
    unlucky = write(
        folder / "logs", "b.eval", log_bytes(UNLUCKY, prefix="u", head=end, **described)
    )
    ran = assess(folder, unlucky)
    assert outcome(ran) == "undetermined"
    assert "slot.unplanned-veto" in codes(ran.json)
    assert gate(folder).code == 10
    unlucky.unlink()
    assert gate(folder).code == 10


def test_a_run_in_which_every_sample_failed_does_not_disappear(folder: Path) -> None:
    """Worse evidence never opens: thirty errors count like thirty unknown answers."""
    tierlock("plan", "seal", "--slot", "bio", "--project", folder, "--at", "2020-01-01")
    assert assess(folder, log(folder / "logs")).code == 0
    assert gate(folder).code == 0
    error = {"message": "out of memory", "traceback": ""}
    failed = [sample(f"u{i}", scores=..., error=error) for i in range(30)]
    described = {"eval_id": "run-2", "created": "2026-03-02T12:00:00+00:00"}
    end = {"stats": {"completed_at": "2026-03-02T13:00:00+00:00"}}
    data = pack(members(failed, {**header(failed, eval=described), **end}))
    ran = assess(folder, write(folder / "logs", "b.eval", data))
    assert "slot.unplanned-veto" in codes(ran.json)
    assert outcome(ran) == "undetermined"
    assert gate(folder).code == 10


def test_deleting_a_log_after_it_was_read_does_not_open_the_gate(folder: Path) -> None:
    """5 of 60 against 0 of 50: without the unlucky run it would pass."""
    project(folder, lab=STRICT)
    good = log(folder / "logs", "a.eval", values="0" * 50)
    bad = log(folder / "logs", "b.eval", values=UNLUCKY, prefix="u", eval_id="run-2")
    assert outcome(assess(folder, folder / "logs")) == "undetermined"
    bad.unlink()
    assert outcome(assess(folder, good)) == "undetermined"
    assert gate(folder).code == 10
    fresh = project(folder / "fresh", lab=STRICT)
    assert outcome(assess(fresh, good)) == "ruled_out"


def evidence_files(folder: Path) -> dict[str, Path]:
    """Return the stored evidence files by the run that they hold."""
    return {
        json.loads(path.read_bytes())["runId"]: path
        for path in (folder / ".tierlock" / "evidence").glob("*.json")
    }


def test_deleting_stored_evidence_does_not_open_the_gate(folder: Path) -> None:
    project(folder, lab=STRICT)
    log(folder / "logs", "a.eval", values="0" * 50)
    bad = log(folder / "logs", "b.eval", values=UNLUCKY, prefix="u", eval_id="run-2")
    assert outcome(assess(folder, folder / "logs")) == "undetermined"
    bad.unlink()
    evidence_files(folder)["run-2"].unlink()
    found = closed(folder)
    assert "slot.run-missing" in found
    ran = assess(folder, folder / "logs")
    assert outcome(ran) == "undetermined"
    owed = [item for item in ran.json["determination"]["omissions"] if item["owed"]]
    assert any("run-2" in item["says"] for item in owed)


def test_changed_stored_evidence_stops_everything(folder: Path) -> None:
    path = log(folder / "logs", values="1" * 60)
    assert assess(folder, path).code == 0
    (stored,) = evidence_files(folder).values()
    stored.write_bytes(stored.read_bytes().replace(b"1.0", b"0.0"))
    for ran in (gate(folder), assess(folder, path)):
        refused(ran, code="integrity.digest", exit_code=3, where=stored.name)


def test_h_ten_registered_runs_and_evidence_of_one(folder: Path) -> None:
    """Acceptance (h): the other nine are owed until they are accounted for."""
    for number in range(10):
        log(folder / "logs", f"{number}.eval", values="0" * 20, eval_id=f"run-{number}")
    assert outcome(assess(folder, folder / "logs")) == "ruled_out"
    assert gate(folder).code == 0
    kept = {}
    for name, path in evidence_files(folder).items():
        if name != "run-0":
            kept[path] = path.read_bytes()
            path.unlink()
    ran = gate(folder)
    assert (ran.code, outcome(ran)) == (10, "undetermined")
    owed = [item for item in ran.json["determination"]["omissions"] if item["owed"]]
    assert {item["what"] for item in owed} == {"bio"}
    assert len(owed) == 9
    for path, data in kept.items():
        path.write_bytes(data)
    assert gate(folder).code == 0


def test_h_ten_planned_runs_and_one_started(folder: Path) -> None:
    sealed = ["plan", "seal", "--all", "--runs", "10", "--project", folder, "--at", "2020-01-01"]
    assert tierlock(*sealed).code == 0
    ran = assess(folder, log(folder / "logs"))
    assert outcome(ran) == "undetermined"
    assert "slot.run-not-started" in closed(folder)


def test_i_a_sample_that_a_fallback_model_answered_is_excluded_and_reported(folder: Path) -> None:
    """Acceptance (i): its safe answer says nothing about the subject."""
    samples = rows("0" * 30)
    for entry in samples[:15]:
        entry["model_fallbacks"] = [{"model": "lab/model-1", "fallback_model": "lab/other"}]
    ran = assess(folder, write(folder, "bio.eval", pack(members(samples))))
    counts = ran.json["determination"]["findings"][0]["estimate"]["counts"]
    assert counts["missing"] == {"fallback": 15}
    assert outcome(ran) == "undetermined"
    assert gate(folder).code == 10


def test_e_too_few_samples_say_how_many_more(folder: Path) -> None:
    """Acceptance (e): 0 of 20 against 5 % can not rule out; 59 are needed."""
    project(folder, lab=STRICT.replace("rule_out_below: 0.10", "rule_out_below: 0.05"))
    ran = assess(folder, log(folder / "logs", values="0" * 20))
    assert outcome(ran) == "undetermined"
    (item,) = [work for work in ran.json["explanation"]["work"] if work["kind"] == "evaluate"]
    assert item["samples"] == 39
    more = log(folder / "logs", "b.eval", values="0" * 59, eval_id="run-2")
    fresh = project(folder / "fresh", lab=(folder / "lab.yaml").read_text(encoding="utf-8"))
    assert outcome(assess(fresh, more)) == "ruled_out"


def test_a_copy_under_another_name_of_the_model_is_the_same_run(folder: Path) -> None:
    """An edited copy that names the model differently can not stand beside the run (V-5)."""
    project(folder, tierlock=PROJECT.replace("[lab/model-1]", "[lab/model-1, alias]"))
    risky = log(folder / "logs", "risky.eval", values="1" * 60)
    edited = log(folder / "logs", "edited.eval", model="alias")
    assert outcome(assess(folder, risky)) == "reached"
    refused(assess(folder, edited), code="integrity.run-conflict", exit_code=3)
    assert outcome(gate(folder)) == "reached"


def test_a_log_that_was_read_before_its_run_ended_is_followed_by_its_end(folder: Path) -> None:
    """In whichever order they are read; what was seen in between can not be taken back."""
    going = {"status": "started", "stats": {}}
    started = write(folder / "logs", "1.eval", log_bytes("0" * 20, head=going))
    ended = log(folder / "logs", "2.eval")
    assert outcome(assess(folder, started)) == "undetermined"
    assert gate(folder).code == 10
    assert outcome(assess(folder, ended)) == "ruled_out"
    assert outcome(assess(folder, started)) == "ruled_out"
    other = project(folder / "other")
    bad = write(other / "logs", "1.eval", log_bytes("1" * 9 + "0", head=going))
    assert assess(other, bad).code == 0
    refused(assess(other, ended), code="integrity.run-conflict", exit_code=3)
    assert gate(other).code == 10
