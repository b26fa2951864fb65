"""Whether two names are one person, and who a server says was logged in."""

from __future__ import annotations

import unicodedata

from pydantic import Field

from tierlock.core import Instant, Record


class Login(Record):
    """What a server saw of the person for whom it signs (A-47).

    Attributes:
        issuer: the identity provider that vouched for them, as a URL.
        subject: the provider's own name of the account, which it never gives to another.
        person: who that is.
        logged_in_at: when they proved it to the provider.
    """

    issuer: str = Field(min_length=1)
    subject: str = Field(min_length=1)
    person: str = Field(min_length=1)
    logged_in_at: Instant


def same_person(name: str, *, other: str) -> bool:
    """Tell whether two spellings name one person: case, width and accents' coding do not count."""
    return _folded(name) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
