"""A capability, safeguards or risk report: its values, and the document that is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import Field

from tierlock.core import Determination, Outcome, Record, Verdict
from tierlock.report.checklist import ItemState, ReportKind
from tierlock.report.document import Section
from tierlock.report.safeguards_values import SafeguardsReport
from tierlock.report.signatures import SignatureLine
from tierlock.report.values import AssessReport


class WrittenText(Record):
    """What a person wrote for one item of a checklist.

    Attributes:
        says: the text; an empty line begins a paragraph.
        by: who wrote it; nothing proves it.
    """

    says: str = Field(pattern=r"\S")
    by: str = Field(pattern=r"\S")
    on: date


class Written(Record):
    """The file with people's words for one report.

    Attributes:
        report: which kind of report it is for.
        subject: name of the subject that it is about.
        texts: item of the checklist -> what was written for it.
    """

    report: ReportKind
    subject: str
    texts: dict[str, WrittenText]


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """What is known about when the determination was there, beyond the signer's own clock.

    Attributes:
        entry: its index in the project's ledger; None where the ledger does not hold it.
        size: entries of the ledger; None where there is no ledger.
        root: the ledger's root over all of them.
        by: earliest instant by which a trusted witness had seen a tree head over the entry.
        anchors: anchors that lie beside the ledger.
        trusted: how many of them hold under the project's trust file.
    """

    entry: int | None = None
    size: int | None = None
    root: str = ""
    by: datetime | None = None
    anchors: int = 0
    trusted: int = 0


@dataclass(frozen=True, kw_only=True)
class ReportValues:
    """Everything that the three reports say; renderers read it and nothing else.

    Attributes:
        report: determination, decision, explanation and evidence.
        safeguards: how every owed safeguard stands for the action asked about; without one, for
            every action.
        every: the same for every action.
        signatures: every signed statement, and whether it counts.
        witnessed: ledger and anchors.
        previous: the determination on record before this one, if there is one.
        written: item of the checklist -> what people wrote for it.
        written_digest: digest of the file that they wrote it in.
    """

    report: AssessReport
    safeguards: SafeguardsReport
    every: SafeguardsReport
    signatures: tuple[SignatureLine, ...] = ()
    witnessed: Witnessed = Witnessed()
    previous: Determination | None = None
    written: Mapping[str, WrittenText] = field(default_factory=dict)
    written_digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One list of the first page."""

    anchor: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Redacted:
    """A part that is kept back, and the digest that binds to it.

    Attributes:
        digest: SHA-256 over the part's own salt and its content as canonical JSON.
    """

    part: str
    why: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class ReportDocument:
    """A report before it is HTML, Markdown or JSON.

    Attributes:
        name: what kind of report it is, in words.
        verdict: gives the answer its shape.
        terms: conditions of a permission.
        whose: the framework version whose checklist applies.
        digests: what the report binds to, by name; never redacted.
    """

    kind: ReportKind
    name: str
    subject: str
    framework: str
    at: datetime
    verdict: Outcome | Verdict
    word: str
    sentence: str
    terms: tuple[str, ...]
    warning: str
    whose: str
    contents: tuple[ItemState, ...]
    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    digests: tuple[tuple[str, str], ...]
    rests_on: str
    engine: str
    redacted: tuple[Redacted, ...] = ()

    @property
    def title(self) -> str:
        """The title of the whole report."""
        return f"{self.name}: {self.subject}"
