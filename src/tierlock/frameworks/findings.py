"""What lint and proofs are known to find in the shipped frameworks, one file per publisher.

It lies beside the folder of frameworks, not in it: every YAML file there is a framework. A
published text can not be mended here. What is weak in it is recorded with its reason instead, and
a test holds the record to exactly what the studies find.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from tierlock.core import Record
from tierlock.frameworks.load import read_file
from tierlock.frameworks.records import parse_record

FINDINGS: Final = Path(__file__).parent / "findings"
"""The folder of the recorded findings that comes with Tierlock."""

_Words = Annotated[str, Field(min_length=1)]


class RecordedFinding(Record):
    """What one study finds in one shipped framework, and why that is so.

    Attributes:
        framework: full name of the framework.
        code: a code of lint, or the name of a property that is refuted.
        severity: what lint gives it; a refuted property is a problem.
        about: the places, as lint names them; empty with `since`.
        says: how the sentence about the places begins, where a code has several.
        since: the version that asked for more; every place where it did is then meant.
        count: how many places these are; 0 without `since`.
        cite: the clause that says so, or what the text lacks.
        explanation: why it stays.
    """

    framework: _Words
    code: _Words
    severity: Literal["problem", "note"]
    about: tuple[str, ...] = ()
    says: str = ""
    since: str = ""
    count: int = Field(default=0, ge=0)
    cite: _Words
    explanation: _Words

    @model_validator(mode="after")
    def _one_of_two(self) -> RecordedFinding:
        if bool(self.about) == bool(self.since) or bool(self.since) != bool(self.count):
            raise ValueError("either `about`, or `since` with `count`")
        return self

    @property
    def words(self) -> str:
        """The explanation and where it is from, as people read it."""
        return f"{self.explanation} ({self.cite})"


class RecordedFindings(Record):
    """A file of recorded findings."""

    findings: tuple[RecordedFinding, ...]


def read_findings(*, folder: Path = FINDINGS) -> tuple[RecordedFinding, ...]:
    """Return every recorded finding, in the order of the files and within them.

    Raises:
        InputError: a file can not be read, or is not such a record; with line and column.
    """
    return tuple(
        finding
        for path in sorted(folder.glob("*.yaml"))
        for finding in parse_record(read_file(path), kind=RecordedFindings, name=str(path)).findings
    )
