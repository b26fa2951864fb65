"""One criterion of any kind -> a finding; an error stays inside its criterion (law L6)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from tierlock.core import (
    Attestation,
    Attested,
    Fact,
    FactTest,
    FactValue,
    Finding,
    Measured,
    Outcome,
    Reason,
    TierlockError,
    Undisclosed,
    add_period,
)
from tierlock.policy.case import Case
from tierlock.policy.logic import Leaf
from tierlock.policy.measured import settle_measured
from tierlock.policy.slots import view_slot
from tierlock.policy.staleness import trigger_end


def settle(
    leaf: Leaf, *, case: Case, threshold: str, alpha_out: float, alpha_in: float, safeguard: bool
) -> Finding:
    """Return the finding of one leaf; never raises for what evidence or framework contain.

    A criterion that can not be settled is UNDETERMINED with the error's code, so that it can not
    change another criterion's finding (spec/determination.md C-6).
    """
    try:
        return _settle(
            leaf,
            case=case,
            threshold=threshold,
            alpha_out=alpha_out,
            alpha_in=alpha_in,
            safeguard=safeguard,
        )
    except (TierlockError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        says = error.message if isinstance(error, TierlockError) else str(error)
        return Finding(
            path=leaf.path,
            kind=_kind(leaf),
            outcome=Outcome.UNDETERMINED,
            decided_by="error",
            reasons=(Reason(code="criterion.error", says=f"could not be settled: {says}"),),
            owes=True,
            guarded=False,
        )


def _kind(leaf: Leaf) -> Literal["measured", "attested", "fact"]:
    """The kind of a criterion that can fail; an undisclosed bound is never tried."""
    if isinstance(leaf.criterion, Measured):
        return "measured"
    return "attested" if isinstance(leaf.criterion, Attested) else "fact"


def _settle(
    leaf: Leaf, *, case: Case, threshold: str, alpha_out: float, alpha_in: float, safeguard: bool
) -> Finding:
    criterion = leaf.criterion
    if isinstance(criterion, Fact):
        return settle_fact(leaf.path, criterion=criterion, case=case)
    if isinstance(criterion, Attested):
        return settle_attested(leaf.path, criterion=criterion, case=case)
    if isinstance(criterion, Undisclosed):
        return settle_undisclosed(leaf.path, criterion=criterion)
    view = view_slot(
        criterion.evaluation,
        framework=case.framework,
        plan=case.plan,
        register=case.register,
        evidence=case.evidence,
        subject=case.subject,
        safeguard=safeguard,
    )
    finding = settle_measured(
        leaf,
        criterion=criterion,
        case=case,
        view=view,
        threshold=threshold,
        alpha_out=alpha_out,
        alpha_in=alpha_in,
        safeguard=safeguard,
    )
    return _within_its_say(finding, criterion=criterion)


def _within_its_say(finding: Finding, *, criterion: Measured) -> Finding:
    """An instrument that can only rule out, or only rule in, leaves the rest open (M-15)."""
    if criterion.decides == "rule_out" and finding.outcome is Outcome.REACHED:
        reason = Reason(code="criterion.rules-out-only", says="this test can only rule out")
    elif criterion.decides == "rule_in" and finding.outcome is Outcome.RULED_OUT:
        reason = Reason(code="criterion.rules-in-only", says="this test can only rule in")
    else:
        return finding
    return finding.model_copy(
        update={"outcome": Outcome.UNDETERMINED, "reasons": (*finding.reasons, reason)}
    )


def settle_undisclosed(path: str, *, criterion: Undisclosed) -> Finding:
    """Return the finding of a criterion whose bound nobody outside knows (M-16)."""
    says = f"the bound of `{criterion.name}` is not published"
    return Finding(
        path=path,
        kind="undisclosed",
        says=criterion.says,
        outcome=Outcome.UNDETERMINED,
        decided_by="omission",
        reasons=(Reason(code="bound.undisclosed", says=says),),
        guarded=False,
    )


def settle_fact(path: str, *, criterion: Fact, case: Case) -> Finding:
    """Return the finding of a fact criterion: an undeclared fact is unknown (F-1)."""
    value = case.subject.facts.get(criterion.fact)
    crossed = None if value is None else _crosses(value, criterion.crossed_if)
    if value is None:
        code, says = "fact.undeclared", f"fact `{criterion.fact}` is not declared"
    elif crossed is None:
        code, says = "fact.type", f"fact `{criterion.fact}` is `{value}`, of another type"
    else:
        code, says = "fact.declared", f"declared: {criterion.fact} = {value}"
    outcome = Outcome.UNDETERMINED
    if crossed is not None:
        outcome = Outcome.REACHED if crossed else Outcome.RULED_OUT
    return Finding(
        path=path,
        kind="fact",
        says=criterion.says,
        outcome=outcome,
        decided_by="omission" if value is None else "fact",
        reasons=(Reason(code=code, says=says),),
        guarded=False,
    )


def _crosses(value: FactValue, test: FactTest) -> bool | None:
    """Whether the fact makes the bad proposition true; None if the types do not compare."""
    if test.equals is not None:
        return value == test.equals if _type(value) == _type(test.equals) else None
    if test.one_of is not None:
        options = [option for option in test.one_of if _type(option) == _type(value)]
        return value in options if options else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if test.at_least is not None:
        return value >= test.at_least
    return value < cast("float", test.below)  # the validator saw exactly one of them


def _type(value: FactValue) -> tuple[bool, bool]:
    """What tells truth values, texts and numbers apart."""
    return isinstance(value, bool), isinstance(value, str)


def settle_attested(path: str, *, criterion: Attested, case: Case) -> Finding:
    """Return the finding of an attested criterion (R-1 to R-3)."""
    records = [
        record
        for record in case.negatives.records
        if record.concerns == path
        and record.resolved_at is None
        and case.subject.answers_to(record.subject)
    ]
    outcome, reasons, expires = Outcome.UNDETERMINED, [], None
    failed = [record for record in records if record.kind == "failed_claim"]
    objections = [record for record in records if record.kind == "objection"]
    mine = [
        item
        for item in case.attestations
        if item.criterion == path
        and item.role == criterion.by
        and case.subject.answers_to(item.subject)
    ]
    refusals = [_refusal(item, criterion=criterion, case=case) for item in mine]
    good = [item for item, refusal in zip(mine, refusals, strict=True) if refusal is None]
    if failed:
        outcome = Outcome.REACHED
        told = sorted({record.says for record in failed})
        reasons = [Reason(code="attestation.failed", says=says) for says in told]
        reasons += [] if mine else [_unattested(criterion)]
    elif objections:
        told = sorted({record.says for record in objections})
        reasons = [Reason(code="attestation.objection", says=says) for says in told]
    elif good:
        outcome = Outcome.RULED_OUT
        signers = ", ".join(sorted({item.signer for item in good}))
        by_server = all(item.assurance == "attested" for item in good)
        # The weaker label stands in the finding, and so in every page and report that shows it.
        says = f"attested by {signers} as {criterion.by}"
        says += ", on the word of a server" if by_server else ""
        reasons = [Reason(code="attestation.current", says=says)]
        ends = [_expiry(item, criterion, case) for item in good]
        known = [end for end in ends if end is not None]
        expires = max(known) if len(known) == len(ends) else None
    elif mine:
        reasons = sorted(set(filter(None, refusals)), key=lambda r: (r.code, r.says))
    else:
        reasons = [_unattested(criterion)]
    return Finding(
        path=path,
        kind="attested",
        says=criterion.says,
        outcome=outcome,
        decided_by="omission" if not (failed or objections or good) else "attestation",
        reasons=tuple(reasons),
        guarded=False,
        expires_at=expires,
    )


def _unattested(criterion: Attested) -> Reason:
    says = f"role `{criterion.by}` has not attested that this is not so"
    return Reason(code="attestation.missing", says=says)


def _expiry(item: Attestation, criterion: Attested, case: Case) -> datetime | None:
    ends = [item.expires_at]
    ends += [
        trigger_end(item.attested_at, trigger=trigger)
        for trigger in case.framework.triggers
        if "attestations" in trigger.expires and trigger.when.elapsed is not None
    ]
    if criterion.max_age is not None:
        ends.append(add_period(item.attested_at, period=criterion.max_age))
    return min((end for end in ends if end is not None), default=None)


def _refusal(item: Attestation, *, criterion: Attested, case: Case) -> Reason | None:
    """Why an attestation does not count, or None if it does."""
    end = _expiry(item, criterion, case)
    if not case.framework.accepts(item.assurance):
        how = "attested by a server, not signed" if item.assurance == "attested" else "not signed"
        return Reason(code="attestation.unsigned", says=f"the attestation is {how}")
    if end is not None and case.at >= end:
        return Reason(code="attestation.expired", says=f"the attestation expired {end.date()}")
    stale = _stale_attestation(item, case)
    if stale is not None:
        return stale
    for part in criterion.over:
        now = getattr(case.subject.parts, part)
        then = item.over.get(part)
        if now is not None and now != then:
            return Reason(code="attestation.other-parts", says=f"the attestation saw other {part}")
    return None


def _stale_attestation(item: Attestation, case: Case) -> Reason | None:
    """Triggers that expire attestations act on them as on evidence (X-7)."""
    for trigger in case.framework.triggers:
        if "attestations" not in trigger.expires:
            continue
        when = trigger.when
        if when.changed is not None:
            then, now = item.over.get(when.changed), getattr(case.subject.parts, when.changed)
            if then is None or then != now:
                says = f"{when.changed} changed since the attestation, or it is not known"
                return Reason(code="attestation.other-parts", says=says)
        elif when.effective_compute is not None and (
            item.over.get("weights") != case.subject.parts.weights
        ):
            says = "growth of effective compute since the attestation is not known"
            return Reason(code="attestation.expired", says=says)
    return None
