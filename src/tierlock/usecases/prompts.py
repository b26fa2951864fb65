"""`prompt`: versions of how a model is used, their labels and authors, and what they changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import ValidationError

from tierlock.core import (
    SECTIONS,
    Configuration,
    ConfigurationNote,
    InputError,
    Record,
    canonical_bytes,
    digest,
)
from tierlock.frameworks import parse_record
from tierlock.importers import Imports, normal_prompt
from tierlock.ledger import Draft
from tierlock.report import ConfigurationVersion, PromptHistory
from tierlock.store import ConfigurationStore
from tierlock.usecases.configured import read_configurations
from tierlock.usecases.hazards import Hazard, check_hazards, gravest, hazard_of
from tierlock.usecases.ledger import log_records, project_ledger
from tierlock.usecases.output_log import CONFIGURATION_ENTRY
from tierlock.usecases.outputs import Ask, reveal
from tierlock.usecases.project import Project, read_bytes

_SHORTEST: Final = 4
_YAML: Final = (".yaml", ".yml", ".json")


class _Written(Record):
    """A configuration as people write it; values must be text, so that nothing is reworded."""

    prompt: str | dict[str, str] = {}
    scaffold: str | dict[str, str] = {}
    tools: str | dict[str, str] = {}
    sampling: dict[str, str] = {}
    model: dict[str, str] = {}


class Labelled(NamedTuple):
    """A label that was given.

    Attributes:
        note: who gave what to which versions.
        before: the versions that it named until then.
        replaces: whether the subject is used as the label says, and now in another way.
        watched: whether the framework has a trigger for that.
    """

    note: ConfigurationNote
    before: tuple[str, ...]
    replaces: bool
    watched: bool


def import_configurations(imports: Imports, *, project: Project) -> int:
    """Keep how the runs in logs were made, and nothing else of them; return how many runs.

    Raises:
        ImportFailed: a log changed since it was read.
        InputError: the store can not be written.
    """
    configured = read_configurations(imports, part=None, store=project.store.folder, whole=True)
    before = len(_history(project).sightings())
    configured.keep()
    return len(_history(project).sightings()) - before


def add_version(
    project: Project, *, file: Path, author: str, at: datetime, says: str = ""
) -> ConfigurationNote:
    """Keep a version that somebody wrote, and who; also in the ledger.

    Args:
        project: whose history.
        file: a YAML or JSON file with the keys `prompt`, `scaffold`, `tools`, `sampling`, `model`,
            each a text or name -> text; any other file is a system prompt.
        author: who adds it.
        at: when.
        says: why.

    Raises:
        InputError: the file can not be read, or is no configuration; or nothing can be written.
    """
    made = _parsed(file)
    note = _note(label="", versions=(digest(made),), author=author, at=at, says=says)
    _log(project, note=note, at=at)
    _history(project).add([made], notes=[note])
    return note


def _parsed(file: Path) -> Configuration:
    data = read_bytes(file)
    if file.suffix.lower() in _YAML:
        return Configuration(settings=_flat(parse_record(data, kind=_Written, name=str(file))))
    try:
        text = normal_prompt(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("input.type", f"`{file}` is not UTF-8 text") from None
    if not text:
        raise InputError("input.type", f"`{file}` is empty")
    return Configuration(settings={"prompt": text})


def label_versions(
    project: Project,
    *,
    label: str,
    versions: Sequence[str],
    author: str,
    at: datetime,
    says: str = "",
) -> Labelled:
    """Give a label to versions; who did it is kept, and appended to the ledger.

    Where the project's `elicitation` is that label, the subject now has another elicitation:
    what was measured before does not speak for it (triggers of the framework say what that does).

    Args:
        project: whose history.
        label: its name.
        versions: digests, beginnings of digests, or labels.
        author: who gives it.
        at: when.
        says: why.

    Raises:
        InputError: no such version, or the ledger or store can not be written.
    """
    history = _history(project)
    found = tuple(dict.fromkeys(v for name in versions for v in resolve(project, name=name)))
    earlier = history.labels().get(label)
    after = None if earlier is None else digest(earlier)
    note = _note(label=label, versions=found, author=author, at=at, says=says, after=after)
    before = () if earlier is None else earlier.versions
    _log(project, note=note, at=at)
    history.add([], notes=[note])
    part = project.subject.parts.elicitation
    used = earlier is not None and part == earlier.part and note.part != earlier.part
    watched = any(one.when.changed == "elicitation" for one in project.framework.triggers)
    return Labelled(note=note, before=before, replaces=used, watched=watched)


def _note(
    *,
    label: str,
    versions: tuple[str, ...],
    author: str,
    at: datetime,
    says: str,
    after: str | None = None,
) -> ConfigurationNote:
    try:
        return ConfigurationNote(
            label=label, versions=versions, author=author, noted_at=at, says=says, after=after
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError("input.type", f"`{where}`: {first['msg'].lower()}") from None


def resolve(project: Project, *, name: str) -> tuple[str, ...]:
    """Return the versions that a label, a digest or the beginning of a digest names.

    Raises:
        InputError: `input.not-found`; there is none, or several begin so.
    """
    history = _history(project)
    labels = history.labels()
    if name in labels:
        return labels[name].versions
    start = name.removeprefix("sha256:")
    found = [v for v in history.versions() if v.removeprefix("sha256:").startswith(start)]
    if len(start) < _SHORTEST or len(found) != 1:
        many = f"{len(found)} versions begin with" if len(found) > 1 else "no version or label is"
        raise InputError(
            "input.not-found",
            f"{many} `{name}`",
            hint="list them with `tierlock prompt log`; at least four characters of a digest",
        )
    return (found[0],)


def read_history(project: Project) -> PromptHistory:
    """Return every version with its labels, author and runs, the newest last.

    A version comes with what it changed against the one before it in the same evaluation.

    Raises:
        InputError: `hazards` names what there is not.
        IntegrityError: the history is damaged.
    """
    history = _history(project)
    sightings, notes, labels = history.sightings(), history.notes(), history.labels()
    evaluations = {one.evaluation for one in sightings}
    evaluations |= {item.evaluation for item in project.store.evidence()}
    check_hazards(project.hazards, framework=project.framework, evaluations=evaluations)
    rows = []
    for version in history.versions():
        runs = tuple(one for one in sightings if one.version == version)
        added = tuple(one for one in notes if version in one.versions)
        first = min(
            [one.measured_at for one in runs] + [one.noted_at for one in added], default=None
        )
        rows.append(
            ConfigurationVersion(
                version=version,
                configuration=history.get(version),
                first=first,
                runs=runs,
                notes=added,
                labels=tuple(sorted(n for n, one in labels.items() if version in one.versions)),
                hazard=_hazard(project, evaluations={one.evaluation for one in runs}),
            )
        )
    rows.sort(key=lambda row: ("" if row.first is None else row.first.isoformat(), row.version))
    return PromptHistory(
        versions=tuple(rows),
        notes=notes,
        used=history.behind(project.subject.parts.elicitation),
    )


def _hazard(project: Project, *, evaluations: Iterable[str]) -> Hazard:
    """How dangerous a version is to read: as what is declared of its gravest evaluation."""
    return gravest(
        hazard_of(name, hazards=project.hazards, framework=project.framework, undeclared="none")
        for name in evaluations
    )


def may_show(
    project: Project, *, rows: Sequence[ConfigurationVersion], at: datetime, ask: Ask | None
) -> bool:
    """Tell whether the texts of versions may be shown; see `reveal` of outputs.

    Raises:
        InputError: `output.withheld`, they were asked for and are denied; that is recorded too.
    """
    hazard = gravest(row.hazard for row in rows)
    return reveal(project, what=[row.version for row in rows], hazard=hazard, at=at, ask=ask)


def pick(history: PromptHistory, *, project: Project, name: str) -> ConfigurationVersion:
    """Return the one version that a name stands for.

    Raises:
        InputError: there is none, or several.
    """
    found = resolve(project, name=name)
    if len(found) != 1:
        raise InputError(
            "input.not-found",
            f"`{name}` stands for {len(found)} versions",
            hint=f"name one: {', '.join(version[7:19] for version in found)}",
        )
    return next(row for row in history.versions if row.version == found[0])


def _history(project: Project) -> ConfigurationStore:
    return ConfigurationStore(project.store.folder)


def _log(project: Project, *, note: ConfigurationNote, at: datetime) -> None:
    """Append a note; before it is acted on, so that no label moves without a record."""
    log_records(project, records=(), at=at)
    draft = Draft(media_type=CONFIGURATION_ENTRY, payload=canonical_bytes(note), logged_at=at)
    with project_ledger(project) as ledger:
        ledger.append([draft])


def _flat(written: _Written) -> dict[str, str]:
    settings: dict[str, str] = {}
    for section in SECTIONS:
        value = getattr(written, section)
        if isinstance(value, str):
            settings[section] = normal_prompt(value) if section == "prompt" else value
        elif isinstance(value, Mapping):
            settings |= {f"{section}/{name}": text for name, text in value.items()}
    if not settings:
        raise InputError("input.type", "the file says nothing about how the model is used")
    return settings
