"""Sign-offs of one action: each role, on exactly this determination, by separate people (G-10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import Action, ActionRule, Approval, Framework, GateReason


class SignOffs(NamedTuple):
    """What the sign-offs say: reasons why they are not complete, and until when they are.

    Attributes:
        attested: roles for which nothing but the word of a server counts (G-19).
    """

    reasons: tuple[GateReason, ...]
    until: datetime | None
    attested: tuple[str, ...] = ()


def check_approvals(
    framework: Framework,
    *,
    rule: ActionRule,
    action: Action,
    name: str,
    approvals: Sequence[Approval],
    at: datetime,
) -> SignOffs:
    """Return whether every role of the action has signed off.

    Args:
        framework: roles, and which assurance is accepted.
        rule: the action's rule; `sign_offs` are the roles.
        action: the action that must have been approved.
        name: identity of the determination that must have been approved.
        approvals: all approvals.
        at: the instant of the question.
    """
    mine = [
        a
        for a in approvals
        if a.is_for(action.name, surface=action.surface, audience=action.audience)
    ]
    good = [a for a in mine if _counts(a, framework=framework, name=name, at=at)]
    signed = {a.role for a in good}
    reasons = [
        _missing(role, [a for a in mine if a.role == role], name=name, at=at)
        for role in rule.sign_offs
        if role not in signed
    ]
    if not reasons and not _separable(rule.sign_offs, framework=framework, approvals=good):
        says = f"{', '.join(rule.sign_offs)}: independent roles were signed by the same people"
        reasons.append(_hold("approval.not-independent", says, rule.sign_offs[0]))
    until = None if reasons else _until(rule.sign_offs, framework=framework, approvals=good)
    vouched = {role: {a.assurance for a in good if a.role == role} for role in rule.sign_offs}
    attested = tuple(role for role, known in vouched.items() if known == {"attested"})
    return SignOffs(tuple(reasons), until, attested)


def _counts(approval: Approval, *, framework: Framework, name: str, at: datetime) -> bool:
    return (
        approval.determination == name
        and (approval.expires_at is None or at < approval.expires_at)
        and framework.accepts(approval.assurance)
    )


def _missing(role: str, mine: Sequence[Approval], *, name: str, at: datetime) -> GateReason:
    """Why a role has no approval that counts."""
    bound = [a for a in mine if a.determination == name]
    current = [a for a in bound if a.expires_at is None or at < a.expires_at]
    if current:
        attested = any(a.assurance == "attested" for a in current)
        how = "attested by a server, not signed" if attested else "not signed"
        return _hold("approval.unsigned", f"the approval of {role} is {how}", role)
    if bound:
        return _hold("approval.expired", f"the approval of {role} has expired", role)
    if mine:
        says = f"{role} approved another determination than this one"
        return _hold("approval.other-digest", says, role)
    return _hold("approval.missing", f"{role} has not signed off", role)


def _separable(
    roles: Sequence[str], *, framework: Framework, approvals: Sequence[Approval]
) -> bool:
    """Whether one signer per role can be chosen so that independent roles differ."""
    signers = {role: {a.signer for a in approvals if a.role == role} for role in roles}
    apart = {
        frozenset((role, other))
        for role in roles
        if role in framework.roles
        for other in framework.roles[role].independent_of
    }

    def choose(chosen: Mapping[str, str], left: Sequence[str]) -> bool:
        if not left:
            return True
        role = left[0]
        return any(
            choose({**chosen, role: person}, left[1:])
            for person in signers[role]
            if not any(
                taken == person and frozenset((role, other)) in apart
                for other, taken in chosen.items()
            )
        )

    return choose({}, tuple(dict.fromkeys(roles)))


def _until(
    roles: Sequence[str], *, framework: Framework, approvals: Sequence[Approval]
) -> datetime | None:
    """The first instant at which the approvals that are left no longer suffice (G-14)."""

    def suffices_after(end: datetime) -> bool:
        rest = [a for a in approvals if a.expires_at is None or a.expires_at > end]
        return _separable(roles, framework=framework, approvals=rest)

    ends = {a.expires_at for a in approvals if a.expires_at is not None}
    return min((end for end in ends if not suffices_after(end)), default=None)


def _hold(code: str, says: str, about: str) -> GateReason:
    return GateReason(code=code, says=says, about=about, verdict="HOLD")
