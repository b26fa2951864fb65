"""Enrolling an authenticator: the page shows the entry for the trust file, and trusts nobody."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Form, Request
from starlette.responses import Response

from tierlock.attest import Authenticator, read_registration, registration_options
from tierlock.core import InputError
from tierlock.server.context import context_of, principal_of
from tierlock.server.pages.signing import origin_of
from tierlock.server.rendering import show
from tierlock.server.routing import page_router
from tierlock.usecases import enrol as enrol_key

router = page_router()
_LASTS: Final = 600
"""Seconds for which a page may be answered."""


@router.get("/enrol", name="enrol")
def enrol(request: Request) -> Response:
    """Ask a person's authenticator for a key of theirs."""
    person = principal_of(request).name
    now = int(context_of(request).clock().timestamp())
    options = registration_options(
        _site(request),
        person=person,
        challenge=_challenge(request, person=person, now=now),
        handle=hashlib.sha256(person.encode()).digest(),
    )
    values = {
        "title": "Enrol an authenticator",
        "person": person,
        "roles": _roles(request),
        "issued": now,
        "options": json.dumps(options),
    }
    return show(request, template="enrol.html", values=values)


@router.post("/enrol", name="enrolled")
def enrolled(
    request: Request,
    *,
    response: Annotated[str, Form(max_length=65536)],
    issued: Annotated[int, Form(ge=0)],
    roles: Annotated[str, Form(max_length=400)],
) -> Response:
    """Show the entry of the trust file for the key that the authenticator made."""
    context, person = context_of(request), principal_of(request).name
    now = int(context.clock().timestamp())
    if not issued <= now < issued + _LASTS:
        raise InputError("sign.lapsed", "this page is older than 10 minutes", hint="load it again")
    site = _site(request)
    found = read_registration(
        response.encode(), challenge=_challenge(request, person=person, now=issued), site=site
    )
    asked = tuple(role.strip() for role in roles.split(",") if role.strip())
    made = enrol_key(found, person=person, roles=asked, at=context.clock())
    values = {
        "title": "Your authenticator",
        "person": person,
        "key_id": made.key_id,
        "entry": made.text,
        "backed_up": found.backed_up,
    }
    return show(request, template="enrolled.html", values=values)


def _roles(request: Request) -> list[str]:
    """The framework roles in which the server lets this person act, to begin with."""
    held = {key.partition("@")[0] for key in principal_of(request).framework_roles}
    return sorted(held - {"*"})


def _site(request: Request) -> Authenticator:
    origin = origin_of(request)
    name = urlsplit(origin).hostname or ""
    try:
        return Authenticator(rp_id=name, origins=(origin,))
    except ValueError:
        raise InputError(
            "sign.origin",
            f"an authenticator makes no key for the address `{name}`: it needs a name and TLS",
            hint="on this machine, open the page under http://localhost instead",
        ) from None


def _challenge(request: Request, *, person: str, now: int) -> bytes:
    """Bytes that only this server can make: for this person, and for a while."""
    secret = context_of(request).secret
    return hmac.digest(secret, f"enrol\n{now}\n{person}".encode(), hashlib.sha256)
