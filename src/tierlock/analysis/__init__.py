"""STUDIES of frameworks and evidence: what is weak, what changed, how much would be enough.

Judges no subject and reads no file; knows `core`, `stats` and `policy` only.
"""

from __future__ import annotations

from tierlock.analysis.compare import compare_versions
from tierlock.analysis.contrast import contrast_frameworks
from tierlock.analysis.contrast_values import Contrast, Direction, Example, Reply, Stated
from tierlock.analysis.crosswalk import view_crosswalk, view_thresholds
from tierlock.analysis.diff import diff_frameworks
from tierlock.analysis.impact import compare_answers
from tierlock.analysis.impact_values import (
    Answered,
    Effect,
    Impact,
    NotRedecided,
    VerdictEffect,
)
from tierlock.analysis.lint import LINT_CODES, lint_framework
from tierlock.analysis.prove import prove_framework
from tierlock.analysis.prove_values import PROPERTIES, Counterexample, Proof
from tierlock.analysis.size import size_bound, size_criterion
from tierlock.analysis.size_rows import Design
from tierlock.analysis.values import KINDS, Change, ChangeKind, Difference, Remark, Severity

__all__ = [
    "KINDS",
    "LINT_CODES",
    "PROPERTIES",
    "Answered",
    "Change",
    "ChangeKind",
    "Contrast",
    "Counterexample",
    "Design",
    "Difference",
    "Direction",
    "Effect",
    "Example",
    "Impact",
    "NotRedecided",
    "Proof",
    "Remark",
    "Reply",
    "Severity",
    "Stated",
    "VerdictEffect",
    "compare_answers",
    "compare_versions",
    "contrast_frameworks",
    "diff_frameworks",
    "lint_framework",
    "prove_framework",
    "size_bound",
    "size_criterion",
    "view_crosswalk",
    "view_thresholds",
]
