"""The bar that was sealed before the runs judges them, whatever the framework says since (G-18)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tierlock.core import (
    Decision,
    Explanation,
    GateReason,
    Plan,
    Reason,
    Verdict,
    WorkItem,
    format_instant,
)

_SHOWN: Final = 3
SEALED_BAR: Final = "framework.sealed-bar"


class SealedAnswer(NamedTuple):
    """What the framework that a plan was sealed under answers to the same question.

    Attributes:
        framework: its name.
        plan: the plan.
        decision: its answer; None where it is not at hand, or does not know what is asked.
        why: why there is none.
        still_open: thresholds that are not ruled out there.
    """

    framework: str
    plan: Plan
    decision: Decision | None
    why: str = ""
    still_open: tuple[str, ...] = ()


def hold_to_sealed(decision: Decision, *, sealed: Sequence[SealedAnswer]) -> Decision:
    """Return the answer that is no more permissive than any of the sealed bars.

    Args:
        decision: the answer under the framework that is asked.
        sealed: the answers under the frameworks of plans that still stand.

    Returns:
        `decision` itself where no plan stands under another framework. Else the stricter verdict,
        the reasons and conditions of all, and the earliest end.
    """
    if not sealed:
        return decision
    reasons = tuple(reason for one in sealed if (reason := _reason(one)) is not None)
    answers = [decision, *(one.decision for one in sealed if one.decision is not None)]
    everything = tuple(
        sorted({*decision.reasons, *reasons}, key=lambda r: (r.verdict, r.code, r.about, r.says))
    )
    verdict = Verdict.ALLOW
    if everything:
        denied = any(reason.verdict == "DENY" for reason in everything)
        verdict = Verdict.DENY if denied else Verdict.HOLD
    conditions = {note for one in answers for note in one.conditions}
    conditions |= {_note(one) for one in sealed}
    ends = [one.expires_at for one in answers if one.expires_at is not None]
    instructs = dict.fromkeys(order for one in answers for order in one.instructs)
    return decision.model_copy(
        update={
            "verdict": verdict,
            "reasons": everything,
            "conditions": tuple(sorted(conditions, key=lambda note: (note.code, note.says))),
            "instructs": () if verdict is Verdict.ALLOW else tuple(instructs),
            "expires_at": min(ends, default=None) if verdict is Verdict.ALLOW else None,
            "rests_on": tuple(sorted({name for one in answers for name in one.rests_on})),
        }
    )


def explain_sealed(explanation: Explanation, *, decision: Decision) -> Explanation:
    """Return the explanation of an answer that sealed bars made stricter.

    What would change the answer under the present framework alone is left out then: it would not
    open the gate.

    Args:
        explanation: of the answer under the present framework.
        decision: what `hold_to_sealed` made of that answer.
    """
    if not any(reason.code == SEALED_BAR for reason in decision.reasons):
        return explanation
    item = WorkItem(
        do="meet the bar that was sealed; or give the changed framework a version of its own, "
        "seal a plan under it, and run anew",
        settles="framework",
        kind="review",
    )
    work = (*explanation.work, item)
    return explanation.model_copy(
        update={"verdict": decision.verdict, "work": work, "next_step": work[0], "flips": ()}
    )


def _reason(one: SealedAnswer) -> GateReason | None:
    """Why the sealed bar closes the gate; None where it is open there too."""
    found = one.decision
    if found is not None and found.verdict is Verdict.ALLOW:
        return None
    if found is None:
        why, verdict = one.why, "HOLD"
    else:
        listed = [reason.says for reason in found.reasons[:_SHOWN]]
        more = len(found.reasons) - len(listed)
        why = f"{found.verdict}: " + "; ".join(listed) + (f"; and {more} more" if more else "")
        if one.still_open:
            why = f"{', '.join(one.still_open)} not ruled out; {why}"
        verdict = found.verdict.value
    return GateReason.model_validate(
        {
            "code": SEALED_BAR,
            "says": f"{_sealed(one)}, which still judges; there: {why}",
            "about": "framework",
            "verdict": verdict,
        }
    )


def _note(one: SealedAnswer) -> Reason:
    return Reason(
        code="framework.changed",
        says=f"{_sealed(one)}, and the framework was changed since; both judge",
    )


def _sealed(one: SealedAnswer) -> str:
    return (
        f"the plan of {format_instant(one.plan.sealed_at)} was sealed under {one.framework} "
        f"({one.plan.framework[:19]}…)"
    )
