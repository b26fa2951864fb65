"""Two versions side by side as one HTML page, with the answers that changed where they are given.

The page is like every other: it loads nothing, and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tierlock.core import EvaluationComparison, VersionComparison, VersionSource, printable
from tierlock.report.answers_text import NOT_KEPT, REVEAL, ChangedAnswer
from tierlock.report.compare_words import (
    GROUPS,
    apart,
    details,
    everywhere,
    group_of,
    head_of,
    heading_of,
    mismatch_words,
    name_of,
    numbers_of,
    side_words,
    summary,
    title_of,
)
from tierlock.report.document import Block, Bullets, Facts, Paragraph, Part, Section, Table
from tierlock.report.html import page_environment, page_policy, page_style, trusted
from tierlock.report.numbers import show_plain
from tierlock.report.output_text import WITHHELD
from tierlock.report.sanitize import clean

_PAGE: Final = "compare.html"
_OWN_STYLE: Final = "compare.css"
_REVEALED: Final = (
    "This page holds texts that are withheld elsewhere. Keep it where only those can read it who "
    "may read them."
)


class _Shown(NamedTuple):
    """One changed answer as the page shows it."""

    title: str
    withheld: str
    asked: str | None
    sides: tuple[tuple[str, str, str], ...]


def render_compare_html(
    found: VersionComparison,
    *,
    old: VersionSource,
    new: VersionSource,
    mock_models: Sequence[str] = (),
    answers: Sequence[ChangedAnswer] | None = None,
) -> str:
    """Return a comparison as one HTML page that works offline.

    Args:
        found: the comparison.
        old: where the reference comes from.
        new: where the version that is compared with it comes from.
        mock_models: names of mock models among the evidence.
        answers: answers that changed; None where they were not asked for.
    """
    environment = page_environment()
    style = page_style() + environment.get_template(_OWN_STYLE).render()
    return environment.get_template(_PAGE).render(
        title=f"{clean(new.asked)} against {clean(old.asked)}",
        warnings=tuple(_warnings(mock_models, answers=answers or ())),
        sections=comparison_sections(found, old=old, new=new),
        answers=None if answers is None else _by_evaluation(answers),
        reveal=REVEAL
        if any(one.withheld and one.hazard != "high" for one in answers or ())
        else "",
        style=trusted(style),
        policy=page_policy(style),
    )


def _warnings(mock_models: Sequence[str], *, answers: Sequence[ChangedAnswer]) -> Iterator[str]:
    if mock_models:
        names = ", ".join(f"`{clean(name)}`" for name in mock_models)
        yield f"Mock model: evidence by {names} shows how Tierlock works and nothing about a model."
    if any(one.hazard != "none" and not one.withheld for one in answers):
        yield _REVEALED


def comparison_sections(
    found: VersionComparison, *, old: VersionSource, new: VersionSource
) -> tuple[Section, ...]:
    """Return what a comparison says: the result, every evaluation, and what has no counterpart."""
    sections = [
        Section(anchor="result", title="Result", blocks=tuple(_result(found, old=old, new=new))),
        Section(
            anchor="evaluations",
            title="Evaluation by evaluation",
            blocks=tuple(_part(row, of=found) for row in found.evaluations),
        ),
    ]
    left = tuple(apart(found))
    if left:
        blocks = (Bullets(items=left),)
        sections.append(Section(anchor="apart", title="Without a counterpart", blocks=blocks))
    return tuple(sections)


def _result(found: VersionComparison, *, old: VersionSource, new: VersionSource) -> Iterator[Block]:
    sides = [("old", side_words(old)), ("new", side_words(new))]
    if found.framework:
        sides.append(("slots", clean(found.framework)))
    yield Facts(rows=tuple(sides))
    rows = [
        (name_of(row, among=found), *numbers_of(row), heading_of(group, of=found))
        for group in GROUPS
        for row in found.evaluations
        if group_of(row) == group
    ]
    if rows:
        head = ("Evaluation", *head_of(found), "What is shown")
        yield Table(caption="New minus old, paired by item", head=head, rows=tuple(rows))
    for sentence in summary(found):
        yield Paragraph(text=sentence)
    common = tuple(mismatch_words(one) for one in everywhere(found))
    if common:
        yield Part(title="In every evaluation", blocks=(Bullets(items=common),))


def _part(row: EvaluationComparison, *, of: VersionComparison) -> Part:
    return Part(title=title_of(row), blocks=(Facts(rows=tuple(details(row, of=of))),))


def _by_evaluation(answers: Sequence[ChangedAnswer]) -> tuple[tuple[str, tuple[_Shown, ...]], ...]:
    names = dict.fromkeys(one.evaluation for one in answers)
    return tuple(
        (clean(name), tuple(_shown(one) for one in answers if one.evaluation == name))
        for name in names
    )


def _shown(one: ChangedAnswer) -> _Shown:
    old, new = (show_plain(score) for score in one.scores)
    return _Shown(
        title=f"{clean(one.item)}: {old} → {new}",
        withheld=WITHHELD.format(hazard=one.hazard) if one.withheld else "",
        asked=None if one.asked is None else _text(one.asked),
        sides=tuple(
            (name, score, NOT_KEPT if text is None else _text(text))
            for name, score, text in zip(("old", "new"), (old, new), one.answers, strict=True)
        ),
    )


def _text(text: str) -> str:
    """Return the lines of a text, each harmless; the page wraps them."""
    lines = (printable(line.replace("\t", "    ")) for line in text.splitlines())
    return "\n".join(lines) or "(nothing)"
