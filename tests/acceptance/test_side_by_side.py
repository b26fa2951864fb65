"""One body of real logs under several frameworks: each judges as if it had been asked alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest

from tests.acceptance.projects import ROOT, Ran, example, refused, tierlock
from tierlock.core import determination_id
from tierlock.usecases import load_project

THREE = ("asl/reference-1", "anthropic/rsp-2.2", "openai/preparedness-2")
AT = "2026-11-22T12:00:00Z"


def named(names: Sequence[str]) -> list[str]:
    return [part for name in names for part in ("--framework", name)]


def run(folder: Path, *args: object, names: Sequence[str] = THREE) -> Ran:
    logs = ["logs/release-1", "--at", AT, *named(names)]
    return tierlock("assess", *logs, *args, cwd=folder)


def asking(folder: Path, action: str) -> Path:
    """Replace the action that the project asks for."""
    path = folder / "tierlock.yaml"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("action:")]
    path.write_text("\n".join([*kept, f"action: {action}"]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    folder = example(tmp_path_factory.mktemp("told") / "p")
    return folder, run(folder, "--format", "json")


def test_each_framework_answers_exactly_as_if_asked_alone(
    told: tuple[Path, Ran], tmp_path: Path
) -> None:
    together = {one["framework"]: one for one in told[1].json["frameworks"]}
    for name in THREE:
        # Without an action: two of the three do not know the one that the project asks for.
        folder = example(tmp_path / name.replace("/", "_"))
        path = folder / "tierlock.yaml"
        path.write_text(path.read_text().split("action:")[0], encoding="utf-8")
        alone = run(folder, "--format", "json", names=[name])
        assert alone.json["determinationDigest"] == together[name]["determinationDigest"]
        assert alone.json["determination"] == together[name]["determination"]


def test_the_order_of_the_frameworks_changes_no_answer(tmp_path: Path) -> None:
    found = []
    for number, names in enumerate(permutations(THREE)):
        ran = run(example(tmp_path / str(number)), "--format", "json", names=names)
        assert [one["framework"] for one in ran.json["frameworks"]] == list(names)
        sides = {one["framework"]: one for one in ran.json["frameworks"]}
        found.append([(sides[n]["determinationDigest"], sides[n]["decision"]) for n in THREE])
    assert all(one == found[0] for one in found)


def test_each_answer_is_recorded_and_each_has_its_report(told: tuple[Path, Ran]) -> None:
    folder, ran = told
    store = load_project(folder).store
    kept = store.determinations(subject="small-model-1")
    assert {one.framework.framework for one in kept} == {
        "asl/reference", "anthropic/rsp", "openai/preparedness"
    }  # fmt: skip
    told_of = {side["determinationDigest"] for side in ran.json["frameworks"]}
    assert told_of == {determination_id(one) for one in kept}
    pages = sorted(path.name for path in (folder / ".tierlock" / "reports").iterdir())
    assert pages == [
        f"2026-11-22T120000Z-small-model-1-{part}.html"
        for part in (
            "anthropic_rsp-2.2", "asl_reference-1", "openai_preparedness-2", "side-by-side"
        )
    ]  # fmt: skip
    whole = (folder / ".tierlock" / "reports" / pages[-1]).read_text(encoding="utf-8")
    assert all(f'href="{page}"' in whole for page in pages[:-1])


def test_a_verdict_where_the_action_is_known_and_a_reason_where_it_is_not(
    told: tuple[Path, Ran],
) -> None:
    asl, rsp, openai = told[1].json["frameworks"]
    assert (asl["decision"]["verdict"], asl["noDecision"]) == ("ALLOW", None)
    assert rsp["decision"] is openai["decision"] is None
    assert rsp["noDecision"].startswith("no audience of this name, `limited`")
    assert openai["noDecision"].startswith("no surface of this name, `api`")


def test_the_exit_code_is_the_worst_answer_and_no_decision_is_no_permission(
    tmp_path: Path,
) -> None:
    folder = example(tmp_path / "p")
    assert run(folder, "--exit-code", names=["asl/reference-1"]).code == 0
    assert run(folder).code == 0
    for style in ("text", "json", "markdown"):
        assert run(folder, "--exit-code", "--format", style).code == 10
    assert run(folder, "--exit-code", "--format", "json").json["exitCode"] == 10


def test_a_denial_under_one_framework_outranks_what_the_others_hold(tmp_path: Path) -> None:
    folder = asking(example(tmp_path / "p"), "{name: deploy, surface: api, audience: general}")
    statements = (folder / "tierlock.yaml").read_text().replace("1-baseline", "4-unmet")
    (folder / "tierlock.yaml").write_text(statements, encoding="utf-8")
    at = ["--at", "2026-11-25T12:00:00Z", "--format", "json", "--exit-code"]
    names = named(("anthropic/rsp-2.2", "asl/reference-1"))
    ran = tierlock("assess", "logs", *at, *names, cwd=folder)
    verdicts = [side["decision"]["verdict"] for side in ran.json["frameworks"]]
    assert verdicts == ["HOLD", "DENY"]
    assert ran.code == ran.json["exitCode"] == 1


def test_the_gate_answers_afterwards_what_the_assessment_said(tmp_path: Path) -> None:
    folder = asking(example(tmp_path / "p"), "{name: deploy, surface: api, audience: general}")
    sides = run(folder, "--format", "json", names=THREE[:2]).json["frameworks"]
    for name, side in zip(THREE, sides, strict=False):
        ran = tierlock("gate", "--framework", name, "--at", AT, "--format", "json", cwd=folder)
        assert ran.json["determinationDigest"] == side["determinationDigest"]
        assert ran.json["decision"] == side["decision"]


def test_the_text_shows_answers_lines_and_where_to_look_on(tmp_path: Path) -> None:
    ran = run(example(tmp_path / "p"))
    assert (ran.code, ran.err) == (0, "")
    shown = ran.out.split("\nReports\n")[0].splitlines()
    assert max(map(len, shown)) <= 80
    sides = run(example(tmp_path / "q"), "--format", "json").json["frameworks"]
    totals = [len(side["determination"]["thresholds"]) for side in sides]
    rows = [" ".join(line.split()) for line in shown]
    assert "Verdict ALLOW no decision no decision" in rows
    counted = zip((totals[0], 0, 0), totals, strict=True)
    assert "Ruled out " + " ".join(f"{out} of {total}" for out, total in counted) in rows
    text = " ".join(ran.out.split())
    assert "CBRN-4 undetermined intersects C Critical/bio-chem" in text
    assert "High/cyber undetermined no counterpart in B" in text
    assert "Cyber A ASL-3/cyber ruled out not stated B no threshold here" in text
    assert "Lines that stand together are not the same line" in text
    assert "equal" not in text
    assert "tierlock explain --framework asl/reference-1" in text
    assert "tierlock crosswalk anthropic/rsp-2.2 openai/preparedness-2" in text


def test_unused_evidence_is_listed_once_and_names_who_did_not_use_it(tmp_path: Path) -> None:
    text = " ".join(run(example(tmp_path / "p")).out.split())
    assert text.count("not used by B and C: 1 run") == 4
    both = " ".join(run(example(tmp_path / "q"), names=THREE[1:]).out.split())
    assert both.count("not used by any framework: 1 run") == 4


def test_relations_name_both_ends_and_never_an_outcome(told: tuple[Path, Ran]) -> None:
    rows = told[1].json["crosswalk"]
    assert rows["covered"] == list(THREE[1:])
    assert rows["transfersOutcomes"] is False
    assert {row["relation"] for row in rows["relations"]} == {"intersects", "none"}
    assert all(row["item"]["kind"] == "threshold" and row["why"] for row in rows["relations"])
    assert "outcome" not in json.dumps(rows)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("asl/reference-1", "input.type"),
        ("asl/reference", "input.type"),
        ("nobody/nothing-1", "framework.unknown"),
        ("bad.yaml", "framework.schema"),
        ("absent.yaml", "input.file"),
    ],
)
def test_a_bad_framework_stops_everything_before_anything_is_stored(
    name: str, code: str, tmp_path: Path
) -> None:
    folder = example(tmp_path / "p")
    (folder / "bad.yaml").write_text("framework: lab/bad\n", encoding="utf-8")
    refused(run(folder, names=["asl/reference-1", "anthropic/rsp-2.2", name]), code=code)
    assert not (folder / ".tierlock").exists()


def test_a_framework_that_is_not_in_force_yet_stops_everything(tmp_path: Path) -> None:
    folder = example(tmp_path / "p")
    path = folder / "later.yaml"
    source = ROOT / "src" / "tierlock" / "frameworks" / "data" / "asl" / "reference-1.yaml"
    lines = source.read_text(encoding="utf-8").splitlines()
    changed = {"effective": "effective: 2031-01-01", "framework": "framework: lab/later"}
    lines = [changed.get(line.partition(":")[0], line) for line in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ran = run(folder, names=["anthropic/rsp-2.2", "later.yaml"])
    refused(ran, code="input.future", where="applies from 2031-01-01")
    assert not (folder / ".tierlock").exists()
