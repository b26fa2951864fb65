"""Which samples each run of a plan with looks holds: drawn, so that nobody chooses them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from tierlock.core import InputError
from tierlock.policy import sealed_order
from tierlock.usecases.project import Project
from tierlock.usecases.question import active_plan

_MOST = 16 << 20  # bytes: a list of ids, and no log that somebody named by mistake


def read_items(path: Path | None, *, least: int) -> tuple[str, ...]:
    """Return the ids in a file, one a line, in ascending order.

    Args:
        path: UTF-8 text; empty lines and spaces around an id are left out.
        least: how many ids the last look needs.

    Raises:
        InputError: no file, one that can not be read, an id twice, or too few.
    """
    if path is None:
        raise InputError(
            "input.type",
            "--looks need the samples that they draw from",
            hint="--items FILE with the ids of all samples, one a line",
        )
    try:
        with path.open("rb") as file:
            text = file.read(_MOST + 1)
        if len(text) > _MOST:
            raise InputError("input.type", f"`{path}` is longer than {_MOST >> 20} MiB")
        names = [line.strip() for line in text.decode().splitlines()]
    except OSError as error:
        raise InputError("input.not-found", f"`{path}` can not be read") from error
    except UnicodeDecodeError as error:
        raise InputError("input.type", f"`{path}` is no UTF-8 text") from error
    ids = sorted(name for name in names if name)
    twice = next((one for one, other in pairwise(ids) if one == other), None)
    if twice is not None:
        raise InputError("input.type", f"`{twice}` is in `{path}` twice")
    if len(ids) < least:
        raise InputError("input.type", f"`{path}` has {len(ids)} ids, the last look needs {least}")
    return tuple(ids)


def planned_items(project: Project, *, slot: str, look: int | None = None) -> tuple[str, ...]:
    """Return the samples of a slot's runs, in the order that the active plan drew.

    Args:
        project: its store holds the plan.
        slot: evaluation of the framework, by id.
        look: only those of the run before this look, counted from 1.

    Raises:
        InputError: no plan, no looks at this slot, or no such look.
    """
    plan = active_plan(project)
    promise = None if plan is None else plan.slot(slot)
    if plan is None or promise is None or promise.looks is None:
        raise InputError(
            "input.not-found",
            f"no active plan looks at `{slot}`",
            hint="tierlock plan seal --slot ID --looks N,N,... --items FILE",
        )
    ends = (0, *promise.looks.clusters)
    order = sealed_order(plan, slot=slot)
    if look is None:
        return order[: ends[-1]]
    if not 1 <= look < len(ends):
        raise InputError("input.not-found", f"`{look}` is no look of {len(ends) - 1}")
    return order[ends[look - 1] : ends[look]]
