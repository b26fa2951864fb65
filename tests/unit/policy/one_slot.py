"""One measured criterion, settled on the evidence of one slot."""

from __future__ import annotations

from tests.unit.policy.factory import (
    OUT,
    case,
    framework,
    measured,
    plan,
)
from tierlock.core import (
    Outcome,
    PlannedSlot,
)
from tierlock.policy.logic import Leaf
from tierlock.policy.measured import settle_measured
from tierlock.policy.slots import view_slot


def settled(
    *evidence,
    criterion=None,
    rules=None,
    runs=1,
    factors=(1, 1),
    alphas=(0.05, 0.05),
    known=None,
    safeguard=False,
    source="measured",
    promise=None,
    **changes,
):
    """Settle a criterion on evidence of which the first `runs` are planned, or as promised."""
    criterion = criterion or measured()
    rules = rules or framework()
    promise = promise or plan(rules, PlannedSlot(slot="bio", runs=runs, source=source))
    given = {"plan": promise, **({"register": known} if known else {}), **changes}
    inputs = case(rules, *evidence, **given)
    view = view_slot(
        "bio",
        framework=rules,
        plan=promise,
        register=inputs.register,
        evidence=inputs.evidence,
        subject=inputs.subject,
        safeguard=safeguard,
    )
    return settle_measured(
        Leaf("t:bio", criterion, *factors),
        criterion=criterion,
        case=inputs,
        view=view,
        threshold="t",
        alpha_out=alphas[0],
        alpha_in=alphas[1],
        safeguard=safeguard,
    )


def summary(found):
    return found.outcome, [reason.code for reason in found.reasons]


CLEAN: tuple[Outcome, list[str]] = (OUT, [])
