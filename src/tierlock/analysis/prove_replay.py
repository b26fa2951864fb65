"""A situation -> what the engine itself answers in it.

Trees, implications, precaution, standards and gate are those of the framework, applied by
`determine` and `decide`; `prove_made.py` says how the criteria come to what they should.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tierlock.analysis.prove_made import NAME, make
from tierlock.analysis.prove_values import Consequence, Situation
from tierlock.core import (
    Action,
    Approval,
    Claim,
    ClaimEvidence,
    Determination,
    Framework,
    Negative,
    Negatives,
    RoleSignature,
    Ruling,
    Verdict,
    digest,
)
from tierlock.policy import decide, determine, register_of


def replay(framework: Framework, *, situation: Situation) -> Consequence:
    """Return what `determine` and `decide` answer in a situation.

    Args:
        framework: the rules.
        situation: a combination that can occur.
    """
    made = make(framework, situation=situation)
    found = determine(
        made.framework,
        made.plan,
        made.evidence,
        subject=made.subject,
        at=made.at,
        register=register_of(made.evidence, framework=made.framework),
    )
    verdict = None
    if situation.action:
        name = digest(found)
        verdict = decide(
            made.framework,
            found,
            subject=made.subject,
            action=action_of(framework, name=situation.action),
            at=made.at,
            claims=_claims(framework, situation, made.at),
            rulings=_rulings(framework, situation, name, made.at),
            approvals=_approvals(framework, situation, name, made.at),
            negatives=_negatives(situation, made.at),
        ).verdict
    return _consequence(found, situation, verdict=verdict)


def action_of(framework: Framework, *, name: str) -> Action:
    """Return the question about an action, on the first surface and for the first audience."""
    per = framework.actions[name].per
    return Action(
        name=name,
        surface=next(iter(framework.surfaces), None) if "surface" in per else None,
        audience=next(iter(framework.audiences), None) if "audience" in per else None,
    )


def _consequence(
    found: Determination, situation: Situation, *, verdict: Verdict | None
) -> Consequence:
    ruled = bool(situation.ruled)
    return Consequence(
        thresholds={one.threshold: one.outcome for one in found.thresholds},
        owed=None if ruled else {one.standard: one.because for one in found.owed},
        holds=None if ruled else frozenset(found.holds),
        verdict=verdict,
    )


def _claims(framework: Framework, situation: Situation, at: datetime) -> list[Claim]:
    claims = []
    for name, standard in framework.standards.items():
        for key, criterion in standard.criteria.items():
            if f"{name}:{key}" in situation.covered and criterion.accepts:
                shown = ClaimEvidence(kind=criterion.accepts[0], says="replayed", produced_at=at)
                claims.append(
                    Claim(
                        criterion=f"{name}:{key}",
                        subject=NAME,
                        status="met",
                        holds_with_weights=True,
                        evidence=(shown,),
                        claimed_at=at,
                    )
                )
    return claims


def _rulings(framework: Framework, situation: Situation, name: str, at: datetime) -> list[Ruling]:
    if not (situation.official or situation.ruled):
        return []
    roles = framework.ruling.roles if situation.official else ()
    return [
        Ruling(
            subject=NAME,
            determination=name,
            outcomes=dict(situation.ruled),
            signatures=tuple(
                RoleSignature(role=role, signer=role, assurance="signed") for role in roles
            ),
            reasons="replayed",
            ruled_at=at,
        )
    ]


def _approvals(
    framework: Framework, situation: Situation, name: str, at: datetime
) -> list[Approval]:
    return [
        Approval(
            role=role,
            signer=role,
            action=situation.action,
            determination=name,
            approved_at=at,
            assurance="signed",
        )
        for role in framework.actions[situation.action].sign_offs
    ]


def _negatives(situation: Situation, at: datetime) -> Negatives:
    return Negatives(
        records=tuple(
            Negative(
                kind="failed_claim",
                subject=NAME,
                concerns=path,
                says="replayed",
                happened_at=at - timedelta(days=4),
            )
            for path in sorted(situation.failed)
        ),
        complete_as_of=at if situation.rest else None,
    )
