"""A situation -> what the engine itself answers in it.

Trees, implications, precaution, standards and gate are those of the framework, applied by
`determine` and `decide`; `prove_made.py` says how the criteria come to what they should.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from tierlock.analysis.prove_made import NAME, Made, make
from tierlock.analysis.prove_values import Consequence, Situation
from tierlock.core import (
    Action,
    Approval,
    Choice,
    Claim,
    Decision,
    Determination,
    Framework,
    Negative,
    Negatives,
    RoleSignature,
    Ruling,
    determination_id,
    digest,
)
from tierlock.policy import (
    chosen_readings,
    decide,
    determine,
    evidence_of,
    owed_standards,
    register_of,
)


class Replayed(NamedTuple):
    """What the engine answers; the decision is None where no action is asked."""

    consequence: Consequence
    determination: Determination
    decision: Decision | None


def replay(framework: Framework, *, situation: Situation) -> Consequence:
    """Return what `determine` and `decide` answer in a situation.

    Args:
        framework: the rules.
        situation: a combination that can occur.
    """
    return replay_fully(framework, situation=situation).consequence


def replay_fully(framework: Framework, *, situation: Situation) -> Replayed:
    """Return the same with the engine's own records, which say why."""
    made = make(framework, situation=situation)
    found = determine(
        made.framework,
        made.plan,
        made.evidence,
        subject=made.subject,
        at=made.at,
        register=register_of(made.evidence, framework=made.framework),
    )
    choices = _choices(made.framework, situation, made.at)
    decision = None
    if situation.action:
        name = determination_id(found)
        decision = decide(
            made.framework,
            found,
            subject=made.subject,
            action=action_of(framework, name=situation.action),
            at=made.at,
            claims=_claims(framework, situation, made.at),
            rulings=_rulings(framework, situation, name, made.at),
            approvals=_approvals(framework, situation, name, made.at),
            choices=choices,
            negatives=_negatives(situation, made.at),
        )
    return Replayed(_consequence(found, made, situation, choices, decision), found, decision)


def action_of(framework: Framework, *, name: str) -> Action:
    """Return the question about an action, on the first surface and for the first audience."""
    per = framework.actions[name].per
    return Action(
        name=name,
        surface=next(iter(framework.surfaces), None) if "surface" in per else None,
        audience=next(iter(framework.audiences), None) if "audience" in per else None,
    )


def _consequence(
    found: Determination,
    made: Made,
    situation: Situation,
    choices: list[Choice],
    decision: Decision | None,
) -> Consequence:
    ruled = bool(situation.ruled)
    thresholds = {one.threshold: one.outcome for one in found.thresholds}
    chosen = chosen_readings(made.framework, choices=choices, at=made.at)
    owed, holds = owed_standards(
        framework=made.framework,
        outcomes=thresholds,
        scope=found.scope_outcome,
        chosen={name: one.readings for name, one in chosen.items()},
    )
    conditions = () if decision is None else decision.conditions
    return Consequence(
        thresholds=thresholds,
        owed=None if ruled else {one.standard: one.because for one in owed},
        holds=None if ruled else frozenset(holds),
        verdict=None if decision is None else decision.verdict,
        adjusted=frozenset(
            note.says.partition("; due now")[0]
            for note in conditions
            if note.code == "adjustment.applied"
        ),
    )


def _choices(framework: Framework, situation: Situation, at: datetime) -> list[Choice]:
    """One choice per chosen reading, all of one instant, signed by one person per role."""
    name = digest(framework)
    return [
        Choice(
            interpretation=interpretation,
            reading=reading,
            framework=name,
            signatures=tuple(
                RoleSignature(role=role, signer=f"{role} {place}", assurance="signed")
                for place, role in enumerate(framework.interpretations[interpretation].by)
            ),
            reasons="replayed",
            chosen_at=at,
        )
        for interpretation, readings in situation.chosen.items()
        for reading in readings
    ]


def _claims(framework: Framework, situation: Situation, at: datetime) -> list[Claim]:
    claims = []
    for name, standard in framework.standards.items():
        for key, criterion in standard.criteria.items():
            if f"{name}:{key}" in situation.covered and criterion.accepts:
                shown = evidence_of(criterion.accepts[0], says="replayed", at=at)
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
        if role not in situation.unsigned
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
