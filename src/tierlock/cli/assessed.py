"""What `tierlock assess` does once the logs are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tierlock.cli.assess import DEFAULT_FRAMEWORK
from tierlock.cli.output import color, data, talk, tell_hook_errors, width
from tierlock.core import InputError, Subject, printable
from tierlock.importers import Imports
from tierlock.report import EXIT_CODES, render_assess_text, render_json, render_markdown
from tierlock.usecases import (
    PROJECT_FILE,
    Assessed,
    Project,
    assess,
    bare_project,
    load_project,
    subject_from,
)

if TYPE_CHECKING:
    from tierlock.usecases import Compared


def answer(imports: Imports, *, project: Project, at: datetime, style: str, exit_code: bool) -> int:
    """Assess what was read, print what it shows, and return the exit code.

    Args:
        imports: what the logs hold.
        project: what is asked, about whom.
        at: the instant of the question.
        style: `text`, `json` or `markdown`.
        exit_code: whether to exit as `gate` would; else 0 when it could be computed.
    """
    found = assess(imports, project=project, at=at)
    code = 0
    if exit_code:
        verdict = found.report.decision.verdict if found.report.decision else None
        code = 10 if verdict is None else EXIT_CODES[verdict]
    if style == "json":
        data(render_json(found.report, exit_code=code))
    elif style == "markdown":
        data(render_markdown(found.report))
    else:
        data(render_assess_text(found.report, width=width(), color=color()))
        data(f"Report  {found.html}")
    _tell(found)
    tell_hook_errors(project.store.folder)
    return code


def answer_each(
    imports: Imports,
    *,
    project: Project,
    names: Sequence[str],
    at: datetime,
    style: str,
    exit_code: bool,
) -> int:
    """Assess what was read under several frameworks, print them together, return the exit code.

    Args:
        imports: what the logs hold.
        project: what is asked, about whom, under the first framework.
        names: the frameworks as they were named, the first included.
        at: the instant of the question.
        style: `text`, `json` or `markdown`.
        exit_code: whether to exit with the worst of all answers; else 0 when it could be computed.
    """
    # One framework is the rule, and a comparison of frameworks loads much that it does not need.
    from tierlock.report import (
        render_side_by_side_json,
        render_side_by_side_markdown,
        render_side_by_side_text,
    )
    from tierlock.usecases import assess_side_by_side, under_each

    projects = under_each(project, also=names[1:])
    done = assess_side_by_side(imports, projects=projects, at=at)
    code = done.found.exit_code if exit_code else 0
    if style == "json":
        data(render_side_by_side_json(done.found, exit_code=code))
    elif style == "markdown":
        data(render_side_by_side_markdown(done.found))
    else:
        data(render_side_by_side_text(done.found, width=width(), color=color()))
        data(_where(done, names=names, project=project))
    _tell(done)
    tell_hook_errors(project.store.folder)
    return code


def _where(done: Compared, *, names: Sequence[str], project: Project) -> str:
    """Return where each framework's detail is: its report, and the commands that go deeper."""
    letters = tuple(done.found.letters.values())
    lines = ["", "Reports"]
    rows = [*zip(letters, done.html, strict=True), ("all", done.page)]
    lines += [f"  {sign:3}  {path}" for sign, path in rows]
    lines += ["Commands"]
    lines += [f"  {command}" for command in _commands(done, names, project)]
    return "\n".join(printable(line) for line in lines)


def _commands(done: Compared, names: Sequence[str], project: Project) -> Iterator[str]:
    found, sides = done.found, list(zip(names, done.found.sides, strict=True))
    where = "" if project.root == Path() else f" --project {project.root}"
    if not (project.root / PROJECT_FILE).exists():
        yield f"tierlock assess LOGS --framework {names[0]}"
    else:
        yield f"tierlock explain --framework {names[0]}{where}"
        for name in [name for name, side in sides if side.undecided][:1]:
            yield f"tierlock gate --framework {name} --action NAME{where}"
    if len(found.covered) > 1:
        yield f"tierlock crosswalk {found.covered[0]} {found.covered[1]}"


def project_of(
    imports: Imports, *, folder: Path | None, framework: str | None, subject: str | None
) -> Project:
    """Return the project file's project; without a file, one made of options and logs."""
    here = folder or Path()
    if folder is not None or (here / PROJECT_FILE).exists():
        project = load_project(here, framework=framework)
        if subject is not None and not project.subject.answers_to(subject):
            raise InputError(
                "input.subject",
                f"the project is about `{project.subject.name}`, not about `{subject}`",
                hint="--subject is for folders without a project file",
            )
        return project
    judged = subject_from(imports) if subject is None else _named(imports, subject)
    return bare_project(here, framework=framework or DEFAULT_FRAMEWORK, subject=judged)


def _named(imports: Imports, name: str) -> Subject:
    """The subject by name; logs under one other name are declared to be about it."""
    names = imports.subjects
    return Subject(name=name, known_as=tuple(sorted(names)) if len(names) == 1 else ())


def _tell(found: Assessed | Compared) -> None:
    """Say in every format what was left out: nothing is passed over in silence."""
    if found.repeated:
        talk(f"{found.repeated} run(s) were read before and count once")
    for omission in found.omissions:
        talk(f"left out {omission.what}: {omission.says} [{omission.code}]")
