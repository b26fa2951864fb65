"""Worlds in which one input contradicts another (clauses V-2, V-5 and S-1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st

from tests.strategies.chance import AT, Draw, named_digest, one_of
from tests.strategies.worlds import World, worlds
from tierlock.core import Evidence, Parts, RegisteredRun, RunRegister, SubjectRef
from tierlock.policy import register_of

LATER: Final = AT + timedelta(seconds=1)


def _register(world: World) -> RunRegister:
    return world.register or register_of(world.evidence, framework=world.framework)


def _with_rows(world: World, rows: tuple[RegisteredRun, ...]) -> World:
    return replace(world, register=_register(world).model_copy(update={"runs": rows}))


def _plan(draw: Draw, world: World) -> World:
    """Make the active plan one for something else, or the heir of an unknown one."""
    changes: tuple[dict[str, object], ...] = (
        {"framework": named_digest("another")},
        {"subject": "somebody"},
        {"weights": named_digest("another")},
        {"supersedes": named_digest("another")},
        {"sealed_at": LATER},
    )
    return replace(world, plan=world.plan.model_copy(update=one_of(draw, *changes)))


def _row(draw: Draw, world: World) -> World:
    """Change, double or remove one row of the register."""
    rows = _register(world).runs
    if not rows:
        return world
    place = draw(st.integers(0, len(rows) - 1))
    row = rows[place]
    changes: tuple[dict[str, object], ...] = (
        {"parts": row.parts.model_copy(update={"weights": named_digest("another")})},
        {"parts": Parts()},
        {"subject": "somebody"},
        {"subject": "m-log"},
        {"started_at": LATER},
        {"started_at": AT},
        {"evidence": named_digest("another")},
        {"slot": "elsewhere"},
    )
    changed = row.model_copy(update=one_of(draw, *changes))
    how = one_of(draw, "change", "change", "add", "remove")
    if how == "add":
        return _with_rows(world, (*rows, changed))
    kept = rows[:place] + ((changed,) if how == "change" else ()) + rows[place + 1 :]
    return _with_rows(world, kept)


def _evidence(draw: Draw, world: World) -> World:
    """Add a second content, or another doubt, under the id of a run."""
    if not world.evidence:
        return world
    run = draw(st.sampled_from(world.evidence))
    changes: tuple[dict[str, object], ...] = (
        {"task_version": "2"},
        {"measured_at": run.measured_at - timedelta(days=30)},
        {"subject": SubjectRef(name="m-log", parts=run.subject.parts)},
        {"subject": SubjectRef(name="somebody", parts=run.subject.parts)},
        {"seconds": 1.0, "usd": 1.0},
    )
    # Built anew: digests are cached on the values, and a copy must compute its own.
    fields = {name: getattr(run, name) for name in Evidence.model_fields}
    second = Evidence(**{**fields, **one_of(draw, *changes)})
    world = replace(world, register=_register(world))
    return replace(world, evidence=(*world.evidence, second))


@st.composite
def spoiled_worlds(draw: Draw) -> World:
    """Worlds with one contradiction; a few contradict nothing that matters."""
    spoil: Callable[[Draw, World], World] = one_of(draw, _plan, _row, _row, _evidence)
    return spoil(draw, draw(worlds()))
