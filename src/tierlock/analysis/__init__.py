"""FRAMEWORKS as objects of study: what is weak in one, and what changed between two versions.

Judges no subject and reads no file; knows `core`, `stats` and `policy` only.
"""

from __future__ import annotations

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
    "contrast_frameworks",
    "diff_frameworks",
    "lint_framework",
    "prove_framework",
    "view_crosswalk",
    "view_thresholds",
]
