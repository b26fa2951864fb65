"""What was publicly stated about a subject: determinations that others made, never our own."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from tierlock.core.record import Record

StatedOutcome = Literal[
    "ruled_out", "below", "alert_reached", "treated_as_reached", "reached",
    "inherited", "presumed_below", "not_assessed", "disputed",
]  # fmt: skip
"""What was stated about one threshold, in the words that publishers use.

`below` is said without a showing, `ruled_out` with one. `alert_reached`: the alert line is, the
threshold itself is not. `treated_as_reached`: it could not be ruled out, or it was precaution.
"""
Confidence = Literal["primary", "digest", "secondary", "memory"]
"""How a statement is known: read in the document, in a digest of it, elsewhere, or remembered."""

_DAY: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def _check_day(text: str) -> str:
    if text and _DAY.fullmatch(text) is None:
        raise ValueError(f"`{text}` is not a date such as 2025-05-22, 2025-05 or 2025")
    return text


PartialDate = Annotated[str, AfterValidator(_check_day)]
"""A day, a month or a year, as exactly as it is known; empty where it is not."""


class StatedDate(Record):
    """When a determination was published, as far as that is known.

    Attributes:
        earliest: not before this date.
        latest: not after this date; equal to `earliest` where the date is known.
        known_by: how the date is known; `inferred` where nobody states it.
    """

    earliest: PartialDate = ""
    latest: PartialDate = ""
    known_by: Confidence | Literal["inferred"]

    @model_validator(mode="after")
    def _in_order(self) -> StatedDate:
        # Dates of different exactness are compared as far as both go: 2026 and 2026-02-01 agree.
        common = min(len(self.earliest), len(self.latest))
        if common and self.earliest[:common] > self.latest[:common]:
            raise ValueError("`earliest` is after `latest`")
        return self

    @property
    def words(self) -> str:
        """The date as people read it.

        >>> StatedDate(earliest="2026-02", latest="2026-02", known_by="primary").words
        '2026-02'
        >>> StatedDate(latest="2026-09-23", known_by="inferred").words
        'by 2026-09-23'
        """
        if not self.earliest and not self.latest:
            return "date unknown"
        if self.earliest == self.latest:
            return self.earliest
        if not self.earliest:
            return f"by {self.latest}"
        return f"{self.earliest} to {self.latest}" if self.latest else f"from {self.earliest}"


class AssertedBy(Record):
    """Who says so: the subject's publisher, or a third party."""

    kind: Literal["publisher", "third_party"] = "publisher"
    name: str = Field(min_length=1)


class RegisterEntry(Record):
    """One publicly stated determination (docs/reference/published-record.md).

    Attributes:
        subject: whom it is about, as evidence names it.
        configuration: which form of the subject, where the statement is about one form only.
        framework: `publisher/name` of the framework under which it was made.
        version: the version in force on the date; empty where that is unknown.
        date: when it was published, and how that is known.
        thresholds: threshold of the framework -> what was stated; the key `all` stands for every
            threshold together. What nothing was stated about is absent.
        level: the level in the publisher's words; empty where none was stated.
        basis: the reason that was given, paraphrased.
        asserted_by: who states it.
        disputed_by: who disagrees, and with what.
        citation: keys or names of the documents.
        confidence: how it is known; of several sources, the weakest that is needed.
    """

    subject: str = Field(min_length=1)
    configuration: str = ""
    framework: str = Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")
    version: str = ""
    date: StatedDate
    thresholds: dict[str, StatedOutcome] = {}
    level: str = ""
    basis: str = Field(min_length=1)
    asserted_by: AssertedBy
    disputed_by: tuple[str, ...] = ()
    citation: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _states_something(self) -> RegisterEntry:
        if not self.thresholds and not self.level:
            raise ValueError("an entry states a level, or something about a threshold")
        return self


class Register(Record):
    """A file of publicly stated determinations."""

    determinations: tuple[RegisterEntry, ...] = Field(min_length=1)
