"""A workspace of project folders: what `tierlock serve` shows when nothing else is set up."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tierlock.core import InputError, TierlockError
from tierlock.frameworks import get_framework
from tierlock.usecases.folder_marks import LedgerMarks, ParentAnswers
from tierlock.usecases.project import (
    Project,
    ledger_of,
    load_project,
    project_file,
    resolve_framework,
)
from tierlock.usecases.store_place import PROJECT_FILE
from tierlock.usecases.workspace import Listed, SeveralSubjects, stamp_of

_ANSWERS: Final = frozenset({"determinations", "outputs", "reports", "lock", "signed.logged"})
"""What is in a store because somebody asked; no answer rests on it."""
_DEPTH: Final = 3


class FolderWorkspace:
    """Projects in folders, read anew whenever their files change.

    Args:
        folders: project folders, or folders with projects in them.

    Attributes:
        roots: slug of each project to its folder.

    Raises:
        InputError: `input.not-found`, no project is there.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.where = ", ".join(str(folder) for folder in folders)
        self.roots: dict[str, Path] = {}
        for root in sorted({found.resolve() for one in folders for found in _projects(one)}):
            self.roots[_slug(root, taken=self.roots)] = root
        if not self.roots:
            raise InputError(
                "input.not-found",
                f"no `{PROJECT_FILE}` in `{self.where}` or in a folder below",
                hint="run `tierlock init` there, or `tierlock demo` for an example",
            )
        self._kept: dict[tuple[str, str], tuple[str, bytes]] = {}
        self._listed: dict[str, tuple[str, Listed, frozenset[str]]] = {}
        self._guard = threading.Lock()
        self._marks, self._parents = LedgerMarks(), ParentAnswers()

    def list_subjects(
        self, *, after: str = "", limit: int = 50, search: str = ""
    ) -> Sequence[Listed]:
        """Return subjects in the order of their slugs."""
        found = (self._one(slug)[0] for slug in sorted(self.roots) if slug > after)
        wanted = search.casefold()
        matching = [one for one in found if wanted in f"{one.slug}\n{one.name}".casefold()]
        return matching[:limit]

    def count(self) -> int:
        """Return how many subjects there are."""
        return len(self.roots)

    def find(self, name: str) -> Listed:
        """Return the one subject with this slug, name, other name or weights digest.

        Raises:
            InputError: `input.not-found` or `input.subject`.
        """
        if name in self.roots:
            return self._one(name)[0]
        found = [one for one, names in map(self._one, sorted(self.roots)) if name in names]
        if len(found) == 1:
            return found[0]
        if found:
            raise SeveralSubjects(name, slugs=[one.slug for one in found])
        raise _unknown(name)

    def open(self, slug: str, *, framework: str | None = None) -> Project:
        """Return a subject's project as it is now.

        Raises:
            InputError: `input.not-found`, or its files can not be read.
        """
        root = self._root(slug)
        own, *others = self._one(slug)[0].frameworks
        if framework in {None, own}:
            return load_project(root)
        # Only what the project names: a question spends alpha and is recorded, and a name could
        # be the path of any file.
        if framework not in others:
            raise not_judged(slug, framework=str(framework))
        return load_project(root, framework=self._named(root)[framework])

    def state(self, slug: str) -> str:
        """Return a digest of all that answers rest on: files, the ledger, the parent's answers."""
        root = self._root(slug)
        found = [f"{path}\0{stamp_of(path)}" for path in sorted(_files(root))]
        try:
            file = project_file(root / PROJECT_FILE)
        except InputError:
            pass  # whoever opens the project is told
        else:
            found.append(self._marks.of(ledger_of(file, root=root)))
            if file.subject.lineage is not None:
                found += self._parents.of(root / file.store, name=file.subject.lineage.parent)
        return hashlib.sha256("\n".join(found).encode("utf-8", "surrogateescape")).hexdigest()

    def kept(self, slug: str, *, name: str, state: str) -> bytes | None:
        """Return what was computed from a state and kept under `name` by this process."""
        known = self._kept.get((slug, name))
        return known[1] if known is not None and known[0] == state else None

    def kept_many(self, slugs: Sequence[str], *, name: str) -> Mapping[str, bytes]:
        """Return what was last kept under `name` for each subject."""
        found = {slug: self._kept.get((slug, name)) for slug in slugs}
        return {slug: known[1] for slug, known in found.items() if known is not None}

    def keep(self, slug: str, *, name: str, state: str, data: bytes) -> None:
        """Keep what was computed, as long as this process runs."""
        with self._guard:
            self._kept[slug, name] = (state, data)

    def close(self) -> None:
        """There is nothing to close."""

    def _root(self, slug: str) -> Path:
        try:
            return self.roots[slug]
        except KeyError:
            raise _unknown(slug) from None

    def _read(self, slug: str) -> tuple[Listed, frozenset[str]]:
        """What one project file says; one that can not be read hides no other project."""
        try:
            project = load_project(self.roots[slug])
            under = (project.framework.name, *self._named(self.roots[slug]))
        except TierlockError:
            return Listed(slug, slug, ("",)), frozenset({slug})
        subject = project.subject
        names = {subject.name, *subject.known_as, subject.parts.weights or subject.name}
        return Listed(slug, subject.name, tuple(dict.fromkeys(under))), frozenset(names)

    def _named(self, root: Path) -> dict[str, str]:
        """The further frameworks of a project: name to what names or locates it."""
        file = project_file(root / PROJECT_FILE)
        found = (resolve_framework(one, root=root) for one in file.also_under)
        return {get_framework(one).name: one for one in found}

    def _one(self, slug: str) -> tuple[Listed, frozenset[str]]:
        """The subject and its names, as its project file has them now."""
        stamp = stamp_of(self.roots[slug] / PROJECT_FILE)
        known = self._listed.get(slug)
        if known is None or known[0] != stamp:
            known = self._listed[slug] = (stamp, *self._read(slug))
        return known[1], known[2]


