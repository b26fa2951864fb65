"""A Dask cluster as the executor: on Slurm, Kubernetes or clouds by Dask's own deployments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from importlib.metadata import version as version_of
from typing import Any, Final

from tierlock.core import InputError
from tierlock.importers.executing import Crew

_PATIENCE: Final = 30
"""Seconds to wait for the scheduler, and then for its first worker."""
_AHEAD: Final = 4
"""Items under way per thread of the cluster: enough that none waits for the next."""


@contextmanager
def dask_crew(scheduler: str) -> Iterator[Crew]:
    """Connect to the scheduler of a Dask cluster and yield its workers as a crew.

    Dask itself repeats what a lost worker had been given. Every worker must see the logs under the
    same paths or URLs, and have the same version of Tierlock, which is checked with each log. A
    scheduler is trusted like this process: the two exchange pickles.

    Args:
        scheduler: address such as `tcp://host:8786`, or `tls://` with Dask's own configuration.

    Raises:
        InputError: `input.executor`, the extra is not installed, the scheduler can not be reached,
            or no worker comes.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "input.executor",
            "a Dask cluster needs the extra `dask`",
            hint="pip install 'tierlock[dask]'",
        ) from None
    try:
        client: Any = Client(scheduler, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]  # the library has no types here
    except (OSError, TimeoutError, ValueError) as error:
        raise _unusable(scheduler, f"can not be reached: {type(error).__name__}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise _unusable(scheduler, f"has no worker after {_PATIENCE} seconds") from None
        threads = sum(client.nthreads().values())
        # Two logs of one path may differ in time: results are never taken from Dask's cache.
        executor = client.get_executor(pure=False)
        yield Crew(_SameVersion(executor), in_flight=_AHEAD * max(1, threads))


def _unusable(scheduler: str, says: str) -> InputError:
    return InputError(
        "input.executor",
        f"the Dask scheduler `{scheduler}` {says}",
        hint="check that the cluster runs, and that this machine may reach it",
    )


class _SameVersion(Executor):
    """Hands work on with the version of Tierlock that it must be done with."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """Submit the work; it fails where the worker has another version."""
        mine = version_of("tierlock")
        return self._executor.submit(do_as, work, *given, version=mine, **named)


def do_as(work: Callable[..., Any], *given: Any, version: str, **named: Any) -> Any:
    """Do the work, on a worker, if Tierlock there has the version that asked.

    Raises:
        InputError: `input.executor`, it is another: its answers could be others too.

    >>> do_as(len, "abc", version=version_of("tierlock"))
    3
    """
    here = version_of("tierlock")
    if version != here:
        raise InputError(
            "input.executor",
            f"a worker has Tierlock {here}, and not {version}",
            hint="install one version on all machines",
        )
    return work(*given, **named)
