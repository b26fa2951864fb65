"""`make bench`: Tierlock beside its peers, on the same logs, in the same minutes.

    python benchmarks/run.py

10,000 samples in 20 Inspect logs, made once into .cache/bench. Three processes take turns:

    tierlock assess   logs read and checked to the last record, determination, HTML report
    samples_df        the same scores as a table, by Inspect's own reader, from the summaries
    limit             the same bytes read and inflated, nothing else (benchmarks/limits.py)

Times are wall clock from process start to process end. Ratios are taken within a round, where both
sides met the same machine, and the median over rounds counts. Exits with 1 if `tierlock assess` is
not at least 5 times faster than `samples_df`, if `tierlock --help` takes 200 ms, or if the shipped
frameworks are not loaded in a second and proved in two minutes (benchmarks/catalogue.py), or if the
bootstrap of a time horizon is not 200 times faster than a loop (benchmarks/horizons.py), or if
grouping, standard errors and bounds of a million attempts miss theirs (benchmarks/descriptions.py).
Gate decisions stand beside those of two policy engines (benchmarks/policies.py), without a bar. The
ledger stands beside bare SQLite inserts (benchmarks/ledgers.py), verification of a bundle beside
reading and hashing its bytes (benchmarks/bundles.py), a permit check beside one bare
signature verification (benchmarks/permits.py).

`tierlock assess` reads in as many processes as there are cores, `samples_df` in one. On a machine
with other work the ratio falls towards that of the processor times; the least times of all
rounds then say more than the median.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bundles import time_bundles
from catalogue import time_catalogue
from descriptions import time_descriptions
from horizons import time_horizons
from ledgers import time_ledger
from permits import time_permits
from policies import time_policies
from timing import Contender, machine, race, repeat, spread

import tierlock
from tierlock.core import Action, Subject
from tierlock.frameworks import get_framework, load_framework
from tierlock.importers import Imports, import_logs
from tierlock.policy import decide, determine, explain, plan_after, register_of
from tierlock.stats import _gamma_tail

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache" / "bench"
FRAMEWORK = HERE / "frameworks" / "bench-1.yaml"
TIERLOCK = str(Path(sys.executable).with_name("tierlock"))
SAMPLES_DF = "import sys; from inspect_ai.analysis import samples_df; samples_df(sys.argv[1])"

LEAST_RATIO = 5.0
HELP_SECONDS = 0.2
LEAST_ROUNDS = 5


def corpus(*, logs: int, samples: int) -> Path:
    """Returns the folder of logs, made if it is not there as its manifest says."""
    folder = CACHE / f"corpus-{logs}x{samples}"
    manifest = folder.with_suffix(".json")
    wanted = {
        "maker": hashlib.sha256((HERE / "corpus.py").read_bytes()).hexdigest(),
        "inspect_ai": version("inspect_ai"),
        "logs": logs,
        "samples": samples,
    }
    if manifest.exists() and json.loads(manifest.read_text()) == wanted | {"files": _sizes(folder)}:
        return folder
    print(f"making {logs} logs of {samples} samples, which takes about a minute", flush=True)
    manifest.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, str(HERE / "corpus.py"), str(folder)]
    subprocess.run(
        [*command, "--logs", str(logs), "--samples", str(samples)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    manifest.write_text(json.dumps(wanted | {"files": _sizes(folder)}, indent=1))
    return folder


def _sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sorted(folder.glob("*.eval"))}


def check_same_scores(imports: Imports, *, folder: Path) -> int:
    """Returns the number of scores that both sides read, all equal.

    Raises:
        RuntimeError: the two sides did not read the same, so their times say nothing.
    """
    from inspect_ai.analysis import samples_df

    grades = {"C": 1.0, "I": 0.0}
    table = samples_df(str(folder), quiet=True)
    theirs = {
        (row.eval_id, row.id, row.epoch): (grades[row.score_solved], float(row.score_progress))
        for row in table.itertuples()
    }
    ours = {
        (item.run_id, name, epoch): (solved, progress)
        for item in imports.evidence
        for name, epoch, solved, progress in zip(
            item.samples.id,
            item.samples.epoch,
            item.samples.scores["solved"],
            item.samples.scores["progress"],
            strict=True,
        )
    }
    if ours != theirs:
        raise RuntimeError("the two readers disagree about the scores")
    return 2 * len(ours)


def race_readers(folder: Path, *, rounds: int, scratch: Path) -> float:
    """Prints times and ratios of the three processes; returns the ratio that must be reached."""

    def fresh() -> Path:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        return scratch

    assess = [TIERLOCK, "assess", str(folder), "--framework", str(FRAMEWORK), "--quiet"]
    contenders = (
        Contender("tierlock assess", assess, fresh),
        Contender("samples_df", [sys.executable, "-c", SAMPLES_DF, str(folder)], fresh),
        Contender("limit", [sys.executable, str(HERE / "limits.py"), str(folder)], fresh),
    )
    costs = race(contenders, rounds=rounds)
    for contender, spent in zip(contenders, costs, strict=True):
        wall = spread([cost.wall for cost in spent], unit=" s")
        cpu = spread([cost.cpu for cost in spent], unit=" s")
        print(f"  {contender.name:<16} wall {wall:<24} processor {cpu}")
    ours, theirs, limit = costs
    gains = [slow.wall / fast.wall for fast, slow in zip(ours, theirs, strict=True)]
    above = [own.wall / least.wall for own, least in zip(ours, limit, strict=True)]
    quietest = min(cost.wall for cost in theirs) / min(cost.wall for cost in ours)
    print(f"  samples_df / tierlock assess  {spread(gains)}, least by least {quietest:.2f}")
    work = [slow.cpu / fast.cpu for fast, slow in zip(ours, theirs, strict=True)]
    print(f"    of processor times          {spread(work)}")
    print(f"  tierlock assess / limit       {spread(above)}")
    return statistics.median(gains)


def time_help(*, times: int) -> float:
    """Prints and returns the median seconds of `tierlock --help`."""
    command = [TIERLOCK, "--help"]
    seconds = repeat(lambda: subprocess.run(command, capture_output=True, check=True), times=times)
    milliseconds = [1000 * second for second in seconds]
    print(f"  tierlock --help               {spread(milliseconds, unit=' ms', digits=0)}")
    return statistics.median(seconds)


def time_engine(imports: Imports, *, times: int) -> None:
    """Prints what loading a framework and answering a question take within one process."""
    loading = repeat(lambda: get_framework("asl/reference-1"), times=times)
    framework, at = load_framework(FRAMEWORK), datetime.now(UTC)
    evidence = imports.evidence
    subject = Subject(name=evidence[0].subject.name)
    register = register_of(evidence, framework=framework)
    plan = plan_after(framework, subject=subject, register=register)
    action = Action(name="deploy", surface="api", audience="general")

    def answer() -> None:
        # As in a new process: nothing is known from the answer before.
        _gamma_tail._kept_probability.cache_clear()
        found = determine(framework, plan, evidence, subject=subject, at=at, register=register)
        decision = decide(framework, found, subject=subject, action=action, at=at)
        explain(framework, found, subject=subject, decision=decision, evidence=evidence)

    answering = repeat(answer, times=times)
    for name, seconds in (("load asl/reference-1", loading), ("one answer", answering)):
        print(f"  {name:<28}  {spread([1000 * s for s in seconds], unit=' ms', digits=0)}")


def main() -> int:
    """Runs everything, prints it, and returns the exit code."""
    parser = argparse.ArgumentParser(description="Time Tierlock beside its peers.")
    parser.add_argument("--rounds", type=int, default=7, help="paired rounds, at least 5")
    parser.add_argument("--logs", type=int, default=20)
    parser.add_argument("--samples", type=int, default=500)
    options = parser.parse_args()
    # An installed package is compiled; a checkout in which Python may not write is not.
    compileall.compile_dir(Path(tierlock.__file__).parent, quiet=1)
    folder = corpus(logs=options.logs, samples=options.samples)
    rounds = max(LEAST_ROUNDS, options.rounds)
    imports = import_logs([folder])
    same = check_same_scores(imports, folder=folder)
    count = options.logs * options.samples
    print(f"{count:,} samples in {options.logs} logs; both sides read the same {same:,} scores")
    print(f"{machine()}; median (least to largest) of {rounds} rounds, by turns", flush=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        ratio = race_readers(folder, rounds=rounds, scratch=Path(scratch) / "project")
    start = time_help(times=20)
    time_engine(imports, times=10)
    missed = time_catalogue(rounds=rounds)
    missed += time_horizons(rounds=rounds)
    missed += time_descriptions(rounds=rounds)
    missed += time_ledger(rounds=3)
    missed += time_bundles(rounds=3)
    missed += time_policies(rounds=rounds)
    missed += time_permits(rounds=rounds)
    print(machine())
    if ratio < LEAST_RATIO:
        missed.append(f"assess is {ratio:.2f} times faster than samples_df, not {LEAST_RATIO:.0f}")
    if start >= HELP_SECONDS:
        missed.append(f"--help takes {1000 * start:.0f} ms, not under {1000 * HELP_SECONDS:.0f}")
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
