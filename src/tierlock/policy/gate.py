"""One determination, one action -> ALLOW, HOLD or DENY with every reason (spec/gate.md).

Default deny: ALLOW needs everything, and only the absence of every reason gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from tierlock.core import (
    Action,
    Approval,
    Choice,
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
    determination_id,
    digest,
)
from tierlock.policy.approvals import check_approvals
from tierlock.policy.asked import check_times, rule_of
from tierlock.policy.compose import owed_standards
from tierlock.policy.draft import Ask, Draft
from tierlock.policy.leeway import Chosen, chosen_readings, owed_by_some_reading
from tierlock.policy.negatives import check_negatives
from tierlock.policy.ruling import Effective, effective_outcomes
from tierlock.policy.standards import check_standards

RecordT = TypeVar("RecordT", Claim, Ruling, Approval, Choice)


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
    choices: Iterable[Choice] = (),
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
        choices: readings that were chosen of contested clauses.
        negatives: revocations, incidents, dissents, objections, failed claims, and the statement
            up to when that list is complete; without it the answer is never ALLOW.

    Raises:
        InputError: an unknown action, surface or audience; an input dated later than `at`.
    """
    return decide_about(
        determination,
        name=determination_id(determination),
        framework=framework,
        subject=subject,
        action=action,
        at=at,
        claims=claims,
        rulings=rulings,
        approvals=approvals,
        choices=choices,
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
    choices: Iterable[Choice],
    negatives: Negatives,
) -> Decision:
    """Return what `decide` returns about a determination that has the identity `name`.

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
        rule=rule_of(framework, action=action),
        at=at,
        claims=_distinct(claims),
        negatives=negatives,
    )
    all_rulings, all_approvals = _distinct(rulings), _distinct(approvals)
    all_choices = _distinct(choices)
    check_times(ask, rulings=all_rulings, approvals=all_approvals, choices=all_choices)
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
    readings = chosen_readings(framework, choices=all_choices, at=at)
    matters = _check_readings(ask, effective, readings, draft)
    owed, holds = owed_standards(
        framework=framework,
        outcomes=effective.outcomes,
        scope=determination.scope_outcome,
        chosen={name: chosen.readings for name, chosen in readings.items()},
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
    servers = _on_the_word_of_servers(ask, sign_offs=signed.attested, rulings=all_rulings)
    return _conclude(ask, effective, matters, draft, servers=servers)


def _distinct(records: Iterable[RecordT]) -> tuple[RecordT, ...]:
    """Records without duplicates in a fixed order (law L2)."""
    by_digest = {digest(record): record for record in records}
    return tuple(by_digest[name] for name in sorted(by_digest))


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


def _check_readings(
    ask: Ask, effective: Effective, readings: Mapping[str, Chosen], draft: Draft
) -> dict[str, Chosen]:
    """Return the contested clauses that matter: some reading owes what binds the action (G-16)."""
    standards, matters = ask.framework.standards, {}
    for name, chosen in readings.items():
        owed = owed_by_some_reading(ask.framework, interpretation=name, outcomes=effective.outcomes)
        if not any(standards[standard].kind in ask.rule.needs for standard in owed):
            continue
        matters[name] = chosen
        draft.end(chosen.until)
        if not chosen.readings:
            options = ", ".join(ask.framework.interpretations[name].readings)
            says = f"which reading of {name} binds is open ({options}): {chosen.open_because}"
            draft.hold("interpretation.open", says=says, about=name)
    return matters


def _conclude(
    ask: Ask,
    effective: Effective,
    readings: Mapping[str, Chosen],
    draft: Draft,
    *,
    servers: tuple[str, ...],
) -> Decision:
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
            sorted(
                (
                    ask.name,
                    ask.determination.plan,
                    ask.determination.framework.digest,
                    *(record for chosen in readings.values() for record in chosen.records),
                )
            )
        ),
        readings={name: chosen.readings for name, chosen in readings.items()},
        assurance=(*_assurance(ask, effective), *servers),
    )


def _instructions(ask: Ask, reasons: tuple[GateReason, ...]) -> tuple[str, ...]:
    """What the framework orders now: the action's remedies and those of undefined standards."""
    undefined = [r.about for r in reasons if r.code == "standard.undefined"]
    orders = [order for name in undefined for order in ask.framework.standards[name].instructs]
    return tuple(dict.fromkeys([*ask.rule.instructs, *orders]))


def _on_the_word_of_servers(
    ask: Ask, *, sign_offs: Sequence[str], rulings: Sequence[Ruling]
) -> tuple[str, ...]:
    """What counts although no person signed it with a key of their own (G-19)."""
    if not ask.framework.accepts("attested"):
        return ()
    ruled = {
        signature.role
        for ruling in rulings
        if ruling.determination == ask.name
        for signature in ruling.signatures
        if signature.assurance == "attested"
    }
    roles = {"sign-offs": sorted(sign_offs), "ruling": sorted(ruled)}
    return tuple(f"{what}: attested ({', '.join(by)})" for what, by in roles.items() if by)


def _assurance(ask: Ask, effective: Effective) -> tuple[str, ...]:
    """What the reader must know about how far the inputs can be trusted."""
    notes = [f"binding: {ask.determination.subject.binding}"]
    if ask.claims:
        known = {claim.assurance for claim in ask.claims}
        weakest = "attested" if "attested" in known else "signed"
        notes.append(f"claims: {'unsigned' if 'declared' in known else weakest}")
    if ask.negatives.assurance == "self-asserted":
        notes.append("time: self-asserted")
    if ask.determination.plan_declared == "after":
        notes.append("declared: after")
    notes += [note.says for note in effective.notes]
    return tuple(notes)
