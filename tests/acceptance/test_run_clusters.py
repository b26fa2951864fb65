"""`tierlock run` of a plan that draws clusters: whole families of questions, in the drawn order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import tierlock
from tests.acceptance.test_run import asked, folder, run, status

__all__ = ["folder"]  # the fixture
SIZE = 3


@pytest.fixture
def families(folder: Path) -> Path:
    """The example's project, about a task whose samples come in sixty families of three."""
    lab = (folder / "framework.yaml").read_text()
    lab = lab.replace("tasks: [synthesis]", "tasks: [families]\n    cluster_by: family")
    assert "cluster_by" in lab
    (folder / "framework.yaml").write_text(lab)
    own = (folder / "tierlock.yaml").read_text()
    (folder / "tierlock.yaml").write_text(own.replace("tasks.py@synthesis", "tasks.py@families"))
    (folder / "items.txt").write_text("\n".join(str(n) for n in range(60)))
    return folder


def seal(folder: Path, *more: str, looks: str = "20,40,60", design: str = "betting") -> None:
    ran = tierlock(
        "plan", "seal", "--slot", "synthesis", "--looks", looks, "--design", design,
        "--items", folder / "items.txt", "--planned-value", "0.02", *more, "--project", folder,
    )  # fmt: skip
    assert ran.code == 0, ran.err


def refused(folder: Path) -> Any:
    ran = run(folder)
    assert ran.code == 2
    assert status(folder)["runs"] == []
    assert not (folder / "asked.txt").exists()
    return ran.err


def test_whole_clusters_are_run_in_the_drawn_order_until_the_slot_is_settled(
    families: Path,
) -> None:
    seal(families)
    ran = run(families, danger=0)
    assert ran.code == 0, ran.err
    (slot,) = ran.json["slots"]
    assert (slot["ended"], slot["problem"]) == ("ruled_out", "")
    looked = slot["runsDone"] * 20
    assert slot["samplesPlanned"] == 60 * SIZE
    assert slot["samples"] == looked * SIZE < 60 * SIZE
    assert "20 clusters by family, 60 samples of tasks.py@families" in ran.err
    drawn = tierlock("plan", "items", "--slot", "synthesis", "--project", families).out.split()
    whole = [f"q{SIZE * int(label) + n:03}" for label in drawn[:looked] for n in range(SIZE)]
    assert asked(families) == Counter(whole)

    again = run(families).json["slots"][0]
    assert (again["runsMade"], again["samples"], again["ended"]) == (0, looked * SIZE, "ruled_out")


def test_clusters_that_the_task_does_not_have_are_refused_before_anything_is_paid_for(
    families: Path,
) -> None:
    (families / "items.txt").write_text("\n".join(str(n) for n in range(30, 90)))
    seal(families)
    assert "error[run.settings] no sample of `tasks.py@families` has the `family` `" in refused(
        families
    )


def test_a_design_for_yes_or_no_is_refused_for_clusters_of_several_samples(families: Path) -> None:
    seal(families, design="group_sequential")
    assert "the mean of the 3 samples of `" in refused(families)


def test_samples_that_name_no_cluster_are_refused(families: Path) -> None:
    own = (families / "framework.yaml").read_text()
    (families / "framework.yaml").write_text(own.replace("cluster_by: family", "cluster_by: kind"))
    seal(families)
    assert "does not say the `kind` of `q000`" in refused(families)
