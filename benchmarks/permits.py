"""A permit check beside one bare signature verification.

    python benchmarks/permits.py

The bare side verifies one Ed25519 signature over the token's bytes with the same library, nothing
else: no envelope, no statement, no time. The first check of a permit verifies one too, reads and
compares everything, and may be 3 times as long; a re-check verifies none, looks at time, tree head,
revocation, action and digests again, and may take a tenth. The very first check of a process
verifies the status as well, which is a second signature: it is printed, and has no bar. All four
take turns within a round; ratios are of one round, and the median over rounds counts.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from timing import machine, spread

from tierlock.permit import (
    PARTS,
    Checker,
    Head,
    Key,
    Keys,
    Permit,
    Status,
    check,
    parse_permit,
    permit_payload,
    status_payload,
)

AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
HEAD: Final = Head("example.org/log", 1000, "ab" * 32)
KIND: Final = "application/vnd.in-toto+json"
CALLS: Final = 20
MOST_FIRST: Final = 3.0
MOST_AGAIN: Final = 0.1
"""Bars, in bare verifications: a first check, and a re-check."""


class Made(NamedTuple):
    """A permit, its status, and what is verified on the bare side."""

    keys: Keys
    token: bytes
    status: bytes
    digests: Mapping[str, str]
    bare: Callable[[], object]


def made() -> Made:
    """Returns a permit with all four parts, and a status by which ten others are revoked."""
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    keys = Keys([Key(pem.decode("ascii"), frozenset({"permit-issuer", "permit-status"}))])
    digests = {part: f"sha256:{number:064x}" for number, part in enumerate(PARTS)}
    draft = Permit(
        id="",
        subject="model",
        parts=digests,
        action="deploy",
        surface="api",
        audience="general",
        framework="asl/reference-1",
        framework_digest=f"sha256:{7:064x}",
        determination=f"sha256:{8:064x}",
        decision=f"sha256:{9:064x}",
        conditions=(),
        issued_at=AT,
        not_before=AT,
        expires_at=AT + timedelta(days=1),
        head=HEAD,
    )
    payload = permit_payload(draft)
    status = Status(
        head=HEAD,
        standing=frozenset({parse_permit(payload).id}),
        revoked=frozenset(f"sha256:{number:064x}" for number in range(100, 110)),
        revoked_subjects=frozenset(),
        closed=frozenset(),
        issued_at=AT,
        expires_at=AT + timedelta(hours=1),
    )
    signed = _to_sign(payload)
    signature, public = key.sign(signed), key.public_key()
    name = next(iter(keys)).key_id
    return Made(
        keys=keys,
        token=_envelope(payload, key=key, name=name),
        status=_envelope(status_payload(status), key=key, name=name),
        digests=digests,
        bare=lambda: public.verify(signature, signed),
    )


def _to_sign(payload: bytes) -> bytes:
    return b"DSSEv1 %d %b %d %b" % (len(KIND), KIND.encode(), len(payload), payload)


def _envelope(payload: bytes, *, key: Ed25519PrivateKey, name: str) -> bytes:
    signature = base64.b64encode(key.sign(_to_sign(payload))).decode()
    value = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": KIND,
        "signatures": [{"keyid": name, "sig": signature}],
    }
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def microseconds(work: Callable[[int], object]) -> float:
    """Returns the least microseconds of some calls: the machine does other work too."""
    least = float("inf")
    for number in range(CALLS):
        start = time.perf_counter()
        work(number)
        least = min(least, time.perf_counter() - start)
    return 1e6 * least


def time_permits(*, rounds: int) -> list[str]:
    """Prints times and ratios; returns what was missed."""
    keys, token, status, digests, bare = made()
    asked = {"action": "deploy", "surface": "api", "audience": "general", "digests": digests}

    def first(_: int) -> object:
        return check(token, keys=keys, status=status, at=AT, **asked)

    def another(number: int) -> object:
        # A checker that knows the status and not yet this permit.
        return warm[number].check(token, status=status, at=AT, **asked)

    again = Checker(keys)
    again.check(token, status=status, at=AT, **asked)
    found: dict[str, list[float]] = {name: [] for name in ("bare", "first", "permit", "again")}
    for _ in range(rounds):
        warm = [_knowing(keys, status=status) for _ in range(CALLS)]
        found["bare"].append(microseconds(lambda _: bare()))
        found["first"].append(microseconds(first))
        found["permit"].append(microseconds(another))
        found["again"].append(
            microseconds(lambda _: again.check(token, status=status, at=AT, **asked))
        )
    missed = []
    for name, says, most in (
        ("permit", "first check of a permit", MOST_FIRST),
        ("first", "the same and its status", None),
        ("again", "re-check", MOST_AGAIN),
    ):
        ratios = [own / one for own, one in zip(found[name], found["bare"], strict=True)]
        print(
            f"  {says:<26} {spread(found[name], unit=' us', digits=1):<26} "
            f"{spread(ratios)} bare verifications",
            flush=True,
        )
        if most is not None and statistics.median(ratios) > most:
            ratio = statistics.median(ratios)
            missed.append(f"{says}: {ratio:.2f} bare verifications, not {most}")
    print(f"  {'bare Ed25519 verification':<26} {spread(found['bare'], unit=' us', digits=1)}")
    return missed


def _knowing(keys: Keys, *, status: bytes) -> Checker:
    """Returns a checker that has verified the status, and no permit."""
    checker = Checker(keys)
    checker._current(status)
    return checker


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Time permit checks.")
    parser.add_argument("--rounds", type=int, default=51)
    print(machine())
    print(*time_permits(rounds=parser.parse_args().rounds), sep="\n")
