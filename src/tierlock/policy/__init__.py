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
from tierlock.policy.limits import Limited, all_limits
from tierlock.policy.listing import union_bound
from tierlock.policy.logic import Leaf, finding_paths, reevaluate
from tierlock.policy.looks import planned_rules
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
from tierlock.policy.slots import plan_after, register_of
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
    "Standing",
    "all_limits",
    "cells_of",
    "chosen_readings",
    "decide",
    "determine",
    "effective_outcomes",
    "evidence_of",
    "explain",
    "finding_paths",
    "owed_standards",
    "plan_after",
    "planned_rules",
    "pool",
    "reevaluate",
    "register_of",
    "scaled_bound",
    "standing_of",
    "union_bound",
    "variants",
]
