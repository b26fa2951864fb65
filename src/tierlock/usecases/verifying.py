"""`verify`: a bundle recomputed from its sample values, under the reader's own trust file.

Offline; nothing in the bundle adds trust (spec/bundle.md V-1 to V-12).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tierlock.attest import (
    Result,
    Trust,
)
from tierlock.core import (
    Decision,
    InputError,
    IntegrityError,
    Reason,
    TierlockError,
    digest,
    format_instant,
)
from tierlock.ledger import Confirmed, HeldHead, check_extended
from tierlock.report import ComparedFinding, Hidden, VerifyReport
from tierlock.usecases.anchoring import ANCHORS, holding_anchors, stored_anchors
from tierlock.usecases.bundle_checks import (
    check_bundled_at,
    check_ledger,
    check_seal,
    check_signed,
    check_trusted,
)
from tierlock.usecases.bundle_compare import compare_findings
from tierlock.usecases.bundle_content import Content, engine_lock, read_content
from tierlock.usecases.bundle_logs import FromLogs, check_logs
from tierlock.usecases.bundle_manifest import Opened, open_bundle
from tierlock.usecases.bundle_recompute import (
    Again,
    as_project,
    recompute,
    with_held,
    withheld_kinds,
)
from tierlock.usecases.bundle_store import replaced
from tierlock.usecases.bundle_words import (
    action_in_words,
    checked_in_words,
    dissent_in_words,
    end_in_words,
    engine_in_words,
    notes_in_words,
    signers_in_words,
    time_in_words,
)
from tierlock.usecases.bundle_zip import MOST_BYTES
from tierlock.usecases.project import Project, read_bytes
from tierlock.usecases.question import ask
from tierlock.usecases.signed import Signed, read_signed

_EXITS: dict[Result, int] = {"verified": 0, "incomplete": 4, "differs": 4, "refused": 3}


class _Seen(NamedTuple):
    """What the checks found."""

    problems: list[Reason]
    sealed_by: list[str]
    held: list[Confirmed]
    signed: tuple[Signed, ...]
    again: Again
    logs: FromLogs
    from_logs: tuple[ComparedFinding, ...]
    priors: list[str]


def verify(
    path: Path,
    *,
    trust: Trust,
    at: datetime,
    logs: Sequence[Path] = (),
    heads: Sequence[Path] = (),
    allow_withheld: bool = False,
    allow_unsigned: bool = False,
) -> VerifyReport:
    """Return what a bundle is worth, under the reader's trust.

    Args:
        path: the bundle.
        trust: whom, which framework and which subject the reader trusts; nothing adds to it.
        at: the instant of the check.
        logs: raw logs, and folders of them, that the reader has.
        heads: tree heads of the ledger that the reader received earlier.
        allow_withheld: whether it may be that not everything could be recomputed.
        allow_unsigned: whether nobody needs to have sealed the bundle.

    Raises:
        InputError: a file of the reader can not be read.
        IntegrityError: `bundle.*` or `ledger.damaged`; the bundle is not whole, and nothing in it
            is worth a further look.
    """
    confirmed = [HeldHead(head).confirm() for head in heads]
    opened = open_bundle(_read(path))
    content = read_content(opened)
    problems: list[Reason] = []
    sealed = check_seal(opened, trust=trust, at=at)
    if sealed.problem is not None and not (opened.seal is None and allow_unsigned):
        problems.append(sealed.problem)
    problems += check_bundled_at(opened, at=at)
    problems += check_trusted(content, trust=trust)
    problems += check_ledger(content, withheld=withheld_kinds(opened))
    priors = _check_priors(opened, content=content, problems=problems)
    with as_project(content, trust=trust) as project:
        confirmed += holding_anchors(
            stored_anchors(project.store.folder / ANCHORS), witnesses=trust.witnesses
        )
        problems += _check_heads(content, confirmed=confirmed)
        signed = _signed(project, content=content, problems=problems)
        again = recompute(project, content=content, withheld=withheld_kinds(opened))
        found = check_logs(content, opened=opened, paths=logs)
        from_logs = _from_logs(project, content=content, found=found)
    problems += found.problems
    if isinstance(again.problem, IntegrityError):
        problems.append(Reason(code=again.problem.code, says=again.problem.message))
    sealed_by = [f"{one.person} sealed the bundle" for one in sealed.signers]
    seen = _Seen(problems, sealed_by, confirmed, signed, again, found, from_logs, priors)
    report = _report(path, opened=opened, content=content, trust=trust, at=at, seen=seen)
    if report.result == "incomplete" and allow_withheld:
        report = report._replace(exit_code=0)
    return report


def _check_heads(content: Content, *, confirmed: Sequence[Confirmed]) -> Iterator[Reason]:
    for one in confirmed:
        try:
            check_extended(content.ledger, held=one.head)
        except IntegrityError as error:
            yield Reason(code=error.code, says=error.message)


def _check_priors(opened: Opened, *, content: Content, problems: list[Reason]) -> list[str]:
    """Earlier bundles: whole, and their ledger is how this one began."""
    told = []
    for _, data in opened.each("prior"):
        try:
            earlier = read_content(open_bundle(data))
            if earlier.ledger.head.origin == content.ledger.head.origin:
                check_extended(content.ledger, held=earlier.ledger.head)
        except IntegrityError as error:
            problems.append(Reason(code=error.code, says=f"an earlier bundle: {error.message}"))
            continue
        decided = earlier.decision
        told.append(
            f"an earlier bundle of {format_instant(earlier.determination.determined_at)} about "
            f"{earlier.subject.name}: {earlier.determination.label}"
            + ("" if decided is None else f", {decided.verdict} for {decided.action.name}")
            + "; its numbers were not recomputed here"
        )
    return told


def _signed(project: Project, *, content: Content, problems: list[Reason]) -> tuple[Signed, ...]:
    """Every signed statement under the reader's trust; what is forged is a problem."""
    try:
        signed = read_signed(project, at=content.determination.determined_at)
    except IntegrityError as error:
        problems.append(Reason(code=error.code, says=error.message))
        return ()
    problems += check_signed(signed)
    return signed


