"""`tierlock demo`: the story of a first release, told on the terminal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from textwrap import fill

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, width
from tierlock.core import InputError, format_instant
from tierlock.report import render_assess_text, render_gate_text, render_verify_text
from tierlock.usecases import Caught, Played, catch_rewritten_log, play

_REWRITTEN = (
    "The answer goes to an outsider as one file, sealed by the lab, and the raw logs go with it. "
    "On the way somebody rewrites one score in one of them. The outsider recomputes everything, "
    "offline, and sees in which run, which sample and which numbers."
)


@click.command("demo", context_settings=HELP)
@click.argument("folder", type=click.Path(), default="tierlock-demo")
@click.option("--format", "style", type=click.Choice(["text", "json"]), help="Only for `record`.")
def command(folder: str, style: str | None) -> None:
    """Tell the story of a first release in FOLDER: ALLOW, HOLD, ALLOW with a condition, DENY.

    At the end somebody rewrites one score in a raw log, and an outsider's check notices.

    The logs were written by Inspect from a real small language model and come with the package;
    nothing is downloaded. The claims in the story are examples.

    With the word `record` for FOLDER, no story: numbers that developers published about known
    models, beside their bars, what the data can show, and what was stated; `./record` is a folder.
    """
    if folder == "record":
        _show_record(style or "text")
    elif style is not None:
        raise click.UsageError("`--format` belongs to `tierlock demo record`")
    else:
        _play(Path(folder))


def _show_record(style: str) -> None:
    from tierlock.report import render_record_json, render_record_text
    from tierlock.usecases import compare_record

    models = compare_record()
    if style == "json":
        data(render_record_json(models))
    else:
        data(render_record_text(models, width=width(), color=color()))


def _play(folder: Path) -> None:
    played = []
    for number, scene in enumerate(play(folder), start=1):
        played.append(scene)
        _tell(number, scene)
    last = played[-1].act.at
    caught = catch_rewritten_log(folder, at=last)
    _tell_caught(len(played) + 1, caught, at=last)
    data("\nReports, one per act:")
    for number, scene in enumerate(played, start=1):
        data(f"  {number}  {_verdict(scene):5}  {scene.html}")
    when = format_instant(last)
    data(f"\nLook further:\n  tierlock explain --project {folder} --at {when}")
    data(f"  {_command(caught)} --at {when}")


def _tell_caught(number: int, caught: Caught, *, at: datetime) -> None:
    data(f"\n{'=' * width()}")
    data(f"Act {number}: A rewritten log  ({at.date()})")
    data(fill(_REWRITTEN, width=width()))
    data(f"\n$ tierlock bundle {caught.bundle} --key {caught.bundle.parent}/lab.pem")
    data(f"\n$ {_command(caught)}")
    data(render_verify_text(caught.report, width=width(), color=color(), brief=True))


def _command(caught: Caught) -> str:
    return f"tierlock verify {caught.bundle} --trust {caught.trust} --logs {caught.logs}"


def _verdict(scene: Played) -> str:
    return scene.report.decision.verdict.value if scene.report.decision else ""


def _tell(number: int, scene: Played) -> None:
    act, report = scene.act, scene.report
    data(f"\n{'=' * width()}")
    data(f"Act {number}: {act.title}  ({act.at.date()})")
    data(fill(act.says, width=width()))
    for model in report.mock_models:
        data(f"! {model} is Inspect's mock model: its answers are made up")
    if act.logs is not None:
        data(f"\n$ tierlock assess {act.logs}")
        data(render_assess_text(report, width=width(), color=color()))
    if report.decision is None:
        raise InputError("input.action", "the demo's project asks for no action")
    action = report.decision.action
    asked = f"--action {action.name} --surface {action.surface} --audience {action.audience}"
    data(f"\n$ tierlock gate {asked}")
    data(
        render_gate_text(
            report.decision,
            explanation=report.explanation,
            framework=report.framework,
            width=width(),
            color=color(),
        )
    )
