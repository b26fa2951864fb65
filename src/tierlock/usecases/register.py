"""`register`: look up which determinations were stated publicly, and by whom."""

from __future__ import annotations

import difflib

from tierlock.core import InputError, RegisterEntry
from tierlock.frameworks import read_register


def look_up(
    *, subject: str | None = None, framework: str | None = None
) -> tuple[RegisterEntry, ...]:
    """Return the publicly stated determinations, oldest first, those without a date last.

    Args:
        subject: only what was stated about this subject.
        framework: only what was stated under `publisher/name`, or `publisher/name-version`; an
            entry whose version is unknown is found by the former alone.

    Raises:
        InputError: nothing in the register answers to the subject, or to the framework.
    """
    found = read_register()
    if subject is not None:
        names = sorted({entry.subject for entry in found})
        found = tuple(entry for entry in found if entry.subject == subject)
        _some(found, name=subject, known=names, what="subject")
    if framework is not None:
        names = sorted({name for entry in read_register() for name in _names(entry)})
        found = tuple(entry for entry in found if framework in _names(entry))
        _some(found, name=framework, known=names, what="framework")
    return found


def _names(entry: RegisterEntry) -> tuple[str, ...]:
    """The names under which an entry's framework can be asked for."""
    versioned = f"{entry.framework}-{entry.version}"
    return (entry.framework, versioned) if entry.version else (entry.framework,)


def _some(found: tuple[RegisterEntry, ...], *, name: str, known: list[str], what: str) -> None:
    if found:
        return
    near = [other for other in difflib.get_close_matches(name, known, n=1) if other != name]
    raise InputError(
        "input.not-found",
        f"the register holds nothing for the {what} `{name}`",
        hint=f"did you mean `{near[0]}`?" if near else "without options everything is listed",
    )
