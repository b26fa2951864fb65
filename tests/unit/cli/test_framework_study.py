"""`framework lint` and `framework diff`: what they print, in which format, and how they end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.acceptance.projects import FRAMEWORK, tierlock
from tierlock.analysis import LINT_CODES

REFERENCE = "asl/reference-1"
MENDED = (
    ("baseline: [usual-care]", "baseline: [usual-care]\nruling: {required: true, roles: [owner]}"),
    ("    title: Usual care\n", "    title: Usual care\n    cite: paper\n"),
    ("    title: Strong security\n", "    title: Strong security\n    cite: paper\n"),
    ("    tier: grave\n", "    tier: grave\n    cite: paper\n"),
    ("expires: [evidence]", "expires: [evidence, claims]"),
)


def write(path: Path, *changes: tuple[str, str]) -> Path:
    text = FRAMEWORK
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write(tmp_path / "lab-1.yaml")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return write(
        tmp_path / "lab-2.yaml",
        ('version: "1"', 'version: "2"'),
        ("rule_out_below: 0.30", "rule_out_below: 0.40"),
        ("obliges: [strong-security]", "obliges: [strong-security, usual-care]"),
        ("a usage policy is published", "a policy about use is published"),
    )


# -- lint -------------------------------------------------------------------------------------


def test_lint_of_the_shipped_framework_finds_notes_and_exits_0() -> None:
    ran = tierlock("framework", "lint", REFERENCE)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{REFERENCE}\n\nnote [lint.")
    assert ran.out.splitlines()[-1].startswith("0 problems, ")
    assert max(map(len, ran.out.splitlines())) <= 80


def test_lint_of_a_mended_framework_says_nothing(tmp_path: Path) -> None:
    ran = tierlock("framework", "lint", write(tmp_path / "fine.yaml", *MENDED))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "lab/small-1\n\n0 problems, 0 notes\n"


def test_lint_exits_4_where_there_is_a_problem(old: Path) -> None:
    ran = tierlock("framework", "lint", old)
    assert (ran.code, ran.err) == (4, "")
    assert "problem [lint.no-expiry]\n  triggers\n    claims about" in ran.out
    assert ran.out.splitlines()[-1].startswith("1 problem, ")


def test_lint_as_json(old: Path) -> None:
    ran = tierlock("framework", "lint", old, "--format", "json")
    assert (ran.code, ran.err) == (4, "")
    assert ran.json["exitCode"] == 4
    assert (ran.json["framework"], ran.json["previous"]) == ("lab/small-1", None)
    first = ran.json["remarks"][0]
    assert set(first) == {"code", "severity", "where", "says", "hint", "recorded"}
    assert (first["code"], first["severity"]) == ("lint.no-expiry", "problem")
    assert {remark["code"] for remark in ran.json["remarks"]} <= set(LINT_CODES)


def test_lint_compares_with_the_version_before(old: Path, new: Path) -> None:
    ran = tierlock("framework", "lint", new, "--previous", old)
    assert ran.code == 4
    assert "  compared with lab/small-1\n" in ran.out
    assert "problem [lint.weakened]\n  bio-3:bio\n    `rule_out_below` asks for less" in ran.out
    assert "0.3 -> 0.4" in ran.out


@pytest.mark.parametrize("name", ["asl/referenc", "nowhere.yaml"])
def test_lint_of_what_does_not_exist_exits_2(name: str) -> None:
    ran = tierlock("framework", "lint", name)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[")


def test_lint_of_a_file_that_can_not_be_used_exits_2(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.yaml", ("rule_out_below", "rule_out_bellow"))
    ran = tierlock("framework", "lint", path)
    assert (ran.code, ran.out) == (2, "")
    assert "error[framework.unknown-key]" in ran.err


# -- diff -------------------------------------------------------------------------------------


def test_diff_shows_what_changed_and_which_way(old: Path, new: Path) -> None:
    ran = tierlock("framework", "diff", old, new)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "lab/small-1 -> lab/small-2\n"
        "\n"
        "thresholds\n"
        "  bio-3\n"
        "    strengthened  obliges: with usual-care\n"
        "  bio-3:bio\n"
        "    weakened      rule_out_below: 0.3 -> 0.4\n"
        "\n"
        "standards\n"
        "  usual-care:policy\n"
        "    reworded      says: a usage policy is published\n"
        "                  -> a policy about use is published\n"
        "\n"
        "1 strengthened, 1 weakened, 1 reworded\n"
    )


def test_diff_of_a_framework_with_itself() -> None:
    ran = tierlock("framework", "diff", REFERENCE, REFERENCE)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{REFERENCE} -> {REFERENCE}\n\nno differences\n"


def test_diff_as_json(old: Path, new: Path) -> None:
    ran = tierlock("framework", "diff", old, new, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert (ran.json["exitCode"], ran.json["old"], ran.json["new"]) == (
        0,
        "lab/small-1",
        "lab/small-2",
    )
    assert ran.json["counts"] == {
        "added": 0,
        "removed": 0,
        "strengthened": 1,
        "weakened": 1,
        "changed": 0,
        "reworded": 1,
    }
    assert ran.json["changes"][1] == {
        "kind": "weakened",
        "section": "thresholds",
        "item": "bio-3:bio",
        "field": "rule_out_below",
        "old": "0.3",
        "new": "0.4",
    }


def test_diff_of_what_does_not_exist_exits_2(old: Path) -> None:
    ran = tierlock("framework", "diff", old, "nowhere.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.file]" in ran.err


# -- diff with examples -----------------------------------------------------------------------


def test_diff_with_examples_shows_what_only_one_version_permits(old: Path, new: Path) -> None:
    ran = tierlock("framework", "diff", old, new, "--examples")
    assert (ran.code, ran.err) == (0, "")
    changes, _, examples = ran.out.partition("\n\npermitted by ")
    assert changes == tierlock("framework", "diff", old, new).out.rstrip("\n")
    assert examples.startswith("lab/small-1, not by lab/small-2\n  none: whatever")
    assert "permitted by lab/small-2, not by lab/small-1\n  deploy" in examples
    assert "under lab/small-2; " in " ".join(examples.split())


def test_diff_with_examples_as_json(old: Path, new: Path) -> None:
    ran = tierlock("framework", "diff", old, new, "--examples", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    there, back = ran.json["examples"]["directions"]
    assert (there["examples"], there["provedNone"]) == ([], ["deploy"])
    (example,) = back["examples"]
    assert (example["permits"]["verdict"], example["refuses"]["verdict"]) == ("ALLOW", "HOLD")
    assert "examples" not in tierlock("framework", "diff", old, new, "--format", "json").json


@pytest.mark.parametrize("style", ["text", "json"])
def test_diff_without_the_solver_still_compares(
    old: Path, new: Path, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    ran = tierlock("framework", "diff", old, new, "--examples", "--format", style)
    assert ran.code == 0
    assert ran.err.startswith("no examples: the solver `z3` is not installed; install the extra")
    assert "tierlock[prove]" in ran.err
    if style == "json":
        assert ran.json["examples"] is None
        assert ran.json["changes"]
    else:
        assert ran.out == tierlock("framework", "diff", old, new).out
