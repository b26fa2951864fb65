"""The history of how a model is used: versions, what each changed, and who named them."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from tierlock.core import (
    Configuration,
    ConfigurationNote,
    Sighting,
    format_instant,
)
from tierlock.report.layout import Paint, finish, labelled, wrap
from tierlock.report.numbers import count_of
from tierlock.report.output_text import text_lines, withheld_lines
from tierlock.report.sanitize import clean, escape_json

SHORT: Final = 12
_HEX: Final = len("sha256:")


class ConfigurationVersion(NamedTuple):
    """One version and what is known about it.

    Attributes:
        version: its digest.
        first: when it was first used or named; None where neither is known.
        runs: runs that were made so.
        notes: who added or labelled it, oldest first.
        labels: labels that it has now.
        hazard: how dangerous its texts are to read.
    """

    version: str
    configuration: Configuration
    first: datetime | None
    runs: Sequence[Sighting]
    notes: Sequence[ConfigurationNote]
    labels: Sequence[str]
    hazard: Literal["none", "restricted", "high"]


class PromptHistory(NamedTuple):
    """All versions, oldest first.

    Attributes:
        notes: who added and labelled what, oldest first.
        used: the versions that the subject's part `elicitation` stands for.
    """

    versions: Sequence[ConfigurationVersion]
    notes: Sequence[ConfigurationNote]
    used: Sequence[str]


class Change(NamedTuple):
    """One setting in two versions; None where a version does not have it."""

    name: str
    old: str | None
    new: str | None


def changes(old: Configuration, *, new: Configuration) -> tuple[Change, ...]:
    """Return the settings that differ, in the order of their names.

    >>> old, new = (Configuration(settings={"prompt": text}) for text in "ab")
    >>> changes(old, new=new)
    (Change(name='prompt', old='a', new='b'),)
    """
    names = sorted({*old.settings, *new.settings})
    found = (Change(name, old.settings.get(name), new.settings.get(name)) for name in names)
    return tuple(one for one in found if one.old != one.new)


def render_prompt_log(history: PromptHistory, *, width: int = 80, color: bool = False) -> str:
    """Return every version with its runs, labels and authors, and what it changed."""
    paint = Paint(color=color)
    lines: list[str] = []
    last: dict[str, ConfigurationVersion] = {}
    for row in history.versions:
        lines += _version_lines(
            row, history=history, before=_before(row, last), paint=paint, width=width
        )
        last |= {run.evaluation: row for run in row.runs} or {"": row}
    versions = count_of(len(history.versions), one="version", many="versions")
    lines += [versions]
    moves = [note for note in history.notes if note.label]
    if moves:
        lines += ["", "labels, oldest first"]
        for note in moves:
            named = ", ".join(short(version) for version in note.versions)
            says = f": {clean(note.says)}" if note.says else ""
            text = f"{note.label} is {named}, by {clean(note.author)}{says}"
            lines += labelled([(format_instant(note.noted_at), text)], width=width)
    return finish(lines)


def _before(
    row: ConfigurationVersion, last: dict[str, ConfigurationVersion]
) -> ConfigurationVersion | None:
    """The version before this one in an evaluation of its own."""
    names = sorted({run.evaluation for run in row.runs}) or [""]
    return next((last[name] for name in names if name in last), None)


def _version_lines(
    row: ConfigurationVersion,
    *,
    history: PromptHistory,
    before: ConfigurationVersion | None,
    paint: Paint,
    width: int,
) -> list[str]:
    when = "" if row.first is None else f"  {format_instant(row.first)}"
    labels = f"  [{', '.join(row.labels)}]" if row.labels else ""
    used = "  in use" if row.version in history.used else ""
    rows = []
    for name in sorted({run.evaluation for run in row.runs}):
        runs = [run for run in row.runs if run.evaluation == name]
        models = ", ".join(sorted({clean(run.subject) for run in runs}))
        rows.append((count_of(len(runs), one="run", many="runs"), f"{clean(name)} on {models}"))
    if not row.runs:
        rows.append(("no run", "nothing was measured so" if used else "only written down"))
    rows += [
        ("added", f"by {clean(note.author)}" + (f": {clean(note.says)}" if note.says else ""))
        for note in row.notes
        if not note.label
    ]
    if before is not None:
        found = changes(before.configuration, new=row.configuration)
        rows.append((f"after {short(before.version)}", _changed_words(found)))
    else:
        parts = {"/".join(name.split("/")[:2]) for name in row.configuration.settings}
        rows.append(("holds", ", ".join(map(clean, sorted(parts)))))
    head = paint(short(row.version), "bold") + when + labels + used
    return [head, *labelled(rows, width=width), ""]


def _changed_words(found: Iterable[Change]) -> str:
    words = []
    for one in found:
        did = "new" if one.old is None else "gone" if one.new is None else "changed"
        words.append(f"{clean(one.name)} {did}")
    return ", ".join(words) or "nothing changed"


def render_prompt_show(
    row: ConfigurationVersion, *, shown: bool, width: int = 80, color: bool = False
) -> str:
    """Return one version with every setting; or in their place that they are withheld."""
    paint = Paint(color=color)
    about = [("labels", ", ".join(row.labels) or "none")]
    about += [("runs", str(len(row.runs))), ("hazard", row.hazard)]
    about += [
        ("software", ", ".join(f"{clean(name)} {clean(text)}" for name, text in each))
        for each in sorted({tuple(sorted(run.software.items())) for run in row.runs})
        if each
    ]
    lines = [row.version, *labelled(about, width=width, indent=0)]
    if not shown:
        return finish([*lines, "", *withheld_lines(row.hazard, width=width)])
    for name, text in sorted(row.configuration.settings.items()):
        lines += ["", paint(clean(name), "bold"), *text_lines(text, width=width)]
    return finish(lines)


def render_prompt_diff(
    old: ConfigurationVersion,
    *,
    new: ConfigurationVersion,
    shown: bool,
    width: int = 80,
    color: bool = False,
) -> str:
    """Return what changed from one version to another, setting by setting."""
    paint = Paint(color=color)
    found = changes(old.configuration, new=new.configuration)
    lines = [f"{short(old.version)} -> {short(new.version)}"]
    if not found:
        return finish([*lines, "nothing changed"])
    if not shown:
        hazard = max(old.hazard, new.hazard, key=["none", "restricted", "high"].index)
        withheld = withheld_lines(hazard, width=width)
        return finish([*lines, *wrap(_changed_words(found), width=width), "", *withheld])
    styles = {"+": "good", "-": "bad"}
    for one in found:
        lines += ["", paint(clean(one.name), "bold")]
        for line in diff_lines(one):
            body = text_lines(line[1:] or " ", width=width - 1)
            lines += [paint(f"{line[0]}{part[1:]}", styles.get(line[0], "")) for part in body]
    return finish(lines)


def diff_lines(change: Change) -> list[str]:
    r"""Return a setting's lines after `+`, `-` or a blank; lines far from a change are left out.

    >>> diff_lines(Change("prompt", "a\nb", "a\nc"))
    [' a', '-b', '+c']
    """
    old = [] if change.old is None else change.old.splitlines()
    new = [] if change.new is None else change.new.splitlines()
    lines = list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
    return [" …" if line.startswith("@@") else line for line in lines[1:]] or ["~line ends only"]


def render_prompt_log_json(history: PromptHistory) -> str:
    """Return the history as indented JSON, without the texts."""
    return _json(
        {
            "exitCode": 0,
            "used": list(history.used),
            "versions": [_row(row) for row in history.versions],
            "notes": [note.model_dump(mode="json", by_alias=True) for note in history.notes],
        }
    )


def render_prompt_show_json(row: ConfigurationVersion, *, shown: bool) -> str:
    """Return one version as indented JSON; `settings` is null where they are withheld."""
    settings = row.configuration.settings if shown else None
    return _json({"exitCode": 0, **_row(row), "settings": settings})


def render_prompt_diff_json(
    old: ConfigurationVersion, *, new: ConfigurationVersion, shown: bool
) -> str:
    """Return what changed as indented JSON; texts are null where they are withheld."""
    found = changes(old.configuration, new=new.configuration)
    listed = [
        {
            "setting": one.name,
            "old": one.old if shown else None,
            "new": one.new if shown else None,
        }
        for one in found
    ]
    return _json({"exitCode": 0, "old": old.version, "new": new.version, "changes": listed})


def _row(row: ConfigurationVersion) -> dict[str, object]:
    return {
        "version": row.version,
        "first": None if row.first is None else format_instant(row.first),
        "labels": list(row.labels),
        "hazard": row.hazard,
        "names": sorted(row.configuration.settings),
        "runs": [run.model_dump(mode="json", by_alias=True) for run in row.runs],
    }


def _json(value: object) -> str:
    return escape_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"


def short(version: str) -> str:
    """Return the beginning of a digest, enough to name it."""
    return version[_HEX : _HEX + SHORT]
