"""Random attestations, claims, approvals, rulings and negative records."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, get_args

from hypothesis import strategies as st

from tests.strategies.chance import AT, Draw, ago, named_digest, one_of, rarely, weighted
from tests.strategies.frameworks import SURFACES
from tierlock.core import (
    ADJUSTMENT,
    Action,
    Approval,
    Attestation,
    Attested,
    Choice,
    Claim,
    ClaimEvidence,
    Framework,
    Interim,
    Negative,
    Negatives,
    Outcome,
    RoleSignature,
    Ruling,
    SafeguardCriterion,
    Subject,
    TrustedUsers,
    digest,
    leaves,
)
from tierlock.policy import evidence_of

THIS = named_digest("this determination")
"""Stands for the digest of the determination, which is known only later."""
SOON = AT + timedelta(days=10)
Kind = Literal["revocation", "incident", "new_attack_class", "dissent", "objection", "failed_claim"]
KINDS: tuple[Kind, ...] = (*get_args(Kind), "failed_claim", "incident")


def attested_leaves(framework: Framework) -> list[tuple[str, Attested]]:
    """Return (path, criterion) of every attested criterion of a threshold or an adjustment."""
    return [
        (f"{name}:{leaf.name}", leaf)
        for name, tree in (
            *((name, threshold.crossed_if) for name, threshold in framework.thresholds.items()),
            *((f"{ADJUSTMENT}{name}", one.unless) for name, one in framework.adjustments.items()),
        )
        for leaf in leaves(tree)
        if isinstance(leaf, Attested)
    ]


def attestations(draw: Draw, framework: Framework, subject: Subject) -> tuple[Attestation, ...]:
    """Draw attestations, mostly one good one for every attested criterion."""
    return tuple(
        _attestation(draw, path, leaf, subject)
        for path, leaf in attested_leaves(framework)
        for _ in range(one_of(draw, 1, 1, 1, 1, 2, 0))
    )


def _attestation(draw: Draw, path: str, leaf: Attested, subject: Subject) -> Attestation:
    over = {part: getattr(subject.parts, part) for part in leaf.over}
    known = {part: value for part, value in over.items() if value is not None}
    good = Attestation(
        criterion=path,
        subject="m",
        role=leaf.by,
        signer="ann",
        over=known,
        attested_at=ago(one_of(draw, 5, 5, 100)),
        expires_at=one_of(draw, None, SOON, SOON + timedelta(days=20)),
        assurance="signed",
    )
    defects: dict[str, dict[str, object]] = {
        "none": {},
        "unsigned": {"assurance": one_of(draw, "declared", "attested")},
        "expired": {"expires_at": one_of(draw, ago(1), AT)},
        "parts": {"over": {leaf.over[0]: named_digest("older")}},
        "role": {"role": "nobody"},
    }
    return good.model_copy(
        update=defects[weighted(draw, none=14, unsigned=1, expired=1, parts=1, role=1)]
    )


def negatives(draw: Draw, framework: Framework) -> Negatives:
    """Draw the list of negative records: mostly fresh and empty."""
    found = []
    if rarely(draw, 6):
        kind = draw(st.sampled_from(KINDS))
        paths = [path for path, _ in attested_leaves(framework)]
        paths += [
            f"{name}:{line}"
            for name, standard in framework.standards.items()
            for line in standard.criteria
        ]
        found.append(
            Negative(
                kind=kind,
                subject=one_of(draw, "m", "m", "somebody"),
                concerns=one_of(draw, *sorted(paths)),
                says="something happened",
                happened_at=ago(one_of(draw, 3, 15, 300)),
                resolved_at=one_of(draw, None, ago(1)),
            )
        )
    complete = weighted(draw, now=12, day=1, stale=1, never=1)
    instants = {"now": ago(0.25), "day": ago(1), "stale": ago(3), "never": None}
    return Negatives(records=tuple(found), complete_as_of=instants[complete])


def claims(draw: Draw, framework: Framework, subject: Subject) -> tuple[Claim, ...]:
    """Draw the claims for every standard; most are good, a path criterion may take two."""
    return tuple(
        claim
        for name, standard in framework.standards.items()
        for line, criterion in standard.criteria.items()
        for claim in _claims_for(draw, f"{name}:{line}", criterion, subject)
    )


def _claims_for(
    draw: Draw, path: str, criterion: SafeguardCriterion, subject: Subject
) -> list[Claim]:
    shape = weighted(draw, one=14, split=3, two=2, partial=1, none=1)
    if shape == "none":
        return []
    if criterion.scope == "subject" or shape == "one":
        return [_claim(draw, path, criterion, subject, ("*",))]
    every = [f"{surface}/{one}" for surface, paths in SURFACES.items() for one in paths]
    if shape == "partial":
        return [_claim(draw, path, criterion, subject, tuple(every[1:]))]
    halves = (every[:1], every[1:]) if shape == "split" else (every, ["*"])
    return [_claim(draw, path, criterion, subject, tuple(half)) for half in halves]


def _claim(
    draw: Draw, path: str, criterion: SafeguardCriterion, subject: Subject, paths: tuple[str, ...]
) -> Claim:
    guard = subject.parts.safeguards
    kind = (criterion.accepts or ("document",))[0]
    good = Claim(
        criterion=path,
        subject="m",
        status="met",
        paths=paths,
        holds_with_weights=not rarely(draw, 5),
        parts={"safeguards": guard} if guard is not None else {},
        evidence=(evidence_of(kind, says="seen", at=ago(30)),),
        claimed_at=ago(20),
        expires_at=one_of(draw, None, SOON, SOON + timedelta(days=30)),
    )
    old = evidence_of(kind, says="seen", at=ago(500))
    word = ClaimEvidence(kind="declaration", says="heard", produced_at=ago(30))
    interim = Interim(argument="equal", approved_by=(one_of(draw, "ceo", "ceo", "nobody"),))
    trusted = TrustedUsers(
        users="a red team",
        argument="they test it",
        approved_by=(one_of(draw, "ceo", "ceo", "nobody"),),
        expires_at=one_of(draw, SOON, ago(1)),
    )
    signed = one_of(draw, "signed", "signed", "signed", "declared", "attested")
    own = evidence_of(kind, says="seen", at=ago(30))
    own = own.model_copy(update={"by": one_of(draw, "ann", "", "bob")})
    defects: dict[str, dict[str, object]] = {
        "none": {},
        "pending": {"status": "pending"},
        "expired": {"expires_at": one_of(draw, ago(1), AT)},
        "parts": {"parts": {"safeguards": named_digest("older")}},
        "old": {"evidence": (old,), "claimed_at": ago(400)},
        "word": {"evidence": (word,)},
        "interim": {"interim": interim, "expires_at": SOON, "assurance": signed},
        "subject": {"subject": "somebody"},
        "audience": {"audiences": one_of(draw, ("public",), ("staff",), ("public", "staff"), ())},
        "environment": {"environments": one_of(draw, ("own",), ("partner",), ("own", "partner"))},
        "exception": {"exceptions": (trusted,), "assurance": signed},
        "own audit": {"evidence": (own,), "owner": "ann"},
    }
    chosen = weighted(
        draw, none=60, pending=1, expired=1, parts=1, old=1, word=1, interim=3, subject=1,
        audience=2, environment=4, exception=3, **{"own audit": 1},
    )  # fmt: skip
    return good.model_copy(update=defects[chosen])


def approvals(draw: Draw, framework: Framework, action: Action) -> tuple[Approval, ...]:
    """Draw sign-offs under `THIS` determination, mostly one by each role."""
    signers = {"ceo": ("ann", "ann", "ann", "bob"), "auditor": ("bob", "bob", "bob", "ann")}
    found = []
    for role in framework.actions[action.name].sign_offs:
        for _ in range(one_of(draw, 1, 1, 1, 1, 1, 2, 0)):
            good = Approval(
                role=role,
                signer=one_of(draw, *signers[role]),
                action=action.name,
                determination=THIS,
                approved_at=AT,
                expires_at=one_of(draw, None, SOON, SOON + timedelta(days=5)),
                assurance="signed",
            )
            defects: dict[str, dict[str, object]] = {
                "none": {},
                "digest": {"determination": named_digest("another")},
                "expired": {"approved_at": ago(9), "expires_at": ago(1)},
                "unsigned": {"assurance": one_of(draw, "declared", "attested")},
            }
            chosen = weighted(draw, none=20, digest=1, expired=1, unsigned=1)
            found.append(good.model_copy(update=defects[chosen]))
    return tuple(found)


def rulings(draw: Draw, framework: Framework) -> tuple[Ruling, ...]:
    """Draw rulings on `THIS` determination; always one where the framework requires it."""
    number = one_of(draw, 0, 0, 0, 1, 2)
    if framework.ruling.required and not rarely(draw, 5):
        number = max(number, 1)
    found = []
    for _ in range(number):
        outcomes = {
            name: one_of(draw, *Outcome) for name in framework.thresholds if rarely(draw, 2)
        }
        second = one_of(draw, "bob", "bob", "bob", "ann")
        found.append(
            Ruling(
                determination=one_of(draw, THIS, THIS, THIS, named_digest("another")),
                subject="m",
                outcomes=outcomes,
                signatures=(
                    RoleSignature(role="ceo", signer="ann", assurance="signed"),
                    RoleSignature(
                        role="auditor",
                        signer=second,
                        assurance=one_of(
                            draw, "signed", "signed", "signed", "attested", "declared"
                        ),
                    ),
                ),
                reasons="we looked",
                ruled_at=one_of(draw, AT, AT, ago(2)),
            )
        )
    return tuple(found)


def choices(draw: Draw, framework: Framework) -> tuple[Choice, ...]:
    """Draw choices of readings, mostly one good one for every interpretation."""
    found = []
    for name, clause in framework.interpretations.items():
        for _ in range(one_of(draw, 1, 1, 1, 1, 2, 0)):
            good = Choice(
                interpretation=name,
                reading=one_of(draw, *clause.readings),
                framework=digest(framework),
                signatures=tuple(
                    RoleSignature(role=role, signer=signer, assurance="signed")
                    for role, signer in zip(clause.by, ("ann", "bob"), strict=False)
                ),
                reasons="we read it so",
                chosen_at=one_of(draw, ago(3), ago(3), ago(2)),
                expires_at=one_of(draw, None, None, SOON),
            )
            defects: dict[str, dict[str, object]] = {
                "none": {},
                "digest": {"framework": named_digest("another")},
                "expired": {"expires_at": one_of(draw, ago(1), AT)},
                "reading": {"reading": "nobody's"},
                "signed": {"signatures": good.signatures[1:]},
                "attested": {
                    "signatures": tuple(
                        one.model_copy(update={"assurance": "attested"}) for one in good.signatures
                    )
                },
            }
            chosen = weighted(draw, none=20, digest=1, expired=2, reading=1, signed=1, attested=1)
            found.append(good.model_copy(update=defects[chosen]))
    return tuple(found)


def actions(draw: Draw) -> Action:
    """Draw what is asked."""
    name = one_of(draw, "deploy", "train", "publish")
    if name != "deploy":
        return Action(name=name, surface=one_of(draw, None, None, "api"))
    return Action(name=name, surface=one_of(draw, "api", "chat"), audience="public")
