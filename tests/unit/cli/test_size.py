"""`tierlock size`: a criterion of a framework, or a bound by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.projects import tierlock


def test_a_bound_by_itself() -> None:
    ran = tierlock("size", "--bound", "0.2", "--rate", "0.1", "--units", "100", "--format", "json")
    assert ran.code == 0
    sizing = json.loads(ran.out)["sizing"]
    assert [row["units"] for row in sizing["rows"]] == [14, 22, 37, 94, 271]
    assert sizing["resolving"] == 100


def test_a_criterion_of_a_framework(tmp_path: Path) -> None:
    chart = tmp_path / "size.svg"
    ran = tierlock(
        "size", "--framework", "asl/reference-1", "ASL-3/bio:virology-test", "--chart", str(chart)
    )
    assert ran.code == 0
    assert "divided by 4 for its place in the tree" in " ".join(ran.out.split())
    assert chart.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["ASL-3/bio:virology-test"],
        ["--bound", "0.2", "--framework", "asl/reference-1"],
        ["--framework", "asl/reference-1", "ASL-3/bio:nothing"],
        ["--bound", "0.2", "--units", "100"],
        ["--bound", "-1"],
        ["--bound", "0.2", "--power", "1"],
        ["--bound", "0.2", "--chart", "size.png"],
        ["--bound", "0.2", "--chart", "no/such/folder/size.svg"],
    ],
    ids=" ".join,
)
def test_a_question_that_can_not_be_answered_exits_2(args: list[str]) -> None:
    ran = tierlock("size", *args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[")
