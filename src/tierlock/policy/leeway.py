"""Contested clauses in the gate: which readings were chosen, and which are open (C-8, G-16)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tierlock.core import Choice, Combination, Digest, Framework, Outcome, RoleSignature, digest
from tierlock.policy.compose import crossed_together


class Chosen(NamedTuple):
    """What stands about one contested clause.

    Attributes:
        readings: the chosen reading, several where choices of one instant differ; none while open.
        until: when the choice lapses.
        records: digests of the choices.
        open_because: why it is open; empty where a reading is chosen.
    """

    readings: tuple[str, ...] = ()
    until: datetime | None = None
    records: tuple[Digest, ...] = ()
    open_because: str = ""


def chosen_readings(
    framework: Framework, *, choices: Iterable[Choice], at: datetime
) -> dict[str, Chosen]:
    """Return, per interpretation of the framework, what its roles chose.

    The latest choice that all of its roles signed stands. One that has lapsed still stands in
    the way of an earlier one, so that the mere passing of time never opens anything (law L7).

    Args:
        framework: offers the readings.
        choices: every choice on record; those about other framework files are passed over.
        at: the instant of the question.
    """
    if not framework.interpretations:  # spares taking the digest
        return {}
    name, known = digest(framework), tuple(choices)
    return {
        key: _standing([c for c in known if c.interpretation == key], key, name, framework, at)
        for key in framework.interpretations
    }


def _standing(
    choices: Sequence[Choice], key: str, name: Digest, framework: Framework, at: datetime
) -> Chosen:
    roles = " and ".join(framework.interpretations[key].by)
    if not choices:
        return Chosen(open_because=f"{roles} chose no reading")
    mine = [choice for choice in choices if choice.framework == name]
    if not mine:
        return Chosen(open_because="the choice on record is about another file of the framework")
    signed = [choice for choice in mine if _counts(choice, framework)]
    if not signed:
        return Chosen(open_because=f"the choice on record is not one that {roles} signed")
    latest = max(choice.chosen_at for choice in signed)
    standing = [choice for choice in signed if choice.chosen_at == latest]
    ends = [choice.expires_at for choice in standing if choice.expires_at is not None]
    until = min(ends, default=None)
    if until is not None and at >= until:
        return Chosen(open_because=f"the choice of {roles} lapsed {until.date()}")
    return Chosen(
        readings=tuple(sorted({choice.reading for choice in standing})),
        until=until,
        records=tuple(sorted(digest(choice) for choice in standing)),
    )


def _counts(choice: Choice, framework: Framework) -> bool:
    """Whether it names a reading that there is, and every role signed it."""
    interpretation = framework.interpretations[choice.interpretation]
    return choice.reading in interpretation.readings and signed_by_all(
        choice.signatures, roles=interpretation.by, framework=framework
    )


def signed_by_all(
    signatures: Sequence[RoleSignature], *, roles: Sequence[str], framework: Framework
) -> bool:
    """Return whether every role signed, each by another person, with an accepted assurance."""
    accepted = [signature for signature in signatures if framework.accepts(signature.assurance)]
    signers = [{one.signer for one in accepted if one.role == role} for role in roles]
    return bool(roles) and any(
        len(set(people)) == len(roles) for people in itertools.product(*signers)
    )


def owed_by_some_reading(
    framework: Framework, *, interpretation: str, outcomes: Mapping[str, Outcome]
) -> tuple[str, ...]:
    """Return the standards that at least one reading of the clause owes under these outcomes."""
    rules: tuple[Combination, ...] = framework.interpretations[interpretation].all_combinations
    return tuple(
        dict.fromkeys(
            standard
            for rule in rules
            if crossed_together(rule, outcomes=outcomes) is not Outcome.RULED_OUT
            for standard in rule.obliges
        )
    )
