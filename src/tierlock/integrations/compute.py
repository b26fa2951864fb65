"""Effective compute of a training run, and whether it has grown past a trigger."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tierlock.core import InputError


@dataclass(frozen=True, kw_only=True)
class EffectiveCompute:
    """How much effective compute went into the subject, and how much may before it is judged again.

    What is unknown has fired (spec/determination.md X-2): an amount that is not counted, not
    finite, or not growing while steps are made.

    Attributes:
        before: effective FLOP that went into the starting point; 0 when training from nothing.
        determined_at: effective FLOP at the last determination; None leaves it to the gate.
        multiple: the trigger fires at this multiple of `determined_at`.
        per_flop: effective FLOP per FLOP that the trainer counts: declared algorithmic progress.
        per_step: effective FLOP per optimizer step over all machines, where the trainer can not
            count; replaces what it counts.

    Raises:
        InputError: `input.number`.

    >>> plan = EffectiveCompute(before=1e21, determined_at=1e21, multiple=4.0, per_step=1e20)
    >>> plan.now(counted=0.0, step=10), plan.fired(2e21), plan.fired(4e21)
    (2e+21, False, True)
    """

    before: float = 0.0
    determined_at: float | None = None
    multiple: float | None = None
    per_flop: float = 1.0
    per_step: float | None = None

    def __post_init__(self) -> None:
        given = {
            "before": self.before >= 0,
            "determined_at": self.determined_at is None or self.determined_at > 0,
            "multiple": self.multiple is None or self.multiple > 1,
            "per_flop": self.per_flop > 0,
            "per_step": self.per_step is None or self.per_step > 0,
        }
        for name, good in given.items():
            value: float | None = getattr(self, name)
            if not good or not math.isfinite(value or 0.0):
                raise InputError("input.number", f"`{name}` can not be `{value}`")
        if (self.determined_at is None) != (self.multiple is None):
            raise InputError("input.number", "`determined_at` and `multiple` go together")

    def now(self, *, counted: float, step: int) -> float | None:
        """Return the effective compute by now in FLOP; None if it is not known.

        Args:
            counted: FLOP that the trainer counted, over all machines and earlier parts of the run.
            step: optimizer steps that were made.
        """
        if self.per_step is not None:
            spent = self.per_step * step
        else:
            spent = self.per_flop * counted
            if step > 0 and not counted > 0:
                return None  # steps without compute: the trainer can not count this model
        total = self.before + spent
        return total if math.isfinite(total) and spent >= 0 else None

    def fired(self, now: float | None) -> bool:
        """Tell whether the trigger has been reached; unknown compute has."""
        if now is None:
            return True
        if self.determined_at is None or self.multiple is None:
            return False
        return now >= self.multiple * self.determined_at
