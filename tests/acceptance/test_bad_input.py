"""Bad input end to end: a coded error or a visible omission, never a silent pass.

Every case starts from one project whose good run is ALLOW. The same commands with the bad input in
its place must not open the gate, and must say why.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import (
    AT,
    FRAMEWORK,
    PROJECT,
    SAFE,
    STATEMENTS,
    Ran,
    assess,
    codes,
    gate,
    log,
    log_bytes,
    outcome,
    project,
    rows,
    tierlock,
)
from tests.unit.importers.logs import header, members, pack, sample, write
from tierlock.core import CODES

ERROR = re.compile(r"^error\[([a-z.-]+)\] ", re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path / "p")


def refused(ran: Ran, *, code: str, exit_code: int = 2, where: str = "") -> None:
    """Check that a command printed no data and one coded error with its place."""
    assert (ran.code, ran.out) == (exit_code, "")
    assert ERROR.findall(ran.err) == [code]
    assert code in CODES
    assert where in ran.err


def closed(folder: Path) -> set[str]:
    """Check that the gate is closed for want of evidence, and return its reasons."""
    ran = gate(folder)
    assert ran.code == 10
    assert outcome(ran) == "undetermined"
    return codes(ran.json)


def test_the_good_run_is_allowed(folder: Path) -> None:
    ran = assess(folder, log(folder / "logs"))
    assert (ran.code, ran.err, outcome(ran)) == (0, "", "ruled_out")
    assert gate(folder).code == 0
    assert gate(folder).json["decision"]["verdict"] == "ALLOW"


# -- files that can not be read ---------------------------------------------------------------


def bomb() -> bytes:
    """An archive whose one sample would take a gigabyte."""
    squeeze = zlib.compressobj(wbits=-15)
    zeros = b"\0" * 2**20
    packed = b"".join(squeeze.compress(zeros) for _ in range(1000)) + squeeze.flush()
    data = bytearray(pack({"header.json": header(rows(SAFE)), "samples/q0_epoch_1.json": b"x"}))
    start = data.index(b"samples/q0_epoch_1.json") + len(b"samples/q0_epoch_1.json")
    old = zlib.compressobj(wbits=-15)
    size = len(old.compress(b"x") + old.flush())
    moved = len(packed) - size
    data[start : start + size] = packed
    for place in (data.index(b"PK\x03\x04", start - 60), data.rindex(b"PK\x01\x02")):
        shift = 4 if data[place + 2 : place + 4] == b"\x01\x02" else 2
        sizes = len(packed).to_bytes(4, "little") + (1000 * 2**20).to_bytes(4, "little")
        data[place + shift + 16 : place + shift + 24] = sizes
    end = data.rindex(b"PK\x05\x06")
    offset = int.from_bytes(data[end + 16 : end + 20], "little") + moved
    data[end + 16 : end + 20] = offset.to_bytes(4, "little")
    return bytes(data)


def renamed(data: bytes) -> bytes:
    """A log of another tool's schema: the same archive without what describes the run."""
    assert data
    return pack({"header.json": {"version": 99, "kind": "other"}})


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped_byte(data: bytes) -> bytes:
    """One changed byte in the content of an entry."""
    place = data.index(b"header.json") + 40
    return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]


