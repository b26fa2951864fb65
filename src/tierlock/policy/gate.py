"""One determination, one action -> ALLOW, HOLD or DENY with every reason (spec/gate.md).

Default deny: ALLOW needs everything, and only the absence of every reason gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from tierlock.core import (
    Action,
    ActionRule,
    Approval,
    Claim,
    Decision,
    Determination,
    Framework,
    GateReason,
    InputError,
    Negative,
    Negatives,
    Outcome,
    Owed,
    Reason,
    Ruling,
    SafeguardCriterion,
    Subject,
    Verdict,
    add_period,
    digest,
)
from tierlock.policy.approvals import check_approvals
from tierlock.policy.compose import owed_standards
from tierlock.policy.ruling import Effective, effective_outcomes
from tierlock.policy.safeguards import coverage

RecordT = TypeVar("RecordT", Claim, Ruling, Approval)


class _Ask(NamedTuple):
    """The inputs of one decision."""

    framework: Framework
    determination: Determination
    name: str
    subject: Subject
    action: Action
    rule: ActionRule
    at: datetime
    claims: tuple[Claim, ...]
    negatives: Negatives


class _Draft:
    """Reasons, conditions and ends, gathered while the clauses are checked one by one."""

    def __init__(self) -> None:
        self.reasons: list[GateReason] = []
        self.conditions: list[Reason] = []
        self.ends: list[datetime] = []

    def hold(self, code: str, *, says: str, about: str) -> None:
        self.reasons.append(GateReason(code=code, says=says, about=about, verdict="HOLD"))

    def deny(self, code: str, *, says: str, about: str) -> None:
        self.reasons.append(GateReason(code=code, says=says, about=about, verdict="DENY"))

    def end(self, instant: datetime | None) -> None:
        if instant is not None:
            self.ends.append(instant)


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
    if at.tzinfo is None:
        raise InputError("input.naive-time", f"`{at}` has no time zone", hint="add UTC")
    ask = _Ask(
        framework=framework,
        determination=determination,
        name=digest(determination),
        subject=subject,
        action=action,
        rule=_rule(framework, action),
        at=at.astimezone(UTC),
        claims=_distinct(claims),
        negatives=negatives or Negatives(),
    )
    all_rulings, all_approvals = _distinct(rulings), _distinct(approvals)
    _check_times(ask, all_rulings, all_approvals)
    draft = _Draft()
    _check_determination(ask, draft)
    effective = effective_outcomes(
        determination,
        determination_digest=ask.name,
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
    _check_standards(ask, owed, effective.outcomes, draft)
    for reason, end in check_approvals(
        ask.framework, rule=ask.rule, action=action, name=ask.name, approvals=all_approvals, at=at
    ):
        if reason is not None:
            draft.reasons.append(reason)
        draft.end(end)
    _check_negatives(ask, draft)
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


def _check_times(ask: _Ask, rulings: tuple[Ruling, ...], approvals: tuple[Approval, ...]) -> None:
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


def _check_determination(ask: _Ask, draft: _Draft) -> None:
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


def _check_ruling(ask: _Ask, effective: Effective, draft: _Draft) -> None:
    rule = ask.framework.ruling
    if rule.required and not effective.official:
        roles = ", ".join(rule.roles)
        says = f"no ruling by {roles} on exactly this determination"
        draft.hold("ruling.missing", says=says, about="ruling")


def _check_standards(
    ask: _Ask, owed: tuple[Owed, ...], outcomes: Mapping[str, Outcome], draft: _Draft
) -> None:
    """G-7 to G-9: every binding owed standard, criterion by criterion."""
    paths = _required_paths(ask, draft)
    for item in owed:
        standard = ask.framework.standards[item.standard]
        if standard.kind not in ask.rule.needs:
            continue
        nobody = standard.undefined or any(not c.accepts for c in standard.criteria.values())
        if nobody:
            reached = item.because == "baseline" or any(
                outcomes[name] is Outcome.REACHED for name in item.thresholds
            )
            names = ", ".join(item.thresholds) or "the baseline"
            says = f"{item.standard} ({standard.title}) can not be met by anybody; owed by {names}"
            add = draft.deny if reached else draft.hold
            add("standard.undefined", says=says, about=item.standard)
            continue
        for criterion_id, criterion in standard.criteria.items():
            _check_criterion(ask, f"{item.standard}:{criterion_id}", criterion, paths, draft)


def _required_paths(ask: _Ask, draft: _Draft) -> frozenset[str]:
    """Traffic paths that path-scoped claims must cover together (G-9)."""
    declared = ask.subject.surfaces
    wanted = list(declared) if ask.action.surface is None else [ask.action.surface]
    for name in wanted:
        if name not in declared:
            says = f"the subject does not declare the traffic paths of surface `{name}`"
            draft.hold("surface.undeclared", says=says, about=name)
    return frozenset(
        f"{name}/{path}" for name in wanted if name in declared for path in declared[name].paths
    )


def _check_criterion(
    ask: _Ask, path: str, criterion: SafeguardCriterion, paths: frozenset[str], draft: _Draft
) -> None:
    found = _Draft()
    for record in _open_records(ask, "failed_claim"):
        if record.concerns == path:
            found.deny(
                "claim.failed", says=f"{path} is shown not to hold: {record.says}", about=path
            )
    step = ask.determination.safeguard_traces.get(path)
    if criterion.falls_short_if is not None:
        outcome = Outcome.UNDETERMINED if step is None else step.outcome
        if outcome is Outcome.REACHED:
            says = f"{path} falls short: its test shows it"
            found.deny("safeguard.falls-short", says=says, about=path)
        elif outcome is Outcome.UNDETERMINED:
            says = f"the test of {path} does not rule out that it falls short"
            found.hold("safeguard.undetermined", says=says, about=path)
    if criterion.scope == "paths" and not paths:
        says = f"{path} must cover traffic paths, and the subject declares none"
        found.hold("surface.undeclared", says=says, about=path)
    covered = coverage(
        path,
        criterion=criterion,
        claims=ask.claims,
        framework=ask.framework,
        rule=ask.rule,
        subject=ask.subject,
        required_paths=paths,
        at=ask.at,
    )
    for reason in covered.reasons:
        found.hold(reason.code, says=reason.says, about=path)
    if criterion.modality != "must":
        # Recommended lines never close the gate; that they are open is still said.
        draft.conditions += [
            Reason(code="criterion.recommended", says=f"{path} is recommended and open: {r.says}")
            for r in found.reasons
        ]
        return
    draft.reasons += found.reasons
    draft.end(covered.until)
    if covered.interim:
        arguments = "; ".join(
            f"{claim.interim.argument} (until {claim.expires_at.date()})"
            for claim in covered.interim
            if claim.interim is not None and claim.expires_at is not None
        )
        says = f"{path} rests on an interim claim: {arguments}"
        draft.conditions.append(Reason(code="claim.interim", says=says))


def _open_records(ask: _Ask, kind: str) -> list[Negative]:
    return [
        record
        for record in ask.negatives.records
        if record.kind == kind
        and record.resolved_at is None
        and ask.subject.answers_to(record.subject)
    ]


def _check_negatives(ask: _Ask, draft: _Draft) -> None:
    """G-11: complete and recent negative records, none of them open."""
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
        for record in _open_records(ask, kind):
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


def _conclude(ask: _Ask, effective: Effective, draft: _Draft) -> Decision:
    reasons = tuple(sorted(set(draft.reasons), key=lambda r: (r.verdict, r.code, r.about, r.says)))
    verdict = Verdict.ALLOW
    if reasons:
        denied = any(reason.verdict == "DENY" for reason in reasons)
        verdict = Verdict.DENY if denied else Verdict.HOLD
    allowed = verdict is Verdict.ALLOW
    conditions = sorted(
        set(draft.conditions), key=lambda condition: (condition.code, condition.says)
    )
    return Decision(
        verdict=verdict,
        action=ask.action,
        framework=ask.determination.framework,
        subject=ask.subject.name,
        determination=ask.name,
        decided_at=ask.at,
        reasons=reasons,
        conditions=tuple(conditions),
        noncompliance=ask.determination.soft_lapses,
        instructs=() if allowed else _instructions(ask, reasons),
        expires_at=min(draft.ends, default=None) if allowed else None,
        rests_on=tuple(
            sorted({ask.name, ask.determination.plan, ask.determination.framework.digest})
        ),
        assurance=_assurance(ask, effective),
    )


def _instructions(ask: _Ask, reasons: tuple[GateReason, ...]) -> tuple[str, ...]:
    """What the framework orders now: the action's remedies and those of undefined standards."""
    undefined = [r.about for r in reasons if r.code == "standard.undefined"]
    orders = [order for name in undefined for order in ask.framework.standards[name].instructs]
    return tuple(dict.fromkeys([*ask.rule.instructs, *orders]))


def _assurance(ask: _Ask, effective: Effective) -> tuple[str, ...]:
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
