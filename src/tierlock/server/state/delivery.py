"""Sends what waits: signed as Standard Webhooks asks, tried again ever more slowly for a day."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import urlsplit

import httpx

from tierlock.core import InputError
from tierlock.server.settings import LOOPBACK
from tierlock.server.state.webhooks import Delivery, Webhook, Webhooks

_LOG: Final = logging.getLogger("tierlock.server")
TIMEOUT: Final = 10.0
LEASE: Final = 60
WAITS: Final = (5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
"""Seconds after each failed try; after the last one it is given up."""
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def check_url(url: str, *, allowed: Sequence[str]) -> None:
    """Refuse an address that the server was not told to send to.

    Without this, whoever may make webhooks could reach everything that the server reaches.

    Args:
        url: the address.
        allowed: patterns of host names.

    Raises:
        InputError: `server.webhook`.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    # What a name can not be made of, others may read as its end.
    plain = host in LOOPBACK or _HOST.fullmatch(host) is not None
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    written = url.isascii() and url.isprintable() and "\\" not in url
    if not (plain and secure and written) or parts.username is not None:
        raise InputError(
            "server.webhook",
            "a webhook is reached by https, and its address names nobody",
            hint="write it like `https://hooks.example.org/tierlock`",
        )
    if not any(fnmatchcase(host, pattern) for pattern in allowed):
        raise InputError(
            "server.webhook",
            f"this server sends nothing to `{host[:100]}`",
            hint="list the host under `webhook_hosts` of its settings",
        )


def signature(webhook: Webhook, *, name: str, timestamp: int, body: bytes) -> str:
    """Return the header that lets a receiver check who sent a message.

    It is `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body` under the secret's bytes
    (Standard Webhooks 1.0).
    """
    key = webhook.secret.removeprefix("whsec_")
    secret = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    signed = f"{name}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


class Sender:
    """Sends what waits.

    Args:
        webhooks: what waits.
        allowed: patterns of the hosts that may be reached.
        clock: what tells the time.
        client: sends; by default one that follows no redirect.
    """

    def __init__(
        self,
        webhooks: Webhooks,
        *,
        allowed: Sequence[str],
        clock: Callable[[], datetime],
        client: httpx.Client | None = None,
    ) -> None:
        self._webhooks, self._allowed, self._clock = webhooks, allowed, clock
        self._client = client or httpx.Client(
            timeout=TIMEOUT, follow_redirects=False, trust_env=False
        )
        self._stop = threading.Event()

    def send_due(self) -> int:
        """Send everything that is due now; return how many messages were tried."""
        tried = 0
        while (delivery := self._webhooks.claim(at=self._clock(), lease=LEASE)) is not None:
            tried += 1
            self._send(delivery)
        return tried

    def run(self, *, every: float = 1.0) -> None:
        """Send what is due until `stop` is called."""
        while not self._stop.wait(every):
            try:
                self.send_due()
            except Exception:  # noqa: BLE001  # the next turn may do better
                _LOG.exception("webhooks could not be sent")

    def stop(self) -> None:
        """Let `run` end."""
        self._stop.set()

    def _send(self, delivery: Delivery) -> None:
        webhook = next((one for one in self._webhooks.list() if one.id == delivery.webhook), None)
        now = int(self._clock().timestamp())
        if webhook is None:
            self._webhooks.settle(
                delivery.number, state="given-up", says="the webhook was ended", next_at=now
            )
            return
        says = self._post(webhook, delivery, timestamp=now)
        if not says:
            self._webhooks.settle(delivery.number, state="sent", says="", next_at=now)
        elif delivery.tries >= len(WAITS):
            _LOG.warning("webhook %s: message %s given up: %s", webhook.id, delivery.id, says)
            self._webhooks.settle(delivery.number, state="given-up", says=says, next_at=now)
        else:
            then = now + WAITS[delivery.tries]
            self._webhooks.settle(delivery.number, state="waiting", says=says, next_at=then)

    def _post(self, webhook: Webhook, delivery: Delivery, *, timestamp: int) -> str:
        """Send one message; return what went wrong, empty where nothing did."""
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(
                webhook, name=delivery.id, timestamp=timestamp, body=delivery.body
            ),
        }
        try:
            check_url(webhook.url, allowed=self._allowed)
            # Only the status counts: what the receiver says could be without end.
            with self._client.stream(
                "POST", webhook.url, content=delivery.body, headers=headers
            ) as answer:
                status = answer.status_code
        except InputError as error:
            return error.message
        # An address that passed and can still not be sent to must not hold up the others.
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return type(error).__name__
        return "" if 200 <= status < 300 else f"status {status}"
