"""A writer in a process of its own, which tests kill, starve or race.

Run as `python -m tests.unit.store.worker MODE FOLDER ...`; prints one JSON value.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.unit.store.evidence import evidence, register
from tierlock.core import Evidence, TierlockError
from tierlock.store import LocalStore

ACKNOWLEDGED = [evidence(f"first-{i}", (0.0, 1.0)) for i in range(3)]
BATCH = [evidence(f"second-{i}", (0.0, 1.0) * 40) for i in range(4)]


def problems(folder: Path) -> list[str]:
    """Return what is wrong with a store that held `ACKNOWLEDGED` before a write was cut short."""
    store = LocalStore(folder)
    seen = {item.run_id: item for item in store.evidence()}
    registered = [(run.run_id, run.slot) for run in store.runs()]
    found = [f"{item.run_id} is lost" for item in ACKNOWLEDGED if seen.get(item.run_id) != item]
    found += [f"{name} is visible and not registered" for name in seen if not _in(name, registered)]
    if len(set(registered)) != len(registered):
        found.append("a run is registered twice")
    whole = {item.run_id: item for item in BATCH}
    found += [
        f"{name} is half there" for name in seen if name in whole and seen[name] != whole[name]
    ]
    return found


def _in(name: str, registered: list[tuple[str, str]]) -> bool:
    return any(run == name for run, _ in registered)


def heals(folder: Path) -> list[str]:
    """Return what is wrong after the cut-short write is done again."""
    store = LocalStore(folder)
    store.ingest(BATCH, register=register)
    everything = sorted([*ACKNOWLEDGED, *BATCH], key=lambda item: item.run_id)
    ends = [list(store.evidence()) == everything, len(store.runs()) == len(everything)]
    return [*problems(folder), *(["it does not heal"] if not all(ends) else [])]


def _killed_child(folder: Path, act: Callable[[], None]) -> list[str]:
    """Write the batch in a child that `act` kills, and look at what is left."""
    LocalStore(folder).ingest(ACKNOWLEDGED, register=register)
    child = os.fork()
    if child == 0:
        act()
        LocalStore(folder).ingest(BATCH, register=register)
        os._exit(0)
    return [f"{folder.name}: {problem}" for problem in (*_wait(child, folder), *heals(folder))]


def _wait(child: int, folder: Path) -> list[str]:
    os.waitpid(child, 0)
    return problems(folder)


def kill_at_random(folder: Path, rounds: int) -> dict[str, object]:
    """Kill a writer at random instants; SIGKILL comes from a timer in the kernel."""
    rng = random.Random(20261122)  # noqa: S311  # chance, not secrecy
    start = time.perf_counter()
    LocalStore(folder / "timing").ingest([*ACKNOWLEDGED, *BATCH], register=register)
    usual = time.perf_counter() - start
    found: list[str] = []
    for number in range(rounds):
        delay = max(1e-5, rng.uniform(0, 1.2 * usual))

        def act(delay: float = delay) -> None:
            signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, delay)

        found += _killed_child(folder / str(number), act)
    return {"rounds": rounds, "problems": found}


def kill_at_every_step(folder: Path) -> dict[str, object]:
    """Kill a writer before and after each call that makes something durable."""
    found: list[str] = []
    step = 0
    while True:
        reached = folder / f"reached-{step}"

        def act(step: int = step, reached: Path = reached) -> None:
            count = iter(range(1_000_000))
            sync, rename = os.fsync, os.rename

            def deadly(call: Callable[..., object]) -> Callable[..., object]:
                def wrapped(*args: object) -> object:
                    for moment in ("before", "after"):
                        if next(count) == step:
                            os.close(os.open(reached, os.O_CREAT | os.O_WRONLY))
                            os.kill(os.getpid(), signal.SIGKILL)
                        if moment == "before":
                            result = call(*args)
                    return result

                return wrapped

            os.fsync = deadly(sync)  # type: ignore[assignment]
            os.rename = os.replace = deadly(rename)  # type: ignore[assignment]

        found += _killed_child(folder / str(step), act)
        if not reached.exists():
            return {"rounds": step, "problems": found}
        step += 1


def _meet(folder: Path, number: int) -> None:
    """Wait for the other writer, so that both are at work at the same time."""
    folder.with_name(f"here-{number}").touch()
    while len(list(folder.parent.glob("here-*"))) < 2:
        time.sleep(0.001)


def race(folder: Path, first: int, last: int) -> dict[str, object]:
    """Ingest runs one by one; every reading in between must be consistent."""
    _meet(folder, first)
    store = LocalStore(folder)
    found: list[str] = []
    added = 0
    for number in range(first, last):
        added += len(store.ingest([evidence(f"run-{number:02}")], register=register).added)
        visible = {item.run_id for item in store.evidence()}
        registered = {run.run_id for run in store.runs()}
        found += [f"{name} is visible and not registered" for name in visible - registered]
    return {"added": added, "problems": found}


def conflict(folder: Path, value: float) -> dict[str, object]:
    """Ingest one run with a content of our own."""
    _meet(folder, int(value))
    try:
        LocalStore(folder).ingest([evidence("run-1", (value,))], register=register)
    except TierlockError as error:
        return {"code": error.code}
    return {"code": None}


def starve(folder: Path, limit: int) -> dict[str, object]:
    """Ingest under a limit on the size of files, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        LocalStore(folder).ingest(BATCH, register=register)
    except TierlockError as error:
        return {"code": error.code}
    return {"code": None}


def readonly(folder: Path) -> dict[str, object]:
    """Read and then write a folder that may only be read; root gives up its rights first."""
    folder.chmod(0o555)
    LocalStore(folder).evidence()  # loads everything that a user without rights could not load
    if os.geteuid() == 0:
        os.setuid(65534)
    store = LocalStore(folder)
    seen: tuple[Evidence, ...] = store.evidence()
    try:
        store.ingest(BATCH, register=register)
    except TierlockError as error:
        return {"seen": len(seen), "code": error.code}
    return {"seen": len(seen), "code": None}


if __name__ == "__main__":
    mode, where, *numbers = sys.argv[1:]
    modes: dict[str, Callable[..., dict[str, object]]] = {
        "kill-at-random": kill_at_random,
        "kill-at-every-step": kill_at_every_step,
        "race": race,
        "conflict": conflict,
        "starve": starve,
        "readonly": readonly,
    }
    sys.stdout.write(json.dumps(modes[mode](Path(where), *map(int, numbers))))
