"""Sign-offs of one action: each role, on exactly this determination, by separate people (G-10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from tierlock.core import Action, ActionRule, Approval, Framework, GateReason


def check_approvals(
    framework: Framework,
    *,
    rule: ActionRule,
    action: Action,
    name: str,
    approvals: Sequence[Approval],
    at: datetime,
) -> Iterator[tuple[GateReason | None, datetime | None]]:
    """Yield per required role either the reason why it is open, or when its approval ends.

    Args:
        framework: roles, and which assurance is accepted.
        rule: the action's rule; `sign_offs` are the roles.
        action: the action that must have been approved.
        name: digest of the determination that must have been approved.
        approvals: all approvals.
        at: the instant of the question.
    """
    signers: dict[str, set[str]] = {}
    for role in rule.sign_offs:
        mine = [a for a in approvals if a.role == role and a.action == action.name]
        bound = [a for a in mine if a.determination == name]
        current = [a for a in bound if a.expires_at is None or at < a.expires_at]
        good = [
            a
            for a in current
            if a.assurance == "signed" or framework.declared_assurance == "accepted"
        ]
        if good:
            signers[role] = {a.signer for a in good}
            ends = [a.expires_at for a in good]
            known = [end for end in ends if end is not None]
            yield None, max(known) if len(known) == len(ends) else None
        elif current:
            yield _hold("approval.unsigned", f"the approval of {role} is not signed", role), None
        elif bound:
            yield _hold("approval.expired", f"the approval of {role} has expired", role), None
        elif mine:
            says = f"{role} approved another determination than this one"
            yield _hold("approval.other-digest", says, role), None
        else:
            yield _hold("approval.missing", f"{role} has not signed off", role), None
    for role, people in signers.items():
        for other in framework.roles[role].independent_of if role in framework.roles else ():
            everybody = people | signers.get(other, set())
            if other in signers and len(everybody) == 1:
                says = f"{role} must be independent of {other}; `{', '.join(everybody)}` signed for both"
                yield _hold("approval.not-independent", says, role), None


def _hold(code: str, says: str, about: str) -> GateReason:
    return GateReason(code=code, says=says, about=about, verdict="HOLD")
