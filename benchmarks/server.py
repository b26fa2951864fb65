"""The gate and the first page of a subject beside a bare route of the same server.

    python benchmarks/server.py [--subjects 10000] [--asked 10000] [--rounds 5] [--requests 5000]

A team's server with 10,000 subjects and 100,000 records of evidence in its store, in a process of
its own; 64 clients at once, each on a connection that stays open and sends its next request when
the last one is answered. In each round the same number of requests goes to `/v1/health`, which
asks nobody anything but who sends it, to `POST /v1/gate`, and to the page of a subject, in turns;
subjects are drawn at random from those whose page was asked for once before. Who asks shows an API
token. What counts is the ratio of the 99th percentiles within a round, and its median over the
rounds, on SQLite and on PostgreSQL. Every answer but 200 is an error.

Making the store takes long the first time: every page is computed from its records.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from server_copy import copy_rows
from server_load import Round, get, load, post
from server_process import free_port, serving
from server_store import made_store, slug_of, token_of
from timing import machine, spread

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.unit.ledger.server import MISSING, binaries, running

CLIENTS: Final = 64
MOST: Final = {"gate": 10.0, "page": 20.0}
"""Kind of request -> how many times the bare route's 99th percentile its own may be."""
_AUDIENCES: Final = ("internal", "limited", "general")
_MILLI: Final = 1000


class Asker(NamedTuple):
    """Makes requests.

    Attributes:
        token: as whom.
        asked: about which subjects: the first so many.
        rng: which of them.
    """

    token: str
    asked: int
    rng: random.Random

    def requests(self, kind: str, *, count: int) -> list[bytes]:
        """Returns requests of one kind, each about a subject drawn at random."""
        return [getattr(self, kind)() for _ in range(count)]

    def bare(self) -> bytes:
        """Returns a request that nothing is read for."""
        return get("/v1/health", token=self.token)

    def gate(self) -> bytes:
        """Returns a question of an admission controller."""
        asked = {
            "subject": self._slug(),
            "action": "deploy",
            "surface": "api",
            "audience": self.rng.choice(_AUDIENCES),
        }
        return post("/v1/gate", json.dumps(asked).encode(), token=self.token)

    def page(self) -> bytes:
        """Returns a request for the first page of a subject."""
        return get(f"/subjects/{self._slug()}", token=self.token)

    def _slug(self) -> str:
        return slug_of(self.rng.randrange(self.asked))


def measure(port: int, *, asker: Asker, rounds: int, requests: int) -> dict[str, list[Round]]:
    """Returns per kind what each round took; who begins a round takes turns."""
    kinds = ("bare", *MOST)
    found: dict[str, list[Round]] = {kind: [] for kind in kinds}
    for kind in kinds:
        load(
            port, requests=asker.requests(kind, count=max(CLIENTS, requests // 5)), clients=CLIENTS
        )
    for number in range(rounds):
        for turn in range(len(kinds)):
            kind = kinds[(turn + number) % len(kinds)]
            asked = asker.requests(kind, count=requests)
            found[kind].append(load(port, requests=asked, clients=CLIENTS))
    return found


def report(name: str, found: dict[str, list[Round]]) -> Iterator[str]:
    """Prints what one server did; yields what was missed."""
    for kind, rounds in found.items():
        late = [_MILLI * one.percentile(0.99) for one in rounds]
        half = [_MILLI * one.percentile(0.5) for one in rounds]
        rate = [len(one.seconds) / one.wall for one in rounds]
        print(
            f"  {kind:<5} p50 {spread(half, unit=' ms', digits=1)}, p99 "
            f"{spread(late, unit=' ms', digits=1)}, {statistics.median(rate):.0f} a second"
        )
        errors = [error for one in rounds for error in one.errors]
        if errors:
            yield f"{name}: {len(errors)} errors at {kind}, such as {errors[0]!r}"
    for kind, most in MOST.items():
        pairs = zip(found[kind], found["bare"], strict=True)
        ratios = [one.percentile(0.99) / bare.percentile(0.99) for one, bare in pairs]
        print(
            f"  {kind}: {spread(ratios, digits=1)} times the bare route at p99, at most {most:.0f}"
        )
        if statistics.median(ratios) > most:
            yield f"{name}: {kind} takes {statistics.median(ratios):.1f} times the bare route"
    sys.stdout.flush()


@contextmanager
def databases(folder: Path, *, wanted: Sequence[str]) -> Iterator[Iterator[tuple[str, str, Path]]]:
    """Yields name, URL and folder of each database with the store in it."""

    def each() -> Iterator[tuple[str, str, Path]]:
        if "sqlite" in wanted:
            yield "SQLite", f"sqlite:///{folder / 'team.db'}", folder / "data"
        if "postgresql" in wanted and binaries() is None:
            print(f"PostgreSQL: not tried: {MISSING}")
        elif "postgresql" in wanted:
            with running() as server:
                url = server.fresh()
                copy_rows(folder / "team.db", url=url, data=scratch / "data")
                yield "PostgreSQL", url, folder / "data"

    scratch = Path(tempfile.mkdtemp(prefix="tierlock-bench-"))
    try:
        yield each()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def main() -> int:
    """Measures every database, with one process and with two; returns 1 where the bar is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--subjects", type=int, default=10_000)
    parser.add_argument("--asked", type=int, default=10_000, help="subjects that are asked about")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=5000, help="of each kind in each round")
    parser.add_argument("--workers", type=int, action="append", help="processes of the server")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    given = parser.parse_args()
    asked = min(given.asked, given.subjects)
    print(f"{given.subjects:,} subjects, {10 * given.subjects:,} records of evidence", flush=True)
    folder = made_store(subjects=given.subjects, asked=asked)
    # The look at all subjects would compute what nobody asked for yet; that is another benchmark.
    watch = 60 if asked == given.subjects else 24 * 3600
    missed: list[str] = []
    with databases(folder, wanted=given.on or ("sqlite", "postgresql")) as each:
        for name, url, data in each:
            asker = Asker(token_of(url, data=data, role="viewer"), asked, random.Random(1))  # noqa: S311
            for workers in given.workers or (1, 2):
                port = free_port()
                with serving(url, data=data, port=port, watch=watch, workers=workers):
                    found = measure(port, asker=asker, rounds=given.rounds, requests=given.requests)
                plural = "" if workers == 1 else "es"
                print(f"{name}, {workers} process{plural}, {CLIENTS} clients  [{machine()}]")
                lines = list(report(f"{name}, {workers} process{plural}", found))
                # The bar is for one process: of several, each has the cores of the others.
                missed += lines if workers == 1 else []
    print(*(f"missed: {line}" for line in missed), sep="\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
