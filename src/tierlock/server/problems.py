"""Errors as answers: a code, what is wrong, a hint; never a trace, never a permission."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tierlock.core import InputError, TierlockError
from tierlock.server.rendering import show_problem, wants_json

_LOG: Final = logging.getLogger("tierlock.server")

_STATUS: Final[dict[str, int]] = {
    "input.not-found": 404,
    "input.exists": 409,
    "integrity.run-conflict": 409,
    "import.limit": 413,
    "ledger.size": 404,
    "attest.envelope": 400,
    "attest.signature": 409,
    "sign.expect": 409,
    "sign.replayed": 409,
    "sign.trust": 403,
    "input.store": 503,
    "ledger.unavailable": 503,
    "output.withheld": 403,
    "account.unavailable": 503,
    "account.provider": 502,
    "account.rate": 429,
    "server.scope": 403,
    "team.schema": 503,
}
"""Error code -> status, where its kind does not say."""

_PRIVATE: Final[dict[str, str]] = {
    "account.unavailable": "the accounts can not be read; nobody is let in",
    "ledger.unavailable": "the ledger can not be reached; everything is closed",
    "server.state": "the server's database can not be reached",
    "team.schema": "the tables of the team store are those of another version",
}
"""Error code -> what strangers are told: the message itself may say where a database is."""

_CODES: Final[dict[int, str]] = {
    401: "server.unauthenticated",
    403: "server.forbidden",
    404: "server.no-route",
    405: "server.method",
    413: "server.too-large",
    429: "server.too-many",
}


class Refused(HTTPException):
    """A request that is refused before its route begins.

    Args:
        status: the HTTP status.
        code: stable code of the reason.
        says: one sentence.
        hint: what to do.
        headers: further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        says: str,
        *,
        hint: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, says, headers)
        self.status, self.code, self.says, self.hint = status, code, says, hint


def status_of(error: TierlockError) -> int:
    """Return the status of an error: the asker's (4xx), or the records' own (503, all closed)."""
    if error.code in _STATUS:
        return _STATUS[error.code]
    return 400 if isinstance(error, InputError) else 503


def install(app: FastAPI) -> None:
    """Let every error of `app` leave as an answer of one form."""

    @app.exception_handler(TierlockError)
    async def known(request: Request, error: TierlockError) -> Response:
        status = status_of(error)
        says, hint = error.message, error.hint or ""
        if error.code in _PRIVATE:
            says, hint = _PRIVATE[error.code], "the log of the server says more"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _LOG.error("%s %s: %s: %s", request.method, request.url.path, error.code, error.message)
        return answer(request, status=status, code=error.code, says=says, hint=hint)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        found = answer(
            request, status=error.status, code=error.code, says=error.says, hint=error.hint
        )
        found.headers.update(error.headers or {})
        return found

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return answer(
            request, status=422, code="input.schema", says=f"`{where}`: {first['msg'].lower()}"
        )

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        code = _CODES.get(error.status_code, f"server.{error.status_code}")
        found = answer(request, status=error.status_code, code=code, says=str(error.detail).lower())
        found.headers.update(error.headers or {})
        return found

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        _LOG.exception("%s %s", request.method, request.url.path, exc_info=error)
        return answer(
            request,
            status=500,
            code="server.internal",
            says="the server failed; nothing was permitted",
            hint="the log of the server says more",
        )


def answer(request: Request, *, status: int, code: str, says: str, hint: str = "") -> Response:
    """Return a refusal: a problem document (RFC 9457) for machines, a page for people."""
    if not wants_json(request):
        return show_problem(request, status=status, code=code, says=says, hint=hint)
    body = {
        "type": f"urn:tierlock:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": says,
        **({"hint": hint} if hint else {}),
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
