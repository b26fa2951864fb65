"""What another framework version would flip among the determinations that are on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tierlock.analysis import Impact, NotRedecided, compare_answers, view_crosswalk
from tierlock.core import (
    Crosswalk,
    Determination,
    Digest,
    Framework,
    FrameworkError,
    InputError,
    digest,
    format_instant,
)
from tierlock.frameworks import get_framework, read_crosswalk
from tierlock.store import Store
from tierlock.usecases.project import Project
from tierlock.usecases.redecide import Known, known_at, redecide


class Impacts(NamedTuple):
    """What a framework version makes of what is on record.

    Attributes:
        framework: name of the version.
        impacts: one per determination, those with more permissive answers first.
        skipped: determinations about which nothing can be said.
        under_it: how many were recorded under the version itself, which changes nothing there.
    """

    framework: str
    impacts: tuple[Impact, ...]
    skipped: tuple[NotRedecided, ...]
    under_it: int

    @property
    def settled(self) -> bool:
        """Whether every determination could be decided again, and no answer differs."""
        return not self.skipped and not any(impact.flips for impact in self.impacts)


class _Recorded(NamedTuple):
    """A determination on record, and the project that its subject is described in."""

    determination: Determination
    project: Project | None

    @property
    def subject(self) -> str:
        known = self.project
        return self.determination.subject.name if known is None else known.subject.name


def impact(
    name: str,
    *,
    projects: Sequence[Project],
    before: Sequence[str] = (),
    everything: bool = False,
    at: datetime | None = None,
) -> Impacts:
    """Decide recorded determinations again, under their own framework version and under another.

    Args:
        name: the other version: a shipped framework, or the path of a YAML file.
        projects: whose stores hold the determinations, and which describe their subjects.
        before: only what was recorded under these versions, named likewise; by default all. A
            version that is neither shipped nor a project's own is found here alone.
        everything: every determination, not just the latest per subject and framework.
        at: ask both versions as of this instant; by default each determination's own.

    Raises:
        FrameworkError: no such framework, or a file with a problem.
        InputError: a file can not be read, or nothing is on record.
        IntegrityError: a store that contradicts itself.
    """
    new = get_framework(name)
    named = [get_framework(one) for one in before]
    recorded = list(_recorded(projects, only={digest(one) for one in named}))
    if not recorded:
        raise _nothing(projects, named)
    others = [one for one in recorded if one.determination.framework.digest != digest(new)]
    shelf = _Shelf([*named, *(project.framework for project in projects)])
    shipped = read_crosswalk()
    done: list[Impact] = []
    skipped: list[NotRedecided] = []
    for one in others if everything else _latest(others):
        old = shelf.find(one.determination)
        if old is None or one.project is None:
            edited = old is None and shelf.has_namesake(one.determination)
            skipped.append(_skipped(one, known=old is not None, edited=edited))
            continue
        known = known_at(one.project, at=at or one.determination.determined_at)
        done.append(_impact(one.determination, known, old=old, new=new, shipped=shipped))
    done.sort(key=lambda found: (-found.count("more permissive"), -found.flips))
    return Impacts(new.name, tuple(done), tuple(skipped), len(recorded) - len(others))


def _recorded(projects: Iterable[Project], *, only: set[Digest]) -> Iterator[_Recorded]:
    """Yield what is on record, once per store, under the versions in `only` if there are any."""
    stores: dict[Path, list[Project]] = {}
    for project in projects:
        stores.setdefault(project.store.folder.resolve(), []).append(project)
    for sharing in stores.values():
        store: Store = sharing[0].store
        for found in store.determinations():
            if not only or found.framework.digest in only:
                name = found.subject.name
                mine = (project for project in sharing if project.subject.answers_to(name))
                yield _Recorded(found, next(mine, None))


def _latest(recorded: Iterable[_Recorded]) -> list[_Recorded]:
    """The latest determination per store, subject and framework, whichever version it is of."""
    latest: dict[tuple[str, str, str], _Recorded] = {}
    for one in recorded:  # oldest first
        store = "" if one.project is None else str(one.project.store.folder)
        latest[store, one.subject, one.determination.framework.framework] = one
    return list(latest.values())


class _Shelf:
    """The framework versions at hand, by digest: those named, the projects' own, the shipped."""

    def __init__(self, frameworks: Iterable[Framework]) -> None:
        self._known = {digest(framework): framework for framework in frameworks}

    def find(self, determination: Determination) -> Framework | None:
        """Return the exact version that a determination was made under, if it is at hand."""
        wanted = determination.framework
        if wanted.digest not in self._known:
            try:
                shipped = get_framework(f"{wanted.framework}-{wanted.version}")
            except FrameworkError:
                return None
            self._known[digest(shipped)] = shipped
        return self._known.get(wanted.digest)

    def has_namesake(self, determination: Determination) -> bool:
        """Whether a framework of the same name and version is at hand, whatever it says."""
        wanted = determination.framework
        return any(
            (one.framework, one.version) == (wanted.framework, wanted.version)
            for one in self._known.values()
        )


