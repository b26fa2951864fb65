"""Which frameworks and subjects a page is about: by name, never by path, and only what is theirs.

Lists over the whole workspace look at so many subjects at most; a page says where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from starlette.requests import Request

from tierlock.core import InputError
from tierlock.server.context import context_of, may_see, visible
from tierlock.usecases import Listed, OnShelf, framework_of, from_shelf

LOOKED_AT: Final = 500
"""How many subjects a list over the workspace looks at."""


class Subjects(NamedTuple):
    """Subjects that whoever asks may see, in the order of their slugs.

    Attributes:
        after: where the next page begins; empty where there is none.
    """

    found: tuple[Listed, ...]
    after: str


def subjects_of(
    request: Request, *, after: str = "", search: str = "", most: int = LOOKED_AT
) -> Subjects:
    """Return up to `most` subjects that whoever asks may see.

    Args:
        request: who asks, for which page.
        after: only those after this slug.
        search: only those whose slug or name holds this text.
        most: how many.
    """
    workspace = context_of(request).workspace
    found: list[Listed] = []
    while len(found) <= most:
        some = workspace.list_subjects(after=after, limit=most + 1, search=search)
        found += [one for one in some if may_see(request, slug=one.slug)]
        if len(some) <= most:
            break
        after = some[-1].slug
    kept = tuple(found[:most])
    return Subjects(kept, after=kept[-1].slug if len(found) > most else "")


def find_framework(request: Request, *, name: str, subject: str = "") -> OnShelf:
    """Return a framework by name: of one subject, a shipped one, or one that a subject brings.

    Args:
        request: who asks.
        name: `publisher/name-version`.
        subject: the subject whose framework is meant; by default the shipped one is.

    Raises:
        InputError: `input.not-found`; there is none, or it is not theirs to know of.
    """
    if subject:
        listed = visible(request, slug=subject)
        if name in listed.frameworks:
            return _brought(request, listed, name=name)
    try:
        return from_shelf(name)
    except InputError:
        for listed in judged_under(request, name=name):
            return _brought(request, listed, name=name)
        raise


def _brought(request: Request, listed: Listed, *, name: str) -> OnShelf:
    # Only a name that the workspace itself lists gets here: another one might be a path.
    other = None if name == listed.frameworks[0] else name
    return framework_of(context_of(request).workspace.open(listed.slug, framework=other))


def judged_under(request: Request, *, name: str) -> Iterator[Listed]:
    """Yield the subjects that are judged under a framework and that whoever asks may see."""
    return (one for one in subjects_of(request).found if name in one.frameworks)


def framework_url(name: str, *, anchor: str = "", subject: str = "") -> str:
    """Return the address of a framework's page, or of a clause on it.

    >>> framework_url("asl/reference-1", anchor="ASL-3/bio:wmdp-bio")
    '/frameworks/asl/reference-1#ASL-3/bio:wmdp-bio'
    """
    query = f"?{urlencode({'subject': subject})}" if subject else ""
    place = f"#{quote(anchor, safe='/:')}" if anchor else ""
    return f"/frameworks/{quote(name)}{query}{place}"


def subject_url(slug: str) -> str:
    """Return the address of a subject's page."""
    return f"/subjects/{quote(slug)}"


def check_name(name: str) -> str:
    """Return a name that a form gives, as long as a name can be.

    Raises:
        InputError: `input.type`; it is empty or far too long.
    """
    if not 0 < len(name) <= 200:
        raise InputError("input.type", "name a framework", hint="as `tierlock framework list` does")
    return name
