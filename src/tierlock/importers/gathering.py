"""Many logs at once: found, read here or by an executor's workers, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path
from typing import NamedTuple

from tierlock.core import Evidence, ImportFailed, InputError, Omission
from tierlock.importers.finding import find_logs
from tierlock.importers.interface import Imported
from tierlock.importers.reading import read

Progress = Callable[[int, int], None]
"""Is told how many logs are read, and of how many."""


class Imports(NamedTuple):
    """What was read from logs, before it is bound to a subject.

    Attributes:
        evidence: one per run, in the order of the files.
        omissions: files and runs without usable content.
        files: number of log files read.
    """

    evidence: tuple[Evidence, ...]
    omissions: tuple[Omission, ...]
    files: int


class Reading:
    """Logs that are being read: started here, finished by `result`.

    Args:
        paths: logs and folders of logs.
        executor: reads each log as one task from now on, processes, threads or a cluster; by
            default `result` reads them itself, one after the other.

    Raises:
        ImportFailed: a path does not exist or can not be searched.
        InputError: `import.empty`, the paths hold no log.
    """

    def __init__(self, paths: Sequence[Path], *, executor: Executor | None = None) -> None:
        self._logs, self._omissions = find_logs(paths)
        if not self._logs:
            names = ", ".join(f"`{path}`" for path in paths)
            raise InputError("import.empty", f"no evaluation logs in {names}")
        self._tasks = None if executor is None else [executor.submit(read, p) for p in self._logs]

    def result(self, *, progress: Progress | None = None) -> Imports:
        """Return what the logs hold, in the order in which they were found.

        Raises:
            ImportFailed: a log can not be read. All or nothing: a damaged log may hold the run that
                matters, so nothing is assessed without it.
        """
        evidence: list[Evidence] = []
        omissions = list(self._omissions)
        for done, found in enumerate(self._each(), start=1):
            evidence += found.evidence
            omissions += found.omissions
            if progress is not None:
                progress(done, len(self._logs))
        return Imports(tuple(evidence), tuple(omissions), len(self._logs))

    def _each(self) -> Iterator[Imported]:
        if self._tasks is None:
            yield from map(read, self._logs)
            return
        try:
            for task in self._tasks:
                yield task.result()
        except BrokenExecutor:
            raise ImportFailed(
                "import.limit",
                "a process that read logs was ended from outside",
                hint="most often for want of memory: read fewer logs at a time",
            ) from None
        finally:
            for task in self._tasks:
                task.cancel()


def import_logs(
    paths: Sequence[Path], *, progress: Progress | None = None, executor: Executor | None = None
) -> Imports:
    """Return the evidence in logs and folders of logs; see `Reading`."""
    return Reading(paths, executor=executor).result(progress=progress)
