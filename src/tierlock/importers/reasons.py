"""The codes of what importers report: problems inside evidence, and omissions.

`note` informs; `doubt` keeps the evidence from supporting a rule-out, so it may only raise.
docs/reference/formats.md explains each code; a test holds the page to these lists.
"""

from __future__ import annotations

from typing import Final, Literal

from tierlock.core import Omission, Problem

Severity = Literal["note", "doubt"]

PROBLEMS: Final[dict[str, Severity]] = {
    "attributes.cut": "note",
    "companion.rows": "doubt",
    "companion.unread": "note",
    "config.retuned": "note",
    "config.updated": "doubt",
    "container.rewritten": "note",
    "container.superseded": "note",
    "dataset.shuffled": "note",
    "dataset.subset": "note",
    "header.journal": "note",
    "header.mismatch": "doubt",
    "header.start": "doubt",
    "invalidation.unknown": "doubt",
    "log.updated": "note",
    "reported.inconsistent": "doubt",
    "reported.relationship": "note",
    "revision.dirty": "note",
    "sample.duplicate": "doubt",
    "sample.retried": "note",
    "sample.summary-only": "doubt",
    "score.edited": "note",
    "score.text": "note",
    "score.unmappable": "doubt",
    "summary.mismatch": "doubt",
    "text.replaced": "note",
    "time.naive": "note",
    "time.retrieved": "doubt",
}

OMISSIONS: Final[dict[str, str]] = {
    "file.companion": "a file of samples lies without the results file that explains it",
    "file.not-a-log": "a file is not a log of any known format",
    "file.shard": "the shards of a merged log are not counted again",
    "file.symlink": "a symbolic link inside a folder is not followed",
    "folder.no-logs": "a folder holds no log",
    "log.group": "a group score repeats the scores of its tasks",
    "log.no-number": "a result has no number that can be used",
    "log.no-samples": "a log holds no sample; a run of Inspect counts all the same, as missing",
    "log.unscored": "a log holds samples and not one score; the run counts, as missing",
}


def problem(code: str, *, says: str) -> Problem:
    """Return the problem `code` with its listed severity.

    >>> problem("header.mismatch", says="accuracy differs").severity
    'doubt'
    """
    return Problem(code=code, says=says, severity=PROBLEMS[code])


def omission(code: str, *, what: str, says: str = "") -> Omission:
    """Return the omission `code` about `what`; without `says`, the code's own sentence.

    >>> omission("log.no-samples", what="a.eval").says
    'a log holds no sample; a run of Inspect counts all the same, as missing'
    """
    return Omission(what=what, code=code, says=says or OMISSIONS[code])
