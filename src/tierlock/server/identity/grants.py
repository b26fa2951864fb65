"""What a person or machine may do, and on which subjects: roles, scopes and signing roles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, Field

from tierlock.core import InputError, Record

ServerRole = Literal["viewer", "engineer", "reviewer", "auditor", "machine", "admin"]
Scope = Literal["transcripts"]
"""What no role brings along: texts that are dangerous to read."""

EVERYTHING: Final = "*"
_WIDE: Final = frozenset({"admin", "auditor"})
_NO_PATTERN: Final = re.compile(r"[?\[\]\x00-\x20\x7f]")


def _check_pattern(text: str) -> str:
    """Only `*` stands for others: then it can be told which of two patterns covers the other."""
    if not text or _NO_PATTERN.search(text):
        raise ValueError(f"`{text}` is no pattern: names, in which `*` stands for any characters")
    return text


def _check_role(text: str) -> str:
    """A role is one name; `*` and `@` mean something where roles and frameworks are told apart."""
    if not text or set(text) & set("*@") or _NO_PATTERN.search(text):
        raise ValueError(f"`{text}` is no role of a framework")
    return text


Pattern = Annotated[str, AfterValidator(_check_pattern)]
FrameworkRole = Annotated[str, AfterValidator(_check_role)]


class SignsAs(Record):
    """The roles of a framework in which somebody may sign.

    Attributes:
        framework: pattern of the frameworks' names.
        roles: as the frameworks call them.
    """

    framework: Pattern
    roles: tuple[FrameworkRole, ...] = Field(min_length=1)


class Grant(Record):
    """What is allowed on the subjects whose names match.

    Attributes:
        roles: roles of this server.
        scopes: what no role brings along.
        subjects: patterns of subjects' names.
        signs_as: the roles in which a person may sign about these subjects.
    """

    roles: tuple[ServerRole, ...] = ()
    scopes: tuple[Scope, ...] = ()
    subjects: tuple[Pattern, ...] = Field(min_length=1)
    signs_as: tuple[SignsAs, ...] = ()


Grants = tuple[Grant, ...]


def dump_grants(grants: Grants) -> str:
    """Return grants as the database keeps them."""
    return json.dumps([grant.model_dump(mode="json") for grant in grants], sort_keys=True)


@lru_cache(maxsize=4096)
def parse_grants(text: str) -> Grants:
    """Return the grants that the database keeps; the inverse of `dump_grants`.

    Raises:
        InputError: `account.unavailable`; somebody else wrote into the database.
    """
    try:
        return tuple(Grant.parse(json.dumps(one)) for one in json.loads(text))
    except (ValueError, TypeError, InputError):
        raise InputError(
            "account.unavailable", "the grants in the database are not what this server wrote"
        ) from None


def matches(name: str, *, patterns: Iterable[str]) -> bool:
    """Tell whether a name is one of those that the patterns stand for.

    >>> matches("small-model-2", patterns=["small-*"])
    True
    """
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def sees(grants: Grants, *, subject: str) -> bool:
    """Tell whether a subject exists for the holder; who does not see it is answered `not found`."""
    return any(grant.roles and matches(subject, patterns=grant.subjects) for grant in grants)


def roles_on(grants: Grants, *, subject: str) -> frozenset[str]:
    """Return the roles of the server that the holder has for one subject."""
    return frozenset(
        role
        for grant in grants
        if matches(subject, patterns=grant.subjects)
        for role in grant.roles
    )


def roles_anywhere(grants: Grants) -> frozenset[str]:
    """Return the roles that count where no subject is named.

    `admin` and `auditor` reach what is not about one subject: they count only where they are
    granted for every subject. Of lists, everybody sees the rows of their own subjects.
    """
    everywhere = roles_everywhere(grants)
    somewhere = {role for grant in grants for role in grant.roles}
    return frozenset(somewhere - _WIDE) | everywhere


def roles_everywhere(grants: Grants) -> frozenset[str]:
    """Return the roles that hold for the server as a whole: those granted for every subject."""
    return frozenset(
        role for grant in grants if EVERYTHING in grant.subjects for role in grant.roles
    )


def scopes_on(grants: Grants, *, subject: str) -> frozenset[str]:
    """Return the scopes that the holder has for one subject."""
    return frozenset(
        scope
        for grant in grants
        if matches(subject, patterns=grant.subjects)
        for scope in grant.scopes
    )


def common(first: Grants, *, second: Grants) -> Grants:
    """Return what of the first the second allows, or less: nobody hands on more than they hold.

    Of two patterns the narrower one stays; where neither covers the other, nothing does. What the
    second holds as an administrator includes every role.

    >>> wide = Grant(roles=("viewer", "engineer"), subjects=("*",))
    >>> narrow = Grant(roles=("viewer",), subjects=("a-*",))
    >>> [(one.roles, one.subjects) for one in common((wide,), second=(narrow,))]
    [(('viewer',), ('a-*',))]
    """
    both = (_common(one, other) for one in first for other in second)
    return tuple(grant for grant in both if grant is not None)


def _held(grant: Grant) -> tuple[ServerRole, ...]:
    """An administrator holds every role, and may give each of them on alone."""
    return get_args(ServerRole) if "admin" in grant.roles else grant.roles


def _common(one: Grant, other: Grant) -> Grant | None:
    subjects = [name for name in one.subjects if matches(name, patterns=other.subjects)]
    subjects += [name for name in other.subjects if matches(name, patterns=one.subjects)]
    roles = tuple(role for role in one.roles if role in _held(other))
    if not subjects or not roles:
        return None
    scopes = tuple(scope for scope in one.scopes if scope in other.scopes)
    # Who signs is a person with a key or a passkey in their hands; no token inherits that.
    return Grant(roles=roles, scopes=scopes, subjects=tuple(dict.fromkeys(subjects)))
