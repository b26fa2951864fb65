"""A writer in a process of its own, which tests starve or race.

Run as `python -m tests.unit.ledger.worker MODE WHERE NUMBER NUMBER`; prints one JSON value.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sys

from tests.unit.ledger.ledgers import AT, ORIGIN, draft
from tierlock.core import TierlockError
from tierlock.ledger import Draft, open_ledger


def large(number: int) -> Draft:
    """A payload that no database makes smaller."""
    data = random.Random(number).randbytes(50_000)  # noqa: S311  # bytes, not secrets
    return Draft(media_type="application/octet-stream", payload=data, logged_at=AT)


def fill(where: str, limit: int, most: int) -> object:
    """Append until the kernel refuses to let a file grow; tell how many were acknowledged."""
    ledger = open_ledger(where, origin=ORIGIN)
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    done = 0
    try:
        for number in range(most):
            ledger.append([large(number), large(10_000 + number)])
            done += 2
    except TierlockError as error:
        return {"done": done, "code": error.code, "hint": bool(error.hint)}
    return {"done": done}


def race(where: str, first: int, last: int) -> object:
    """Append some drafts, one by one and in small batches; tell where each is."""
    places: dict[str, int] = {}
    added = 0
    with open_ledger(where, origin=ORIGIN) as ledger:
        for number in range(first, last, 3):
            batch = list(range(number, min(number + 3, last)))
            found = ledger.append([draft(one) for one in batch])
            added += sum(one.added for one in found)
            places |= {str(one): place.index for one, place in zip(batch, found, strict=True)}
    return {"added": added, "places": places}


if __name__ == "__main__":
    mode, where, *numbers = sys.argv[1:]
    told = {"fill": fill, "race": race}[mode](where, *map(int, numbers))
    os.write(1, json.dumps(told).encode())
