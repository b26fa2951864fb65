"""How a server opens its accounts: one file of settings, one address, one secret."""

from __future__ import annotations

import time
from collections.abc import Mapping

from tierlock.server.identity.accounts import Accounts
from tierlock.server.identity.provider import OpenProvider
from tierlock.server.identity.service import Clock, Identity
from tierlock.server.identity.settings import IdentitySettings, client_secret


def open_identity(
    settings: IdentitySettings, *, address: str, clock: Clock, environment: Mapping[str, str]
) -> Identity:
    """Return the identity of one server process.

    Args:
        settings: who is granted what.
        address: of the accounts, `sqlite:///PATH` or `postgresql://...`.
        clock: what tells the time.
        environment: where the provider's secret is.

    Raises:
        InputError: `account.unavailable`; `account.settings`, the provider's secret is missing.
    """
    provider = None
    if settings.provider is not None:
        secret = client_secret(environment)
        provider = OpenProvider(settings, secret=secret, now=time.monotonic)
    return Identity(
        Accounts(address), settings=settings, clock=clock, now=time.monotonic, provider=provider
    )
