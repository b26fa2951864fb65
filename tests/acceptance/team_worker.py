"""A writer into a team store in a process of its own, which tests race and kill.

Run as `python -m tests.acceptance.team_worker URL FOLDER SLUG FIRST LAST`; prints a line for each
run whose evidence and ledger entry were acknowledged.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from tests.unit.store.evidence import AT, evidence, register
from tierlock.usecases import TeamWorkspace
from tierlock.usecases.ledger import log_records


def write(url: str, folder: Path, slug: str, numbers: range) -> None:
    """Store a run at a time and log it; say so only then."""
    project = TeamWorkspace(url, data=folder).open(slug)
    for number in numbers:
        item = evidence(f"run-{number:04}", (number % 2,))
        project.store.ingest([item], register=register)
        log_records(project, records=(), at=AT + timedelta(days=1))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    where, data, name, first, last = sys.argv[1:]
    write(where, Path(data), name, range(int(first), int(last)))
