"""The same records as if some of them had been renewed; for questions about what lapses only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from tierlock.core import Claim, Evidence, Record, RegisteredRun, digest
from tierlock.usecases.redecide import Known

R = TypeVar("R", bound=Record)


def renewed(
    known: Known, *, at: datetime, ends: Mapping[str, datetime], kept: frozenset[str]
) -> Known:
    """Return the records at `at` with everything renewed that has lapsed by then.

    Args:
        known: the records.
        at: the instant of the question.
        ends: when each record lapses first.
        kept: records that stay as they are.
    """
    due = {key for key, end in ends.items() if end <= at} - kept

    def fresh(records: Iterable[R], renew: Callable[[R], R]) -> tuple[R, ...]:
        return tuple(renew(one) if key_of(one) in due else one for one in records)

    def endless(record: R) -> R:
        return record.model_copy(update={"expires_at": None})

    negatives = known.negatives
    if "negatives" in due:
        negatives = negatives.model_copy(update={"complete_as_of": at})
    known = known._replace(
        at=at,
        register=known.register.model_copy(update={"as_of": at}),
        claims=fresh(known.claims, lambda claim: _renewed_claim(claim, at=at)),
        attestations=fresh(
            known.attestations,
            lambda one: one.model_copy(update={"attested_at": at, "expires_at": None}),
        ),
        approvals=fresh(known.approvals, endless),
        choices=fresh(known.choices, endless),
        negatives=negatives,
        parents=tuple(map(endless, known.parents)) if "parent" in due else known.parents,
    )
    for slot in sorted(key.partition(":")[2] for key in due if key.startswith("evidence:")):
        known = _measured_again(known, slot=slot)
    return known


def key_of(record: Record) -> str:
    """Return the name of a record among those that lapse."""
    return f"{type(record).__name__}:{digest(record)}"


def _renewed_claim(claim: Claim, *, at: datetime) -> Claim:
    end = None
    if claim.interim is not None and claim.expires_at is not None:
        end = at + (claim.expires_at - claim.claimed_at)
    proofs = tuple(item.model_copy(update={"produced_at": at}) for item in claim.evidence)
    return claim.model_copy(update={"claimed_at": at, "expires_at": end, "evidence": proofs})


def _measured_again(known: Known, *, slot: str) -> Known:
    """The same runs of a slot with the same values, as late as they can be."""
    runs = [run for run in known.register.runs if run.slot == slot]
    names = {run.run_id for run in runs}
    found = [item for item in known.evidence if item.run_id in names]
    last = max(
        [run.started_at for run in runs] + [item.finished_at or item.measured_at for item in found]
    )
    later = known.at - last
    moved = {item.run_id: _moved(item, later) for item in found}

    def again(run: RegisteredRun) -> RegisteredRun:
        if run.run_id not in names:
            return run
        item = moved.get(run.run_id)
        known_as = item.digest if item is not None and run.evidence is not None else run.evidence
        update = {"started_at": run.started_at + later, "evidence": known_as}
        return run.model_copy(update=update)

    register = known.register.model_copy(update={"runs": tuple(map(again, known.register.runs))})
    evidence = tuple(moved.get(item.run_id, item) for item in known.evidence)
    return known._replace(register=register, evidence=evidence)


def _moved(item: Evidence, later: timedelta) -> Evidence:
    end = None if item.finished_at is None else item.finished_at + later
    return item.model_copy(update={"measured_at": item.measured_at + later, "finished_at": end})
