"""Other implementations' numbers: R, NIST, Stata and statsmodels against `tierlock.stats`."""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]  # no stubs
from scipy.stats import t as student
from statsmodels.stats.proportion import (  # type: ignore[import-untyped]  # no stubs
    proportion_confint,
)

from tierlock import stats


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "stat-reference"


def test_exact_binomial_intervals_are_those_of_r(folder: Path) -> None:
    """R's binom.confint, method exact, at 95 %, seven digits: counts and 0/1 values alike."""
    cases = json.loads((folder / "binomial_ci_R_binom.json").read_text("utf-8"))["cases"]
    assert len(cases) == 8
    for case in cases:
        k, n, (lower, upper) = case["k"], case["n"], case["ci"]["exact"]
        values = [1.0] * k + [0.0] * (n - k)
        for low, high in (
            (
                stats.counts_lower_bound(k, n=n, alpha=0.025),
                stats.counts_upper_bound(k, n=n, alpha=0.025),
            ),
            (stats.lower_bound(values, alpha=0.025), stats.upper_bound(values, alpha=0.025)),
        ):
            assert low == pytest.approx(lower, abs=6e-8)
            assert high == pytest.approx(upper, abs=6e-8)


@pytest.mark.parametrize("n", [1, 7, 60, 1000])
@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.001])
def test_exact_binomial_bounds_are_those_of_statsmodels(n: int, alpha: float) -> None:
    for k in {0, 1, n // 3, n - 1, n}:
        lower, upper = proportion_confint(k, n, alpha=2 * alpha, method="beta")
        assert stats.counts_lower_bound(k, n=n, alpha=alpha) == pytest.approx(lower, abs=1e-10)
        assert stats.counts_upper_bound(k, n=n, alpha=alpha) == pytest.approx(upper, abs=1e-10)


class Analysis(NamedTuple):
    """One data set of NIST's Statistical Reference Datasets, with its certified values."""

    groups: np.ndarray
    values: np.ndarray
    between: float
    within: float
    f: float


def read_nist(path: Path) -> Analysis:
    text = path.read_text(encoding="utf-8")
    between = re.search(r"^Between.*?\d\s+(\S+)\s+\S+\s+(\S+)\s*$", text, flags=re.MULTILINE)
    within = re.search(r"^Within.*?\d\s+(\S+)\s+\S+\s*$", text, flags=re.MULTILINE)
    assert between is not None
    assert within is not None
    # the word stands in the head of the file too, before the numbers of its lines
    rows = text.rpartition("Data:")[2].splitlines()[1:]
    numbers = np.array([line.split()[:2] for line in rows if re.match(r"\s*\d+\s+\S+\s*$", line)])
    return Analysis(
        numbers[:, 0].astype(int),
        numbers[:, 1].astype(float),
        *(float(found) for found in (between[1], within[1], between[2])),
    )


def digits(found: float, certified: float) -> float:
    """Correct significant digits."""
    return -math.log10(abs(found / certified - 1) + 1e-17)


# File, rows, and correct digits of the sums of squares within and between groups. Of numbers with
# k equal leading digits only 16 - k are left to differ in.
NIST = [
    ("SiRstv", 25, 10, 10),
    ("AtmWtAg", 48, 9, 8),
    ("SmLs01", 189, 12, 12),
    ("SmLs02", 1809, 12, 12),
    ("SmLs03", 18009, 11, 11),
    ("SmLs04", 189, 8, 8),
    ("SmLs05", 1809, 8, 7),
    ("SmLs06", 18009, 8, 5),
]


@pytest.mark.parametrize(("name", "n", "inside", "outside"), NIST)
def test_means_and_spreads_have_nist_s_digits(
    folder: Path, name: str, n: int, inside: int, outside: int
) -> None:
    given = read_nist(folder / "nist" / f"{name}.dat")
    assert given.values.size == n
    arms = [
        stats.arm_summary(given.values[given.groups == group]) for group in np.unique(given.groups)
    ]
    within = sum((arm.n - 1) * arm.sd**2 for arm in arms)
    assert digits(within, given.within) >= inside
    table = stats.cluster_means(given.values, items=np.arange(n), clusters=given.groups)
    assert [arm.mean for arm in arms] == pytest.approx(table.means, rel=1e-12)
    around = table.means - (table.n_attempts @ table.means) / n
    assert digits(float(table.n_attempts @ around**2), given.between) >= outside


@pytest.mark.parametrize("name", ["SmLs07", "SmLs08", "SmLs09"])
def test_thirteen_equal_digits_are_no_knowledge_of_a_spread(folder: Path, name: str) -> None:
    """Differences in the last digits are taken for rounding, so nothing follows from them."""
    given = read_nist(folder / "nist" / f"{name}.dat")
    one, other = (given.values[given.groups == group] for group in (1, 2))
    assert one.std() > 0
    assert stats.arm_summary(one).sd == 0.0
    assert stats.difference_rule_out_p(one, control=other, bound=1000.0) == 1.0
    assert stats.difference_rule_in_p(one, control=other, bound=-1000.0) == 1.0


def test_two_equal_arms_have_nist_s_f(folder: Path) -> None:
    """AtmWtAg: with arms of one size Welch's t is the root of the certified F."""
    given = read_nist(folder / "nist" / "AtmWtAg.dat")
    one, other = (given.values[given.groups == group] for group in (1, 2))
    assert one.size == other.size == 24
    a, b = one.var(ddof=1), other.var(ddof=1)
    df = 23 * (a + b) ** 2 / (a**2 + b**2)
    first, second = (one, other) if one.mean() < other.mean() else (other, one)
    p = stats.difference_rule_out_p(first, control=second, bound=0.0)
    assert p == pytest.approx(student.cdf(-math.sqrt(given.f), df), rel=1e-6)


@pytest.fixture(scope="module")
def grunfeld(folder: Path) -> dict[str, np.ndarray]:
    """Ten firms in twenty years, without American Steel, as in Stata's data set."""
    with (folder / "grunfeld.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["firm"] != "American Steel"]
    assert len(rows) == 200
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {
        name: values if name == "firm" else values.astype(float) for name, values in columns.items()
    }


def test_cluster_standard_errors_are_those_of_stata(grunfeld) -> None:
    """`regress invest mvalue kstock, vce(cluster company)`, and the same for a constant alone.

    Stata's numbers hold statsmodels to it, statsmodels holds `cluster_standard_error` to it.
    """
    firms = np.unique(grunfeld["firm"], return_inverse=True)[1]
    design = sm.add_constant(np.column_stack([grunfeld["value"], grunfeld["capital"]]))
    fit = sm.OLS(grunfeld["invest"], design).fit(cov_type="cluster", cov_kwds={"groups": firms})
    assert fit.params[1:] == pytest.approx([0.11556215606596, 0.23067848754982], rel=1e-8)
    stata = [20.425202580078, 0.01589433647768, 0.08496711097464]
    assert fit.bse == pytest.approx(stata, rel=1e-7)
    for name in ("invest", "value", "capital"):
        values = grunfeld[name]
        constant = sm.OLS(values, np.ones_like(values))
        expected = constant.fit(cov_type="cluster", cov_kwds={"groups": firms}).bse[0]
        found = stats.cluster_standard_error(values, clusters=grunfeld["firm"])
        assert found == pytest.approx(expected, rel=1e-12)
        # equal clusters: the same as the spread of their means
        means = stats.cluster_means(values, items=grunfeld["year"], clusters=firms).means
        assert found == pytest.approx(means.std(ddof=1) / math.sqrt(10), rel=1e-12)


def test_cluster_standard_errors_of_unequal_clusters_are_those_of_statsmodels() -> None:
    rng = np.random.default_rng(11)
    clusters = rng.integers(0, 30, 700)
    values = rng.random(700) + 0.5 * rng.random(30)[clusters]
    fit = sm.OLS(values, np.ones_like(values)).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}
    )
    found = stats.cluster_standard_error(values, clusters=clusters)
    assert found == pytest.approx(fit.bse[0], rel=1e-12)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [
        (20, 0.838902, 0.998795),
        (18, 0.696226, 0.969511),
        (12, 0.384354, 0.781803),
        (1, 0.011749, 0.238160),
        (0, 0.001205, 0.161098),
    ],
)
def test_posterior_of_single_attempts_is_bowyers(count: int, lower: float, upper: float) -> None:
    """Bowyer et al. 2025, twenty questions, uniform prior: 95 % posterior intervals.

    Ours is on a grid of 200 means, which resolves a steep end to a few hundredths of probability.
    """
    values = [1] * count + [0] * (20 - count)
    for end, beyond in ((lower, 0.975), (upper, 0.025)):
        found = stats.beta_binomial_posterior(values, attempts=[1] * 20, bound=end)
        assert found == pytest.approx(beyond, abs=0.005)


def test_unlabelled_spread_as_half_width_gives_the_published_set() -> None:
    """63 +- 13 % against 25 +- 13 %, n = 9, read as 95 % half-widths: Fieller 1.557 to 5.350."""
    treated, control = (
        stats.unlabelled_readings(mean, spread=0.13, n=9).interval_half_width
        for mean in (0.63, 0.25)
    )
    found = stats.fieller(treated, control=control)
    assert (found.lower, found.upper) == pytest.approx((1.557, 5.350), abs=1e-3)
