"""Write the locks of the shipped frameworks and records, or compare them (`--check`).

A locked framework may not change. Until a release contains it, `--allow-unreleased` allows it.
Records, which are what publishers stated, what findings there are and how frameworks relate, may
be corrected: run this after a change that is meant.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tierlock.core.errors import TierlockError
from tierlock.frameworks import CROSSWALK, FINDINGS, REGISTER, SHIPPED, lock_folder, lock_records
from tierlock.importers import RECORD

Locks = Mapping[Path, Callable[[], str]]

# The lock of the numbers lies above their folder, which people hand to `tierlock ingest` as it is.
RECORDS: Locks = {
    REGISTER.parent / "LOCK.json": partial(
        lock_records,
        REGISTER.parent,
        folders=[folder.name for folder in (CROSSWALK, REGISTER, FINDINGS)],
    ),
    RECORD.parent / "LOCK.json": partial(lock_records, RECORD.parent, folders=["."]),
}


def drifted(locks: Locks) -> list[str]:
    """Return one line per file that differs from its lock, is not in it, or is gone."""
    problems = []
    for path, compute in locks.items():
        now = _rows(compute())
        locked = _rows(path.read_text(encoding="utf-8")) if path.exists() else {}
        for name in sorted(now.keys() | locked.keys()):
            if name not in now:
                problems.append(f"{path}: `{name}` is locked and gone")
            elif name not in locked:
                problems.append(f"{path}: `{name}` is not locked")
            elif now[name] != locked[name]:
                problems.append(f"{path}: `{name}` differs from its locked digest")
    return problems


def _rows(text: str) -> dict[str, object]:
    lock = json.loads(text)
    return lock["files"] if "files" in lock else {row["name"]: row for row in lock["frameworks"]}


def main() -> int:
    """Write or check the locks; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 4 on a difference"
    )
    parser.add_argument("--allow-unreleased", action="store_true", help="replace locked digests")
    arguments = parser.parse_args()
    # For a comparison it does not matter that a framework changed before it was locked.
    unreleased = arguments.allow_unreleased or arguments.check
    frameworks = partial(lock_folder, SHIPPED, unreleased=unreleased)
    locks: Locks = {SHIPPED / "LOCK.json": frameworks, **RECORDS}
    try:
        if arguments.check:
            problems = drifted(locks)
            for problem in problems:
                print(problem, file=sys.stderr)
            if problems:
                print("\nif it is meant: scripts/lock_frameworks.py", file=sys.stderr)
            return 4 if problems else 0
        texts = {path: compute() for path, compute in locks.items()}
    except TierlockError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
