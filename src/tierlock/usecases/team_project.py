"""What a team's database knows of a project: its settings and the documents beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import Field

from tierlock.attest import Trust
from tierlock.core import Action, Framework, InputError, Record, canonical_bytes
from tierlock.frameworks import get_framework, is_framework_path, parse_framework
from tierlock.store import Held
from tierlock.usecases.hazards import Hazard
from tierlock.usecases.labels import LABEL
from tierlock.usecases.project import SubjectFile, load_project, project_file, read_bytes
from tierlock.usecases.run_settings import RunSettings, TokenPrice
from tierlock.usecases.statements import Statements
from tierlock.usecases.store_place import PROJECT_FILE

SLUG: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class TeamSettings(Record):
    """What `tierlock.yaml` says, as a team's database keeps it: nothing points to a file.

    Attributes:
        framework: name and version of the framework, `publisher/name-version`.
        also_under: further shipped frameworks under which the subject is judged.
        subject: what is judged; each part is a digest, `elicitation` may be a label.
        action: the question that is asked where none is named.
        runs: slot -> how `tierlock run` runs it.
        prices: model -> what its tokens cost.
        keep_outputs: whether the texts of samples are kept when logs are read.
        hazards: evaluation, slot, domain or `default` -> how dangerous its texts are.
        readers: who may be shown dangerous texts; without it anybody who gives name and reason.
    """

    framework: str = Field(min_length=1)
    also_under: tuple[str, ...] = ()
    subject: SubjectFile
    action: Action | None = None
    runs: dict[str, RunSettings] = {}
    prices: dict[str, TokenPrice] = {}
    keep_outputs: bool = False
    hazards: dict[str, Hazard] = {}
    readers: tuple[str, ...] = ()


class TeamProject(Record):
    """A subject with everything that people write about it, as an API takes it.

    Attributes:
        settings: what is judged, and under which framework.
        statements: what people state, unsigned; without it nothing is claimed.
        trust: whose signatures count; without it none does.
        framework_file: text of the framework file, where the framework is not a shipped one.
    """

    settings: TeamSettings
    statements: Statements | None = None
    trust: Trust | None = None
    framework_file: str | None = None

    @property
    def documents(self) -> Mapping[str, bytes | None]:
        """The documents by kind, as bytes; None for one that there is not."""
        file = self.framework_file
        return {
            "settings": canonical_bytes(self.settings),
            "statements": None if self.statements is None else canonical_bytes(self.statements),
            "trust": None if self.trust is None else canonical_bytes(self.trust),
            "framework": None if file is None else file.encode(),
        }


class FromFolder(NamedTuple):
    """A project of a folder, as a team's database takes it.

    Attributes:
        project: the documents.
        store: the folder of its store.
        ledger: its ledger.
    """

    project: TeamProject
    store: Path
    ledger: str


def project_in(folder: Path) -> FromFolder:
    """Return what a team's database is to know of the project in a folder.

    Raises:
        InputError: no project file, or a file that it names can not be read.
    """
    loaded = load_project(folder)
    path = folder if folder.is_file() else folder / PROJECT_FILE
    file = project_file(path)
    parts = loaded.subject.parts.model_dump()
    held = {
        part: value if value.startswith(LABEL) else parts[part]
        for part, value in file.subject.parts.items()
    }
    text = None
    if is_framework_path(file.framework):
        text = read_bytes(path.parent / file.framework).decode("utf-8")
    settings = TeamSettings(
        framework=loaded.framework.name,
        also_under=file.also_under,
        subject=file.subject.model_copy(update={"parts": held}),
        action=file.action,
        runs=file.runs,
        prices=file.prices,
        keep_outputs=file.keep_outputs,
        hazards=file.hazards,
        readers=file.readers,
    )
    project = TeamProject(
        settings=settings,
        statements=None if file.statements is None else loaded.statements,
        trust=loaded.trust,
        framework_file=text,
    )
    return FromFolder(project, loaded.store.folder, loaded.ledger)


def held_of(project: TeamProject, *, slug: str | None) -> Held:
    """Return the row of a subject, after everything in it was checked.

    Args:
        project: its documents.
        slug: its address; by default made from its name.

    Raises:
        FrameworkError: a framework is not known, or its file has a problem.
        InputError: `input.subject`, a part names a file, or the statements are about another
            subject; `input.schema`, the address can not be one.
    """
    settings = project.settings
    subject = settings.subject
    for part, value in subject.parts.items():
        if value.startswith("file:"):
            raise InputError(
                "input.subject",
                f"`{part}` names a file, `{value}`, which a team store does not have",
                hint="give its digest: tierlock subject digest PATH",
            )
    stated = project.statements
    if stated is not None and stated.subject not in {subject.name, *subject.known_as}:
        raise InputError(
            "input.subject",
            f"the statements are about `{stated.subject}`, the subject is `{subject.name}`",
        )
    if project.framework_file is not None:
        own = parsed_framework(project.framework_file.encode())
    else:
        own = shipped_framework(settings.framework)
    if own.name != settings.framework:
        raise InputError(
            "input.subject",
            f"the settings name the framework `{settings.framework}`, and the one given is "
            f"`{own.name}`",
        )
    others = tuple(shipped_framework(name).name for name in settings.also_under)
    weights = subject.parts.get("weights")
    lineage = subject.lineage
    return Held(
        slug=checked_slug(slug or slug_of(subject.name)),
        name=subject.name,
        frameworks=tuple(dict.fromkeys((own.name, *others))),
        lineage=subject.name if lineage is None else lineage.parent,
        parent=None if lineage is None else lineage.parent,
        names=(*subject.known_as, *([weights] if weights else [])),
    )


def slug_of(name: str) -> str:
    """Return a subject's name as an address.

    >>> slug_of("Small model 1 (base)")
    'small-model-1-base'
    """
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")[:100] or "subject"


def checked_slug(slug: str) -> str:
    """Return an address, which is also the name of a folder.

    Raises:
        InputError: `input.schema`.
    """
    if SLUG.fullmatch(slug) is None:
        raise InputError(
            "input.schema",
            f"`{slug}` can not be the address of a subject",
            hint="lower case letters, digits, `.`, `_` and `-`, at most 100, not `.` first",
        )
    return slug


@lru_cache(maxsize=64)
def shipped_framework(name: str) -> Framework:
    """Return a shipped framework; no path is followed, whoever gave it.

    Raises:
        FrameworkError: `framework.unknown`.
        InputError: it is a path.
    """
    if is_framework_path(name):
        raise InputError(
            "input.not-found",
            f"`{name}` is no shipped framework",
            hint="give the text of the file as `framework_file`",
        )
    return get_framework(name)


@lru_cache(maxsize=64)
def parsed_framework(data: bytes) -> Framework:
    """Return the framework of a file that a team's database keeps.

    Raises:
        FrameworkError: the file has a problem.
    """
    return parse_framework(data, name="framework.yaml")
