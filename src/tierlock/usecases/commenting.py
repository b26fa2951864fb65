"""Comments: what people say to each other about a subject; kept in the ledger, deciding nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from tierlock.core import InputError, Instant, Record, canonical_bytes
from tierlock.ledger import Draft, Entry
from tierlock.usecases.ledger import log_records, project_ledger
from tierlock.usecases.project import Project

COMMENT_ENTRY: Final = "application/vnd.tierlock.comment+json"
MOST_WORDS: Final = 5000


class Comment(Record):
    """What somebody said; no answer of the gate rests on it.

    Attributes:
        by: who, as the server knew them.
        about: what it is about: a threshold, a safeguard, an action; empty for the subject.
        determination: identity of the determination that they saw.
    """

    by: str = Field(min_length=1, max_length=200)
    said_at: Instant
    says: str = Field(min_length=1, max_length=MOST_WORDS)
    about: str = Field(default="", max_length=200)
    determination: str = ""


def add_comment(project: Project, *, comment: Comment) -> int:
    """Append a comment to the project's ledger; return its place.

    Raises:
        InputError: `ledger.unavailable`; it was not kept.
        IntegrityError: `ledger.damaged`.
    """
    log_records(project, records=(), at=comment.said_at)
    draft = Draft(
        media_type=COMMENT_ENTRY, payload=canonical_bytes(comment), logged_at=comment.said_at
    )
    with project_ledger(project) as ledger:
        return ledger.append([draft])[0].index


def list_comments(project: Project) -> tuple[tuple[int, Comment], ...]:
    """Return every comment with its place in the ledger, oldest first; one that is none is left."""
    try:
        with project_ledger(project) as ledger:
            return tuple(_comments(ledger.entries_of(COMMENT_ENTRY)))
    except InputError as error:
        if error.code != "input.not-found":
            raise
        return ()


def _comments(entries: Iterator[Entry]) -> Iterator[tuple[int, Comment]]:
    for entry in entries:
        try:
            yield entry.index, Comment.parse(entry.payload)
        except InputError:
            continue  # a ledger may hold anything


def words_of_comment(entry: Entry) -> tuple[str, str] | None:
    """Return kind and words of a comment in the ledger, None for any other entry."""
    if entry.media_type != COMMENT_ENTRY:
        return None
    try:
        comment = Comment.parse(entry.payload)
    except InputError:
        return "other", "can not be read as what it claims to be"
    about = f" about {comment.about}" if comment.about else ""
    return "comment", f"{comment.by}{about}: {comment.says}"
