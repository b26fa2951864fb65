"""ACME Trials (a made-up tool): a first line about the run, then one line per trial.

    {"acme_trials": 1, "run": "r-17", "model": "lab/m", "task": "locks", ...}
    {"item": "door-1", "try": 1, "outcome": "solved", "room": "cellar"}

Outcomes are `solved`, `failed`, `crashed` (the tool broke) and `refused` (the model would not).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tierlock.core import Evidence, Problem, Source, State, SubjectRef, parse_instant
from tierlock.importers import Glance, Imported, LogFile, Row, omission, to_samples

FORMAT: Final = "acme-trials"  # the name of the entry point
_STATES: Final[dict[str, State]] = {
    "solved": "scored",
    "failed": "scored",
    "refused": "scored",
    "crashed": "errored",
}


class Header(msgspec.Struct, frozen=True):
    """The first line."""

    acme_trials: int
    run: str
    model: str
    task: str
    started: str
    trials: int


class Trial(msgspec.Struct, frozen=True, rename={"attempt": "try"}):
    """Every other line."""

    item: str
    outcome: str
    attempt: int = 1
    room: str = ""


def recognises(glance: Glance) -> bool:
    """Tell by the first line whether the file is ours: cheap, and never true of another format."""
    return glance.head.startswith(b"{") and b'"acme_trials"' in glance.head.partition(b"\n")[0]


def read(log: LogFile) -> Imported:
    """Return the run in `log`.

    Raises:
        ImportFailed: with the line, for everything that is not what the format says.
    """
    first, _, rest = log.data.partition(b"\n")
    header = _decode(first, kind=Header, log=log, line=1)
    if header.acme_trials != 1:
        raise log.failed("import.schema", says=f"version {header.acme_trials} is not known", part=1)
    rows, unknown = [], 0
    for line, text in enumerate(rest.split(b"\n"), start=2):
        if line > log.limits.rows:
            raise log.failed("import.limit", says=f"more than {log.limits.rows} lines")
        if text.strip():
            row = _row(_decode(text, kind=Trial, log=log, line=line))
            unknown += row.state == "unscored"
            rows.append(row)
    if not rows:
        return Imported(omissions=(omission("log.no-samples", what=log.name),))
    samples, problems = to_samples(rows)
    if unknown:
        says = f"{unknown} trials have an outcome that no known version writes"
        problems += (Problem(code="acme.outcome", says=says, severity="doubt"),)
    return Imported(
        (
            Evidence(
                evaluation=header.task,
                run_id=f"acme-trials/{header.run}",
                subject=SubjectRef(name=header.model),
                measured_at=parse_instant(header.started),
                planned_samples=header.trials,
                higher_is_better=True,
                samples=samples,
                source=Source(format=FORMAT, file=log.name, sha256=log.sha256),
                problems=problems,
            ),
        )
    )


def _row(trial: Trial) -> Row:
    """Map one trial: a crash is missing and not a failure, a second try is an epoch and not n."""
    state = _STATES.get(trial.outcome, "unscored")
    return Row(
        id=trial.item,
        epoch=trial.attempt,
        state=state,
        refused=trial.outcome == "refused",
        scores={"solved": float(trial.outcome == "solved") if state == "scored" else None},
        attributes={"room": trial.room} if trial.room else {},
    )


def _decode(text: bytes, *, kind: type[Any], log: LogFile, line: int) -> Any:
    """Return a line as `kind`; keys that nobody asked for are skipped."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise log.failed("import.schema", says=str(error).lower(), part=line) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise log.failed("import.unreadable", says=str(error).lower(), part=line) from None
