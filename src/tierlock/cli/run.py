"""`tierlock run`: the evaluations that the sealed plan promises, until each is settled."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, framework_option, quiet_option, talk, width
from tierlock.core import InputError

if TYPE_CHECKING:
    from tierlock.runners import Watcher
    from tierlock.usecases import Due, Project, TokenPrice


@click.command("run", context_settings=HELP)
@click.option(
    "--model",
    metavar="PROVIDER/NAME",
    help="Whom to ask, as Inspect names it.  [default: the one name in `known_as` with a provider]",
)
@click.option("--base-url", metavar="URL", help="Endpoint, where it is not the provider's own.")
@click.option(
    "-M",
    "--model-arg",
    "model_args",
    multiple=True,
    metavar="NAME=VALUE",
    help="Argument of the provider; repeatable.",
)
@click.option(
    "--slot", "slots", multiple=True, metavar="ID", help="Only this evaluation; repeatable."
)
@click.option(
    "--to-the-end",
    is_flag=True,
    help="Take every look, also where nothing can be ruled out any more.",
)
@click.option("--subject", metavar="NAME", help="Only go on if the project is about this subject.")
@click.option(
    "--project",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder of tierlock.yaml, or the file.  [default: here]",
)
@framework_option
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@quiet_option
def command(
    model: str | None,
    base_url: str | None,
    model_args: tuple[str, ...],
    slots: tuple[str, ...],
    to_the_end: bool,
    subject: str | None,
    folder: Path,
    framework: str | None,
    style: str,
    quiet: bool,
) -> None:
    """Run the evaluations that the sealed plan promises, and record what they show.

    Each run is registered before its first sample, and its evidence comes in when it ends. A slot
    with looks ends at the first look that settles it. After a crash the same command goes on where
    it broke off. Needs the extra `inspect`.

    Exits 0 when everything that is to be run is there, 4 when a run failed.
    """
    project = _project_of(folder, framework=framework, subject=subject)
    from tierlock.runners import Model, run_plan

    name = _model_of(project, named=model)
    done = run_plan(
        project,
        model=Model(name, base_url, dict(map(_argument, model_args))),
        watcher=_watcher(quiet=quiet, price=project.prices.get(name)),
        clock=lambda: datetime.now(UTC),
        only=slots,
        to_the_end=to_the_end,
    )
    code = 4 if any(slot.problem for slot in done) else 0
    from tierlock.report import render_assess_text, render_json, render_runs, render_runs_json
    from tierlock.usecases import ask, record, report_of, write_report

    answer = ask(project, at=datetime.now(UTC), action=project.action)
    record(project, answer=answer)
    report = report_of(project, answer=answer)
    html = write_report(project, report=report)
    if style == "json":
        data(render_runs_json(done, assessment=render_json(report), exit_code=code))
    else:
        data(render_runs(done, width=width()))
        data("\n" + render_assess_text(report, width=width(), color=color()))
        data(f"Report  {html}")
    raise click.exceptions.Exit(code)


def _project_of(folder: Path, *, framework: str | None, subject: str | None) -> Project:
    from tierlock.usecases import PROJECT_FILE, load_project

    if not folder.is_file() and not (folder / PROJECT_FILE).exists():
        raise InputError(
            "input.not-found",
            f"no `{PROJECT_FILE}` in `{folder}`",
            hint="tierlock init --framework NAME --subject NAME, then tierlock plan seal --all",
        )
    project = load_project(folder, framework=framework)
    if subject is not None and not project.subject.answers_to(subject):
        raise InputError(
            "input.subject", f"the project is about `{project.subject.name}`, not about `{subject}`"
        )
    return project


def _model_of(project: Project, *, named: str | None) -> str:
    if named is not None:
        return named
    names = [project.subject.name, *project.subject.known_as]
    with_provider = [name for name in dict.fromkeys(names) if "/" in name]
    if len(with_provider) != 1:
        raise InputError(
            "input.subject",
            f"`{project.subject.name}` has {len(with_provider)} names with a provider",
            hint="name the model: --model PROVIDER/NAME, and list it under `known_as`",
        )
    return with_provider[0]


def _argument(text: str) -> tuple[str, bool | int | float | str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise InputError("input.type", f"`{text}` is no NAME=VALUE")
    if value in {"true", "false"}:
        return name, value == "true"
    for kind in (int, float):
        try:
            return name, kind(value)
        except ValueError:
            continue
    return name, value


def _watcher(*, quiet: bool, price: TokenPrice | None) -> Watcher:
    from tierlock.runners import Watcher

    live = sys.stderr.isatty() and not quiet
    total = ""

    def begins(due: Due) -> None:
        nonlocal total
        total = f" of {len(due.items) * due.settings.epochs}" if due.items else ""
        if due.undeclared:
            kinds = ", ".join(due.undeclared)
            talk(f"note: {due.slot}: attempts that the {kinds} limit stops count as missing")
        if not quiet:
            what = f"{len(due.items)} samples" if due.items else "its samples"
            if due.clusters:
                what = f"{len(due.clusters)} clusters by {due.cluster_by}, {what}"
            variant = f", {due.variant}" if due.variant else ""
            talk(f"{due.slot}, run {due.number} of {due.of}: {what} of {due.task}{variant}")

    def goes_on(attempts: int, failed: int, came_in: int, came_out: int) -> None:
        if live:
            bad = f", {failed} failed" if failed else ""
            cost = f", ${price.usd(came_in=came_in, came_out=came_out):.2f}" if price else ""
            says = f"  {attempts}{total} attempts{bad}, {came_in + came_out:,} tokens{cost}"
            click.echo(f"\r{says:<79}", err=True, nl=False)

    def ends(line: str) -> None:
        if live:
            click.echo(f"\r{'':79}\r", err=True, nl=False)
        if not quiet:
            talk(f"  {line}")

    return Watcher(begins, goes_on, ends)
