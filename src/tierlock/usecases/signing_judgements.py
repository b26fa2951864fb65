"""Rulings and dissent: what people decide against what is computed, for ever on the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from tierlock.core import (
    InputError,
    IntegrityError,
    Negative,
    Outcome,
    Ruling,
    determination_id,
)
from tierlock.usecases.hands import (
    Hand,
    check_apart,
    check_expected,
    check_reasons,
    find_signed,
    role_for,
)
from tierlock.usecases.project import Project
from tierlock.usecases.question import ask
from tierlock.usecases.signature_list import words_of
from tierlock.usecases.signing import Offer, offer_about, offer_alone
from tierlock.usecases.stated import MACHINES, RESOLVED, read_stated

Objection = Literal[
    "revocation", "incident", "new_attack_class", "dissent", "objection", "failed_claim"
]


def offer_ruling(
    project: Project,
    *,
    hand: Hand,
    at: datetime,
    outcomes: Mapping[str, Outcome],
    reasons: str,
    role: str | None = None,
    cosign: str | None = None,
    expect: str | None = None,
) -> Offer:
    """Return the official ruling on the present determination, to be signed by one of its roles.

    Args:
        project: framework, subject, statements and store.
        hand: who signs.
        at: the instant of signing.
        outcomes: the ruled outcome per threshold; those left out stay as computed.
        reasons: why; required unless a ruling is co-signed.
        role: as what the person signs; found where only one fits.
        cosign: digest of a signed ruling, whose very words are signed again.
        expect: the identity of the determination that the person has read, or its beginning.

    Raises:
        InputError: `sign.*`, no reasons, or a threshold that the framework does not have.
        IntegrityError: `sign.expect`, the determination is another one.
    """
    answer = ask(project, at=at, action=project.action)
    name = determination_id(answer.determination)
    check_expected(name, expect=expect)
    if cosign is not None:
        record = find_signed(answer.stated, name=cosign, kind=Ruling)
        if record.determination != name:
            raise IntegrityError(
                "sign.expect",
                "that ruling is on another determination than the present one",
                hint="evidence or an outcome has changed since: rule anew",
            )
    else:
        check_reasons(reasons, flag="--reasons")
        unknown = sorted(outcomes.keys() - project.framework.thresholds.keys())
        if unknown:
            known = ", ".join(project.framework.thresholds)
            raise InputError(
                "input.not-found", f"no threshold `{unknown[0]}`", hint=f"one of: {known}"
            )
        record = Ruling(
            subject=project.subject.name,
            determination=name,
            outcomes=dict(outcomes),
            reasons=reasons,
            ruled_at=at,
        )
    chosen = role_for(hand, asked=project.framework.ruling.roles, given=role)
    check_apart(
        project, hand=hand, role=chosen, stated=answer.stated, record=record, all_apart=True
    )
    computed = {found.threshold: found.outcome for found in answer.determination.thresholds}
    says = [
        f"{threshold}: computed {computed[threshold].words}, ruled {outcome.words}"
        for threshold, outcome in record.outcomes.items()
        if threshold in computed
    ]
    left = [threshold for threshold in computed if threshold not in record.outcomes]
    says += [f"as computed: {', '.join(left)}"] if left else []
    says += [f"reasons: {record.reasons}"]
    return offer_about(
        project, record=record, role=chosen, hand=hand, at=at, answer=answer, says=says
    )


def offer_negative(
    project: Project,
    *,
    hand: Hand,
    at: datetime,
    role: str | None,
    says: str,
    kind: Objection = "dissent",
    concerns: str = "",
    happened_at: datetime | None = None,
) -> Offer:
    """Return a record that can only restrict, to be signed by anybody.

    Args:
        project: about whose subject.
        hand: who signs; it restricts also where the trust file does not know them.
        at: the instant of signing.
        role: as what the person signs.
        says: why, for people.
        kind: dissent, objection, incident, new attack class, revocation, failed claim.
        concerns: the criterion or digest that it is about; empty for the whole subject.
        happened_at: when it happened; by default now.

    Raises:
        InputError: nothing is said, or `sign.role`.
    """
    check_reasons(says, flag="--says")
    record = Negative(
        kind=kind,
        subject=project.subject.name,
        concerns=concerns,
        says=says,
        happened_at=happened_at or at,
    )
    chosen = _any_role(hand, given=role)
    sentences = (words_of(record), "it stands for ever; it ends only by a signed resolution")
    return offer_alone(project, record=record, role=chosen, hand=hand, at=at, says=sentences)


def offer_resolution(
    project: Project, *, hand: Hand, at: datetime, role: str | None, name: str, says: str
) -> Offer:
    """Return the resolution of a signed negative record, to be signed.

    Args:
        project: whose store.
        hand: who signs; the trust file must know them.
        at: the instant of signing, from which on it is resolved.
        role: as what the person signs.
        name: digest of the signed record, or its beginning.
        says: why it is resolved, for people.

    Raises:
        InputError: no such record, nothing is said, or `sign.*`.
    """
    check_reasons(says, flag="--says")
    stated = read_stated(project, at=at)
    record = find_signed(stated, name=name, kind=Negative)
    judging = [one for one in hand.roles if one not in MACHINES]
    chosen = role_for(hand, asked=judging or ("a person who judges",), given=role)
    resolved = record.model_copy(
        update={"resolved_at": at, "says": f"{record.says}{RESOLVED}{says}"}
    )
    check_apart(project, hand=hand, role=chosen, stated=stated, record=resolved, all_apart=False)
    return offer_alone(
        project, record=resolved, role=chosen, hand=hand, at=at, says=[words_of(resolved)]
    )


def _any_role(hand: Hand, *, given: str | None) -> str:
    """The role of somebody who restricts; who is not trusted names one."""
    if hand.person:
        return role_for(hand, asked=(), given=given)
    if given is None:
        raise InputError(
            "sign.role", "the trust file does not know this key", hint="name a role with --as"
        )
    return given
