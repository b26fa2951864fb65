"""`tierlock compare` on logs that Inspect wrote."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import AT, ROOT, Ran, assess, log, project, refused, tierlock

LOGS = ROOT / "examples" / "first-release" / "logs"
GEMMA, MOCK = "openai-api/local/gemma-3-270m", "mockllm/model"


def compare(*args: object, cwd: Path | None = None) -> Ran:
    return tierlock("compare", *args, "--format", "json", cwd=cwd)


def rows(ran: Ran) -> dict[str, Any]:
    return {row["name"]: row for row in ran.json["evaluations"]}


def test_two_releases() -> None:
    ran = compare(LOGS / "release-1", LOGS / "release-2")
    assert ran.code == 4
    found = rows(ran)
    assert found["bio_prerequisites"]["test"]["shown"] == "higher"
    assert found["bio_prerequisites"]["old"]["mean"] == 16 / 64
    assert found["bio_prerequisites"]["new"]["mean"] == 45 / 64
    used = [found["bio_prerequisites"][side]["tokens"] for side in ("old", "new")]
    assert used == [
        {"input": 10344 / 64, "output": 128 / 64, "total": 10472 / 64},
        {"input": 5994 / 64, "output": 64 / 64, "total": 6058 / 64},
    ]
    assert found["cyber_prerequisites"]["test"]["shown"] is None
    barred = found["misuse_requests"]
    assert barred["test"] is None
    assert {one["setting"] for one in barred["mismatches"] if one["bars"]} == {
        "solver",
        "steps",
        "task_args",
    }
    assert ran.json["mockModels"] == [MOCK]


def test_a_framework_knows_the_clusters() -> None:
    alone = rows(compare(LOGS / "release-1", LOGS / "release-2"))["bio_prerequisites"]
    slots = compare(LOGS / "release-1", LOGS / "release-2", "--framework", "asl/reference-1")
    row = rows(slots)["bio-prerequisites"]
    assert (row["clustersBy"], row["higherIs"]) == ("family", "worse")
    assert row["difference"]["clusters"] == 16
    assert row["test"]["p"] > 100 * alone["test"]["p"]


def test_another_elicitation_is_not_compared_unless_allowed() -> None:
    sides = (LOGS / "release-1", LOGS / "release-1-open-answer")
    ran = compare(*sides)
    assert ran.code == 4
    assert all(row["test"] is None for row in rows(ran).values())


def test_models_by_name_in_one_folder() -> None:
    ran = compare(GEMMA, MOCK, "--logs", LOGS, "--cluster-by", "family")
    bio = rows(ran)["bio_prerequisites"]
    assert bio["test"]["shown"] == "higher"
    assert {one["side"] for one in ran.json["unmatched"]} == {"old", "new"}
    refused(compare(GEMMA, "nobody", "--logs", LOGS), code="input.not-found", where=MOCK)
    refused(compare(LOGS, LOGS / "release-1"), code="input.subject", where="--logs")


def test_subjects_of_a_store(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    old = log(tmp_path, "old.eval", "01" * 30, eval_id="one")
    new = log(tmp_path, "new.eval", "11" * 30, eval_id="two", model="lab/model-2")
    assert assess(folder, old, new, at=AT).code == 0
    ran = compare("model-1", "lab/model-2", "--project", folder)
    assert ran.code == 0
    (row,) = ran.json["evaluations"]
    assert row["test"]["shown"] == "higher"
    assert row["difference"]["up"] == 30
    assert ran.json["old"] == {
        "asked": "model-1",
        "keptIn": "store",
        "subjects": ["lab/model-1"],
        "runs": 1,
    }
    # a name that is a path is a path, wherever it stands
    assert compare("../old.eval", "lab/model-2", cwd=folder).json["old"]["keptIn"] == "logs"


def test_what_can_not_be_compared_is_said(tmp_path: Path) -> None:
    one = log(tmp_path, "one.eval", eval_id="one")
    other = log(tmp_path, "other.eval", eval_id="two", task="package/chemistry")
    refused(compare(one, other), code="input.not-found", where="package/chemistry")
    refused(compare(one, "no-such", cwd=tmp_path), code="input.not-found", where="no-such")
    refused(compare(one, other, "--allow", "typo"), code="input.not-found", where="typo")
    refused(compare(one, other, "--alpha", "1.5"), code="input.number", where="1.5")


@pytest.mark.parametrize("style", ["text", "markdown"])
def test_outputs_for_people_say_what_json_says(style: str) -> None:
    ran = tierlock("compare", LOGS / "release-1", LOGS / "release-2", "--format", style)
    assert ran.code == 4
    for words in (
        "MOCK MODEL",
        "shown to be higher",
        "no change shown",
        "not comparable, not tested",
        "McNemar exact",
        "could see",
        "compare.elicitation",
        "at most 5 %",
        "1 higher and 0 lower",
    ):
        assert words in ran.out.replace("\n", " ").replace("\u00a0", " ")


def test_lines_fit_the_terminal() -> None:
    from tierlock.report import render_compare_text
    from tierlock.report.layout import cells
    from tierlock.usecases import compare_sides

    done = compare_sides(GEMMA, new=MOCK, logs=[LOGS])
    for width in (80, 120):
        text = render_compare_text(done.found, old=done.old, new=done.new, width=width)
        assert max(map(cells, text.splitlines())) <= width
    colored = render_compare_text(done.found, old=done.old, new=done.new, color=True)
    assert "\x1b[" in colored


def test_real_logs_of_one_task(shared_data: Path, tmp_path: Path) -> None:
    """Two runs of Inspect's `popularity`: ten questions, and two of them twice."""
    logs = shared_data / "inspect-logs" / "tests"
    ten = next(logs.glob("scorer/logs/*mj7khqp*.eval"))
    four = next(logs.glob("log/test_eval_log/log_streaming.eval"))
    for name, path in (("old", ten), ("new", four)):
        (tmp_path / name).mkdir()
        shutil.copy(path, tmp_path / name)
    ran = compare(tmp_path / "old", tmp_path / "new")
    assert ran.code == 4
    (row,) = ran.json["evaluations"]
    assert row["test"] is None
    assert (row["old"]["items"], row["new"]["items"]) == (10, 2)
    assert {"compare.items", "compare.epochs"} <= {one["code"] for one in row["mismatches"]}
