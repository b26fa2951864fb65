"""How much evidence would rule a bound out, before anything was measured."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tierlock.core.record import Record


class SizeRow(Record):
    """The size for one true value.

    Attributes:
        truth: the true value that is planned for, in the unit of the bound.
        says: where it comes from: `no event`, `a tenth of the bound`, `asked for` ...
        units: independent units (tasks, families, participants of both arms, experts, hours).
        samples: attempts in all; None for experts and hours.
        power: probability of a rule-out at that size; error: its standard error, 0 where exact.
        seconds, usd: cost, where one is declared.
    """

    truth: float
    says: str
    units: float | None
    samples: int | None = None
    power: float | None = None
    error: float = 0.0
    seconds: float | None = None
    usd: float | None = None


class Sizing(Record):
    """How many independent units rule out one bound, per true value.

    Attributes:
        path: the criterion; empty for a question without a framework.
        framework: name of the framework, likewise.
        estimand: standard name of what is measured.
        unit: what is counted, in the plural.
        bound: the rule-out limit after corrections; declared: before them.
        alpha: error allowed for this criterion, after checkpoints and connectives.
        allocation: how that alpha comes about, as a sentence.
        power: probability of a rule-out that is asked for.
        items, epochs, icc: attempts per unit and how alike they are.
        curve: sizes between the rows, for a chart; empty where none was asked for.
        notes: what the numbers do not allow for.
        not_computable: why there are no rows; empty where there are.
        resolves: smallest bound that `resolving` units rule out with this power, if asked.
    """

    path: str = ""
    framework: str = ""
    estimand: str = "success_rate"
    unit: str = "independent units"
    higher_is_worse: bool = True
    lo: float = 0.0
    hi: float | None = 1.0
    bound: float
    declared: float
    alpha: float
    allocation: str = ""
    power: float
    items: int = Field(default=1, ge=1)
    epochs: int = Field(default=1, ge=1)
    icc: float | None = None
    guarantee: Literal["default", "proved"] = "default"
    rows: tuple[SizeRow, ...] = ()
    curve: tuple[SizeRow, ...] = ()
    resolving: int | None = None
    resolves: float | None = None
    notes: tuple[str, ...] = ()
    not_computable: str = ""
