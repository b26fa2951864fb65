"""DETERMINE and DECIDE, pure: what the evidence says under a framework, and what may be done.

The meaning is in `spec/determination.md` and `spec/gate.md`; the code follows their numbers.
"""

from __future__ import annotations

from tierlock.policy.claimed import Cell, cells_of, evidence_of
from tierlock.policy.compose import owed_standards
from tierlock.policy.determine import ENGINE, determine
from tierlock.policy.draft import Ask
from tierlock.policy.explain import explain
from tierlock.policy.further import SHARES, scaled_bound
from tierlock.policy.gate import decide
from tierlock.policy.leeway import chosen_readings
from tierlock.policy.limits import Limited, all_limits, trees_of
from tierlock.policy.listing import union_bound
from tierlock.policy.logic import Leaf, finding_paths, reevaluate
from tierlock.policy.looks import planned_rules, sealed_order
from tierlock.policy.pooling import (
    IDENTITY_SETTINGS,
    Attempts,
    Floats,
    Labels,
    Mask,
    Reading,
    pool,
    variants,
)
from tierlock.policy.ruling import effective_outcomes
from tierlock.policy.sealed_bar import SealedAnswer, explain_sealed, hold_to_sealed
from tierlock.policy.slots import in_order, is_own, plan_after, planned_runs, register_of
from tierlock.policy.standards import Standing, standing_of

__all__ = [
    "ENGINE",
    "IDENTITY_SETTINGS",
    "SHARES",
    "Ask",
    "Attempts",
    "Cell",
    "Floats",
    "Labels",
    "Leaf",
    "Limited",
    "Mask",
    "Reading",
    "SealedAnswer",
    "Standing",
    "all_limits",
    "cells_of",
    "chosen_readings",
    "decide",
    "determine",
    "effective_outcomes",
    "evidence_of",
    "explain",
    "explain_sealed",
    "finding_paths",
    "hold_to_sealed",
    "in_order",
    "is_own",
    "owed_standards",
    "plan_after",
    "planned_rules",
    "planned_runs",
    "pool",
    "reevaluate",
    "register_of",
    "scaled_bound",
    "sealed_order",
    "standing_of",
    "trees_of",
    "union_bound",
    "variants",
]
