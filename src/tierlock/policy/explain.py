"""Why, how far, what flips it, what is missing, and the cheapest way forward; as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from tierlock.core import (
    Approval,
    Choice,
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
from tierlock.policy.gate import decide_about
from tierlock.policy.logic import finding_paths
from tierlock.policy.margins import margins
from tierlock.policy.work import work_order

IMAGINED: Final = "sha256:" + 64 * "0"
"""Stands for the digest of a determination that nobody made: no ruling or approval is about it."""


class _Imagined(NamedTuple):
    """One finding settled otherwise, and the determination that would follow."""

    finding: Finding
    to: Outcome
    changed: Determination


class _Asked(NamedTuple):
    """A decided question, which can be asked again with something changed."""

    framework: Framework
    determination: Determination
    subject: Subject
    decision: Decision
    claims: tuple[Claim, ...]
    rulings: tuple[Ruling, ...]
    approvals: tuple[Approval, ...]
    choices: tuple[Choice, ...]
    negatives: Negatives

    def again(
        self, changed: Determination, *, claims: Sequence[Claim], negatives: Negatives
    ) -> Verdict:
        """Return the verdict about `changed`, which is the one decided about or an imagined one."""
        same = changed is self.determination
        return decide_about(
            changed,
            name=self.decision.determination if same else IMAGINED,
            framework=self.framework,
            subject=self.subject,
            action=self.decision.action,
            at=self.decision.decided_at,
            claims=claims,
            rulings=self.rulings,
            approvals=self.approvals,
            choices=self.choices,
            negatives=negatives,
        ).verdict


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
    choices: Iterable[Choice] = (),
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
        choices: the choices of readings that `decide` saw.
        negatives: the negative records that `decide` saw.
    """
    known = margins(framework, determination=determination, evidence=tuple(evidence))
    all_claims = tuple(claims)
    work = work_order(
        framework,
        determination=determination,
        decision=decision,
        margins={margin.path: margin for margin in known},
        claims=all_claims,
    )
    imagined = tuple(_settled_otherwise(framework, determination))
    flips = _threshold_flips(determination, imagined)
    if decision is not None:
        asked = _Asked(
            framework=framework,
            determination=determination,
            subject=subject,
            decision=decision,
            claims=all_claims,
            rulings=tuple(rulings),
            approvals=tuple(approvals),
            choices=tuple(choices),
            negatives=negatives or Negatives(),
        )
        flips = [*_claim_flips(asked), *_verdict_flips(asked, imagined), *flips]
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


def _verdict_flips(asked: _Asked, imagined: Iterable[_Imagined]) -> list[Flip]:
    """Single findings whose change would change the verdict."""
    flips = []
    old = asked.decision.verdict
    for finding, to, changed in imagined:
        new = asked.again(changed, claims=asked.claims, negatives=asked.negatives)
        if new is not old:
            flips.append(_flip(finding.path, to.value, old, new))
    return flips


def _claim_flips(asked: _Asked) -> list[Flip]:
    """Single safeguards whose being met, or no longer claimed, would change the verdict."""
    old = asked.decision.verdict
    same = asked.again(asked.determination, claims=asked.claims, negatives=asked.negatives)
    if same is not old:
        raise InputError(
            "input.type",
            "the decision does not follow from these claims, rulings, approvals and records",
            hint="pass to `explain` what was passed to `decide`",
        )
    flips = []
    told = {reason.about for reason in asked.decision.reasons}
    open_paths = [
        path
        for standard_id, standard in asked.framework.standards.items()
        for criterion_id in standard.criteria
        if (path := f"{standard_id}:{criterion_id}") in told
    ]
    for path in open_paths:
        claim = perfect_claim(
            path,
            framework=asked.framework,
            subject=asked.subject,
            determination=asked.determination,
        )
        new = asked.again(
            with_test_passed(asked.determination, path=path),
            claims=(*asked.claims, claim),
            negatives=without_failures(asked.negatives, path=path),
        )
        if new is not old:
            flips.append(_flip(path, "met", old, new))
    for path in sorted({claim.criterion for claim in asked.claims}.difference(open_paths)):
        fewer = [claim for claim in asked.claims if claim.criterion != path]
        new = asked.again(asked.determination, claims=fewer, negatives=asked.negatives)
        if new is not old:
            flips.append(_flip(path, "unmet", old, new))
    return flips


def _flip(path: str, to: str, old: Verdict, new: Verdict) -> Flip:
    opens = old is Verdict.DENY or new is Verdict.ALLOW  # the two are never the same
    return Flip(
        path=path,
        to=to,
        changes=f"{old.value} -> {new.value}",
        direction="opens" if opens else "closes",
    )


def _threshold_flips(determination: Determination, imagined: Iterable[_Imagined]) -> list[Flip]:
    """Single findings whose change would change a threshold's outcome."""
    before = {found.threshold: found.outcome for found in determination.thresholds}
    flips = []
    for finding, to, changed in imagined:
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


def _settled_otherwise(framework: Framework, determination: Determination) -> Iterator[_Imagined]:
    """Every change worth imagining: one finding settled that is open, or settled otherwise."""
    for finding in determination.findings:
        for to in (Outcome.RULED_OUT, Outcome.REACHED):
            if to is not finding.outcome:
                changed = with_outcome(
                    determination, framework=framework, path=finding.path, outcome=to
                )
                yield _Imagined(finding, to, changed)


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
