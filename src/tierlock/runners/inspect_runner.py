"""One run of one slot as an Inspect eval set: begun, or gone on with where it broke off."""

from __future__ import annotations

import fcntl
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stdout
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

from tierlock.core import InputError, TierlockError
from tierlock.runners.session import Entered, Session
from tierlock.usecases import Due, Project, land_leftovers, owing_runs

RECOVERED: Final = "*-recovered.eval"
_MARKUP: Final = re.compile(r"\[/?[a-z]+( [a-z]+)*\]")
_LONGEST: Final = 600
_OURS: Final = frozenset({"model", "tasks", "log_dir", "sample_id"})


class Model(NamedTuple):
    """The model that is asked.

    Attributes:
        name: `provider/name`, as Inspect knows it.
        base_url: address of its endpoint, where it is not the provider's own.
        args: arguments of the provider.
    """

    name: str
    base_url: str | None = None
    args: Mapping[str, bool | int | float | str] = {}


def run_once(
    project: Project,
    *,
    due: Due,
    model: Model,
    clock: Callable[[], datetime],
    show: Callable[[int, int, int, int], None],
) -> str:
    """Make one run, and return the id of the run whose evidence then is in the store.

    A run that broke off earlier is gone on with: what was answered is not asked again. Each attempt
    is registered before its first sample; each log is taken in.

    Args:
        project: where it is recorded.
        due: what to run.
        model: whom to ask.
        clock: returns now.
        show: told of samples done, failed ones, tokens in and out.

    Raises:
        InputError: `run.runner`, Inspect is not installed or does not start; `run.settings`, what
            is asked for can not be done; `run.busy`; `run.failed`, it did not end with success.
        IntegrityError: the log contradicts what is known.
        KeyboardInterrupt: somebody stopped it.
    """
    eval_set = _eval_set()
    is_new = not due.folder.exists()
    session = Session(project, clock=clock, items=due.items, show=show)
    with _alone(due.folder), Entered(session):
        arguments = _arguments(due, model=model)
        try:
            with chdir(project.root), redirect_stdout(sys.stderr):
                _, logs = eval_set(due.task, **arguments)
        except TierlockError:
            raise
        except Exception as error:
            if session.failure is None:
                raise not_started(error) from error
            logs = []
        if session.failure is not None:
            if is_new and not session.begun:
                _clear(due.folder)
            raise session.failure
        land_leftovers(project, folder=due.folder, at=clock())
        ran = {*session.begun, *(log.eval.eval_id for log in logs)}
        return _succeeded(project, due=due, ran=ran)


def _eval_set() -> Callable[..., Any]:
    try:
        from inspect_ai import eval_set

        # Loading it registers the hooks, also where the package was not installed as such.
        import_module("tierlock.runners.inspect_hooks")
    except ImportError:
        raise InputError(
            "run.runner",
            "evaluations run with Inspect AI, which is not installed",
            hint="install the extra: pip install 'tierlock[inspect]'",
        ) from None
    return eval_set


def _arguments(due: Due, *, model: Model) -> dict[str, Any]:
    from inspect_ai.model import GenerateConfig
    from inspect_ai.solver import SolverSpec

    settings, how = due.settings, due.elicitation
    unknown = sorted(how.generate.keys() - GenerateConfig.model_fields.keys() - _OURS)
    if unknown:
        raise InputError(
            "run.settings", f"`{unknown[0]}` of `{due.slot}` is no generation setting of Inspect"
        )
    arguments: dict[str, Any] = {
        "log_dir": str(due.folder.absolute()),
        "model": model.name,
        "model_base_url": model.base_url,
        "model_args": dict(model.args),
        "task_args": plain(how.args),
        "epochs": settings.epochs,
        "limit": settings.samples,
        "sample_id": list(due.items) or None,
        "retry_on_error": settings.retry_on_error or None,
        # An attempt that fails counts as missing; a run is not thrown away for it.
        "fail_on_error": False,
        "retry_attempts": 0,
        "retry_immediate": False,
        "retry_cleanup": False,
        "display": "none",
        "ctl_server": False,
        "metadata": {"tierlock_slot": due.slot, "tierlock_run": due.number},
        **{f"{kind}_limit": value for kind, value in settings.limits.items()},
        **plain(how.generate),
    }
    if due.variant:
        arguments["tags"] = [f"variant:{due.variant}"]
    if settings.seed is not None:
        arguments["seed"] = settings.seed + due.number - 1
    if how.solver is not None:
        arguments["solver"] = SolverSpec(how.solver, plain(how.solver_args))
    return arguments


def plain(settings: Mapping[str, object]) -> dict[str, Any]:
    """Return settings as Inspect takes them: with lists where ours are tuples."""
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()
    }


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: two runners in it would ask everything twice."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{folder}`: {reason}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError("run.busy", f"somebody else runs in `{folder}`") from None
        yield
    finally:
        os.close(handle)


def not_started(error: Exception) -> InputError:
    """Return what Inspect says when it does not begin, as an error of ours."""
    # Its messages to people are marked up for a terminal.
    plain = " ".join(_MARKUP.sub("", str(error)).split())
    return InputError("run.runner", f"Inspect refused: {plain or type(error).__name__}"[:_LONGEST])


def _succeeded(project: Project, *, due: Due, ran: set[str]) -> str:
    """Return the run that ended with success; its evidence must be there."""
    ended = {one.run_id: one.status for one in project.store.evidence() if one.run_id in ran}
    whole = [run_id for run_id, status in ended.items() if status == "success"]
    if not whole and "cancelled" in ended.values():
        raise KeyboardInterrupt  # somebody stopped it, and what was answered is kept
    if len(whole) != 1:
        status = ", ".join(sorted(set(ended.values()))) or "without a log"
        raise InputError(
            "run.failed",
            f"run {due.number} of `{due.slot}` ended: {status}",
            hint=f"its logs are in {due.folder}; the same command goes on with it",
        )
    if not owing_runs(project) & ran:
        # Copies that Inspect made of logs that broke off; all that they hold came in otherwise.
        for copy in due.folder.glob(RECOVERED):
            copy.unlink(missing_ok=True)
    return whole[0]


def _clear(folder: Path) -> None:
    """Remove what a run left that was refused before it was registered."""
    for path in folder.iterdir():
        if path.is_file():
            path.unlink(missing_ok=True)
    folder.rmdir()
