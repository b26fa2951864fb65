"""Another version of a framework, held against determinations of real logs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import Ran, assess, example, tierlock

AT = "2026-11-23T12:00:00Z"
RSP = ("anthropic/rsp-2.2", "anthropic/rsp-3.0")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first release after its second act: stronger elicitation holds it back."""
    folder = example(tmp_path_factory.mktemp("impact") / "first-release")
    path = folder / "tierlock.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("1-baseline", "2-new-evidence"), encoding="utf-8")
    logs = [folder / "logs" / name for name in ("release-1", "release-1-open-answer")]
    assert assess(folder, *logs, at=AT).json["decision"]["verdict"] == "HOLD"
    return folder


def changed(folder: Path, name: str, *changes: tuple[str, str], version: str = "2") -> Path:
    """Write a copy of the reference framework with the first occurrence of each text replaced."""
    path = folder / f"{name}.yaml"
    made = tierlock(
        *("framework", "copy", "asl/reference-1", path, "--as", "acme/scale"),
        *("--version", version, "--effective", "2026-11-01"),
    )
    assert made.code == 0
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def impact(folder: Path, *args: object) -> Ran:
    return tierlock("framework", "impact", *args, "--format", "json", cwd=folder)


def flips(found: Mapping[str, Any], kind: str) -> dict[str, tuple[str, str, str]]:
    return {
        one.get("name") or "/".join(filter(None, one["action"].values())): (
            one["old"],
            one["new"],
            one["direction"],
        )
        for one in found[kind]
        if one["direction"] != "none"
    }


def test_a_copy_flips_nothing(released: Path, tmp_path: Path) -> None:
    ran = impact(released, changed(tmp_path, "same"))
    assert ran.code == 0
    (one,) = ran.json["impacts"]
    assert one["drift"] == []
    assert len(one["verdicts"]) > 5
    assert len(one["thresholds"]) == 7


def test_a_laxer_copy_permits_what_was_held_back(released: Path, tmp_path: Path) -> None:
    lax = changed(tmp_path, "lax", ("rule_out_below: 0.50", "rule_out_below: 0.70"))
    ran = impact(released, lax)
    assert ran.code == 4
    (one,) = ran.json["impacts"]
    assert flips(one, "thresholds") == {
        "ASL-3/bio": ("undetermined", "ruled out", "more permissive")
    }
    assert flips(one, "verdicts")["deploy/api/limited"] == ("HOLD", "ALLOW", "more permissive")
    assert flips(one, "standards")["asl-3/security"] == ("owed", "not owed", "more permissive")
    assert flips(one, "summary")["label"] == ("ASL-3", "ASL-2", "other")
    ways = [verdict["direction"] for verdict in one["verdicts"]]
    assert ways == sorted(ways, key=["more permissive", "stricter", "none"].index)


def test_a_shorter_clock_is_stricter_although_no_verdict_moves(
    released: Path, tmp_path: Path
) -> None:
    short = changed(
        tmp_path, "short", ("half-year, when: {elapsed: P6M}", "q, when: {elapsed: P3M}")
    )
    (one,) = impact(released, short).json["impacts"]
    old, new, way = flips(one, "summary")["lapses"]
    assert (old[:10], new[:10], way) == ("2027-05-22", "2027-02-22", "stricter")
    assert flips(one, "verdicts") == flips(one, "thresholds") == {}


@pytest.mark.parametrize("name", ["asl/reference-1", *RSP])
def test_what_is_foretold_is_what_the_gate_then_says(
    released: Path, tmp_path: Path, name: str
) -> None:
    """Both commands read the same store: asking about a version is deciding under it."""
    folder = tmp_path / "first-release"
    shutil.copytree(released, folder)
    start = "openai/preparedness-2"
    asked = ("--project", folder, "--at", AT, "--format", "json")
    first = ("--action", "train", "--framework", start)
    assert tierlock("gate", *first, *asked).code == 10
    (one,) = impact(folder, name, "--from", start).json["impacts"]
    for verdict in one["verdicts"]:
        if not verdict["new"]:
            continue
        action = {f"--{k if k != 'name' else 'action'}": v for k, v in verdict["action"].items()}
        words = [word for pair in action.items() if pair[1] for word in pair]
        ran = tierlock("gate", *words, "--framework", name, *asked)
        assert ran.json["decision"]["verdict"] == verdict["new"]
    outcomes = {
        found["threshold"]: found["outcome"].replace("_", " ")
        for found in ran.json["determination"]["thresholds"]
    }
    told = {found["name"]: found["new"] for found in one["thresholds"] if found["new"]}
    assert told == outcomes
    owed = {found["standard"] for found in ran.json["determination"]["owed"]}
    assert {found["name"] for found in one["standards"] if found["new"] == "owed"} == owed


def test_a_publisher_s_next_version(released: Path, tmp_path: Path) -> None:
    """RSP 3.0 no longer gates storing weights or giving them away: that is never silent."""
    folder = tmp_path / "first-release"
    shutil.copytree(released, folder)
    asked = ("--framework", RSP[0], "--action", "store", "--at", AT)
    assert tierlock("gate", "--project", folder, *asked).code == 10
    ran = impact(folder, RSP[1], "--from", RSP[0])
    assert ran.code == 4
    (one,) = ran.json["impacts"]
    assert (one["old"], one["new"], one["drift"]) == (*RSP, [])
    verdicts = flips(one, "verdicts")
    assert verdicts["store"] == verdicts["publish_weights"] == ("HOLD", "", "more permissive")
    thresholds = flips(one, "thresholds")
    assert thresholds["CBRN-3"] == ("undetermined", "", "more permissive")
    assert thresholds["NON-NOVEL-CB"] == ("", "undetermined", "stricter")
    assert flips(one, "standards")["risk-report"] == ("", "owed", "stricter")
    text = tierlock("framework", "impact", RSP[1], "--from", RSP[0], cwd=folder).out
    assert text.index("more permissive") < text.index("HOLD -> absent") < text.index("  stricter\n")


def test_asking_leaves_the_store_as_it_was(released: Path) -> None:
    def content() -> dict[Path, bytes]:
        store = released / ".tierlock"
        return {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}

    before = content()
    assert impact(released, "anthropic/rsp-3.0").code == 4
    assert content() == before
