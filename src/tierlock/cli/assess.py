"""`tierlock assess`: logs in, level, margins, verdict and report out."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.output import (
    at_option,
    color,
    data,
    framework_option,
    instant_of,
    progress,
    quiet_option,
    talk,
    width,
)
from tierlock.core import Subject
from tierlock.report import EXIT_CODES, render_assess_text, render_json, render_markdown
from tierlock.usecases import (
    PROJECT_FILE,
    Assessed,
    Imports,
    Project,
    assess,
    bare_project,
    import_logs,
    load_project,
    subject_from,
)

DEFAULT_FRAMEWORK = "asl/reference-1"


@click.command("assess")
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--project",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of tierlock.yaml, or the file.  [default: here, if there is one]",
)
@framework_option
@click.option("--subject", metavar="NAME", help="What is judged, where there is no project file.")
@at_option
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
@click.option("--exit-code", is_flag=True, help="Exit as `gate` would: 0 ALLOW, 1 DENY, 10 HOLD.")
@quiet_option
def command(
    logs: tuple[Path, ...],
    folder: Path | None,
    framework: str | None,
    subject: str | None,
    at_text: str | None,
    style: str,
    exit_code: bool,
    quiet: bool,
) -> None:
    """Read evaluation LOGS (files or folders) and say what they show.

    Evidence is kept in the store (.tierlock) and keeps counting, also when a log is deleted. A
    self-contained HTML report is written there. Exits 0 when it could be computed.
    """
    at = instant_of(at_text)
    imports = import_logs(logs, progress=progress(quiet=quiet))
    project = _project(imports, folder=folder, framework=framework, subject=subject)
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
        _print_text(found)
    raise click.exceptions.Exit(code)


def _project(
    imports: Imports, *, folder: Path | None, framework: str | None, subject: str | None
) -> Project:
    """The project file's project; without a file, one made of options and logs."""
    here = folder or Path()
    if folder is not None or (here / PROJECT_FILE).exists():
        return load_project(here, framework=framework)
    judged = subject_from(imports) if subject is None else _named(imports, subject)
    return bare_project(here, framework=framework or DEFAULT_FRAMEWORK, subject=judged)


def _named(imports: Imports, name: str) -> Subject:
    """The subject by name; logs under one other name are declared to be about it."""
    names = {item.subject.name for item in imports.evidence}
    return Subject(name=name, known_as=tuple(sorted(names)) if len(names) == 1 else ())


def _print_text(found: Assessed) -> None:
    data(render_assess_text(found.report, width=width(), color=color()))
    if found.repeated:
        talk(f"{found.repeated} run(s) were read before and count once")
    for omission in found.omissions:
        talk(f"left out {omission.what}: {omission.says} [{omission.code}]")
    data(f"Report  {found.html}")
