"""`output`: the texts of samples, found, shown, and withheld where reading them is dangerous."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from tierlock.core import Determination, Evidence, InputError, canonical_bytes, digest_bytes
from tierlock.ledger import Draft
from tierlock.report import OutputFound, OutputListing, OutputRow, OutputShown
from tierlock.store import KeptSample, OutputStore
from tierlock.usecases.hazards import Hazard, check_hazards, hazard_of
from tierlock.usecases.ledger import log_records, project_ledger
from tierlock.usecases.output_log import ACCESS_ENTRY, TextAccess
from tierlock.usecases.project import Project

_AROUND: Final = 60
_TEXTS: Final = ("asked", "answered", "transcript")


class Ask(NamedTuple):
    """A wish to see what is withheld.

    Attributes:
        who: who asks, as they say.
        reason: why.
    """

    who: str
    reason: str


def list_outputs(
    project: Project, *, finding: str | None = None, run: str | None = None
) -> OutputListing:
    """Return the attempts in the output store, without their texts.

    Args:
        project: whose store.
        finding: path of a finding of the latest determination, such as `cbrn-3:uplift`; only the
            attempts behind it.
        run: only this run.

    Raises:
        InputError: no output store, no determination, or no such finding.
    """
    runs = None if run is None else {run}
    without: tuple[str, ...] = ()
    if finding is not None:
        behind = _behind(project, finding=finding)
        runs = {item.run_id for item in behind} & (runs or {item.run_id for item in behind})
    rows = tuple(_row(project, sample) for sample in _store(project).samples(runs=runs))
    if runs is not None:
        without = tuple(sorted(runs - {row.run for row in rows}))
    return OutputListing(rows=rows, finding=finding, without=without)


def _behind(project: Project, *, finding: str) -> tuple[Evidence, ...]:
    """The evidence that a finding of the latest determination rests on."""
    latest = _latest(project)
    found = {each.path: each for each in latest.findings}
    if finding not in found:
        listed = ", ".join(path for path, each in found.items() if each.evidence) or "none"
        raise InputError(
            "input.not-found",
            f"the latest determination has no finding `{finding}`",
            hint=f"findings with evidence: {listed}",
        )
    digests = set(found[finding].evidence)
    return tuple(item for item in project.store.evidence() if item.digest in digests)


def _latest(project: Project) -> Determination:
    found = [
        each
        for each in project.store.determinations(subject=project.subject.name)
        if each.framework.framework == project.framework.framework
    ]
    if not found:
        raise InputError(
            "input.not-found",
            "the store holds no determination of this subject under this framework",
            hint="make one: tierlock assess LOGS",
        )
    return found[-1]


def show_output(project: Project, *, key: str, at: datetime, ask: Ask | None = None) -> OutputShown:
    """Return one attempt with its texts, withheld where reading them is dangerous.

    Args:
        project: whose store and ledger.
        key: the attempt's key, or its beginning.
        at: now.
        ask: who wants to see it all the same, and why; that is recorded before anything is shown.

    Raises:
        InputError: no such attempt; `output.withheld`, it is not shown, which is recorded too; or
            the ledger can not be written, and then nothing is shown.
        IntegrityError: a text is not what it was.
    """
    kept = _store(project)
    sample = kept.sample(key)
    hazard = _hazard(project, sample)
    shown = reveal(project, what=[sample.key], hazard=hazard, at=at, ask=ask)
    texts = tuple(kept.text(getattr(sample, name)) for name in _TEXTS) if shown else None
    return OutputShown(row=_row(project, sample), texts=texts)


def reveal(
    project: Project, *, what: Sequence[str], hazard: Hazard, at: datetime, ask: Ask | None
) -> bool:
    """Tell whether texts may be shown; who asked for withheld ones is recorded first.

    Raises:
        InputError: `output.withheld`, they were asked for and are denied; that is recorded too.
    """
    if hazard == "none":
        return True
    if ask is None:
        return False
    denied = _denied(project, hazard=hazard, ask=ask)
    access = TextAccess(
        who=ask.who,
        reason=ask.reason,
        what=tuple(what),
        granted=not denied,
        says=denied,
        asked_at=at,
    )
    log_records(project, records=(), at=at)
    draft = Draft(media_type=ACCESS_ENTRY, payload=canonical_bytes(access), logged_at=at)
    with project_ledger(project) as ledger:
        ledger.append([draft])
    if denied:
        raise InputError(
            "output.withheld",
            f"the text is withheld: {denied}",
            hint="the attempt is recorded in the ledger; `tierlock.yaml` says who may read what",
        )
    return True


def _denied(project: Project, *, hazard: Hazard, ask: Ask) -> str:
    """Why a wish is refused; empty where it is not."""
    if not ask.who.strip() or not ask.reason.strip():
        return "a name (--as) and a reason (--reason) are needed"
    if hazard == "high":
        return "its hazard is `high`, and such texts are never shown"
    if project.readers and ask.who not in project.readers:
        return f"`{ask.who}` is not among `readers`"
    return ""


def search_outputs(
    project: Project, *, text: str, at: datetime, ask: Ask | None = None
) -> tuple[OutputFound, ...]:
    """Return the attempts whose texts hold `text`, whatever its case, with the words around it.

    Withheld texts are not searched: whether they hold something would give them away. Where
    somebody asks for them, what was found in them is recorded before it is returned. The texts of
    one attempt are in memory at a time.

    Args:
        project: whose store and ledger.
        text: what is looked for.
        at: now.
        ask: who wants withheld texts searched too, and why.

    Raises:
        InputError: nothing to look for, no output store; `output.withheld`, as `show_output`.
        IntegrityError: a text is not what it was.
    """
    if not text.strip():
        raise InputError("input.type", "there is nothing to look for")
    kept = _store(project)
    query = f"search for {digest_bytes(text.encode('utf-8', 'backslashreplace'))}"
    if ask is not None and _denied(project, hazard="restricted", ask=ask):
        reveal(project, what=[query], hazard="restricted", at=at, ask=ask)
    found = []
    for sample in kept.samples():
        hazard = _hazard(project, sample)
        if hazard == "high" or (hazard == "restricted" and ask is None):
            found.append(OutputFound(row=_row(project, sample), where="", around=""))
            continue
        for name in _TEXTS:
            around = _around(kept.text(getattr(sample, name)), text)
            if around:
                found.append(OutputFound(row=_row(project, sample), where=name, around=around))
                break
    if ask is not None:
        keys = [one.row.key for one in found if one.where and one.row.hazard != "none"]
        reveal(project, what=[query, *keys], hazard="restricted", at=at, ask=ask)
    return tuple(found)


def _around(whole: str, text: str) -> str:
    """The words around the first place; empty where there is none."""
    at = whole.find(text)
    if at < 0:
        at = whole.casefold().find(text.casefold())
        # Folding can change lengths; near enough for what is only shown around it.
        at = min(at, len(whole) - 1)
    if at < 0:
        return ""
    start, end = max(0, at - _AROUND), min(len(whole), at + len(text) + _AROUND)
    return ("…" if start else "") + whole[start:end] + ("…" if end < len(whole) else "")


def _hazard(project: Project, sample: KeptSample) -> Hazard:
    return hazard_of(sample.evaluation, hazards=project.hazards, framework=project.framework)


def _row(project: Project, sample: KeptSample) -> OutputRow:
    return OutputRow(
        key=sample.key,
        run=sample.run,
        log=_near(sample.log),
        evaluation=sample.evaluation,
        model=sample.model,
        id=sample.id,
        epoch=sample.epoch,
        score=sample.score,
        hazard=_hazard(project, sample),
    )


def _near(log: str) -> str:
    """The path of a log as a person here would write it; a URL stays."""
    here = Path.cwd()
    return str(Path(log).relative_to(here)) if Path(log).is_relative_to(here) else log


def _store(project: Project) -> OutputStore:
    kept = OutputStore(project.store.folder)
    check_hazards(project.hazards, framework=project.framework, evaluations=kept.evaluations())
    return kept
