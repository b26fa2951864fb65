"""Reading logs at scale beside Inspect's own readers and beside the physical limit.

    python benchmarks/ingest.py [--logs 200] [--samples 200] [--rounds 5] [--full-logs 20]

On a generated corpus of 50 kB samples, in one process, processor seconds:

    headers   scan_header      evals_df         limits.py headers
    scores    scan_scores      samples_df       limits.py scores
    samples   every record     read_eval_log    limits.py samples   with CRC-32 and file digest

Every job runs in a process of its own, which says what the job took without its imports and its
first log; the sides take turns, and the median of the ratios within a round counts.
`read_eval_log` takes minutes for the corpus, so it reads the first logs of it, and its seconds are
scaled by the number of samples. `evidence` is all that `tierlock assess` does with a log: its
samples, compared with the summary and the header, as columns with their digest.

Then: two processes beside one on that corpus, and a Dask cluster of two workers on this machine
beside one of one worker, on 16 logs of 32 MB, because Dask takes about 4 ms of its own for a task.
Both are wall clock, the sides take turns, and the least of all rounds counts: other work on the
machine slows one side at a time. Then the peak memory of one log of 2 GB. At last re-ingest of
10,000 unchanged logs beside stat-ing them, which is `os.stat` of 10,000 known paths in a plain
loop. Re-ingest lists the folder, takes the times, decodes the index, looks for every record in the
store, and opens no log.

The load of the machine stands beside each part: how many processes wanted a core in the last
minute.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from timing import machine, spread

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache" / "bench"
UNCHANGED: Final = 10_000
LEAST_GAIN: Final = {"headers": 40.0, "scores": 40.0, "samples": 30.0}
MOST_ABOVE_LIMIT: Final = 1.5
TWO_PROCESSES: Final = 1.7
TWO_WORKERS: Final = 1.6
DASK_LOGS: Final = 16
DASK_MEGABYTES: Final = 32
MOST_MEGABYTES: Final = 300.0
MOST_ABOVE_STAT: Final = 5.0


class Took(NamedTuple):
    """What a job took in its own process, its imports and preparations left out."""

    cpu: float
    wall: float
    megabytes: float
    found: int


def run(job: str, folder: Path, *, logs: int = 0, workers: int = 1) -> Took:
    """Returns what a job of benchmarks/ingest_jobs.py took.

    Raises:
        RuntimeError: it failed; what it did not do can not be timed.
    """
    command = [sys.executable, str(HERE / "ingest_jobs.py"), job, str(folder)]
    command += ["--logs", str(logs), "--workers", str(workers)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=HERE)
    if done.returncode:
        raise RuntimeError(f"{job} exited with {done.returncode}:\n{done.stderr}")
    return Took(**json.loads(done.stdout.splitlines()[-1]))


def take_turns(jobs: Sequence[tuple[str, int]], folder: Path, *, rounds: int) -> list[list[Took]]:
    """Returns per job, named with its number of logs, what it took in each round."""
    took: list[list[Took]] = [[] for _ in jobs]
    for number in range(rounds):
        for turn in range(len(jobs)):
            place = (turn + number) % len(jobs)
            job, logs = jobs[place]
            took[place].append(run(job, folder, logs=logs))
    return took


def _ratios(slow: Sequence[Took], fast: Sequence[Took], *, scale: float = 1.0) -> list[float]:
    return [scale * a.cpu / b.cpu for a, b in zip(slow, fast, strict=True)]


def compare(name: str, folder: Path, *, rounds: int, full_logs: int, logs: int) -> Iterator[str]:
    """Prints one comparison with Inspect and the limit; yields what was missed."""
    theirs = {"headers": "evals_df", "scores": "samples_df", "samples": "read_eval_log"}[name]
    their_logs = full_logs if name == "samples" else 0
    jobs = [(name, 0), (theirs, their_logs), (f"limit-{name}", 0)]
    ours, slow, limit = take_turns(jobs, folder, rounds=rounds)
    scale = logs / full_logs if their_logs else 1.0
    if ours[0].found != limit[0].found or ours[0].found != round(scale * slow[0].found):
        raise RuntimeError(f"the sides of `{name}` did not read the same")
    gains = _ratios(slow, ours, scale=scale)
    above = _ratios(ours, limit)
    cpu = spread([took.cpu for took in ours], unit=" s", digits=3)
    other = spread([scale * took.cpu for took in slow], unit=" s")
    print(f"  {name:<8} {cpu}; {theirs} {other}: {spread(gains, digits=0)} times faster")
    print(f"  {'':<8} {spread(above)} times the limit", flush=True)
    if statistics.median(gains) < LEAST_GAIN[name]:
        yield f"{name} are {statistics.median(gains):.0f} times faster than {theirs}"
    if statistics.median(above) > MOST_ABOVE_LIMIT:
        yield f"{name} take {statistics.median(above):.2f} times the limit"


def time_evidence(folder: Path, *, rounds: int) -> None:
    """Prints what evidence costs beyond the records, and the rate that the guide computes with."""
    ours, records = take_turns([("evidence", 0), ("samples", 0)], folder, rounds=rounds)
    size = sum(path.stat().st_size for path in folder.glob("*.eval"))
    rate = [size / took.cpu / 1e6 for took in ours]
    each = [1e6 * took.cpu / took.found for took in ours]
    print(f"  evidence {spread([took.cpu for took in ours], unit=' s')}, ", end="")
    print(f"{spread(_ratios(ours, records))} times the records alone")
    print(f"  {'':<8} {spread(each, digits=0)} us a sample; ", end="")
    print(f"{spread(rate, digits=0)} MB of log a second and core", flush=True)


def load() -> str:
    """Returns how many processes wanted a core in the last minute, and how many cores there are."""
    return f"[load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores]"


def big_log(source: Path, *, megabytes: int) -> Path:
    """Returns a log of about that size, made once from the samples of another."""
    target = CACHE / f"log-{megabytes}mb.eval"
    if not target.exists():
        command = [sys.executable, str(HERE / "big_log.py"), str(source), str(target)]
        command += ["--megabytes", str(megabytes)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return target


def time_dask(source: Path, *, rounds: int) -> Iterator[str]:
    """Prints the wall clock of a cluster of one and of two workers; yields what was missed."""
    log = big_log(source, megabytes=DASK_MEGABYTES)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        for number in range(DASK_LOGS):
            shutil.copyfile(log, Path(scratch) / f"{number:02}.eval")
        yield from time_workers("dask", Path(scratch), rounds=rounds, least=TWO_WORKERS)


def time_workers(job: str, folder: Path, *, rounds: int, least: float) -> Iterator[str]:
    """Prints the wall clock of one and of two workers; yields what was missed."""
    walls: dict[int, list[float]] = {1: [], 2: []}
    for number in range(rounds):
        for count in (1, 2) if number % 2 else (2, 1):
            walls[count].append(run(job, folder, workers=count).wall)
    gain = min(walls[1]) / min(walls[2])
    print(f"  {load()}")
    both = ", ".join(f"{n}: {spread(seconds, unit=' s')}" for n, seconds in walls.items())
    print(f"  {job:<8} {both}; least by least {gain:.2f} times faster", flush=True)
    if gain < least:
        yield f"two workers of `{job}` are {gain:.2f} times as fast as one"


def measure_memory(source: Path, *, megabytes: int) -> Iterator[str]:
    """Prints the peak memory of one big log; yields what was missed."""
    target = big_log(source, megabytes=megabytes)
    took = run("one", target)
    size = target.stat().st_size / 1e9
    print(f"  one log of {size:.2f} GB, {took.found:,} samples: ", end="")
    print(f"peak {took.megabytes:.0f} MB, {took.cpu:.1f} s", flush=True)
    if took.megabytes > MOST_MEGABYTES:
        yield f"a log of {size:.2f} GB takes {took.megabytes:.0f} MB"


def time_unchanged(rounds: int) -> Iterator[str]:
    """Prints re-ingest of unchanged logs beside stat-ing them; yields what was missed."""
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        run("prepare", Path(scratch), logs=UNCHANGED)
        again, times = take_turns([("unchanged", 0), ("stat", 0)], Path(scratch), rounds=rounds)
    above = _ratios(again, times)
    for name, took in (("unchanged", again), ("stat", times)):
        cpu = spread([1000 * one.cpu for one in took], unit=" ms", digits=0)
        print(f"  {name:<9} {took[0].found:,} logs: {cpu}")
    print(f"  {'':<9} {spread(above)} times {load()}", flush=True)
    if statistics.median(above) > MOST_ABOVE_STAT:
        yield f"unchanged logs take {statistics.median(above):.1f} times as long as stat-ing them"


def time_ingest(
    folder: Path, *, logs: int, rounds: int, full_logs: int, megabytes: int
) -> list[str]:
    """Prints everything and returns what was missed."""
    missed: list[str] = []
    first = min(folder.glob("*.eval"))
    print(f"reading at scale; {machine()}; median (least to largest) of {rounds} rounds")
    for name in LEAST_GAIN:
        print(f"  {load()}")
        missed += compare(name, folder, rounds=rounds, full_logs=full_logs, logs=logs)
    time_evidence(folder, rounds=rounds)
    missed += time_workers("processes", folder, rounds=rounds, least=TWO_PROCESSES)
    missed += time_dask(first, rounds=rounds)
    missed += measure_memory(first, megabytes=megabytes)
    missed += time_unchanged(rounds)
    return missed


def main() -> int:
    """Runs everything on the corpus that the command line asks for."""
    from run import corpus

    parser = argparse.ArgumentParser(description="Time reading beside Inspect and the limit.")
    parser.add_argument("--logs", type=int, default=200)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full-logs", type=int, default=20)
    parser.add_argument("--megabytes", type=int, default=2048)
    options = parser.parse_args()
    folder = corpus(logs=options.logs, samples=options.samples)
    missed = time_ingest(
        folder,
        logs=options.logs,
        rounds=options.rounds,
        full_logs=options.full_logs,
        megabytes=options.megabytes,
    )
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
