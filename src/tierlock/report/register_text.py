"""Publicly stated determinations as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from tierlock.core import RegisterEntry
from tierlock.report.layout import Paint, finish, labelled, wrap
from tierlock.report.numbers import count_of
from tierlock.report.sanitize import clean, escape_json

_LEGEND = (
    "What others stated, in our words; nothing here is what Tierlock computes. What nothing was "
    "stated about is not listed."
)


def render_register_text(
    entries: Sequence[RegisterEntry], *, width: int = 80, color: bool = False
) -> str:
    """Return the entries in the order given, each as a block; what is unknown is said to be.

    Args:
        entries: determinations, oldest first.
        width: columns of the terminal.
        color: whether to colour; meaning never rests on it.
    """
    paint = Paint(color=color)
    lines = wrap(_LEGEND, width=width)
    for entry in entries:
        lines += ["", paint(f"{entry.date.words}  {clean(entry.subject)}", "bold")]
        lines += labelled(_rows(entry), width=width)
    count = count_of(len(entries), one="determination")
    return finish([*lines, "", count])


def render_register_json(entries: Iterable[RegisterEntry]) -> str:
    """Return the entries as indented JSON under the key `determinations`."""
    listed = [entry.model_dump(mode="json", by_alias=True) for entry in entries]
    whole = {"exitCode": 0, "determinations": listed}
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def _rows(entry: RegisterEntry) -> Iterator[tuple[str, str]]:
    """Yield label and text of each line of an entry."""
    if entry.configuration:
        yield "form", clean(entry.configuration)
    yield "framework", f"{clean(entry.framework)}, version {clean(entry.version) or 'unknown'}"
    yield "level", clean(entry.level) or "none stated"
    for number, (name, outcome) in enumerate(entry.thresholds.items()):
        subject = "all thresholds" if name == "all" else clean(name)
        yield "" if number else "stated", f"{subject}: {outcome.replace('_', ' ')}"
    yield "because", clean(entry.basis)
    by = entry.asserted_by
    yield "says", f"{clean(by.name)}, {by.kind.replace('_', ' ')}"
    for number, objection in enumerate(entry.disputed_by):
        yield "" if number else "disputed", clean(objection)
    yield "source", f"{clean(entry.citation)} ({entry.confidence}; date: {_date_known(entry)})"


def _date_known(entry: RegisterEntry) -> str:
    date = entry.date
    return date.known_by if date.earliest or date.latest else "unknown"
