"""`tierlock plan`: promises about runs, sealed before they start."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import at_option, data, framework_option, instant_of, project_option
from tierlock.core import InputError, digest, format_instant
from tierlock.usecases import load_project, seal_plan


@click.group("plan", context_settings=HELP)
def command() -> None:
    """Promise, before looking, which runs will count."""


@command.command("seal", context_settings=HELP)
@click.option("--slot", "slots", multiple=True, metavar="ID", help="Evaluation; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Every evaluation of the framework.")
@click.option(
    "--runs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="How many runs of each slot count.",
)
@click.option(
    "--inherit",
    "inherited",
    multiple=True,
    metavar="ID",
    help="Evaluation whose finding is inherited from the parent; repeatable.",
)
@project_option
@framework_option
@at_option
def seal(
    slots: tuple[str, ...],
    everything: bool,
    runs: int,
    inherited: tuple[str, ...],
    folder: Path,
    framework: str | None,
    at_text: str | None,
) -> None:
    """Seal a plan: runs that start from now on count, and every promised run is owed.

    Sealing again supersedes the plan; the runs that it promised stay owed.
    """
    project = load_project(folder, framework=framework)
    at = instant_of(at_text)
    if at > datetime.now(UTC):
        raise InputError(
            "input.future", f"`{at_text}` has not come yet", hint="a plan is sealed when it is made"
        )
    names = tuple(project.framework.evaluations) if everything else slots
    plan = seal_plan(
        project,
        slots=names,
        at=at,
        runs=runs,
        inherited=inherited,
    )
    data(f"sealed {digest(plan)} at {format_instant(plan.sealed_at)} (time: self-asserted)")
    if plan.declared == "after":
        data("declared: after, because runs of these slots were in the store already")
    for slot in plan.slots:
        tasks = ", ".join(project.framework.evaluations[slot.slot].tasks)
        data(f"  {slot.slot}: {slot.runs} run(s) of {tasks}, {slot.source}")
    if plan.supersedes is not None:
        data(f"supersedes {plan.supersedes}; the runs it promised stay owed")
