"""What commands share: options, width and colour, where data and talk go."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from tierlock.core import Action, InputError, parse_instant, printable

F = TypeVar("F", bound=Callable[..., Any])
_WIDEST: Final = 100

project_option = click.option(
    "--project",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder of tierlock.yaml, or the file.  [default: here]",
)
at_option = click.option(
    "--at",
    "at_text",
    metavar="INSTANT",
    help="Answer as of this instant (ISO 8601).  [default: now]",
)
framework_option = click.option(
    "--framework", metavar="NAME|PATH", help="Framework instead of the project's."
)
format_option = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
quiet_option = click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")


def instant_of(text: str | None) -> datetime:
    """Return the instant that `--at` names, by default now."""
    return datetime.now(UTC) if text is None else parse_instant(text)


def action_of(
    name: str | None, *, surface: str | None, audience: str | None, default: Action | None
) -> Action | None:
    """Return the action asked for on the command line, by default the project's.

    A surface or audience that is named alone changes the project's question: it is never
    answered as if it had not been named.
    """
    if name is not None:
        return Action(name=name, surface=surface, audience=audience)
    if default is None or (surface is None and audience is None):
        return default
    return Action(
        name=default.name,
        surface=surface or default.surface,
        audience=audience or default.audience,
    )


def width() -> int:
    """Return the text width: the terminal's, at most 100; 80 where there is no terminal."""
    return min(_WIDEST, shutil.get_terminal_size((80, 24)).columns) if sys.stdout.isatty() else 80


def color() -> bool:
    """Tell whether to colour: on a terminal, unless NO_COLOR is set. Meaning never needs it."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def data(text: str) -> None:
    """Write data to stdout, ending in one newline.

    Raises:
        InputError: stdout can not be written; nobody got the answer.
    """
    try:
        click.echo(text.rstrip("\n"))
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write the answer: {reason}") from None


def write_or_print(text: str, *, out: Path | None, private: bool = False) -> None:
    """Write data to a file and say so, or to stdout.

    Args:
        text: the data.
        out: the file, which is replaced; None for stdout.
        private: whether only its owner may read the file.

    Raises:
        InputError: it can not be written.
    """
    if out is None:
        data(text)
        return
    from tierlock.usecases import replace_file

    replace_file(out, data=text.encode(), private=private)
    talk(f"wrote {out}")


def talk(text: str) -> None:
    """Write one line of talk to stderr; names from outside can not act on the terminal."""
    click.echo(printable(text), err=True)


def tell_hook_errors(store: Path) -> None:
    """Say what was not recorded of others' runs: evidence may be missing that nobody misses."""
    from tierlock.usecases import hook_errors_in

    errors = hook_errors_in(store)
    if errors:
        talk(f"{len(errors)} run(s) could not be recorded by a hook; see tierlock hooks")


def progress(*, quiet: bool) -> Callable[[int, int], None] | None:
    """Return a reporter of files read, for long work on a terminal; None otherwise."""
    if quiet or not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        if total > 3:
            end = "\n" if done == total else ""
            click.echo(f"\rreading logs {done}/{total}", err=True, nl=False)
            click.echo(end, err=True, nl=False)

    return show
