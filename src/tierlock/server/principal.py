"""Who asks: a person, a machine with a token, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol

from starlette.requests import Request

Kind = Literal["local", "user", "token", "anonymous"]


class Principal(NamedTuple):
    """Who asks, and what they may do.

    Attributes:
        name: how records call them.
        roles: roles of the server, such as `reviewer`.
        scopes: beyond the roles, such as `transcripts`; a token is limited to its scopes' roles.
        subjects: patterns of the slugs that they may see, such as `gemma-*`.
        framework_roles: role of a framework, such as `rso`, to the patterns of the subjects for
            which they may act in it; `rso@lab/*` is that role under those frameworks only, and `*`
            any role.
        csrf: the token that a form of theirs must repeat; empty where no cookie is used.
        roles_for: slug to their roles there, where those differ between subjects.
    """

    name: str
    kind: Kind = "anonymous"
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    subjects: tuple[str, ...] = ()
    framework_roles: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    csrf: str = ""
    roles_for: Callable[[str], frozenset[str]] | None = None

    def about(self, slug: str) -> Principal:
        """Return the same one with the roles that they have for one subject."""
        if self.roles_for is None:
            return self
        return self._replace(roles=self.roles_for(slug))

    def sees(self, slug: str) -> bool:
        """Tell whether they may know of a subject at all.

        >>> Principal("ana", subjects=("gemma-*",)).sees("gemma-3"), Principal("bo").sees("gemma-3")
        (True, False)
        """
        return any(fnmatchcase(slug, pattern) for pattern in self.subjects)

    def acts_as(self, role: str, *, slug: str, framework: str) -> bool:
        """Tell whether they may act in a role of a framework about a subject.

        >>> ana = Principal("ana", framework_roles={"rso@lab/*": ("gemma-*",)})
        >>> ana.acts_as("rso", slug="gemma-3", framework="lab/scaling")
        True
        >>> ana.acts_as("rso", slug="gemma-3", framework="other/scaling")
        False
        """
        for key, patterns in self.framework_roles.items():
            name, _, under = key.partition("@")
            if name not in {role, "*"} or not fnmatchcase(framework, under or "*"):
                continue
            if any(fnmatchcase(slug, pattern) for pattern in patterns):
                return True
        return False


ANONYMOUS = Principal("nobody")


class Authenticator(Protocol):
    """Tells who sends a request."""

    def authenticate(self, request: Request) -> Principal:
        """Return who sends a request; `ANONYMOUS` where it names nobody that is known."""


class LocalUser:
    """The one person at this machine, who may do everything.

    Args:
        name: how records call them.
        csrf: a secret of this process, which forms repeat: another site can not know it.
    """

    def __init__(self, name: str, *, csrf: str) -> None:
        self._principal = Principal(
            name,
            kind="local",
            roles=frozenset({"admin"}),
            scopes=frozenset({"transcripts"}),
            subjects=("*",),
            framework_roles=MappingProxyType({"*": ("*",)}),
            csrf=csrf,
        )

    def authenticate(self, request: Request) -> Principal:  # noqa: ARG002  # of all requests
        """Return the one person: whoever reaches the loopback address is them."""
        return self._principal
