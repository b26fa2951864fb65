"""Owed standards against claims and tests, criterion by criterion (G-7 to G-9, G-17)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tierlock.core import GateReason, Outcome, Owed, Reason, SafeguardCriterion
from tierlock.policy.asked import check_times
from tierlock.policy.claimed import Cell, cells_of
from tierlock.policy.draft import Ask, Draft, open_records
from tierlock.policy.safeguards import counting_claims, coverage


def check_standards(ask: Ask, *, owed: tuple[Owed, ...], draft: Draft) -> None:
    """Add to `draft` every reason that binding owed standards give."""
    paths = _required_paths(ask, draft)
    for item in owed:
        if ask.framework.standards[item.standard].kind not in ask.rule.needs:
            continue
        found = _check_standard(ask, item, paths)
        if found.reasons:
            instead = _adjusted(ask, item, paths)
            found = found if instead is None else instead
        draft.take(found)


class Standing(NamedTuple):
    """How one criterion of a standard stands for one action.

    Attributes:
        reasons: what speaks against it; none where it is met.
        conditions: what its being met rests on.
        until: when it is no longer met as things stand; None is never, or not met now.
        cells: what claims must cover, and whether those that count do so.
    """

    reasons: tuple[GateReason, ...]
    conditions: tuple[Reason, ...]
    until: datetime | None
    cells: tuple[tuple[Cell, bool], ...]


def standing_of(ask: Ask, *, path: str) -> Standing:
    """Return how the criterion at `path` stands, whether or not its standard is owed.

    Args:
        ask: the question; a surface that it does not name stands for every declared one.
        path: `<standard>:<criterion>`.

    Raises:
        InputError: an input dated later than the question.
    """
    check_times(ask, rulings=(), approvals=(), choices=())
    standard, _, name = path.partition(":")
    criterion = ask.framework.standards[standard].criteria[name]
    paths = _required_paths(ask, Draft())
    found = _check_criterion(ask, path, criterion, paths)
    counting = counting_claims(
        path,
        criterion=criterion,
        claims=ask.claims,
        framework=ask.framework,
        rule=ask.rule,
        subject=ask.subject,
        audience=_audience(ask),
        at=ask.at,
    )
    cells = cells_of(criterion, subject=ask.subject, required_paths=paths)
    return Standing(
        reasons=tuple(found.reasons),
        conditions=tuple(found.conditions),
        until=None if found.reasons else min(found.ends, default=None),
        cells=tuple((cell, any(cell.is_covered(one) for one in counting)) for cell in cells),
    )


def _audience(ask: Ask) -> str | None:
    return ask.action.audience if "audience" in ask.rule.per else None


def _check_standard(ask: Ask, item: Owed, paths: frozenset[str]) -> Draft:
    """What speaks against one owed standard (G-8, G-9)."""
    found = Draft()
    standard = ask.framework.standards[item.standard]
    binding = standard.modality == "must" and standard.addressee == "self"
    nobody = standard.undefined or any(not c.accepts for c in standard.criteria.values())
    if nobody and not binding:
        says = f"{item.standard} ({standard.title}) is recommended and not defined"
        found.conditions.append(Reason(code="criterion.recommended", says=says))
    elif nobody:
        names = ", ".join(item.thresholds) or "the baseline"
        says = f"{item.standard} ({standard.title}) can not be met by anybody; owed by {names}"
        add = found.hold if item.because == "undetermined" else found.deny
        add("standard.undefined", says=says, about=item.standard)
    for criterion_id, criterion in standard.criteria.items():
        checked = _check_criterion(ask, f"{item.standard}:{criterion_id}", criterion, paths)
        if binding and criterion.modality == "must":
            found.take(checked)
        else:
            # What is recommended never closes the gate; that it is open is still said.
            found.conditions += [
                Reason(
                    code="criterion.recommended",
                    says=f"{reason.about} is recommended and open: {reason.says}",
                )
                for reason in checked.reasons
            ]
    return found


def _adjusted(ask: Ask, item: Owed, paths: frozenset[str]) -> Draft | None:
    """What an adjustment that holds gives instead; None where none helps (G-17)."""
    for name, adjustment in ask.framework.adjustments.items():
        step = ask.determination.adjustment_traces.get(name)
        others = adjustment.instead.get(item.standard, ())
        if not others or step is None or step.outcome is not Outcome.RULED_OUT:
            continue
        found = Draft()
        for other in others:
            found.take(_check_standard(ask, item.model_copy(update={"standard": other}), paths))
        if found.reasons:
            continue
        due = f"; due now: {', '.join(adjustment.notices)}" if adjustment.notices else ""
        says = f"{', '.join(others)} instead of {item.standard}, by `{name}`{due}"
        found.conditions.append(Reason(code="adjustment.applied", says=says))
        return found
    return None


def _required_paths(ask: Ask, draft: Draft) -> frozenset[str]:
    """Traffic paths that path-scoped claims must cover together (G-9)."""
    declared = ask.subject.surfaces
    asked = ask.action.surface if "surface" in ask.rule.per else None
    wanted = list(declared) if asked is None else [asked]
    named = ask.action.surface
    if named is not None and named not in declared:
        says = f"the subject does not declare the traffic paths of surface `{named}`"
        draft.hold("surface.undeclared", says=says, about=named)
    return frozenset(
        f"{name}/{path}" for name in wanted if name in declared for path in declared[name].paths
    )


def _check_criterion(
    ask: Ask, path: str, criterion: SafeguardCriterion, paths: frozenset[str]
) -> Draft:
    """What speaks against the criterion, as if it bound."""
    found = Draft()
    for record in open_records(ask, kind="failed_claim"):
        if record.concerns == path:
            found.deny(
                "claim.failed", says=f"{path} is shown not to hold: {record.says}", about=path
            )
    step = ask.determination.safeguard_traces.get(path)
    if criterion.falls_short_if is not None:
        outcome = Outcome.UNDETERMINED if step is None else step.outcome
        if outcome is Outcome.REACHED:
            says = f"{path} falls short: its test shows it"
            found.deny("safeguard.falls-short", says=says, about=path)
        elif outcome is Outcome.UNDETERMINED:
            says = f"the test of {path} does not rule out that it falls short"
            found.hold("safeguard.undetermined", says=says, about=path)
    if criterion.accepts:
        _check_coverage(ask, path, criterion, paths, found)
    return found


def _check_coverage(
    ask: Ask, path: str, criterion: SafeguardCriterion, paths: frozenset[str], found: Draft
) -> None:
    """Whether claims cover the criterion now, and until when."""
    if criterion.scope == "paths" and not paths:
        says = f"{path} must cover traffic paths, and the subject declares none"
        found.hold("surface.undeclared", says=says, about=path)
    covered = coverage(
        path,
        criterion=criterion,
        claims=ask.claims,
        framework=ask.framework,
        rule=ask.rule,
        subject=ask.subject,
        required_paths=paths,
        audience=_audience(ask),
        at=ask.at,
    )
    for reason in covered.reasons:
        found.hold(reason.code, says=reason.says, about=path)
    found.end(covered.until)
    if covered.interim:
        arguments = "; ".join(
            f"{claim.interim.argument} (until {claim.expires_at.date()})"
            for claim in covered.interim
            if claim.interim is not None and claim.expires_at is not None
        )
        says = f"{path} rests on an interim claim: {arguments}"
        found.conditions.append(Reason(code="claim.interim", says=says))
    for claim in covered.excepted:
        for exception in claim.exceptions:
            until = exception.expires_at.date()
            says = (
                f"{path} does not apply to {exception.users} (until {until}): {exception.argument}"
            )
            found.conditions.append(Reason(code="claim.exception", says=says))
    if covered.lapsed:
        since = min(claim.claimed_at for claim in covered.lapsed).date()
        says = f"{path} rests on a claim of {since}, which is due for renewal"
        found.conditions.append(Reason(code="clock.soft", says=says))
