"""`assess` under several frameworks: one body of evidence, one answer each, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tierlock.analysis import view_thresholds
from tierlock.core import Action, Crosswalk, Framework, Omission, digest
from tierlock.frameworks import get_framework, list_frameworks, read_crosswalk
from tierlock.importers import Imports
from tierlock.report import Side, SideBySide, render_side_by_side_html
from tierlock.usecases.assessing import check_dates, report_of, write_page, write_report
from tierlock.usecases.ingesting import ingest
from tierlock.usecases.project import Project
from tierlock.usecases.question import Answer, ask, record


class Compared(NamedTuple):
    """What `assess_side_by_side` found.

    Attributes:
        found: every value that a renderer needs.
        omissions: files and runs that were left out, with the reason.
        repeated: runs that were read before and count once.
        html: paths of the written reports, one per framework in the order asked.
        page: path of the written page that shows them side by side.
    """

    found: SideBySide
    omissions: tuple[Omission, ...]
    repeated: int
    html: tuple[Path, ...]
    page: Path


def assess_side_by_side(imports: Imports, *, projects: Sequence[Project], at: datetime) -> Compared:
    """Store what was imported once, and answer the project's question under each framework.

    Each framework judges by its own plan, slots and bounds, exactly as if it had been asked alone:
    all are asked before any answer is recorded. The action is decided under every framework that
    has it; where one does not, its side says so and has no decision.

    Args:
        imports: what the logs hold.
        projects: one project under two or more frameworks, from `under_each`.
        at: the instant of the question.

    Raises:
        InputError: evidence or a framework dated after `at`, or a store that can not be written.
        IntegrityError: a run id that is known with other content.

    >>> import tempfile
    >>> from datetime import UTC
    >>> from tierlock.core import Subject
    >>> from tierlock.usecases import bare_project, under_each
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     one = bare_project(
    ...         Path(folder), framework="asl/reference-1", subject=Subject(name="small")
    ...     )
    ...     both = under_each(one, also=["anthropic/rsp-2.2"])
    ...     nothing = Imports(evidence=(), omissions=(), files=0)
    ...     done = assess_side_by_side(nothing, projects=both, at=datetime(2026, 12, 1, tzinfo=UTC))
    >>> [(side.name, side.report.determination.label) for side in done.found.sides]
    [('asl/reference-1', 'ASL-5'), ('anthropic/rsp-2.2', 'ASL-4')]
    """
    first = projects[0]
    frameworks = [project.framework for project in projects]
    check_dates(imports, frameworks=frameworks, at=at)
    repeated = ingest(
        imports,
        store=first.store,
        framework=first.framework,
        subject=first.subject,
        also=frameworks[1:],
        keep_outputs=first.keep_outputs,
    )
    asked = [_ask(project, at=at) for project in projects]
    for project, (answer, _) in zip(projects, asked, strict=True):
        record(project, answer=answer)
    crosswalk = read_crosswalk()
    covered = _covered(projects, crosswalk=crosswalk)
    found = SideBySide(
        sides=tuple(
            Side(report=report_of(project, answer=answer), undecided=undecided)
            for project, (answer, undecided) in zip(projects, asked, strict=True)
        ),
        action=first.action,
        covered=covered,
        concepts=view_thresholds(crosswalk, frameworks=covered),
    )
    html = tuple(
        write_report(project, report=side.report, part=side.name)
        for project, side in zip(projects, found.sides, strict=True)
    )
    whole = render_side_by_side_html(found, reports=[path.name for path in html])
    page = write_page(first, page=whole, at=found.generated_at, part="side-by-side")
    return Compared(found, imports.omissions, repeated, html, page)


def _ask(project: Project, *, at: datetime) -> tuple[Answer, str]:
    """Return the answer, and why there is no decision where the framework can not be asked."""
    undecided = _foreign(project.action, framework=project.framework) if project.action else ""
    return ask(project, at=at, action=None if undecided else project.action), undecided


def _foreign(action: Action, *, framework: Framework) -> str:
    """Return what of an action a framework does not know; empty where it can be asked there.

    An action with another surface or audience is another question, which nobody asked.
    """
    rule = framework.actions.get(action.name)
    if rule is None:
        return f"no action of this name, `{action.name}`; it has {_named(framework.actions)}"
    for kind, value, known in (
        ("surface", action.surface, framework.surfaces),
        ("audience", action.audience, framework.audiences),
    ):
        if value is None and kind in rule.per:
            return f"its `{action.name}` asks for one {kind} of: {_named(known)}"
        if value is not None and value not in known:
            return f"no {kind} of this name, `{value}`; it has {_named(known)}"
    return ""


def _named(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _covered(projects: Sequence[Project], *, crosswalk: Crosswalk) -> tuple[str, ...]:
    """Return the names of those frameworks that the crosswalk speaks about.

    It compared the texts that come with Tierlock: a changed copy under the same name is another.
    """
    named = {item.framework for one in crosswalk.concepts.values() for item in one.items()}
    shipped = {entry.name for entry in list_frameworks()}
    return tuple(
        project.framework.name
        for project in projects
        if project.framework.name in named & shipped
        and digest(project.framework) == digest(get_framework(project.framework.name))
    )
