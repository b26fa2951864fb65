"""Why, how far, what flips it, what is missing, and the cheapest way forward; as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from tierlock.core import (
    Approval,
    Claim,
    Deciding,
    Decision,
    Determination,
    Evidence,
    Explanation,
    Finding,
    Flip,
    Framework,
    InputError,
    Negatives,
    Outcome,
    Ruling,
    Subject,
    Verdict,
)
from tierlock.policy.counterfactual import (
    perfect_claim,
    with_outcome,
    with_test_passed,
    without_failures,
)
from tierlock.policy.gate import decide
from tierlock.policy.logic import finding_paths
from tierlock.policy.margins import margins
from tierlock.policy.work import work_order

Again = Callable[[Determination, Sequence[Claim], Negatives], Decision]


class _Asked(NamedTuple):
    """A decided question, and how to ask it again with something changed."""

    framework: Framework
    determination: Determination
    subject: Subject
    decision: Decision
    claims: tuple[Claim, ...]
    negatives: Negatives
    again: Again


def explain(
    framework: Framework,
    determination: Determination,
    *,
    subject: Subject,
    decision: Decision | None = None,
    evidence: Iterable[Evidence] = (),
    claims: Iterable[Claim] = (),
    rulings: Iterable[Ruling] = (),
    approvals: Iterable[Approval] = (),
    negatives: Negatives | None = None,
) -> Explanation:
    """Return what a person asks after the answer.

    Args:
        framework: the rules.
        determination: the computed outcomes.
        subject: the subject as it is now.
        decision: the answer to explain; without it only the determination is explained.
        evidence: the evidence used, for measured cost per sample.
        claims: the claims that `decide` saw; it is asked again with one thing changed.
        rulings: the rulings that `decide` saw.
        approvals: the approvals that `decide` saw.
        negatives: the negative records that `decide` saw.
    """
    known = margins(framework, determination=determination, evidence=tuple(evidence))
    all_claims, records = tuple(claims), negatives or Negatives()
    all_rulings, all_approvals = tuple(rulings), tuple(approvals)
    work = work_order(
        framework,
        determination=determination,
        decision=decision,
        margins={margin.path: margin for margin in known},
        claims=all_claims,
    )
    flips = _threshold_flips(framework, determination)
    if decision is not None:

        def again(
            changed: Determination, some_claims: Sequence[Claim], some: Negatives
        ) -> Decision:
            return decide(
                framework,
                changed,
                subject=subject,
                action=decision.action,
                at=decision.decided_at,
                claims=some_claims,
                rulings=all_rulings,
                approvals=all_approvals,
                negatives=some,
            )

        asked = _Asked(framework, determination, subject, decision, all_claims, records, again)
        flips = [*_claim_flips(asked), *_verdict_flips(asked), *flips]
    return Explanation(
        verdict=None if decision is None else decision.verdict,
        deciding=tuple(
            Deciding(
                threshold=found.threshold,
                outcome=found.outcome,
                paths=_deciding(determination, finding_paths(found.trace), found.tree_outcome),
            )
            for found in determination.thresholds
        ),
        margins=known,
        flips=tuple(flips),
        unknown=_unknown(framework, determination),
        next_step=work[0] if work else None,
        work=work,
        does_not_establish=_not_shown(framework),
    )


def _deciding(
    determination: Determination, paths: Sequence[str], outcome: Outcome
) -> tuple[str, ...]:
    """The leaves with the tree's outcome; where there is none, all that are not ruled out."""
    same = tuple(path for path in paths if determination.finding(path).outcome is outcome)
    return same or tuple(
        path for path in paths if determination.finding(path).outcome is not Outcome.RULED_OUT
    )


def _verdict_flips(asked: _Asked) -> list[Flip]:
    """Single findings whose change would change the verdict."""
    flips = []
    old = asked.decision.verdict
    for finding, to, changed in _settled_otherwise(asked.framework, asked.determination):
        new = asked.again(changed, asked.claims, asked.negatives).verdict
        if new is not old:
            flips.append(_flip(finding.path, to.value, old, new))
    return flips


