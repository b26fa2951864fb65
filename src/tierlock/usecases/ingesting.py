"""Logs -> evidence bound to the subject, stored and registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tierlock.core import (
    Evidence,
    Framework,
    InputError,
    Parts,
    RegisteredRun,
    Subject,
    SubjectRef,
)
from tierlock.importers import Imports
from tierlock.policy import register_of
from tierlock.store import Store
from tierlock.usecases.configured import read_configurations
from tierlock.usecases.output_keeping import keep_texts
from tierlock.usecases.remembering import remember

MOCK_PREFIX: Final = "mockllm/"


def subject_from(imports: Imports) -> Subject:
    """Return the subject that all logs name, where nobody declared one.

    Raises:
        InputError: the logs are about several models, or about none.
    """
    names = sorted(imports.subjects)
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
        item.model_copy(update={"subject": _bound(item.subject, subject)})
        if subject.answers_to(item.subject.name)
        else item
        for item in evidence
    )


def _bound(ref: SubjectRef, subject: Subject) -> SubjectRef:
    known = {name: value for name, value in ref.parts.model_dump().items() if value is not None}
    parts = Parts(**{**subject.parts.model_dump(), **known})
    compute = ref.effective_compute or subject.effective_compute
    return ref.model_copy(update={"parts": parts, "effective_compute": compute})


def ingest(
    imports: Imports,
    *,
    store: Store,
    framework: Framework,
    subject: Subject,
    also: Sequence[Framework] = (),
    keep_outputs: bool = False,
) -> int:
    """Store and register imported evidence; return how many runs were known already.

    Args:
        imports: what was read.
        store: where it is kept.
        framework: whose slots the runs are registered for.
        subject: what the evidence is bound to.
        also: further frameworks whose slots the runs are registered for.
        keep_outputs: whether the texts of samples are kept too.

    Raises:
        ImportFailed: a log changed while it was read, or its texts can not be read.
        InputError: the store can not be written.
        IntegrityError: a run id that is known with other content; nothing is stored then.
    """
    configured = read_configurations(imports, part=subject.parts.elicitation, store=store.folder)

    def register(evidence: Sequence[Evidence]) -> Sequence[RegisteredRun]:
        # One entry per run and slot: two versions of a framework mostly have the same slots.
        runs = {
            (run.run_id, run.slot, run.subject): run
            for each in (framework, *also)
            for run in register_of(evidence, framework=each).runs
        }
        return tuple(runs.values())

    evidence = configured.bound(bind(imports.evidence, subject=subject))
    done = store.ingest(evidence, register=register)
    configured.keep()
    if keep_outputs:
        keep_texts(imports, store=store.folder)
    remember(imports, ingested=done, store=store.folder, texts=keep_outputs)
    return len(done.known) + sum(len(log.runs) for log in imports.recalled)


def mock_models(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the names of mock models in the evidence; every output says that they are."""
    return tuple(
        sorted(
            {item.subject.name for item in evidence if item.subject.name.startswith(MOCK_PREFIX)}
        )
    )