UNREADABLE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "truncated zip": ("bio.eval", lambda: half(log_bytes()), "import.unreadable"),
    "truncated zip, tail": ("bio.eval", lambda: log_bytes()[:-1], "import.unreadable"),
    "changed byte": ("bio.eval", lambda: flipped_byte(log_bytes()), "import.unreadable"),
    "zip bomb": ("bio.eval", bomb, "import.limit"),
    "json bomb": (
        "bio.json",
        lambda: b'{"eval": {"task": "biology"}, "status": "success", "samples": ' + b"[" * 200_000,
        "import.limit",
    ),
    "other schema": ("bio.eval", lambda: renamed(log_bytes()), "import.schema"),
    "other format": ("bio.json", lambda: b'{"answer": 42}', "import.format"),
    "empty file": ("bio.eval", lambda: b"", "import.format"),
    "no zip": ("bio.eval", lambda: b"PK\x03\x04 and then nothing", "import.unreadable"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_can_not_be_read_stops_everything(folder: Path, case: str) -> None:
    """Also the good log beside it is not counted: the damaged one may hold the run that matters."""
    name, make, code = UNREADABLE[case]
    good = log(folder / "logs", "a-good.eval")
    bad = write(folder / "logs", name, make())
    refused(assess(folder, good, bad), code=code, where=str(bad))
    assert not (folder / ".tierlock").exists()
    assert "slot.no-evidence" in closed(folder)
    # Without the bad file the same command passes: it was the bad file that stopped it.
    assert outcome(assess(folder, good)) == "ruled_out"


@pytest.mark.parametrize("case", [name for name in UNREADABLE if name != "other format"])
def test_a_damaged_log_in_a_folder_stops_everything_too(folder: Path, case: str) -> None:
    name, make, code = UNREADABLE[case]
    log(folder / "logs", "a-good.eval")
    write(folder / "logs", name, make())
    refused(assess(folder, folder / "logs"), code=code, where=name)
    assert "slot.no-evidence" in closed(folder)


# -- values that can not be used ---------------------------------------------------------------


def table(lines: list[str]) -> bytes:
    head = "subject,evaluation,run_id,sample_id,value,measured_at\n"
    return (head + "\n".join(lines)).encode()


def line(
    number: int, value: object = 0, *, subject: str = "lab/model-1", run: str = "run-1"
) -> str:
    return f"{subject},biology,{run},q{number},{value},2026-03-01T12:00:00Z"


def good_lines(count: int = 60, **changes: Any) -> list[str]:
    return [line(number, **changes) for number in range(count)]


def test_the_good_table_is_allowed(folder: Path) -> None:
    assert outcome(assess(folder, write(folder, "bio.csv", table(good_lines())))) == "ruled_out"
    assert gate(folder).code == 0


@pytest.mark.parametrize("value", ["inf", "-inf", "Infinity", "1e999", "O", "0,0"])
def test_a_value_that_is_no_number_is_refused_with_its_line(folder: Path, value: str) -> None:
    lines = good_lines()
    lines[6] = line(6, value)
    path = write(folder, "bio.csv", table(lines))
    ran = assess(folder, path)
    refused(ran, code="import.schema" if "," in value else "import.value", where=f"{path}:8")
    closed(folder)


def nan_log(folder: Path) -> Path:
    samples = [*rows("0" * 30), *(sample(f"n{i}", float("nan")) for i in range(30))]
    return write(folder, "bio.eval", pack(members(samples)))


def nan_table(folder: Path) -> Path:
    lines = [line(number, "nan" if number % 2 else 0) for number in range(60)]
    return write(folder, "bio.csv", table(lines))


@pytest.mark.parametrize("make", [nan_log, nan_table])
def test_nan_is_missing_and_counts_as_the_worst(folder: Path, make: Callable[[Path], Path]) -> None:
    """Dropping the NaN would leave 0 of 30, which rules out; the worst case is 30 of 60."""
    ran = assess(folder, make(folder))
    assert ran.code == 0
    assert outcome(ran) == "undetermined"
    (finding,) = ran.json["determination"]["findings"]
    assert sum(finding["estimate"]["counts"]["missing"].values()) == 30
    assert gate(folder).code == 10
    fresh = project(folder / "fresh")
    assert outcome(assess(fresh, log(fresh, values="0" * 30))) == "ruled_out"


def test_a_sample_that_occurs_twice_in_a_table_is_refused(folder: Path) -> None:
    path = write(folder, "bio.csv", table([*good_lines(), line(0)]))
    refused(assess(folder, path), code="import.value", where=f"{path}:62")
    closed(folder)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bio.csv", table([])),
        ("bio.eval", pack(members([], header([], status="success")))),
        ("bio.eval", pack(members([], header([], status="error")))),
    ],
    ids=["table", "finished", "failed"],
)
def test_an_empty_log_rules_nothing_out(folder: Path, name: str, data: bytes) -> None:
    ran = assess(folder, write(folder, name, data))
    assert ran.code == 0
    assert outcome(ran) == "undetermined"
    omissions = ran.json["determination"]["omissions"]
    assert "log.no-samples" in ran.err or omissions
    closed(folder)


def test_a_all_samples_errored_rules_nothing_out(folder: Path) -> None:
    """Acceptance (a): twenty errors are not twenty safe answers."""
    failed = [
        sample(f"q{i}", scores=..., error={"message": "out of memory", "traceback": ""})
        for i in range(20)
    ]
    ran = assess(folder, write(folder, "bio.eval", pack(members(failed))))
    assert ran.code == 0
    assert outcome(ran) == "undetermined"
    assert "20 samples, none scored [log.unscored]" in ran.err
    assert gate(folder).code == 10


def test_a_folder_without_logs_is_an_error(folder: Path) -> None:
    (folder / "logs").mkdir()
    refused(assess(folder, folder / "logs"), code="import.empty")


# -- frameworks and statements ------------------------------------------------------------------


