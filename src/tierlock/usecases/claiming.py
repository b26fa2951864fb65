"""`safeguards claim`: write one claim into the statements file, and nothing else."""

from __future__ import annotations

import difflib
import os
import re
import tempfile
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

from tierlock.core import EVERY, InputError, StatedClaim
from tierlock.frameworks import parse_record
from tierlock.usecases.project import Project, ProjectFile, read_bytes
from tierlock.usecases.statements import Statements
from tierlock.usecases.store_place import PROJECT_FILE

_QUOTED_INSTANT = re.compile(r"'(\d{4}-\d\d-\d\dT[\d:.]+Z)'")


class Claimed(NamedTuple):
    """What was written.

    Attributes:
        file: the statements file.
        entry: the lines that were added.
        earlier: statuses of the claims for the same criterion that stand there already.
    """

    file: Path
    entry: str
    earlier: tuple[str, ...]


def claim(project: Project, *, stated: StatedClaim, folder: Path, write: bool = True) -> Claimed:
    """Add `stated` to the project's statements file, with everything else left as it is.

    Args:
        project: whose framework and subject the claim must fit.
        stated: the claim.
        folder: folder of the project file, or the file itself.
        write: False only says what would be written.

    Raises:
        InputError: the claim names what the framework or the subject does not have, has no
            evidence that the criterion accepts, or the file can not be extended safely.
    """
    check_claim(project, stated=stated)
    path = statements_path(folder)
    text = _decoded(read_bytes(path), path)
    new, entry = with_claim(text, stated=stated, name=str(path))
    if write:
        _replace(path, new)
    earlier = tuple(c.status for c in project.statements.claims if c.criterion == stated.criterion)
    return Claimed(path, entry, earlier)


def check_claim(project: Project, *, stated: StatedClaim) -> None:
    """Raise unless the claim fits the framework and the subject.

    Raises:
        InputError: the first thing that does not fit, with what there is instead.
    """
    framework, subject = project.framework, project.subject
    known = {
        f"{name}:{key}": criterion
        for name, standard in framework.standards.items()
        for key, criterion in standard.criteria.items()
    }
    _known([stated.criterion], known, what="criterion")
    accepts = known[stated.criterion].accepts
    if not accepts and stated.status != "unmet":
        raise InputError(
            "input.not-found",
            f"`{stated.criterion}` accepts no evidence: nobody can meet it",
            hint="only ruling the threshold out helps; see `tierlock gate`",
        )
    kinds = [proof.kind for proof in stated.evidence]
    if stated.status == "met" and not set(kinds) & set(accepts):
        given = f"evidence of kind {', '.join(kinds)}" if kinds else "no evidence"
        raise InputError(
            "input.type",
            f"{given}, and `{stated.criterion}` accepts {', '.join(accepts)}",
            hint=f"give --evidence {accepts[0]}:WHAT",
        )
    for proof in stated.evidence:
        outside = proof.by not in ("", stated.owner) and proof.access and proof.independence
        if proof.kind == "audit" and not outside:
            raise InputError(
                "input.type",
                "an audit names an outside party, its access and its independence",
                hint="give --by, which is not the owner, --access and --independence",
            )
    surfaces = subject.surfaces
    paths = [f"{name}/{path}" for name, surface in surfaces.items() for path in surface.paths]
    paths += [f"{name}/{EVERY}" for name in surfaces]
    _known(stated.paths, paths, what="traffic path")
    _known(stated.audiences, framework.audiences, what="audience")
    environments = [place for one in surfaces.values() for place in one.environments]
    _known(stated.environments, environments, what="environment")
    roles = [*(stated.interim.approved_by if stated.interim else ())]
    roles += [role for exception in stated.exceptions for role in exception.approved_by]
    _known(roles, framework.roles, what="role")


def _known(names: Iterable[str], known: Iterable[str], *, what: str) -> None:
    there = list(dict.fromkeys(known))
    for name in names:
        if name in there or (name == EVERY and what not in ("role", "criterion")):
            continue
        near = difflib.get_close_matches(name, there, n=1, cutoff=0.5)
        listed = ", ".join(there[:8]) + (", ..." if len(there) > 8 else "")
        hint = f"did you mean `{near[0]}`?" if near else f"one of: {listed or 'none is declared'}"
        raise InputError("input.not-found", f"no {what} `{name}`", hint=hint)


