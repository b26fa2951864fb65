"""Console examples in the documentation: run them again and compare, or write what they print.

A page may also change a file between its examples (`docs_edits.py`).

A block that starts with three backticks and `console` needs a comment in the line before it:

    <!-- run: first-release -->    in a new copy of examples/first-release
    <!-- run: safeguards -->       in a new copy of examples/safeguards
    <!-- run: run-evaluations -->  in a new copy of examples/run-evaluations
    <!-- run: team-review -->      in a new copy of examples/team-review
    <!-- run: empty -->            in a new, empty folder
    <!-- run: same -->             in the folder of the block before
    <!-- not run: reason -->       not at all

Options follow after semicolons. `exit 10`: the block's last command ends with this code; every
other command must end with 0. `show A .. B | C ..< D | E`: of what the last command prints, keep
the lines from the first that holds A to the next that holds B, then from C to just before D, then
the one with E, and print `...` for what lies between; nothing before the dots means from there on,
nothing after them means to the last line. Empty lines before `...` are left out. Without `show`
every line counts.

A command line starts with `$ `; one that ends with a backslash goes on in the next line, one with
`<<'END'` up to the line END. All other lines of a block are output.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docs_edits import Edit, EditError, edited, edits_of

FENCE = "```"
START = f"{FENCE}console"
ELISION = "..."
DIRECTIVE = re.compile(r"<!-- (?P<verb>run|not run): (?P<rest>.+) -->")
HERE_DOCUMENT = re.compile(r"<<'(?P<end>\w+)'")
EXAMPLES = Path("examples")
PROJECTS = ("first-release", "safeguards", "run-evaluations", "team-review")
SECONDS = 300


class DocsError(Exception):
    """A page that can not be checked: the message says where and why."""


class Block(NamedTuple):
    """One console block: where its text lies in the page, and how it is run.

    Attributes:
        first: index of its first line, after the fence.
        last: index after its last line, the closing fence.
        where: an example of `PROJECTS`, `empty` or `same`; empty for a block that is not run.
        exit: code with which the last command must end.
        show: ranges of lines to keep; empty keeps all.
    """

    first: int
    last: int
    where: str
    exit: int
    show: tuple[str, ...]


def blocks_of(lines: list[str]) -> Iterator[Block]:
    """Yield the console blocks of a page.

    Raises:
        DocsError: a block without comment, with an unknown option, or without an end.
    """
    number = 0
    while number < len(lines):
        if lines[number].strip() != START:
            number += 1
            continue
        try:
            last = lines.index(FENCE, number + 1)
        except ValueError:
            raise DocsError(f"line {number + 1}: the block has no end") from None
        before = lines[number - 1] if number else ""
        yield _block(before, first=number + 1, last=last)
        number = last + 1


def _block(comment: str, *, first: int, last: int) -> Block:
    match = DIRECTIVE.fullmatch(comment)
    if match is None:
        raise DocsError(f"line {first}: say in the line before how the block is run")
    if match["verb"] == "not run":
        return Block(first, last, "", 0, ())
    where, *options = (part.strip() for part in match["rest"].split(";"))
    if where not in {*PROJECTS, "empty", "same"}:
        raise DocsError(f"line {first - 1}: `{where}` is no folder to run in")
    code = 0
    show: tuple[str, ...] = ()
    for option in options:
        name, _, value = option.partition(" ")
        if name == "exit":
            code = int(value)
        elif name == "show":
            show = tuple(part.strip() for part in value.split(" | "))
        else:
            raise DocsError(f"line {first - 1}: `{name}` is no option")
    return Block(first, last, where, code, show)


def rerun(text: str, *, root: Path) -> str:
    """Return the page's text with the output that its commands print now.

    Args:
        text: the page.
        root: the checkout, where the example lies.

    Raises:
        DocsError: a command ended with another code than the page says.
    """
    lines = text.splitlines()
    blocks = [block for block in blocks_of(lines) if block.where]
    steps: list[Block | Edit] = sorted([*blocks, *_edits(lines)], key=lambda step: step.first)
    with tempfile.TemporaryDirectory(prefix="docs-") as scratch:
        fresh: list[tuple[Block, list[str]]] = []
        folder: Path | None = None
        for number, step in enumerate(steps):
            if isinstance(step, Block) and step.where != "same":
                folder = _folder(Path(scratch) / str(number), kind=step.where, root=root)
            if folder is None:
                raise DocsError(f"line {step.first - 1}: no block before this one is run")
            if isinstance(step, Edit):
                _make(step, folder)
            else:
                fresh.append((step, _run_block(lines[step.first : step.last], step, folder)))
    for block, new in reversed(fresh):
        lines[block.first : block.last] = new
    return "\n".join(lines) + "\n"


def _edits(lines: list[str]) -> list[Edit]:
    try:
        return list(edits_of(lines))
    except EditError as error:
        raise DocsError(str(error)) from None


def _make(edit: Edit, folder: Path) -> None:
    path = folder / edit.file
    try:
        path.write_text(edited(path.read_text(encoding="utf-8"), edit), encoding="utf-8")
    except FileNotFoundError:
        raise DocsError(f"line {edit.first - 1}: there is no `{edit.file}`") from None
    except EditError as error:
        raise DocsError(str(error)) from None


def difference(old: str, new: str, *, name: str) -> str:
    """Return a readable difference of two versions of a page, empty where they agree."""
    found = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"{name} (says)", f"{name} (is)", lineterm="", n=2
    )
    return "\n".join(found)


def _folder(path: Path, *, kind: str, root: Path) -> Path:
    if kind == "empty":
        path.mkdir()
        return path
    ignored = shutil.ignore_patterns(".tierlock", "__pycache__")
    shutil.copytree(root / EXAMPLES / kind, path, ignore=ignored)
    return path


def _run_block(lines: list[str], block: Block, folder: Path) -> list[str]:
    commands = _commands(lines, block)
    printed: list[str] = []
    for number, command in enumerate(commands):
        last = number == len(commands) - 1
        wanted = block.exit if last else 0
        text = "\n".join(command).removeprefix("$ ")
        code, output = _run(text, folder=folder)
        if code != wanted:
            said = "\n".join(output)
            raise DocsError(
                f"line {block.first}: `{text}` ended with {code}, not {wanted}:\n{said}"
            )
        printed += [*command, *(_shown(output, block) if block.show and last else output)]
    return printed


def _commands(lines: list[str], block: Block) -> list[list[str]]:
    commands: list[list[str]] = []
    goes_on, document_end = False, ""
    for line in lines:
        if goes_on or document_end:
            commands[-1].append(line)
        elif line.startswith("$ "):
            commands.append([line])
            here = HERE_DOCUMENT.search(line)
            document_end = here["end"] if here else ""
        else:
            continue
        goes_on = line.endswith("\\")
        document_end = "" if line == document_end else document_end
    if not commands:
        raise DocsError(f"line {block.first}: the block holds no command")
    return commands


def _run(command: str, *, folder: Path) -> tuple[int, list[str]]:
    """Exit code and printed lines, data and talk together as a terminal shows them."""
    unwanted = ("COLUMNS", "FORCE_COLOR", "TIERLOCK_PROJECT", "TIERLOCK_TRACEBACK")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**environment, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


def _shown(lines: list[str], block: Block) -> list[str]:
    """The ranges that the block asks for, with `...` where lines are left out."""
    kept: list[str] = []
    after = 0
    for part in block.show:
        start, dots, end = _range(part)
        first = _find(lines, start, after, block) if start else after
        last = first
        if dots:
            last = _find(lines, end, first + bool(start), block) if end else len(lines) - 1
        last -= dots == "..<"
        kept = _elided(kept) if first > after else kept
        kept += lines[first : last + 1]
        after = last + 1
    return _elided(kept) if after < len(lines) else kept


def _elided(kept: list[str]) -> list[str]:
    """What is kept so far and the sign that lines are left out, without empty lines between."""
    while kept and not kept[-1]:
        kept = kept[:-1]
    return [*kept, ELISION]


def _find(lines: list[str], text: str, after: int, block: Block) -> int:
    for number in range(after, len(lines)):
        if text in lines[number]:
            return number
    said = "\n".join(lines)
    raise DocsError(f"line {block.first - 1}: no line holds `{text}`, wanted by `show`:\n{said}")


def _range(part: str) -> tuple[str, str, str]:
    """First text, dots and last text of one range of `show`."""
    start, dots, end = re.split(r"(\.\.<?)", part, maxsplit=1) if ".." in part else (part, "", "")
    return start.strip(), dots, end.strip()
