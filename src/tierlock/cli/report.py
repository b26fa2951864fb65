"""`tierlock report`: capability, safeguards and risk reports, each against its checklist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    action_of,
    at_option,
    framework_option,
    instant_of,
    project_option,
    talk,
    write_or_print,
)
from tierlock.core import InputError

if TYPE_CHECKING:
    from tierlock.report import Redaction, ReportKind

Style = Literal["html", "markdown", "json"]


_SAYS: Final[dict[ReportKind, str]] = {
    "capability": """What was found per threshold, how it was measured, and what follows.

    The contents are those of the Capability Report of Anthropic's RSP 2.x.
    """,
    "safeguards": """Which safeguards are owed, how each is shown, what is missing at which cost.

    The contents are those of the Safeguards Report of Anthropic's RSP 2.x.
    """,
    "risk": """Threat by threat what is known, what stands against it, and what people conclude.

    The contents are those of the Risk Report of Anthropic's RSP 3.x.
    """,
}


@click.group("report", context_settings=HELP)
def command() -> None:
    """Write a capability, safeguards or risk report, each against the list of what it must contain.

    What is missing is listed; nothing is written in its place. Exits 0 also then: the list is in
    the report, and on stderr.
    """


_OPTIONS: Final = (
    click.option("--subject", metavar="NAME", help="Refuse unless the project is about NAME."),
    click.option("--action", "name", metavar="NAME", help="Action instead of the project's."),
    click.option("--surface", metavar="NAME", help="Surface, such as `api`."),
    click.option("--audience", metavar="NAME", help="Audience, such as `general`."),
    click.option(
        "--written",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="What people wrote for items of the checklist (YAML).",
    ),
    click.option(
        "--redact",
        "parts",
        metavar="PART[=WHY]",
        multiple=True,
        help="Keep a section, threshold, safeguard or `people` back; a digest stays.",
    ),
    click.option(
        "--format",
        "style",
        type=click.Choice(["html", "markdown", "json"]),
        default="html",
        show_default=True,
    ),
    click.option(
        "--out",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="File to write; one that is there is replaced.  [default: stdout]",
    ),
)


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """Add what all three reports take, in the order that the help shows."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def _report(kind: ReportKind, says: str) -> click.Command:
    """Return the command that writes one kind of report."""

    @_options
    @project_option
    @framework_option
    @at_option
    def run(
        subject: str | None,
        name: str | None,
        surface: str | None,
        audience: str | None,
        written: Path | None,
        parts: tuple[str, ...],
        style: Style,
        out: Path | None,
        folder: Path,
        framework: str | None,
        at_text: str | None,
    ) -> None:
        from tierlock.report import complete_sentence, render_document
        from tierlock.usecases import load_project, report_document

        project = load_project(folder, framework=framework)
        if subject is not None and not project.subject.answers_to(subject):
            raise InputError(
                "input.subject",
                f"the project is about `{project.subject.name}`, not about `{subject}`",
                hint="name the project's folder with --project",
            )
        document = report_document(
            project,
            kind=kind,
            at=instant_of(at_text),
            action=action_of(name, surface=surface, audience=audience, default=project.action),
            written=written,
            redactions=tuple(map(_redaction, parts)),
        )
        write_or_print(render_document(document, style=style), out=out)
        talk(f"{document.title}: {complete_sentence(document)}")

    run.__doc__ = says
    return click.command(kind, context_settings=HELP)(run)


def _redaction(text: str) -> Redaction:
    from tierlock.report import Redaction

    part, given, why = text.partition("=")
    if not part or (given and not why.strip()):
        raise InputError(
            "report.redact",
            f"`{text}` is not PART or PART=WHY",
            hint="for example --redact 'evidence=public safety'",
        )
    return Redaction(part, why.strip()) if given else Redaction(part)


for _kind, _says in _SAYS.items():
    command.add_command(_report(_kind, _says))
