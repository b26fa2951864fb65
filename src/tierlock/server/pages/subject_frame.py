"""What all pages of one subject share: their addresses, tabs, and how their content is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from tierlock.core import InputError, TierlockError
from tierlock.server.context import context_of, visible
from tierlock.server.rendering import environment, plain, show
from tierlock.usecases import Answers, Position, Project

TABS: Final = (
    ("", "Summary"),
    ("findings", "Findings"),
    ("safeguards", "Safeguards"),
    ("evidence", "Evidence"),
    ("timeline", "Timeline"),
    ("configuration", "Configuration"),
    ("reviews", "Reviews"),
)


class Place(NamedTuple):
    """A subject under one of its frameworks, and the addresses of its pages.

    Attributes:
        framework: the framework asked for; None is the subject's own.
        frameworks: those under which it is judged.
    """

    slug: str
    name: str
    framework: str | None
    frameworks: tuple[str, ...]

    def link(self, *parts: str | int, **query: str | int) -> str:
        """Return an address below the subject's, under the same framework.

        >>> Place("m", "M", None, ("f",)).link("findings", "ASL-3/bio", only="missing")
        '/subjects/m/findings/ASL-3/bio?only=missing'
        """
        path = "/".join(["/subjects", quote(self.slug), *(quote(str(part)) for part in parts)])
        asked = {"framework": self.framework} if self.framework else {}
        text = urlencode({**asked, **query})
        return f"{path}?{text}" if text else path

    def finding(self, path: str) -> str:
        """Return the address of a criterion by its path, `<threshold>:<criterion>`."""
        group, _, name = path.rpartition(":")
        return self.link("findings", *([group, name] if group else [name]))

    def under(self, framework: str) -> str:
        """Return the address of the subject's first page under another of its frameworks."""
        return self._replace(framework=self._own(framework)).link()

    def _own(self, framework: str) -> str | None:
        return None if framework == self.frameworks[0] else framework


class Made(NamedTuple):
    """What a page shows.

    Attributes:
        values: what its JSON twin shows.
        shown: what its template needs besides, such as charts.
    """

    values: Mapping[str, Any]
    shown: Mapping[str, Any] = {}


Make = Callable[[Project, Answers], Made]
Steps = Sequence[tuple[str, str]]


def place_of(request: Request, *, slug: str, framework: str | None) -> Place:
    """Return where a request is.

    Raises:
        InputError: `input.not-found`, there is no such subject that whoever asks may see, or it is
            not judged under that framework.
    """
    listed = visible(request, slug=slug)
    if framework is not None and framework not in listed.frameworks:
        # Only what the workspace lists: a name from an address never becomes a file's.
        raise InputError(
            "input.not-found",
            f"`{listed.slug}` is not judged under `{framework[:100]}`",
            hint=f"judged under {', '.join(listed.frameworks)}",
        )
    asked = None if framework == listed.frameworks[0] else framework
    return Place(listed.slug, listed.name, asked, listed.frameworks)


def kept_names(
    request: Request,
    *,
    place: Place,
    name: str,
    make: Callable[[Project, Answers], list[str]],
) -> frozenset[str] | None:
    """Return names that are listed once per state of the records; None where nothing can be said.

    Args:
        request: what was asked.
        place: whose.
        name: under which the list is kept.
        make: lists them.
    """
    context = context_of(request)

    def view(project: Project, answers: Answers) -> bytes:
        return json.dumps(make(project, answers)).encode()

    try:
        _, data = context.positions.view(
            place.slug, name=name, make=view, at=context.clock(), framework=place.framework
        )
    except TierlockError:
        return None
    return frozenset(json.loads(data))


def show_kept(
    request: Request,
    *,
    place: Place,
    name: str,
    template: str,
    make: Make,
    tab: str,
    title: str,
    steps: Steps = (),
) -> Response:
    """Return a page whose content is made once per state of the records, and kept.

    Args:
        request: what was asked.
        place: whose page.
        name: under which the content is kept; it names everything that the content depends on.
        template: makes the content of the values.
        make: returns the values from the answers.
        tab: which tab it belongs to.
        title: its title.
        steps: addresses and titles between the subject and this page.

    Raises:
        InputError: what `make` says.
    """
    context = context_of(request)
    at = context.clock()

    def view(project: Project, answers: Answers) -> bytes:
        made = make(project, answers)
        body = environment().get_template(template).render(place=place, **made.values, **made.shown)
        kept = {"values": plain(made.values), "body": body}
        return json.dumps(kept, ensure_ascii=False).encode("utf-8", "backslashreplace")

    try:
        position, data = context.positions.view(
            place.slug, name=name, make=view, at=at, framework=place.framework
        )
    except TierlockError:
        position = context.positions.of(place.slug, at=at, framework=place.framework)
        if not position.closed_by:
            raise
        return _show_closed(request, place=place, position=position, tab=tab)
    found = json.loads(data)
    return show_body(
        request,
        place=place,
        body=found["body"],
        twin={"position": position, **found["values"]} if tab == "" else found["values"],
        tab=tab,
        title=title,
        steps=steps,
    )


def show_made(
    request: Request,
    *,
    place: Place,
    template: str,
    made: Made,
    tab: str,
    title: str,
    steps: Steps = (),
    status: int = 200,
) -> Response:
    """Return a page whose content is made anew each time; see `show_kept`."""
    body = (
        environment()
        .get_template(template)
        .render(place=place, principal=request.state.principal, **made.values, **made.shown)
    )
    return show_body(
        request,
        place=place,
        body=body,
        twin=made.values,
        tab=tab,
        title=title,
        steps=steps,
        status=status,
    )


def show_body(
    request: Request,
    *,
    place: Place,
    body: str,
    twin: object,
    tab: str,
    title: str,
    steps: Steps = (),
    status: int = 200,
) -> Response:
    """Return a page of a subject around content that a template of this room made."""
    values = {
        "title": f"{title}: {place.name}" if title else place.name,
        "place": place,
        "body": body,
        "steps": _steps(place, tab=tab, title=title, between=steps),
        "tab_list": [(place.link(*([key] if key else [])), text, key == tab) for key, text in TABS],
        "charts": "data-chart" in body,
    }
    return show(request, template="subject.html", values=values, twin=twin, status=status)


def _steps(place: Place, *, tab: str, title: str, between: Steps) -> list[tuple[str, str]]:
    found = [("/", "Overview"), (place.link(), place.name)]
    named = dict(TABS)[tab]
    if tab and (between or title != named):
        found.append((place.link(tab), named))
    found += between
    return [*found, ("", title)] if title else [*found[:-1], ("", place.name)]


def _show_closed(request: Request, place: Place, *, position: Position, tab: str) -> Response:
    """Nothing can be said about it: the page says why, and that everything is closed."""
    made = Made({"closed_by": position.closed_by, "closed_code": position.closed_code})
    body = environment().get_template("subject_closed.html").render(place=place, **made.values)
    return show_body(request, place=place, body=body, twin=position, tab=tab, title=dict(TABS)[tab])
