"""How much evidence a criterion asks for, before anything is measured."""

from __future__ import annotations

from tierlock.analysis import Design, size_bound, size_criterion
from tierlock.core import InputError, Sizing
from tierlock.frameworks import get_framework


def size(
    path: str | None,
    *,
    framework: str | None = None,
    bound: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    rate: float | None = None,
    units: int | None = None,
    items: int = 1,
    epochs: int = 1,
    icc: float | None = None,
    item_icc: float = 0.0,
    control: float | None = None,
    spread: float | None = None,
    curve: bool = False,
) -> Sizing:
    """Return sizes for a criterion of a framework, or for a bound by itself.

    Args:
        path: `<threshold or standard>:<criterion>`; with `framework`.
        framework: a shipped framework, or the path of a YAML file.
        bound: the bound of a question without framework.
        alpha: its one-sided error probability; a criterion has its own.
        power: probability of a rule-out.
        rate: one more true value, in the unit of the bound.
        units: also the smallest bound that so many units rule out at `rate`.
        items: tasks in each independent unit.
        epochs: attempts at each task.
        icc: correlation of two attempts at one unit; None takes them as copies.
        item_icc: the same of two attempts at one task, given its unit.
        control: mean of the control arm of a trial.
        spread: standard deviation between its participants.
        curve: also sizes for a chart.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: no such criterion, a question that is not whole, or numbers that can not be.
    """
    design = Design(items, epochs, icc, item_icc, control, spread)
    if units is not None and rate is None:
        raise InputError("input.type", "what so many units resolve needs a true rate")
    if path is not None and framework is not None and bound is None:
        return size_criterion(
            get_framework(framework),
            path=path,
            design=design,
            power=power,
            truth=rate,
            units=units,
            curve=curve,
        )
    if path is None and framework is None and bound is not None:
        return size_bound(
            bound, alpha=alpha, design=design, power=power, truth=rate, units=units, curve=curve
        )
    raise InputError(
        "input.type",
        "give either a criterion with its framework, or a bound",
        hint="--framework F THRESHOLD:CRITERION, or --bound T",
    )
