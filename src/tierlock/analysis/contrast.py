"""Two frameworks -> examples of what the one permits and the other does not, in each direction.

The solver is an optional part: it is imported when examples are asked for, not before.
"""

from __future__ import annotations

from tierlock.analysis.contrast_values import Contrast
from tierlock.analysis.prove import require_solver
from tierlock.core import Framework


def contrast_frameworks(old: Framework, *, new: Framework, seconds: float = 10.0) -> Contrast:
    """Return, per direction, states that one framework permits and the other does not.

    A state is one body of evidence, attestations, facts, claims, rulings and sign-offs, seen by
    both. Runs are the same where evaluation and estimand are: what rules out at a stricter bound
    rules out at a laxer one. Attestations and claims are matched by path (and role), facts, roles
    and actions by name; wordings are not compared. What only one of them asks about is assumed to
    be as it should be where it can. Every example was replayed through the engine.

    Args:
        old: the one framework.
        new: the other one; mostly a later version.
        seconds: time that the solver has per question.

    Raises:
        InputError: the extra `prove` is not installed.
    """
    require_solver()
    from tierlock.analysis.contrast_run import run_contrast

    return run_contrast(old, new=new, seconds=seconds)
