"""Logs -> evidence bound to the subject, stored and registered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import (
    Evidence,
    Framework,
    InputError,
    Omission,
    Parts,
    RegisteredRun,
    Subject,
    SubjectRef,
)
from tierlock.importers import find_logs, read
from tierlock.policy import register_of
from tierlock.store import LocalStore, with_subject

MOCK_PREFIX: Final = "mockllm/"
Progress = Callable[[int, int], None]


class Imports(NamedTuple):
    """What was read from logs, before it is bound to a subject.

    Attributes:
        evidence: one per run, in the order of the files.
        omissions: files and runs without usable content.
        files: number of log files read.
    """

    evidence: tuple[Evidence, ...]
    omissions: tuple[Omission, ...]
    files: int


def import_logs(paths: Sequence[Path], *, progress: Progress | None = None) -> Imports:
    """Return the evidence in logs and folders of logs.

    Raises:
        ImportFailed: a log can not be read. All or nothing: a damaged log may hold the run that
            matters, so nothing is assessed without it.
    """
    logs, omissions = find_logs(paths)
    evidence: list[Evidence] = []
    skipped = list(omissions)
    for done, log in enumerate(logs, start=1):
        found = read(log)
        evidence += found.evidence
        skipped += found.omissions
        if progress is not None:
            progress(done, len(logs))
    if not logs:
        names = ", ".join(f"`{path}`" for path in paths)
        raise InputError("import.empty", f"no evaluation logs in {names}")
    return Imports(tuple(evidence), tuple(skipped), len(logs))


def subject_from(imports: Imports) -> Subject:
    """Return the subject that all logs name, where nobody declared one.

    Raises:
        InputError: the logs are about several models, or about none.
    """
    names = sorted({item.subject.name for item in imports.evidence})
    if len(names) != 1:
        listed = ", ".join(f"`{name}`" for name in names) or "none"
        raise InputError(
            "input.subject",
            f"the logs are about {len(names)} models: {listed}",
            hint="name one with --subject, or declare `known_as` in tierlock.yaml",
        )
    return Subject(name=names[0])


def bind(evidence: Iterable[Evidence], *, subject: Subject) -> tuple[Evidence, ...]:
    """Return evidence with the subject's part digests noted on what is declared to be about it.

    The log keeps its own name for the model; the binding stays `declared`.
    """
    return tuple(
        with_subject(item, subject=_bound(item.subject, subject))
        if subject.answers_to(item.subject.name)
        else item
        for item in evidence
    )


def _bound(ref: SubjectRef, subject: Subject) -> SubjectRef:
    known = {name: value for name, value in ref.parts.model_dump().items() if value is not None}
    parts = Parts(**{**subject.parts.model_dump(), **known})
    compute = ref.effective_compute or subject.effective_compute
    return ref.model_copy(update={"parts": parts, "effective_compute": compute})


def ingest(imports: Imports, *, store: LocalStore, framework: Framework, subject: Subject) -> int:
    """Store and register imported evidence; return how many runs were known already."""

    def register(evidence: Sequence[Evidence]) -> Sequence[RegisteredRun]:
        return register_of(evidence, framework=framework).runs

    known = store.ingest(bind(imports.evidence, subject=subject), register=register).known
    return len(known)


def mock_models(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the names of mock models in the evidence; every output says that they are."""
    return tuple(
        sorted(
            {item.subject.name for item in evidence if item.subject.name.startswith(MOCK_PREFIX)}
        )
    )