def statements_path(folder: Path) -> Path:
    """Return the path of the project's statements file.

    Raises:
        InputError: the project names none.
    """
    path = folder if folder.is_file() else folder / PROJECT_FILE
    file = parse_record(read_bytes(path), kind=ProjectFile, name=str(path))
    if file.statements is None:
        raise InputError(
            "input.not-found",
            f"`{path}` names no statements file",
            hint="add `statements: statements.yaml`, and write `subject:` into that file",
        )
    return path.parent / file.statements


def with_claim(text: str, *, stated: StatedClaim, name: str) -> tuple[str, str]:
    """Return the text with the claim added, and the lines that were added.

    Comments and order stay. The result is read again: it says what it said before, and the claim.

    Args:
        text: a statements file.
        stated: the claim.
        name: the file's name, for messages.

    Raises:
        InputError: the file is not a statements file, or is written in a way that can not be
            extended line by line.
    """
    before = parse_record(text.encode(), kind=Statements, name=name)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    place, indent, drop = _place(text, lines)
    entry = _entry(stated, indent=indent)
    kept = lines[: place - drop] + entry + lines[place:]
    if place == len(lines) and not _has_claims(text):
        kept = [*lines, "claims:", *entry]
    new = newline.join(kept) + newline
    try:
        after = parse_record(new.encode(), kind=Statements, name=name)
    except InputError:
        after = None
    if after != before.model_copy(update={"claims": (*before.claims, stated)}):
        raise InputError(
            "input.yaml",
            "the file is written in a way that can not be extended line by line",
            hint="write `claims:` with one `- criterion: ...` per line, or add it yourself:\n"
            + "\n".join(entry),
            location=name,
        )
    return new, newline.join(entry)


def _has_claims(text: str) -> bool:
    return _claims_node(text) is not None


def _claims_node(text: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == "claims"), None)


def _place(text: str, lines: list[str]) -> tuple[int, int, int]:
    """Where the entry goes: before which line, how far indented, how many lines it replaces."""
    found = _claims_node(text)
    if found is None:
        return len(lines), 2, 0
    key, node = found
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        end = max(_last_line(item) for item in node.value) + 1
        return end, node.start_mark.column, 0
    line = node.start_mark.line
    if line == key.start_mark.line:
        # `claims: []` in one line: the key stays and the list becomes a block.
        lines[line] = lines[line][: key.end_mark.column] + ":"
        return line + 1, 2, 0
    return line + 1, 2, 1


def _last_line(node: yaml.Node) -> int:
    """The last line of a node that holds something of it, not counting comments after it."""
    if isinstance(node, yaml.SequenceNode | yaml.MappingNode) and not node.flow_style:
        parts = [part for one in node.value for part in (one if isinstance(one, tuple) else (one,))]
        return max((_last_line(part) for part in parts), default=node.start_mark.line)
    end = node.end_mark
    return int(end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line)


class _Dumper(yaml.SafeDumper):
    """Writes lists of words in one line, and the items of other lists further in than their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, indentless=False)


def _listed(dumper: _Dumper, items: list[object]) -> yaml.Node:
    words = all(isinstance(item, str) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=words)


def _number(dumper: _Dumper, value: float) -> yaml.Node:
    return dumper.represent_int(int(value)) if value.is_integer() else dumper.represent_float(value)


_Dumper.add_representer(list, _listed)
_Dumper.add_representer(float, _number)


def _entry(stated: StatedClaim, *, indent: int) -> list[str]:
    said = stated.model_dump(mode="json", by_alias=False, exclude_defaults=True)
    text = yaml.dump([said], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    lines = textwrap.dedent(text).splitlines()
    return [" " * indent + _QUOTED_INSTANT.sub(r"\1", line) for line in lines]


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("input.yaml", f"`{path}` is not UTF-8") from None


def _replace(path: Path, text: str) -> None:
    """Write the file in one step: a reader sees the old one or the new one."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777)
        Path(name).replace(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{path}`: {reason}") from None