def _projects(folder: Path, *, depth: int = _DEPTH) -> Iterator[Path]:
    """Yield every folder with a project file, from `folder` down, none inside another."""
    if (folder / PROJECT_FILE).is_file():
        yield folder
        return
    if not depth or not folder.is_dir():
        return
    for below in sorted(folder.iterdir()):
        if below.is_dir() and not below.name.startswith(".") and not below.is_symlink():
            yield from _projects(below, depth=depth - 1)


def _slug(root: Path, *, taken: Mapping[str, Path]) -> str:
    """The folder's name as an address; numbered where another folder has it already."""
    base = re.sub(r"[^a-z0-9._-]+", "-", root.name.lower()).strip("-._") or "project"
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _files(root: Path) -> Iterator[Path]:
    """Yield the files of a project: those that it names, and of its store what answers rest on."""
    yield root / PROJECT_FILE
    try:
        file = project_file(root / PROJECT_FILE)
    except InputError:
        return  # whoever opens the project is told
    named = [file.statements, file.trust, *file.subject.parts.values()]
    named += [one for one in (file.framework, *file.also_under) if one.endswith((".yaml", ".yml"))]
    for name in named:
        path = root / name.removeprefix("file:") if name is not None else root
        if path.is_file():
            yield path
    store = root / file.store
    for path in store.iterdir() if store.is_dir() else ():
        if path.name in _ANSWERS or path.name.startswith((".part-", "ledger.db")):
            continue
        yield from [path] if path.is_file() else (one for one in path.rglob("*") if one.is_file())


def not_judged(slug: str, *, framework: str) -> InputError:
    """Return the error for a framework under which a subject is not judged."""
    return InputError(
        "input.not-found",
        f"`{slug}` is not judged under `{framework}`",
        hint="name it under `also_under` in the project file",
    )


def _unknown(name: str) -> InputError:
    return InputError("input.not-found", f"no subject `{name}` in this workspace")
