"""A report as blocks: what it says, before it is Markdown or HTML."""

from __future__ import annotations

from dataclasses import dataclass

from tierlock.core import Outcome, Verdict

MARKS = {
    Outcome.RULED_OUT: "●",
    Outcome.UNDETERMINED: "◆",
    Outcome.REACHED: "■",
    Verdict.ALLOW: "●",
    Verdict.HOLD: "◆",
    Verdict.DENY: "■",
}
"""The shape of an outcome or verdict, the same in tables and charts."""

TableCell = str | Outcome | Verdict
"""Text is prose: a part between backticks is shown as code."""


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph of prose; `beside_charts` where it only makes sense next to them."""

    text: str
    beside_charts: bool = False


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A list of short sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with a caption; the first cell of each row is its heading."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[TableCell, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Labels with their values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A chart: trusted SVG that `charts` drew, with a caption."""

    svg: str
    caption: str


Plain = Paragraph | Bullets | Table | Facts | Figure


@dataclass(frozen=True, kw_only=True)
class Part:
    """A titled group of blocks within a section."""

    title: str
    outcome: Outcome | None = None
    blocks: tuple[Plain, ...]


Block = Plain | Part


@dataclass(frozen=True, kw_only=True)
class Section:
    """A section of the detail pages."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Board:
    """The first page: one question, one answer, and what a signature would assert.

    Attributes:
        verdict: gives the answer its shape; without a decision, the worst outcome does.
        terms: conditions of a permission.
        signed: who signed, who has not; dissent: who objects and why.
    """

    question: str
    word: str
    sentence: str
    terms: tuple[str, ...] = ()
    verdict: Outcome | Verdict
    warning: str
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    changes: tuple[str, ...]
    asserts: tuple[str, ...]
    signed: tuple[str, ...]
    dissent: tuple[str, ...]


def short(digest: str) -> str:
    """Return a digest's beginning, enough to compare by eye; the full one stands at the end.

    >>> short("sha256:" + "ab" * 32)
    'sha256:abababababab…'
    """
    return digest[:19] + "…" if len(digest) > 20 else digest
