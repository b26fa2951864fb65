"""What a measured bound is about: the estimand, whose bound it is, and what it assumes."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from tierlock.core.record import Record

Basis = Literal["published", "derived", "proposal"]
"""Whose bound it is: the publisher's, computed from the publisher's, or ours."""
EstimandName = Literal[
    "success_rate",
    "mean_score",
    "pass_at_k",
    "best_of_k",
    "tasks_solved",
    "refusal_rate",
    "attack_rate",
    "human_percentile",
    "uplift_ratio",
    "uplift_difference",
    "speed_up",
    "time_horizon",
]
_TWO_ARMS: Final = frozenset({"human_percentile", "uplift_ratio", "uplift_difference", "speed_up"})
_BEST_OF: Final = frozenset({"pass_at_k", "best_of_k"})


class Estimand(Record):
    """What is estimated (spec/statistics.md).

    Attributes:
        name: standard name of the estimand.
        population: `tasks` like these, or this `suite` only.
        arms: for two-arm estimands, the labels of (control, treated); of (human, model) for a
            percentile; of (unaided, aided) for a speed-up.
        k: attempts of which the best counts, for `pass_at_k` and `best_of_k`.
        solved_at: success rate from which a task counts as solved, for `tasks_solved`.
        success: success rate at which a time horizon is read.
        compat: `metr` fits and bounds a time horizon exactly as METR publishes it.
    """

    name: EstimandName = "success_rate"
    population: Literal["tasks", "suite"] = "tasks"
    arms: tuple[str, str] | None = None
    k: int | None = Field(default=None, ge=1)
    solved_at: float | None = Field(default=None, gt=0, le=1)
    success: float | None = Field(default=None, gt=0, lt=1)
    compat: Literal["metr"] | None = None

    @model_validator(mode="after")
    def _own_keys_only(self) -> Self:
        needed: tuple[tuple[str, object, bool], ...] = (
            ("arms", self.arms, self.name in _TWO_ARMS),
            ("k", self.k, self.name in _BEST_OF),
            ("solved_at", self.solved_at, self.name == "tasks_solved"),
        )
        for key, value, belongs in needed:
            if (value is not None) != belongs:
                which = f"`{self.name}` needs `{key}`" if belongs else f"`{key}` is not a key of it"
                raise ValueError(f"{which}")
        for key, given in (("success", self.success), ("compat", self.compat)):
            if given is not None and self.name != "time_horizon":
                raise ValueError(f"`{key}` belongs to `time_horizon`")
        if self.population == "suite" and self.name != "success_rate":
            raise ValueError("`population: suite` belongs to `success_rate`")
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
