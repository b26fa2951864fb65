"""`tierlock prompt`: the history of how a model is used."""

from __future__ import annotations

from pathlib import Path

import click

from tierlock.cli.context import HELP
from tierlock.cli.output import (
    at_option,
    color,
    data,
    format_option,
    instant_of,
    progress,
    project_option,
    quiet_option,
    talk,
    width,
)
from tierlock.cli.places import PlaceType
from tierlock.cli.revealing import ask_of, reveal_options
from tierlock.importers import Place

author_option = click.option(
    "--as", "author", metavar="NAME", required=True, help="Who does it; kept with the version."
)
note_option = click.option("--note", metavar="TEXT", default="", help="Why; kept with it.")


@click.group("prompt", context_settings=HELP)
def command() -> None:
    """Keep versions of system prompt, scaffold, tools and sampling; name the one in use.

    Versions are read from Inspect logs, or added from a file. With `elicitation: label:NAME` in
    tierlock.yaml the label says how the subject is used: to give it to another version is a change
    of the subject.
    """


@command.command("log", context_settings=HELP)
@project_option
@format_option
def log(folder: Path, style: str) -> None:
    """List every version: its runs, labels and authors, and what it changed."""
    from tierlock.report import render_prompt_log, render_prompt_log_json
    from tierlock.usecases import load_project, read_history

    history = read_history(load_project(folder, unlabelled=True))
    if style == "json":
        data(render_prompt_log_json(history))
    else:
        data(render_prompt_log(history, width=width(), color=color()))


@command.command("show", context_settings=HELP)
@click.argument("version", metavar="VERSION")
@reveal_options
@project_option
@format_option
def show(
    version: str,
    reveal: bool,
    reason: str,
    who: str,
    folder: Path,
    style: str,
) -> None:
    """Show one version: a label, a digest or the beginning of one."""
    from tierlock.report import render_prompt_show, render_prompt_show_json
    from tierlock.usecases import load_project, may_show, pick, read_history

    project = load_project(folder, unlabelled=True)
    row = pick(read_history(project), project=project, name=version)
    ask = ask_of(reveal=reveal, reason=reason, who=who)
    shown = may_show(project, rows=[row], at=instant_of(None), ask=ask)
    if style == "json":
        data(render_prompt_show_json(row, shown=shown))
    else:
        data(render_prompt_show(row, shown=shown, width=width(), color=color()))


@command.command("diff", context_settings=HELP)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@reveal_options
@project_option
@format_option
def diff(
    old: str,
    new: str,
    reveal: bool,
    reason: str,
    who: str,
    folder: Path,
    style: str,
) -> None:
    """Show what changed from one version to another, setting by setting."""
    from tierlock.report import render_prompt_diff, render_prompt_diff_json
    from tierlock.usecases import load_project, may_show, pick, read_history

    project = load_project(folder, unlabelled=True)
    history = read_history(project)
    before, after = (pick(history, project=project, name=name) for name in (old, new))
    ask = ask_of(reveal=reveal, reason=reason, who=who)
    shown = may_show(project, rows=[before, after], at=instant_of(None), ask=ask)
    if style == "json":
        data(render_prompt_diff_json(before, new=after, shown=shown))
    else:
        text = render_prompt_diff(before, new=after, shown=shown, width=width(), color=color())
        data(text)


@command.command("import", context_settings=HELP)
@click.argument("logs", nargs=-1, required=True, type=PlaceType())
@project_option
@quiet_option
def import_(logs: tuple[Place, ...], folder: Path, quiet: bool) -> None:
    """Read versions from Inspect logs, every attempt of them, and record no evidence."""
    from tierlock.importers import import_logs
    from tierlock.usecases import import_configurations, load_project

    project = load_project(folder, unlabelled=True)
    imports = import_logs(logs, progress=progress(quiet=quiet))
    count = import_configurations(imports, project=project)
    runs = "1 run" if count == 1 else f"{count} runs"
    talk(f"{runs} new to the history; see tierlock prompt log")


@command.command("add", context_settings=HELP)
@click.argument("file", type=click.Path(path_type=Path))
@author_option
@note_option
@project_option
@at_option
def add(file: Path, author: str, note: str, folder: Path, at_text: str | None) -> None:
    """Add a version from FILE: a system prompt as text, or YAML with several sections."""
    from tierlock.usecases import add_version, load_project

    project = load_project(folder, unlabelled=True)
    done = add_version(project, file=file, author=author, at=instant_of(at_text), says=note)
    data(done.versions[0])


@command.command("label", context_settings=HELP)
@click.argument("label", metavar="LABEL")
@click.argument("versions", metavar="VERSION...", nargs=-1, required=True)
@author_option
@note_option
@project_option
@at_option
def label(
    label: str,
    versions: tuple[str, ...],
    author: str,
    note: str,
    folder: Path,
    at_text: str | None,
) -> None:
    """Give LABEL to one version, or to several that are in use side by side.

    It is appended to the ledger. Where the subject is used as LABEL says, evidence of what it named
    before does not speak for it any more.
    """
    from tierlock.usecases import label_versions, load_project

    project = load_project(folder, unlabelled=True)
    done = label_versions(
        project,
        label=label,
        versions=versions,
        author=author,
        at=instant_of(at_text),
        says=note,
    )
    data(done.note.part)
    if done.before:
        talk(f"{label} was {', '.join(version[7:19] for version in done.before)}")
    if done.replaces and done.watched:
        talk("the subject's elicitation changed: what was measured before does not speak for it")
    elif done.replaces:
        talk(
            "the subject's elicitation changed, and the framework has no trigger for that: what "
            "was measured before still counts"
        )
