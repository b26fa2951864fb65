"""`framework prove`: what it prints, in which format, and how it ends."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.acceptance.projects import FRAMEWORK, tierlock
from tierlock.analysis import PROPERTIES

REFERENCE = "asl/reference-1"


@pytest.fixture
def one_sided(tmp_path: Path) -> Path:
    """A framework with a threshold that can only be ruled out, and nobody to rule otherwise."""
    path = tmp_path / "lab.yaml"
    changed = FRAMEWORK.replace(
        "rule_out_below: 0.30", "decides: rule_out\n      rule_out_below: 0.30"
    )
    assert changed != FRAMEWORK
    path.write_text(changed, encoding="utf-8")
    return path


def test_everything_is_proved_of_the_shipped_framework() -> None:
    ran = tierlock("framework", "prove", REFERENCE)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{REFERENCE}\n\nproved   totality\n  every combination")
    assert ran.out.splitlines()[-1] == "5 proved, 0 refuted"
    assert max(map(len, ran.out.splitlines())) <= 80


def test_what_is_refuted_exits_4(one_sided: Path) -> None:
    ran = tierlock("framework", "prove", one_sided)
    assert (ran.code, ran.err) == (4, "")
    assert "refuted  no-unreachable-threshold\n" in ran.out
    assert "no combination of outcomes reaches `bio-3`\n" in ran.out
    assert ran.out.splitlines()[-1] == "4 proved, 1 refuted"


def test_proofs_as_json(one_sided: Path) -> None:
    ran = tierlock("framework", "prove", one_sided, "--format", "json")
    assert (ran.code, ran.err) == (4, "")
    assert (ran.json["exitCode"], ran.json["framework"]) == (4, "lab/small-1")
    assert [proof["name"] for proof in ran.json["proofs"]] == list(PROPERTIES)
    last = ran.json["proofs"][-1]
    assert set(last) == {"name", "proved", "says", "cases", "counterexample", "notes"}
    assert last["proved"] is False
    assert last["counterexample"]["engine"] == "not asked"


def test_a_framework_that_does_not_exist_exits_2() -> None:
    ran = tierlock("framework", "prove", "nowhere.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.file]" in ran.err


def test_without_the_solver_it_exits_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    ran = tierlock("framework", "prove", REFERENCE)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[input.not-found] the solver `z3` is not installed\n")
    assert "tierlock[prove]" in ran.err
