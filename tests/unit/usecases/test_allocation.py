"""What a framework's error is divided into equals what its criteria are judged by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tierlock.core import InputError
from tierlock.frameworks import get_framework, list_frameworks
from tierlock.policy import all_limits
from tierlock.report import render_allocation_json, render_allocation_text
from tierlock.stats import pocock_spending
from tierlock.usecases import seal_plan, spending
from tierlock.usecases.project import load_project

NAMES = [entry.name for entry in list_frameworks()]


@pytest.mark.parametrize("name", NAMES)
def test_every_criterion_is_judged_by_the_share_that_is_printed(name: str) -> None:
    found = spending(name)
    printed = {
        f"{tree}{'/' if ':' in tree else ':'}{share.leaf}": (share.alpha_out, share.alpha_in)
        for tree, shares in found.rows
        for share in shares
    }
    judged = {
        one.leaf.path: (one.limits.alpha_rule_out, one.limits.alpha_rule_in)
        for one in all_limits(get_framework(name))
        if not one.leaf.path.startswith("scope:")
    }
    assert printed.keys() == judged.keys()
    for path, shares in printed.items():
        assert shares == pytest.approx(judged[path], rel=1e-12)


def project(folder: Path) -> Path:
    (folder / "tierlock.yaml").write_text(
        "framework: asl/reference-1\nsubject: {name: m}\n", encoding="utf-8"
    )
    return folder


def test_looks_of_the_sealed_plan_spend_step_by_step(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from tierlock.core import Looks

    loaded = load_project(project(tmp_path))
    seal_plan(
        loaded,
        slots=["bio-prerequisites"],
        at=datetime(2026, 11, 1, tzinfo=UTC),
        looks=Looks(clusters=(40, 80), items=tuple(sorted(map(str, range(80))))),
    )
    rows = dict(spending(None, project=tmp_path).rows)["ASL-3/bio"]
    mine = [share for share in rows if share.leaf == "bio-prerequisites"]
    assert [share.n for share in mine] == [40, 80]
    assert mine[1].alpha_out == pytest.approx(0.0125)
    ratio = pocock_spending(0.5, alpha=0.5) / pocock_spending(1.0, alpha=0.5)
    assert mine[0].alpha_out == pytest.approx(0.0125 * ratio)


def test_without_a_name_there_must_be_a_project(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no `tierlock.yaml`"):
        spending(None, project=tmp_path)


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_and_says_whose_error_it_is(width: int) -> None:
    found = spending("asl/reference-1")
    text = render_allocation_text(
        found.rows,
        framework=found.framework,
        union_bound=found.union_bound,
        width=width,
        color=False,
    )
    assert all(len(line) <= width for line in text.splitlines())
    assert "2 weights versions" in text
    assert "criterion" in text


def test_the_same_as_json() -> None:
    found = spending("asl/reference-1")
    shown = json.loads(
        render_allocation_json(found.rows, framework=found.framework, union_bound=found.union_bound)
    )
    assert shown["framework"] == "asl/reference-1"
    assert shown["trees"].keys() == {name for name, _ in found.rows}
    assert {row["factorOut"] for row in shown["trees"]["ASL-3/bio"]} == {2, 4}
