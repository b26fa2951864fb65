"""A prompt is changed: what was measured before does not speak for it, and everybody can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import (
    AT,
    FRAMEWORK,
    PROJECT,
    Ran,
    assess,
    codes,
    gate,
    outcome,
    project,
    refused,
    tierlock,
)
from tests.unit.importers.logs import header, members, pack, sample, write

WATCHED = FRAMEWORK.replace(
    "triggers:\n",
    "triggers:\n  - {id: prompt, when: {changed: elicitation}, expires: [evidence]}\n",
)
LABELLED = PROJECT.replace("subject:\n", 'subject:\n  parts: {elicitation: "label:live"}\n')


def log(folder: Path, prompt: str, *, run: str = "run-1", **config: Any) -> Path:
    """Write a log of sixty safe answers under a system prompt."""
    rows = [
        sample(number, "I", messages=[{"role": "system", "content": prompt}])
        for number in range(60)
    ]
    plan = {"steps": [{"solver": "generate", "params": {}}], "config": config}
    whole = header(rows, eval={"eval_id": run}, plan=plan)
    return write(folder, f"{run}.eval", pack(members(rows, whole)))


def prompt(folder: Path, *args: object) -> Ran:
    return tierlock("prompt", *args, "--project", folder)


def add(folder: Path, text: str, *, name: str = "prompt.txt") -> str:
    """Add a version and return the beginning of its digest."""
    ran = prompt(folder, "add", write(folder, name, text), "--as", "ana", "--at", AT)
    assert ran.code == 0, ran.err
    return ran.out.strip().removeprefix("sha256:")[:12]


def label(folder: Path, *versions: str, name: str = "live") -> Ran:
    return prompt(folder, "label", name, *versions, "--as", "ben", "--at", AT)


def bare(folder: Path, **texts: str) -> Path:
    """Write a project whose history knows no label yet."""
    return project(folder, **{"lab": WATCHED, **texts})


def use_label(folder: Path) -> None:
    (folder / "tierlock.yaml").write_text(LABELLED, encoding="utf-8")


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """A project whose subject is used as `live` says, and that is `Be careful.`"""
    folder = bare(tmp_path)
    assert label(folder, add(folder, "Be careful.\n")).code == 0
    use_label(folder)
    return folder


def test_evidence_of_the_prompt_in_use_counts_whatever_else_its_evaluation_sets(
    live: Path,
) -> None:
    assert outcome(assess(live, log(live, "Be careful.\n", temperature=0.7))) == "ruled_out"


def test_a_new_prompt_closes_the_gate_until_it_was_evaluated(live: Path) -> None:
    assess(live, log(live, "Be careful."))
    assert gate(live).code == 0
    moved = label(live, add(live, "Be bold."))
    assert "what was measured before does not speak for it" in moved.err
    after = gate(live)
    assert after.code == 10
    assert "evidence.stale" in codes(after.json)
    for command in ("gate", "expiring"):
        ran = tierlock(command, "--project", live, "--at", AT)
        assert "no evidence was measured with the elicitation `live`" in ran.err


def test_the_log_of_another_prompt_never_counts_whenever_it_is_read(live: Path) -> None:
    other = log(live, "Be bold.")
    assert outcome(assess(live, other)) == "undetermined"
    label(live, add(live, "Be careful, please."))
    assert outcome(assess(live, other)) == "undetermined"


def test_one_sample_under_another_prompt_makes_it_another_run(live: Path) -> None:
    rows = [
        sample(n, "I", messages=[{"role": "system", "content": "Be careful." if n else "Be bold."}])
        for n in range(60)
    ]
    mixed = write(live, "mixed.eval", pack(members(rows, header(rows))))
    assert outcome(assess(live, mixed)) == "undetermined"
    # The first sample alone would not have shown it.
    rows.reverse()
    mixed = write(live, "again.eval", pack(members(rows, header(rows, eval={"eval_id": "run-2"}))))
    assert outcome(assess(live, mixed)) == "undetermined"


def test_a_log_that_says_nothing_of_its_prompt_does_not_count(live: Path) -> None:
    rows = [sample(n, "I") for n in range(60)]
    silent = write(live, "silent.eval", pack(members(rows, header(rows, plan={}))))
    assert outcome(assess(live, silent)) == "undetermined"


def test_two_versions_may_be_in_use_side_by_side(tmp_path: Path) -> None:
    folder = bare(tmp_path)
    logs = [log(folder, text, run=text[:5]) for text in ("first", "other")]
    assert prompt(folder, "import", "-q", *logs).code == 0
    versions = [
        row["version"] for row in prompt(folder, "log", "--format", "json").json["versions"]
    ]
    assert len(versions) == 2
    assert label(folder, *versions).code == 0
    use_label(folder)
    assert outcome(assess(folder, *logs)) == "ruled_out"


def test_without_a_trigger_for_it_old_evidence_counts_and_that_is_said(tmp_path: Path) -> None:
    folder = bare(tmp_path, lab=FRAMEWORK)
    label(folder, add(folder, "Be careful."))
    use_label(folder)
    assess(folder, log(folder, "Be careful."))
    moved = label(folder, add(folder, "Be bold."))
    assert "the framework has no trigger for that" in moved.err
    ran = tierlock("gate", "--project", folder, "--at", AT)
    assert ran.code == 0
    assert "no evidence was measured with the elicitation `live`" in ran.err


def test_ingest_keeps_the_history_without_being_asked(tmp_path: Path) -> None:
    folder = project(tmp_path)
    for _ in range(2):
        assess(folder, log(folder, "Be careful.", temperature=0.5))
    (row,) = prompt(folder, "log", "--format", "json").json["versions"]
    assert row["names"] == ["prompt", "sampling/temperature", "scaffold/1 generate"]
    assert [run["runId"] for run in row["runs"]] == ["run-1"]
    assert row["runs"][0]["software"] == {"inspect_ai": "0.3.285"}


def test_log_show_and_diff_for_people(live: Path) -> None:
    one, two = add(live, "Be careful.\nAnswer."), add(live, "Be bold.\nAnswer.")
    listed = prompt(live, "log")
    assert "added   by ana" in listed.out
    assert "live is" in listed.out
    assert "by ben" in listed.out
    assert "Be bold." in prompt(live, "show", two).out
    assert prompt(live, "diff", one, two).out.split("\n")[2:6] == [
        "prompt",
        "- Be careful.",
        "+ Be bold.",
        "  Answer.",
    ]
    assert prompt(live, "diff", one, one).out.endswith("nothing changed\n")
    (change,) = prompt(live, "diff", one, two, "--format", "json").json["changes"]
    assert change == {
        "setting": "prompt",
        "old": "Be careful.\nAnswer.",
        "new": "Be bold.\nAnswer.",
    }


def test_labels_and_their_authors_are_in_the_ledger(live: Path) -> None:
    label(live, add(live, "Be bold."))
    entries = tierlock("ledger", "log", "--project", live, "--format", "json").json["entries"]
    said = [row["says"] for row in entries if row["kind"] == "configuration"]
    assert [text.split(":")[0] for text in said] == ["ana", "ben", "ana", "ben"]
    assert "`live` is sha256:" in said[-1]


def test_a_label_is_not_given_where_the_ledger_can_not_record_it(live: Path) -> None:
    version = add(live, "Be bold.")
    ledger = live / ".tierlock" / "ledger.db"
    ledger.unlink()
    ledger.mkdir()
    ran = label(live, version)
    assert ran.code in {2, 3}
    assert ran.out == ""
    notes = (live / ".tierlock" / "configurations" / "notes.jsonl").read_text("utf-8")
    assert version not in notes.splitlines()[-2]
    assert '"label":"live"' not in notes.splitlines()[-1]


def test_a_version_with_several_sections_is_written_as_yaml(live: Path) -> None:
    text = "prompt: |\n  Be bold.\nsampling: {temperature: '0.5'}\ntools: {bash: runs commands}\n"
    found = prompt(live, "show", add(live, text, name="new.yaml"), "--format", "json").json
    assert found["settings"] == {
        "prompt": "Be bold.",
        "sampling/temperature": "0.5",
        "tools/bash": "runs commands",
    }


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("empty.txt", "\n", "input.type"),
        ("binary.txt", b"\xff\xfe\x00", "input.type"),
        ("none.yaml", "{}", "input.type"),
        ("other.yaml", "elsewhere: x", "input.unknown-key"),
        ("number.yaml", "sampling: {temperature: 0.5}", "input.schema"),
    ],
)
def test_a_file_that_is_no_version_is_refused(
    live: Path, name: str, text: str | bytes, code: str
) -> None:
    ran = prompt(live, "add", write(live, name, text), "--as", "ana")
    refused(ran, code=code)


@pytest.mark.parametrize("version", ["nothing", "", "sha", "sha256:"])
def test_an_unknown_version_is_refused(live: Path, version: str) -> None:
    refused(label(live, version), code="input.not-found")
    refused(prompt(live, "show", version), code="input.not-found")


def test_a_label_that_nobody_gave_is_refused(tmp_path: Path) -> None:
    folder = bare(tmp_path, tierlock=LABELLED)
    refused(gate(folder), code="input.not-found")
    assert label(folder, add(folder, "Be careful.")).code == 0
    assert gate(folder).code == 10
    weights = LABELLED.replace("elicitation:", "weights:")
    refused(gate(bare(tmp_path, tierlock=weights)), code="input.subject")


@pytest.mark.parametrize("bad", [("--as", ""), ("--as", "ana", "--note", "x")])
def test_a_label_needs_an_author_and_a_plain_name(live: Path, bad: tuple[str, ...]) -> None:
    version = add(live, "Be bold.")
    name = "Not Plain" if bad[-1] == "x" else "live"
    refused(prompt(live, "label", name, version, *bad), code="input.type")


def test_texts_of_a_dangerous_evaluation_are_withheld_here_too(tmp_path: Path) -> None:
    folder = project(tmp_path, tierlock=PROJECT + "hazards: {biology: restricted}\n")
    assess(folder, log(folder, "secret words"))
    (row,) = prompt(folder, "log", "--format", "json").json["versions"]
    version = row["version"]
    for args in (("show", version), ("diff", version, version), ("log",)):
        ran = prompt(folder, *args)
        assert ran.code == 0
        assert "secret words" not in ran.out
    ran = prompt(folder, "show", version, "--reveal", "--as", "ana", "--reason", "review")
    assert "secret words" in ran.out
    refused(prompt(folder, "show", version, "--reveal"), code="output.withheld")
    (folder / "tierlock.yaml").write_text(PROJECT + "hazards: {biologie: high}\n", "utf-8")
    refused(prompt(folder, "show", version), code="input.not-found", where="`biologie`")


@pytest.mark.parametrize("by_hand", ["forwards", "back", "unnoticed"])
def test_a_label_that_was_moved_by_hand_stops_every_answer(live: Path, by_hand: str) -> None:
    assess(live, log(live, "Be careful."))
    label(live, add(live, "Be bold."))
    assert gate(live).code == 10
    notes = live / ".tierlock" / "configurations" / "notes.jsonl"
    lines = notes.read_text("utf-8").splitlines(keepends=True)
    first = next(line for line in lines if '"label":"live"' in line)
    if by_hand == "back":
        notes.write_text("".join(lines[:-1]), "utf-8")
    elif by_hand == "forwards":
        notes.write_text("".join([*lines, first]), "utf-8")
    else:
        notes.write_text("".join([*lines, first.replace("ben", "eve")]), "utf-8")
    for command in ("gate", "expiring", "explain"):
        ran = tierlock(command, "--project", live, "--at", AT)
        refused(ran, code="integrity.label", exit_code=3)
    version = prompt(live, "log", "--format", "json").json["versions"][0]["version"]
    assert label(live, version).code == 0
    assert gate(live).code in {0, 10}


def test_a_label_may_go_back_and_forth(live: Path) -> None:
    assess(live, log(live, "Be careful."))
    assert gate(live).code == 0
    careful, bold = add(live, "Be careful."), add(live, "Be bold.")
    for version, code in ((bold, 10), (careful, 0), (bold, 10), (careful, 0)):
        label(live, version)
        assert gate(live).code == code


def test_a_label_without_its_ledger_answers_nothing(live: Path) -> None:
    assess(live, log(live, "Be careful."))
    for path in (live / ".tierlock").glob("ledger.db*"):
        path.unlink()
    assert gate(live).code in {2, 3}
