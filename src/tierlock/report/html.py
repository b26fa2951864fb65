"""One self-contained HTML file: the board's page first, the detail behind it.

Nothing is loaded and nothing runs: the content security policy allows exactly this file's own
style sheet, by its digest. Everything that came from outside is cleaned and then escaped.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tierlock.core import Outcome, Verdict, format_instant
from tierlock.report.board import board_of
from tierlock.report.detail import sections_of
from tierlock.report.document import MARKS
from tierlock.report.sanitize import clean
from tierlock.report.side_by_side import SideBySide
from tierlock.report.side_by_side_page import page_title, page_warning, side_by_side_sections
from tierlock.report.values import AssessReport
from tierlock.report.wording import day, rests_on

_STYLE: Final = "page.css"
_BLOCKS: Final = "blocks.html"
_PAGE: Final = "page.html"
_ANSWER: Final = "answer.html"
_BOARD: Final = "board.html"
_SIDE_BY_SIDE: Final = "side_by_side.html"

# What a line break at its hyphen would tear: a date, `ASL-3`, `asl-3/audit`, `20 people-days`.
_NAME: Final = re.compile(
    r"\b\d{4}-\d\d-\d\d\b|(?P<name>\b\w+(?:-\w+)*-\d(?:[\w/:.-]*\w)?|\b\w+-[\w-]*/[\w/:.-]*\w)"
    r"|\b\d+[ \u00a0][a-z]{1,12}-[a-z]{1,12}\b"
)

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def load_templates() -> None:
    """Compile the page's templates now, where there is time for it; else `render_html` does."""
    for name in (_STYLE, _BLOCKS, _BOARD, _ANSWER, _PAGE):
        page_environment().get_template(name)


def render_html(report: AssessReport) -> str:
    """Return the report as one HTML page that works offline, on paper and on a phone."""
    environment = page_environment()
    style = page_style()
    return environment.get_template(_PAGE).render(
        **_answer_values(report),
        style=trusted(style),
        policy=page_policy(style),
        at=format_instant(report.at),
        engine=clean(report.determination.engine),
    )


def render_answer(report: AssessReport) -> str:
    """Return the same page without its frame, for a page that has one: board, then details."""
    return page_environment().get_template(_ANSWER).render(**_answer_values(report))


def render_board(report: AssessReport) -> str:
    """Return the board's block alone: one question, one answer, and what a signature asserts."""
    return page_environment().get_template(_BOARD).render(**_board_values(report))


def _board_values(report: AssessReport) -> dict[str, object]:
    return {
        "board": board_of(report),
        "eyebrow": f"{clean(report.subject.name)} under {clean(report.framework.name)}, "
        f"{day(report.at)}",
        "rests_on": rests_on(report.determination),
    }


def _answer_values(report: AssessReport) -> dict[str, object]:
    return {**_board_values(report), "sections": sections_of(report)}


def render_side_by_side_html(found: SideBySide, *, reports: Sequence[str] = ()) -> str:
    """Return the answers of several frameworks as one HTML page.

    Args:
        found: the answers.
        reports: file names, beside this page, of each framework's own report, in its order.
    """
    environment = page_environment()
    style = page_style()
    names = [f"{found.letters[side.name]} {clean(side.name)}" for side in found.sides]
    return environment.get_template(_SIDE_BY_SIDE).render(
        title=page_title(found),
        warning=page_warning(found),
        sections=side_by_side_sections(found),
        reports=list(zip(names, reports, strict=False)),
        style=trusted(style),
        policy=page_policy(style),
        eyebrow=f"{clean(found.subject.name)}, {day(found.generated_at)}",
        at=format_instant(found.generated_at),
        engine=clean(found.sides[0].report.determination.engine),
    )


def page_style() -> str:
    """Return the style sheet that every page carries in itself."""
    return page_environment().get_template(_STYLE).render()


def page_policy(style: str) -> str:
    """Return the content security policy that allows exactly this style sheet, by its digest."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@lru_cache(maxsize=1)
def page_environment() -> Environment:
    """Return the templates' environment: everything is escaped unless this room wrote it."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tierlock.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["prose"] = _prose
    environment.filters["trusted"] = trusted
    environment.tests["outcome"] = lambda cell: isinstance(cell, Outcome | Verdict)
    environment.globals["kind"] = lambda block: type(block).__name__
    environment.globals["mark"] = lambda answer: MARKS[answer]
    environment.globals["words"] = _words
    return environment


def _words(answer: Outcome | Verdict) -> str:
    return answer.words if isinstance(answer, Outcome) else answer.value


def _prose(text: str) -> Markup:
    """Return escaped text in which what stands between backticks is code."""
    from markupsafe import Markup

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _whole_names(text)
    shown = (_code(part) if number % 2 else _whole_names(part) for number, part in enumerate(parts))
    return Markup("").join(shown)


def _code(text: str) -> Markup:
    from markupsafe import Markup

    # Kept whole, a name with hyphens moves to the next line before it breaks.
    kind = Markup(' class="whole"') if "-" in text else ""
    return Markup("<code{}>{}</code>").format(kind, text)


def _whole_names(text: str) -> Markup:
    """Return escaped text in which names and units are not broken at their hyphen."""
    from markupsafe import Markup, escape

    shown, end = Markup(""), 0
    for found in _NAME.finditer(text):
        kind = "whole" if found["name"] else "unit"
        whole = Markup('<span class="{}">{}</span>').format(kind, found[0])
        shown += escape(text[end : found.start()]) + whole
        end = found.end()
    return shown + escape(text[end:])


def trusted(text: str) -> Markup:
    """Mark as HTML what this room itself wrote: the style sheet and the charts."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704  # never called with text from outside
