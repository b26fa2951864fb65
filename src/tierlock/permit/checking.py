"""The check: nothing is permitted unless everything agrees (spec/permit.md C-1 to C-12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from tierlock.permit.keys import ISSUER, STATUS, Key, Keys
from tierlock.permit.records import parse_permit, parse_status
from tierlock.permit.refusal import PermitRefused
from tierlock.permit.seen import Seen, check_extends, check_newer
from tierlock.permit.strict import format_instant, open_envelope
from tierlock.permit.values import Permit, Status

SKEW: Final = timedelta(seconds=60)
"""How far the issuer's clock may be ahead of the checker's. No end is ever moved."""
MOST_SKEW: Final = timedelta(minutes=5)
MOST_TOKEN: Final = 64 * 2**10
MOST_STATUS: Final = 4 * 2**20
_MOST_KEPT: Final = 64


def check(
    token: bytes,
    *,
    keys: Keys,
    action: str,
    surface: str | None,
    audience: str | None,
    digests: Mapping[str, str],
    status: bytes | None,
    at: datetime,
    seen: Seen | None = None,
    skew: timedelta = SKEW,
) -> Permit:
    """Return the permit that a token is, where it permits this, here and now.

    Nothing is fetched and no clock is read. `Checker` does the same and keeps what it verified.

    Args:
        token: the permit's bytes, as they were written.
        keys: whom the caller trusts (`load_keys`).
        action: what is about to be done.
        surface: on which surface; None where the action has none.
        audience: for which audience; None where the action has none.
        digests: part to live `sha256:<hex>` digest, of each part that the permit names.
        status: the newest status; None is refused.
        at: now.
        seen: the newest status that was seen before, if the caller kept it.
        skew: how far the issuer's clock may be ahead, at most five minutes.

    Raises:
        PermitRefused: for every reason not to go on; only a return is permission.
    """
    return Checker(keys, seen=seen, skew=skew).check(
        token,
        action=action,
        surface=surface,
        audience=audience,
        digests=digests,
        status=status,
        at=at,
    )


class Checker:
    """Checks again and again at little cost: signatures are verified once per token and status.

    Time, revocation, tree head, action and digests are looked at every time. It can be shared by
    threads.

    Args:
        keys: whom the caller trusts.
        seen: the newest status that was seen before this process started.
        skew: how far the issuer's clock may be ahead, at most five minutes.

    Raises:
        PermitRefused: `permit.input`.
    """

    def __init__(self, keys: Keys, *, seen: Seen | None = None, skew: timedelta = SKEW) -> None:
        if not timedelta(0) <= skew <= MOST_SKEW:
            raise PermitRefused("permit.input", f"clocks may differ by at most {MOST_SKEW}")
        self._keys = _as_keys(keys)
        self._skew = skew
        self._seen = seen
        self._lock = Lock()
        self._permits: dict[bytes, tuple[Permit, Key]] = {}
        self._status: tuple[bytes, Status, Key] | None = None

    @property
    def seen(self) -> Seen | None:
        """The newest status that was seen; keep it over the end of the process."""
        return self._seen

    def check(
        self,
        token: bytes,
        *,
        action: str,
        surface: str | None,
        audience: str | None,
        digests: Mapping[str, str],
        status: bytes | None,
        at: datetime,
    ) -> Permit:
        """Return the permit that a token is, where it permits this, here and now.

        The arguments are those of the function `check`.

        Raises:
            PermitRefused: for every reason not to go on; only a return is permission.
        """
        at = _as_instant(at)
        if status is None:
            raise PermitRefused("permit.status", "there is no status")
        permit, issuer = self._permit(token)
        current, teller = self._current(status)
        self._check_status(current, by=teller, at=at)
        check_extends(current.head, earlier=permit.head, what="permit")
        self._check_times(permit, by=issuer, at=at)
        _check_standing(permit, status=current)
        if (permit.action, permit.surface, permit.audience) != (action, surface, audience):
            raise _for_another(permit, asked=(action, surface, audience))
        _check_parts(permit, live=digests)
        return permit

    def _permit(self, token: bytes) -> tuple[Permit, Key]:
        kept = self._permits.get(token) if type(token) is bytes else None
        if kept is None:
            opened = open_envelope(token, most=MOST_TOKEN, what="permit")
            key = self._keys.verified(opened, role=ISSUER)
            kept = parse_permit(opened.payload), key
            if len(self._permits) >= _MOST_KEPT:
                self._permits.clear()
            self._permits[token] = kept
        return kept

    def _current(self, data: bytes) -> tuple[Status, Key]:
        kept = self._status
        if kept is None or kept[0] != data:
            opened = open_envelope(data, most=MOST_STATUS, what="status")
            key = self._keys.verified(opened, role=STATUS)
            kept = self._status = (data, parse_status(opened.payload), key)
        return kept[1], kept[2]

    def _check_status(self, status: Status, *, by: Key, at: datetime) -> None:
        if at >= status.expires_at:
            raise PermitRefused(
                "permit.stale", f"the status expired at {format_instant(status.expires_at)}"
            )
        if status.issued_at - at > self._skew:
            raise _early("status", status.issued_at)
        _check_key(by, issued_at=status.issued_at, at=at)
        with self._lock:  # two threads must not take turns with two statuses
            if self._seen is not None:
                check_newer(status, seen=self._seen)
            self._seen = Seen(status.head, status.issued_at)

    def _check_times(self, permit: Permit, *, by: Key, at: datetime) -> None:
        if at >= permit.expires_at:
            raise PermitRefused(
                "permit.expired", f"the permit expired at {format_instant(permit.expires_at)}"
            )
        if permit.not_before - at > self._skew:
            raise _early("permit", permit.not_before)
        _check_key(by, issued_at=permit.issued_at, at=at)


def _check_key(key: Key, *, issued_at: datetime, at: datetime) -> None:
    """Refuse what a key signed before or after its time, and everything once its time is over."""
    over = key.valid_until is not None and at >= key.valid_until
    if over or not key.is_valid(issued_at):
        raise PermitRefused("permit.key", f"the key `{key.key_id}` is not valid at this time")


def _check_standing(permit: Permit, *, status: Status) -> None:
    if permit.id in status.revoked:
        raise PermitRefused("permit.revoked", f"the permit `{permit.id}` was revoked")
    if not status.revoked_subjects.isdisjoint(permit.parts.values()):
        raise PermitRefused("permit.revoked", f"`{permit.subject}` was revoked")
    if permit.id in status.closed:
        raise PermitRefused(
            "permit.closed", f"the gate does not allow `{permit.action}` of this subject any more"
        )
    if permit.id not in status.standing:
        raise PermitRefused("permit.unknown", f"the status does not know the permit `{permit.id}`")


def _early(what: str, begins: datetime) -> PermitRefused:
    return PermitRefused("permit.early", f"the {what} counts from {format_instant(begins)} on")


def _for_another(permit: Permit, *, asked: tuple[object, object, object]) -> PermitRefused:
    has = " / ".join(filter(None, (permit.action, permit.surface, permit.audience)))
    wanted = " / ".join(str(each) for each in asked if each is not None)
    return PermitRefused("permit.action", f"the permit is for `{has}`, not `{wanted}`")


def _check_parts(permit: Permit, *, live: object) -> None:
    """Refuse unless exactly the parts that the permit names are live, with those digests."""
    if not isinstance(live, Mapping):
        raise PermitRefused("permit.input", "`digests` does not say which part has which digest")
    if live == permit.parts:
        return
    for part, digest in permit.parts.items():
        if part not in live:
            raise PermitRefused("permit.part", f"the live digest of `{part}` is not given")
        if live[part] != digest:
            raise PermitRefused(
                "permit.digest", f"the live `{part}` is `{live[part]}`, permitted is `{digest}`"
            )
    other = ", ".join(f"`{part}`" for part in live if part not in permit.parts)
    raise PermitRefused("permit.part", f"the permit does not name {other or 'what is live'}")


def _as_keys(keys: object) -> Keys:
    if not isinstance(keys, Keys):
        raise PermitRefused("permit.input", "`keys` are no keys; `load_keys` reads them")
    return keys


def _as_instant(at: object) -> datetime:
    if not isinstance(at, datetime) or at.utcoffset() is None:
        raise PermitRefused("permit.input", "`at` is no instant with a time zone")
    return at
