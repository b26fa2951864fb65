"""One criterion: measured, attested or fact (sections M, R, F-1 and X of the specification)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tests.reference.assurances import refused_assurances
from tests.reference.judgement import Leaf
from tests.reference.measure import (
    Attempt,
    Question,
    attempts,
    on_safe_side,
    out_p_problems,
    reaches,
    rules_out,
)
from tests.reference.slots import Slot, slot_for
from tierlock.core import (
    Attestation,
    Attested,
    Determination,
    Evidence,
    Fact,
    Framework,
    Measured,
    Negatives,
    Outcome,
    Plan,
    RunRegister,
    SpentAlpha,
    Subject,
    Trigger,
    add_period,
)

WHO_RAN = {"model_args", "model_base_url", "model_roles", "packages", "revision", "seed"}


@dataclass(frozen=True)
class Case:
    """All inputs of one determination."""

    framework: Framework
    plan: Plan
    evidence: Sequence[Evidence]
    subject: Subject
    at: datetime
    register: RunRegister
    attestations: Sequence[Attestation] = ()
    negatives: Negatives = field(default_factory=Negatives)
    history: Sequence[SpentAlpha] = ()
    parent: Determination | None = None


@dataclass(frozen=True)
class Place:
    """Where a criterion stands: its tree and the multipliers of the connectives above it."""

    owner: str
    threshold: str | None
    safeguards: bool
    mark: str = ":"
    m_out: int = 1
    m_in: int = 1


def settle_measured(case: Case, criterion: Measured, place: Place) -> Leaf:
    slot, question = slot_of(case, criterion, place), question_of(case, criterion, place)
    planned = [
        [row for run in runs for row in attempts(question, run, prefix="")]
        for runs in variants(slot.planned)
    ]
    outcome, codes = _measured_outcome(case, question, slot, place, planned)
    doubtful = any(run.doubtful for run in slot.planned)
    expired = any(is_expired(case, run, safeguards=place.safeguards) for run in slot.planned)
    return Leaf(
        outcome=outcome,
        owes=bool(slot.owes),
        doubtful=doubtful,
        missing=expired or not slot.planned,
        measured=bool(slot.planned or slot.unplanned),
        vetoed=_vetoed(question, slot, planned),
        codes=frozenset(codes),
    )


def slot_of(case: Case, criterion: Measured, place: Place) -> Slot:
    tasks = case.framework.evaluations[criterion.evaluation].tasks
    return slot_for(
        criterion.evaluation,
        case.subject,
        case.plan,
        [run for run in case.evidence if run.evaluation in tasks],
        case.register,
        safeguards=place.safeguards,
    )


def question_of(case: Case, criterion: Measured, place: Place) -> Question:
    framework = case.framework
    errors, corrections = framework.error_control, framework.corrections
    factor = criterion.elicitation_factor or corrections.elicitation_factor
    buffer = criterion.buffer or corrections.buffer
    alpha = errors.rule_out / errors.checkpoints
    if place.threshold is not None:
        alpha = framework.alpha_rule_out(place.threshold)
    return Question(
        criterion=criterion,
        evaluation=framework.evaluations[criterion.evaluation],
        promise=case.plan.slot(criterion.evaluation),
        factor=factor.value,
        buffer=buffer.value,
        alpha_out=alpha,
        alpha_in=errors.rule_in,
        m_out=place.m_out,
        m_in=place.m_in,
    )


def variants(runs: Sequence[Evidence]) -> list[list[Evidence]]:
    """M-14: runs by what was asked and how; which model ran where and the seed do not matter."""
    groups: dict[object, list[Evidence]] = {}
    for run in runs:
        settings = {key: text for key, text in run.configuration.items() if key not in WHO_RAN}
        key = (run.evaluation, run.task_version, tuple(sorted(settings.items())))
        groups.setdefault(key, []).append(run)
    return list(groups.values())


def _measured_outcome(
    case: Case, question: Question, slot: Slot, place: Place, planned: Sequence[list[Attempt]]
) -> tuple[Outcome, set[str]]:
    if not slot.planned:
        why = "slot.only-unplanned" if slot.unplanned else "slot.no-evidence"
        return Outcome.UNDETERMINED, {why, *slot.owes}
    if any(not reaches(question, rows, tries=len(planned)) for rows in planned):
        return Outcome.REACHED, set(slot.owes)
    codes = set(slot.owes).union(*(rules_out(question, rows) for rows in planned))
    if _vetoed(question, slot, planned):
        codes.add("slot.unplanned-veto")
    if any(run.doubtful for run in slot.planned):
        codes.add("evidence.doubtful")
    if any(run.status != "success" for run in slot.planned):
        codes.add("run.unfinished")
    if question.evaluation.status != "current":
        codes.add("evaluation.not-current")
    if any(is_expired(case, run, safeguards=place.safeguards) for run in slot.planned):
        codes.add("evidence.expired")
    if place.threshold is not None and alpha_is_spent(case, place.threshold):
        codes.add("alpha.spent")
    return (Outcome.UNDETERMINED if codes else Outcome.RULED_OUT), codes


def _vetoed(question: Question, slot: Slot, planned: Sequence[list[Attempt]]) -> bool:
    """S-6: planned with each unplanned run, and with all that are not on the safe side.

    Caps and flags (M-4, M-5, M-11) speak about runs that support; a veto is a matter of values.
    """
    if not slot.unplanned:
        return False
    extra = [attempts(question, run, prefix=run.run_id) for run in slot.unplanned]
    unsafe = [row for rows in extra if not on_safe_side(question, rows) for row in rows]
    pools = [*extra, unsafe] if unsafe else extra
    return not planned or any(
        out_p_problems(question, [*variant, *pool]) for variant in planned for pool in pools
    )


def alpha_is_spent(case: Case, threshold: str) -> bool:
    """E-2: other weights of the lineage used up the period's budget."""
    errors = case.framework.error_control
    mine = case.subject.parts.weights or case.subject.name
    others = {
        spent.weights
        for spent in case.history
        if spent.threshold == threshold
        and spent.lineage == case.subject.lineage_id
        and case.at < add_period(spent.spent_at, period=errors.period)
        and spent.weights != mine
    }
    return len(others) >= errors.checkpoints


