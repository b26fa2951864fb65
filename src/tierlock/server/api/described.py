"""What every operation of the API may answer besides its own answer."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """A refusal or failure (RFC 9457): a stable code, what is wrong, a hint."""

    type: str = Field(examples=["urn:tierlock:error:input.not-found"])
    title: str
    status: int
    code: str
    detail: str
    hint: str | None = None


def _problem(says: str) -> dict[str, Any]:
    return {
        "description": says,
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    400: _problem("What is asked can not be used."),
    401: _problem("Nobody is signed in, and no token was sent."),
    403: _problem("Not permitted to whoever asks."),
    404: _problem("There is none, or it is not for whoever asks to know of it."),
    409: _problem("It contradicts what is known, or is being done at this moment."),
    413: _problem("The body is larger than is taken."),
    421: _problem("The server does not answer for this host name."),
    422: _problem("The request does not follow the schema."),
    429: _problem("Too many requests; `retry-after` says when to come back."),
    503: _problem("The records can not be read or contradict each other: everything is closed."),
}
"""Status -> what it means, for every operation."""
