"""A workspace in a team's database: many subjects, SQLite or PostgreSQL, several servers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from tierlock.attest import Trust
from tierlock.core import Framework, InputError, format_instant
from tierlock.ledger import close_team, last_places, team_address
from tierlock.store import (
    Document,
    Recorded,
    TeamDatabase,
    TeamStore,
    TeamSubject,
    TeamSubjects,
    TeamViews,
    check_revision,
    migrate,
)
from tierlock.usecases.project import Project, to_subject
from tierlock.usecases.statements import Statements
from tierlock.usecases.team_documents import ParsedDocuments
from tierlock.usecases.team_project import (
    TeamProject,
    TeamSettings,
    held_of,
    parsed_framework,
    shipped_framework,
)
from tierlock.usecases.view_seal import ViewSeal
from tierlock.usecases.workspace import ASKED_ENTRIES, Listed, SeveralSubjects, stamp_of

_FOLDERS: Final = ("anchors", "configurations")
"""What answers rest on in a subject's folder."""
_VIEW_KEY: Final = ".views.key"
"""The key of what is kept computed, beside the subjects' folders; none of them can be called so."""


class TeamWorkspace:
    """The subjects of a team's database.

    Args:
        url: `sqlite:///PATH` or `postgresql://...`.
        data: folder for what is kept in files, with a folder per subject; servers share it.
        create: make the tables where there are none.

    Raises:
        InputError: `input.not-found`, there is no team store; `team.schema`, its tables are of
            another version; `input.store`, it can not be reached.
    """

    def __init__(self, url: str, *, data: Path, create: bool = False) -> None:
        self.database = TeamDatabase(url)
        self.where = self.database.where
        self.data = data
        if create:
            migrate(self.database)
        check_revision(self.database)
        self._subjects = TeamSubjects(self.database)
        self._views = TeamViews(self.database)
        self._seal = ViewSeal(data / _VIEW_KEY)
        self._documents = ParsedDocuments(self._subjects)

    # -- what there is -------------------------------------------------------------------------

    def list_subjects(
        self, *, after: str = "", limit: int = 50, search: str = ""
    ) -> Sequence[Listed]:
        """Return subjects in the order of their slugs."""
        found = self._subjects.page(after=after, limit=limit, search=search)
        return [_listed(one) for one in found]

    def count(self) -> int:
        """Return how many subjects there are."""
        return self._subjects.count()

    def find(self, name: str) -> Listed:
        """Return the one subject with this slug, name, other name or weights digest.

        Raises:
            InputError: `input.not-found` or `input.subject`.
        """
        found = self._subjects.named(name)
        exact = [one for one in found if one.subject.slug == name]
        if len(exact or found) == 1:
            return _listed((exact or found)[0])
        if found:
            raise SeveralSubjects(name, slugs=[one.subject.slug for one in found])
        raise _unknown(name)

    def open(self, slug: str, *, framework: str | None = None) -> Project:
        """Return a subject's project as it is now; opening it opens no new connection.

        Raises:
            InputError: `input.not-found`, there is no such subject, or it is not judged under it.
            IntegrityError: `integrity.digest`, a document was changed.
        """
        found, documents = self._opened(slug)
        settings = self._documents.read(documents["settings"], TeamSettings)
        rules = self._framework(found, settings, documents, wanted=framework)
        store = self._store(found.subject)
        statements = Statements(subject=settings.subject.name)
        if "statements" in documents:
            statements = self._documents.read(documents["statements"], Statements)
        trust = self._documents.read(documents["trust"], Trust) if "trust" in documents else None
        return Project(
            root=store.folder,
            framework=rules,
            subject=to_subject(settings.subject, root=store.folder, store=store.folder),
            statements=statements,
            store=store,
            action=settings.action,
            ledger=self.ledger_of(slug),
            trust=trust,
            runs=settings.runs,
            prices=settings.prices,
            keep_outputs=settings.keep_outputs,
            hazards=settings.hazards,
            readers=settings.readers,
        )

    def state(self, slug: str) -> str:
        """Return a text that changes with everything that an answer about a subject rests on.

        That is: what is stored about it, its documents, the alpha of its lineage, the parent's
        determinations, its ledger apart from what asking itself appends, and its labels and
        anchors.

        Raises:
            InputError: `input.not-found`.
        """
        versions = self._subjects.state(slug)
        if versions is None:
            raise _unknown(slug)
        places = last_places(self.ledger_of(slug))
        logged = sum(place + 1 for kind, place in places.items() if kind not in ASKED_ENTRIES)
        return f"{versions}.{logged}.{_stamps(self.data / slug)}"

    def documents(self, slug: str) -> list[Document]:
        """Return every version of every document of a subject: who wrote it, and when.

        Raises:
            InputError: `input.not-found`.
        """
        return self._subjects.documents(self._opened(slug)[0].subject.id)

    def document(self, name: str) -> bytes:
        """Return a version of a document by its digest.

        Raises:
            InputError: `input.not-found`.
            IntegrityError: `integrity.digest`.
        """
        return self._subjects.document(name)

    # -- what is written -----------------------------------------------------------------------

    def put(
        self, project: TeamProject, *, author: str, at: datetime, slug: str | None = None
    ) -> Listed:
        """Add a subject, or bring its documents up to date; earlier versions stay.

        Args:
            project: its documents.
            author: who says so.
            at: when.
            slug: its address; by default made from its name.

        Raises:
            InputError: `team.subject`, another subject has its name or address; something in the
                documents can not be used.
        """
        held = held_of(project, slug=slug)
        subject = self._subjects.put(
            held, documents=project.documents, author=author, at=format_instant(at)
        )
        return Listed(subject.slug, subject.name, held.frameworks)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write all that is written inside as one transaction, for great amounts at once.

        Subjects and what is in stores; a ledger has transactions of its own and must wait.
        """
        with self.database.together():
            yield

    def store(self, slug: str) -> TeamStore:
        """Return a subject's store.

        Raises:
            InputError: `input.not-found`.
        """
        return self._store(self._opened(slug)[0].subject)

    def ledger_of(self, slug: str) -> str:
        """Return the address of a subject's ledger, which this process can open."""
        return team_address(self.database.url, shown=self.where, ledger=slug)

    # -- what was computed ---------------------------------------------------------------------

    def kept(self, slug: str, *, name: str, state: str) -> bytes | None:
        """Return what was computed from a state and kept under `name`, None where nothing was."""
        for _, known, data in self._views.kept([slug], name=name):
            if known == state:
                return self._seal.open(data, slug=slug, name=name, state=state)
        return None

    def kept_many(self, slugs: Sequence[str], *, name: str) -> Mapping[str, bytes]:
        """Return what was last kept under `name` for each subject, of whatever state."""
        found = {
            slug: self._seal.open(data, slug=slug, name=name, state=state)
            for slug, state, data in self._views.kept(slugs, name=name)
        }
        return {slug: data for slug, data in found.items() if data is not None}

    def keep(self, slug: str, *, name: str, state: str, data: bytes) -> None:
        """Keep what was computed from a state; it replaces what was kept under the name."""
        sealed = self._seal.put(data, slug=slug, name=name, state=state)
        self._views.keep(slug, name=name, state=state, data=sealed)

    def close(self) -> None:
        """Close all connections that nobody uses."""
        self.database.close()
        close_team(self.database.url)

    # -- parts ---------------------------------------------------------------------------------

    def _opened(self, slug: str) -> tuple[Recorded, dict[str, str]]:
        found = self._subjects.open(slug)
        if found is None:
            raise _unknown(slug)
        return found

    def _store(self, subject: TeamSubject) -> TeamStore:
        return TeamStore(self.database, subject=subject, folder=self.data / subject.slug)

    def _framework(
        self,
        found: Recorded,
        settings: TeamSettings,
        documents: Mapping[str, str],
        *,
        wanted: str | None,
    ) -> Framework:
        name = settings.framework if wanted is None else wanted
        if name not in found.frameworks:
            listed = ", ".join(f"`{one}`" for one in found.frameworks)
            raise InputError(
                "input.not-found",
                f"`{found.subject.slug}` is not judged under `{name}`",
                hint=f"it is judged under {listed}",
            )
        if name == settings.framework and "framework" in documents:
            return parsed_framework(self._subjects.document(documents["framework"]))
        return shipped_framework(name)


def _listed(found: Recorded) -> Listed:
    return Listed(found.subject.slug, found.subject.name, found.frameworks)


def _stamps(folder: Path) -> str:
    """A digest of names, sizes and times of what answers rest on in a subject's folder."""
    found = sorted(
        f"{path.relative_to(folder)}\0{stamp_of(path)}"
        for name in _FOLDERS
        for path in (folder / name).rglob("*")
    )
    return hashlib.sha256("\n".join(found).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _unknown(name: str) -> InputError:
    return InputError("input.not-found", f"no subject `{name}` in this workspace")
