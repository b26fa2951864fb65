"""One self-contained HTML file: the board's page first, the detail behind it.

Nothing is loaded and nothing runs: the content security policy allows exactly this file's own
style sheet, by its digest. Everything that came from outside is cleaned and then escaped.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from tierlock.core import Outcome, Verdict, format_instant
from tierlock.report.board import board_of
from tierlock.report.detail import sections_of
from tierlock.report.document import MARKS
from tierlock.report.sanitize import clean
from tierlock.report.values import AssessReport
from tierlock.report.wording import day, rests_on

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def render_html(report: AssessReport) -> str:
    """Return the report as one HTML page that works offline, on paper and on a phone."""
    environment = _environment()
    style = environment.get_template("page.css").render()
    return environment.get_template("page.html").render(
        board=board_of(report),
        sections=sections_of(report),
        style=_trusted(style),
        policy=_policy(style),
        subject=clean(report.subject.name),
        framework=clean(report.framework.name),
        at=format_instant(report.at),
        date=day(report.at),
        rests_on=rests_on(report.determination),
        engine=clean(report.determination.engine),
    )


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@lru_cache(maxsize=1)
def _environment() -> Environment:
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
    environment.filters["trusted"] = _trusted
    environment.tests["outcome"] = lambda cell: isinstance(cell, Outcome | Verdict)
    environment.globals["kind"] = lambda block: type(block).__name__
    environment.globals["mark"] = lambda answer: MARKS[answer]
    environment.globals["words"] = _words
    return environment


def _words(answer: Outcome | Verdict) -> str:
    return answer.words if isinstance(answer, Outcome) else answer.value


def _prose(text: str) -> Markup:
    """Return escaped text in which what stands between backticks is code."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    shown = (
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
    return Markup("").join(shown)


def _trusted(text: str) -> Markup:
    """Mark as HTML what this room itself wrote: the style sheet and the charts."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704  # never called with text from outside