def _nothing(projects: Sequence[Project], named: Sequence[Framework]) -> InputError:
    stores = ", ".join(f"`{project.store.folder}`" for project in projects)
    under = f" under {', '.join(f'`{one.name}`' for one in named)}" if named else ""
    return InputError(
        "input.not-found",
        f"no determination is on record{under} in {stores}",
        hint="`tierlock assess` and `tierlock gate` record one",
    )


def _skipped(one: _Recorded, *, known: bool, edited: bool) -> NotRedecided:
    found = one.determination
    if known:
        says = "no project given describes this subject"
        hint = "name the folder of its tierlock.yaml with --project"
    else:
        says = "the version that it was recorded under is not at hand"
        if edited:
            # Never the namesake instead: it may be the very version that is asked about.
            says += "; the one of this name was edited since, or is read by another Tierlock"
        hint = (
            f"name the file with the digest {found.framework.digest[:19]}… with --from, or record "
            "the determination anew with `tierlock gate`"
        )
    return NotRedecided(
        subject=found.subject.name,
        framework=f"{found.framework.framework}-{found.framework.version}",
        recorded=digest(found),
        recorded_at=found.determined_at,
        says=says,
        hint=hint,
    )


def _impact(
    recorded: Determination, known: Known, *, old: Framework, new: Framework, shipped: Crosswalk
) -> Impact:
    before, after = redecide(known, framework=old), redecide(known, framework=new)
    return compare_answers(
        before,
        new=after,
        recorded=recorded,
        recorded_digest=digest(recorded),
        related=_related(shipped, old=old, new=new),
        notes=tuple(_notes(known, old=old, new=new)),
    )


def _notes(known: Known, *, old: Framework, new: Framework) -> Iterator[str]:
    for framework in (old, new):
        if framework.effective > known.at.date():
            yield (
                f"{framework.name} takes effect {framework.effective}, after "
                f"{format_instant(known.at)}; asked as if it were in force"
            )
    if known.approvals or known.rulings:
        yield (
            f"sign-offs and rulings are about one exact determination: those given under "
            f"{old.name} do not count under {new.name}"
        )
    if known.subject.lineage is not None:
        judged = {parent.framework.digest for parent in known.parents}
        if digest(old) in judged and digest(new) not in judged:
            yield (
                f"no determination of the parent `{known.subject.lineage.parent}` is on record "
                f"under {new.name}: nothing is inherited there"
            )


def _related(
    shipped: Crosswalk, *, old: Framework, new: Framework
) -> Mapping[str, tuple[str, ...]]:
    """What the crosswalk states between the two versions, by the name of either end."""
    found: dict[str, list[str]] = {}
    if old.name == new.name:
        return {}
    for view in view_crosswalk(shipped, asked=(old.name, new.name)):
        for stated in view.relations:
            for one in (stated, stated.inverse()):
                if one.item.id and one.other.id:
                    said = f"{one.relation} {one.other.id}"
                    found.setdefault(one.item.id, []).append(said)
    return {name: tuple(dict.fromkeys(said)) for name, said in found.items()}
