"""What the tests of Google DeepMind's framework files share: levels, statements and claims."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.policy.factory import AT, ago, complete, negative, subject
from tierlock.core import (
    Action,
    Attestation,
    Attested,
    Choice,
    Claim,
    ClaimEvidence,
    Decision,
    Determination,
    Framework,
    Negative,
    Plan,
    RoleSignature,
    digest,
    leaves,
)
from tierlock.frameworks import SHIPPED, load_framework
from tierlock.policy import decide, determine

FOLDER = SHIPPED / "google-deepmind"
EFFECTIVE = {
    "1.0": date(2024, 5, 17),
    "2.0": date(2025, 2, 4),
    "3.0": date(2025, 9, 22),
    "3.1": date(2026, 4, 17),
}
RULES = {version: load_framework(FOLDER / f"fsf-{version}.yaml") for version in EFFECTIVE}
VERSIONS = pytest.mark.parametrize("version", sorted(RULES))

# The levels of each version, and the security level that the text recommends to the field.
LEVELS = {
    "1.0": {
        "autonomy-1": "",
        "bio-amateur-enablement-1": "",
        "bio-expert-enablement-1": "",
        "cyber-autonomy-1": "",
        "cyber-enablement-1": "",
        "ml-rd-1": "",
        "ml-rd-2": "",
    },
    "2.0": {
        "cbrn-uplift-1": "field-sl2",
        "cyber-autonomy-1": "field-sl2",
        "cyber-uplift-1": "field-sl2",
        "ml-rd-uplift-1": "field-sl3",
        "ml-rd-autonomy-1": "field-sl4",
        "instrumental-reasoning-1": "",
        "instrumental-reasoning-2": "",
    },
    "3.0": {
        "cbrn-uplift-1": "field-sl2",
        "cyber-uplift-1": "field-sl2",
        "harmful-manipulation-1": "field-sl2",
        "ml-rd-acceleration-1": "field-sl3",
        "ml-rd-automation-1": "field-sl4",
        "instrumental-reasoning-1": "",
        "instrumental-reasoning-2": "",
    },
    "3.1": {
        "cbrn-uplift-1": "field-sl2plus",
        "cyber-uplift-1": "field-sl2plus",
        "harmful-manipulation-1": "field-sl2plus",
        "ml-rd-acceleration-1": "field-sl3",
        "ml-rd-automation-1": "field-sl4",
    },
}
TRACKED = {"3.1": {"cbrn-uplift-tcl", "stealth-situational-awareness-tcl"}}
EVERY_LEVEL = [(version, level) for version, levels in LEVELS.items() for level in levels]
SECURITY_OF_LEVELS = {
    "3.0": ("security-sl2", "security-sl3", "security-sl4"),
    "3.1": ("security-sl2plus", "security-sl3", "security-sl4"),
}
DISJUNCTIONS = [(version, name) for version, names in SECURITY_OF_LEVELS.items() for name in names]


def attestation(path: str, leaf: Attested) -> Attestation:
    """Return the role's statement that the bad proposition at `path` does not hold."""
    parts = subject().parts
    over = {part: seen for part in leaf.over if (seen := getattr(parts, part)) is not None}
    return Attestation(
        criterion=path, role=leaf.by, signer=leaf.by, subject="m", over=over, attested_at=ago(5)
    )


def below(rules: Framework, *thresholds: str) -> list[Attestation]:
    """Return everything that has to be attested for these thresholds to be ruled out."""
    return [
        attestation(f"{name}:{leaf.name}", leaf)
        for name in thresholds
        for leaf in leaves(rules.thresholds[name].crossed_if)
        if isinstance(leaf, Attested)
    ]


def safeguards(rules: Framework) -> list[Attestation]:
    """Return every attestation that a test of a safeguard asks for."""
    return [
        attestation(f"{standard}:{criterion}/{leaf.name}", leaf)
        for standard, criterion, tree in rules.safeguard_tests()
        for leaf in leaves(tree)
        if isinstance(leaf, Attested)
    ]


def claims(rules: Framework, *, without: tuple[str, ...] = ()) -> list[Claim]:
    """Return a claim for every line of every standard that binds the publisher."""
    return [
        Claim(
            criterion=f"{standard_id}:{criterion_id}",
            subject="m",
            status="met",
            claimed_at=ago(10),
            holds_with_weights=True,
            evidence=(ClaimEvidence(kind="document", says="it is", produced_at=ago(10)),),
        )
        for standard_id, standard in rules.standards.items()
        for criterion_id in standard.criteria
        if standard.addressee == "self" and standard_id not in without
    ]


def determined(
    rules: Framework, attestations: list[Attestation], *records: Negative, **facts: bool
) -> Determination:
    """Return the determination of a subject that nothing was measured about."""
    about = subject(facts=facts)
    nothing = Plan(framework=digest(rules), subject="m", sealed_at=ago(100), declared="before")
    return determine(
        rules,
        nothing,
        (),
        subject=about,
        at=AT,
        attestations=attestations,
        negatives=complete(*records),
    )


def chosen(rules: Framework, reading: str = "") -> list[Choice]:
    """Return the governance function's choice of `reading`, or of the first one, if any is open."""
    return [
        Choice(
            interpretation=name,
            reading=reading or next(iter(item.readings)),
            framework=digest(rules),
            signatures=tuple(RoleSignature(role=role, signer=role) for role in item.by),
            reasons="an example",
            chosen_at=ago(1),
        )
        for name, item in rules.interpretations.items()
    ]


def decided(
    rules: Framework,
    action: str,
    attestations: list[Attestation],
    given: list[Claim],
    *records: Negative,
    choices: list[Choice],
) -> Decision:
    """Return the decision about an action."""
    return decide(
        rules,
        determined(rules, attestations, *records),
        subject=subject(facts={}),
        action=Action(name=action),
        at=AT,
        claims=given,
        choices=choices,
        negatives=complete(*records),
    )


def verdict(
    rules: Framework,
    action: str,
    attestations: list[Attestation],
    given: list[Claim],
    *records: Negative,
) -> str:
    """Return the answer to an action, where clauses are read in the strictest way."""
    return decided(
        rules, action, attestations, given, *records, choices=chosen(rules)
    ).verdict.value


def alert_found(rules: Framework, level: str) -> Negative:
    """Return the record of an assessment that put the subject at the level's alert threshold."""
    first = leaves(rules.thresholds[f"{level}/alert"].crossed_if)[0]
    return negative("failed_claim", concerns=f"{level}/alert:{first.name}")
