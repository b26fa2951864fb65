"""The server's own signature for people whom it saw log in; it counts for less than theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from tierlock.server.context import principal_of
from tierlock.server.identity.people import find_account
from tierlock.server.identity.service import Identity

if TYPE_CHECKING:
    from tierlock.attest import Login, Signer


class SessionAttester:
    """Signs for people with a session, as `tierlock.server.context.Attester`.

    Args:
        identity: who is logged in.
        signer: the server's key.
    """

    def __init__(self, identity: Identity, *, signer: Signer) -> None:
        self._identity, self._signer = identity, signer

    @property
    def signer(self) -> Signer:
        """The server's key."""
        return self._signer

    def login_of(self, request: HTTPConnection) -> Login | None:
        """Return as whom somebody is logged in; None where they are not, or came by token."""
        from tierlock.attest import Login

        principal = principal_of(request)
        if principal.kind != "user":
            return None
        found = find_account(self._identity.accounts, name=principal.name)
        if found is None:
            return None
        return Login(
            issuer=found.issuer,
            subject=found.subject,
            person=principal.name,
            logged_in_at=found.last_at,
        )
