"""What real data shows to go wrong, beside the tests of single functions."""

from __future__ import annotations

import json
import math
import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from tierlock import stats

DATA = Path(os.environ.get("TIERLOCK_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))


def better_by(differences: list[float], *, spread: float, n: int) -> tuple[float, float]:
    """Mean of `n` paired differences around each centre, in standard errors, and its p-value."""
    shape = np.linspace(-1.0, 1.0, n)
    values = differences[0] + spread * shape / shape.std(ddof=1)
    p = stats.rule_in_p(values, bound=0.0, lo=-1.0, hi=1.0)
    return float(values.mean() / (values.std(ddof=1) / math.sqrt(n))), p


def test_trap_12_better_across_all_six_models_is_two_of_six() -> None:
    """All six paired differences are above 0, two by more than two standard errors.

    After Holm's adjustment for having looked at six, the data show those two at most.
    """
    centres = [0.01, 0.02, 0.025, 0.03, 0.1, 0.12]
    found = [better_by([centre], spread=0.3, n=200) for centre in centres]
    assert all(errors > 0 for errors, _ in found)
    assert sum(errors > 2 for errors, _ in found) == 2
    adjusted = stats.holm([p for _, p in found])
    shown = [float(p) <= 0.05 for p in adjusted]
    assert shown == [False, False, False, False, True, True]
    # "all six" is the claim of the least of them: its p-value is the largest
    assert stats.rule_in_p_of([p for _, p in found], k=6) > 0.05


def test_trap_13_clustering_by_task_doubles_or_triples_the_standard_error() -> None:
    """Real agent runs, several per task: the design effect on the standard error."""
    file = DATA / "metr-runs" / "all_runs.jsonl"
    if not file.exists():
        pytest.skip(f"no file `{file}`; set TIERLOCK_SHARED_DATA")
    agents: dict[str, list[tuple[float, str]]] = defaultdict(list)
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["score_binarized"] is not None:
                agents[row["alias"]].append((float(row["score_binarized"]), row["task_id"]))
    many = {"Claude 3 Opus", "Claude 3.5 Sonnet (New)", "Claude 3.5 Sonnet (Old)", "GPT-4o"}
    assert many <= agents.keys()
    for name in sorted(many):
        values, tasks = zip(*agents[name], strict=True)
        effect = stats.design_effect(values, items=tasks, clusters=tasks)
        assert effect is not None
        assert 2.0 < math.sqrt(effect) < 3.1
        n = stats.effective_n(values, items=tasks, clusters=tasks)
        assert n == pytest.approx(len(values) / effect, rel=1e-9)
        assert n < 0.25 * len(values)
