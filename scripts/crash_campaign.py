"""Kill writers of a ledger while they append, and count what was lost: nothing may be.

    python scripts/crash_campaign.py --kills 200

Several processes append to one ledger at once, batch by batch, and report each batch once `append`
has returned. All of them are ended with SIGKILL at a random instant; on PostgreSQL the whole
server is too, every few rounds. Then the ledger is opened again and must

- hold every acknowledged entry at its place,
- hold every batch whole or not at all,
- agree with itself, and extend every tree head that was seen before.

Prints counts per database, and exits with 1 if anything was lost or half there.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import IO, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.unit.ledger.server import MISSING, Server, binaries, running  # noqa: E402
from tierlock.core import IntegrityError, TierlockError  # noqa: E402
from tierlock.ledger import Draft, Ledger, TreeHead, open_ledger, verify_ledger  # noqa: E402

ORIGIN = "example.org/crash"
WRITERS = 4
SERVER_EVERY = 5
"""On PostgreSQL the server itself is killed in one round of so many."""


class Counts(NamedTuple):
    """What a campaign on one database found."""

    kills: int = 0
    server_kills: int = 0
    acknowledged: int = 0
    unacknowledged: int = 0
    lost: int = 0
    half: int = 0
    disagreements: int = 0


def write(where: str, name: str) -> None:
    """Append batches until killed; print `index part/of batch` of each once it is acknowledged."""
    rng = random.Random(name)  # noqa: S311  # sizes, not secrets
    with open_ledger(where, origin=ORIGIN) as ledger:
        for number in count():
            size = rng.choice((1, 1, 2, 5, 20))
            drafts = [
                Draft(
                    media_type="application/json",
                    payload=json.dumps(
                        {"batch": f"{name}-{number}", "of": size, "part": part,
                         "pad": "x" * rng.choice((0, 100, 9000))}
                    ).encode(),
                    logged_at=datetime.now(UTC),
                )
                for part in range(size)
            ]  # fmt: skip
            places = [one.index for one in ledger.append(drafts)]
            line = json.dumps({"batch": f"{name}-{number}", "places": places})
            os.write(1, line.encode() + b"\n")


def start(where: str, name: str) -> subprocess.Popen[bytes]:
    """Start one writer."""
    command = [sys.executable, str(Path(__file__)), "--write", where, name]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def said_by(writer: subprocess.Popen[bytes]) -> IO[bytes]:
    """Return the pipe on which a writer reports what was acknowledged."""
    if writer.stdout is None:
        raise RuntimeError("the writer has no pipe")
    return writer.stdout


def round_of_kills(
    where: str, *, number: int, rng: random.Random, server: Server | None
) -> tuple[int, dict[str, list[int]]]:
    """Let writers append and kill them all; return kills in mid-work and what was acknowledged."""
    writers = [start(where, f"{number}.{each}") for each in range(WRITERS)]
    acknowledged: dict[str, list[int]] = {}
    # Only a writer that has begun to append is killed while it appends.
    lines = [said_by(writer).readline() for writer in writers]
    time.sleep(rng.uniform(0.0, 0.12))
    if server is not None:
        server.kill()
    kills = 0
    for writer in rng.sample(writers, len(writers)):
        time.sleep(rng.uniform(0.0, 0.01))
        alive = writer.poll() is None
        writer.send_signal(signal.SIGKILL)
        writer.wait(timeout=60)
        kills += alive
    for writer in writers:
        with said_by(writer) as pipe:
            lines += pipe.read().splitlines()
    for line in lines:
        said = json.loads(line)
        acknowledged[said["batch"]] = said["places"]
    return kills, acknowledged


def look(
    ledger: Ledger, *, since: TreeHead, acknowledged: dict[str, list[int]]
) -> tuple[Counts, TreeHead]:
    """Return what is wrong after a round, and the tree head to hold the next one against."""
    seen: defaultdict[str, list[int]] = defaultdict(list)
    sizes: dict[str, int] = {}
    for entry in ledger.entries(since.size):
        said = json.loads(entry.payload)
        seen[said["batch"]].append(entry.index)
        sizes[said["batch"]] = said["of"]
    half = sum(
        places != list(range(places[0], places[0] + sizes[batch])) for batch, places in seen.items()
    )
    lost = sum(seen[batch] != places for batch, places in acknowledged.items())
    found = Counts(
        acknowledged=sum(map(len, acknowledged.values())),
        unacknowledged=sum(
            len(places) for batch, places in seen.items() if batch not in acknowledged
        ),
        lost=lost,
        half=half,
    )
    at = datetime.now(UTC)
    try:
        head = verify_ledger(ledger, at=at, trusted=since).head
    except IntegrityError as error:
        print(error, file=sys.stderr)
        return found._replace(disagreements=1), ledger.head(at)
    return found, head


def campaign(where: str, *, kills: int, seed: int, server: Server | None) -> Counts:
    """Return the counts of a whole campaign on one ledger."""
    rng = random.Random(seed)  # noqa: S311  # instants, not secrets
    total = Counts()
    with open_ledger(where, origin=ORIGIN) as ledger:
        heads = [ledger.head(datetime.now(UTC))]
        for number in count(1):
            crashed = server if server is not None and number % SERVER_EVERY == 0 else None
            killed, acknowledged = round_of_kills(where, number=number, rng=rng, server=crashed)
            if crashed is not None:
                crashed.start()
            found, head = look(ledger, since=heads[-1], acknowledged=acknowledged)
            heads.append(head)
            found = found._replace(kills=killed, server_kills=int(crashed is not None))
            total = Counts(*(a + b for a, b in zip(total, found, strict=True)))
            if total.kills >= kills:
                break
        try:
            verify_ledger(ledger, at=datetime.now(UTC), held=heads)
        except TierlockError as error:
            print(error, file=sys.stderr)
            total = total._replace(disagreements=total.disagreements + 1)
    return total


@contextmanager
def places(wanted: str) -> Iterator[tuple[str, Server | None]]:
    """Yield the ledger to work on, and its server."""
    if wanted == "postgresql":
        with running() as server:
            yield server.fresh(), server
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"{folder}/ledger.db", None


def main() -> int:
    """Run the campaign on every database that is there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200, help="SIGKILLs per database")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--write", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write(*given.write)
        return 0
    wrong = 0
    for name in given.on or ("sqlite", "postgresql"):
        if name == "postgresql" and binaries() is None:
            print(f"{name}: not tried: {MISSING}")
            wrong += 1
            continue
        begun = time.monotonic()
        with places(name) as (where, server):
            found = campaign(where, kills=given.kills, seed=given.seed, server=server)
        shown = ", ".join(
            f"{key.replace('_', ' ')} {value}" for key, value in found._asdict().items()
        )
        print(f"{name}: {shown} ({time.monotonic() - begun:.0f} s)", flush=True)
        wrong += found.lost + found.half + found.disagreements
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
