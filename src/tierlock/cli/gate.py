"""`tierlock gate`: one action, one answer, one exit code."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    action_of,
    at_option,
    color,
    data,
    framework_option,
    instant_of,
    project_option,
    talk,
    tell_hook_errors,
    width,
)
from tierlock.cli.unmeasured import tell_unmeasured
from tierlock.core import Decision, InputError, Verdict
from tierlock.report import (
    EXIT_CODES,
    render_gate_all_json,
    render_gate_all_text,
    render_gate_markdown,
    render_gate_text,
    render_github,
    render_json,
    render_junit,
    render_sarif,
)
from tierlock.usecases import (
    Answer,
    Project,
    ask,
    ask_all,
    load_project,
    mock_models,
    record,
    record_all,
)

FORMATS = ("text", "json", "markdown", "junit", "sarif", "github")
ALL_FORMATS = ("text", "json")


@click.command("gate", context_settings=HELP)
@click.option("--action", "name", metavar="NAME", help="Action to ask for.  [default: project's]")
@click.option("--surface", metavar="NAME", help="Surface, such as `api`.")
@click.option("--audience", metavar="NAME", help="Audience, such as `general`.")
@click.option("--all", "every", is_flag=True, help="Ask for every action; ALLOW only if all are.")
@project_option
@framework_option
@at_option
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--advisory", is_flag=True, help="Report and exit 0, for roll-out; permits nothing.")
def command(
    name: str | None,
    surface: str | None,
    audience: str | None,
    every: bool,
    folder: Path,
    framework: str | None,
    at_text: str | None,
    style: str,
    advisory: bool,
) -> None:
    """Answer whether an action may happen, from everything in the store.

    Exits 0 for ALLOW, 1 for DENY, 10 for HOLD, the same in every format. Only 0 is permission.
    """
    project = load_project(folder, framework=framework)
    tell_hook_errors(project.store.folder)
    if every:
        if name or surface or audience or style not in ALL_FORMATS:
            shown = " and ".join(ALL_FORMATS)
            raise InputError(
                "input.action",
                f"`--all` asks for every action, and answers as {shown}",
                hint="leave out --action, --surface, --audience and other formats",
            )
        _answer_all(project, at=instant_of(at_text), style=style, advisory=advisory)
    action = action_of(name, surface=surface, audience=audience, default=project.action)
    if action is None:
        known = ", ".join(project.framework.actions)
        raise InputError("input.action", "no action was asked", hint=f"--action, one of: {known}")
    answer = ask(project, at=instant_of(at_text), action=action)
    record(project, answer=answer)
    if answer.decision is None:
        raise InputError("input.action", "no action was asked")
    code = 0 if advisory else EXIT_CODES[answer.decision.verdict]
    _tell_unheard(answer)
    tell_unmeasured(project)
    data(_render(style, answer, answer.decision, project, code))
    if advisory:
        talk(f"advisory: {answer.decision.verdict} was not enforced")
    raise click.exceptions.Exit(code)


def _tell_unheard(answer: Answer) -> None:
    """Say which signatures do not count: somebody believes that they signed."""
    unheard = Counter(
        one.why for one in answer.stated.signed if one.code and one.kind != "negative"
    )
    for why, count in unheard.items():
        talk(f"{count} signed statement(s) do not count: {why}; see tierlock signatures")


def _answer_all(project: Project, *, at: datetime, style: str, advisory: bool) -> NoReturn:
    """Print every answer and exit with the worst of them."""
    found = ask_all(project, at=at)
    record_all(project, answers=found)
    _tell_unheard(found.answer)
    tell_unmeasured(project)
    verdicts = {answer.verdict for answer in found.decisions.values()}
    # DENY outranks HOLD; no action at all is no permission.
    worst = next((v for v in (Verdict.DENY, Verdict.HOLD) if v in verdicts), Verdict.ALLOW)
    verdict = worst if verdicts else Verdict.HOLD
    code = 0 if advisory else EXIT_CODES[verdict]
    if style == "json":
        data(render_gate_all_json(found.decisions, exit_code=code))
    else:
        data(
            render_gate_all_text(
                found.decisions,
                framework=project.framework,
                not_asked=found.not_asked,
                width=width(),
                color=color(),
            )
        )
    if advisory:
        talk(f"advisory: {verdict} was not enforced")
    raise click.exceptions.Exit(code)


def _render(style: str, answer: Answer, decision: Decision, project: Project, code: int) -> str:
    explanation, framework = answer.explanation, project.framework
    if style == "json":
        return render_json(
            decision,
            determination=answer.determination,
            explanation=explanation,
            exit_code=code,
        )
    if style == "markdown":
        return render_gate_markdown(decision, explanation=explanation, framework=framework)
    if style == "junit":
        return render_junit(decision, determination=answer.determination, framework=framework)
    if style == "sarif":
        return render_sarif(decision)
    if style == "github":
        return render_github(decision, explanation=explanation, framework=framework)
    return render_gate_text(
        decision,
        explanation=explanation,
        framework=framework,
        width=width(),
        color=color(),
        mock_models=mock_models(answer.evidence),
    )
