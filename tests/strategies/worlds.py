"""Everything that one determination and one decision need, drawn together so that they fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from tests.strategies import runs, statements
from tests.strategies.chance import AT, Draw, rarely
from tests.strategies.frameworks import frameworks
from tierlock.core import (
    Action,
    Approval,
    Attestation,
    Choice,
    Claim,
    Decision,
    Determination,
    Evidence,
    Framework,
    Negatives,
    Plan,
    Ruling,
    RunRegister,
    SpentAlpha,
    Subject,
)
from tierlock.policy import decide, determine


@dataclass(frozen=True)
class World:
    """The inputs of `determine` and `decide`; approvals and rulings name `statements.THIS`."""

    framework: Framework
    plan: Plan
    evidence: tuple[Evidence, ...]
    subject: Subject
    register: RunRegister | None
    attestations: tuple[Attestation, ...]
    negatives: Negatives
    history: tuple[SpentAlpha, ...]
    action: Action
    claims: tuple[Claim, ...]
    rulings: tuple[Ruling, ...]
    approvals: tuple[Approval, ...]
    choices: tuple[Choice, ...] = ()
    parent: Determination | None = None
    at: datetime = AT

    def bound_to(self, determination: str) -> World:
        """Return the world with its approvals and rulings on this very determination."""
        return replace(
            self,
            approvals=tuple(_bound(self.approvals, determination)),
            rulings=tuple(_bound(self.rulings, determination)),
        )

    def determined(self) -> Determination:
        """Return the engine's determination."""
        return determine(
            self.framework,
            self.plan,
            self.evidence,
            subject=self.subject,
            at=self.at,
            register=self.register,
            attestations=self.attestations,
            negatives=self.negatives,
            history=self.history,
            parent=self.parent,
        )

    def decided(self, determination: Determination, *, at: datetime | None = None) -> Decision:
        """Return the engine's decision; `at` asks at another instant than the determination's."""
        return decide(
            self.framework,
            determination,
            subject=self.subject,
            action=self.action,
            at=at or self.at,
            claims=self.claims,
            rulings=self.rulings,
            approvals=self.approvals,
            choices=self.choices,
            negatives=self.negatives,
        )


def _bound(records: Iterable, determination: str) -> Iterable:
    for record in records:
        ours = record.determination == statements.THIS
        yield record.model_copy(update={"determination": determination}) if ours else record


def people(draw: Draw, framework: Framework, subject: Subject) -> dict[str, Any]:
    """Draw what people said and ask: the fields of a `World` besides runs, plan and parent."""
    action = statements.actions(draw)
    return {
        "attestations": statements.attestations(draw, framework, subject),
        "negatives": statements.negatives(draw, framework),
        "history": runs.histories(draw, framework),
        "action": action,
        "claims": statements.claims(draw, framework, subject),
        "rulings": statements.rulings(draw, framework),
        "approvals": statements.approvals(draw, framework, action),
        "choices": statements.choices(draw, framework),
    }


@st.composite
def worlds(draw: Draw) -> World:
    """Worlds in which ALLOW, HOLD and DENY all occur often."""
    framework = draw(frameworks())
    subject = runs.subjects(draw)
    plan, plans = runs.plans(draw, framework, subject)
    evidence = runs.evidence_of(draw, framework, subject)
    register = None
    if len(plans) > 1 or not rarely(draw, 3):
        register = runs.registers(draw, framework, evidence, plans)
    return World(
        framework=framework,
        plan=plan,
        evidence=evidence,
        subject=subject,
        register=register,
        **people(draw, framework, subject),
    )
