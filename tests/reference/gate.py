"""The reference engine: `decide` of spec/gate.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from tests.reference.assurances import refused_assurances
from tests.reference.claims import Shield, settle_standard
from tests.reference.engine import obligations, together
from tests.reference.judgement import Answer, Judgement
from tests.reference.slots import negative_instants
from tierlock.core import (
    Action,
    Approval,
    Choice,
    Claim,
    Framework,
    InputError,
    Negatives,
    Outcome,
    Ruling,
    Subject,
    add_period,
    digest,
)

OUT, OPEN, IN = Outcome.RULED_OUT, Outcome.UNDETERMINED, Outcome.REACHED
OPEN_RECORDS = {
    "revocation": "revoked",
    "incident": "incident.open",
    "new_attack_class": "incident.open",
    "dissent": "dissent.open",
    "objection": "objection.open",
}
Reasons = set[tuple[str, str, str]]


@dataclass(frozen=True)
class Asked:
    """All inputs of one decision; `name` is the digest of the determination."""

    framework: Framework
    judgement: Judgement
    name: str
    subject: Subject
    action: Action
    at: datetime
    claims: Sequence[Claim]
    rulings: Sequence[Ruling]
    approvals: Sequence[Approval]
    choices: Sequence[Choice]
    negatives: Negatives


def decide(
    framework: Framework,
    judgement: Judgement,
    *,
    name: str,
    subject: Subject,
    action: Action,
    at: datetime,
    claims: Sequence[Claim] = (),
    rulings: Sequence[Ruling] = (),
    approvals: Sequence[Approval] = (),
    choices: Sequence[Choice] = (),
    negatives: Negatives | None = None,
) -> Answer:
    """Return the answer of the gate; every reason has its own verdict and DENY outranks HOLD.

    Raises:
        InputError: an unknown action, surface or audience, or an input from the future.
    """
    negatives = negatives or Negatives()
    asked = Asked(
        framework,
        judgement,
        name,
        subject,
        action,
        at,
        claims,
        rulings,
        approvals,
        choices,
        negatives,
    )
    _check_inputs(asked)
    reasons = _binding(asked) | _negative_reasons(asked)
    effective = effective_outcomes(asked)
    last = _standing(asked)
    if framework.ruling.required and not (last and all(_by_all_roles(asked, o) for o in last)):
        reasons.add(("ruling.missing", "ruling", "HOLD"))
    chosen, choice_ends, open_clauses = _readings(asked, effective)
    reasons |= {("interpretation.open", clause, "HOLD") for clause in open_clauses}
    shields, held = _shields(asked, effective, chosen)
    reasons |= {("threshold.held", threshold, "HOLD") for threshold in held}
    for shield in shields:
        reasons |= shield.reasons
    sign_off_reasons, sign_off_end = _sign_offs(asked)
    reasons |= sign_off_reasons
    verdict = "ALLOW"
    if reasons:
        verdict = "DENY" if any(closed == "DENY" for _, _, closed in reasons) else "HOLD"
    ends = [
        judgement.expires_at,
        sign_off_end,
        *choice_ends,
        *(shield.expires_at for shield in shields),
    ]
    if negatives.complete_as_of is not None:
        ends.append(add_period(negatives.complete_as_of, period=framework.register_max_age))
    conditions = {code for shield in shields for code in shield.conditions}
    if judgement.soft_lapse:
        conditions.add("clock.soft")
    return Answer(
        verdict=verdict,
        reasons=frozenset(reasons),
        conditions=frozenset(conditions),
        expires_at=min(end for end in ends if end is not None) if verdict == "ALLOW" else None,
    )


def _check_inputs(asked: Asked) -> None:
    """G-2."""
    rule = asked.framework.actions.get(asked.action.name)
    if rule is None:
        raise InputError("input.action", f"no action `{asked.action.name}`")
    for given, known, what in (
        (asked.action.surface, asked.framework.surfaces, "surface"),
        (asked.action.audience, asked.framework.audiences, "audience"),
    ):
        if (given is not None and given not in known) or (given is None and what in rule.per):
            raise InputError("input.action", f"no {what} `{given}`")
    instants = [
        asked.judgement.determined_at,
        *(claim.claimed_at for claim in asked.claims),
        *(piece.produced_at for claim in asked.claims for piece in claim.evidence),
        *(ruling.ruled_at for ruling in asked.rulings),
        *(approval.approved_at for approval in asked.approvals),
        *(choice.chosen_at for choice in asked.choices),
        *negative_instants(asked.negatives),
    ]
    if any(instant is not None and instant > asked.at for instant in instants):
        raise InputError("input.future", "an input is dated later than the question")


def _binding(asked: Asked) -> Reasons:
    """G-2 (surface), G-3 and G-4."""
    judgement, framework, found = asked.judgement, asked.framework, set()
    if judgement.framework != digest(framework):
        found.add("determination.other-framework")
    if judgement.subject != asked.subject.capability_digest:
        found.add("determination.other-subject")
    if judgement.expires_at is not None and asked.at >= judgement.expires_at:
        found.add("determination.stale")
    if not framework.baseline:
        found.add("framework.no-baseline")
    if not framework.thresholds:
        found.add("framework.no-thresholds")
    if asked.action.surface is not None and asked.action.surface not in asked.subject.surfaces:
        found.add("surface.undeclared")
    return {(code, "", "HOLD") for code in found}


def _negative_reasons(asked: Asked) -> Reasons:
    """G-11."""
    found = set()
    complete = asked.negatives.complete_as_of
    if complete is None or asked.at >= add_period(
        complete, period=asked.framework.register_max_age
    ):
        found.add("negatives.not-current")
    triggers = {trigger.when.incident for trigger in asked.framework.triggers}
    for record in asked.negatives.records:
        if not asked.subject.answers_to(record.subject):
            continue
        if record.resolved_at is None:
            found |= {OPEN_RECORDS[record.kind]} if record.kind in OPEN_RECORDS else set()
        elif record.kind in triggers and record.happened_at >= asked.judgement.looked_since:
            found.add("determination.before-incident")
    return {(code, "", "HOLD") for code in found}


def effective_outcomes(asked: Asked) -> dict[str, Outcome]:
    """G-5: the worse of computed and ruled, unless a laxer ruling counts."""
    return {
        name: max((_ruled(asked, one, name) for one in _standing(asked)), default=line.outcome)
        for name, line in asked.judgement.lines.items()
    }


def _standing(asked: Asked) -> list[Ruling]:
    """The rulings that stand: all on the subject that no later one by every role replaced."""
    ours = [one for one in asked.rulings if asked.subject.answers_to(one.subject)]
    by_all = [one for one in ours if _signed_by_all_roles(asked, one)]
    return [one for one in ours if all(one.ruled_at >= other.ruled_at for other in by_all)]


def _ruled(asked: Asked, ruling: Ruling, name: str) -> Outcome:
    line, rule = asked.judgement.lines[name], asked.framework.ruling
    ruled = ruling.outcomes.get(name, line.outcome)
    if ruled >= line.outcome:
        return ruled
    lowerable = line.outcome is OPEN or rule.may_lower_reached
    counts = _by_all_roles(asked, ruling) and line.complete and not line.missing and lowerable
    return ruled if counts else line.outcome


def _by_all_roles(asked: Asked, ruling: Ruling) -> bool:
    """On this subject and determination, signed by every role."""
    return (
        ruling.determination == asked.name
        and asked.subject.answers_to(ruling.subject)
        and _signed_by_all_roles(asked, ruling)
    )


def _signed_by_all_roles(asked: Asked, ruling: Ruling) -> bool:
    """By every role, with accepted assurance and separate signers."""
    roles = asked.framework.ruling.roles
    if not roles:
        return False
    choices = [
        [
            signature.signer
            for signature in ruling.signatures
            if signature.role == role
            and signature.assurance not in refused_assurances(asked.framework)
        ]
        for role in roles
    ]
    return any(len(set(signers)) == len(roles) for signers in product(*choices))


def _readings(
    asked: Asked, effective: dict[str, Outcome]
) -> tuple[dict[str, set[str]], list[datetime | None], set[str]]:
    """G-16: what is chosen, when that ends, and which clauses are open; moot ones are neither."""
    needs = asked.framework.actions[asked.action.name].needs
    chosen, ends, still_open = {}, [], set()
    for name, clause in asked.framework.interpretations.items():
        standing = _standing_choices(asked, name)
        lapsed = any(one.expires_at and asked.at >= one.expires_at for one in standing)
        if standing and not lapsed:
            chosen[name] = {one.reading for one in standing}
        kinds = {
            asked.framework.standards[standard].kind
            for meaning in clause.readings.values()
            for rule in meaning.combinations
            if together(rule, effective) is not OUT
            for standard in rule.obliges
        }
        if not kinds & set(needs):
            continue
        if name in chosen:
            ends += [one.expires_at for one in standing]
        else:
            still_open.add(name)
    return chosen, ends, still_open


def _standing_choices(asked: Asked, name: str) -> list[Choice]:
    """The latest of the choices that all roles signed."""
    clause = asked.framework.interpretations[name]
    refused = refused_assurances(asked.framework)
    counting = []
    for one in asked.choices:
        if one.interpretation != name or one.reading not in clause.readings:
            continue
        people = [
            [s.signer for s in one.signatures if s.role == role and s.assurance not in refused]
            for role in clause.by
        ]
        by_all = any(len(set(signers)) == len(clause.by) for signers in product(*people))
        if by_all and one.framework == digest(asked.framework):
            counting.append(one)
    latest = max((one.chosen_at for one in counting), default=None)
    return [one for one in counting if one.chosen_at == latest]


def _shields(
    asked: Asked, effective: dict[str, Outcome], chosen: dict[str, set[str]]
) -> tuple[list[Shield], set[str]]:
    """G-6 to G-9, G-17: every binding standard that is owed."""
    owed, held = obligations(asked.framework, effective, asked.judgement.scope, chosen)
    needs = asked.framework.actions[asked.action.name].needs
    shields = []
    for standard, owing in owed.items():
        if asked.framework.standards[standard].kind not in needs:
            continue
        hard = bool(owing & {"", " reached together"}) or any(
            effective[name] is IN for name in owing if name in effective
        )
        shield = _shield(asked, standard, hard=hard)
        for name, adjustment in asked.framework.adjustments.items():
            others = adjustment.instead.get(standard, ())
            if shield.reasons and others and asked.judgement.adjustments[name] is OUT:
                instead = [_shield(asked, other, hard=hard) for other in others]
                if not any(one.reasons for one in instead):
                    shields += instead
                    shield = Shield(conditions=frozenset({"adjustment.applied"}))
        shields.append(shield)
    return shields, held


def _shield(asked: Asked, standard: str, *, hard: bool) -> Shield:
    return settle_standard(
        asked.framework,
        standard,
        hard=hard,
        subject=asked.subject,
        action=asked.action,
        at=asked.at,
        claims=asked.claims,
        negatives=asked.negatives,
        tests=asked.judgement.safeguards,
    )


def _sign_offs(asked: Asked) -> tuple[Reasons, datetime | None]:
    """G-10, and the part of G-14 that rests on sign-offs."""
    roles = asked.framework.actions[asked.action.name].sign_offs
    found: Reasons = set()
    choices = []
    for role in roles:
        ours = [one for one in asked.approvals if one.role == role]
        counting = [one for one in ours if not _approval_problem(asked, one)]
        choices.append(counting)
        if not counting:
            problems = {_approval_problem(asked, one) for one in ours} or {"approval.missing"}
            if problems != {"approval.missing"}:
                problems.discard("approval.missing")
            found |= {(problem, role, "HOLD") for problem in problems}
    if found:
        return found, None
    good = [chosen for chosen in product(*choices) if _independent(asked, roles, chosen)]
    if not good:
        return {("approval.not-independent", "", "HOLD")}, None
    # A set of approvals holds until its first one lapses; the best set is what can be relied on.
    ends = [
        min((one.expires_at for one in chosen if one.expires_at), default=None) for chosen in good
    ]
    return set(), None if None in ends else max(end for end in ends if end is not None)


def _approval_problem(asked: Asked, approval: Approval) -> str:
    for given, wanted in (
        (approval.action, asked.action.name),
        (approval.surface or asked.action.surface, asked.action.surface),
        (approval.audience or asked.action.audience, asked.action.audience),
    ):
        if given != wanted:
            return "approval.missing"
    if approval.determination != asked.name:
        return "approval.other-digest"
    if approval.expires_at is not None and asked.at >= approval.expires_at:
        return "approval.expired"
    if approval.assurance in refused_assurances(asked.framework):
        return "approval.unsigned"
    return ""


def _independent(asked: Asked, roles: Sequence[str], chosen: Sequence[Approval]) -> bool:
    for one, first in zip(roles, chosen, strict=True):
        role = asked.framework.roles.get(one)
        for other, second in zip(roles, chosen, strict=True):
            if role and other in role.independent_of and first.signer == second.signer:
                return False
    return True
