"""The first page: every subject, where it stands, what expires next, what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.responses import Response

from tierlock.core import Action, Decision, Verdict
from tierlock.server.context import context_of, may_see, principal_of
from tierlock.server.rendering import show
from tierlock.server.routing import page_router
from tierlock.usecases import Listed, Position

router = page_router()
PAGE: Final = 20


@router.get("/", name="overview")
def overview(request: Request, *, after: str = "", search: str = "") -> Response:
    """Show subjects x frameworks in pages of twenty."""
    context, principal = context_of(request), principal_of(request)
    found = visible_subjects(request, after=after[:200], search=search[:100], limit=PAGE)
    rows = [
        _row(context.positions.of(one.slug, at=context.clock(), framework=name))
        for one in found[:PAGE]
        for name in (None, *one.frameworks[1:])
    ]
    total = context.workspace.count()
    more = len(found) > PAGE
    query = urlencode({"after": found[PAGE - 1].slug, "search": search}) if more else ""
    values = {
        "title": "Overview",
        "says": f"{total:,} subject{'' if total == 1 else 's'} in {context.workspace.where}."
        if principal.kind == "local"
        else "Where every subject stands that you may see.",
        "search": search,
        "rows": rows,
        "next_url": f"/?{query}" if more else "",
    }
    return show(request, template="overview.html", values=values)


def visible_subjects(request: Request, *, after: str, search: str, limit: int) -> Sequence[Listed]:
    """Return what whoever asks may see, and one more than `limit` where there is more."""
    workspace = context_of(request).workspace
    found: list[Listed] = []
    while len(found) <= limit:
        some = workspace.list_subjects(after=after, limit=limit + 1, search=search)
        found += [one for one in some if may_see(request, slug=one.slug)]
        if len(some) <= limit:
            break
        after = some[-1].slug
    return found[: limit + 1]


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
