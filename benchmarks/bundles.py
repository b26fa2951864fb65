"""Verifying a bundle of a million samples, beside reading and hashing the same bytes.

The limit is what no verifier can go below: the file is read, and SHA-256 is taken of the bytes
that its parts unpack to. Ours does that too, and beyond it parses every value, computes the
digests again from the values, and asks the question again: determination, explanation, decision.
"""

from __future__ import annotations

import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from timing import spread

from tierlock.attest import Trust, TrustedKey, load_public_key, new_key
from tierlock.core import Evidence, Samples, Source, SubjectRef, digest
from tierlock.policy import register_of
from tierlock.usecases import bundle, load_project, verify
from tierlock.usecases.bundle_zip import read_zip

HERE = Path(__file__).resolve().parent
SAMPLES = 1_000_000
RUNS = 4
AT = datetime(2026, 3, 10, tzinfo=UTC)
MOST = 200.0
"""Times the limit that verification may take."""


def run(number: int) -> Evidence:
    """Returns one run with its share of the samples, a tenth of them dangerous."""
    rng = np.random.default_rng(number)
    size = SAMPLES // RUNS
    scores = (rng.random(size) < 0.1).astype(float).tolist()
    return Evidence(
        evaluation="bench",
        run_id=f"run-{number}",
        subject=SubjectRef(name="bench-model"),
        measured_at=AT - timedelta(days=number + 1),
        planned_samples=size,
        samples=Samples(
            id=tuple(f"item-{place:07d}" for place in range(size)),
            epoch=(1,) * size,
            state=("scored",) * size,
            limit=("",) * size,
            refused=(False,) * size,
            edited=(False,) * size,
            scores={"check": tuple(scores)},
        ),
        source=Source(format="table", file="x.csv", sha256="sha256:" + "00" * 32),
    )


def make(folder: Path) -> tuple[Path, Trust]:
    """Returns a bundle of a million samples, and a trust file that names its framework."""
    tasks = "tasks: [bench]"
    text = (HERE / "frameworks" / "bundle-1.yaml").read_text(encoding="utf-8")
    if tasks not in text:
        raise SystemExit("benchmarks/frameworks/bundle-1.yaml asks for another task")
    (folder / "lab.yaml").write_text(text, encoding="utf-8")
    (folder / "tierlock.yaml").write_text(
        "framework: lab.yaml\nsubject: {name: bench-model}\naction: {name: release}\n",
        encoding="utf-8",
    )
    project = load_project(folder)
    project.store.ingest(
        [run(number) for number in range(RUNS)],
        register=lambda found: register_of(found, framework=project.framework).runs,
    )
    path = folder / "bundle.zip"
    bundle(project, to=path, at=AT, action=project.action)
    key = new_key(folder / "key.pem", passphrase=None)
    entry = TrustedKey(
        person="nobody",
        roles=("bundle",),
        public_key=load_public_key(key.public).pem.decode(),
        valid_from=AT,
    )
    framework = project.framework
    return path, Trust(keys={key.key_id: entry}, frameworks={framework.name: digest(framework)})


def limit(path: Path) -> None:
    """Reads the file and hashes what it unpacks to."""
    for data in read_zip(path.read_bytes()).values():
        hashlib.sha256(data).digest()


def seconds(work: Callable[[], object]) -> float:
    """Returns the seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def time_bundles(*, rounds: int) -> list[str]:
    """Prints times and ratios; returns what was missed."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as scratch:
        path, trust = make(Path(scratch))
        size = path.stat().st_size
        for _ in range(rounds):
            bare.append(seconds(lambda: limit(path)))
            ours.append(seconds(lambda: verify(path, trust=trust, at=AT, allow_unsigned=True)))
        result = verify(path, trust=trust, at=AT, allow_unsigned=True).result
    ratio = statistics.median(our / one for our, one in zip(ours, bare, strict=True))
    print(f"\nbundle of {SAMPLES:,} samples in {RUNS} runs, {size / 1e6:.1f} MB: {result}")
    print(f"  verify                    {spread(ours)}")
    print(f"  read, inflate and SHA-256 {spread(bare)}")
    print(f"  ratio {ratio:.0f} (at most {MOST:.0f})")
    missed = [] if result == "verified" else [f"the bundle is {result}"]
    return missed + ([f"verify takes {ratio:.0f} times the limit"] if ratio > MOST else [])


if __name__ == "__main__":
    raise SystemExit(1 if time_bundles(rounds=3) else 0)
