"""The e-process of counts: goldens, validity by exact computation, a published mixture bound."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize

from tierlock import stats
from tierlock.stats._lattice import crossing_probabilities

SHARED = Path(os.environ.get("TIERLOCK_SHARED_DATA", Path(__file__).parents[4] / "shared/data"))
OUTCOMES = st.lists(st.integers(0, 1), max_size=30)


@pytest.mark.parametrize(("s", "n", "t"), [(3, 40, 0.2), (0, 60, 0.05), (20, 30, 0.5)])
def test_the_mixture_is_the_integral(s: int, n: int, t: float) -> None:
    """Against quadrature in asin(sqrt(q)), where Jeffreys' prior is flat."""
    end = math.asin(math.sqrt(t))

    def ratio(angle: float) -> float:
        q = math.sin(angle) ** 2
        return float((q / t) ** s * ((1 - q) / (1 - t)) ** (n - s))

    e = integrate.quad(ratio, 0, end, epsabs=0, epsrel=1e-10)[0] / end
    assert float(stats.log_e_value(s, n=n, bound=t)) == pytest.approx(math.log(e), abs=1e-6)


def test_the_one_sided_mixture_bound_of_confseq() -> None:
    """Howard et al.'s beta-binomial mixture is this one with Beta(r/h, r/g) mirrored."""
    path = SHARED / "stat-reference" / "confseq_reference.json"
    if not path.is_file():
        pytest.skip(f"no reference values at {path}")
    rows = json.loads(path.read_text())["beta_binomial_mixture_bound"]
    (row,) = [row for row in rows if row["one_sided"]]
    g, h, alpha = row["g"], row["h"], row["alpha"]
    n = row["v"] / (g * h)
    level = 2 * alpha
    r = row["v_opt"] / (2 * math.log(1 / level) + math.log(1 + 2 * math.log(1 / level))) - g * h

    def excess(deviation: float) -> float:
        log_e = stats.log_e_value(n * h - deviation, n=n, bound=h, prior=(r / g, r / h))
        return float(log_e) - math.log(1 / alpha)

    assert optimize.brentq(excess, 1, 100) == pytest.approx(row["value"], abs=1e-5)


@pytest.mark.parametrize("planned", [None, 0.0, 0.5])
@pytest.mark.parametrize("bound", [0.05, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_looking_after_every_cluster_keeps_alpha(
    bound: float, alpha: float, planned: float | None
) -> None:
    """The chance of ever crossing within 300 clusters, exactly, at and beyond the bound."""
    looks = range(1, 301)
    rate = None if planned is None else planned * bound
    low = stats.e_process_counts(looks, bound=bound, alpha=alpha, planned=rate)
    for truth in (bound, (1 + bound) / 2):
        assert crossing_probabilities(looks, low=low, rate=truth)[0].sum() <= alpha


@pytest.mark.parametrize("planned", [None, 0.02])
def test_counts_are_the_last_that_cross(planned: float | None) -> None:
    looks = [10, 50, 200]
    counts = stats.e_process_counts(looks, bound=0.1, alpha=0.05, planned=planned)
    for n, c in zip(looks, counts, strict=True):
        e = np.exp(stats.log_e_value(np.arange(n + 1), n=n, bound=0.1, planned=planned))
        assert (e >= 20).sum() == c + 1
        assert (np.diff(e) < 0).all()


@given(OUTCOMES, st.integers(1, 9), st.booleans())
def test_an_e_value_is_fair_at_the_bound(outcomes: list[int], tenths: int, plan: bool) -> None:
    """One more cluster at the bound leaves it unchanged on average."""
    t, n, s = tenths / 10, len(outcomes), sum(outcomes)
    planned = t / 3 if plan else None
    e = [math.exp(stats.log_e_value(s + y, n=n + 1, bound=t, planned=planned)) for y in (0, 1)]
    now = math.exp(stats.log_e_value(s, n=n, bound=t, planned=planned))
    assert (1 - t) * e[0] + t * e[1] == pytest.approx(now, rel=1e-9)


@given(OUTCOMES, st.integers(1, 9))
def test_p_is_the_inverse_of_the_greatest_e_value(outcomes: list[int], tenths: int) -> None:
    t = tenths / 10
    running = np.cumsum([0, *outcomes])
    e = np.exp(stats.log_e_value(running, n=np.arange(len(outcomes) + 1), bound=t))
    assert stats.e_process_rule_out_p(outcomes, bound=t) == pytest.approx(1 / e.max(), rel=1e-9)


@given(OUTCOMES, st.integers(1, 9), st.integers(0, 29))
def test_monotone_mirrored_and_never_rising(outcomes: list[int], tenths: int, at: int) -> None:
    t = tenths / 10
    p = stats.e_process_rule_out_p(outcomes, bound=t)
    worse = [1 if i == at else y for i, y in enumerate(outcomes)]
    assert p <= stats.e_process_rule_out_p(worse, bound=t) * (1 + 1e-12)
    assert stats.e_process_rule_out_p([*outcomes, 1], bound=t) <= p * (1 + 1e-12)
    mirrored = stats.e_process_rule_in_p([1 - y for y in outcomes], bound=1 - t)
    assert mirrored == pytest.approx(p, rel=1e-9)


def test_edges() -> None:
    assert stats.e_process_rule_out_p([], bound=0.5) == 1.0
    assert stats.e_process_rule_out_p([0, 0], bound=0.0) == 1.0
    assert stats.e_process_rule_out_p([1, 1], bound=1.0) == 1.0
    assert stats.e_process_rule_out_p([1, 0], bound=1.0) == 0.0
    assert stats.e_process_rule_out_p([1], bound=1.5) == 0.0
    assert stats.e_process_rule_out_p([1] * 2000, bound=0.05) == 1.0
    assert stats.e_process_rule_out_p([1] + [0] * 9, bound=0.4, planned=0.0) < 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: stats.e_process_rule_out_p([0.5], bound=0.2),
        lambda: stats.e_process_rule_out_p([0, float("nan")], bound=0.2),
        lambda: stats.e_process_rule_out_p([0], bound=0.2, planned=0.3),
        lambda: stats.log_e_value(5, n=4, bound=0.2),
        lambda: stats.log_e_value(1, n=4, bound=0.2, prior=(0.0, 1.0)),
        lambda: stats.e_process_counts([5], bound=0.2, alpha=1.0),
    ],
)
def test_wrong_arguments(call) -> None:
    with pytest.raises(stats.InvalidNumbers):
        call()
