"""The example files do what the guide says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml

from tierlock.integrations import Refused
from tierlock.integrations.mlflow_rules import load_rules

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "integrations"


def test_the_rules_of_the_example_and_of_the_guide_are_rules(tmp_path: Path) -> None:
    file, folder = load_rules({"TIERLOCK_MLFLOW": str(EXAMPLE / "registry.yaml")})
    assert folder == EXAMPLE
    assert [rule.audience for rule in file.rules_for("m", alias="champion", stage=None)] == [
        "limited"
    ]
    page = (ROOT / "docs" / "guides" / "integrations.md").read_text(encoding="utf-8")
    text = page.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "registry.yaml").write_text(text)
    said, _ = load_rules({"TIERLOCK_MLFLOW": str(tmp_path / "registry.yaml")})
    assert len(said.rules) == len(yaml.safe_load(text)["rules"]) == 2


class Trainer:
    """Takes a callback, and is refused by it as the real one is."""

    def __init__(self) -> None:
        self.callbacks: list[Any] = []

    def add_callback(self, callback: Any) -> None:
        self.callbacks.append(callback)

    def train(self) -> None:
        (callback,) = self.callbacks
        callback.paused = Refused("integration.gate", "HOLD", hint="wait")


def test_the_run_of_the_example_ends_with_the_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tierlock.integrations.trainer.TrainerCallback", object)
    spec = importlib.util.spec_from_file_location("example_train", EXAMPLE / "train.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(Refused):
        module.train(Trainer(), project=str(tmp_path), start=str(tmp_path), before=1e20)


def test_without_the_library_the_callback_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tierlock.core import InputError
    from tierlock.integrations import EffectiveCompute, ProjectGate, TierlockCallback

    monkeypatch.setattr("tierlock.integrations.trainer.TrainerCallback", None)
    with pytest.raises(InputError, match="transformers is not installed"):
        TierlockCallback(ProjectGate(tmp_path), compute=EffectiveCompute())
