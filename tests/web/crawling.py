"""Every page that links lead to, from the first page on."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import httpx
from starlette.routing import Match

from tierlock.server.app import PAGES, routes

EACH = 5
"""Pages of one kind that are opened: the others are made by the same code."""


class Reading(HTMLParser):
    """Finds the links and the places of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "a" and said.get("href"):
            self.links.append(str(said["href"]))
        if said.get("id"):
            self.places.add(str(said["id"]))


@dataclass(frozen=True)
class Crawl:
    """What was found.

    Attributes:
        by_route: name of a route -> addresses of its pages that were opened.
        broken: links that lead nowhere, with the page that has them.
    """

    by_route: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    broken: list[tuple[str, str, str]] = field(default_factory=list)


def page_routes() -> list[str]:
    """Return the name of every route that shows a page."""
    shown = {id(route) for router in PAGES for route in router.routes}
    return [one.name for one in routes() if id(one) in shown and "GET" in (one.methods or ())]


def route_of(path: str) -> str:
    """Return the name of the route behind a path; empty where there is none."""
    scope = {"type": "http", "method": "GET", "path": path}
    for route in routes():
        if route.matches(scope)[0] is Match.FULL:
            return route.name
    return ""


def crawl(start: str) -> Crawl:
    """Open everything that links lead to, a few pages of each kind."""
    found, waiting = Crawl(), deque([(f"{start}/", "")])
    asked: set[str] = set()
    read: dict[str, Reading] = {}
    targets: list[tuple[str, str, str]] = []
    host = urlsplit(start).netloc
    with httpx.Client(timeout=60, trust_env=False, follow_redirects=False) as client:
        while waiting:
            url, origin = waiting.popleft()
            path = urlsplit(url).path
            name = route_of(path)
            if path.startswith(("/static/", "/v1/")) or "format=json" in url or url in asked:
                continue
            asked.add(url)
            if name and len(found.by_route[name]) >= EACH:
                continue
            answer = client.get(url, headers={"accept": "text/html"})
            if answer.status_code != 200 or not name:
                found.broken.append((origin, url, str(answer.status_code)))
                continue
            found.by_route[name].append(url)
            if "text/html" not in answer.headers["content-type"]:
                continue
            read[url] = Reading(answer.text)
            for link in read[url].links:
                to, place = urldefrag(urljoin(url, link))
                if urlsplit(to).netloc == host:
                    waiting.append((to, url))
                    targets.append((url, to, unquote(place)))
    for origin, to, place in targets:
        if place and to in read and place not in read[to].places:
            found.broken.append((origin, to, f"no place #{place}"))
    return found
