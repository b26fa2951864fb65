"""Reading and signing: the board's page, what exactly is signed, and three ways to sign it.

With an authenticator (a person's own key, in the browser), with the command (a person's own key,
elsewhere), or by login (the server's key; it counts for less). What was not shown is not signed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from tierlock.core import Action, InputError, TierlockError
from tierlock.report import clean, gaps, render_board
from tierlock.server.context import context_of, principal_of
from tierlock.server.pages.overview import action_words
from tierlock.server.pages.reviews import action_query
from tierlock.server.pages.subject_frame import Made, Place, place_of, show_made
from tierlock.server.problems import Refused
from tierlock.server.routing import page_router
from tierlock.usecases import (
    BrowserOffer,
    LoginOffer,
    Pending,
    Project,
    SignRequest,
    ask,
    complete_by_login,
    complete_in_browser,
    offer_by_login,
    offer_in_browser,
    parse_sign_request,
    report_of,
    sign_command,
)

router = page_router()
SEE_OTHER: Final = 303
_FIELDS: Final = frozenset(
    {"what", "role", "name", "action", "surface", "audience", "expires_at", "expect", "says",
     "reading", "cosign", "kind", "happened_at"}
)  # fmt: skip
"""The fields of a request to sign; `outcome.THRESHOLD` besides."""


class Ways(NamedTuple):
    """How a person may sign, and why not otherwise.

    Attributes:
        offer: the statement with its page; None where nobody can sign it here.
        options: for the authenticator, as JSON; empty where there is none.
        pending: what the form sends back.
        command: the command that signs the same.
        refused: why it can not be signed in the browser; empty where it can.
        login: what the form by login sends back; empty where the server may not.
    """

    offer: BrowserOffer | LoginOffer | None
    options: str
    pending: str
    command: str
    refused: str
    login: str


@router.get("/subjects/{slug}/board", name="board")
def board(
    request: Request,
    *,
    slug: str,
    action: str = "",
    surface: str | None = None,
    audience: str | None = None,
    framework: str | None = None,
) -> Response:
    """Show one question on one screen: the answer, what is unknown, what a signature asserts."""
    context = context_of(request)
    place = place_of(request, slug=slug, framework=framework)
    project = context.workspace.open(place.slug, framework=place.framework)
    asked = Action(name=action, surface=surface, audience=audience) if action else project.action
    answer = ask(project, at=context.clock(), action=asked)
    report = report_of(project, answer=answer)
    sign = {} if asked is None else {"what": "approval", **action_query(asked)}
    made = Made(
        values={
            "decision": answer.decision,
            "determination": report.determination_digest,
            "does_not_establish": gaps(report),
        },
        shown={
            "board": render_board(report),
            "sign_url": place.link("sign", **sign, expect=report.determination_digest)
            if sign
            else "",
            "object_url": place.link("reviews") + "#object",
            "action": "" if asked is None else action_words(asked),
        },
    )
    return show_made(
        request,
        place=place,
        template="board_page.html",
        made=made,
        tab="reviews",
        title="The question",
    )


@router.get("/subjects/{slug}/sign", name="sign")
def sign(request: Request, *, slug: str, framework: str | None = None) -> Response:
    """Show what would be signed, whole, and how."""
    place = place_of(request, slug=slug, framework=framework)
    project = context_of(request).workspace.open(place.slug, framework=place.framework)
    asked = _request_of(request.query_params)
    return _show(request, place, asked=asked, ways=_ways(request, place, project, asked))


@router.post("/subjects/{slug}/sign", name="sign-complete")
async def complete(request: Request, *, slug: str, framework: str | None = None) -> Response:
    """Keep what was signed, if it is still what would be offered."""
    from starlette.concurrency import run_in_threadpool

    fields = {key: str(value) for key, value in (await request.form()).items()}
    return await run_in_threadpool(_complete, request, slug, framework, fields)


def _complete(
    request: Request, slug: str, framework: str | None, fields: Mapping[str, str]
) -> Response:
    context, principal = context_of(request), principal_of(request)
    place = place_of(request, slug=slug, framework=framework)
    project = context.workspace.open(place.slug, framework=place.framework)
    pending = Pending.parse(fields.get("pending", ""))
    _check_role(request, place, project=project, role=pending.request.role or "")
    if fields.get("way") == "login":
        attester = context.attester
        login = None if attester is None else attester.login_of(request)
        if attester is None or login is None:
            raise Refused(403, "server.forbidden", "this server signs for nobody here")
        kept = complete_by_login(
            project, login=login, signer=attester.signer, pending=pending, at=context.clock()
        )
    else:
        kept = complete_in_browser(
            project,
            person=principal.name,
            pending=pending,
            response=fields.get("response", "").encode(),
            at=context.clock(),
        )
    context.tell("statement.added", slug=place.slug, name=kept.name, data={"name": kept.name})
    return RedirectResponse(place.link("reviews", signed=kept.name), status_code=SEE_OTHER)


def _request_of(query: Mapping[str, str]) -> SignRequest:
    fields = {
        key: value for key, value in query.items() if key in _FIELDS or key.startswith("outcome.")
    }
    return parse_sign_request({"what": "approval", **fields})


def _ways(request: Request, place: Place, project: Project, asked: SignRequest) -> Ways:
    context, principal = context_of(request), principal_of(request)
    command = sign_command(asked, framework=place.framework)
    offer: BrowserOffer | None = None
    refused, options, pending = "", "", ""
    try:
        offer = offer_in_browser(
            project,
            person=principal.name,
            request=asked,
            origin=origin_of(request),
            at=context.clock(),
            framework=place.framework,
        )
        _check_role(request, place, project=project, role=offer.pending.request.role or "")
        command, pending = offer.command, offer.pending.model_dump_json()
        options = json.dumps(offer.options) if offer.options is not None else ""
        if not options:
            refused = "no authenticator of yours may sign on this page"
    except (TierlockError, Refused) as error:
        refused = error.message if isinstance(error, TierlockError) else error.says
        offer = None
    login = _by_login(request, place, project, asked)
    shown = offer or login
    return Ways(
        offer=shown,
        options=options,
        pending=pending,
        command=command,
        refused=refused,
        login="" if login is None else login.pending.model_dump_json(),
    )


def _by_login(
    request: Request, place: Place, project: Project, asked: SignRequest
) -> LoginOffer | None:
    """What the server would sign for whoever is logged in; None where it may not."""
    context = context_of(request)
    attester = context.attester
    login = None if attester is None else attester.login_of(request)
    if attester is None or login is None:
        return None
    try:
        found = offer_by_login(
            project, login=login, signer=attester.signer, request=asked, at=context.clock()
        )
        _check_role(request, place, project=project, role=found.pending.request.role or "")
    except (TierlockError, Refused):
        return None
    return found


def _check_role(request: Request, place: Place, *, project: Project, role: str) -> None:
    """A person signs in the browser only as what the server lets them act as."""
    principal = principal_of(request)
    if principal.kind == "token":
        raise Refused(403, "server.forbidden", "a token signs nothing: a person does")
    under = project.framework.framework
    if not principal.acts_as(role, slug=place.slug, framework=under):
        raise Refused(403, "server.forbidden", f"you may not act as `{role}` for {place.name}")


def origin_of(request: Request) -> str:
    """Return the origin of a page as browsers see it, from settings where they name it."""
    settings = context_of(request).settings
    return settings.public_url or f"{request.url.scheme}://{request.headers['host']}"


def _show(request: Request, place: Place, *, asked: SignRequest, ways: Ways) -> Response:
    page = None if ways.offer is None else ways.offer.offer.page
    values: dict[str, Any] = {
        "request": asked,
        "says": () if page is None else page.says,
        "facts": () if page is None else page.facts,
        "binds": "" if page is None else page.binds,
        "saw": () if page is None else page.saw,
        "command": ways.command,
        "refused": ways.refused,
        "does_not_establish": _limits(ways),
    }
    made = Made(
        values=values, shown={"page": page, "ways": ways, "board": page.board if page else None}
    )
    status = 200 if page is not None else 409
    return show_made(
        request,
        place=place,
        template="sign.html",
        made=made,
        tab="reviews",
        title="Sign",
        status=status if "application/json" in request.headers.get("accept", "") else 200,
    )


def _limits(ways: Ways) -> tuple[str, ...]:
    """What the determination to be signed does not establish: a signature says that it was read."""
    answer = None if ways.offer is None else ways.offer.offer.answer
    if answer is None:
        return ()
    return tuple(clean(one) for one in answer.explanation.does_not_establish)


def check_text(text: str, *, field: str) -> str:
    """Return the text of a form's field, which must say something.

    Raises:
        InputError: `input.type`.
    """
    if not text.strip():
        raise InputError("input.type", f"`{field}` says nothing")
    return text.strip()
