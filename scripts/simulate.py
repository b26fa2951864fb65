"""`make simulate`: how often the tests rule out falsely, and how often rightly, by simulation.

    python scripts/simulate.py            every cell, writes docs/reference/simulations/*.csv
    python scripts/simulate.py --small    a few cells, compared with those files
    python scripts/simulate.py --tables horizons percentiles    only these, the others stay

Every cell is one condition: a design, how clusters differ, a bound, and the truth as a share of the
bound. At a share of 1 every rule-out is false and at most alpha of them are allowed; below 1 the
rate is power. Tierlock's columns (`default`, `proved`) decide by `tierlock.stats`; the others are
methods in common use, drawn from the same samples. The seed is fixed and belongs to the cell.

Exits with 1 if a Tierlock column is above alpha by more than three Monte Carlo standard errors in
any cell; with `--small` also if a rate lies more than four standard errors from the committed one,
or if the files do not hold exactly the cells of the grid. Afterwards `scripts/check_docs.py
--write` brings the tables of docs/reference/simulations.md up to date.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from docs_simulations import (
    ALPHA,
    FOLDER,
    Row,
    method_table,
    read_rows,
    write_rows,
)
from simulate_draws import Cell, cells, draw
from simulate_methods import ours, peers
from simulate_people import horizon_cells, ranked_cells, run_horizon, run_ranked
from simulate_spoiled import (
    judged_cells,
    run_judged,
    run_spoiled,
    run_trial,
    spoiled_cells,
    trial_cells,
)

BOUNDS = (0.05, 0.2, 0.5, 0.8)
PEER_REPLICATES = 4000
DIGITS = 5
Rates = dict[str, float]


class Budget(NamedTuple):
    """Replicates of one table, of cells at the bound and of cells below it."""

    null: int
    power: int


BUDGETS = {
    "grid": Budget(10000, 2000),
    "missing": Budget(10000, 1000),
    "judge": Budget(4000, 1000),
    "trials": Budget(4000, 400),
    "percentiles": Budget(300, 80),
    "horizons": Budget(300, 80),
}
SMALL = Budget(1000, 200)
SMALL_BUDGETS = dict.fromkeys(BUDGETS, SMALL) | dict.fromkeys(
    ("percentiles", "horizons"), Budget(60, 20)
)


class Job(NamedTuple):
    """One cell of one table, and how many samples to draw."""

    table: str
    cell: NamedTuple
    replicates: int


def run_grid(cell: Cell, *, replicates: int) -> Rates:
    """Return how often each method rules out in one cell of the grid."""
    successes = draw(cell, replicates=replicates)
    found = ours(successes, attempts=cell.attempts, bound=cell.bound)
    found |= peers(successes[:PEER_REPLICATES], attempts=cell.attempts, bound=cell.bound)
    return {name: float(decision.mean()) for name, decision in found.items()}


RUN: dict[str, Callable[..., Rates]] = {
    "grid": run_grid,
    "missing": run_spoiled,
    "judge": run_judged,
    "trials": run_trial,
    "percentiles": run_ranked,
    "horizons": run_horizon,
}


def jobs(budgets: dict[str, Budget] = BUDGETS) -> list[Job]:
    """Return every cell of every table."""
    tables: dict[str, Sequence[NamedTuple]] = {
        "grid": cells(shares=(1.0, 0.5), bounds=BOUNDS),
        "missing": spoiled_cells(shares=(1.0, 0.25)),
        "judge": judged_cells(shares=(1.0, 0.25)),
        "trials": trial_cells(shares=(1.0, 0.5)),
        "percentiles": ranked_cells(shares=(1.0, 0.2)),
        "horizons": horizon_cells(shares=(1.0, 0.25)),
    }
    return [
        Job(table, cell, budgets[table].null if cell.share == 1.0 else budgets[table].power)
        for table, rows in tables.items()
        for cell in rows
    ]


def small_jobs() -> list[Job]:
    """Return a few cells of every table, with few samples each."""
    some = jobs(SMALL_BUDGETS)
    fast = [job for job in some if job.table != "trials" or job.cell.share == 1.0]
    return [job for number, job in enumerate(fast) if number % 37 == 5]


def run(job: Job) -> Row:
    """Return one row: the cell's values, the number of samples, and the rates."""
    rates = RUN[job.table](job.cell, replicates=job.replicates)
    condition = {name: str(value) for name, value in job.cell._asdict().items()}
    return Row(job.table, condition, job.replicates, rates)


def above_alpha(rows: Sequence[Row]) -> Iterator[str]:
    """Yield one line per cell in which a Tierlock column rules out falsely too often."""
    for row in rows:
        if row.condition["share"] != "1.0":
            continue
        limit = ALPHA + 3 * math.sqrt(ALPHA * (1 - ALPHA) / row.replicates)
        for name in ("default", "proved"):
            if row.rates.get(name, 0.0) > limit:
                yield f"{row.table} {row.condition}: {name} rules out in {row.rates[name]:.4f}"


def differences(rows: Sequence[Row], *, committed: Sequence[Row]) -> Iterator[str]:
    """Yield one line per rate that is not the committed one, within Monte Carlo error."""
    known = {row.key: row for row in committed}
    expected = {run_key(job) for job in jobs()}
    if expected != known.keys():
        yield f"the files lack or have in excess {len(expected ^ known.keys())} cells"
    for row in rows:
        other = known.get(row.key)
        for name, rate in row.rates.items() if other else ():
            before = other.rates[name]
            samples = min(other.replicates, PEER_REPLICATES)
            middle = (rate * row.replicates + before * samples) / (row.replicates + samples)
            error = math.sqrt(middle * (1 - middle) * (1 / row.replicates + 1 / samples))
            if abs(rate - before) > 4 * error + 10.0**-DIGITS:
                yield f"{row.table} {row.condition}: {name} {rate:.4f}, committed {before:.4f}"


def run_key(job: Job) -> tuple[str, ...]:
    """Return what names the job's cell in the files."""
    return (job.table, *(str(value) for value in job.cell))


def main() -> int:
    """Run the cells, print the tables, write or compare the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Simulate false rule-outs and power.")
    parser.add_argument("--small", action="store_true", help="a few cells, compared")
    parser.add_argument("--tables", nargs="+", choices=tuple(BUDGETS), default=tuple(BUDGETS))
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    chosen = small_jobs() if options.small else [j for j in jobs() if j.table in options.tables]
    start = time.perf_counter()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # one thread per process
        os.environ.setdefault(name, "1")
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, mp_context=fresh) as pool:
        rows = list(pool.map(run, chosen, chunksize=4))
    print(f"{len(rows)} cells in {time.perf_counter() - start:.0f} s")
    missed = list(above_alpha(rows))
    if options.small:
        missed += differences(rows, committed=read_rows())
    else:
        kept = [] if set(options.tables) == set(BUDGETS) else read_rows()
        write_rows([*rows, *(row for row in kept if row.table not in options.tables)])
        for table in options.tables:
            print(f"\n{method_table(rows, table=table)}")
        print(f"\nwritten to {FOLDER}; now run scripts/check_docs.py --write")
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
