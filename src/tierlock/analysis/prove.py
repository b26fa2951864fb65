"""A framework -> what a solver proves about it, or refutes with a combination that can be read.

The solver is an optional part: it is imported when a proof is asked for, not before.
"""

from __future__ import annotations

from importlib import import_module

from tierlock.analysis.prove_values import Proof
from tierlock.core import Framework, InputError


def prove_framework(framework: Framework) -> tuple[Proof, ...]:
    """Return a proof or a counterexample for each of `PROPERTIES`, in their order.

    Quantified over are the outcomes of all criteria (three-valued, with what owes, vetoes, has
    evidence or can not be cured), the state of every safeguard criterion, rulings, and everything
    else that ALLOW needs. Criteria are taken as independent of each other, except that one and
    the same test of one fact has one outcome: what is proved holds all the more where they are
    not, and a counterexample may need outcomes that one measurement would not give together.

    Args:
        framework: a framework that parses.

    Raises:
        InputError: the extra `prove` is not installed.
    """
    require_solver()
    from tierlock.analysis.prove_run import run_proofs

    return run_proofs(framework)


def require_solver() -> None:
    """Return if the solver can be imported.

    Raises:
        InputError: the extra `prove` is not installed.
    """
    try:
        import_module("z3")
    except ImportError:
        raise InputError(
            "input.not-found",
            "the solver `z3` is not installed",
            hint="install the extra `prove`: pip install 'tierlock[prove]'",
        ) from None
