"""Inspect's hooks: every run is registered when it begins, and its log comes in when it ends.

Inspect loads this file whenever Tierlock is installed beside it. Unless `TIERLOCK_PROJECT` names a
project, or Tierlock itself runs the evaluation, it does nothing and loads nothing further.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, Literal

from inspect_ai.hooks import (
    EvalSetStart,
    Hooks,
    ModelUsageData,
    SampleEnd,
    TaskEnd,
    TaskStart,
    hooks,
)

from tierlock.runners.session import Session, active

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tierlock.usecases import Begun, Project

SETTING: Final = "TIERLOCK_PROJECT"


@hooks(name="recorder", description="Tierlock registers each run and takes in its evidence")
class Recorder(Hooks):
    """Records runs; an error here never stops a run of others, and is never silent."""

    def enabled(self) -> bool:
        """Tell whether there is a project to record in."""
        return active() is not None or bool(os.environ.get(SETTING))

    async def on_eval_set_start(self, data: EvalSetStart) -> None:
        """Take in what an earlier attempt left, before Inspect tidies it away."""
        await _in_thread(_leftovers, data)

    async def on_task_start(self, data: TaskStart) -> None:
        """Register the run, before its first sample."""
        await _in_thread(_start, data)
        session = active()
        if session is not None and session.failure is not None:
            _stop(session.failure)

    async def on_task_end(self, data: TaskEnd) -> None:
        """Take in the log."""
        await _in_thread(_end, data)

    async def on_sample_end(self, data: SampleEnd) -> None:
        """Count it, where somebody watches."""
        session = active()
        if session is not None:
            session.sample(failed=data.sample.error is not None)

    async def on_model_usage(self, data: ModelUsageData) -> None:
        """Count tokens, where somebody watches."""
        session = active()
        if session is not None:
            used = data.usage
            cached = (used.input_tokens_cache_read or 0) + (used.input_tokens_cache_write or 0)
            session.tokens(came_in=used.input_tokens + cached, came_out=used.output_tokens)


async def _in_thread(what: _Handler, data: _Event) -> None:
    import anyio

    await anyio.to_thread.run_sync(what, data)


_Event = EvalSetStart | TaskStart | TaskEnd
if TYPE_CHECKING:
    from collections.abc import Callable

    _Handler = Callable[..., None]


def _leftovers(data: EvalSetStart) -> None:
    from pathlib import Path

    from tierlock.usecases import land_leftovers

    try:
        if "://" not in data.log_dir:
            land_leftovers(_project(), folder=Path(data.log_dir), at=_now())
    except Exception as error:  # noqa: BLE001  # whatever it is, their run goes on
        _failed(error, event="leftovers", log=data.log_dir)


def _start(data: TaskStart) -> None:
    from tierlock.usecases import register_start

    session = active()
    try:
        run = _begun(data)
        if session is not None:
            _check_items(session, chosen=data.spec.dataset.sample_ids)
        project = _project()
        found = register_start(project, run=run, at=_now())
        if session is not None:
            session.begun.append(run.run_id)
        elif not found.slots:
            _say(f"`{run.evaluation}` fills no slot of {project.framework.name}: kept, not counted")
        elif not found.own:
            _say(f"`{run.model}` is not `{project.subject.name}`: kept, not counted for it")
    except Exception as error:  # noqa: BLE001  # whatever it is, their run goes on
        _failed(error, event="start", run_id=data.eval_id, evaluation=data.spec.task)


def _end(data: TaskEnd) -> None:
    from tierlock.usecases import land

    session = active()
    if session is not None and data.eval_id not in session.begun:
        return
    log = data.log
    try:
        land(_project(), logs=[log.location], at=_now())
    except Exception as error:  # noqa: BLE001  # whatever it is, their run goes on
        _failed(error, event="log", run_id=data.eval_id, evaluation=log.eval.task, log=log.location)


def _begun(data: TaskStart) -> Begun:
    from tierlock.core import parse_instant
    from tierlock.usecases import Begun

    return Begun(
        run_id=data.eval_id,
        work=data.spec.task_id,
        evaluation=data.spec.task,
        model=data.spec.model,
        created=parse_instant(data.spec.created),
    )


def _check_items(
    session: Session, *, chosen: list[str] | list[int] | list[str | int] | None
) -> None:
    from tierlock.core import InputError

    if session.items and chosen is not None:
        missing = sorted(set(session.items) - {str(name) for name in chosen})
        if missing:
            raise InputError(
                "run.settings",
                f"the task has no sample `{missing[0]}`, which the plan drew ({len(missing)} such)",
                hint="the plan was sealed with a list of other samples: tierlock plan items",
            )
        beyond = sorted({str(name) for name in chosen} - set(session.items))
        if beyond:
            # Inspect takes `*`, `?` and `[` in an id as a pattern.
            raise InputError(
                "run.settings",
                f"the task would ask `{beyond[0]}`, which the plan did not draw ({len(beyond)} "
                "such)",
                hint="give its samples ids without `*`, `?` and `[`",
            )


def _project() -> Project:
    session = active()
    if session is not None:
        return session.project
    from tierlock.usecases import load_project

    return load_project(_folder())


def _folder() -> Path:
    from pathlib import Path

    return Path(os.environ[SETTING])


def _now() -> datetime:
    from datetime import UTC, datetime

    session = active()
    return datetime.now(UTC) if session is None else session.clock()


def _say(text: str) -> None:
    from tierlock.core import printable

    for line in text.splitlines():
        # Talk in others' process.
        print(f"tierlock: {printable(line)}", file=sys.stderr)  # noqa: T201


def _failed(
    error: Exception,
    *,
    event: Literal["start", "log", "leftovers"],
    run_id: str = "",
    evaluation: str = "",
    log: str = "",
) -> None:
    """Tell of an error: a session stops for it, others' runs go on and it is kept."""
    session = active()
    if session is not None:
        session.failure = session.failure or error
        return
    from tierlock.usecases import HookError, note_hook_error

    _say(f"this run is NOT recorded: {str(error) or type(error).__name__}")
    try:
        note = HookError(
            at=_now(),
            event=event,
            run_id=run_id,
            evaluation=evaluation,
            log=log,
            says=str(error) or type(error).__name__,
        )
        path = note_hook_error(_folder(), error=note)
        _say(f"noted in {path}; `tierlock hooks` lists what was not recorded")
    except Exception as second:  # noqa: BLE001  # the last word is on stderr
        _say(f"this could not be noted either: {second}")


def _stop(failure: Exception) -> None:
    """Stop a run of our own before its first sample: only this exception passes out of a hook."""
    from inspect_ai.util import LimitExceededError

    raise LimitExceededError("custom", value=1, limit=0, message=str(failure))
