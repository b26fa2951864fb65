"""What "more permissive" means (spec/determination.md, Laws)."""

from __future__ import annotations

from tierlock.core import Decision, Verdict


def opens(before: Decision, after: Decision) -> bool:
    """Tell whether not-ALLOW became ALLOW."""
    return before.verdict is not Verdict.ALLOW and after.verdict is Verdict.ALLOW


def drops_condition(before: Decision, after: Decision) -> bool:
    """Tell whether ALLOW stayed and a condition disappeared."""
    if before.verdict is not Verdict.ALLOW or after.verdict is not Verdict.ALLOW:
        return False
    return bool({one.code for one in before.conditions} - {one.code for one in after.conditions})


def lasts_longer(before: Decision, after: Decision) -> bool:
    """Tell whether ALLOW stayed and an expiry that has not passed moved later.

    Not where an adjustment came to be applied: what is then permitted is another thing.
    """
    if adjusted(after) and not adjusted(before):
        return False
    if before.verdict is not Verdict.ALLOW or after.verdict is not Verdict.ALLOW:
        return False
    if before.expires_at is None or before.expires_at <= after.decided_at:
        return False
    return after.expires_at is None or after.expires_at > before.expires_at


def adjusted(decision: Decision) -> bool:
    return "adjustment.applied" in {one.code for one in decision.conditions}


def more_permissive(before: Decision, after: Decision) -> bool:
    return opens(before, after) or drops_condition(before, after) or lasts_longer(before, after)
