"""A project: which framework, which subject, which statements, which store."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field

from tierlock.core import (
    Action,
    FactValue,
    Framework,
    InputError,
    Lineage,
    Part,
    Parts,
    Record,
    Subject,
    Surface,
)
from tierlock.frameworks import get_framework, parse_record
from tierlock.store import LocalStore, Store
from tierlock.usecases.hazards import Hazard
from tierlock.usecases.labels import LABEL, labelled, without_labels
from tierlock.usecases.run_settings import RunSettings, TokenPrice
from tierlock.usecases.statements import Statements
from tierlock.usecases.store_place import PROJECT_FILE, STORE_FOLDER

if TYPE_CHECKING:
    from tierlock.attest import Trust

DigestOrFile = Annotated[str, Field(pattern=r"^(sha256:[0-9a-f]{64}|file:.+|label:.+)$")]


class SubjectFile(Record):
    """The subject as people write it: a part is a digest, or a file whose digest is taken.

    `elicitation` may also be `label:NAME`: what the label of the configuration history stands for.
    """

    name: str = Field(min_length=1)
    known_as: tuple[str, ...] = ()
    parts: dict[Part, DigestOrFile] = {}
    lineage: Lineage | None = None
    effective_compute: float | None = Field(default=None, gt=0)
    facts: dict[str, FactValue] = {}
    surfaces: dict[str, Surface] = {}


class ProjectFile(Record):
    """`tierlock.yaml`.

    Attributes:
        framework: name of a shipped framework, or a path to a framework file.
        also_under: further frameworks, likewise, under which a server judges the subject too.
        subject: what is judged.
        statements: path of the statements file; without it nothing is claimed.
        store: folder of the local store.
        ledger: the ledger: a path, or `postgresql://...`; by default a file in the store's folder.
        action: the question that `assess` answers; without it no action is decided.
        trust: path of the trust file: whose signatures count; without it none does.
        runs: slot -> how `tierlock run` runs it.
        prices: model -> what its tokens cost.
        keep_outputs: whether the texts of samples are kept when logs are read.
        hazards: evaluation, slot, domain or `default` -> how dangerous its texts are.
        readers: who may be shown dangerous texts; without it anybody who gives name and reason.
    """

    framework: str
    also_under: tuple[str, ...] = ()
    subject: SubjectFile
    statements: str | None = None
    trust: str | None = None
    store: str = STORE_FOLDER
    ledger: str | None = None
    action: Action | None = None
    runs: dict[str, RunSettings] = {}
    prices: dict[str, TokenPrice] = {}
    keep_outputs: bool = False
    hazards: dict[str, Hazard] = {}
    readers: tuple[str, ...] = ()


class Project(NamedTuple):
    """A loaded project.

    Attributes:
        trust: whose signatures count; None where the project names no trust file.
        runs: slot -> how `tierlock run` runs it.
        prices: model -> what its tokens cost.
        keep_outputs: whether the texts of samples are kept when logs are read.
        hazards: evaluation, slot, domain or `default` -> how dangerous its texts are.
        readers: who may be shown dangerous texts; empty: anybody who gives name and reason.
    """

    root: Path
    framework: Framework
    subject: Subject
    statements: Statements
    store: Store
    action: Action | None
    ledger: str
    trust: Trust | None = None
    runs: Mapping[str, RunSettings] = MappingProxyType({})
    prices: Mapping[str, TokenPrice] = MappingProxyType({})
    keep_outputs: bool = False
    hazards: Mapping[str, Hazard] = MappingProxyType({})
    readers: tuple[str, ...] = ()


def load_project(
    folder: Path, *, framework: str | None = None, unlabelled: bool = False
) -> Project:
    """Return the project in `folder`.

    Args:
        folder: folder of a `tierlock.yaml`, or the file itself.
        framework: name or path that replaces the file's framework.
        unlabelled: a label that nobody gave yet leaves the part unknown, for who gives labels.

    Raises:
        InputError: no project file, or one that does not follow its schema.
    """
    path = folder if folder.is_file() else folder / PROJECT_FILE
    root = path.parent
    if not path.exists():
        raise InputError(
            "input.not-found",
            f"no `{PROJECT_FILE}` in `{folder}`",
            hint="run `tierlock init`, or name --framework and --subject",
        )
    file = project_file(path)
    store = LocalStore(root / file.store)
    written = file.subject
    if unlabelled:
        parts = without_labels(written.parts, store=store.folder)
        written = written.model_copy(update={"parts": parts})
    subject = to_subject(written, root=root, store=store.folder)
    return Project(
        root=root,
        framework=get_framework(framework or resolve_framework(file.framework, root=root)),
        subject=subject,
        statements=_load_statements(file.statements, root, subject),
        store=store,
        action=file.action,
        ledger=ledger_of(file, root=root),
        trust=_load_trust(file.trust, root),
        runs=file.runs,
        prices=file.prices,
        keep_outputs=file.keep_outputs,
        hazards=file.hazards,
        readers=file.readers,
    )


def project_file(path: Path) -> ProjectFile:
    """Return what a `tierlock.yaml` says.

    Raises:
        InputError: it can not be read, or does not follow its schema.
    """
    return parse_record(read_bytes(path), kind=ProjectFile, name=str(path))


def bare_project(folder: Path, *, framework: str, subject: Subject) -> Project:
    """Return a project without a file: nothing is claimed, and no action is asked."""
    return Project(
        root=folder,
        framework=get_framework(framework),
        subject=subject,
        statements=Statements(subject=subject.name),
        store=LocalStore(folder / STORE_FOLDER),
        action=None,
        ledger=str(_ledger_in(folder / STORE_FOLDER)),
    )


def to_subject(file: SubjectFile, *, root: Path, store: Path | None = None) -> Subject:
    """Return the subject that a file describes, with digests taken of what it names.

    Args:
        file: as people write it.
        root: the folder to which its paths are relative.
        store: the store's folder, whose configuration history knows labels.

    Raises:
        InputError: a file can not be read, or there is no such label.
    """
    parts = {
        part: labelled(value, part=part, store=store or root / STORE_FOLDER)
        if value.startswith(LABEL)
        else _digest_of(value, root)
        for part, value in file.parts.items()
    }
    fields = {name: getattr(file, name) for name in SubjectFile.model_fields if name != "parts"}
    return Subject(parts=Parts(**parts), **fields)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        InputError: it can not be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not read `{path}`: {reason}") from None


def _digest_of(value: str, root: Path) -> str:
    if value.startswith("sha256:"):
        return value
    path = root / value.removeprefix("file:")
    try:
        with path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not read `{path}`: {reason}") from None


def _load_statements(name: str | None, root: Path, subject: Subject) -> Statements:
    if name is None:
        return Statements(subject=subject.name)
    path = root / name
    statements = parse_record(read_bytes(path), kind=Statements, name=str(path))
    if not subject.answers_to(statements.subject):
        raise InputError(
            "input.subject",
            f"the statements are about `{statements.subject}`, the subject is `{subject.name}`",
            location=str(path),
        )
    return statements


def _load_trust(name: str | None, root: Path) -> Trust | None:
    if name is None:
        return None
    # Imported here: it loads the code for keys, which a project without signatures never needs.
    from tierlock.attest import Trust

    return parse_record(read_bytes(root / name), kind=Trust, name=str(root / name))


def ledger_of(file: ProjectFile, *, root: Path) -> str:
    """Return where a project's ledger is: a path counts from the project, a database has a URL."""
    if file.ledger is None:
        return str(_ledger_in(root / file.store))
    return file.ledger if "://" in file.ledger else str(root / file.ledger)


def _ledger_in(store: Path) -> Path:
    return store / "ledger.db"


def resolve_framework(framework: str, *, root: Path) -> str:
    """Return a framework's name, or its path, which a project file gives relative to itself."""
    if framework.endswith((".yaml", ".yml")):
        return str(root / framework)
    return framework
