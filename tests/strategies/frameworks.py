"""Random frameworks: trees, thresholds that imply each other, standards, actions, triggers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Literal

from hypothesis import strategies as st

from tests.strategies.chance import Draw, one_of, rarely, weighted
from tierlock.core import (
    ActionRule,
    Adjustment,
    AllOf,
    AnyOf,
    AtLeast,
    Attested,
    ClauseReading,
    Combination,
    Correction,
    Corrections,
    Domain,
    ErrorControl,
    Evaluation,
    Fact,
    FactTest,
    Framework,
    FrameworkSource,
    Interpretation,
    Measured,
    Node,
    Presumption,
    Role,
    RulingRule,
    SafeguardCriterion,
    Scope,
    Standard,
    Threshold,
    Tier,
    Trigger,
    Undisclosed,
    When,
)

STANDARDS = ("base", "deploy", "secure", "nobody")
SURFACES = {"api": ("batch", "live"), "chat": ("web",)}


def evaluations(draw: Draw) -> dict[str, Evaluation]:
    """Draw one to three slots."""
    return {
        f"e{number}": Evaluation(
            title=f"evaluation {number}",
            tasks=(f"task{number}", f"task{number}-b"),
            range=one_of(draw, (0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (-1.0, 4.0)),
            higher_is=one_of(draw, "worse", "worse", "better"),
            cluster_by=one_of(draw, None, None, "family"),
            refusal=one_of(draw, "as_scored", "as_scored", "worst", "missing"),
            limits=one_of(draw, (), ("token",)),
            max_missing=one_of(draw, 0.1, 0.1, 0.4),
            status="saturated" if rarely(draw, 20) else "current",
        )
        for number in range(draw(st.integers(1, 3)))
    }


def measured(draw: Draw, name: str, slots: dict[str, Evaluation]) -> Measured:
    """Draw a criterion whose direction is that of its slot."""
    slot = draw(st.sampled_from(sorted(slots)))
    lo, hi = slots[slot].range
    assert hi is not None
    share = one_of(draw, 0.1, 0.2, 0.3)
    grey = one_of(draw, 0.0, 0.2)
    factor = Correction(value=1.25, reason="r") if rarely(draw, 8) else None
    polarity: Literal["danger", "protection"] = one_of(draw, "danger", "protection")
    decides: Literal["both", "rule_out", "rule_in"] = (
        one_of(draw, "rule_out", "rule_in") if rarely(draw, 6) else "both"
    )
    if slots[slot].higher_is == "worse":
        return Measured(
            evaluation=slot,
            id=name,
            polarity=polarity,
            decides=decides,
            rule_out_below=lo + (hi - lo) * share,
            rule_in_above=lo + (hi - lo) * (share + grey) if grey else None,
            elicitation_factor=factor,
            basis="proposal",
        )
    return Measured(
        evaluation=slot,
        id=name,
        polarity=polarity,
        decides=decides,
        rule_out_above=hi - (hi - lo) * share,
        rule_in_below=hi - (hi - lo) * (share + grey) if grey else None,
        basis="proposal",
    )


def attested(draw: Draw, name: str) -> Attested:
    """Draw an attested criterion."""
    return Attested(
        attested=name,
        says="the threat is mapped",
        by=one_of(draw, "ceo", "auditor"),
        over=one_of(draw, ("weights",), ("weights", "elicitation"), ("elicitation",)),
        max_age=one_of(draw, None, None, "P6M"),
    )


def fact(draw: Draw, name: str) -> Fact:
    """Draw a criterion over one of the facts that subjects may declare."""
    tests = {
        "big": FactTest(equals=True),
        "flop": one_of(draw, FactTest(at_least=1e26), FactTest(below=1e20)),
        "kind": FactTest(one_of=("open", "leaked")),
    }
    known = draw(st.sampled_from(sorted(tests)))
    return Fact(fact=known, id=name, says="a fact", crossed_if=tests[known])


def tree(draw: Draw, slots: dict[str, Evaluation], names: count, *, depth: int) -> Node:
    """Draw a tree of at most `depth` connectives over leaves with different names."""
    if depth == 0 or weighted(draw, leaf=3, connective=2) == "leaf":
        name = f"c{next(names)}"
        kind = weighted(draw, measured=16, attested=4, fact=2, undisclosed=1)
        if kind == "undisclosed":
            slot = draw(st.sampled_from(sorted(slots)))
            return Undisclosed(undisclosed=True, evaluation=slot, id=name, cite="a card")
        if kind == "measured":
            return measured(draw, name, slots)
        return attested(draw, name) if kind == "attested" else fact(draw, name)
    size = draw(st.integers(1, 3))
    branches = tuple(tree(draw, slots, names, depth=depth - 1) for _ in range(size))
    op = weighted(draw, any=1, all=1, at_least=1)
    if op == "any":
        return AnyOf(any=branches)
    if op == "all":
        return AllOf(all=branches)
    return AtLeast(at_least=draw(st.integers(1, size)), of=branches)


def presumption(draw: Draw) -> Presumption:
    """Draw a presumption that facts and attestations can defeat."""
    leaves: tuple[Node, ...] = (fact(draw, "p0"), attested(draw, "p1"))
    return Presumption(says="presumed", unless=AnyOf(any=leaves[: draw(st.integers(1, 2))]))


def combinations(draw: Draw, names: Sequence[str]) -> dict[str, Combination]:
    """Draw at most one combination of the thresholds."""
    if not rarely(draw, 3):
        return {}
    group = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple)
    groups = draw(st.lists(group, min_size=1, max_size=2).map(tuple))
    obliges = one_of(draw, ("deploy",), ("secure",), ("nobody",))
    return {"together": Combination(says="together", if_all=groups, obliges=obliges)}


def interpretations(draw: Draw, names: Sequence[str]) -> dict[str, Interpretation]:
    """Draw at most one contested clause, of which one reading obliges to more than the other."""
    if not rarely(draw, 3):
        return {}

    def rules(*obliges: str) -> tuple[Combination, ...]:
        group = (draw(st.sampled_from(names)),)
        return (Combination(says="so", if_all=(group,), obliges=obliges),)

    readings = {
        "strict": ClauseReading(says="so", combinations=rules("deploy", "secure")),
        "lax": ClauseReading(says="or so", combinations=one_of(draw, (), rules("deploy"))),
    }
    by = one_of(draw, ("ceo",), ("ceo", "auditor"))
    return {"clause": Interpretation(says="how is it read", by=by, readings=readings)}


def adjustments(draw: Draw, baseline: Sequence[str]) -> dict[str, Adjustment]:
    """Draw at most one adjustment, mostly one whose preconditions can be met."""
    if rarely(draw, 4):
        return {}
    # What nobody can meet is always among them: the others are met too often to need one.
    others = [name for name in ("deploy", "secure") if name not in baseline]
    chosen = ["nobody", *draw(st.lists(st.sampled_from(others), max_size=1))]
    leaves: tuple[Node, ...] = (attested(draw, "a0"), fact(draw, "a1"))
    unless = AnyOf(any=leaves[: draw(st.integers(1, 2))])
    return {
        "margin": Adjustment(
            says="others do less", unless=unless, instead=dict.fromkeys(chosen, ("lesser",))
        )
    }


def thresholds(draw: Draw, slots: dict[str, Evaluation]) -> dict[str, Threshold]:
    """Draw one to three thresholds; a threshold implies only later ones, so there is no circle."""
    names = [f"t{number}" for number in range(draw(st.integers(1, 3)))]
    leaves = count()
    return {
        name: Threshold(
            domain="d",
            tier=one_of(draw, "A2", "A3"),
            says="a line",
            obliges=one_of(draw, ("deploy",), ("deploy", "secure"), ("secure",), ("nobody",), ()),
            implies=tuple(other for other in names[place + 1 :] if rarely(draw, 3)),
            precaution=one_of(draw, None, None, "hold", "treat_as_reached"),
            rule_out=one_of(draw, None, None, 0.1),
            presumed_out=presumption(draw) if rarely(draw, 4) else None,
            crossed_if=tree(draw, slots, leaves, depth=3),
        )
        for place, name in enumerate(names)
    }


def criterion(draw: Draw, slots: dict[str, Evaluation], name: str) -> SafeguardCriterion:
    """Draw one line of a standard, a quarter of them with a test beside the claim."""
    test: Node | None = None
    if rarely(draw, 4):
        test = measured(draw, name, slots) if rarely(draw, 2) else fact(draw, name)
    return SafeguardCriterion(
        says="it is in place",
        accepts=one_of(draw, ("document",), ("document",), ("measured", "audit")),
        max_age=one_of(draw, None, "P1Y", "P3M"),
        falls_short_if=test,
        scope=one_of(draw, "paths", "subject"),
        modality="should" if rarely(draw, 10) else "must",
    )


def standards(draw: Draw, slots: dict[str, Evaluation]) -> dict[str, Standard]:
    """Draw the standards; `nobody` can be met by nobody, being undefined or without a method."""
    kinds = {
        "base": "security",
        "deploy": "deployment",
        "secure": "security",
        "lesser": "deployment",
    }
    drawn = {
        name: Standard(
            title=name,
            kind=kind,
            modality="should" if rarely(draw, 10) else "must",
            addressee="industry" if rarely(draw, 10) else "self",
            criteria={
                f"k{number}": criterion(draw, slots, f"x{number}")
                for number in range(draw(st.integers(1, 2)))
            },
        )
        for name, kind in kinds.items()
    }
    kind = one_of(draw, "deployment", "security")
    if rarely(draw, 2):
        drawn["nobody"] = Standard(title="nobody", kind=kind, undefined=True)
    else:
        closed = SafeguardCriterion(says="no method is accepted", accepts=())
        lines = {"none": closed, "k0": criterion(draw, slots, "x0")}
        drawn["nobody"] = Standard(title="nobody", kind=kind, criteria=lines)
    return drawn


def actions(draw: Draw) -> dict[str, ActionRule]:
    """Draw what the actions need."""
    sign_offs: tuple[str, ...] = one_of(draw, (), ("ceo",), ("ceo", "auditor"))
    return {
        "deploy": ActionRule(
            needs=("deployment", "security"), per=("surface", "audience"), sign_offs=sign_offs
        ),
        "train": ActionRule(needs=("security",)),
        "publish": ActionRule(
            needs=("deployment",), sign_offs=("ceo",), survives_weight_access=True
        ),
    }


TRIGGERS = (
    Trigger(id="half-year", when=When(elapsed="P6M"), expires=("evidence",)),
    Trigger(id="soft", when=When(elapsed="P1M"), grace="P2M", expires=("evidence",)),
    Trigger(id="compute", when=When(effective_compute=4.0), expires=("evidence", "attestations")),
    Trigger(id="weights", when=When(changed="weights"), expires=("evidence", "attestations")),
    Trigger(id="prompt", when=When(changed="elicitation"), expires=("evidence",)),
    Trigger(id="guard", when=When(changed="safeguards"), expires=("evidence", "claims")),
    Trigger(id="old-claims", when=When(elapsed="P6M"), expires=("claims", "attestations")),
    Trigger(id="soft-claims", when=When(elapsed="P15D"), grace="P1M", expires=("claims",)),
    Trigger(id="incident", when=When(incident="incident"), expires=("evidence",)),
)


@st.composite
def frameworks(draw: Draw) -> Framework:
    """Frameworks in which every outcome and every verdict can occur."""
    slots = evaluations(draw)
    baseline: tuple[str, ...] = one_of(draw, ("base",), ("base",), ("base", "secure"))
    scope = None
    if rarely(draw, 3):
        # A part of the baseline: were it other standards, more danger could mean fewer obligations.
        scope = Scope(tier="A0", baseline=baseline[-1:], in_scope_if=fact(draw, "scope"))
    roles = {
        "ceo": Role(says="decides"),
        "auditor": Role(says="looks", independent_of=("ceo",)),
    }
    drawn = thresholds(draw, slots)
    return Framework(
        framework="test/random",
        version="1",
        title="Random",
        publisher="Tests",
        effective=date(2024, 1, 1),
        source=FrameworkSource(title="none"),
        precaution=one_of(draw, "treat_as_reached", "treat_as_reached", "hold"),
        declared_assurance=one_of(draw, "accepted", "refused"),
        attested_assurance=one_of(draw, "accepted", "refused"),
        error_control=ErrorControl(
            rule_out=0.05, rule_in=0.05, period="P1Y", checkpoints=one_of(draw, 1, 1, 2)
        ),
        corrections=Corrections(
            elicitation_factor=Correction(value=1.0, reason="none"),
            buffer=Correction(value=one_of(draw, 0.0, 0.0, 0.02), reason="none"),
        ),
        ruling=RulingRule(
            required=rarely(draw, 10),
            roles=("ceo", "auditor"),
            may_lower_reached=rarely(draw, 4),
        ),
        roles=roles,
        tiers=tuple(Tier(id=name, says=name) for name in ("A0", "A1", "A2", "A3")),
        baseline_tier="A1",
        baseline=() if rarely(draw, 30) and scope is None else baseline,
        scope=scope,
        domains={"d": Domain(title="d")},
        evaluations=slots,
        thresholds=drawn,
        combinations=combinations(draw, sorted(drawn)),
        interpretations=interpretations(draw, sorted(drawn)),
        adjustments=adjustments(draw, baseline),
        standards=standards(draw, slots),
        surfaces=("api", "chat"),
        audiences=("public",),
        actions=actions(draw),
        triggers=tuple(trigger for trigger in TRIGGERS if rarely(draw, 6)),
    )
