"""The codes of what importers report: problems inside evidence, and omissions.

`note` informs; `doubt` keeps the evidence from supporting a rule-out, so it may only raise.
The source of two tables of docs/reference/formats.md and of `tierlock explain CODE`.
"""

from __future__ import annotations

from typing import Final, Literal

from tierlock.core import Omission, Problem

Severity = Literal["note", "doubt"]

PROBLEMS: Final[dict[str, tuple[Severity, str]]] = {
    "attributes.cut": ("note", "more than 32 attributes; the rarest were left out"),
    "companion.rows": (
        "doubt",
        "the file of instances holds another number of rows than the record states",
    ),
    "companion.unread": (
        "note",
        "the record names a file of instances that does not lie beside it",
    ),
    "config.retuned": ("note", "throughput settings changed during the run"),
    "config.updated": ("doubt", "settings that bear on the measurement changed during the run"),
    "container.rewritten": (
        "note",
        "bytes of the archive belong to no member: it was rewritten in place",
    ),
    "container.superseded": (
        "note",
        "members of the archive were replaced by later ones of the same name",
    ),
    "dataset.shuffled": ("note", "the samples were drawn in shuffled order"),
    "dataset.subset": ("note", "the run used a part of the dataset"),
    "header.journal": (
        "note",
        "the run never finished; its header is the declaration at its start",
    ),
    "header.mismatch": ("doubt", "a mean in the header does not follow from the samples"),
    "header.start": ("doubt", "the header describes another run than the declaration at its start"),
    "invalidation.unknown": ("doubt", "samples were invalidated, and the log does not say which"),
    "log.updated": ("note", "tags or metadata of the log were edited after the run"),
    "output.empty": ("note", "attempts gave no output and were graded all the same"),
    "reported.inconsistent": ("doubt", "count, n and mean of a publication disagree"),
    "reported.relationship": ("note", "who evaluated, in relation to the subject's developer"),
    "revision.dirty": ("note", "the run's repository had uncommitted changes"),
    "sample.duplicate": ("doubt", "two records claim one sample and epoch; the later one stands"),
    "sample.fewer": ("note", "samples were attempted less often than the run asked for"),
    "sample.retried": ("note", "attempts were repeated after an error"),
    "sample.summary-only": (
        "doubt",
        "attempts are known by their summary only, so edits would not show",
    ),
    "score.edited": ("note", "scores were edited after the run"),
    "score.grader-failed": (
        "note",
        "a grader broke and the tool counted a failure; the attempts count as missing",
    ),
    "score.text": ("note", "a scorer gives only text, lists or objects: nothing can rest on it"),
    "score.threshold": ("doubt", "nothing says from which rating on an output is a hit"),
    "score.ungraded": ("note", "attempts passed without an assertion; they count as missing"),
    "score.unmappable": (
        "doubt",
        "a scorer gives numbers for some samples and something else for others",
    ),
    "summary.mismatch": ("doubt", "the log's summary differs from its records"),
    "text.replaced": ("note", "text was not valid Unicode and was repaired"),
    "time.cached": ("doubt", "answers came from a cache, so they are older than the run"),
    "time.naive": ("note", "times without a zone were read as UTC"),
    "time.partial": ("doubt", "some attempts have no time of start and may be older"),
    "time.retrieved": ("doubt", "only the time of retrieval is known"),
    "weights.mismatch": ("doubt", "weights do not follow from the attempts: some were left out"),
}

OMISSIONS: Final[dict[str, str]] = {
    "file.companion": "a file of samples lies without the results file that explains it",
    "file.not-a-log": "a file is not a log of any known format",
    "file.shard": "the shards of a merged log are not counted again",
    "file.symlink": "a symbolic link inside a folder is not followed",
    "folder.no-logs": "a folder holds no log",
    "log.group": "a group score repeats the scores of its tasks",
    "log.hits-only": "a list of successful attacks says nothing about their rate",
    "log.no-number": "a result has no number that can be used",
    "log.no-samples": "a log holds no sample; a run of Inspect counts all the same, as missing",
    "log.no-time": "nothing says when the attempts were made",
    "log.unknown-part": "a part of a log is of a kind that no known version writes",
    "log.unscored": "a log holds samples and not one score; the run counts, as missing",
}


def problem(code: str, *, says: str) -> Problem:
    """Return the problem `code` with its listed severity.

    >>> problem("header.mismatch", says="accuracy differs").severity
    'doubt'
    """
    return Problem(code=code, says=says, severity=PROBLEMS[code][0])


def omission(code: str, *, what: str, says: str = "") -> Omission:
    """Return the omission `code` about `what`; without `says`, the code's own sentence.

    >>> omission("log.no-samples", what="a.eval").says
    'a log holds no sample; a run of Inspect counts all the same, as missing'
    """
    return Omission(what=what, code=code, says=says or OMISSIONS[code])
