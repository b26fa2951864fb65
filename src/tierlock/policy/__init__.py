"""DETERMINE and DECIDE, pure: what the evidence says under a framework, and what may be done.

The meaning is in `spec/determination.md` and `spec/gate.md`; the code follows their numbers.
"""

from __future__ import annotations

from tierlock.policy.compose import owed_standards
from tierlock.policy.determine import ENGINE, determine
from tierlock.policy.explain import explain
from tierlock.policy.gate import decide
from tierlock.policy.leeway import chosen_readings
from tierlock.policy.logic import finding_paths, reevaluate
from tierlock.policy.slots import plan_after, register_of

__all__ = [
    "ENGINE",
    "chosen_readings",
    "decide",
    "determine",
    "explain",
    "finding_paths",
    "owed_standards",
    "plan_after",
    "reevaluate",
    "register_of",
]
