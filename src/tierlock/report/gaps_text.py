"""What is missing to open each action, cheapest first, with the command that claims it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from typing import Final

from tierlock.core import SafeguardCost
from tierlock.report.layout import Paint, cells, finish, labelled, wrap
from tierlock.report.numbers import count_of
from tierlock.report.safeguards_values import SafeguardsReport, SafeguardView
from tierlock.report.safeguards_words import (
    action_words,
    asked_words,
    cost_words,
    headline,
    lack_words,
)
from tierlock.report.sanitize import clean

_DAYS: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(hour|(?:people-)?day|week|month)")
_IN_DAYS: Final = {"hour": 1 / 8, "week": 5, "month": 21}


def render_gaps_text(report: SafeguardsReport, *, width: int = 80, color: bool = False) -> str:
    """Return what is missing to open each action, cheapest first, and how to claim it."""
    paint = Paint(color=color)
    lines = [paint(headline(report), "bold"), *wrap(asked_words(report), width=width), ""]
    for view in report.actions:
        closing = [s for s in report.safeguards if s.binding and view.action.name in s.closes]
        text = count_of(len(closing), one="safeguard") + " to go" if closing else "safeguards met"
        blocked = [name for name in report.unmeetable if name in view.standards]
        if blocked:
            text += f"; {', '.join(map(clean, blocked))} can be met by nobody"
        if view.others:
            text += f"; {count_of(view.others, one='other reason')}: see `tierlock gate`"
        lines += labelled([(action_words(view.action), text)], width=width)
    lines.append("")
    gaps = sorted(gaps_of(report), key=lambda view: (_days(view), view.path))
    for number, gap in enumerate(gaps, 1):
        lines += _gap_lines(number, gap, width=width, paint=paint)
    if not gaps:
        lines.append("No safeguard is missing.")
    return finish(lines)


def gaps_of(report: SafeguardsReport) -> list[SafeguardView]:
    """Return the binding safeguards that are not met and that somebody can meet."""
    return [
        view
        for view in report.safeguards
        if view.binding and view.state != "met" and view.criterion.accepts
    ]


def _days(view: SafeguardView) -> float:
    """People-days as far as they are known, for the order only."""
    declared = [claim.cost for claim in view.claims if isinstance(claim.cost, SafeguardCost)]
    known = [cost.people_days for cost in declared if cost.people_days is not None]
    if known:
        return max(known)
    match = _DAYS.search(cost_words(view))
    return float(match[1]) * _IN_DAYS.get(match[2], 1) if match else float("inf")


def _gap_lines(number: int, view: SafeguardView, *, width: int, paint: Paint) -> Iterator[str]:
    head = f"{number:>2}. {clean(view.path)}"
    yield f"{paint(head, 'bold')}  {view.state}"
    rows = [
        ("is", clean(view.criterion.says)),
        ("owner", clean(view.owner) or "nobody yet"),
        ("costs", cost_words(view) or "not declared"),
        ("opens", ", ".join(map(clean, view.closes)) or "nothing by itself"),
        ("lacks", "; ".join(lack_words(view, reason=reason) for reason in view.reasons)),
    ]
    yield from labelled(rows, width=width, indent=4)
    if any(reason.code.startswith("safeguard.") for reason in view.reasons):
        yield from labelled(
            [("then", "measure it again: `tierlock assess LOGS`")], width=width, indent=4
        )
    if any(reason.code.startswith("claim.") for reason in view.reasons):
        yield from _broken(claim_command(view), width=width - 4)
    yield ""


def _broken(command: str, *, width: int) -> Iterator[str]:
    """Yield a command in lines that a shell reads as one; options stay with their values."""
    line = ""
    for part in command.replace(" --", "\0--").split("\0"):
        joined = f"{line} {part}" if line else part
        if line and cells(joined) > width - 2:
            yield f"    {line} \\"
            line = f"  {part}"
        else:
            line = joined
    yield f"    {line}"


def claim_command(view: SafeguardView) -> str:
    """Return the command that would add the claim, with what a person must fill in in capitals."""
    kind = view.criterion.accepts[0]
    audit = " --access KIND --independence WHY" if kind == "audit" else ""
    audit += " --holds-with-weights" if "claim.weights" in {r.code for r in view.reasons} else ""
    open_cells = [cell for cell in view.cells if not cell.covered]
    scope = _option("paths", [cell.path for cell in open_cells])
    scope += _option("environments", [cell.environment or "" for cell in open_cells])
    return (
        f"tierlock safeguards claim --met --criterion {shlex.quote(clean(view.path))} --owner WHO"
        f" --evidence {kind}:WHAT --by WHO --produced-at WHEN{audit}{scope}"
    )


def _option(name: str, values: Iterable[str]) -> str:
    """An option with what is open, in the way that a shell reads as one word."""
    listed = ",".join(clean(value) for value in dict.fromkeys(values) if value)
    return f" --{name} {shlex.quote(listed)}" if listed else ""
