"""What the tests of OpenAI's framework files share: determinations and decisions under them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from tests.unit.policy.factory import AT, ago, claim, complete, document, negative, plan, subject
from tierlock.core import (
    Action,
    Approval,
    Attestation,
    Attested,
    Choice,
    Decision,
    Determination,
    Framework,
    RoleSignature,
    Ruling,
    Subject,
    determination_id,
    digest,
    leaves,
)
from tierlock.frameworks import SHIPPED, load_framework
from tierlock.policy import decide, determine

FOLDER = SHIPPED / "openai"
FILES = sorted(FOLDER.glob("*.yaml"))
TWO = load_framework(FOLDER / "preparedness-2.yaml")
BETA = load_framework(FOLDER / "preparedness-beta.yaml")
HIGH = ("High/bio-chem", "High/cyber", "High/self-improvement")
CRITICAL = tuple(name.replace("High", "Critical") for name in HIGH)
TRACKED = (*HIGH, *CRITICAL)
DERIVED = {
    f"derived_from_model_below_high_{category}": True
    for category in ("bio_chem", "cyber", "self_improvement")
}
"""Facts of a model that was fine-tuned from one below High in every category."""


def attested_leaves(rules: Framework) -> Iterator[tuple[str, Attested]]:
    """Yield every attested criterion with its path."""
    trees = [(f"{name}:", item.crossed_if) for name, item in rules.thresholds.items()]
    trees += [
        (f"presumed/{name}:", item.presumed_out.unless)
        for name, item in rules.thresholds.items()
        if item.presumed_out is not None
    ]
    trees += [(f"{name}:{line}/", node) for name, line, node in rules.safeguard_tests()]
    trees += [(f"adjusted/{name}:", item.unless) for name, item in rules.adjustments.items()]
    for prefix, tree in trees:
        for leaf in leaves(tree):
            if isinstance(leaf, Attested):
                yield f"{prefix}{leaf.name}", leaf


def attestations(rules: Framework, *, but: Collection[str] = ()) -> list[Attestation]:
    """Return that every attested criterion is ruled out, but those whose path holds a `but`."""
    parts: dict[str, Any] = subject().parts.model_dump()
    return [
        Attestation(
            criterion=path,
            subject="m",
            role=leaf.by,
            signer="a",
            over={part: parts[part] for part in leaf.over},
            attested_at=ago(1),
        )
        for path, leaf in attested_leaves(rules)
        if not any(text in path for text in but)
    ]


def judged(
    rules: Framework,
    *,
    about: Subject | None = None,
    reached: Collection[str] = (),
    but: Collection[str] = (),
) -> Determination:
    """Return the determination in which the first attested criterion of `reached` is shown."""
    paths = [path for path, _ in attested_leaves(rules)]
    shown = [next(path for path in paths if path.startswith(f"{name}:")) for name in reached]
    return determine(
        rules,
        plan(rules, "nothing"),
        (),
        subject=about or subject(),
        at=AT,
        attestations=attestations(rules, but=but),
        negatives=complete(*(negative("failed_claim", concerns=path) for path in shown)),
    )


def chosen(
    rules: Framework, reading: str, *, by: Collection[str] = ("safety-advisory-group", "leadership")
) -> Choice:
    """Return the choice of a reading of the cyber row, signed by one person for each office."""
    return Choice(
        interpretation="lra-conjunction",
        reading=reading,
        framework=digest(rules),
        signatures=tuple(RoleSignature(role=role, signer=f"of {role}") for role in by),
        reasons="an example",
        chosen_at=ago(1),
    )


def asked(
    rules: Framework,
    found: Determination,
    action: str,
    *,
    about: Subject | None = None,
    claimed: Collection[str] = (),
    failed: Collection[str] = (),
    choices: Collection[Choice] = (),
) -> Decision:
    """Return the decision with Leadership's ruling and sign-off, and claims for `claimed`."""
    claims = [
        claim(f"{name}:{line}", evidence=tuple(document(kind=kind) for kind in item.accepts))
        for name in claimed
        for line, item in rules.standards[name].criteria.items()
    ]
    ruling = Ruling(
        subject="m",
        determination=determination_id(found),
        signatures=(RoleSignature(role="leadership", signer="l"),),
        reasons="as computed",
        ruled_at=ago(0),
    )
    approval = Approval(
        role="leadership",
        signer="l",
        action=action,
        determination=determination_id(found),
        approved_at=ago(0),
    )
    return decide(
        rules,
        found,
        subject=about or subject(),
        action=Action(name=action),
        at=AT,
        claims=claims,
        rulings=[ruling],
        approvals=[approval],
        choices=choices,
        negatives=complete(*(negative("failed_claim", concerns=path) for path in failed)),
    )


def standards_in(decision: Decision) -> set[str]:
    """Return the standards that the reasons of a decision are about."""
    return {reason.about.split(":")[0] for reason in decision.reasons}


def codes(decision: Decision) -> set[str]:
    """Return the codes of the reasons of a decision."""
    return {reason.code for reason in decision.reasons}
