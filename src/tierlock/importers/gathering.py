"""Many logs at once: found, read here or by an executor's workers, all or nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import NamedTuple, Protocol

import msgspec

from tierlock.core import Evidence, InputError, Omission
from tierlock.importers.executing import Crew, Tasks
from tierlock.importers.finding import Found, search
from tierlock.importers.interface import Imported
from tierlock.importers.places import Fingerprint, Place
from tierlock.importers.reading import read

Progress = Callable[[int, int], None]
"""Is told how many logs are read, and of how many."""


class KnownRun(Protocol):
    """A run that was read before."""

    @property
    def run_id(self) -> str:
        """Its id."""
        ...

    @property
    def subject(self) -> str:
        """The name of its subject."""
        ...


class Recalled(msgspec.Struct, frozen=True, gc=False):
    """What a log was known to hold before, and still does.

    Attributes:
        runs: the runs in it.
        omissions: what of it could not be used.
    """

    runs: tuple[KnownRun, ...]
    omissions: tuple[Omission, ...]


class FileRead(NamedTuple):
    """A log that was read.

    Attributes:
        place: where it lies.
        stamp: its fingerprint from before it was opened; None where nobody asked for it.
        imported: what it held.
    """

    place: Place
    stamp: Fingerprint | None
    imported: Imported


class Memory(Protocol):
    """Knows which logs have not changed since their evidence was stored."""

    def recall(self, logs: Mapping[str, Fingerprint]) -> Mapping[str, Recalled]:
        """Return those of the logs that need not be read again; called before any is read.

        Args:
            logs: by path or URL, files of which there is a fingerprint to rely on.
        """
        ...


class Imports(NamedTuple):
    """What was read from logs, before it is bound to a subject.

    Attributes:
        evidence: one per run, in the order of the files.
        omissions: files and runs without usable content.
        files: number of log files, those that were recalled included.
        recalled: logs that were not read, because the store holds their evidence already.
        read: logs that were read, and what each of them held.
    """

    evidence: tuple[Evidence, ...]
    omissions: tuple[Omission, ...]
    files: int
    recalled: tuple[Recalled, ...] = ()
    read: tuple[FileRead, ...] = ()

    @property
    def subjects(self) -> frozenset[str]:
        """The models that the logs name."""
        known = {run.subject for one in self.recalled for run in one.runs}
        return frozenset(known | {item.subject.name for item in self.evidence})


class Reading:
    """Logs that are being read: started here, finished by `result`.

    Args:
        paths: logs and folders of logs.
        executor: reads each log as one task from now on, processes, threads or a cluster; by
            default `result` reads them itself, one after the other.
        memory: knows which of the logs need not be read again; by default all are read.

    Raises:
        ImportFailed: a path does not exist or can not be searched.
        InputError: `import.empty`, the paths hold no log.
    """

    def __init__(
        self,
        paths: Sequence[Place],
        *,
        executor: Executor | Crew | None = None,
        memory: Memory | None = None,
    ) -> None:
        with _uncollected():
            # Stamped before a log is opened: one that changes meanwhile does not look unchanged.
            self._logs, self._omissions = search(paths, stamped=memory is not None)
            self._recalled = {} if memory is None else memory.recall(_stamps(self._logs))
        if not self._logs:
            names = ", ".join(f"`{path}`" for path in paths)
            raise InputError("import.empty", f"no evaluation logs in {names}")
        # Of two URLs that look the same one may have no stamp: it is not known.
        known = self._recalled
        self._fresh = [log for log in self._logs if log.stamp is None or log.text not in known]
        self._places = [log.place for log in self._fresh]
        crew = executor if isinstance(executor, Crew) or executor is None else Crew(executor)
        self._tasks = None if crew is None else Tasks(read, self._places, crew=crew)

    def result(self, *, progress: Progress | None = None) -> Imports:
        """Return what the logs hold, in the order in which they were found.

        Raises:
            ImportFailed: a log can not be read. All or nothing: a damaged log may hold the run that
                matters, so nothing is assessed without it.
        """
        found: list[FileRead] = []
        known = len(self._recalled)
        each = map(read, self._places) if self._tasks is None else self._tasks.results()
        for log, place, imported in zip(self._fresh, self._places, each, strict=True):
            found.append(FileRead(place, log.stamp, imported))
            if progress is not None:
                progress(known + len(found), len(self._logs))
        return self._all(found)

    def _all(self, found: Sequence[FileRead]) -> Imports:
        fresh = iter(found)
        omissions = list(self._omissions)
        for log in self._logs:
            known = None if log.stamp is None else self._recalled.get(log.text)
            omissions += next(fresh).imported.omissions if known is None else known.omissions
        return Imports(
            evidence=tuple(item for log in found for item in log.imported.evidence),
            omissions=tuple(omissions),
            files=len(self._logs),
            recalled=tuple(self._recalled.values()),
            read=tuple(found),
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Names of logs form no cycles, and looking for some takes a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _stamps(logs: Sequence[Found]) -> dict[str, Fingerprint]:
    return {log.text: log.stamp for log in logs if log.stamp is not None}


def import_logs(
    paths: Sequence[Place],
    *,
    progress: Progress | None = None,
    executor: Executor | Crew | None = None,
) -> Imports:
    """Return the evidence in logs and folders of logs; see `Reading`."""
    return Reading(paths, executor=executor).result(progress=progress)
