"""Two arms of attempts: who is in which, and what each value is when the contrast is largest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tierlock.core import Evaluation
from tierlock.policy.pooling import Attempts, Floats, Mask


class Sides(NamedTuple):
    """Masks of the two arms, and the values at the two ends that missing attempts leave open.

    Attributes:
        treated: attempts of the treated arm; control: those of the control arm.
        high: a missing attempt is the high end in the treated arm and the low end in the control
            arm, so that the contrast is as large as it can be (M-3).
        low: the other way round.
        scored: attempts that have a value.
    """

    treated: Mask
    control: Mask
    high: Floats
    low: Floats
    scored: Mask


def sides_of(
    attempts: Attempts, *, control: str, treated: str, evaluation: Evaluation, lo: float, hi: float
) -> Sides | None:
    """Return the two arms; None unless every attempt is in one of them and neither is empty.

    A refusal that counts as the worst value counts as a missing one here: the worst value of a
    contrast differs between the arms.
    """
    if set(attempts.arms.tolist()) != {control, treated}:
        return None
    values = attempts.values
    if evaluation.refusal == "worst":
        values = np.where(attempts.refused, np.nan, values)
    missing = np.isnan(values)
    is_treated, is_control = (attempts.arms == name for name in (treated, control))
    return Sides(
        treated=is_treated,
        control=is_control,
        high=np.where(missing, np.where(is_treated, hi, lo), values),
        low=np.where(missing, np.where(is_treated, lo, hi), values),
        scored=~missing,
    )
