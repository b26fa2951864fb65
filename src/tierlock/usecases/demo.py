"""`demo`: the story of a first release, on logs that Inspect wrote from a real small model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import InputError
from tierlock.importers import import_logs
from tierlock.report import AssessReport
from tierlock.usecases.assessing import report_of, write_report
from tierlock.usecases.ingesting import ingest
from tierlock.usecases.project import load_project
from tierlock.usecases.question import ask, record
from tierlock.usecases.store_place import PROJECT_FILE

MARKER: Final = ".tierlock-demo"
_FIRST: Final = "statements/1-baseline.yaml"


class Act(NamedTuple):
    """One act: what changed since the last one, and when it is judged.

    Attributes:
        logs: folder of new logs, None where the evidence stays.
        statements: the statements file that holds from here on.
    """

    title: str
    says: str
    logs: str | None
    statements: str
    at: datetime


STORY: Final = (
    Act(
        "The baseline",
        "Gemma 3 270M behind an API: three screens and 96 harmful requests, run by Inspect; "
        "the standard safety stack and a security review are claimed.",
        "logs/release-1",
        _FIRST,
        datetime(2026, 11, 22, 12, tzinfo=UTC),
    ),
    Act(
        "New evidence",
        "A colleague elicits the same model differently: asked to answer openly instead of by "
        "letter, it gets 48 % of the biology screen right instead of 25 %.",
        "logs/release-1-open-answer",
        "statements/2-new-evidence.yaml",
        datetime(2026, 11, 23, 12, tzinfo=UTC),
    ),
    Act(
        "A mitigation",
        "The four ASL-3 obligations are put in place and claimed with evidence, one of them by "
        "an interim claim that two roles approved.",
        None,
        "statements/3-mitigated.yaml",
        datetime(2026, 11, 24, 12, tzinfo=UTC),
    ),
    Act(
        "A failed claim",
        "An audit finds one person with both keys of the safe: the interim claim does not hold.",
        None,
        "statements/4-unmet.yaml",
        datetime(2026, 11, 25, 12, tzinfo=UTC),
    ),
)


class Played(NamedTuple):
    """One act as it was played: the values of its answer and the written report."""

    act: Act
    report: AssessReport
    html: Path


def story_files() -> Path:
    """Return the folder with the story's logs and statements, from the wheel or the checkout.

    Raises:
        InputError: neither is there.
    """
    packaged = Path(str(files("tierlock"))) / "_demo"
    checkout = Path(__file__).resolve().parents[3] / "examples" / "first-release"
    for folder in (packaged, checkout):
        if (folder / PROJECT_FILE).exists():
            return folder
    raise InputError("input.not-found", "this installation holds no demo data")


def play(folder: Path) -> Iterator[Played]:
    """Play the story in `folder`, act by act; the folder is made anew if it is an earlier demo.

    Raises:
        InputError: the folder exists and is no earlier demo, or can not be written.
    """
    _prepare(folder)
    for act in STORY:
        _switch_statements(folder, act)
        project = load_project(folder)
        if act.logs is not None:
            ingest(
                import_logs([folder / act.logs]),
                store=project.store,
                framework=project.framework,
                subject=project.subject,
            )
        answer = ask(project, at=act.at, action=project.action)
        record(project, answer=answer)
        report = report_of(project, answer=answer)
        yield Played(act, report, write_report(project, report=report))


def demo_instant(folders: Sequence[Path]) -> datetime | None:
    """Return the instant at which the demo in all of these folders ended; None for other ones.

    Its records are dated as its story goes, which may be after today.
    """
    played = all((folder / MARKER).exists() for folder in folders)
    return STORY[-1].at if folders and played else None


def _prepare(folder: Path) -> None:
    source = story_files()
    if folder.exists() and not (folder / MARKER).exists():
        raise InputError(
            "input.exists", f"`{folder}` exists and is no earlier demo", hint="name another folder"
        )
    wanted = [PROJECT_FILE, "safeguards.py", "statements"]
    wanted += [act.logs for act in STORY if act.logs is not None]
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / MARKER).touch()
        for name in wanted:
            if (source / name).is_dir():
                shutil.copytree(source / name, folder / name)
            else:
                shutil.copy(source / name, folder / name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{folder}`: {reason}") from None


def _switch_statements(folder: Path, act: Act) -> None:
    """Point the project file at the act's statements, as a person would edit it."""
    path = folder / PROJECT_FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    edited = [
        f"statements: {act.statements}" if line.startswith("statements:") else line
        for line in lines
    ]
    path.write_text("\n".join(edited) + "\n", encoding="utf-8")
