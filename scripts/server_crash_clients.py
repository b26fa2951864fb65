"""Clients that write to a server until it is killed, and remember what was acknowledged."""

from __future__ import annotations

import base64
import http.client
import json
import random
import threading
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import urlencode

SAMPLES: Final = 12
_COLUMNS: Final = "subject,evaluation,run_id,sample_id,value,measured_at"
_WEIGHTS: Final = {"evidence": 4, "statement": 3, "token": 2, "comment": 1}
_DONE: Final = {"evidence": 201, "statement": 201, "token": 201, "comment": 303}
_PATIENCE: Final = 60


class Entrance(NamedTuple):
    """How clients reach a server and who they are.

    Attributes:
        port: of the loopback address.
        token: of a machine, for evidence and statements.
        session: of a person who is logged in, as a cookie.
        csrf: what that person's forms repeat.
    """

    port: int
    token: str
    session: str
    csrf: str


class Write(NamedTuple):
    """Something that a client sends.

    Attributes:
        kind: `evidence`, `statement`, `token` or `comment`.
        slug: about which subject.
        name: tells it from everything else that any client sends.
    """

    kind: str
    slug: str
    name: str


class Acknowledged(NamedTuple):
    """A write that was answered, and what the answer said."""

    write: Write
    said: Mapping[str, object]


class Refused(NamedTuple):
    """A write that the server answered with a status that nobody expects."""

    write: Write
    status: int
    body: str


class Outcome(NamedTuple):
    """What became of the writes of a round."""

    acknowledged: list[Acknowledged]
    unanswered: list[Write]
    refused: list[Refused]


def envelope(name: str) -> bytes:
    """Returns a signed statement; whether its signature counts is asked when it is read."""
    payload = base64.b64encode(json.dumps({"statement": name}).encode()).decode()
    signature = {"keyid": "somebody", "sig": base64.b64encode(b"s" * 64).decode()}
    kind = "application/vnd.in-toto+json"
    return json.dumps({"payloadType": kind, "payload": payload, "signatures": [signature]}).encode()


def table(write: Write) -> bytes:
    """Returns a log of one run."""
    rows = [
        f"{write.slug},wmdp_bio,{write.name},question-{place},{place % 2},2026-11-20T09:00:00Z"
        for place in range(SAMPLES)
    ]
    return "\n".join([_COLUMNS, *rows, ""]).encode()


def send(write: Write, *, entrance: Entrance, key: str) -> tuple[int, str, str]:
    """Sends a write; returns the status, the body and where the answer points to.

    Raises:
        OSError, http.client.HTTPException: there was no whole answer.
    """
    headers = {"Authorization": f"Bearer {entrance.token}", "Idempotency-Key": key}
    person = {"Cookie": f"tierlock-session={entrance.session}", "X-CSRF-Token": entrance.csrf}
    path, body = f"/v1/subjects/{write.slug}/{write.kind}", b""
    if write.kind == "evidence":
        path, body = f"{path}?name={write.name}.csv", table(write)
    elif write.kind == "statement":
        path, body = f"{path}s", envelope(write.name)
    elif write.kind == "token":
        path, headers = "/v1/tokens", {**person, "Content-Type": "application/json"}
        body = json.dumps(
            {"label": write.name, "owner": "ci", "days": 1, "roles": ["viewer"],
             "scopes": [], "subjects": ["*"]}
        ).encode()  # fmt: skip
    else:
        path = f"/subjects/{write.slug}/comments"
        headers = {**person, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"says": write.name}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", entrance.port, timeout=_PATIENCE)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers.get("location", "")
    finally:
        connection.close()


class Clients:
    """Many clients, each in a thread of its own.

    Args:
        entrance: of the server.
        slugs: of its subjects.
        round_: number of the round, so that every name is new.
        seed: what they send first and next.
        count: how many.
    """

    def __init__(
        self, entrance: Entrance, *, slugs: Sequence[str], round_: int, seed: int, count: int
    ) -> None:
        self._entrance, self._slugs = entrance, slugs
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._found = Outcome([], [], [])
        self._threads = [
            threading.Thread(target=self._run, args=(f"{round_}-{number}", seed + number))
            for number in range(count)
        ]

    def begin(self) -> None:
        """Begins to write."""
        for thread in self._threads:
            thread.start()

    def written(self) -> int:
        """Returns how many writes were acknowledged by now."""
        with self._guard:
            return len(self._found.acknowledged)

    def end(self) -> Outcome:
        """Returns what became of everything that was sent, when all clients have stopped."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self._found

    def _run(self, name: str, seed: int) -> None:
        rng = random.Random(seed)  # noqa: S311  # what is sent, not secrets
        number = 0
        while not self._stop.is_set():
            kind = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
            write = Write(kind, rng.choice(self._slugs), f"w-{name}-{number}")
            number += 1
            self._note(write)

    def _note(self, write: Write) -> None:
        try:
            status, body, _ = send(write, entrance=self._entrance, key=write.name)
        except (OSError, http.client.HTTPException):
            with self._guard:
                self._found.unanswered.append(write)
            self._stop.wait(0.02)
            return
        with self._guard:
            if status == _DONE[write.kind]:
                said = json.loads(body) if status == HTTPStatus.CREATED else {}
                self._found.acknowledged.append(Acknowledged(write, said))
            else:
                self._found.refused.append(Refused(write, status, body[:300]))


def send_again(write: Write, *, entrance: Entrance) -> Acknowledged | Refused:
    """Sends an unanswered write again, as a client does: with its key, then with a new one.

    A request whose server was killed is held for one that is still being handled for a while.
    """
    status, body, _ = send(write, entrance=entrance, key=write.name)
    if status == HTTPStatus.CONFLICT and json.loads(body).get("code") == "server.in-progress":
        status, body, _ = send(write, entrance=entrance, key=f"{write.name}-again")
    if status != _DONE[write.kind]:
        return Refused(write, status, body[:300])
    return Acknowledged(write, json.loads(body))
