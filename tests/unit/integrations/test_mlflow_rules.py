"""The file that says what an alias or a stage stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierlock.core import InputError
from tierlock.integrations.mlflow_rules import RegistryFile, load_rules
from tierlock.integrations.permit_files import PermitFiles
from tierlock.integrations.project_gate import ProjectGate

RULE = "{alias: champion, action: deploy, surface: api, audience: general}"
ROW = "  - " + RULE


def loaded(folder: Path, text: str) -> RegistryFile:
    path = folder / "registry.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rules({"TIERLOCK_MLFLOW": str(path)})[0]


def test_nothing_is_the_default(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_rules({})
    assert caught.value.code == "integration.settings"
    file = loaded(tmp_path, "project: .\n")
    assert (file.rules, file.declared) == ((), "refused")
    with pytest.raises(InputError) as caught:
        file.rules_for("m", alias="champion", stage=None)
    assert caught.value.code == "integration.rule"


@pytest.mark.parametrize(
    "text",
    [
        "rules: []\n",
        "project: .\npermits: {permits: p, status: s, keys: k}\n",
        "project: .\ndeclared: yes\n",
        f"project: .\nrule:\n{ROW}\n",
        "project: .\nrules:\n  - {action: deploy}\n",
        "project: .\nrules:\n  - {alias: a, stage: Staging, action: deploy}\n",
        "project: .\nrules:\n  - {alias: a}\n",
        "project: .\nrules:\n  - {alias: a, action: ''}\n",
        "project: .\nrules:\n  - {stage: Archived, action: deploy}\n",
        "project: .\nrules:\n  - {alias: champi\u00f6n, action: deploy}\n",
        "project: .\nrules:\n  - {alias: '*', action: deploy}\n",
        f"project: .\nrules:\n{ROW}\n{ROW.replace('champion', 'Champion')}\n",
        "project: .\nrules:\n  - {alias: a, action: d, digests: {weights: 'sha256:"
        + "0" * 64
        + "'}}\n",
        "project: .\nrules:\n  - {alias: a, action: d, digests: {other: 'sha256:"
        + "0" * 64
        + "'}}\n",
        "project: .\nrules:\n  - {alias: a, action: d, digests: {safeguards: abc}}\n",
        f"project: .\nrules:\n{ROW}\nrules: []\n",
        "- nothing\n",
        "",
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        loaded(tmp_path, text)


def test_every_rule_about_a_model_counts(tmp_path: Path) -> None:
    other = RULE.replace("general}", "internal, model: m}")
    file = loaded(tmp_path, f"project: .\nrules:\n{ROW}\n  - {other}\n")
    audiences = [rule.audience for rule in file.rules_for("m", alias="champion", stage=None)]
    assert audiences == ["general", "internal"]
    assert len(file.rules_for("n", alias="champion", stage=None)) == 1
    for alias, stage in (("Champion", None), (None, "Staging"), ("", None)):
        with pytest.raises(InputError):
            file.rules_for("m", alias=alias, stage=stage)


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    found = loaded(tmp_path, "project: here\n").permission(folder=tmp_path)
    assert isinstance(found, ProjectGate)
    assert (found.folder, found.judges_compute) == (tmp_path / "here", True)
    text = "permits: {permits: p, status: s.json, keys: /k.json}\n"
    files = loaded(tmp_path, text).permission(folder=tmp_path)
    assert isinstance(files, PermitFiles)
    assert (files.permits, files.keys) == (tmp_path / "p", Path("/k.json"))
    assert (files.seen, files.judges_compute) == (tmp_path / "seen.json", False)
