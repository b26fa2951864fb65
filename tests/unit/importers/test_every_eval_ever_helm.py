"""HELM's run folders, turned into Every Eval Ever by its own converter, and read.

The converter needs Python 3.12 and an environment of its own: `pip install
'every_eval_ever[helm]==0.3.0'` there, and the variable EVERY_EVAL_EVER set to its command.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tierlock.core import Evidence
from tierlock.importers import import_logs

VARIABLE = "EVERY_EVAL_EVER"
RUNS = {
    "commonsense-dataset=hellaswag,method=multiple_choice_joint,model=eleutherai_pythia-1b-v0": 24,
    "mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2": 48,
    "narrative_qa-model=openai_gpt2": 36,
}


def convert(run: Path, *, into: Path) -> tuple[Evidence, ...]:
    command = os.environ.get(VARIABLE)
    if not command:
        pytest.skip(f"{VARIABLE} does not name the converter's command")
    subprocess.run(
        [
            command, "convert", "helm", "--log_path", run, "--output_dir", into,
            "--source_organization_name", "Example", "--evaluator_relationship", "third_party",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    imports = import_logs([into])
    assert imports.omissions == ()
    return imports.evidence


@pytest.mark.parametrize("name", RUNS)
def test_every_figure_is_what_helm_itself_states(
    name: str, shared_data: Path, tmp_path: Path
) -> None:
    run = shared_data / "every-eval-ever" / "tests" / "data" / "helm" / name
    evidence = convert(run, into=tmp_path / "converted")
    assert len(evidence) == RUNS[name]
    assert len({one.evaluation for one in evidence}) == len(evidence)  # nothing pools with another

    stated = {}
    for each in json.loads((run / "stats.json").read_text()):
        of = each["name"]
        kind = of.get("perturbation", {}).get("name")
        names = [of["name"], of.get("split"), kind]
        stated[":".join(filter(None, names))] = each.get("mean")
    instances = [
        (f"{each['name']['name']}:{each['name']['split']}", one["instance_id"], each["mean"])
        for one in json.loads((run / "per_instance_stats.json").read_text())
        if "perturbation" not in one
        for each in one["stats"]
        if each["count"]
    ]
    for one in evidence:
        metric = one.run_id.rpartition("#")[2]
        assert not one.doubtful
        if one.reported:
            assert one.reported[0].mean == pytest.approx(stated[metric])
            continue
        (column,) = one.samples.scores.values()
        assert None not in column
        values = dict(zip(one.samples.id, (value or 0.0 for value in column), strict=True))
        assert values == {item: value for of, item, value in instances if of == metric}
        assert sum(values.values()) / len(values) == pytest.approx(stated[metric])
