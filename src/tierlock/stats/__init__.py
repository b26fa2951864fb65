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
from tierlock.stats.allocation import (
    Connective,
    Share,
    allocate,
    checkpoint_share,
    factors,
)
from tierlock.stats.best_of import best_of_k, fewest_attempts, pass_at_k
from tierlock.stats.beta_binomial import beta_binomial_posterior
from tierlock.stats.betting import (
    betting_log_wealth,
    betting_rule_in_p,
    betting_rule_out_p,
    pre_registered_order,
)
from tierlock.stats.binary_difference import (
    binary_difference_rule_in_p,
    binary_difference_rule_out_p,
)
from tierlock.stats.binary_ratio import binary_ratio_rule_in_p, binary_ratio_rule_out_p
from tierlock.stats.clusters import ClusterTable, cluster_means, design_effect, effective_n
from tierlock.stats.combine import holm, rule_in_p_of, rule_out_p_of
from tierlock.stats.descriptive import cluster_bootstrap, cluster_standard_error
from tierlock.stats.e_process import (
    e_process_counts,
    e_process_rule_in_p,
    e_process_rule_out_p,
    log_e_value,
)
from tierlock.stats.events import (
    events_lower_bound,
    events_rule_in_p,
    events_rule_out_p,
    events_upper_bound,
)
from tierlock.stats.futility import (
    conditional_power,
    futility_counts,
)
from tierlock.stats.group_sequential import (
    SequentialBoundary,
    evenly_spaced_looks,
    group_sequential_rule_in_p,
    group_sequential_rule_out_p,
    plan_looks,
    pocock_spending,
    rule_in_boundary,
    rule_out_boundary,
)
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
from tierlock.stats.horizon import HorizonFit, fit_horizon, horizon_at, horizon_weights
from tierlock.stats.horizon_bootstrap import HorizonDraws, horizon_draws, horizon_range
from tierlock.stats.horizon_bounds import (
    draws_for,
    horizon_lower_bound,
    horizon_rule_in_p,
    horizon_rule_out_p,
    horizon_upper_bound,
)
from tierlock.stats.judge import (
    Judge,
    contradicts_judge,
    is_informative,
    judged_lower_bound,
    judged_rule_in_p,
    judged_rule_out_p,
    judged_upper_bound,
    rogan_gladen,
)
from tierlock.stats.missing import WorstBest, worst_best
from tierlock.stats.one_sample import lower_bound, rule_in_p, rule_out_p, upper_bound
from tierlock.stats.paired import mcnemar_p, noninferiority_p, paired_cluster_differences
from tierlock.stats.paired_size import PairedT, detectable_mean, detectable_share, paired_t
from tierlock.stats.percentile import (
    ExpertCount,
    experts_at_most,
    head_to_head,
    percentile_lower_bounds,
    percentile_rule_in_p,
    percentile_rule_out_p,
    percentile_upper_bounds,
)
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
from tierlock.stats.score_law import ScoreLaw, attempts_law, observed_law, spread_law
from tierlock.stats.sequential_limits import sequential_limits
from tierlock.stats.size import (
    Tipping,
    extra_all_safe,
    fragility,
    minimum_clusters,
    samples_to_rule_out,
    tipping,
)
from tierlock.stats.size_arms import (
    Trial,
    binary_participants,
    checked_participants,
    participants_per_arm,
)
from tierlock.stats.size_clusters import (
    Power,
    Size,
    clusters_to_rule_out,
    extra_safe,
    power_to_rule_out,
    smallest_bound,
    turned_dangerous,
    unseen_dangerous,
)
from tierlock.stats.size_rare import (
    hours_to_rule_out,
    largest_rate,
    minimum_experts,
    minimum_hours,
    quiet_hours,
)
from tierlock.stats.stop_decision import LookBoundary, Operating, StopDecision
from tierlock.stats.stopping import StoppingRule, every_cluster
from tierlock.stats.suite import (
    suite_lower_bound,
    suite_rule_in_p,
    suite_rule_out_p,
    suite_upper_bound,
)
from tierlock.stats.task_count import (
    tasks_solved_lower_bound,
    tasks_solved_rule_in_p,
    tasks_solved_rule_out_p,
    tasks_solved_upper_bound,
)
from tierlock.stats.two_arm import (
    Arm,
    ArmSummary,
    FiellerSet,
    SpreadReadings,
    arm_summary,
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
    "Arm",
    "ArmSummary",
    "ClusterTable",
    "Connective",
    "ExpertCount",
    "FiellerSet",
    "HorizonDraws",
    "HorizonFit",
    "InvalidNumbers",
    "Judge",
    "LookBoundary",
    "Operating",
    "PairedT",
    "Power",
    "ScoreLaw",
    "SequentialBoundary",
    "Share",
    "Size",
    "SpreadReadings",
    "StopDecision",
    "StoppingRule",
    "Tipping",
    "Trial",
    "UnboundedScore",
    "WorstBest",
    "allocate",
    "arm_summary",
    "attempts_law",
    "best_of_k",
    "beta_binomial_posterior",
    "betting_log_wealth",
    "betting_rule_in_p",
    "betting_rule_out_p",
    "binary_difference_rule_in_p",
    "binary_difference_rule_out_p",
    "binary_participants",
    "binary_ratio_rule_in_p",
    "binary_ratio_rule_out_p",
    "checked_participants",
    "checkpoint_share",
    "cluster_bootstrap", "cluster_means", "cluster_standard_error",
    "clusters_to_rule_out",
    "conditional_power",
    "contradicts_judge",
    "count_from_rate",
    "counts_from_rate",
    "counts_lower_bound",
    "counts_rule_in_p",
    "counts_rule_out_p",
    "counts_upper_bound",
    "design_effect",
    "detectable_mean",
    "detectable_share",
    "difference_cross_check",
    "difference_rule_in_p",
    "difference_rule_out_p",
    "draws_for",
    "e_process_counts",
    "e_process_rule_in_p",
    "e_process_rule_out_p",
    "effective_n",
    "evenly_spaced_looks",
    "events_lower_bound",
    "events_rule_in_p",
    "events_rule_out_p",
    "events_upper_bound",
    "every_cluster",
    "experts_at_most",
    "extra_all_safe",
    "extra_safe",
    "factors",
    "fewest_attempts",
    "fieller",
    "fit_horizon",
    "fragility",
    "futility_counts",
    "group_sequential_rule_in_p",
    "group_sequential_rule_out_p",
    "head_to_head",
    "hoeffding_bentkus_lower_bound",
    "hoeffding_bentkus_rule_in_p",
    "hoeffding_bentkus_rule_out_p",
    "hoeffding_bentkus_upper_bound",
    "holm",
    "horizon_at",
    "horizon_draws",
    "horizon_lower_bound",
    "horizon_range",
    "horizon_rule_in_p",
    "horizon_rule_out_p",
    "horizon_upper_bound",
    "horizon_weights",
    "hours_to_rule_out",
    "interval_rule_in_p",
    "interval_rule_out_p",
    "is_informative",
    "judged_lower_bound",
    "judged_rule_in_p",
    "judged_rule_out_p",
    "judged_upper_bound",
    "largest_rate",
    "log_e_value",
    "lower_bound",
    "mcnemar_p",
    "mean_lower_bound",
    "mean_rule_in_p",
    "mean_rule_out_p",
    "mean_upper_bound",
    "minimum_clusters",
    "minimum_experts",
    "minimum_hours",
    "noninferiority_p",
    "observed_law",
    "paired_cluster_differences",
    "paired_t",
    "participants_per_arm",
    "pass_at_k",
    "percentile_lower_bounds",
    "percentile_rule_in_p",
    "percentile_rule_out_p",
    "percentile_upper_bounds",
    "plan_looks",
    "pocock_spending",
    "power_to_rule_out",
    "pre_registered_order",
    "quiet_hours",
    "ratio_cross_check",
    "ratio_rule_in_p",
    "ratio_rule_out_p",
    "rogan_gladen",
    "rule_in_boundary",
    "rule_in_p",
    "rule_in_p_of",
    "rule_out_boundary",
    "rule_out_p",
    "rule_out_p_of",
    "samples_to_rule_out",
    "sequential_limits",
    "smallest_bound",
    "spread_law",
    "suite_lower_bound",
    "suite_rule_in_p",
    "suite_rule_out_p",
    "suite_upper_bound",
    "summary_rule_in_p",
    "summary_rule_out_p",
    "tasks_solved_lower_bound",
    "tasks_solved_rule_in_p",
    "tasks_solved_rule_out_p",
    "tasks_solved_upper_bound",
    "tipping",
    "turned_dangerous",
    "unlabelled_readings",
    "unseen_dangerous",
    "upper_bound",
    "worst_best",
]  # fmt: skip