FRAMEWORKS = {
    "unknown key": (("rule_out_below", "rule_out_bellow"), "framework.unknown-key"),
    "flipped direction": (("higher_is: worse", "higher_is: better"), "framework.bounds"),
    "bounds crossed": (("rule_out_below: 0.30", "rule_out_below: 0.70"), "framework.bounds"),
    "bound is NaN": (("rule_out_below: 0.30", "rule_out_below: .nan"), None),
    "no such standard": (("obliges: [strong-security]", "obliges: [weak]"), "framework.reference"),
    "not YAML": (("thresholds:", "thresholds: ]"), "framework.yaml"),
    "slot twice": (("baseline_tier:", "baseline_tier: usual\nbaseline_tier:"), None),
}


@pytest.mark.parametrize("case", FRAMEWORKS)
def test_m_a_framework_with_a_mistake_decides_nothing(folder: Path, case: str) -> None:
    """Acceptance (m), and `framework check` names the line."""
    (old, new), code = FRAMEWORKS[case]
    assert old in FRAMEWORK
    path = write(folder, "lab.yaml", FRAMEWORK.replace(old, new, 1))
    checked = tierlock("framework", "check", path)
    assert (checked.code, checked.out) == (4, "")
    assert re.search(rf"{re.escape(str(path))}:\d+:\d+", checked.err)
    for ran in (assess(folder, log(folder / "logs")), gate(folder)):
        assert (ran.code, ran.out) == (2, "")
        (found,) = ERROR.findall(ran.err)
        assert found.startswith("framework.")
        assert code in {None, found}
        assert str(path) in ran.err
    assert not (folder / ".tierlock").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("tierlock", "known_as", "known_az", "input.unknown-key"),
        ("tierlock", "statements:", "statement:", "input.unknown-key"),
        ("statements", "complete_as_of", "complete_at", "input.unknown-key"),
        ("statements", "subject: model-1", "subject: model-9", "input.subject"),
        ("statements", "status: met", "status: yes", "input.schema"),
    ],
)
def test_an_unknown_key_in_a_project_is_refused(
    folder: Path, name: str, old: str, new: str, code: str
) -> None:
    text = {"tierlock": PROJECT, "statements": STATEMENTS}[name]
    assert old in text
    project(folder, **{name: text.replace(old, new, 1)})
    refused(assess(folder, log(folder / "logs")), code=code, where=f"{name}.yaml")
    refused(gate(folder), code=code, where=f"{name}.yaml")


# -- evidence that is not ours, or not yet -------------------------------------------------------


def test_evidence_for_another_subject_is_listed_and_opens_nothing(folder: Path) -> None:
    ran = assess(folder, log(folder / "logs", model="lab/model-2"))
    assert ran.code == 0
    assert outcome(ran) == "undetermined"
    (unused,) = ran.json["determination"]["unused"]
    assert (unused["what"], unused["code"]) == ("run-1", "evidence.other-subject")
    assert "slot.no-evidence" in closed(folder)
    text = tierlock("assess", folder / "logs", "--project", folder, "--at", AT)
    assert "lab/model-2" in text.out + text.err


def test_evidence_for_another_task_is_listed_and_opens_nothing(folder: Path) -> None:
    ran = assess(folder, log(folder / "logs", task="cooking"))
    assert [item["code"] for item in ran.json["determination"]["unused"]] == ["evidence.no-slot"]
    closed(folder)


def test_evidence_from_the_future_is_refused_and_not_stored(folder: Path) -> None:
    path = log(folder / "logs", created="2026-03-11T00:00:00+00:00")
    refused(assess(folder, path), code="input.future", where="bio.eval")
    assert not (folder / ".tierlock").exists()
    closed(folder)
    assert outcome(assess(folder, path, at="2026-03-12")) == "ruled_out"


def test_a_claim_from_the_future_is_refused(folder: Path) -> None:
    assert assess(folder, log(folder / "logs")).code == 0
    assert gate(folder).code == 0
    project(folder, statements=STATEMENTS.replace("2026-03-05", "2026-03-15"))
    refused(gate(folder), code="input.future")


# -- runs twice, runs missing, runs that contradict ----------------------------------------------

STRICT = FRAMEWORK.replace("rule_out_below: 0.30", "rule_out_below: 0.10")
UNLUCKY = "11111" + "00000"


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


def test_one_run_with_two_contents_in_one_table_is_refused(folder: Path) -> None:
    first = write(folder / "logs", "a.csv", table(good_lines(value=1)))
    second = write(folder / "logs", "b.csv", table(good_lines(value=0)))
    refused(assess(folder, first, second), code="integrity.run-conflict", exit_code=3)
    closed(folder)


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