def _from_logs(
    project: Project, *, content: Content, found: FromLogs
) -> tuple[ComparedFinding, ...]:
    """The findings that the raw logs give, where they are others than those recorded."""
    if not found.other:
        return ()
    other = with_held(project, held=replaced(content.held, evidence=found.other))
    try:
        answer = ask(other, at=content.determination.determined_at, action=None)
    except TierlockError:
        return ()
    rows = compare_findings(
        content.determination, recomputed=answer.determination, unknown=frozenset()
    )
    return tuple(row for row in rows if not all(number.agrees for number in row.numbers))


def _report(
    path: Path, *, opened: Opened, content: Content, trust: Trust, at: datetime, seen: _Seen
) -> VerifyReport:
    again, decision = seen.again, content.decision
    problems = tuple(dict.fromkeys((one.code, one.says) for one in seen.problems))
    differs = [one.says for one in again.differences]
    if again.problem is not None and not isinstance(again.problem, IntegrityError):
        differs.append(f"nothing could be recomputed: {again.problem.message}")
    differs += seen.logs.surplus
    result: Result = "verified"
    if problems:
        result = "refused"
    elif differs:
        result = "differs"
    elif again.not_recomputed:
        result = "incomplete"
    recomputed = None if again.answer is None else again.answer.determination
    return VerifyReport(
        bundle=path.name,
        manifest=opened.digest,
        trust=digest(trust),
        subject=content.subject.name,
        framework=content.framework.name,
        action=action_in_words(decision),
        label=content.determination.label,
        bundled_at=opened.manifest.bundled_at,
        verified_at=at,
        engine=engine_in_words(engine_lock()),
        recorded_engine=engine_in_words(content.engine),
        result=result,
        exit_code=_EXITS[result],
        checked=list(
            checked_in_words(
                content, opened=opened, again=again, logs=seen.logs, problems=seen.problems
            )
        ),
        problems=tuple(Reason(code=code, says=says) for code, says in problems),
        differences=differs,
        verdict=_verdicts(again, decision=decision),
        findings=compare_findings(
            content.determination, recomputed=recomputed, unknown=again.unknown
        ),
        from_logs=seen.from_logs,
        logs=seen.logs.compared,
        signers=[*seen.sealed_by, *signers_in_words(seen.signed)],
        dissent=list(dissent_in_words(content)),
        withheld=[
            Hidden(part.path, part.digest, part.about, part.withheld or "")
            for part in opened.withheld
        ],
        not_recomputed=again.not_recomputed,
        time=time_in_words(content, confirmed=seen.held),
        notes=[
            *end_in_words(decision, at=at),
            *seen.priors,
            *notes_in_words(content, opened=opened, trust=trust, logs=seen.logs),
        ],
    )


def _verdicts(again: Again, *, decision: Decision | None) -> tuple[str | None, str | None]:
    ours = None if again.answer is None else again.answer.decision
    # What rests on withheld parts is not ours to state.
    known = ours is not None and not again.not_recomputed
    return (
        None if decision is None else decision.verdict.value,
        ours.verdict.value if known and ours is not None else None,
    )


def _read(path: Path) -> bytes:
    try:
        too_large = path.stat().st_size > MOST_BYTES
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not read `{path}`: {reason}") from None
    if too_large:
        raise IntegrityError("bundle.limit", "larger than a bundle can be", location=str(path))
    return read_bytes(path)
