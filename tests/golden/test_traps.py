"""The traps that no other test covers: what a published number is a number *of*.

The others stand beside what they are about: 1, 5, 8, 14 in test_published_counts.py, 3 in
test_metr_horizons.py, 6 and 9 in tests/unit/policy, 12 and 13 in tests/unit/stats/test_traps.py.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.stats import binom

from tests.architecture.house import ROOT
from tierlock import stats
from tierlock.core import Outcome
from tierlock.importers import import_logs, read_record
from tierlock.usecases.demo_record import judge_bar, read_bars

ALPHA = 0.05
GOLDEN = Path(__file__).parent / "inspect"


def test_every_trap_has_a_test() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    named = {
        int(number)
        for text in texts
        for number in re.findall(r"(?:def test_trap_|Trap )(\d+)[_:]", text)
    }
    assert named >= set(range(1, 16))


def test_trap_2_dropping_what_was_not_scored_decides_differently() -> None:
    """9 of 39 in the log's header, 9 of 40 in the author's table, and 9 or 10 of 40 in truth."""
    scored = [1.0] * 9 + [0.0] * 30
    dropped, table = (stats.counts_upper_bound(9, n=n, alpha=ALPHA) for n in (39, 40))
    kept = stats.worst_best([*scored, float("nan")], lo=0.0, hi=1.0, worse_is="high")
    worst = stats.upper_bound(kept.worst, alpha=ALPHA)
    assert table < dropped < worst
    bound = (table + dropped) / 2  # a line between them: the table rules it out, the log does not
    assert (
        stats.rule_out_p([*scored, 0.0], bound=bound)
        <= ALPHA
        < stats.rule_out_p(scored, bound=bound)
    )
    between = (dropped + worst) / 2  # and one that only the worst case does not rule out
    assert stats.rule_out_p(scored, bound=between) <= ALPHA
    assert stats.rule_out_p(kept.worst, bound=between) > ALPHA


def test_trap_4_the_better_of_two_logs_is_no_sample() -> None:
    """A best score taken for one run rules in falsely nearly twice as often as it may.

    Exactly at the bound, over all pairs of logs; both logs together, or each at half the error
    (any of two), keep the error.
    """
    n, rate = 60, 0.45
    masses = binom.pmf(np.arange(n + 1), n, rate)
    single = [stats.counts_rule_in_p(x, n=n, bound=rate) for x in range(n + 1)]
    best = any_of = together = 0.0
    for one, other in itertools.product(range(n + 1), repeat=2):
        mass = masses[one] * masses[other]
        best += mass * (single[max(one, other)] <= ALPHA)
        any_of += mass * (stats.rule_in_p_of([single[one], single[other]], k=1) <= ALPHA)
        together += mass * (stats.counts_rule_in_p(one + other, n=2 * n, bound=rate) <= ALPHA)
    assert best > 1.5 * ALPHA
    assert any_of <= ALPHA
    assert together <= ALPHA
    # two real-looking logs: the better one alone would rule in
    assert stats.counts_rule_in_p(34, n=n, bound=rate) <= ALPHA
    assert stats.counts_rule_in_p(34 + 24, n=2 * n, bound=rate) > ALPHA


ANSWERS = {
    "always or never": [3] * 23 + [0] * 29,
    "in between": [3] * 15 + [2] * 7 + [1] * 10 + [0] * 20,
}


@pytest.mark.parametrize("answers", ANSWERS)
def test_trap_7_clustering_flips_a_published_verdict(answers: str) -> None:
    """44.1 % of 156 clears a line of 36.4 %; as 52 questions with three answers it does not."""
    solved = ANSWERS[answers]
    assert (len(solved), sum(solved)) == (52, 69)
    assert sum(solved) / 156 == pytest.approx(0.441, abs=2e-3)
    line = 0.364
    values = [float(answer < times) for times in solved for answer in range(3)]
    questions = np.repeat(np.arange(52), 3)
    one_by_one = stats.cluster_means(values, items=np.arange(156), clusters=np.arange(156)).means
    clustered = stats.cluster_means(values, items=questions, clusters=questions).means
    assert stats.rule_in_p(one_by_one, bound=line) <= ALPHA
    assert stats.rule_in_p(clustered, bound=line) > ALPHA
    assert one_by_one.mean() == pytest.approx(clustered.mean())  # the same published number
    # it is no count of 156 either: nothing rounds to 44.1 %
    assert stats.count_from_rate(0.441, n=156, digits=3) is None


def test_trap_10_a_mean_over_runs_is_no_count() -> None:
    """16.6 of 42 over ten runs: as 420 attempts it would rule out the bar of one half."""
    assert stats.count_from_rate(0.395, n=42, digits=3) is None
    assert stats.counts_rule_out_p(166, n=420, bound=0.5) <= ALPHA
    (row,) = (
        row
        for row in read_bars()
        if (row.subject, row.evaluation) == ("claude-opus-4", "swe_bench_verified_hard")
    )
    (evidence,) = (item for item in read_record() if item.run_id == row.run_id)
    (reported,) = evidence.reported
    assert (reported.mean, reported.n, reported.successes) == (0.395, 42, None)
    found = judge_bar(row.bars[0], row=row, evidence=evidence)
    assert found.outcome is Outcome.UNDETERMINED
    assert found.estimate is not None
    assert found.estimate.upper == pytest.approx(
        stats.mean_upper_bound(0.395, n=42, alpha=ALPHA), abs=1e-9
    )


def test_trap_11_versions_of_a_published_table_decide_differently(shared_data: Path) -> None:
    """Two versions of one table of time horizons: a line of 15 minutes is passed in one of them."""
    tables = []
    for version in ("1_0", "1_1"):
        file = shared_data / "metr-runs" / f"published_benchmark_results_{version}.yaml"
        results = yaml.safe_load(file.read_text(encoding="utf-8"))["results"]
        tables.append(
            {
                name.removesuffix("_inspect"): entry["metrics"]["p50_horizon_length"]
                for name, entry in results.items()
            }
        )
    first, second = tables
    common = first.keys() & second.keys()
    assert len(common) >= 10
    moved = [first[name]["estimate"] / second[name]["estimate"] for name in common]
    assert max(moved) > 2.0  # the same model, on the same day of its release
    assert min(moved) < 0.9
    (before, after) = (table["gpt_4_1106"] for table in tables)
    ps = [
        stats.interval_rule_out_p(entry["ci_high"], confidence=0.95, bound=15.0)
        for entry in (before, after)
    ]
    assert ps[0] > ALPHA >= ps[1]


def test_trap_11_what_documents_disagree_about_is_kept_twice() -> None:
    """The record names the document of every number, and never replaces one by another."""
    items = [
        item
        for item in read_record()
        if (item.subject.name, item.run_id.rpartition("/")[2])
        == ("claude-3-7-sonnet", "bioweapons_knowledge")
    ]
    counts = {item.run_id.partition("/")[0]: item.reported[0].successes for item in items}
    assert counts == {"C37": 17, "C4": 18}
    assert all("differs" in item.configuration for item in items)
    assert all(item.source.citation for item in read_record())


def test_trap_15_a_header_that_its_samples_do_not_give_is_flagged() -> None:
    imports = import_logs([GOLDEN / "header-mismatch.eval", GOLDEN / "success.eval"])
    doubtful = {item.source.file: item.doubtful for item in imports.evidence}
    assert sorted(doubtful.values()) == [False, True]
    (flagged,) = (item for item in imports.evidence if item.doubtful)
    assert "header.mismatch" in {problem.code for problem in flagged.problems}