def _claim_flips(asked: _Asked) -> list[Flip]:
    """Single safeguards whose being met, or no longer claimed, would change the verdict."""
    old = asked.decision.verdict
    if asked.again(asked.determination, asked.claims, asked.negatives).verdict is not old:
        raise InputError(
            "input.type",
            "the decision does not follow from these claims, rulings, approvals and records",
            hint="pass to `explain` what was passed to `decide`",
        )
    flips = []
    paths = {
        f"{standard_id}:{criterion_id}"
        for standard_id, standard in asked.framework.standards.items()
        for criterion_id in standard.criteria
    }
    open_paths = paths & {reason.about for reason in asked.decision.reasons}
    for path in sorted(open_paths):
        claim = perfect_claim(
            path,
            framework=asked.framework,
            subject=asked.subject,
            determination=asked.determination,
        )
        new = asked.again(
            with_test_passed(asked.determination, path=path),
            (*asked.claims, claim),
            without_failures(asked.negatives, path=path),
        ).verdict
        if new is not old:
            flips.append(_flip(path, "met", old, new))
    for path in sorted({claim.criterion for claim in asked.claims} - open_paths):
        fewer = [claim for claim in asked.claims if claim.criterion != path]
        new = asked.again(asked.determination, fewer, asked.negatives).verdict
        if new is not old:
            flips.append(_flip(path, "unmet", old, new))
    return flips


def _flip(path: str, to: str, old: Verdict, new: Verdict) -> Flip:
    opens = new is Verdict.ALLOW or (old is Verdict.DENY and new is Verdict.HOLD)
    return Flip(
        path=path,
        to=to,
        changes=f"{old.value} -> {new.value}",
        direction="opens" if opens else "closes",
    )


def _threshold_flips(framework: Framework, determination: Determination) -> list[Flip]:
    """Single findings whose change would change a threshold's outcome."""
    before = {found.threshold: found.outcome for found in determination.thresholds}
    flips = []
    for finding, to, changed in _settled_otherwise(framework, determination):
        for found in changed.thresholds:
            old, new = before[found.threshold], found.outcome
            if new is not old:
                flips.append(
                    Flip(
                        path=finding.path,
                        to=to.value,
                        changes=f"{found.threshold}: {old.words} -> {new.words}",
                        direction="lowers" if min(old, new) is new else "raises",
                    )
                )
    return flips


def _settled_otherwise(
    framework: Framework, determination: Determination
) -> Iterator[tuple[Finding, Outcome, Determination]]:
    """Every change worth imagining: one finding settled that is open, or settled otherwise."""
    for finding in determination.findings:
        for to in (Outcome.RULED_OUT, Outcome.REACHED):
            if to is not finding.outcome:
                changed = with_outcome(
                    determination, framework=framework, path=finding.path, outcome=to
                )
                yield finding, to, changed


def _unknown(framework: Framework, determination: Determination) -> tuple[str, ...]:
    """What is not known, most important first."""
    rank = framework.tier_rank
    unsettled = sorted(
        (t for t in determination.thresholds if t.outcome is Outcome.UNDETERMINED),
        key=lambda t: (-rank(t.tier), t.threshold),
    )
    said = [
        f"whether {t.threshold} is crossed: the subject {framework.thresholds[t.threshold].says}"
        for t in unsettled
    ]
    said += [f"{owed.what}: {owed.says}" for owed in determination.omissions if owed.owed]
    said += [
        f"{threat} ({domain.title}): no evaluation covers it"
        for domain in framework.domains.values()
        for threat in domain.unassessed
    ]
    return tuple(dict.fromkeys(said))


def _not_shown(framework: Framework) -> tuple[str, ...]:
    uncovered = [threat for domain in framework.domains.values() for threat in domain.unassessed]
    return (*framework.does_not_establish, *uncovered)
