"""Many clients that ask one server at once, each on a connection that stays open.

Written on bare sockets: a client library takes several times what the server takes, and on two
cores the client must not be what is measured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_OK: Final = b"HTTP/1.1 200 "


class Round(NamedTuple):
    """What a round of requests took.

    Attributes:
        seconds: of each request, in no order.
        wall: of the whole round.
        errors: the first line of every answer that was not 200.
    """

    seconds: list[float]
    wall: float
    errors: list[str]

    def percentile(self, share: float) -> float:
        """Returns the seconds that this share of the requests did not exceed."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def get(path: str, *, token: str) -> bytes:
    """Returns a request for a page or a value."""
    return _request("GET", path, token=token)


def post(path: str, body: bytes, *, token: str) -> bytes:
    """Returns a request that sends JSON."""
    return _request("POST", path, token=token, body=body)


def _request(verb: str, path: str, *, token: str, body: bytes = b"") -> bytes:
    head = (
        f"{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
        f"Authorization: Bearer {token}\r\n"
    )
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class _Client(asyncio.Protocol):
    """One connection: the next request is sent when the answer to the last one is complete."""

    def __init__(self, take: Callable[[], bytes | None], *, done: asyncio.Future[None]) -> None:
        self._take, self._done = take, done
        self._got, self._left, self._sent = b"", -1, 0.0
        self.seconds: list[float] = []
        self.errors: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        asked = self._take()
        if asked is None:
            self._transport.close()
            self._finish()
            return
        self._got, self._left = b"", -1
        self._sent = time.perf_counter()
        self._transport.write(asked)

    def data_received(self, data: bytes) -> None:
        if self._left < 0:
            self._got += data
            end = self._got.find(_END)
            if end < 0:
                return
            head = self._got[:end].lower()
            length = head.partition(_LENGTH)[2].partition(b"\r\n")[0]
            self._left = int(length) - (len(self._got) - end - len(_END))
        else:
            self._left -= len(data)
        if self._left == 0:
            self.seconds.append(time.perf_counter() - self._sent)
            if not self._got.startswith(_OK):
                self.errors.append(self._got[:200].decode("latin-1"))
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self.errors.append(f"the connection was closed: {exc}")
            self._finish()

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(None)


async def _load(port: int, *, requests: Sequence[bytes], clients: int) -> Round:
    loop = asyncio.get_running_loop()
    waiting = iter(requests)
    begun = time.perf_counter()
    made = []
    for _ in range(clients):
        done: asyncio.Future[None] = loop.create_future()
        one = _Client(lambda: next(waiting, None), done=done)
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]
        made.append((one, done))
    await asyncio.gather(*(done for _, done in made))
    return Round(
        [number for one, _ in made for number in one.seconds],
        time.perf_counter() - begun,
        [error for one, _ in made for error in one.errors],
    )


def load(port: int, *, requests: Sequence[bytes], clients: int) -> Round:
    """Returns what it took to send all requests, each by the next client that is free."""
    return asyncio.run(_load(port, requests=requests, clients=clients))
