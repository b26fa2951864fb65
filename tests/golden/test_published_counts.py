"""Real counts of attacks, refusals and detector errors: what they decide, and the traps in them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from scipy.stats import beta, binom

from tests.unit.policy.factory import limits, measured
from tierlock import stats
from tierlock.core import Estimand, JudgeValidation, Reported
from tierlock.policy.reported import test_reported as try_reported

ALPHA = 0.05


@pytest.fixture(scope="module")
def attacks(shared_data: Path) -> list[dict[str, str]]:
    text = (shared_data / "jailbreakbench" / "attack_success_counts.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="module")
def refusals(shared_data: Path) -> dict[tuple[str, str], dict[str, str]]:
    text = (shared_data / "xstest" / "refusal_counts.csv").read_text("utf-8")
    return {(row["model"], row["prompts"]): row for row in csv.DictReader(text.splitlines())}


@pytest.fixture(scope="module")
def detectors(shared_data: Path) -> dict[str, dict[str, float]]:
    file = shared_data / "garak-report" / "detector_metrics_summary.json"
    results = json.loads(file.read_text("utf-8"))["results"]
    return {name: result["metrics"] for name, result in results.items()}


def attack(rows: list[dict[str, str]], method: str, model: str) -> dict[str, str]:
    (row,) = (row for row in rows if row["method"] == method and row["model"] == model)
    return row


def test_attack_success_rates_are_those_published(attacks) -> None:
    assert len(attacks) == 12
    for row in attacks:
        won, n = int(row["k_jailbroken"]), int(row["n_behaviors"])
        assert won / n == pytest.approx(float(row["published_attack_success_rate"]))
        upper = stats.counts_upper_bound(won, n=n, alpha=ALPHA)
        assert upper == pytest.approx(beta.ppf(1 - ALPHA, won + 1, n - won))
    none = attack(attacks, "JailbreakChat", "gpt-4-0125-preview")
    assert int(none["k_jailbroken"]) == 0
    # "It never happened" in 100 rules out 3 %, and not 2 %.
    assert stats.counts_rule_out_p(0, n=100, bound=0.03) <= ALPHA
    assert stats.counts_rule_out_p(0, n=100, bound=0.02) > ALPHA


def test_trap_1_two_judges_of_the_same_attacks_decide_differently(attacks) -> None:
    """The published total counts one judge and the published rate the other."""
    row = attack(attacks, "GCG", "vicuna-13b-v1.5")
    assert row["published_total_jailbreaks"] == row["k_llama_guard1"] != row["k_jailbroken"]
    one, other = (
        stats.counts_rule_out_p(int(row[judge]), n=100, bound=0.7)
        for judge in ("k_jailbroken", "k_llama_guard1")
    )
    assert other <= ALPHA < one
    differing = sum(row["k_jailbroken"] != row["k_llama_guard1"] for row in attacks)
    assert differing >= 8


def test_trap_5_another_denominator_decides_differently(attacks) -> None:
    """Attacks that were never submitted count as failures in the published rate of 71 %."""
    row = attack(attacks, "PAIR", "gpt-3.5-turbo-1106")
    won, of, submitted = (int(row[key]) for key in ("k_jailbroken", "n_behaviors", "submitted"))
    assert (won, of, submitted) == (71, 100, 87)
    as_published = stats.counts_rule_out_p(won, n=of, bound=0.8)
    assert as_published <= ALPHA < stats.counts_rule_out_p(won, n=submitted, bound=0.8)
    # Attempts that are missing and not failures: at their worst nothing is ruled out.
    worst = stats.worst_best([1.0] * won + [0.0] * (submitted - won) + [float("nan")] * 13,
                             lo=0.0, hi=1.0, worse_is="high").worst  # fmt: skip
    assert stats.rule_out_p(worst, bound=0.8) > ALPHA


@pytest.mark.parametrize(
    ("model", "percent"), [("gpt4", 6.4), ("llama2new", 14.0), ("llama2orig", 38.0)]
)
def test_over_refusal_of_harmless_prompts(refusals, model: str, percent: float) -> None:
    row = refusals[model, "safe"]
    refused, n = int(row["human_full_refusal"]), int(row["n"])
    assert 100 * refused / n == pytest.approx(percent) == float(row["human_full_refusal_pct"])
    criterion = measured(rule_out_below=0.1, estimand=Estimand(name="refusal_rate"))
    found = try_reported(
        [Reported(successes=refused, n=n)],
        criterion=criterion,
        limits=limits(out=0.1, into=0.1, hi=5.0),
    )
    assert found.rule_out_p == pytest.approx(binom.cdf(refused, n, 0.1))
    assert (found.rule_out_p <= ALPHA) == (model == "gpt4")
    assert (found.rule_in_p <= ALPHA) == (model != "gpt4")


def test_refusal_of_harmful_prompts(refusals) -> None:
    """97.5 % full refusals of 200 rule out "at most 94 %" and not "at most 96 %"."""
    row = refusals["gpt4", "unsafe"]
    refused, n = int(row["human_full_refusal"]), int(row["n"])
    assert (refused, n) == (195, 200)
    assert stats.counts_rule_in_p(refused, n=n, bound=0.94) <= ALPHA
    assert stats.counts_rule_in_p(refused, n=n, bound=0.96) > ALPHA


def test_trap_1_an_automatic_judge_doubles_the_over_refusals(refusals) -> None:
    """String matching finds 33 refusals where people find 16: opposite decisions at 10 %."""
    row = refusals["gpt4", "safe"]
    by_people, by_words = int(row["human_full_refusal"]), int(row["strmatch_refusal"])
    assert (by_people, by_words) == (16, 33)
    assert stats.counts_rule_out_p(by_people, n=250, bound=0.1) <= ALPHA
    assert stats.counts_rule_out_p(by_words, n=250, bound=0.1) > ALPHA
    assert stats.counts_rule_in_p(by_words, n=250, bound=0.1) <= 0.1
    # A partial refusal is a third answer: counted either way it must be said which.
    strict = by_people + int(row["human_partial"])
    assert stats.counts_rule_out_p(strict, n=250, bound=0.1) > ALPHA


def test_trap_8_a_refusal_adjusted_rate_is_no_count() -> None:
    assert stats.count_from_rate(0.841, n=60, digits=3) is None


@pytest.mark.parametrize(
    ("name", "sensitivity", "specificity"),
    [("mitigation.MitigationBypass", 0.92, 0.39), ("unsafe_content.ToxicCommentModel", 0.38, 1.0)],
)
def test_trap_14_detector_errors_are_large(
    detectors, name: str, sensitivity: float, specificity: float
) -> None:
    """What 20 of 300 flagged shows, if the published rates came from 1000 samples of each kind."""
    metrics = detectors[name]
    assert metrics["hit_sensitivity"] == pytest.approx(sensitivity, abs=6e-3)
    assert metrics["hit_specificity"] == pytest.approx(specificity, abs=6e-3)
    judge = stats.Judge(
        (round(1000 * metrics["hit_sensitivity"]), 1000),
        (round(1000 * metrics["hit_specificity"]), 1000),
    )
    JudgeValidation(sensitivity=judge.sensitivity, specificity=judge.specificity, cite="garak")
    flagged = 20 if specificity == 1.0 else 190
    plain = stats.counts_upper_bound(flagged, n=300, alpha=ALPHA)
    judged = stats.judged_upper_bound(
        lambda a: stats.counts_upper_bound(flagged, n=300, alpha=a), judge=judge, alpha=ALPHA
    )
    low = stats.judged_lower_bound(
        lambda a: stats.counts_lower_bound(flagged, n=300, alpha=a), judge=judge, alpha=ALPHA
    )
    if specificity == 1.0:  # it misses most: the true share is more than twice what it reports
        assert judged > 2.5 * plain
        assert low > flagged / 300
    else:  # it flags most of what is harmless: 63 % flagged is compatible with hardly any
        assert low == 0.0
        assert judged < plain


def test_trap_14_a_detector_that_never_hits_shows_nothing(detectors) -> None:
    metrics = detectors["divergence.RepeatDiverges"]
    assert (metrics["hit_sensitivity"], metrics["hit_specificity"]) == (0.0, 1.0)
    judge = stats.Judge((0, 1000), (1000, 1000))
    assert not stats.is_informative(judge, alpha=ALPHA)
    p = stats.judged_rule_out_p(
        lambda x: stats.counts_rule_out_p(0, n=10_000, bound=x), bound=0.5, judge=judge
    )
    assert p > ALPHA
