"""NUMBERS in, NUMBERS out: the tests and bounds behind every finding.

Every one-sided test returns the p-value of the *bad* hypothesis for a rule-out and of the good
one for a rule-in, so that p-values can be combined up a tree. Nothing here knows of frameworks,
files or models, and everything is deterministic. Which method answers which claim, and why, is in
`spec/statistics.md`.

Example:
    >>> from tierlock import stats
    >>> table = stats.cluster_means([0, 0, 1, 0], items=[1, 1, 2, 3], clusters=["a", "a", "b", "c"])
    >>> round(stats.rule_out_p(table.means, bound=0.9), 4)
    0.028
"""

from tierlock.stats._errors import InvalidNumbers, UnboundedScore
from tierlock.stats.binary_ratio import binary_ratio_rule_in_p, binary_ratio_rule_out_p
from tierlock.stats.clusters import ClusterTable, cluster_means, design_effect, effective_n
from tierlock.stats.combine import holm, rule_in_p_of, rule_out_p_of
from tierlock.stats.hoeffding import (
    hoeffding_bentkus_lower_bound,
    hoeffding_bentkus_rule_in_p,
    hoeffding_bentkus_rule_out_p,
    hoeffding_bentkus_upper_bound,
    mean_lower_bound,
    mean_rule_in_p,
    mean_rule_out_p,
    mean_upper_bound,
)
from tierlock.stats.missing import WorstBest, worst_best
from tierlock.stats.one_sample import lower_bound, rule_in_p, rule_out_p, upper_bound
from tierlock.stats.paired import mcnemar_p, noninferiority_p, paired_cluster_differences
from tierlock.stats.reported import (
    count_from_rate,
    counts_from_rate,
    counts_lower_bound,
    counts_rule_in_p,
    counts_rule_out_p,
    counts_upper_bound,
    interval_rule_in_p,
    interval_rule_out_p,
    summary_rule_in_p,
    summary_rule_out_p,
)
from tierlock.stats.size import (
    Tipping,
    extra_all_safe,
    fragility,
    minimum_clusters,
    samples_to_rule_out,
    tipping,
)
from tierlock.stats.suite import (
    suite_lower_bound,
    suite_rule_in_p,
    suite_rule_out_p,
    suite_upper_bound,
)
from tierlock.stats.two_arm import (
    Arm,
    ArmSummary,
    FiellerSet,
    SpreadReadings,
    difference_cross_check,
    difference_rule_in_p,
    difference_rule_out_p,
    fieller,
    ratio_cross_check,
    ratio_rule_in_p,
    ratio_rule_out_p,
    unlabelled_readings,
)

__all__ = [
    "Arm", "ArmSummary", "ClusterTable", "FiellerSet", "InvalidNumbers", "SpreadReadings",
    "Tipping", "UnboundedScore", "WorstBest", "binary_ratio_rule_in_p",
    "binary_ratio_rule_out_p", "cluster_means", "count_from_rate", "counts_from_rate",
    "counts_lower_bound", "counts_rule_in_p", "counts_rule_out_p", "counts_upper_bound",
    "design_effect", "difference_cross_check", "difference_rule_in_p", "difference_rule_out_p",
    "effective_n", "extra_all_safe", "fieller", "fragility", "hoeffding_bentkus_lower_bound",
    "hoeffding_bentkus_rule_in_p", "hoeffding_bentkus_rule_out_p",
    "hoeffding_bentkus_upper_bound", "holm", "interval_rule_in_p", "interval_rule_out_p",
    "lower_bound", "mcnemar_p", "mean_lower_bound", "mean_rule_in_p", "mean_rule_out_p",
    "mean_upper_bound", "minimum_clusters", "noninferiority_p", "paired_cluster_differences",
    "ratio_cross_check", "ratio_rule_in_p", "ratio_rule_out_p", "rule_in_p", "rule_in_p_of",
    "rule_out_p", "rule_out_p_of", "samples_to_rule_out", "suite_lower_bound",
    "suite_rule_in_p", "suite_rule_out_p", "suite_upper_bound", "summary_rule_in_p",
    "summary_rule_out_p", "tipping", "unlabelled_readings", "upper_bound", "worst_best",
]  # fmt: skip
