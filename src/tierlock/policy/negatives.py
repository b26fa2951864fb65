"""Records that can only restrict: complete, recent, and none of them open (G-11)."""

from __future__ import annotations

from tierlock.core import add_period
from tierlock.policy.draft import Ask, Draft, open_records


def check_negatives(ask: Ask, *, draft: Draft) -> None:
    """Add to `draft` what negative records say: complete, recent, none of them open (G-11)."""
    as_of, max_age = ask.negatives.complete_as_of, ask.framework.register_max_age
    if as_of is None or ask.at >= add_period(as_of, period=max_age):
        says = f"negative records are not known to be complete within the last {max_age}"
        draft.hold("negatives.not-current", says=says, about="negative records")
    else:
        draft.end(add_period(as_of, period=max_age))
    codes = {
        "revocation": "revoked",
        "incident": "incident.open",
        "new_attack_class": "incident.open",
        "dissent": "dissent.open",
        "objection": "objection.open",
    }
    for kind, code in codes.items():
        for record in open_records(ask, kind=kind):
            draft.hold(code, says=f"{kind.replace('_', ' ')}: {record.says}", about=record.kind)
    watched = {trigger.when.incident for trigger in ask.framework.triggers} - {None}
    for record in ask.negatives.records:
        if (
            record.kind in watched
            and record.resolved_at is not None
            and ask.subject.answers_to(record.subject)
            and record.happened_at >= ask.determination.evidence_from
        ):
            says = f"the evidence is from before: {record.says}"
            draft.hold("determination.before-incident", says=says, about=record.kind)
