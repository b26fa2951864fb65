"""Raw logs read again, and held against the evidence that a bundle has of their runs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import Evidence, InputError, IntegrityError, Reason, Subject
from tierlock.importers import find_logs, read
from tierlock.report import ComparedLog
from tierlock.usecases.bundle_content import Content
from tierlock.usecases.bundle_manifest import Opened

_SHOWN: Final = 10


class FromLogs(NamedTuple):
    """What raw logs say.

    Attributes:
        compared: every run of the bundle, with the log that was read or none.
        problems: runs whose log gives other evidence, and logs that can not be read.
        surplus: runs in the logs that the bundle does not have, one sentence each.
        other: evidence as the logs give it where it differs, by run id.
    """

    compared: tuple[ComparedLog, ...]
    problems: tuple[Reason, ...]
    surplus: tuple[str, ...]
    other: Mapping[str, Evidence]


def check_logs(content: Content, *, opened: Opened, paths: Sequence[Path]) -> FromLogs:
    """Return how the evidence of a bundle agrees with raw logs, its own and the reader's.

    Raises:
        InputError: a path does not exist.
    """
    found, problems = _read_all(opened, paths=paths)
    shown = {item.run_id: item for item in content.held.evidence}
    compared, other = [], {}
    for header in sorted(
        content.headers, key=lambda one: (one.record.evaluation, one.record.run_id)
    ):
        run = header.record.run_id
        entries = found.pop(run, [])
        log, differs = "", None
        for name, item in entries:
            again = _as_recorded(item, recorded=header.record)
            log = log or name
            if again.digest != header.evidence or _doubts(again) != _doubts(header.record):
                log, differs = name, again
                break
        changes: list[str] = []
        if differs is not None:
            changes = list(_changes(shown.get(run, header.record), again=differs))
            other[run] = differs
            problems.append(
                Reason(
                    code="bundle.log",
                    says=f"run `{run}` ({header.record.evaluation}): the log `{log}` gives other "
                    "evidence than the bundle has",
                )
            )
        compared.append(
            ComparedLog(
                run=run,
                evaluation=header.record.evaluation,
                log=log or None,
                agrees=None if not entries else differs is None,
                changes=changes[:_SHOWN],
                more=max(0, len(changes) - _SHOWN),
            )
        )
    surplus = tuple(_surplus(found, subject=content.subject, content=content))
    return FromLogs(tuple(compared), tuple(problems), surplus, other)


def _read_all(
    opened: Opened, *, paths: Sequence[Path]
) -> tuple[dict[str, list[tuple[str, Evidence]]], list[Reason]]:
    """Evidence by run, from the bundle's own logs and from the reader's."""
    found: dict[str, list[tuple[str, Evidence]]] = {}
    problems: list[Reason] = []
    with tempfile.TemporaryDirectory(prefix="tierlock-") as scratch:
        own = []
        for part, data in opened.each("log"):
            # The name keeps its end, by which a format is recognised.
            path = Path(scratch) / Path(part.path).name
            path.write_bytes(data)
            own.append(path)
        for path in [*own, *(find_logs(paths)[0] if paths else ())]:
            try:
                for item in read(path).evidence:
                    found.setdefault(item.run_id, []).append((path.name, item))
            except (InputError, IntegrityError) as error:
                says = f"the log `{path.name}` can not be read: {error.message}"
                problems.append(Reason(code="bundle.log", says=says))
    return found, problems


def _as_recorded(item: Evidence, *, recorded: Evidence) -> Evidence:
    """Evidence of a log with what was noted on it when it was taken in, and is in no log."""
    noted = recorded.subject
    return item.model_copy(
        update={
            "subject": item.subject.model_copy(
                update={"parts": noted.parts, "effective_compute": noted.effective_compute}
            )
        }
    )


def _doubts(item: Evidence) -> frozenset[str]:
    """What keeps evidence from supporting; it is no part of the identity."""
    return frozenset(one.code for one in item.problems if one.severity == "doubt")


def _changes(recorded: Evidence, *, again: Evidence) -> Iterator[str]:
    """Every value that differs, sample by sample where the values are shown."""
    left = dict(_rows(recorded))
    right = dict(_rows(again))
    if left:
        for key in sorted({*left, *right}):
            one, other = left.get(key, {}), right.get(key, {})
            for name in sorted({*one, *other}):
                if one.get(name) != other.get(name):
                    yield (
                        f"sample `{key[0]}` epoch {key[1]}, {name}: recorded "
                        f"{_shown(one.get(name))}, the log says {_shown(other.get(name))}"
                    )
    fields = ("evaluation", "task_version", "measured_at", "finished_at", "status",
              "planned_samples", "higher_is_better", "configuration", "reported")  # fmt: skip
    for name in fields:
        if getattr(recorded, name) != getattr(again, name):
            yield f"`{name}` is {getattr(again, name)} in the log, not {getattr(recorded, name)}"
    if recorded.subject != again.subject:
        yield f"it is about `{again.subject.name}`, not `{recorded.subject.name}`"
    for mine, theirs, says in (
        (_doubts(again), _doubts(recorded), "the log raises doubts that are not recorded"),
        (_doubts(recorded), _doubts(again), "doubts are recorded that the log does not raise"),
    ):
        if mine - theirs:
            yield f"{says}: {', '.join(sorted(mine - theirs))}"
    if not left:
        yield "its values are withheld, and their digest is another one"


def _rows(item: Evidence) -> Iterator[tuple[tuple[str, int], dict[str, object]]]:
    samples = item.samples
    names = [name for name in samples.columns() if name not in {"id", "epoch"}]
    columns = [samples.columns()[name] for name in names]
    for place, key in enumerate(zip(samples.id, samples.epoch, strict=True)):
        yield key, {name: column[place] for name, column in zip(names, columns, strict=True)}


def _shown(value: object) -> str:
    return "nothing" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _surplus(
    found: Mapping[str, list[tuple[str, Evidence]]], *, subject: Subject, content: Content
) -> Iterator[str]:
    """Runs about this subject that a slot asks for, and that the bundle knows nothing of."""
    asked = {task for slot in content.framework.evaluations.values() for task in slot.tasks}
    for run, entries in sorted(found.items()):
        name, item = entries[0]
        if subject.answers_to(item.subject.name) and item.evaluation in asked:
            yield f"run `{run}` of {item.evaluation} is in the log `{name}`, not in the bundle"
