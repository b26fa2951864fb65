"""Bad input end to end: a coded error or a visible omission, never a silent pass.

Every case starts from one project whose good run is ALLOW. The same commands with the bad input in
its place must not open the gate, and must say why.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import (
    AT,
    ERROR,
    FRAMEWORK,
    PROJECT,
    SAFE,
    STATEMENTS,
    assess,
    closed,
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path / "p")


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


def test_one_run_with_two_contents_in_one_table_is_refused(folder: Path) -> None:
    first = write(folder / "logs", "a.csv", table(good_lines(value=1)))
    second = write(folder / "logs", "b.csv", table(good_lines(value=0)))
    refused(assess(folder, first, second), code="integrity.run-conflict", exit_code=3)
    closed(folder)
