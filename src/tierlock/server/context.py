"""What every route of one server shares."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from starlette.requests import HTTPConnection

from tierlock.core import InputError
from tierlock.server.permissions import permitted
from tierlock.server.principal import Authenticator, Principal
from tierlock.server.settings import Settings
from tierlock.usecases import Listed, Positions, SeveralSubjects, Workspace

if TYPE_CHECKING:
    from tierlock.attest import Login, Signer
    from tierlock.server.denials import Denials
    from tierlock.server.measures import Measures
    from tierlock.server.state.idempotency import Once
    from tierlock.server.state.webhooks import Webhooks

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present instant: the one place where the server reads a clock."""
    return datetime.now(UTC)


class Attester(Protocol):
    """Signs for people who are logged in, with the server's own key (spec/attestations.md A-47)."""

    @property
    def signer(self) -> Signer:
        """The server's key."""

    def login_of(self, request: HTTPConnection) -> Login | None:
        """Return as whom somebody is logged in; None where they are not."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What every route of one server shares.

    Attributes:
        positions: answers of the workspace, kept while they hold.
        clock: what tells the time.
        denials: where refused attempts are noted.
        measures: what is counted about the server itself.
        once: does each keyed request once.
        webhooks: who is told of what.
        secret: what all processes of the server share, to recognise what they gave out.
        attester: signs for people who are logged in; None where the server signs for nobody.
    """

    settings: Settings
    workspace: Workspace
    positions: Positions
    authenticator: Authenticator
    clock: Clock
    denials: Denials
    measures: Measures
    once: Once
    webhooks: Webhooks
    secret: bytes
    attester: Attester | None = None

    def tell(self, event: str, *, slug: str, name: str, data: Mapping[str, object]) -> None:
        """Queue an event for who asked to be told of it.

        Args:
            event: its kind.
            slug: about which subject.
            name: names what came in: the same one is told once.
            data: what is said of it.
        """
        told = hashlib.sha256(f"{event}\n{slug}\n{name}".encode()).hexdigest()
        self.webhooks.tell(event, name=f"msg_{told[:32]}", slug=slug, data=data, at=self.clock())


def context_of(request: HTTPConnection) -> Context:
    """Return the context of the server that a request reached."""
    found: Context = request.app.state.tierlock
    return found


def principal_of(request: HTTPConnection) -> Principal:
    """Return who sends a request, as it was found out before the route began."""
    found: Principal = request.state.principal
    return found


def visible(request: HTTPConnection, *, slug: str) -> Listed:
    """Return a subject that whoever asks may see, by slug; by name or digest where no path has it.

    What somebody may do was found out for the slug in the path. Another name of the subject there
    could match a better grant than the subject itself, so it is no address.

    Raises:
        InputError: `input.not-found`, there is none, or it is not theirs to know of;
            `input.subject`, several that they may all see are called so.
    """
    unknown = InputError("input.not-found", f"no subject `{slug}` in this workspace")
    try:
        found = context_of(request).workspace.find(slug)
    except SeveralSubjects as error:
        # The error lists them all: whoever may not know of one of them is told of none.
        if all(may_see(request, slug=one) for one in error.slugs):
            raise
        raise unknown from None
    in_path = request.path_params.get("slug")
    if not may_see(request, slug=found.slug) or in_path not in {None, found.slug}:
        raise unknown
    return found


def may_see(request: HTTPConnection, *, slug: str) -> bool:
    """Tell whether somebody may know of a subject, and use this route about it."""
    principal = principal_of(request)
    route = getattr(request.scope.get("route"), "name", "")
    return principal.sees(slug) and permitted(principal.about(slug), route=route)
