"""`tierlock safeguards`: what a head of safety reads, and what trestle accepts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.acceptance.projects import ROOT, Ran, log, project, tierlock

AT = "2026-11-24T09:00:00Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("safeguards") / "example"
    ignored = shutil.ignore_patterns(".tierlock", "__pycache__")
    shutil.copytree(ROOT / "examples" / "safeguards", place, ignore=ignored)
    assert tierlock("assess", place / "results", "--project", place, "--at", AT).code == 0
    return place


def ask(folder: Path, *args: object, at: str = AT) -> Ran:
    ran = tierlock("safeguards", *args, "--project", folder, "--at", at)
    assert (ran.code, ran.err) == (0, "")
    return ran


def states(ran: Ran) -> dict[str, str]:
    return {one["criterion"].partition(":")[2]: one["state"] for one in ran.json["safeguards"]}


def test_every_state_is_told(folder: Path) -> None:
    ran = ask(folder, "status", "--action", "deploy", "--format", "json")
    found = states(ran)
    assert found.pop("independent-audit") == "pending"
    assert found.pop("detectors") == "incomplete"
    assert found.pop("rollback") == "missing"
    assert set(found.values()) == {"met"}
    assert len(found) == 8
    by_name = {one["criterion"]: one for one in ran.json["safeguards"]}
    detectors = by_name["hardened-deployment:detectors"]
    covered = {(c["path"], c["environment"]): c["covered"] for c in detectors["cells"]}
    assert covered == {
        ("api/interactive", "own"): True,
        ("api/batch", "own"): True,
        ("api/interactive", "partner"): False,
        ("api/batch", "partner"): False,
    }
    assert detectors["tested"] == "ruled_out"
    assert by_name["standard-stack:usage-policy"]["until"] == "2027-11-01T09:00:00Z"


def test_time_and_audience_take_away(folder: Path) -> None:
    limited = ask(folder, "status", "--action", "deploy", "--format", "json")
    general = ask(folder, "status", "--action", "deploy", "--audience", "general",
                  "--format", "json")  # fmt: skip
    assert states(limited)["limited-access"] == "met"
    assert states(general)["limited-access"] == "incomplete"
    codes = {r["code"] for one in general.json["safeguards"] for r in one["reasons"]}
    assert "claim.audience" in codes
    late = ask(
        folder, "status", "--action", "deploy", "--format", "json", at="2027-03-01T00:00:00Z"
    )
    assert states(late)["two-party-access"] == "expired"


def test_the_text_names_owner_cost_cover_and_tests(folder: Path) -> None:
    text = ask(folder, "status", "--action", "deploy").out
    assert "8 of 11 safeguards in place for deploy (api, limited) of assistant-3" in text
    for part in ("trust-and-safety", "45 ms per answer", "api in partner: ○ batch  ○ interactive",
                 "holds: expert red team", "grey box access", "on terms"):  # fmt: skip
        assert part in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_gaps_are_cheapest_first_with_a_command_that_can_be_run(folder: Path) -> None:
    ran = ask(folder, "gaps", "--format", "json")
    names = [one["criterion"] for one in ran.json["safeguards"]]
    assert set(names) == {
        "constrained-release:rollback", "weight-security:independent-audit",
        "hardened-deployment:detectors",
    }  # fmt: skip
    text = ask(folder, "gaps").out
    places = [text.index(name) for name in ("rollback", "independent-audit", "detectors")]
    assert places == sorted(places)
    assert "0 of 2 actions have their safeguards in place: assistant-3" in text
    # What stands there is one command for a shell, broken over lines.
    joined = text.replace(" \\\n", " ")
    assert "--evidence document:WHAT --by WHO --produced-at WHEN" in " ".join(joined.split())
    assert all(len(line) <= 80 for line in text.splitlines())


def test_a_failed_safeguard_and_an_unmeetable_standard_are_told(tmp_path: Path) -> None:
    place = project(tmp_path)
    assert tierlock("assess", log(place / "logs"), "--project", place, "--at",
                    "2026-03-10T00:00:00Z").code == 0  # fmt: skip
    text = (place / "statements.yaml").read_text().replace("status: met", "status: unmet")
    (place / "statements.yaml").write_text(text)
    ran = ask(place, "status", "--format", "json", at="2026-03-10T00:00:00Z")
    assert states(ran) == {"policy": "failed"}
    text = ask(place, "status", at="2026-03-10T00:00:00Z").out
    assert "■ failed" in text


def test_an_unknown_action_is_refused(folder: Path) -> None:
    ran = tierlock("safeguards", "status", "--action", "sell", "--project", folder, "--at", AT)
    assert (ran.code, ran.out) == (2, "")
    assert "error[input.action]" in ran.err
    other = ["--action", "deploy", "--audience", "martians"]
    ran = tierlock("safeguards", "status", *other, "--project", folder, "--at", AT)
    assert (ran.code, ran.out) == (2, "")


# -- OSCAL -----------------------------------------------------------------------------------------

NAMES = {
    "catalog", "profile", "component-definition", "assessment-results",
    "plan-of-action-and-milestones", "mapping-collection",
}  # fmt: skip


def export(folder: Path, out: Path, at: str = AT) -> dict[str, bytes]:
    ran = tierlock("safeguards", "oscal", "--out", out, "--project", folder, "--at", at)
    assert (ran.code, ran.out) == (0, "")
    return {path.stem: path.read_bytes() for path in out.iterdir()}


def test_the_same_inputs_give_the_same_documents(folder: Path, tmp_path: Path) -> None:
    one, two = export(folder, tmp_path / "a"), export(folder, tmp_path / "b")
    assert one == two
    assert one.keys() == NAMES
    later = export(folder, tmp_path / "c", at="2026-11-24T10:00:00Z")
    ids = [json.loads(each["profile"])["profile"]["uuid"] for each in (one, later)]
    assert ids[0] != ids[1]


def test_only_what_is_met_is_satisfied(folder: Path, tmp_path: Path) -> None:
    found = json.loads(export(folder, tmp_path)["assessment-results"])
    (result,) = found["assessment-results"]["results"]
    said = {f["title"]: f["target"]["status"]["state"] for f in result["findings"]}
    known = ask(folder, "status", "--format", "json").json["safeguards"]
    assert said == {
        one["criterion"]: "satisfied" if one["state"] == "met" else "not-satisfied" for one in known
    }
    seen = {o["uuid"] for o in result["observations"]}
    for finding in result["findings"]:
        assert {o["observation-uuid"] for o in finding.get("related-observations", [])} <= seen


@pytest.mark.filterwarnings("ignore")
def test_trestle_imports_and_validates_all_of_them(folder: Path, tmp_path: Path) -> None:
    cli = pytest.importorskip("trestle.cli", reason="compliance-trestle is not installed")
    out, space = tmp_path / "oscal", tmp_path / "space"
    export(folder, out)
    space.mkdir()
    run = cli.Trestle().run
    root = ["--trestle-root", str(space)]

    def trestle(*args: str) -> int:
        with patch("sys.argv", ["trestle", *args, *root]):
            return int(run())

    assert trestle("init", "--local") == 0
    for name in sorted(NAMES):
        assert trestle("import", "-f", str(out / f"{name}.json"), "-o", "mine") == 0
    assert trestle("validate", "-a") == 0
    # The oracle can say no.
    broken = json.loads((out / "catalog.json").read_text())
    del broken["catalog"]["metadata"]["title"]
    (out / "broken.json").write_text(json.dumps(broken))
    assert trestle("import", "-f", str(out / "broken.json"), "-o", "other") != 0
