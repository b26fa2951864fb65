"""The summary of an Inspect log held against the attempts' own records, row by row.

Edits and invalidations do not show in a summary, so it never replaces the records; where both exist
they must agree. Of the summary only what is compared stays in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tierlock.core import Problem
from tierlock.importers.inspect_schema import Outcome, Sample, Score, Summary
from tierlock.importers.inspect_values import Grader
from tierlock.importers.reasons import problem
from tierlock.importers.sharing import Shared

Key = tuple[str, int]
"""Sample and epoch: what Inspect tells attempts apart by, an id as text."""


_Shown = tuple[bool, bool, tuple[str, ...], tuple[object, ...]]
"""What a row of the summary says that its record says too: failed, limited, scorers, values."""


class Listed:
    """The rows of a summary, to be compared with records as these are read.

    Args:
        rows: the rows; of two for one attempt the later one counts.

    Attributes:
        waiting: attempts whose record has not been seen.
    """

    def __init__(self, rows: Iterable[Outcome]) -> None:
        shared: Shared[_Shown] = Shared()
        self._rows: dict[Key, _Shown] = {}
        for row in rows:
            scores = row.scores or {}
            values = tuple([score.value for score in scores.values()])
            shown = (row.error is not None, row.limit is not None, tuple(scores), values)
            self._rows[str(row.id), row.epoch] = shared.one(shown)
        self.waiting = set(self._rows)
        self._differ: set[Key] = set()
        self._unlisted: set[Key] = set()

    def compare(self, sample: Sample) -> None:
        """Hold a record against its row; of two records of one attempt the later one counts."""
        key = (str(sample.id), sample.epoch)
        row = self._rows.get(key)
        if row is None:
            self._unlisted.add(key)
            return
        self.waiting.discard(key)
        if _same(row, sample):
            self._differ.discard(key)
        else:
            self._differ.add(key)

    def lone(self, rows: Iterable[Summary]) -> list[Summary]:
        """Return the rows, read once more, of attempts that have no record of their own."""
        found = {(str(row.id), row.epoch): row for row in rows}
        return [row for key, row in found.items() if key in self.waiting]

    def problems(self, *, finished: bool) -> Iterator[Problem]:
        """Yield what is wrong between summary and records, once all records are seen.

        Args:
            finished: whether the summary is that of a finished run, which names every attempt.
        """
        if self.waiting:
            says = f"{len(self.waiting)} attempts are known by their summary only: "
            yield problem("sample.summary-only", says=f"{says}edits would not show")
        differ = len(self._differ) + (len(self._unlisted) if finished else 0)
        if differ:
            says = f"the summary differs from the records of {differ} attempts"
            yield problem("summary.mismatch", says=says)


def _same(row: _Shown, sample: Sample) -> bool:
    """Tell whether summary and record agree on error, limit and values."""
    failed, limited, scorers, values = row
    if failed is (sample.error is None) or limited is (sample.limit is None):
        return False
    held = sample.scores or {}
    if scorers == tuple(held):
        for value, score in zip(values, held.values(), strict=True):
            if value != score.value:
                break
        else:
            return True
    # NaN does not equal itself, and a summary may write a value differently, or in another order.
    shown = dict(zip(scorers, map(Score, values), strict=True))
    return shown.keys() == held.keys() and Grader().numbers(shown) == Grader().numbers(held)
