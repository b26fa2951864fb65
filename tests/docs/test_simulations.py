"""The simulated decisions are those of `tierlock.stats`, and the page is what was simulated."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest

from tests.architecture.house import ROOT
from tierlock import stats

sys.path.insert(0, str(ROOT / "scripts"))
simulate = importlib.import_module("simulate")
draws = importlib.import_module("simulate_draws")
methods = importlib.import_module("simulate_methods")
spoiled = importlib.import_module("simulate_spoiled")
people = importlib.import_module("simulate_people")
tables = importlib.import_module("docs_simulations")


def some_cells() -> list:
    """Every design, with laws, bounds and shares that take turns."""
    everything = draws.cells(shares=(1.0, 0.5), bounds=simulate.BOUNDS)
    small = [cell for cell in everything if cell.clusters <= 100]
    return small[3::41]


@pytest.mark.parametrize("cell", some_cells(), ids=str)
def test_every_sample_is_decided_as_by_the_tests_themselves(cell) -> None:
    counts = draws.draw(cell, replicates=40)
    found = methods.ours(counts, attempts=cell.attempts, bound=cell.bound)
    for name, test in (
        ("default", stats.rule_out_p),
        ("proved", stats.hoeffding_bentkus_rule_out_p),
    ):
        means = counts / cell.attempts
        expected = [test(row, bound=cell.bound) <= methods.ALPHA for row in means]
        assert found[name].tolist() == expected


def test_close_decisions_are_those_of_the_test_itself() -> None:
    """Samples whose p-values lie on both sides of alpha, by less than a tenth of it."""
    cell = draws.Cell("close", 30, 1, 5, "icc .3", 0.3, 0.75)
    counts = draws.draw(cell, replicates=600)
    ps = np.array([stats.rule_out_p(row / 5, bound=0.3) for row in counts])
    close = np.abs(ps - methods.ALPHA) < 0.1 * methods.ALPHA
    assert {True, False} <= set((ps[close] <= methods.ALPHA).tolist())
    found = methods.ours(counts, attempts=5, bound=0.3)["default"]
    assert found.tolist() == (ps <= methods.ALPHA).tolist()


def test_samples_of_different_size_are_decided_one_by_one() -> None:
    values = np.array([0.0, 0.5, 1.0])
    table = np.array([[20, 0, 0], [60, 1, 0], [0, 0, 0], [20, 0, 5], [40, 4, 1]], float)
    found = methods.decided(table, values=values, bound=0.1)
    expected = [
        stats.rule_out_p(np.repeat(values, row.astype(int)), bound=0.1) <= methods.ALPHA
        for row in table
    ]
    assert found.tolist() == expected
    assert not found[2]  # no data


def test_the_posterior_is_the_one_of_the_package() -> None:
    counts = draws.draw(draws.Cell("b", 15, 4, 5, "icc .3", 0.5, 1.0), replicates=20)
    found = methods.posterior(counts, attempts=20, bound=0.5)
    expected = [stats.beta_binomial_posterior(row, attempts=[20] * 15, bound=0.5) for row in counts]
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("law", draws.LAWS)
def test_clusters_have_the_rate_that_the_cell_says(law: str) -> None:
    cell = draws.Cell("mean", 50, 4, 5, law, 0.2, 1.0)
    shares = draws.draw(cell, replicates=4000) / 20
    error = shares.mean(axis=1).std() / 4000**0.5
    assert shares.mean() == pytest.approx(0.2, abs=4 * error)


def test_a_cell_gives_the_same_numbers_in_any_order() -> None:
    job = simulate.small_jobs()[0]
    first = simulate.run(job)
    simulate.run(simulate.small_jobs()[1])
    assert simulate.run(job) == first


def test_missing_outcomes_that_are_all_dangerous_change_nothing_of_the_default() -> None:
    """At its worst a missing outcome is what it was: the samples decide as if complete."""
    cell = spoiled.Spoiled(100, 1, "alike", 0.2, 1.0, "all of the dangerous")
    found = spoiled.run_spoiled(cell, replicates=1500)
    assert found["default"] <= 0.05 + 3 * (0.05 * 0.95 / 1500) ** 0.5
    assert found["default, dropped"] == 1.0  # nothing but successes was lost, and all of them


def test_the_true_horizon_is_that_of_the_law() -> None:
    """Families that are alike follow the curve itself: 2^5 minutes at one half."""
    assert people.true_horizon("alike", 0.5) == pytest.approx(32.0, rel=0.02)
    shorter = 2 ** (people.MIDDLE - np.log(4) / people.SLOPE)
    assert people.true_horizon("alike", 0.8) == pytest.approx(shorter, rel=0.02)


def test_horizons_are_decided_with_every_gate() -> None:
    """Below the least number of families the default says nothing, the test alone does."""
    few = people.Horizon(6, "alike", 0.5, 0.02)
    found = people.run_horizon(few, replicates=12)
    assert found["default"] == 0.0
    assert found["no gates"] > 0.5


@pytest.mark.parametrize("design", ["same items", "own items"])
def test_ranks_are_of_the_ability_and_not_of_the_luck(design: str) -> None:
    """A subject far below every expert is ruled out; nobody is with a handful of experts."""
    far = people.run_ranked(people.Ranked(30, 30, design, 0.9, 1e-4), replicates=15)
    assert far["default"] == 1.0
    few = people.run_ranked(people.Ranked(3, 30, design, 0.5, 1e-4), replicates=15)
    assert (few["default"], few["rank alone"]) == (0.0, 1.0)


def test_the_files_hold_every_cell_and_no_other() -> None:
    committed = {row.key for row in tables.read_rows()}
    assert committed == {simulate.run_key(job) for job in simulate.jobs()}


def test_no_default_rules_out_falsely_too_often_and_peers_do() -> None:
    rows = tables.read_rows()
    assert list(simulate.above_alpha(rows)) == []
    null = [row for row in rows if row.condition["share"] == tables.NULL]
    assert len(null) > 500
    for method in ("pooled exact", "cluster s.e., z", "cluster bootstrap", "Bayes"):
        assert max(row.rates.get(method, 0.0) for row in null) > 0.4
    # and the defaults are not safe by never ruling out
    power = [
        row.rates["default"]
        for row in rows
        if row.table == "grid" and row.condition["share"] != tables.NULL
    ]
    assert sum(power) / len(power) > 0.5


def test_a_default_above_alpha_is_found() -> None:
    row = next(row for row in tables.read_rows() if row.condition["share"] == tables.NULL)
    bad = row._replace(rates=row.rates | {"default": 0.06})
    assert len(list(simulate.above_alpha([bad]))) == 1


def test_a_few_cells_give_the_committed_rates() -> None:
    rows = [simulate.run(job) for job in simulate.small_jobs()[::6]]
    committed = tables.read_rows()
    assert list(simulate.differences(rows, committed=committed)) == []
    wrong = [row._replace(rates=dict.fromkeys(row.rates, 0.5)) for row in rows]
    assert len(list(simulate.differences(wrong, committed=committed))) > len(rows)
    fewer = committed[:-1]
    assert any("1 cells" in line for line in simulate.differences(rows, committed=fewer))
