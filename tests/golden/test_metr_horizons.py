"""Time horizons of METR's runs and tables (reference: METR/eval-analysis-public, MIT).

`all_runs.jsonl` is the snapshot of February 2025, before the paper and without its shortest tasks,
so a refit is compared with what METR's own code gives for the same file and never with the paper's
table. METR's solver stops early, at a tolerance of 1e-4: its horizons differ from the optimum by up
to 0.15 %.
"""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from tests.unit.policy.factory import evaluation, limits, measured, run, samples
from tierlock import stats
from tierlock.core import Estimand, Samples
from tierlock.policy.measure import test_attempts as try_attempts
from tierlock.policy.pooling import pool, reading_of
from tierlock.policy.tested import Asked

SLOT = evaluation(range=(0.0, 1.0), cluster_by="family", minutes_by="minutes")
METR = {  # slope, intercept and horizon in minutes by METR's own code, penalty 0.1
    "Claude 3 Opus": (-0.276976, 0.529698, 3.76444),
    "Claude 3.5 Sonnet (New)": (-0.276047, 1.882295, 112.888),
    "Claude 3.5 Sonnet (Old)": (-0.289563, 1.440826, 31.4691),
    "GPT-4 0314": (-0.317842, 0.605876, 3.74825),
    "GPT-4 Turbo": (-0.277181, 0.437213, 2.98422),
    "GPT-4o": (-0.275035, 0.809266, 7.68693),
    "o1": (-0.193879, 1.306456, 106.781),
    "o1-preview": (-0.334092, 1.869211, 48.3319),
    "human": (-0.268442, 3.441032, 7223.69),
}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "metr-runs"


