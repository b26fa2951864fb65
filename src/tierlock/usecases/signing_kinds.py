"""What else people sign: plans, attestations, readings, determinations, runs."""

from __future__ import annotations

from datetime import datetime

from tierlock.core import (
    Attestation,
    Attested,
    Choice,
    InputError,
    Part,
    Record,
    determination_id,
    digest,
)
from tierlock.usecases.hands import (
    Hand,
    check_end,
    check_expected,
    check_reasons,
    find_signed,
    role_for,
)
from tierlock.usecases.lapsing import attested_criteria
from tierlock.usecases.project import Project
from tierlock.usecases.question import active_plan, ask
from tierlock.usecases.signature_list import words_of
from tierlock.usecases.signing import Offer, offer_about, offer_alone
from tierlock.usecases.stated import read_stated


def offer_attestation(
    project: Project,
    *,
    hand: Hand,
    at: datetime,
    path: str,
    says: str,
    role: str | None = None,
    expires_at: datetime | None = None,
) -> Offer:
    """Return an attestation of one attested criterion over the subject's parts, to be signed.

    Raises:
        InputError: no such criterion, nothing is said, or `sign.*`.
    """
    check_reasons(says, flag="--says")
    criteria = attested_criteria(project.framework)
    criterion: Attested | None = criteria.get(path)
    if criterion is None:
        known = ", ".join(criteria) or "none"
        raise InputError("input.not-found", f"no attested criterion `{path}`", hint=known)
    chosen = role_for(hand, asked=(criterion.by,), given=role)
    over: dict[Part, str] = {
        part: value
        for part in criterion.over
        if (value := getattr(project.subject.parts, part)) is not None
    }
    check_end(expires_at, at=at)
    record = Attestation(
        criterion=path,
        role=chosen,
        signer=hand.person,
        over=over,
        attested_at=at,
        expires_at=expires_at,
        says=says,
        subject=project.subject.name,
    )
    looked = [f"over {part} {value}" for part, value in over.items()]
    sentences = [f"that this does not hold: {criterion.says}", *looked, says]
    return offer_alone(project, record=record, role=chosen, hand=hand, at=at, says=sentences)


def offer_choice(
    project: Project,
    *,
    hand: Hand,
    at: datetime,
    clause: str,
    reading: str,
    reasons: str,
    role: str | None = None,
    expires_at: datetime | None = None,
    cosign: str | None = None,
) -> Offer:
    """Return the choice of a reading of a contested clause, to be signed by one of its roles.

    Raises:
        InputError: no such clause or reading, no reasons, or `sign.*`.
    """
    found = project.framework.interpretations.get(clause)
    if found is None:
        known = ", ".join(project.framework.interpretations) or "none"
        raise InputError("input.not-found", f"no contested clause `{clause}`", hint=known)
    if cosign is not None:
        record = find_signed(read_stated(project, at=at), name=cosign, kind=Choice)
    else:
        check_reasons(reasons, flag="--reasons")
        if reading not in found.readings:
            raise InputError(
                "input.not-found", f"no reading `{reading}`", hint=", ".join(found.readings)
            )
        check_end(expires_at, at=at)
        record = Choice(
            interpretation=clause,
            reading=reading,
            framework=digest(project.framework),
            reasons=reasons,
            chosen_at=at,
            expires_at=expires_at,
        )
    chosen = role_for(hand, asked=found.by, given=role)
    return offer_alone(
        project, record=record, role=chosen, hand=hand, at=at, says=[words_of(record)]
    )


def offer_plan(project: Project, *, hand: Hand, at: datetime, role: str | None) -> Offer:
    """Return the plan that is in use, to be signed; it counts from its ledger entry.

    Raises:
        InputError: no plan is sealed, or `sign.*`.
    """
    plan = active_plan(project)
    if plan is None:
        raise InputError("input.not-found", "no plan is sealed", hint="tierlock plan seal --all")
    chosen = role_for(hand, asked=(), given=role)
    return offer_alone(
        project, record=plan, role=chosen, hand=hand, at=at, says=[words_of(plan), digest(plan)]
    )


def offer_determination(
    project: Project, *, hand: Hand, at: datetime, role: str | None, expect: str | None
) -> Offer:
    """Return the present determination itself, to be signed by who computed it.

    Raises:
        InputError: `sign.*`.
        IntegrityError: `sign.expect`, the determination is another one.
    """
    answer = ask(project, at=at, action=project.action)
    check_expected(determination_id(answer.determination), expect=expect)
    chosen = role_for(hand, asked=(), given=role)
    record: Record = answer.determination
    return offer_about(
        project,
        record=record,
        role=chosen,
        hand=hand,
        at=at,
        answer=answer,
        says=[words_of(record)],
        binds=False,
    )


def offer_evidence(
    project: Project, *, hand: Hand, at: datetime, role: str | None, run: str
) -> Offer:
    """Return the facts and digests of one run, to be signed by who ran the evaluation.

    Args:
        project: whose store holds the run.
        hand: who signs; an external evaluator signs in their own name.
        at: the instant of signing.
        role: as what the person signs.
        run: the run's id.

    Raises:
        InputError: no such run, or `sign.*`.
    """
    from tierlock.attest import summarise_evidence

    item = next((one for one in project.store.evidence() if one.run_id == run), None)
    if item is None:
        raise InputError(
            "input.not-found", f"no run `{run}` in the store", hint="tierlock assess LOGS first"
        )
    record = summarise_evidence(item)
    chosen = role_for(hand, asked=(), given=role)
    facts = (
        words_of(record),
        f"on {record.subject.name}",
        f"evidence {record.evidence}",
        f"samples {record.samples}",
    )
    return offer_alone(project, record=record, role=chosen, hand=hand, at=at, says=facts)
