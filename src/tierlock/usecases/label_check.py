"""The label that says how the subject is used, held against the ledger that recorded it."""

from __future__ import annotations

from tierlock.core import ConfigurationNote, InputError, IntegrityError
from tierlock.ledger import Ledger
from tierlock.store import ConfigurationStore
from tierlock.usecases.ledger import project_ledger
from tierlock.usecases.output_log import CONFIGURATION_ENTRY
from tierlock.usecases.project import Project


def check_labels(project: Project) -> None:
    """Refuse a subject that is used as a label says which the ledger knows otherwise.

    A label that was moved by hand, forwards or back, would choose which evidence counts without
    anybody having signed for it.

    Raises:
        IntegrityError: `integrity.label`.
        InputError: the ledger can not be read.
    """
    part = project.subject.parts.elicitation
    if part is None:
        return
    labels = ConfigurationStore(project.store.folder).labels()
    used = {name: note for name, note in labels.items() if note.part == part}
    if not used:
        return
    with project_ledger(project) as ledger:
        logged = _logged(ledger)
    for name, note in used.items():
        if logged.get(name) != note:
            raise IntegrityError(
                "integrity.label",
                f"the label `{name}` of the store is not what the ledger has of it last",
                location=str(project.store.folder / "configurations"),
                hint="see who gave it with `tierlock ledger log`, then give it again: "
                f"tierlock prompt label {name} VERSION --as NAME",
            )


def unmeasured(project: Project) -> str | None:
    """Return what to know about a use of the subject with which nothing was measured; else None."""
    part = project.subject.parts.elicitation
    history = ConfigurationStore(project.store.folder)
    versions = history.behind(part)
    if not versions or any(
        item.subject.parts.elicitation == part and project.subject.answers_to(item.subject.name)
        for item in project.store.evidence()
    ):
        return None
    named = sorted(name for name, note in history.labels().items() if note.part == part)
    shown = f"`{named[0]}`" if named else versions[0][:19]
    return f"no evidence was measured with the elicitation {shown}; see tierlock prompt log"


def _logged(ledger: Ledger) -> dict[str, ConfigurationNote]:
    """The last note of every label in the ledger."""
    found = {}
    for entry in ledger.entries_of(CONFIGURATION_ENTRY):
        try:
            note = ConfigurationNote.parse(entry.payload)
        except InputError as error:
            says = f"entry {entry.index} is not what its media type says: {error.message}"
            raise IntegrityError("ledger.damaged", says) from None
        if note.label:
            found[note.label] = note
    return found