@pytest.fixture(scope="module")
def runs(folder: Path):
    lines = (folder / "all_runs.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def columns(runs, agent: str, *, score: str = "score"):
    own = [row for row in runs if row["alias"] == agent]
    return {
        "values": np.array([float(row[score]) for row in own]),
        "minutes": np.array([row["human_minutes"] for row in own]),
        "items": np.array([row["task_id"] for row in own]),
        "clusters": np.array([row["task_family"] for row in own]),
    }


def horizon(given, *, penalty: float, success: float = 0.5) -> float:
    weights = stats.horizon_weights(items=given["items"], clusters=given["clusters"])
    fit = stats.fit_horizon(
        given["values"], minutes=given["minutes"], weights=weights, penalty=penalty
    )
    return stats.horizon_at(fit, success=success)


@pytest.mark.parametrize("agent", METR)
def test_fit_of_the_runs(runs, agent: str) -> None:
    given, (slope, intercept, minutes) = columns(runs, agent), METR[agent]
    weights = stats.horizon_weights(items=given["items"], clusters=given["clusters"])
    published = np.array([row["invsqrt_task_weight"] for row in runs if row["alias"] == agent])
    assert weights == pytest.approx(published / published.sum(), abs=1e-10)
    fit = stats.fit_horizon(given["values"], minutes=given["minutes"], weights=weights, penalty=0.1)
    assert fit.slope == pytest.approx(slope, abs=2e-4)
    assert fit.intercept == pytest.approx(intercept, abs=1e-3)
    assert stats.horizon_at(fit) == pytest.approx(minutes, rel=2e-3)


@pytest.mark.parametrize(
    ("agent", "success", "with_penalty", "without"),
    [
        ("Claude 3.5 Sonnet (Old)", 0.8, 1.14, 1.45),
        ("Claude 3 Opus", 0.8, 0.117, 0.175),
        ("human", 0.5, 7224, 4499),
    ],
)
def test_what_the_penalty_does(runs, agent, success, with_penalty, without) -> None:
    given = columns(runs, agent)
    for penalty, expected in ((0.1, with_penalty), (1e-5, without)):
        assert horizon(given, penalty=penalty, success=success) == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(
    ("agent", "deciles"),
    [
        ("Claude 3.5 Sonnet (New)", (53.8, 110.1, 258.6)),
        ("o1", (31.6, 111.4, 367.8)),
        ("GPT-4o", (2.02, 8.48, 22.7)),
    ],
)
def test_bootstrap_of_the_runs(runs, agent: str, deciles: tuple[float, ...]) -> None:
    """METR's code, 1000 draws with penalty 0.01: its quantiles within what 1000 draws allow."""
    found = stats.horizon_draws(**columns(runs, agent), draws=8000, penalty=0.01)
    for share, minutes in zip((0.1, 0.5, 0.9), deciles, strict=True):
        error = 4 * math.sqrt(share * (1 - share) / 1000) + 0.005
        assert (found.highest <= minutes).mean() == pytest.approx(share, abs=error)


def test_trap_a_refit_of_the_snapshot_is_not_the_paper(runs, folder: Path) -> None:
    """The trap of the file's README: other tasks, so other horizons, by a factor of two to four."""
    with (folder / "published_th1_0_headline_2025-07.csv").open(encoding="utf-8") as file:
        paper = {row["agent"]: float(row["p50"]) for row in csv.DictReader(file)}
    given = columns(runs, "Claude 3.5 Sonnet (New)", score="score_binarized")
    refit = horizon(given, penalty=0.1)
    assert refit == pytest.approx(60.5, rel=1e-3)
    assert refit > 2 * paper["Claude 3.5 Sonnet (New)"]


def test_trap_duplicates_and_selective_reruns_move_a_horizon(runs) -> None:
    """Trap 3: counting everything twice moves nothing, repeating only what failed moves much."""
    given = columns(runs, "o1", score="score_binarized")
    base = horizon(given, penalty=1e-5)
    twice = {name: np.concatenate([column, column]) for name, column in given.items()}
    assert horizon(twice, penalty=1e-5) == pytest.approx(base, rel=1e-6)
    # Runs of the tasks that were solved at least once, logged a second time.
    solved = np.isin(given["items"], given["items"][given["values"] == 1])
    good = solved & (given["values"] == 1)
    copied = {name: np.concatenate([col, col[good]]) for name, col in given.items()}
    assert horizon(copied, penalty=1e-5) > 1.03 * base
    # Failures at tasks that some other try solved are tried again until solved, and not kept.
    kept = good | ~solved
    chosen = {name: column[kept] for name, column in given.items()}
    assert horizon(chosen, penalty=1e-5) > 1.5 * base


def test_published_tables_follow_from_their_own_curves(folder: Path) -> None:
    """TH 1.0: horizons from slope and intercept, intervals from the published draws."""
    with (folder / "published_th1_0_bootstrap_2025-07.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (folder / "published_th1_0_headline_2025-07.csv").open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 17
    for agent in table:
        fit = stats.HorizonFit(float(agent["intercept"]), float(agent["coefficient"]))
        for name, success in (("p50", 0.5), ("p80", 0.8)):
            published = float(agent[name])
            assert stats.horizon_at(fit, success=success) == pytest.approx(published, rel=1e-4)
            if f"{agent['agent']}_{name}" not in rows[0]:
                continue
            own = np.sort([float(row[f"{agent['agent']}_{name}"] or "nan") for row in rows])
            own = own[~np.isnan(own)]
            found = stats.HorizonDraws(own, own, families=100)
            upper = stats.horizon_upper_bound(found, alpha=0.025, expanded=False)
            assert upper == pytest.approx(float(agent[f"{name}q0.975"]), rel=0.05)


def log(given):
    order = np.lexsort((given["items"],))
    epochs = np.ones(order.size, dtype=int)
    items = given["items"][order]
    for row in range(1, order.size):
        epochs[row] = epochs[row - 1] + 1 if items[row] == items[row - 1] else 1
    made: Samples = samples(
        given["values"][order].tolist(),
        id=tuple(items.tolist()),
        epoch=tuple(epochs.tolist()),
        attributes={
            "family": tuple(given["clusters"][order].tolist()),
            "minutes": tuple(str(minutes) for minutes in given["minutes"][order]),
        },
    )
    return run(samples=made)


def judged(given, *, out: float, **estimand):
    criterion = measured(rule_out_below=out, estimand=Estimand(name="time_horizon", **estimand))
    attempts = pool([log(given)], reading=reading_of(SLOT, promise=None, higher_is_worse=True))
    bounds = limits(out=out, into=4 * out, alpha_rule_out=0.05, alpha_rule_in=0.05)
    return try_attempts(attempts, asked=Asked(criterion, SLOT, bounds))


def test_two_hours_and_the_agents_of_2024(runs) -> None:
    """The bound of two hours: an early model is ruled out of it, a later one is not."""
    early = judged(columns(runs, "GPT-4o"), out=120)
    assert early.rule_out_p < 0.01
    assert not early.barred
    assert (early.units, early.items) == (36, 83)
    late = judged(columns(runs, "Claude 3.5 Sonnet (New)"), out=120)
    assert late.rule_out_p > 0.05
    metr = judged(columns(runs, "Claude 3.5 Sonnet (New)"), out=120, compat="metr")
    assert metr.value == pytest.approx(112.889, rel=1e-4)
    assert metr.upper is not None
    assert metr.upper > 120


def test_a_bound_longer_than_every_task_is_extrapolated(runs) -> None:
    given = columns(runs, "GPT-4o")
    longest = float(given["minutes"].max())
    assert "horizon.extrapolated" in judged(given, out=1.01 * longest).barred
    assert "horizon.extrapolated" not in judged(given, out=longest).barred
