"""`tierlock size`: how much evidence a bound asks for, before anything is measured."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import color, data, format_option, talk, width
from tierlock.core import InputError

_ENDINGS = (".svg", ".html")


@click.command("size", context_settings=HELP)
@click.argument("path", metavar="[THRESHOLD:CRITERION]", required=False)
@click.option("--framework", metavar="NAME|PATH", help="Framework that the criterion is in.")
@click.option("--bound", type=float, metavar="T", help="A bound by itself, without a framework.")
@click.option(
    "--alpha",
    type=float,
    default=0.05,
    show_default=True,
    help="Error allowed with --bound; a criterion has its own.",
)
@click.option("--rate", type=float, metavar="P", help="One more true value to plan for.")
@click.option(
    "--power", type=float, default=0.8, show_default=True, help="Probability of a rule-out."
)
@click.option("--units", type=click.IntRange(1), help="Say also what so many resolve at --rate.")
@click.option(
    "--clusters-of",
    "items",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="M",
    help="Tasks in each independent unit.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="K",
    help="Attempts at each task.",
)
@click.option(
    "--icc",
    type=click.FloatRange(0, 1),
    metavar="R",
    help="Correlation of two attempts at one unit.  [default: 1, copies]",
)
@click.option(
    "--task-icc",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    metavar="R",
    help="The same at one task, given its unit; with --clusters-of.",
)
@click.option("--control", type=float, metavar="M", help="Trials: mean of the control arm.")
@click.option(
    "--spread", type=float, metavar="SD", help="Trials: standard deviation between participants."
)
@click.option(
    "--chart",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a chart to this .svg or .html file.",
)
@format_option
def command(
    path: str | None,
    framework: str | None,
    bound: float | None,
    alpha: float,
    rate: float | None,
    power: float,
    units: int | None,
    items: int,
    epochs: int,
    icc: float | None,
    task_icc: float,
    control: float | None,
    spread: float | None,
    chart: Path | None,
    style: str,
) -> None:
    """Say how many tasks, participants, experts or hours rule a bound out.

    For a criterion of a framework, with the error that is left to it after checkpoints and
    connectives, or for a --bound by itself. The answer is a table over true values: how far a
    subject is from the bound decides how much evidence shows it.
    """
    from tierlock.report import (
        render_size_html,
        render_size_json,
        render_size_svg,
        render_size_text,
    )
    from tierlock.usecases import size

    if chart is not None and chart.suffix not in _ENDINGS:
        raise InputError("input.type", f"`{chart.name}` does not end in {' or '.join(_ENDINGS)}")
    found = size(
        path,
        framework=framework,
        bound=bound,
        alpha=alpha,
        power=power,
        rate=rate,
        units=units,
        items=items,
        epochs=epochs,
        icc=icc,
        item_icc=task_icc,
        control=control,
        spread=spread,
        curve=chart is not None,
    )
    if chart is not None:
        drawn = render_size_html(found) if chart.suffix == ".html" else render_size_svg(found)
        if not drawn:
            raise InputError("input.type", "there are no sizes to draw")
        _write(chart, drawn)
    if style == "json":
        data(render_size_json(found))
    else:
        data(render_size_text(found, width=width(), color=color()))


def _write(path: Path, text: str) -> None:
    """Write a file.

    Raises:
        InputError: it can not be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{path}`: {reason}") from None
    talk(f"wrote {path}")
