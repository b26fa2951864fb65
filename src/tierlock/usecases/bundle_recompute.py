"""A bundle's question asked again, of its own parts, under the reader's trust."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.attest import Trust
from tierlock.core import Determination, Finding, IntegrityError, TierlockError
from tierlock.ledger import Draft, open_ledger
from tierlock.usecases.anchoring import ANCHORS
from tierlock.usecases.bundle_checks import check_ledger
from tierlock.usecases.bundle_compare import Difference, differences
from tierlock.usecases.bundle_content import Content, read_content
from tierlock.usecases.bundle_logs import check_logs
from tierlock.usecases.bundle_manifest import Opened
from tierlock.usecases.bundle_store import Held, HeldStore
from tierlock.usecases.bundle_withhold import STATED
from tierlock.usecases.project import Project
from tierlock.usecases.question import Answer, ask, decide_on

_GATE: Final = frozenset({"claim", "approval", "ruling", "choice", "negative"})
"""Statements that a decision rests on."""


class Again(NamedTuple):
    """A bundle's question asked again.

    Attributes:
        answer: ours; None where it could not be made, `problem` says why.
        differences: what differs, except what rests on withheld parts.
        findings: how many findings were recomputed.
        unknown: paths of findings that could not be recomputed, with the reason.
        not_recomputed: all that could not be recomputed, one sentence each.
    """

    answer: Answer | None
    problem: TierlockError | None
    differences: tuple[Difference, ...]
    findings: int
    unknown: dict[str, str]
    not_recomputed: tuple[str, ...]


@contextmanager
def as_project(content: Content, *, trust: Trust | None) -> Iterator[Project]:
    """Yield the bundle as a project, which every use case can be asked of.

    Its ledger lies in a scratch folder, with the entries that are shown.
    """
    with tempfile.TemporaryDirectory(prefix="tierlock-") as scratch:
        folder = Path(scratch)
        where = str(folder / "ledger.db")
        with open_ledger(where, origin=content.ledger.head.origin) as ledger:
            ledger.append(
                [
                    Draft(
                        media_type=entry.media_type,
                        payload=entry.payload,
                        logged_at=entry.logged_at,
                    )
                    for entry in content.ledger.entries
                ]
            )
        if content.anchors:
            anchors = folder / "store" / ANCHORS
            anchors.mkdir(parents=True)
            for name, data in content.anchors.items():
                (anchors / name).write_bytes(data)
        decision = content.decision
        yield Project(
            root=folder,
            framework=content.framework,
            subject=content.subject,
            statements=content.statements,
            store=HeldStore(folder / "store", held=content.held),
            action=None if decision is None else decision.action,
            ledger=where,
            trust=trust,
        )


def with_held(project: Project, *, held: Held) -> Project:
    """Return the project with other records in its store."""
    return project._replace(store=HeldStore(project.store.folder, held=held))


def unknown_findings(content: Content, *, withheld: Collection[str]) -> dict[str, str]:
    """Return the findings that can not be recomputed, each with the reason.

    Args:
        content: the bundle.
        withheld: kinds of statements of which one is withheld.
    """
    tasks = {part.record.evaluation for part in content.hidden}
    digests = {part.evidence for part in content.hidden}
    slots = {
        name for name, slot in content.framework.evaluations.items() if tasks & set(slot.tasks)
    }
    found = content.determination
    return {
        finding.path: why
        for finding in (*found.findings, *found.safeguard_findings)
        if (why := _why_unknown(finding, slots=slots, digests=digests, withheld=withheld))
    }


def _why_unknown(
    finding: Finding, *, slots: Collection[str], digests: Collection[str], withheld: Collection[str]
) -> str:
    if finding.slot in slots or set(finding.evidence) & set(digests):
        return "sample values are withheld"
    if finding.kind == "attested" and {"attestation", "negative"} & set(withheld):
        return "statements are withheld"
    return ""


def withheld_kinds(opened: Opened) -> frozenset[str]:
    """Return of what something is withheld: roles, and kinds of statements."""
    found: set[str] = set()
    for part in opened.withheld:
        if part.role == "stated":
            found.add(STATED.get(part.about, part.about))
        elif part.role == "signed":
            found.add(part.about)
        else:
            found.add(part.role)
    return frozenset(found | ({"negative"} if "negatives" in found else set()))


def self_check(opened: Opened, *, trust: Trust | None) -> None:
    """Refuse a bundle that its own maker could not verify.

    Raises:
        IntegrityError: `bundle.fails`, with the first thing that does not hold.
    """
    content = read_content(opened)
    withheld = withheld_kinds(opened)
    wrong = [problem.says for problem in check_ledger(content, withheld=withheld)]
    with as_project(content, trust=trust) as project:
        again = recompute(project, content=content, withheld=withheld)
    wrong += [difference.says for difference in again.differences]
    if again.problem is not None:
        wrong.append(again.problem.message)
    logs = check_logs(content, opened=opened, paths=())
    wrong += [problem.says for problem in logs.problems]
    found = {row.run for row in logs.compared if row.log is not None}
    # A log that needs the files beside it gives nothing when it lies alone.
    wrong += [
        f"the log `{part.path}` lies alone in the bundle, and does not give run `{part.about}`"
        for part, _ in opened.each("log")
        if not set(part.about.split(", ")) <= found
    ]
    if wrong:
        raise IntegrityError(
            "bundle.fails",
            f"the bundle would not verify, and was not written: {wrong[0]}",
            hint="look at store and ledger with `tierlock ledger verify`; hand a log that is named "
            "over beside the bundle",
        )


def recompute(project: Project, *, content: Content, withheld: frozenset[str]) -> Again:
    """Return the answer that follows from the bundle's parts, and how it differs."""
    recorded, decision = content.determination, content.decision
    unknown = unknown_findings(content, withheld=withheld)
    partial = bool(unknown) or bool(content.hidden)
    try:
        answer = ask(
            project,
            at=recorded.determined_at,
            action=None if decision is None else decision.action,
        )
    except TierlockError as error:
        return Again(None, error, (), 0, unknown, ("the determination and the decision",))
    told: list[str] = [f"{path}: {why}" for path, why in unknown.items()]
    if partial:
        wrong = _partial(recorded, answer.determination, unknown=unknown)
        told += _rest_of(recorded, unknown=unknown)
    else:
        wrong = [
            one._replace(path=f"determination.{one.path}")
            for one in differences(recorded, recomputed=answer.determination)
        ]
    if decision is not None:
        if _GATE & withheld:
            told.append("the decision: statements are withheld")
        else:
            ours = answer.decision
            if partial:
                ours = decide_on(
                    project,
                    determination=recorded,
                    action=decision.action,
                    at=decision.decided_at,
                    stated=answer.stated,
                ).model_copy(update={"work": decision.work})
                told.append(
                    "the work order; the decision was recomputed from the recorded determination"
                )
            if ours is not None:
                wrong += [
                    one._replace(path=f"decision.{one.path}")
                    for one in differences(decision, recomputed=ours)
                ]
    if content.ledger.hidden:
        count = len(content.ledger.hidden)
        told.append(f"whether runs, plans or objections are among {count} withheld ledger entries")
    every = len(recorded.findings) + len(recorded.safeguard_findings)
    return Again(answer, None, tuple(wrong), every - len(unknown), unknown, tuple(told))


def _partial(
    recorded: Determination, ours: Determination, *, unknown: dict[str, str]
) -> list[Difference]:
    """Differences of the findings that do not rest on what is withheld."""
    mine = {one.path: one for one in (*ours.findings, *ours.safeguard_findings)}
    return [
        difference._replace(path=f"{finding.path}.{difference.path}")
        for finding in (*recorded.findings, *recorded.safeguard_findings)
        if finding.path not in unknown and finding.path in mine
        for difference in differences(finding, recomputed=mine[finding.path])
    ]


def _rest_of(recorded: Determination, *, unknown: dict[str, str]) -> Iterator[str]:
    """What follows from findings that could not be recomputed."""
    lines = {path.partition(":")[0] for path in unknown}
    for threshold in recorded.thresholds:
        if threshold.threshold in lines:
            yield f"the outcome of {threshold.threshold}: it rests on withheld values"
    yield "what is owed and the label: they rest on all findings"
