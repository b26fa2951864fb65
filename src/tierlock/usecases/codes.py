"""What a code means, whichever room gives it: an error, a reason, an importer, lint or a proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierlock.analysis import LINT_CODES, PROPERTIES
from tierlock.core import CODES
from tierlock.importers import OMISSIONS, PROBLEMS
from tierlock.permit import CODES as PERMIT_CODES
from tierlock.report import render_code

_WEIGHT: Final = {
    "note": "a note; it informs",
    "doubt": "a doubt; it keeps the evidence from supporting a rule-out",
}


def meaning_of(code: str) -> str | None:
    """Return what a code means, with where it is given and explained; None if nothing gives it.

    >>> print(meaning_of("lint.unused"))
    lint.unused: nothing asks for an evaluation, or owes a standard that is written or adjusted
      what `tierlock framework lint` finds; docs/guides/study-frameworks.md
    >>> meaning_of("lint.used")
    """
    return "\n".join(_meanings(code)) or None


def _meanings(code: str) -> Iterator[str]:
    if code in CODES:
        yield f"{code}: {CODES[code]}\n  an error, which stops a command; docs/reference/errors.md"
    if code in PERMIT_CODES:
        where = "docs/reference/errors.md, permits"
        yield f"{code}: {PERMIT_CODES[code].says}\n  a permit is refused; {where}"
    reason = render_code(code)
    if reason is not None:
        yield reason
    if code in PROBLEMS:
        severity, says = PROBLEMS[code]
        yield f"{code}: {says}\n  {_WEIGHT[severity]}; docs/reference/formats.md, problems"
    if code in OMISSIONS:
        yield f"{code}: {OMISSIONS[code]}\n  what an importer leaves out; docs/reference/formats.md"
    if code in LINT_CODES:
        where = "docs/guides/study-frameworks.md"
        yield f"{code}: {LINT_CODES[code]}\n  what `tierlock framework lint` finds; {where}"
    properties = {str(name): says for name, says in PROPERTIES.items()}
    if code in properties:
        where = "docs/guides/prove.md"
        yield f"{code}: {properties[code]}\n  what `tierlock framework prove` proves; {where}"
