"""What the pages of one subject say beside the answers: rulings, what lapses, its family."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import Determination, Evidence, Outcome, determination_id, digest
from tierlock.policy import effective_outcomes
from tierlock.report import AssessReport, LapseRow, Official
from tierlock.store import sample_key
from tierlock.usecases.asking_all import Answers
from tierlock.usecases.assessing import report_of
from tierlock.usecases.lapsing import candidates
from tierlock.usecases.project import Project
from tierlock.usecases.question import Answer, ask
from tierlock.usecases.redecide import known_at
from tierlock.usecases.workspace import Listed, Workspace

_FAMILY = 25


def asked_report(project: Project, *, answers: Answers) -> AssessReport:
    """Return the values of the answer to the project's own question, as of the same instant.

    Raises:
        InputError: the records can not be read.
        IntegrityError: they contradict each other.
    """
    if project.action is None:
        return report_of(project, answer=answers.answer)
    at = answers.answer.determination.determined_at
    return report_of(project, answer=ask(project, at=at, action=project.action))


def official_of(project: Project, *, answer: Answer) -> Official:
    """Return what was ruled beside what was computed, and what binds the gate (G-5)."""
    framework, determination = project.framework, answer.determination
    found = effective_outcomes(
        determination,
        determination_digest=determination_id(determination),
        subject=project.subject,
        framework=framework,
        rulings=answer.stated.rulings,
    )
    ruling = found.ruling
    ruled: dict[str, Outcome] = dict(ruling.outcomes) if ruling is not None else {}
    by = "" if ruling is None else ", ".join(f"{s.signer} as {s.role}" for s in ruling.signatures)
    return Official(
        outcomes=dict(found.outcomes),
        ruled=ruled,
        notes=tuple(note.says for note in found.notes),
        by=by if ruling is None else f"{by or 'nobody by name'}, {ruling.ruled_at.date()}",
        required=framework.ruling.required,
    )


def lapses_ahead(
    project: Project, *, determination: Determination, at: datetime, limit: int
) -> Sequence[LapseRow]:
    """Return what may lapse after `at`, soonest first; equal ones of a day stand once.

    Raises:
        InputError: the records can not be read.
    """
    known = known_at(project, at=at)
    found = candidates(known, framework=project.framework, determination=determination)
    rows: dict[tuple[object, ...], LapseRow] = {}
    for one in found:
        if one.at > at:
            row = LapseRow(one.what, one.at, one.owner, one.renew)
            rows.setdefault((one.what, one.at.date(), one.owner, one.renew), row)
    return tuple(rows.values())[:limit]


def latest_determination(project: Project, *, at: datetime) -> Determination | None:
    """Return the newest determination of a subject under its framework; None where none is kept.

    Raises:
        InputError: the store can not be read.
    """
    wanted = digest(project.framework)
    found = [
        one
        for one in project.store.determinations(subject=project.subject.name)
        if one.framework.digest == wanted and one.determined_at <= at
    ]
    return found[-1] if found else None


def sample_key_of(evidence: Evidence, *, number: int) -> str:
    """Return what names the attempt in one row of evidence, as the output store names it."""
    samples = evidence.samples
    return sample_key(evidence.run_id, id=samples.id[number], epoch=samples.epoch[number])


class Relative(NamedTuple):
    """Another subject of the family.

    Attributes:
        name: as it is called; `slug` its address, empty where the workspace does not hold it.
        relation: how the younger came from the elder.
    """

    name: str
    slug: str
    relation: str


class Family(NamedTuple):
    """Where a subject comes from, and what came from it.

    Attributes:
        parent: None where none is declared.
        account: the lineage that shares one account of spent error.
        inherited: paths of findings that rest on the parent's.
        searched: whether all subjects of the workspace were looked at for children; a workspace of
            many is not.
    """

    parent: Relative | None
    account: str
    inherited: tuple[str, ...]
    children: tuple[Relative, ...]
    searched: bool


def family_of(
    project: Project,
    *,
    determination: Determination,
    workspace: Workspace,
    sees: Callable[[str], bool],
) -> Family:
    """Return a subject's parent and children.

    Args:
        project: whose.
        determination: which findings are inherited.
        workspace: where the others are.
        sees: whether a subject, by its slug, may be named to whoever asks.
    """
    subject, lineage = project.subject, project.subject.lineage
    listed = [one for one in workspace.list_subjects(limit=_FAMILY + 1) if sees(one.slug)]
    searched = workspace.count() <= _FAMILY
    by_name = {one.name: one for one in listed}
    parent = None
    if lineage is not None:
        known = by_name.get(lineage.parent)
        parent = Relative(lineage.parent, known.slug if known else "", lineage.relation)
    findings = (*determination.findings, *determination.safeguard_findings)
    return Family(
        parent=parent,
        account=subject.lineage_id,
        inherited=tuple(one.path for one in findings if one.decided_by == "inheritance"),
        children=_children(subject.name, workspace, listed) if searched else (),
        searched=searched,
    )


def _children(name: str, workspace: Workspace, listed: Sequence[Listed]) -> tuple[Relative, ...]:
    found = []
    for one in listed:
        lineage = workspace.open(one.slug).subject.lineage
        if lineage is not None and lineage.parent == name:
            found.append(Relative(one.name, one.slug, lineage.relation))
    return tuple(found)
