"""The generated parts of the reference pages: the command line, errors, reasons, other codes.

A generated part stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->`. What to do
about an error is written by hand, in the last column of the table; it is kept when the table is
written.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click

import tierlock
from tierlock.analysis import LINT_CODES, PROPERTIES
from tierlock.cli.main import root as cli
from tierlock.core.errors import CODES, InputError, IntegrityError, TierlockError
from tierlock.importers import OMISSIONS, PROBLEMS
from tierlock.permit import CODES as PERMIT_CODES
from tierlock.report import REASON_CODES

NO_ADVICE = "(nobody has written this yet)"


class Command(NamedTuple):
    """One command of the command line, with the context that its help needs."""

    path: str
    command: click.Command
    context: click.Context


def commands() -> Iterator[Command]:
    """Yield `tierlock` and every command below it, in the order of its help."""
    yield from _walk(cli, path="tierlock", parent=None)


def _walk(command: click.Command, *, path: str, parent: click.Context | None) -> Iterator[Command]:
    name = path.rsplit(" ", 1)[-1]
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    yield Command(path, command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _walk(child, path=f"{path} {name}", parent=context)


def options_of(found: Command) -> Iterator[tuple[str, str]]:
    """Yield (names and value, what it does) for every option of a command, without `--help`."""
    for parameter in found.command.get_params(found.context):
        record = parameter.get_help_record(found.context)
        wanted = isinstance(parameter, click.Option) and "--help" not in parameter.opts
        if record is not None and wanted:
            yield record[0], " ".join(record[1].split())


def cli_reference() -> str:
    """Return the generated part `commands`: every command with its usage and options."""
    return "\n\n".join(_section(found) for found in commands())


def _section(found: Command) -> str:
    usage = " ".join(found.command.get_usage(found.context).split())
    parts = [f"### `{found.path}`", f"`{usage.removeprefix('Usage: ')}`"]
    paragraphs = re.split(r"\n\s*\n", (found.command.help or "").strip())
    parts += [" ".join(paragraph.split()) for paragraph in paragraphs]
    rows = [
        f"| `{names.replace('|', chr(92) + '|')}` | {says} |" for names, says in options_of(found)
    ]
    if rows:
        parts.append("\n".join(["| option | does |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def error_reference(page: str) -> str:
    """Return the generated part `codes`; the last column is taken from the page as it is."""
    advice = dict(re.findall(r"^\| `([a-z.-]+)` \|.*\| ([^|]+) \|$", page, flags=re.MULTILINE))
    rows = [
        f"| `{code}` | {exit_code_of(code)} | {says} | {advice.get(code, NO_ADVICE)} |"
        for code, says in CODES.items()
    ]
    return "\n".join(["| code | exit | means | do |", "|---|---|---|---|", *rows])


def permit_reference() -> str:
    """Return the generated part `permits`: why a permit is refused."""
    rows = [
        f"| `{code}` | {one.exit_code} | {one.says} | {one.do} |"
        for code, one in PERMIT_CODES.items()
    ]
    return "\n".join(["| code | exit | means | do |", "|---|---|---|---|", *rows])


def reason_reference(_: str, *, place: str) -> str:
    """Return the generated part `place`: the codes that are given there."""
    rows = [
        f"| `{code}` | {says} | {clause} |" for code, (says, clause) in REASON_CODES[place].items()
    ]
    return "\n".join(["| code | why | clause |", "|---|---|---|", *rows])


def problem_reference() -> str:
    """Return the generated part `problems`: what importers say inside evidence."""
    rows = [f"| `{code}` | {severity} | {says} |" for code, (severity, says) in PROBLEMS.items()]
    return "\n".join(["| code | severity | meaning |", "|---|---|---|", *rows])


def omission_reference() -> str:
    """Return the generated part `omissions`: what importers leave out."""
    return _meanings(OMISSIONS, head="code")


def lint_reference() -> str:
    """Return the generated part `lint`: what lint says about a framework."""
    return _meanings(LINT_CODES, head="code")


def property_reference() -> str:
    """Return the generated part `properties`: what is proved about a framework."""
    return _meanings(PROPERTIES, head="property")


def _meanings(codes: Mapping[str, str], *, head: str) -> str:
    rows = [f"| `{code}` | {says} |" for code, says in codes.items()]
    return "\n".join([f"| {head} | meaning |", "|---|---|", *rows])


def exit_code_of(code: str) -> int:
    """Return the exit code of the class of error that is raised with the code."""
    if code in _integrity_codes():
        return IntegrityError.exit_code
    return TierlockError.exit_code if code == "internal" else InputError.exit_code


@cache
def _integrity_codes() -> frozenset[str]:
    """The codes with which the package makes an integrity error, read from its source."""
    folder = Path(tierlock.__file__).parent
    calls = (
        node
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == IntegrityError.__name__
    )
    codes = (call.args[0] for call in calls if call.args)
    return frozenset(str(code.value) for code in codes if isinstance(code, ast.Constant))


def with_generated(page: str, *, name: str, part: str) -> str:
    """Return the page with its generated part `name` replaced.

    Raises:
        ValueError: the page has no such part.
    """
    start, end = f"<!-- generated: {name} -->", f"<!-- end of {name} -->"
    head, found, rest = page.partition(start)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"no `{start}` with `{end}`")
    return f"{head}{start}\n\n{part}\n\n{end}{tail}"
