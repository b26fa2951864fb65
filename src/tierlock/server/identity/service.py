"""Identity as one server holds it: accounts, audit, provider and limits, opened together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tierlock.server.denials import Denied
from tierlock.server.identity.accounts import Accounts
from tierlock.server.identity.addresses import Proxies
from tierlock.server.identity.audit import Audit, Event, list_events
from tierlock.server.identity.rates import Limiter, Rate
from tierlock.server.identity.settings import IdentitySettings

if TYPE_CHECKING:
    from tierlock.server.identity.provider import OpenProvider

Clock = Callable[[], datetime]
_MINUTE: Final = 60


class Identity:
    """Who may enter one server, and what is remembered of it.

    Args:
        accounts: people, tokens, sessions and the audit.
        settings: who is granted what, and limits.
        clock: what tells the time.
        now: a clock in seconds that never goes back, for limits.
        provider: who knows people; None: there are only tokens.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        settings: IdentitySettings,
        clock: Clock,
        now: Callable[[], float],
        provider: OpenProvider | None = None,
    ) -> None:
        limits = settings.limits
        self.accounts = accounts
        self.settings = settings
        self.clock = clock
        self.provider = provider
        self.audit = Audit(accounts)
        self.proxies = Proxies(settings.proxies)
        self.known = Limiter(Rate(limits.burst, limits.per_second), now=now)
        self.unknown = Limiter(Rate(limits.anonymous_burst, limits.anonymous_per_second), now=now)
        self.logins = Limiter(Rate(limits.login_burst, limits.login_per_minute / _MINUTE), now=now)

    def close(self) -> None:
        """Write down what is not written yet, and close all connections."""
        self.audit.close()
        self.accounts.close()
        if self.provider is not None:
            self.provider.close()


class AuditDenials:
    """Refused attempts, noted in the audit; what `create_app` takes as `denials`.

    Args:
        identity: with the audit.
    """

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def note(self, denied: Denied) -> None:
        """Note one refused attempt; equal ones of a minute are counted together.

        Raises:
            InputError: `account.unavailable`; the attempt is refused all the same.
        """
        event = Event(
            "denied",
            actor=denied.who,
            what=denied.route,
            subject=denied.subject,
            why=denied.why,
            address=denied.address,
        )
        self._identity.audit.record(event, at=denied.minute)

    def recent(self, *, limit: int = 100) -> tuple[tuple[Denied, int], ...]:
        """Return the latest attempts with their counts, newest first."""
        rows = list_events(self._identity.accounts, kinds=("denied",), limit=limit)
        return tuple(
            (
                Denied(
                    row.event.actor, row.event.what, row.event.why, row.event.subject,
                    row.event.address, row.at,
                ),
                row.times,
            )
            for row in rows
        )  # fmt: skip
