"""One determination, one action -> ALLOW, HOLD or DENY with every reason (spec/gate.md).

Default deny: ALLOW needs everything, and only the absence of every reason gives it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from tierlock.core import (
    Action,
    ActionRule,
    Approval,
    Claim,
    Decision,
    Determination,
    Digest,
    Framework,
    GateReason,
    InputError,
    Negatives,
    Ruling,
    Subject,
    Verdict,
    digest,
)
from tierlock.policy.approvals import check_approvals
from tierlock.policy.compose import owed_standards
from tierlock.policy.draft import Ask, Draft
from tierlock.policy.negatives import check_negatives
from tierlock.policy.ruling import Effective, effective_outcomes
from tierlock.policy.standards import check_standards

RecordT = TypeVar("RecordT", Claim, Ruling, Approval)


def decide(
    framework: Framework,
    determination: Determination,
    *,
    subject: Subject,
    action: Action,
    at: datetime,
    claims: Iterable[Claim] = (),
    rulings: Iterable[Ruling] = (),
    approvals: Iterable[Approval] = (),
    negatives: Negatives | None = None,
) -> Decision:
    """Return the answer to `action` for `subject` at `at`.

    Args:
        framework: the rules; must be the one that was determined under.
        determination: the computed outcomes.
        subject: the subject as it is now, with its surfaces and their traffic paths.
        action: what is asked.
        at: the instant of the question, aware.
        claims: safeguard claims.
        rulings: official rulings on this subject.
        approvals: sign-offs.
        negatives: revocations, incidents, dissents, objections, failed claims, and the statement
            up to when that list is complete; without it the answer is never ALLOW.

    Raises:
        InputError: an unknown action, surface or audience; an input dated later than `at`.
    """
    return decide_about(
        determination,
        name=digest(determination),
        framework=framework,
        subject=subject,
        action=action,
        at=at,
        claims=claims,
        rulings=rulings,
        approvals=approvals,
        negatives=negatives or Negatives(),
    )


def decide_about(
    determination: Determination,
    *,
    name: Digest,
    framework: Framework,
    subject: Subject,
    action: Action,
    at: datetime,
    claims: Iterable[Claim],
    rulings: Iterable[Ruling],
    approvals: Iterable[Approval],
    negatives: Negatives,
) -> Decision:
    """Return what `decide` returns about a determination that has the digest `name`.

    For explanations, which ask about many determinations that are only imagined.
    """
    if at.tzinfo is None:
        raise InputError("input.naive-time", f"`{at}` has no time zone", hint="add UTC")
    ask = Ask(
        framework=framework,
        determination=determination,
        name=name,
        subject=subject,
        action=action,
        rule=_rule(framework, action),
        at=at,
        claims=_distinct(claims),
        negatives=negatives,
    )
    all_rulings, all_approvals = _distinct(rulings), _distinct(approvals)
    _check_times(ask, all_rulings, all_approvals)
    draft = Draft()
    _check_determination(ask, draft)
    effective = effective_outcomes(
        determination,
        determination_digest=ask.name,
        subject=subject,
        framework=framework,
        rulings=all_rulings,
    )
    _check_ruling(ask, effective, draft)
    owed, holds = owed_standards(
        framework=framework,
        outcomes=effective.outcomes,
        scope=determination.scope_outcome,
    )
    for name in holds:
        draft.hold("threshold.held", says=f"{name} is undetermined", about=name)
    check_standards(ask, owed=owed, draft=draft)
    signed = check_approvals(
        framework, rule=ask.rule, action=action, name=ask.name, approvals=all_approvals, at=ask.at
    )
    draft.reasons += signed.reasons
    draft.end(signed.until)
    check_negatives(ask, draft=draft)
    return _conclude(ask, effective, draft)


def _distinct(records: Iterable[RecordT]) -> tuple[RecordT, ...]:
    """Records without duplicates in a fixed order (law L2)."""
    by_digest = {digest(record): record for record in records}
    return tuple(by_digest[name] for name in sorted(by_digest))


def _rule(framework: Framework, action: Action) -> ActionRule:
    """The rule of the action, with surface and audience checked against the framework (G-2)."""
    rule = framework.actions.get(action.name)
    if rule is None:
        known = ", ".join(sorted(framework.actions)) or "none"
        raise InputError(
            "input.action", f"action `{action.name}` is not one of: {known}", hint="see --action"
        )
    for kind, value, known_values in (
        ("surface", action.surface, framework.surfaces),
        ("audience", action.audience, framework.audiences),
    ):
        if value is None and kind in rule.per:
            raise InputError("input.action", f"action `{action.name}` needs a {kind}")
        if value is not None and value not in known_values:
            options = ", ".join(known_values) or "none"
            raise InputError("input.action", f"{kind} `{value}` is not one of: {options}")
    return rule


def _check_times(ask: Ask, rulings: tuple[Ruling, ...], approvals: tuple[Approval, ...]) -> None:
    dated = [("determination", ask.determination.determined_at)]
    dated += [(f"claim {c.criterion}", c.claimed_at) for c in ask.claims]
    dated += [
        (f"evidence of claim {c.criterion}", e.produced_at) for c in ask.claims for e in c.evidence
    ]
    dated += [("ruling", ruling.ruled_at) for ruling in rulings]
    dated += [(f"approval by {a.role}", a.approved_at) for a in approvals]
    dated += [(n.kind, n.happened_at) for n in ask.negatives.records]
    dated += [(n.kind, n.resolved_at) for n in ask.negatives.records if n.resolved_at is not None]
    if ask.negatives.complete_as_of is not None:
        dated.append(("negative records", ask.negatives.complete_as_of))
    for what, instant in dated:
        if instant > ask.at:
            raise InputError(
                "input.future", f"{what} is dated {instant.isoformat()}, after the question"
            )


def _check_determination(ask: Ask, draft: Draft) -> None:
    """G-3, G-4: the right framework, the right subject, current."""
    found, framework = ask.determination, ask.framework
    if found.framework.digest != digest(framework):
        says = "the determination was made under another framework version"
        draft.hold("determination.other-framework", says=says, about="determination")
    if found.subject_digest != ask.subject.capability_digest:
        says = "the determination is about another subject, or the subject has changed"
        draft.hold("determination.other-subject", says=says, about="determination")
    if found.expires_at is not None and ask.at >= found.expires_at:
        says = f"the determination expired {found.expires_at.date()}"
        draft.hold("determination.stale", says=says, about="determination")
    draft.end(found.expires_at)
    if not framework.baseline:
        says = "the framework has no baseline"
        draft.hold("framework.no-baseline", says=says, about="framework")
    if not framework.thresholds:
        says = "the framework has no thresholds"
        draft.hold("framework.no-thresholds", says=says, about="framework")
    draft.conditions += found.soft_lapses


def _check_ruling(ask: Ask, effective: Effective, draft: Draft) -> None:
    rule = ask.framework.ruling
    if rule.required and not effective.official:
        roles = ", ".join(rule.roles)
        says = f"no ruling by {roles} on exactly this determination"
        draft.hold("ruling.missing", says=says, about="ruling")


def _conclude(ask: Ask, effective: Effective, draft: Draft) -> Decision:
    reasons = tuple(sorted(set(draft.reasons), key=lambda r: (r.verdict, r.code, r.about, r.says)))
    verdict = Verdict.ALLOW
    if reasons:
        denied = any(reason.verdict == "DENY" for reason in reasons)
        verdict = Verdict.DENY if denied else Verdict.HOLD
    allowed = verdict is Verdict.ALLOW
    conditions = tuple(sorted(set(draft.conditions), key=lambda note: (note.code, note.says)))
    return Decision(
        verdict=verdict,
        action=ask.action,
        framework=ask.determination.framework,
        subject=ask.subject.name,
        determination=ask.name,
        decided_at=ask.at,
        reasons=reasons,
        conditions=conditions,
        noncompliance=tuple(note for note in conditions if note.code == "clock.soft"),
        instructs=() if allowed else _instructions(ask, reasons),
        expires_at=min(draft.ends, default=None) if allowed else None,
        rests_on=tuple(
            sorted((ask.name, ask.determination.plan, ask.determination.framework.digest))
        ),
        assurance=_assurance(ask, effective),
    )


def _instructions(ask: Ask, reasons: tuple[GateReason, ...]) -> tuple[str, ...]:
    """What the framework orders now: the action's remedies and those of undefined standards."""
    undefined = [r.about for r in reasons if r.code == "standard.undefined"]
    orders = [order for name in undefined for order in ask.framework.standards[name].instructs]
    return tuple(dict.fromkeys([*ask.rule.instructs, *orders]))


def _assurance(ask: Ask, effective: Effective) -> tuple[str, ...]:
    """What the reader must know about how far the inputs can be trusted."""
    notes = [f"binding: {ask.determination.subject.binding}"]
    if ask.claims:
        notes.append("claims: unsigned")
    if ask.negatives.assurance == "self-asserted":
        notes.append("time: self-asserted")
    if ask.determination.plan_declared == "after":
        notes.append("declared: after")
    notes += [note.says for note in effective.notes]
    return tuple(notes)
