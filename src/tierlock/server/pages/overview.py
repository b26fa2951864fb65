"""The first page: every subject, where it stands, what expires next, what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.responses import Response

from tierlock.core import Action, Decision, Verdict
from tierlock.server.context import context_of, principal_of
from tierlock.server.pages.named import subjects_of
from tierlock.server.rendering import show
from tierlock.server.routing import page_router
from tierlock.usecases import Position

router = page_router()
PAGE: Final = 20


@router.get("/", name="overview")
def overview(request: Request, *, after: str = "", search: str = "") -> Response:
    """Show subjects x frameworks in pages of twenty."""
    context, principal = context_of(request), principal_of(request)
    shown = subjects_of(request, after=after[:200], search=search[:100], most=PAGE)
    rows = [
        _row(context.positions.of(one.slug, at=context.clock(), framework=name))
        for one in shown.found
        for name in one.asked_under
    ]
    total = context.workspace.count()
    query = urlencode({"after": shown.after, "search": search})
    values = {
        "title": "Overview",
        "says": f"{total:,} subject{'' if total == 1 else 's'} in {context.workspace.where}."
        if principal.kind == "local"
        else "Where every subject stands that you may see.",
        "search": search,
        "rows": rows,
        "next_url": f"/?{query}" if shown.after else "",
    }
    return show(request, template="overview.html", values=values)


def _row(position: Position) -> dict[str, Any]:
    rules = position.framework
    return {
        "slug": position.slug,
        "href": f"/subjects/{quote(position.slug)}",
        "subject": position.subject,
        "framework": "" if rules is None else f"{rules.framework} {rules.version}",
        "tone": _tone(position),
        "level": position.level,
        "thresholds": position.thresholds,
        "gates": gates_of(position.decisions),
        "next_lapse": position.next_lapse,
        "waiting": position.waiting,
        "closed_by": position.closed_by,
        "closed_code": position.closed_code,
    }


class Gate(NamedTuple):
    """The actions that have one answer."""

    verdict: Verdict
    actions: tuple[str, ...]


def gates_of(decisions: Sequence[Decision]) -> tuple[Gate, ...]:
    """Return the answers grouped, the most closed first.

    An action with one answer everywhere is named without surface and audience.
    """
    verdicts: dict[str, set[Verdict]] = {}
    for one in decisions:
        verdicts.setdefault(one.action.name, set()).add(one.verdict)
    found: dict[Verdict, dict[str, None]] = {}
    for one in decisions:
        alike = len(verdicts[one.action.name]) == 1
        name = one.action.name if alike else action_words(one.action)
        found.setdefault(one.verdict, {})[name] = None
    order = (Verdict.DENY, Verdict.HOLD, Verdict.ALLOW)
    return tuple(Gate(verdict, tuple(found[verdict])) for verdict in order if verdict in found)


def _tone(position: Position) -> str:
    """The color of a subject: that of its most closed answer."""
    gates = gates_of(position.decisions)
    return gates[0].verdict.value.lower() if gates else "deny"


def action_words(action: Action) -> str:
    """Return an action as a few words.

    >>> action_words(Action(name="deploy", surface="api", audience="general"))
    'deploy api/general'
    """
    where = "/".join(part for part in (action.surface, action.audience) if part)
    return f"{action.name} {where}".strip()
