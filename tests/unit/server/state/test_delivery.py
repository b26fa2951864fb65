"""What is sent: signed, to listed hosts, once per event, tried again until it arrives."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tierlock.server.state.delivery import WAITS, Sender
from tierlock.server.state.tables import open_engine
from tierlock.server.state.webhooks import Webhooks

AT = datetime(2026, 1, 1, tzinfo=UTC)
ALLOWED = ("hooks.example.org",)


class World:
    """A receiver that answers what it is told to, and a clock that can be moved."""

    def __init__(self) -> None:
        self.now, self.status = AT, 200
        self.got: list[httpx.Request] = []
        self.webhooks = Webhooks(open_engine(None))
        self.sender = Sender(
            self.webhooks,
            allowed=ALLOWED,
            clock=lambda: self.now,
            client=httpx.Client(transport=httpx.MockTransport(self.receive)),
        )

    def receive(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        if self.status == 0:
            raise httpx.ConnectError("down")
        return httpx.Response(self.status, headers={"location": "https://evil.example/"})

    def hook(self, **changes):
        asked = {
            "url": "https://hooks.example.org/t", "events": ("evidence.added",),
            "subjects": ("gemma-*",), "by": "ana", "at": AT,
        }  # fmt: skip
        return self.webhooks.make(**{**asked, **changes})

    def tell(self, event: str = "evidence.added", *, name: str = "msg_1", slug: str = "gemma-3"):
        return self.webhooks.tell(event, name=name, slug=slug, data={"x": 1}, at=self.now)


def test_a_receiver_can_check_who_sent_it() -> None:
    world = World()
    webhook = world.hook()
    assert world.tell() == 1
    assert world.sender.send_due() == 1
    [request] = world.got
    body = request.read()
    assert json.loads(body)["data"] == {"subject": "gemma-3", "x": 1}
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
    key = webhook.secret.removeprefix("whsec_")
    secret = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    expected = base64.b64encode(hmac.digest(secret, signed + body, hashlib.sha256)).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"
    assert world.sender.send_due() == 0
    assert world.webhooks.deliveries(webhook.id)[0].state == "sent"


def test_an_event_that_is_found_again_is_sent_once() -> None:
    world = World()
    world.hook()
    assert (world.tell(), world.tell()) == (1, 0)


@pytest.mark.parametrize(
    ("event", "slug"), [("statement.added", "gemma-3"), ("evidence.added", "llama-3")]
)
def test_who_did_not_ask_is_not_told(event: str, slug: str) -> None:
    world = World()
    world.hook()
    assert world.tell(event, slug=slug) == 0


@pytest.mark.parametrize("status", [0, 302, 404, 500])
def test_it_is_tried_again_ever_more_slowly_and_given_up(status: int) -> None:
    world = World()
    webhook = world.hook()
    world.tell()
    world.status = status
    for wait in WAITS:
        assert world.sender.send_due() == 1
        world.now += timedelta(seconds=wait - 1)
        assert world.sender.send_due() == 0
        world.now += timedelta(seconds=1)
    assert world.sender.send_due() == 1
    world.now += timedelta(days=30)
    assert world.sender.send_due() == 0
    [delivery] = world.webhooks.deliveries(webhook.id)
    assert delivery.state == "given-up"
    assert delivery.says
    assert len(world.got) == len(WAITS) + 1


def test_nothing_is_sent_to_a_host_that_left_the_list_or_a_webhook_that_ended() -> None:
    world = World()
    other = world.hook(url="https://other.example/t")
    ended = world.hook()
    world.tell()
    world.webhooks.end(ended.id, at=AT)
    world.sender.send_due()
    assert world.got == []
    assert "nothing to `other.example`" in world.webhooks.deliveries(other.id)[0].says
    assert world.webhooks.deliveries(ended.id)[0].state == "given-up"


def test_two_senders_share_the_work(tmp_path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'state.db'}")
    first, second = Webhooks(engine), Webhooks(engine)
    first.make(url="https://hooks.example.org/", events=("evidence.added",), subjects=("*",),
               by="ana", at=AT)  # fmt: skip
    for number in range(6):
        first.tell("evidence.added", name=f"m{number}", slug="x", data={}, at=AT)
    claimed = [one.claim(at=AT, lease=60) for one in (first, second) * 3]
    assert len({one.number for one in claimed if one}) == 6
    assert first.claim(at=AT, lease=60) is None
    assert first.claim(at=AT + timedelta(seconds=60), lease=60) is not None
