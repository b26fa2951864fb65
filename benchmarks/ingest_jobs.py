"""The jobs that benchmarks/ingest.py times, each in a process of its own.

    python benchmarks/ingest_jobs.py JOB FOLDER [--logs N] [--workers N]

Prints one line of JSON: processor seconds with those of its children, wall seconds, peak megabytes
and how much was found. What a job imports and prepares is not counted, nor is its first log.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import limits

Job = Callable[[], int]


def headers(paths: Sequence[Path], _: int) -> Job:
    from tierlock.importers import scan_header

    return lambda: sum(bool(scan_header(path).status) for path in paths)


def scores(paths: Sequence[Path], _: int) -> Job:
    from tierlock.importers import scan_scores

    return lambda: sum(len(scan_scores(path).id) for path in paths)


def samples(paths: Sequence[Path], _: int) -> Job:
    from tierlock.importers.inspect_container import open_archive
    from tierlock.importers.interface import open_log

    def one(path: Path) -> int:
        raw = open_archive(open_log(path))
        held = [(sample.id, sample.epoch, sample.scores) for sample in raw.samples]
        assert raw.sha256
        return len(held)

    return lambda: sum(map(one, paths))


def evidence(paths: Sequence[Path], _: int) -> Job:
    from tierlock.importers import read

    return lambda: sum(len(item.samples) for path in paths for item in read(path).evidence)


def evals_df(paths: Sequence[Path], _: int) -> Job:
    import pandas as pd  # noqa: F401 - counted as an import, not as work
    import pyarrow as pa  # noqa: F401
    from inspect_ai.analysis import evals_df

    return lambda: len(evals_df([str(path) for path in paths], quiet=True))


def samples_df(paths: Sequence[Path], _: int) -> Job:
    import pandas as pd  # noqa: F401
    import pyarrow as pa  # noqa: F401
    from inspect_ai.analysis import samples_df

    return lambda: len(samples_df([str(path) for path in paths], quiet=True))


def read_eval_log(paths: Sequence[Path], _: int) -> Job:
    from inspect_ai.log import read_eval_log

    return lambda: sum(len(read_eval_log(str(path)).samples or []) for path in paths)


def limit(name: str) -> Callable[[Sequence[Path], int], Job]:
    return lambda paths, _: lambda: sum(map(limits.JOBS[name], paths))


def processes(paths: Sequence[Path], workers: int) -> Job:
    from tierlock.cli.workers import workers as start
    from tierlock.importers import import_logs

    with_workers = start(paths, executor="processes" if workers > 1 else "none", count=workers)

    def work() -> int:
        with with_workers as crew:
            return len(import_logs(paths, executor=crew).evidence)

    return work


def dask(paths: Sequence[Path], workers: int) -> Job:
    from distributed import LocalCluster

    from tierlock.importers import import_logs
    from tierlock.importers.dask_cluster import dask_crew

    cluster: AbstractContextManager[Any] = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=60,
    )
    crew = dask_crew(cluster.scheduler_address)  # type: ignore[attr-defined]
    ready = crew.__enter__()
    # The workers import the package with their first logs.
    import_logs(list(paths[:8]), executor=ready)

    def work(connection: object = crew) -> int:
        return len(import_logs(paths, executor=ready).evidence)

    return work


def prepare(root: Path, count: int) -> int:
    """Writes as many small logs as asked for, and ingests them."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.acceptance.projects import log
    from tierlock.core import Subject
    from tierlock.importers import Reading
    from tierlock.usecases import FileMemory, bare_project, ingest

    for number in range(count):
        log(root / "logs", f"{number:05}.eval", "01", eval_id=f"run-{number}")
    # A file that was touched a moment ago is not relied on.
    time.sleep(2.1)
    subject = Subject(name="lab/model-1")
    project = bare_project(root, framework="asl/reference-1", subject=subject)
    store = project.store
    imports = Reading([root / "logs"], memory=FileMemory(store.folder, keep_outputs=False)).result()
    ingest(imports, store=store, framework=project.framework, subject=subject)
    return len(imports.evidence)


def unchanged(root: Path) -> int:
    from tierlock.importers import Reading
    from tierlock.usecases import FileMemory

    found = Reading(
        [root / "logs"], memory=FileMemory(root / ".tierlock", keep_outputs=False)
    ).result()
    assert not found.evidence
    return len(found.recalled)


def stat(paths: Sequence[str]) -> int:
    return sum(os.stat(path).st_size > 0 for path in paths)  # noqa: PTH116 - the fastest way


JOBS: dict[str, Callable[[Sequence[Path], int], Job]] = {
    "headers": headers,
    "scores": scores,
    "samples": samples,
    "evidence": evidence,
    "evals_df": evals_df,
    "samples_df": samples_df,
    "read_eval_log": read_eval_log,
    "processes": processes,
    "dask": dask,
} | {f"limit-{name}": limit(name) for name in ("headers", "scores", "samples")}


def job_of(options: argparse.Namespace) -> Job:
    """Returns the work that the command line asks for, imported and prepared."""
    root: Path = options.folder
    if options.job == "one":
        return evidence([root], 1)
    if options.job == "prepare":
        return lambda: prepare(root, options.logs)
    if options.job == "unchanged":
        import tierlock.usecases.remembering  # noqa: F401 - not counted

        return lambda: unchanged(root)
    if options.job == "stat":
        names = [entry.path for entry in os.scandir(root / "logs")]
        return lambda: stat(names)
    paths = sorted(root.glob("*.eval"))[: options.logs or None]
    if options.workers == 1 and options.job not in {"processes", "dask"}:
        # What a first call prepares for all later ones is no part of the rate.
        JOBS[options.job](paths[:1], 1)()
    return JOBS[options.job](paths, options.workers)


def used() -> float:
    """Returns the processor seconds of this process and of its children that have ended."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def peak_megabytes() -> float:
    """Returns this program's peak; `ru_maxrss` would count what its parent had when it began."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Does the job that the command line names, and says what it took."""
    parser = argparse.ArgumentParser(description="Do one job and say what it took.")
    parser.add_argument("job")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--logs", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    work = job_of(parser.parse_args())
    cpu, wall = used(), time.perf_counter()
    found = work()
    took = {"cpu": used() - cpu, "wall": time.perf_counter() - wall, "found": found}
    print(json.dumps(took | {"megabytes": peak_megabytes()}), flush=True)
    # A cluster's threads would go on; the system ends its processes with this one.
    os._exit(0)


if __name__ == "__main__":
    main()