def elapsed_end(trigger: Trigger, start: datetime) -> datetime | None:
    """X-1: when an `elapsed` trigger takes effect, its grace included."""
    if trigger.when.elapsed is None:
        return None
    end = add_period(start, period=trigger.when.elapsed)
    return add_period(end, period=trigger.grace) if trigger.grace else end


def is_expired(case: Case, run: Evidence, *, safeguards: bool) -> bool:
    """X-1 to X-3 for one piece of evidence."""
    return any(
        _fires(case, trigger, run, safeguards=safeguards)
        for trigger in case.framework.triggers
        if "evidence" in trigger.expires
    )


def _fires(case: Case, trigger: Trigger, run: Evidence, *, safeguards: bool) -> bool:
    end = elapsed_end(trigger, run.measured_at)
    if end is not None:
        return case.at >= end
    ratio = trigger.when.effective_compute
    if ratio is not None:
        now, then = case.subject.effective_compute, run.subject.effective_compute
        if now is None or then is None:
            return not _same_weights(case.subject, run)
        return now >= ratio * then
    part = trigger.when.changed
    if part is None or (part == "safeguards" and not safeguards):
        return False
    ours, theirs = getattr(case.subject.parts, part), getattr(run.subject.parts, part)
    return ours is None or theirs is None or ours != theirs


def _same_weights(subject: Subject, run: Evidence) -> bool:
    ours, theirs = subject.parts.weights, run.subject.parts.weights
    if ours is None and theirs is None:
        return subject.answers_to(run.subject.name)
    return ours == theirs


def settle_attested(case: Case, criterion: Attested, place: Place) -> Leaf:
    path = f"{place.owner}{place.mark}{criterion.name}"
    ours = [
        attestation
        for attestation in case.attestations
        if attestation.criterion == path
        and attestation.role == criterion.by
        and case.subject.answers_to(attestation.subject)
    ]
    open_records = [
        record
        for record in case.negatives.records
        if record.resolved_at is None and case.subject.answers_to(record.subject)
    ]
    if any(record.kind == "failed_claim" and record.concerns == path for record in open_records):
        return Leaf(Outcome.REACHED, missing=not ours)
    if any(record.kind == "objection" and record.concerns == path for record in open_records):
        codes = frozenset({"attestation.objection"})
        return Leaf(Outcome.UNDETERMINED, missing=not ours, codes=codes)
    ends = [attestation_end(case, criterion, one) for one in ours if _attests(case, criterion, one)]
    if not ends:
        return Leaf(Outcome.UNDETERMINED, missing=True, codes=frozenset({"attestation.*"}))
    known = [end for end in ends if end is not None]
    return Leaf(Outcome.RULED_OUT, expires_at=max(known) if len(known) == len(ends) else None)


def _attests(case: Case, criterion: Attested, attestation: Attestation) -> bool:
    """R-1: current, accepted, and over the parts as they are."""
    if attestation.assurance in refused_assurances(case.framework):
        return False
    if any(
        getattr(case.subject.parts, part) not in (None, attestation.over.get(part))
        for part in criterion.over
    ):
        return False
    for trigger in case.framework.triggers:
        part = trigger.when.changed
        if "attestations" in trigger.expires and part is not None:
            noted = attestation.over.get(part)
            if noted is None or noted != getattr(case.subject.parts, part):
                return False
        grown = "attestations" in trigger.expires and trigger.when.effective_compute is not None
        if grown and attestation.over.get("weights") != case.subject.parts.weights:
            return False
    end = attestation_end(case, criterion, attestation)
    return end is None or case.at < end


def attestation_end(case: Case, criterion: Attested, attestation: Attestation) -> datetime | None:
    """When an attestation stops supporting; None for never."""
    ends = [attestation.expires_at]
    if criterion.max_age is not None:
        ends.append(add_period(attestation.attested_at, period=criterion.max_age))
    ends += [
        elapsed_end(trigger, attestation.attested_at)
        for trigger in case.framework.triggers
        if "attestations" in trigger.expires
    ]
    return min((end for end in ends if end is not None), default=None)


def settle_fact(case: Case, criterion: Fact) -> Leaf:
    if criterion.fact not in case.subject.facts:
        return Leaf(Outcome.UNDETERMINED, missing=True, codes=frozenset({"fact.undeclared"}))
    value, test = case.subject.facts[criterion.fact], criterion.crossed_if
    wanted = [test.equals] if test.equals is not None else list(test.one_of or ())
    if test.at_least is not None or test.below is not None:
        wanted = [0.0]
    if kind_of(value) not in {kind_of(one) for one in wanted}:
        return Leaf(Outcome.UNDETERMINED, codes=frozenset({"fact.type"}))
    if test.at_least is not None:
        crossed = float(value) >= test.at_least
    elif test.below is not None:
        crossed = float(value) < test.below
    else:
        crossed = any(kind_of(one) == kind_of(value) and one == value for one in wanted)
    return Leaf(Outcome.REACHED if crossed else Outcome.RULED_OUT)


def kind_of(value: object) -> str:
    """Truth values are not numbers (F-1)."""
    if isinstance(value, bool):
        return "truth"
    return "text" if isinstance(value, str) else "number"
