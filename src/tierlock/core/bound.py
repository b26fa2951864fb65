"""What a measured bound is about: the estimand, whose bound it is, and what it assumes."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from tierlock.core.record import Record

Basis = Literal["published", "derived", "proposal"]
"""Whose bound it is: the publisher's, computed from the publisher's, or ours."""
EstimandName = Literal[
    "success_rate", "mean_score", "uplift_ratio", "uplift_difference", "time_horizon"
]


class Estimand(Record):
    """What is estimated (spec/statistics.md).

    Attributes:
        name: standard name of the estimand.
        population: `tasks` like these, or this `suite` only.
        arms: for two-arm estimands, the labels of (control, treated).
    """

    name: EstimandName = "success_rate"
    population: Literal["tasks", "suite"] = "tasks"
    arms: tuple[str, str] | None = None

    @model_validator(mode="after")
    def _arms_where_needed(self) -> Self:
        if (self.arms is not None) != self.name.startswith("uplift"):
            raise ValueError("`arms` belong to uplift estimands, and those need them")
        return self


class Correction(Record):
    """A declared correction of the bound, with the reason that it must have even when neutral."""

    value: float
    reason: str = Field(min_length=1)


class Corrections(Record):
    """What every measured criterion of a framework assumes unless it declares its own.

    Attributes:
        elicitation_factor: how much better elicitation could do than was done (>= 1).
        buffer: distance kept from the bound, in the bound's own unit (>= 0).
    """

    elicitation_factor: Correction
    buffer: Correction

    @model_validator(mode="after")
    def _only_stricter(self) -> Self:
        if self.elicitation_factor.value < 1 or self.buffer.value < 0:
            raise ValueError("`elicitation_factor` is at least 1 and `buffer` at least 0")
        return self


class AsPublished(Record):
    """A publisher's literal comparison, reproduced beside the tree and never in it."""

    comparison: Literal["<", "<=", ">", ">="]
    bound: float


class Inheritance(Record):
    """Margin by which a subject may exceed its parent and still inherit the parent's rule-out."""

    margin: float = Field(gt=0)
    basis: Basis
    reason: str = Field(min_length=1)
