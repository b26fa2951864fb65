"""What `tierlock assess` does once the logs are read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tierlock.cli.assess import DEFAULT_FRAMEWORK
from tierlock.cli.output import color, data, talk, width
from tierlock.core import InputError, Subject
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
    return code


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
    names = {item.subject.name for item in imports.evidence}
    return Subject(name=name, known_as=tuple(sorted(names)) if len(names) == 1 else ())


def _tell(found: Assessed) -> None:
    """Say in every format what was left out: nothing is passed over in silence."""
    if found.repeated:
        talk(f"{found.repeated} run(s) were read before and count once")
    for omission in found.omissions:
        talk(f"left out {omission.what}: {omission.says} [{omission.code}]")
