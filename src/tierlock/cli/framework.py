"""`tierlock framework`: the frameworks that are shipped, and those that people write."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import data
from tierlock.core import Framework, Measured, leaves
from tierlock.frameworks import check_framework, get_framework, list_frameworks


@click.group("framework", context_settings=HELP)
def command() -> None:
    """List, show and check frameworks."""


@command.command("list", context_settings=HELP)
def list_() -> None:
    """List the shipped frameworks with their digests."""
    for entry in list_frameworks():
        data(f"{entry.name}  {entry.title}  {entry.sha256[:19]}")


@command.command("show", context_settings=HELP)
@click.argument("name")
def show(name: str) -> None:
    """Print a framework: thresholds with bounds and whose they are, and what they oblige."""
    data("\n".join(_lines(get_framework(name))))


@command.command("check", context_settings=HELP)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(path: Path) -> None:
    """Check a framework file; every problem with line and column. Exits 4 if there is one."""
    problems = check_framework(path.read_bytes(), name=str(path))
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise click.exceptions.Exit(4)
    data(f"{path}: no problems")


def _lines(framework: Framework) -> list[str]:
    lines = [f"{framework.name}  {framework.title} ({framework.publisher})"]
    lines.append(f"  effective {framework.effective}, precaution {framework.precaution}")
    lines.append(f"  baseline {', '.join(framework.baseline)}")
    for name, threshold in framework.thresholds.items():
        lines += ["", f"{name} ({threshold.domain}, {threshold.tier}): {threshold.says}"]
        lines.append(f"  obliges {', '.join(threshold.obliges) or 'nothing'}")
        for leaf in leaves(threshold.crossed_if):
            if isinstance(leaf, Measured):
                way = "below" if leaf.higher_is_worse else "above"
                bound = f"ruled out {way} {leaf.rule_out_bound:g} ({leaf.basis})"
                lines.append(f"  {leaf.name}: {bound}")
            else:
                lines.append(f"  {leaf.name}: {leaf.says}")
    for name, standard in framework.standards.items():
        lines += ["", f"{name} ({standard.kind}): {standard.title}"]
        if standard.undefined:
            lines.append("  undefined: nobody can meet it")
        lines += [f"  {key}: {line.says}" for key, line in standard.criteria.items()]
    return lines
