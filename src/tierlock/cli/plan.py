"""`tierlock plan`: promises about runs, sealed before they start."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    at_option,
    data,
    format_option,
    framework_option,
    instant_of,
    project_option,
    width,
)
from tierlock.core import InputError, Looks, digest, format_instant
from tierlock.policy import planned_rules
from tierlock.report import render_looks, render_plan_status, render_plan_status_json
from tierlock.usecases import (
    entry_of,
    load_project,
    plan_status,
    planned_items,
    read_items,
    seal_plan,
    start_run,
)


@click.group("plan", context_settings=HELP)
def command() -> None:
    """Promise, before looking, which runs will count."""


@command.command("seal", context_settings=HELP)
@click.option("--slot", "slots", multiple=True, metavar="ID", help="Evaluation; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Every evaluation of the framework.")
@click.option(
    "--runs",
    type=click.IntRange(1),
    help="How many runs of each slot count.  [default: 1, or one per look]",
)
@click.option(
    "--inherit",
    "inherited",
    multiple=True,
    metavar="ID",
    help="Evaluation whose finding is inherited from the parent; repeatable.",
)
@click.option(
    "--looks",
    "looks_text",
    metavar="N,N,...",
    help="Settle early if possible: independent clusters after each run; one run per look.",
)
@click.option(
    "--design",
    type=click.Choice(["group_sequential", "e_process", "betting"]),
    default="group_sequential",
    show_default=True,
    help="What keeps the error over all looks; `betting` is for scores in between.",
)
@click.option(
    "--items",
    "items_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Ids of all samples (or clusters) that the looks draw from, one a line.",
)
@click.option("--planned-value", type=float, metavar="P", help="True value the looks count on.")
@project_option
@framework_option
@at_option
def seal(
    slots: tuple[str, ...],
    everything: bool,
    runs: int | None,
    inherited: tuple[str, ...],
    looks_text: str | None,
    design: Literal["group_sequential", "e_process", "betting"],
    items_file: Path | None,
    planned_value: float | None,
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
    looks = None
    if looks_text is not None:
        if runs is not None:
            raise InputError("input.type", "--looks says how many runs there are; leave --runs out")
        if planned_value is not None and not math.isfinite(planned_value):
            raise InputError("input.type", f"`{planned_value}` is no value to plan for")
        clusters = _numbers(looks_text)
        items = read_items(items_file, least=clusters[-1])
        looks = Looks(kind=design, clusters=clusters, items=items, planned=planned_value)
    elif items_file is not None:
        raise InputError("input.type", "--items are what --looks draw from; there are none")
    names = tuple(project.framework.evaluations) if everything else slots
    plan = seal_plan(
        project,
        slots=names,
        at=at,
        runs=runs or 1,
        inherited=inherited,
        looks=looks,
    )
    data(f"sealed {digest(plan)} at {format_instant(plan.sealed_at)} (time: self-asserted)")
    entry = entry_of(project, record=plan)
    if entry is not None:
        data(f"entry {entry.index} of the ledger; it counts from there")
    if plan.declared == "after":
        data("declared: after, because runs of these slots were in the store already")
    for slot in plan.slots:
        tasks = ", ".join(project.framework.evaluations[slot.slot].tasks)
        data(f"  {slot.slot}: {slot.runs} run(s) of {tasks}, {slot.source}")
        if slot.looks is not None:
            by = project.framework.evaluations[slot.slot].cluster_by or slot.cluster_by
            what = f"clusters by {by}" if by else "samples"
            draws = f"{what} drawn from {len(slot.looks.items)}"
            data(f"    {draws}; `tierlock plan items --slot {slot.slot}` prints them")
            if by and slot.looks.kind != "betting":
                data("    each cluster must be one yes or no; of several samples: --design betting")
    for line in render_looks(planned_rules(project.framework, plan=plan), width=width()):
        data(line)
    if plan.supersedes is not None:
        data(f"supersedes {plan.supersedes}; the runs it promised stay owed")


@command.command("items", context_settings=HELP)
@click.option("--slot", required=True, metavar="ID", help="Evaluation that the plan looks at.")
@click.option(
    "--look", type=click.IntRange(1), metavar="N", help="Only the run before this look.  [all]"
)
@project_option
@framework_option
def items(slot: str, look: int | None, folder: Path, framework: str | None) -> None:
    """Print which samples the next runs hold, one a line, as the sealed plan drew them.

    Run exactly these. A look at others settles nothing: easy samples first would look safe early.
    """
    for name in planned_items(load_project(folder, framework=framework), slot=slot, look=look):
        data(name)


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers of a list such as `40,80,120`, rising."""
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or numbers[0] < 1 or list(numbers) != sorted(set(numbers)):
        raise InputError(
            "input.type",
            f"`{text}` is no rising list of cluster counts",
            hint="for example --looks 40,80,120",
        )
    return numbers


@command.command("start", context_settings=HELP)
@click.argument("run_id", metavar="RUN")
@click.option("--slot", required=True, metavar="ID", help="Evaluation that the run is of.")
@click.option(
    "--model",
    metavar="NAME",
    help="How the log will call the model.  [default: the one name in `known_as`, if there is one]",
)
@project_option
@framework_option
@at_option
def start(
    run_id: str,
    slot: str,
    model: str | None,
    folder: Path,
    framework: str | None,
    at_text: str | None,
) -> None:
    """Register that a run has started: from now on its log is owed.

    RUN is the id that the log will carry, for Inspect its `eval_id`. Call it before the first
    sample, for every run: one whose log never comes then shows.
    """
    project = load_project(folder, framework=framework)
    run = start_run(project, run_id=run_id, slot=slot, at=instant_of(at_text), model=model)
    data(f"{run.run_id} of {run.slot}, started {format_instant(run.started_at)}: its log is owed")


@command.command("status", context_settings=HELP)
@project_option
@framework_option
@at_option
@format_option
def status(folder: Path, framework: str | None, at_text: str | None, style: str) -> None:
    """Show every plan, from when it counts, and every run, with what is owed."""
    project = load_project(folder, framework=framework)
    found = plan_status(project, at=instant_of(at_text))
    if style == "json":
        data(render_plan_status_json(found))
    else:
        data(render_plan_status(found, width=width()))
