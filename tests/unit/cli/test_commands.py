"""The other commands: what they print where, and how they end."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest

from tests.acceptance.projects import (
    AT,
    FRAMEWORK,
    SAFE,
    Ran,
    assess,
    gate,
    log,
    outcome,
    project,
    tierlock,
)
from tests.acceptance.projects import codes as codes_of
from tests.unit.importers.logs import write
from tierlock.core import CODES
from tierlock.report import REASON_CODES
from tierlock.usecases import load_project

RISKY = "1" * 30 + "0" * 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path / "p")


# -- assess -----------------------------------------------------------------------------------


def read(folder: Path, *args: object) -> Ran:
    return tierlock("assess", folder / "logs", "--project", folder, "--at", AT, *args)


@pytest.mark.parametrize("style", ["text", "json", "markdown"])
def test_assess_prints_data_and_writes_a_report(folder: Path, style: str) -> None:
    log(folder / "logs")
    ran = read(folder, "--format", style)
    assert (ran.code, ran.err) == (0, "")
    assert "model-1" in ran.out
    (report,) = (folder / ".tierlock" / "reports").glob("*.html")
    assert report.stat().st_size > 1000
    if style == "text":
        assert ran.out.splitlines()[-1].split() == ["Report", str(report)]
    if style == "json":
        assert outcome(ran) == "ruled_out"


@pytest.mark.parametrize("style", ["text", "json", "markdown"])
def test_assess_says_what_it_left_out_in_every_format(folder: Path, style: str) -> None:
    log(folder / "logs")
    write(folder / "logs", "notes.txt", "not a log")
    ran = read(folder, "--format", style)
    assert ran.code == 0
    assert "notes.txt" in ran.err
    assert "file.not-a-log" in ran.err
    assert "read before" in read(folder, "--format", style).err


def test_assess_computes_and_exits_0_and_with_the_flag_as_the_gate_would(tmp_path: Path) -> None:
    found = {}
    for name, values in {"ALLOW": SAFE, "HOLD": RISKY}.items():
        made = project(tmp_path / name)
        log(made / "logs", values=values)
        for style in ("text", "json", "markdown"):
            assert read(made, "--format", style).code == 0
            found[name, style] = read(made, "--format", style, "--exit-code").code
        flagged = read(made, "--format", "json", "--exit-code")
        assert flagged.json["exitCode"] == flagged.code == gate(made).code
        assert read(made, "--format", "json").json["exitCode"] == 0
    assert found == {(n, s): 0 if n == "ALLOW" else 10 for n, s in found}


def test_assess_without_a_project_judges_whom_the_logs_name(tmp_path: Path) -> None:
    log(tmp_path / "logs", task="wmdp_bio")
    args = ["assess", "logs", "--at", "2026-11-22", "--format", "json"]
    ran = tierlock(*args, cwd=tmp_path)
    assert ran.code == 0
    assert ran.json["subject"] == "lab/model-1"
    assert ran.json["decision"] is None
    assert (tmp_path / ".tierlock").is_dir()
    named = tierlock(*args, "--subject", "my model", "--exit-code", cwd=tmp_path)
    assert (named.code, named.json["subject"]) == (10, "my model")


def test_assess_of_two_models_wants_one_named(tmp_path: Path) -> None:
    log(tmp_path / "logs", task="wmdp_bio")
    log(tmp_path / "logs", "b.eval", task="wmdp_bio", model="lab/other", eval_id="run-2")
    ran = tierlock("assess", "logs", "--at", "2026-11-22", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.subject]" in ran.err
    args = ["--subject", "lab/other", "--format", "json"]
    ran = tierlock("assess", "logs", "--at", "2026-11-22", *args, cwd=tmp_path)
    assert [item["code"] for item in ran.json["determination"]["unused"]] == [
        "evidence.other-subject"
    ]


def test_a_subject_on_the_command_line_can_not_replace_the_project_s(folder: Path) -> None:
    log(folder / "logs")
    ran = read(folder, "--subject", "model-2")
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.subject]" in ran.err
    assert read(folder, "--subject", "lab/model-1").code == 0


def test_assess_of_a_path_that_is_not_there(folder: Path) -> None:
    ran = read(folder)
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.file]" in ran.err
    assert not (folder / ".tierlock").exists()


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("args", "told"), [([], True), (["--quiet"], False), (["-q"], False)])
def test_progress_is_told_on_a_terminal_unless_it_shall_be_quiet(
    folder: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], told: bool
) -> None:
    for number in range(5):
        log(folder / "logs", f"{number}.eval", eval_id=f"run-{number}")
    err = Terminal()
    monkeypatch.setattr("tests.acceptance.projects.StringIO", lambda: err)
    ran = read(folder, *args)
    assert ran.code == 0
    assert ("5/5" in ran.err) == told


def test_a_file_name_can_not_act_on_the_terminal(folder: Path) -> None:
    log(folder / "logs")
    write(folder / "logs", "\x1b[2J.txt", "no log")
    bad = write(folder / "bad", "\x1b[2J.eval", "no log")
    for ran in (read(folder), tierlock("assess", bad, "--project", folder, "--at", AT)):
        assert ran.err
        assert "\x1b" not in ran.out + ran.err


# -- explain ----------------------------------------------------------------------------------


def test_explain_says_why_in_text_and_json(folder: Path) -> None:
    assert assess(folder, log(folder / "logs", values=RISKY)).code == 0
    text = tierlock("explain", "--project", folder, "--at", AT)
    assert (text.code, text.err) == (0, "")
    assert "bio-3" in text.out
    found = tierlock("explain", "--project", folder, "--at", AT, "--format", "json")
    assert found.code == 0
    assert found.json["decision"]["verdict"] == "HOLD"
    assert found.json["explanation"]["work"]


def test_explain_knows_every_error_code() -> None:
    for code, says in CODES.items():
        ran = tierlock("explain", code)
        assert (ran.code, ran.err) == (0, "")
        assert code in ran.out
        assert says in " ".join(ran.out.split())


def test_explain_knows_every_reason_code() -> None:
    for place, codes in REASON_CODES.items():
        for code, (says, clause) in codes.items():
            ran = tierlock("explain", code)
            assert (ran.code, ran.err) == (0, "")
            assert f"{code}: {says}\n" in ran.out
            assert place.lower() in ran.out.lower()
            assert clause.removeprefix("stat. ") in ran.out or ", " in clause


def test_explain_of_another_word_is_an_input_error() -> None:
    ran = tierlock("explain", "framework.bound")
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.not-found]" in ran.err
    assert "reasons.md" in ran.err


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("framework.lock", "an error, which stops a command"),
        ("lint.no-expiry", "`tierlock framework lint`"),
        ("monotonicity", "`tierlock framework prove`"),
        ("header.mismatch", "a doubt; it keeps the evidence from supporting a rule-out"),
        ("dataset.subset", "a note; it informs"),
        ("log.no-samples", "what an importer leaves out"),
    ],
)
def test_explain_says_where_a_code_is_given(code: str, says: str) -> None:
    ran = tierlock("explain", code)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{code}: ")
    assert says in ran.out


# -- framework --------------------------------------------------------------------------------


def test_framework_list_and_show() -> None:
    listed = tierlock("framework", "list")
    assert (listed.code, listed.err) == (0, "")
    names = [line.split()[0] for line in listed.out.splitlines()]
    assert "asl/reference-1" in names
    for name in names:
        shown = tierlock("framework", "show", name)
        assert (shown.code, shown.err) == (0, "")
        assert name in shown.out
    shown = tierlock("framework", "show", "asl/reference-1")
    assert all(
        word in shown.out for word in ("ASL-3/bio", "asl-2/security", "proposal", "undefined")
    )


def test_framework_show_of_an_unknown_name_says_what_was_meant() -> None:
    ran = tierlock("framework", "show", "asl/referenc")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean `asl/reference" in ran.err


def test_framework_check_of_a_good_file_exits_0(folder: Path) -> None:
    ran = tierlock("framework", "check", folder / "lab.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert "no problems" in ran.out


def test_framework_check_lists_every_problem_with_its_place_and_exits_4(folder: Path) -> None:
    text = FRAMEWORK.replace("rule_out_below", "rule_out_bellow").replace("tier: grave", "tier: x")
    path = write(folder, "wrong.yaml", text)
    ran = tierlock("framework", "check", path)
    assert (ran.code, ran.out) == (4, "")
    assert "rule_out_bellow" in ran.err
    assert "wrong.yaml:" in ran.err
    assert all(line.startswith(("error[framework.", "  hint")) for line in ran.err.splitlines())


def test_framework_check_of_bytes_that_are_no_text_exits_4(folder: Path) -> None:
    ran = tierlock("framework", "check", write(folder, "bytes.yaml", b"\xff\xfe\x00"))
    assert (ran.code, ran.out) == (4, "")
    assert "error[framework.yaml]" in ran.err


# -- init -------------------------------------------------------------------------------------


def test_init_starts_a_project_that_the_gate_holds(tmp_path: Path) -> None:
    ran = tierlock("init", "new", "--subject", "model-1", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "new/tierlock.yaml" in ran.out
    held = gate(tmp_path / "new", at="2026-11-22")
    assert held.code == 10
    assert {"claim.missing", "negatives.not-current"} <= codes_of(held.json)


def test_init_never_overwrites(folder: Path) -> None:
    before = (folder / "tierlock.yaml").read_bytes()
    ran = tierlock("init", folder, "--subject", "other")
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.exists]" in ran.err
    assert (folder / "tierlock.yaml").read_bytes() == before


# -- plan -------------------------------------------------------------------------------------


def seal(folder: Path, *args: object, at: str = "2020-01-01") -> Ran:
    return tierlock("plan", "seal", "--project", folder, "--at", at, *args)


def test_runs_after_a_sealed_plan_are_declared_before(folder: Path) -> None:
    ran = seal(folder, "--all", "--runs", "2")
    assert (ran.code, ran.err) == (0, "")
    assert "bio: 2 run(s)" in ran.out
    one = assess(folder, log(folder / "logs"))
    assert one.json["determination"]["planDeclared"] == "before"
    assert outcome(one) == "undetermined"
    two = assess(folder, log(folder / "logs", "b.eval", eval_id="run-2"))
    assert outcome(two) == "ruled_out"
    assert gate(folder).code == 0


def test_a_superseded_plan_keeps_owing(folder: Path) -> None:
    assert seal(folder, "--slot", "bio", "--runs", "10").code == 0
    second = seal(folder, "--slot", "bio", at="2020-02-01")
    assert "supersedes sha256:" in second.out
    ran = assess(folder, log(folder / "logs"))
    assert outcome(ran) == "undetermined"
    assert "plan.superseded-run-missing" in codes_of(ran.json)
    assert gate(folder).code == 10


def test_a_plan_dated_before_runs_that_are_known_is_printed_as_after(folder: Path) -> None:
    assert assess(folder, log(folder / "logs")).code == 0
    ran = seal(folder, "--slot", "bio")
    assert ran.code == 0
    assert "declared: after" in ran.out
    assert gate(folder).json["determination"]["planDeclared"] == "after"


def test_a_plan_can_not_be_sealed_in_the_future(folder: Path) -> None:
    """It would make every question until then an input error."""
    ran = seal(folder, "--all", at="2999-01-01")
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.future]" in ran.err
    assert load_project(folder).store.plans() == ()


def test_a_plan_with_looks_prints_what_settles_it_and_counts_a_run_per_look(folder: Path) -> None:
    ran = seal(
        folder, "--slot", "bio", *items(folder), "--looks", "20,40", "--planned-value", "0.01"
    )
    assert (ran.code, ran.err) == (0, "")
    assert "bio: 2 run(s)" in ran.out
    assert "looks after each run, group-sequential design" in ran.out
    looks = load_project(folder).store.plans()[0].slots[0].looks
    assert looks is not None
    assert (looks.clusters, looks.planned) == ((20, 40), 0.01)
    portions = [
        tierlock("plan", "items", "--slot", "bio", "--look", look, "--project", folder)
        for look in ("1", "2")
    ]
    drawn = [portion.out.splitlines() for portion in portions]
    assert [len(names) for names in drawn] == [20, 20]
    everything = tierlock("plan", "items", "--slot", "bio", "--project", folder).out.splitlines()
    assert everything == drawn[0] + drawn[1]
    assert set(everything) < set(looks.items)
    assert everything != sorted(everything)


def items(folder: Path, number: int = 50) -> list[str]:
    """Write the ids of a data set, and return the option that names the file."""
    path = folder / "items.txt"
    path.write_text("\n".join(f" i{row}" for row in range(number)) + "\n\n", encoding="utf-8")
    return ["--items", str(path)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "--looks need the samples that they draw from"),
        (b"a\nb\na\n", "`a` is in"),
        (b"a\nb\n", "has 2 ids, the last look needs 3"),
        (b"\xff\n", "is no UTF-8 text"),
        ("gone", "can not be read"),
    ],
    ids=str,
)
def test_looks_need_a_list_of_items(folder: Path, content: bytes | str | None, says: str) -> None:
    path = folder / "items.txt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    args = [] if content is None else ["--items", str(path)]
    ran = seal(folder, "--slot", "bio", "--looks", "2,3", *args)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert load_project(folder).store.plans() == ()


def test_items_are_of_a_plan_with_looks(folder: Path) -> None:
    for args, says in (
        (["--slot", "bio"], "no active plan looks at `bio`"),
        (["--slot", "bio", "--look", "3"], "`3` is no look of 2"),
    ):
        ran = tierlock("plan", "items", *args, "--project", folder)
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err
        seal(folder, "--slot", "bio", "--looks", "20,40", *items(folder))
    ran = seal(folder, "--slot", "bio", *items(folder))
    assert (ran.code, ran.out) == (2, "")
    assert "--items are what --looks draw from" in ran.err


@pytest.mark.parametrize("looks", ["", "a", "20,10", "0,10", "10,10", "10;20"])
def test_looks_are_a_rising_list(folder: Path, looks: str) -> None:
    ran = seal(folder, "--slot", "bio", *items(folder), "--looks", looks)
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.type]" in ran.err
    assert load_project(folder).store.plans() == ()


def test_looks_that_can_not_be_taken_are_not_promised(folder: Path) -> None:
    ran = seal(
        folder, "--slot", "bio", *items(folder), "--looks", "20,40", "--planned-value", "0.99"
    )
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.number] the planned value must be better than the bound" in ran.err
    assert load_project(folder).store.plans() == ()


@pytest.mark.parametrize(
    "args",
    [
        ["--slot", "bio", "--planned-value", "nan"],
        ["--slot", "bio", "--planned-value", "inf"],
        ["--slot", "bio", "--runs", "3"],
        ["--slot", "bio", "--inherit", "bio"],
    ],
    ids=str,
)
def test_looks_do_not_go_with_everything(folder: Path, args: list[str]) -> None:
    ran = seal(folder, "--looks", "20,40", *items(folder), *args)
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.type]" in ran.err
    assert load_project(folder).store.plans() == ()


@pytest.mark.parametrize("args", [[], ["--slot", "boi"]], ids=str)
def test_a_plan_wants_slots_of_the_framework(folder: Path, args: list[str]) -> None:
    ran = seal(folder, *args)
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.not-found]" in ran.err


# -- demo -------------------------------------------------------------------------------------


def test_the_demo_does_not_touch_a_folder_that_is_not_its_own(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    ran = tierlock("demo", folder)
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.exists]" in ran.err
    assert sorted(folder.rglob("*")) == before


def test_json_is_one_document(folder: Path) -> None:
    log(folder / "logs")
    for ran in (read(folder, "--format", "json"), gate(folder)):
        assert json.loads(ran.out)
        assert ran.out.endswith("}\n")
