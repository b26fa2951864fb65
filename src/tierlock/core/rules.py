"""What binds whom: standards, actions, and the triggers that make records stale."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from tierlock.core.claim import EvidenceKind
from tierlock.core.criterion import Node
from tierlock.core.instants import Period
from tierlock.core.record import Record
from tierlock.core.subject import Part

Modality = Literal["must", "should", "may"]


class SafeguardCriterion(Record):
    """One line of a standard: what must be in place, and what evidence shows it.

    Attributes:
        accepts: kinds of evidence of which a claim needs at least one.
        max_age: age after which a claim's evidence no longer supports it.
        falls_short_if: a measured or attested test of the shortfall, beside the claim.
        scope: `paths` must cover every traffic path asked for; `subject` holds once for all.
        typical_cost: declared effort to put it in place, for work orders.
    """

    says: str = Field(min_length=1)
    accepts: tuple[EvidenceKind, ...] = ("document",)
    max_age: Period | None = None
    falls_short_if: Node | None = None
    scope: Literal["paths", "subject"] = "subject"
    typical_cost: str = ""
    modality: Modality = "must"
    cite: str = ""


class Standard(Record):
    """A list of safeguards owed together; `undefined` ones can not be met by anybody.

    Attributes:
        kind: what it protects; actions name the kinds that bind them.
        level: the publisher's or a third party's name for its strength, such as `RAND SL3`.
        addressee: whom it binds; what is recommended to the `industry` never closes a gate.
        instructs: instructions that hold while it is owed and undefined (`pause_training`).
    """

    title: str
    kind: str
    tier: str | None = None
    level: str = ""
    bar: str = ""
    cite: str = ""
    modality: Modality = "must"
    addressee: Literal["self", "industry"] = "self"
    undefined: bool = False
    instructs: tuple[str, ...] = ()
    criteria: dict[str, SafeguardCriterion] = {}

    @model_validator(mode="after")
    def _defined_or_not(self) -> Self:
        if self.undefined == bool(self.criteria):
            raise ValueError("a standard has criteria, or is `undefined: true`")
        return self


Context = Literal[
    "external",
    "limited",
    "trusted_testers",
    "internal",
    "internal_high_risk",
    "open_weights",
    "fine_tuning",
    "training",
]
"""Where the model would be used, in the same words for all frameworks."""


class ActionRule(Record):
    """What binds one action.

    Attributes:
        context: where the model would be used.
        needs: kinds of standard that bind it.
        per: what the asker must name (`surface`, `audience`).
        sign_offs: roles that must approve.
        survives_weight_access: only claims that hold for anyone with the weights count.
        instructs: what to do while the action is not allowed (`pause`, `isolate` ...).
    """

    says: str = ""
    context: Context | None = None
    needs: tuple[str, ...] = Field(min_length=1)
    per: tuple[Literal["surface", "audience"], ...] = ()
    sign_offs: tuple[str, ...] = ()
    survives_weight_access: bool = False
    instructs: tuple[str, ...] = ()
    cite: str = ""


class When(Record):
    """What fires a trigger; exactly one condition is given."""

    elapsed: Period | None = None
    effective_compute: float | None = Field(default=None, gt=1)
    changed: Part | None = None
    incident: Literal["incident", "new_attack_class"] | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        given = [self.elapsed, self.effective_compute, self.changed, self.incident]
        if sum(condition is not None for condition in given) != 1:
            raise ValueError(
                "give exactly one of `elapsed`, `effective_compute`, `changed`, `incident`"
            )
        return self


class Trigger(Record):
    """What makes records stale, which ones, and how hard the clock is.

    Attributes:
        expires: the records that lose their permission.
        grace: a soft clock's grace; None is a hard clock.
    """

    id: str
    when: When
    expires: tuple[Literal["evidence", "claims", "attestations"], ...] = Field(min_length=1)
    grace: Period | None = None
    cite: str = ""

    @model_validator(mode="after")
    def _grace_needs_a_clock(self) -> Self:
        if self.grace is not None and self.when.elapsed is None:
            raise ValueError("`grace` belongs to an `elapsed` trigger")
        return self


class Duty(Record):
    """A notice, report or review that is owed and gates no action.

    Attributes:
        by: the role that owes it.
        to: who receives it.
        within: how long after the event in `after`.
        every: how often, where it is periodic.
    """

    says: str = Field(min_length=1)
    by: str
    to: str = ""
    after: str = ""
    within: Period | None = None
    every: Period | None = None
    modality: Modality = "must"
    cite: str = ""
