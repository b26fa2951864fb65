"""Which records may lapse, when, and what renews them; whether it matters the gate says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from tierlock.core import (
    Attested,
    Claim,
    Determination,
    Framework,
    SafeguardCriterion,
    Trigger,
    add_period,
    digest,
    leaves,
)
from tierlock.report import LapseKind
from tierlock.usecases.redecide import Known
from tierlock.usecases.renewing import key_of

Kind = Literal["evidence", "claims", "attestations"]


class Candidate(NamedTuple):
    """One record at one instant at which it may stop to support anything.

    Attributes:
        key: which record; equal for its soft and its hard end.
        about: what the gate's reasons about it name.
    """

    key: str
    kind: LapseKind
    what: str
    at: datetime
    clock: str
    renew: str
    owner: str = ""
    about: str = ""
    soft: bool = False


class _End(NamedTuple):
    at: datetime
    clock: str
    soft: bool = False


def candidates(
    known: Known, *, framework: Framework, determination: Determination
) -> tuple[Candidate, ...]:
    """Return everything that may lapse, soonest first.

    Whether it matters is the gate's to say; see `tierlock.usecases.expiry`.

    Args:
        known: the records.
        framework: its clocks.
        determination: what follows from the records now; it lapses too.
    """
    found = [
        *_negatives(known, framework),
        *_determinations(known, determination, framework),
        *_evidence(known, framework),
        *_attestations(known, framework),
        *_claims(known, framework),
        *_approvals(known),
        *_choices(known, framework),
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.kind, one.what, one.soft)))


def _clocks(framework: Framework, *, of: Kind) -> Iterator[Trigger]:
    return (
        trigger
        for trigger in framework.triggers
        if trigger.when.elapsed is not None and of in trigger.expires
    )


def _clock_ends(start: datetime, *, framework: Framework, of: Kind) -> Iterator[_End]:
    """Yield when clocks end what started at `start`: soft ends before their hard ones."""
    for trigger in _clocks(framework, of=of):
        period = trigger.when.elapsed or ""
        end = add_period(start, period=period)
        name = f"{trigger.id} ({period} from {start.date()})"
        if trigger.grace is None:
            yield _End(end, name)
        else:
            yield _End(end, f"{name}, then grace {trigger.grace}", soft=True)
            hard = add_period(end, period=trigger.grace)
            yield _End(hard, f"{name} and grace {trigger.grace}")


def _first(ends: Iterable[_End]) -> Iterator[_End]:
    """Yield the first hard end, and the soft ones before it."""
    known = sorted(ends)
    hard = next((end for end in known if not end.soft), None)
    yield from (end for end in known if end.soft and (hard is None or end.at < hard.at))
    if hard is not None:
        yield hard


def _negatives(known: Known, framework: Framework) -> Iterator[Candidate]:
    as_of = known.negatives.complete_as_of
    if as_of is not None:
        yield Candidate(
            key="negatives",
            kind="negative records",
            what=f"negative records, complete as of {as_of.date()}",
            at=add_period(as_of, period=framework.register_max_age),
            clock=f"register_max_age ({framework.register_max_age})",
            renew="look for incidents, revocations, dissents and failed claims, then state "
            "`complete_as_of` again",
            about="negative records",
        )


def _determinations(
    known: Known, determination: Determination, framework: Framework
) -> Iterator[Candidate]:
    if determination.expires_at is not None:
        yield Candidate(
            key="determination",
            kind="determination",
            what=f"determination of {determination.determined_at.date()}",
            at=determination.expires_at,
            clock="the first end of what it rests on",
            renew="ask again, which determines anew from what is on record then",
            about="determination",
        )
    ends = [one.expires_at for one in known.parents if one.framework.digest == digest(framework)]
    parent = ends[-1] if ends else None
    if parent is not None:
        name = known.parents[-1].subject.name
        yield Candidate(
            key="parent",
            kind="parent",
            what=f"determination of the parent {name}",
            at=parent,
            clock="the first end of what it rests on",
            renew=f"assess {name} again",
        )


def _evidence(known: Known, framework: Framework) -> Iterator[Candidate]:
    runs = [run for run in known.register.runs if known.subject.answers_to(run.subject)]
    for slot, evaluation in framework.evaluations.items():
        mine = sorted((run for run in runs if run.slot == slot), key=lambda run: run.started_at)
        seen: set[tuple[datetime, bool]] = set()
        for run in mine:
            for end in _first(_clock_ends(run.started_at, framework=framework, of="evidence")):
                if (end.at, end.soft) in seen:
                    continue
                seen.add((end.at, end.soft))
                yield Candidate(
                    key=f"evidence:{slot}",
                    kind="evidence",
                    what=f"evidence {slot}, run of {run.started_at.date()}",
                    at=end.at,
                    clock=end.clock,
                    renew=f"run {evaluation.title} (`{evaluation.tasks[0]}`) again and assess it",
                    about=slot,
                    soft=end.soft,
                )


def _attestations(known: Known, framework: Framework) -> Iterator[Candidate]:
    tests = attested_criteria(framework)
    for item in known.attestations:
        criterion = tests.get(item.criterion)
        ends = list(_clock_ends(item.attested_at, framework=framework, of="attestations"))
        # A soft clock of attestations has no meaning of its own before its grace is over.
        ends = [end for end in ends if not end.soft]
        if item.expires_at is not None:
            ends.append(_End(item.expires_at, "its own `expires_at`"))
        if criterion is not None and criterion.max_age is not None:
            end = add_period(item.attested_at, period=criterion.max_age)
            ends.append(_End(end, f"max_age ({criterion.max_age} from {item.attested_at.date()})"))
        for first in _first(ends):
            yield Candidate(
                key=key_of(item),
                kind="attestation",
                what=f"attestation {item.criterion} by {item.signer}",
                at=first.at,
                clock=first.clock,
                renew=f"have {item.role} attest again",
                owner=item.role,
                about=item.criterion,
            )


def attested_criteria(framework: Framework) -> dict[str, Attested]:
    """The attested criteria of thresholds, scope, safeguard tests and adjustments, by path."""
    trees = [(f"{name}:", one.crossed_if) for name, one in framework.thresholds.items()]
    if framework.scope is not None:
        trees.append(("scope:", framework.scope.in_scope_if))
    trees += [(f"{std}:{name}/", node) for std, name, node in framework.safeguard_tests()]
    trees += [(f"adjusted/{name}:", one.unless) for name, one in framework.adjustments.items()]
    return {
        prefix + leaf.name: leaf
        for prefix, node in trees
        for leaf in leaves(node)
        if isinstance(leaf, Attested)
    }


def _claims(known: Known, framework: Framework) -> Iterator[Candidate]:
    for claim in known.claims:
        if claim.status == "pending":
            continue
        standard, _, name = claim.criterion.partition(":")
        found = framework.standards.get(standard)
        criterion = None if found is None else found.criteria.get(name)
        for end in _first(_claim_ends(claim, criterion, framework)):
            yield Candidate(
                key=key_of(claim),
                kind="claim" if claim.interim is None else "interim claim",
                what=f"claim {claim.criterion}",
                at=end.at,
                clock=end.clock,
                renew=_claim_again(claim, criterion),
                owner=claim.owner,
                about=claim.criterion,
                soft=end.soft,
            )


def _claim_ends(
    claim: Claim, criterion: SafeguardCriterion | None, framework: Framework
) -> Iterator[_End]:
    yield from _clock_ends(claim.claimed_at, framework=framework, of="claims")
    if claim.expires_at is not None:
        yield _End(claim.expires_at, "its own `expires_at`")
    if criterion is None or criterion.max_age is None:
        return
    dates = [item.produced_at for item in claim.evidence if item.kind in criterion.accepts]
    if dates:
        end = max(add_period(date, period=criterion.max_age) for date in dates)
        yield _End(end, f"max_age of its evidence ({criterion.max_age} from {max(dates).date()})")


def _claim_again(claim: Claim, criterion: SafeguardCriterion | None) -> str:
    if claim.interim is not None:
        roles = " and ".join(claim.interim.approved_by)
        return f"put it in place and claim it for good, or have {roles} approve it again"
    kinds = " or ".join(criterion.accepts) if criterion is not None else "the accepted kind"
    return f"claim it again with new evidence ({kinds})"


def _approvals(known: Known) -> Iterator[Candidate]:
    for item in known.approvals:
        if item.expires_at is not None:
            yield Candidate(
                key=key_of(item),
                kind="approval",
                what=f"approval of {item.action} by {item.signer}",
                at=item.expires_at,
                clock="its own `expires_at`",
                renew=f"have {item.role} sign off again",
                owner=item.role,
                about=item.role,
            )


def _choices(known: Known, framework: Framework) -> Iterator[Candidate]:
    for item in known.choices:
        clause = framework.interpretations.get(item.interpretation)
        if item.expires_at is None or clause is None:
            continue
        roles = " and ".join(clause.by)
        yield Candidate(
            key=key_of(item),
            kind="choice",
            what=f"choice of reading `{item.reading}` of {item.interpretation}",
            at=item.expires_at,
            clock="its own `expires_at`",
            renew=f"have {roles} choose again",
            owner=roles,
            about=item.interpretation,
        )
