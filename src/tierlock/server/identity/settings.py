"""What a server is told about identity: the provider, who is granted what, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from tierlock.core import InputError, Record
from tierlock.server.identity.addresses import is_loopback
from tierlock.server.identity.grants import Grant, Grants

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE


def check_address(text: str) -> str:
    """Return an address of the provider or of this server, if secrets may travel to it.

    Raises:
        ValueError: it is reached without TLS, and is not on this machine.
    """
    parts = urlsplit(text)
    name = parts.hostname or ""
    here = name == "localhost" or is_loopback(name)
    odd = parts.username is not None or parts.fragment or parts.query or not name
    if odd or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise ValueError(f"`{text}` is no https:// address without user, query and fragment")
    return text.rstrip("/") if not parts.path.strip("/") else text


Address = Annotated[str, AfterValidator(check_address)]


class Rule(Grant):
    """Who is granted what: whoever is in one of the groups, or has one of the names.

    Attributes:
        groups: as the provider says them.
        people: names, as this server knows people.
    """

    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_for_somebody(self) -> Rule:
        if not self.groups and not self.people:
            raise ValueError("a grant names `groups` or `people`")
        if not (self.roles or self.signs_as or self.scopes):
            raise ValueError("a grant grants nothing")
        return self

    def grant(self) -> Grant:
        """What is granted, without to whom."""
        return Grant(**{name: getattr(self, name) for name in Grant.model_fields})


class Provider(Record):
    """The OpenID Connect provider that knows people.

    Attributes:
        issuer: exactly as it calls itself.
        client_id: as which this server is registered there.
        scopes: what is asked for; `openid` is always among them.
        name_claim: what people are called by here. `email` counts only where the provider says
            that it is verified.
        groups_claim: where it says the groups.
    """

    issuer: Address
    client_id: str = Field(min_length=1)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    name_claim: str = "email"
    groups_claim: str = "groups"

    @model_validator(mode="after")
    def _asks_for_identity(self) -> Provider:
        if "openid" not in self.scopes:
            raise ValueError("`scopes` must have `openid`")
        return self


class Limits(Record):
    """Requests that one person, machine or address may make.

    Attributes:
        burst: at once; and then `per_second`.
        anonymous_burst: of one address that does not say who it is, at once; and then
            `anonymous_per_second`.
        login_burst: attempts to log in or with a wrong token of one address, at once; and then
            `login_per_minute`.
    """

    burst: int = Field(default=200, ge=1)
    per_second: float = Field(default=100, gt=0)
    anonymous_burst: int = Field(default=60, ge=1)
    anonymous_per_second: float = Field(default=20, gt=0)
    login_burst: int = Field(default=10, ge=1)
    login_per_minute: float = Field(default=10, gt=0)


class IdentitySettings(Record):
    """What a server is told about identity.

    Attributes:
        public_url: where browsers reach the server; no header of a request can change it.
        provider: who knows people; without one there are only tokens.
        grants: who may do what. Whoever no grant names may do nothing.
        apart: groups of framework roles of which one person may sign in only one.
        proxies: addresses of proxies whose `X-Forwarded-For` counts.
        idle: seconds after which a session ends that nobody uses.
        longest: seconds after which every session ends.
    """

    public_url: Address
    provider: Provider | None = None
    grants: tuple[Rule, ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    proxies: tuple[str, ...] = ()
    idle: int = Field(default=HOUR, ge=MINUTE, le=24 * HOUR)
    longest: int = Field(default=12 * HOUR, ge=MINUTE, le=7 * 24 * HOUR)
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _holds_together(self) -> IdentitySettings:
        if urlsplit(self.public_url).path not in {"", "/"}:
            raise ValueError("`public_url` has no path: cookies are kept for a whole host")
        for text in self.proxies:
            ip_network(text)
        if any(len(set(group)) < 2 or len(set(group)) != len(group) for group in self.apart):
            raise ValueError("a group of `apart` names at least two different roles")
        return self

    @property
    def secure(self) -> bool:
        """Whether browsers reach the server by TLS."""
        return self.public_url.startswith("https://")


def grants_of(name: str, *, groups: tuple[str, ...], settings: IdentitySettings) -> Grants:
    """Return what a person is granted, as the settings are now.

    Args:
        name: what this server calls the person.
        groups: as the provider said them at the latest login.
        settings: with the grants.
    """
    return _granted(name, groups, settings.grants)


@lru_cache(maxsize=4096)
def _granted(name: str, groups: tuple[str, ...], rules: tuple[Rule, ...]) -> Grants:
    return tuple(
        rule.grant() for rule in rules if name in rule.people or set(groups) & set(rule.groups)
    )


def client_secret(environment: Mapping[str, str]) -> str:
    """Return the secret that the provider gave this server.

    It is read from `TIERLOCK_OIDC_CLIENT_SECRET`, or from the file that
    `TIERLOCK_OIDC_CLIENT_SECRET_FILE` names: settings are kept where many people read them.

    Raises:
        InputError: `account.settings`.
    """
    given = environment.get("TIERLOCK_OIDC_CLIENT_SECRET", "")
    path = environment.get("TIERLOCK_OIDC_CLIENT_SECRET_FILE", "")
    if path:
        try:
            given = Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise InputError("account.settings", f"can not read the secret: {error}") from None
    if not given:
        raise InputError(
            "account.settings",
            "the provider's secret for this server is missing",
            hint="set TIERLOCK_OIDC_CLIENT_SECRET, or TIERLOCK_OIDC_CLIENT_SECRET_FILE",
        )
    return given
