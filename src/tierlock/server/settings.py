"""What a server is told when it starts."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from tierlock.core import Record

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
"""Names of this machine; a server without accounts listens on no other."""
MEBIBYTE: Final = 1024 * 1024


class Settings(Record):
    """How a server runs.

    Attributes:
        mode: `local`, one person on this machine without accounts; `team`, with accounts.
        hosts: names under which the server answers; a request for another one is refused, so that
            no page of another site can reach it by pointing a name here.
        secure: whether browsers reach it by TLS, so that cookies are sent by TLS only.
        body_limit: bytes that the body of a request may have.
        upload_limit: bytes that uploaded evidence may have.
        public_url: where browsers reach it, such as `https://reviews.example.org`; empty: as asked.
        webhook_hosts: patterns of the hosts to which webhooks may send; none by default.
        notice: a line on every page, such as the instant that is shown.
    """

    mode: Literal["local", "team"] = "local"
    hosts: tuple[str, ...] = LOOPBACK
    secure: bool = False
    body_limit: int = Field(default=2 * MEBIBYTE, gt=0)
    upload_limit: int = Field(default=4096 * MEBIBYTE, gt=0)
    public_url: str = ""
    webhook_hosts: tuple[str, ...] = ()
    notice: str = ""
