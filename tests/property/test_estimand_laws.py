"""Laws L2, L3, L4 and L9, and "missing data never strengthens", for every estimand by name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.unit.policy.factory import (
    IN,
    OPEN,
    OUT,
    ago,
    case,
    determined,
    evaluation,
    framework,
    measured,
    run,
    samples,
    threshold,
)
from tierlock.core import (
    ErrorControl,
    Estimand,
    EstimandName,
    Evidence,
    Finding,
    Framework,
    JudgeValidation,
    canonical_bytes,
)

THOROUGH = os.environ.get("TIERLOCK_HYPOTHESIS") == "thorough"
RANK = {OUT: 0, OPEN: 1, IN: 2}
ARMS = ("without", "with")


@dataclass(frozen=True)
class Setup:
    """An estimand, its slot, a bound that small data can clear, and the values that occur."""

    estimand: dict[str, Any]
    bound: float
    slot: dict[str, Any]
    values: tuple[float, ...] = (0.0, 1.0)
    rows: int = 14
    epochs: int = 1


SETUPS: dict[str, Setup] = {
    "success_rate": Setup({}, 0.4, {"cluster_by": "unit"}),
    "suite": Setup({"name": "success_rate", "population": "suite"}, 0.4, {}, epochs=2),
    "judged": Setup(
        {},
        0.6,
        {"judge": JudgeValidation(sensitivity=(99, 100), specificity=(97, 100), cite="made up")},
    ),
    "mean_score": Setup(
        {"name": "mean_score"}, 0.5, {"cluster_by": "unit"}, values=(0.0, 0.1, 0.5, 1.0)
    ),
    "pass_at_k": Setup({"name": "pass_at_k", "k": 2}, 0.5, {}, rows=18, epochs=3),
    "best_of_k": Setup(
        {"name": "best_of_k", "k": 2}, 0.6, {}, values=(0.0, 0.2, 1.0), rows=18, epochs=2
    ),
    "tasks_solved": Setup(
        {"name": "tasks_solved", "solved_at": 0.7}, 2.0, {"dataset_samples": 5}, rows=15, epochs=3
    ),
    "refusal_rate": Setup({"name": "refusal_rate"}, 0.4, {"cluster_by": "unit"}),
    "attack_rate": Setup({"name": "attack_rate"}, 0.1, {"hours_by": "amount"}),
    "human_percentile": Setup(
        {"name": "human_percentile", "arms": ARMS},
        0.9,
        {"cluster_by": "unit", "arm_by": "arm"},
        rows=28,
    ),
    "uplift_ratio": Setup({"name": "uplift_ratio", "arms": ARMS}, 2.0, {"arm_by": "arm"}, rows=20),
    "uplift_difference": Setup(
        {"name": "uplift_difference", "arms": ARMS},
        0.5,
        {"arm_by": "arm"},
        values=(0.0, 0.2, 0.3, 1.0),
        rows=20,
    ),
    "speed_up": Setup(
        {"name": "speed_up", "arms": ARMS},
        2.5,
        {"arm_by": "arm", "range": (5.0, 20.0)},
        values=(5.0, 8.0, 9.0, 20.0),
        rows=24,
    ),
    "time_horizon": Setup(
        {"name": "time_horizon"},
        60.0,
        {"cluster_by": "unit", "minutes_by": "amount"},
        rows=48,
    ),
}
NAMES = tuple(SETUPS)
MONOTONE = tuple(name for name in NAMES if name not in ("judged", "speed_up", "time_horizon"))
LENGTHS = (1, 4, 15, 60, 120, 240)


def law(name: str) -> Any:
    """Return the settings of a law: a horizon is thousands of fits, so one example of it."""
    count = (1 if name == "time_horizon" else 12) * (40 if THOROUGH else 1)
    return settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )


def rules_of(setup: Setup, *, worse: bool) -> Framework:
    """Return a framework that asks for the estimand, with generous alphas so that much happens."""
    bounds = {"rule_out_below": setup.bound} if worse else {"rule_out_above": setup.bound}
    criterion = measured(**bounds, estimand=Estimand(**setup.estimand))
    slot = {"max_missing": 1.0, **setup.slot}
    return framework(
        evaluations={"bio": evaluation(**slot, higher_is="worse" if worse else "better")},
        thresholds={"bio-3": threshold(criterion)},
        error_control=ErrorControl(rule_out=0.2, rule_in=0.2, period="P6M"),
    )


@dataclass(frozen=True)
class Log:
    """Rows of one run: values, None where missing, and whether each attempt was refused."""

    setup: Setup
    values: tuple[float | None, ...]
    refused: tuple[bool, ...]
    absent: int = 0
    name: str = "r1"

    def evidence(self, keep: Sequence[int] | None = None) -> Evidence:
        """Return the run with the rows `keep`, in that order; all of them by default."""
        size = len(self.values)
        chosen = list(range(size)) if keep is None else list(keep)
        epochs = self.setup.epochs
        items = [row // epochs for row in range(size)]
        columns = {
            "unit": [f"{ARMS[row % 2][-2:]}{row // 4}" for row in range(size)],
            "arm": [ARMS[row % 2] for row in range(size)],
            "amount": [str(LENGTHS[row % len(LENGTHS)]) for row in range(size)],
        }
        if self.setup.estimand.get("name") == "time_horizon":
            columns["unit"] = [f"f{row % 14}" for row in range(size)]
        return run(
            name=self.name,
            measured_at=ago(10) + timedelta(hours=int(self.name[1:])),
            planned_samples=size + self.absent,
            samples=samples(
                [self.values[row] for row in chosen],
                id=tuple(f"{self.name}-{items[row]}" for row in chosen),
                epoch=tuple(row % epochs + 1 for row in chosen),
                refused=tuple(self.refused[row] for row in chosen),
                attributes={
                    key: tuple(column[row] for row in chosen) for key, column in columns.items()
                },
            ),
        )


@st.composite
def logs(draw: st.DrawFn, name: str, *, missing: bool = True) -> Log:
    """Draw a run that is mostly safe or mostly dangerous, so that all outcomes occur."""
    setup = SETUPS[name]
    usual = draw(st.sampled_from(setup.values))
    rare = st.sampled_from((*setup.values, None) if missing else setup.values)
    values: list[float | None] = [usual] * setup.rows
    refused = [draw(st.booleans())] * setup.rows
    if setup.estimand.get("name") == "time_horizon":
        limit = draw(st.sampled_from(LENGTHS))
        values = [float(LENGTHS[row % len(LENGTHS)] <= limit) for row in range(setup.rows)]
    elif "arms" in setup.estimand:
        usual_other = draw(st.sampled_from(setup.values))
        values = [usual_other if row % 2 else usual for row in range(setup.rows)]
    for row in draw(st.lists(st.integers(0, setup.rows - 1), max_size=6)):
        values[row] = draw(rare)
        refused[row] = not refused[row]
    return Log(setup, tuple(values), tuple(refused))


def found(rules: Framework, *evidence: Evidence, **changes: Any) -> Finding:
    return determined(rules, *evidence, **changes).finding("bio-3:bio")


def test_every_estimand_has_a_setup() -> None:
    assert {Estimand(**setup.estimand).name for setup in SETUPS.values()} == set(
        get_args(EstimandName)
    )


@pytest.mark.parametrize("worse", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_empty_is_never_ruled_out(name: str, worse: bool) -> None:
    """L3: no samples; only absent ones; only missing ones."""
    setup = SETUPS[name]
    rules = rules_of(setup, worse=worse)
    nothing = Log(setup, (), ())
    lost = Log(setup, (None,) * setup.rows, (False,) * setup.rows)
    for log in (nothing, replace(nothing, absent=30), lost, replace(lost, absent=30)):
        finding = found(rules, log.evidence())
        assert finding.outcome is OPEN
        assert finding.reasons


@pytest.mark.parametrize("worse", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_order_and_duplicates_do_not_matter(name: str, worse: bool) -> None:
    """L2, within a run and between runs."""
    rules = rules_of(SETUPS[name], worse=worse)

    @law(name)
    @given(logs(name), st.randoms(use_true_random=False))
    def check(log: Log, rng: Any) -> None:
        other = replace(log, name="r2")
        order = list(range(len(log.values)))
        rng.shuffle(order)
        first = found(rules, log.evidence(), other.evidence())
        second = found(rules, other.evidence(), log.evidence(order), log.evidence())
        assert canonical_bytes(first) == canonical_bytes(second)

    check()


@pytest.mark.parametrize("worse", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_removing_a_run_never_rules_out(name: str, worse: bool) -> None:
    """L4, at a fixed register and a fixed plan."""
    rules = rules_of(SETUPS[name], worse=worse)

    @law(name)
    @given(logs(name), logs(name))
    def check(one: Log, two: Log) -> None:
        runs = (one.evidence(), replace(two, name="r2").evidence())
        register = case(rules, *runs).register
        for rest in (runs[:1], runs[1:]):
            assert found(rules, *rest, register=register).outcome is not OUT

    check()


@pytest.mark.parametrize("worse", [True, False])
@pytest.mark.parametrize("name", MONOTONE)
def test_losing_values_never_rules_out(name: str, worse: bool) -> None:
    """S-12: neither a value that is missing nor a row that the log does not hold strengthens."""
    rules = rules_of(SETUPS[name], worse=worse)

    @law(name)
    @given(logs(name), st.data())
    def check(log: Log, data: st.DataObject) -> None:
        before = found(rules, log.evidence())
        assume(before.estimate is not None and before.estimate.monotone)
        size = len(log.values)
        gone = data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=4))
        values = tuple(None if row in gone else value for row, value in enumerate(log.values))
        missing = found(rules, replace(log, values=values).evidence())
        absent = found(rules, log.evidence([row for row in range(size) if row not in gone]))
        for after in (missing, absent):
            assert after.outcome is not OUT or before.outcome is OUT
            assert after.outcome is not IN or before.outcome is IN

    check()


@pytest.mark.parametrize("worse", [True, False])
@pytest.mark.parametrize("name", MONOTONE)
def test_worse_values_never_lower_an_outcome(name: str, worse: bool) -> None:
    """L9, where the test says that it is monotone."""
    setup = SETUPS[name]
    rules = rules_of(setup, worse=worse)

    @law(name)
    @given(logs(name), st.data())
    def check(log: Log, data: st.DataObject) -> None:
        before = found(rules, log.evidence())
        row = data.draw(st.integers(0, len(log.values) - 1))
        worst = setup.values[-1 if worse else 0]
        if "arms" in setup.estimand and row % 2 == 0:  # a control: the other way round
            worst = setup.values[0 if worse else -1]
        values = tuple(worst if at == row else value for at, value in enumerate(log.values))
        refused = tuple(worse if at == row else was for at, was in enumerate(log.refused))
        changed = replace(log, values=values)
        if name == "refusal_rate":
            changed = replace(changed, refused=refused)
        after = found(rules, changed.evidence())
        for finding in (before, after):
            assume(finding.estimate is not None and finding.estimate.monotone)
        assert RANK[after.outcome] >= RANK[before.outcome]

    check()
