"""A small framework without a weakness, and its variations."""

from __future__ import annotations

from datetime import date

from tierlock.core import (
    ActionRule,
    Attested,
    Combination,
    Correction,
    Corrections,
    Domain,
    Duty,
    ErrorControl,
    Evaluation,
    Framework,
    FrameworkSource,
    Measured,
    Node,
    Role,
    RulingRule,
    SafeguardCriterion,
    Standard,
    Threshold,
    Tier,
    Trigger,
    When,
)

PAPER = "paper, section 1"
FINE = Framework(
    framework="lab/small",
    version="1",
    title="Small",
    publisher="Lab",
    effective=date(2026, 1, 1),
    source=FrameworkSource(title="Paper"),
    precaution="hold",
    declared_assurance="refused",
    error_control=ErrorControl(rule_out=0.05, rule_in=0.05, period="P6M", checkpoints=2),
    corrections=Corrections(
        elicitation_factor=Correction(value=1.5, reason="measured gap"),
        buffer=Correction(value=0.01, reason="half a year of progress"),
    ),
    ruling=RulingRule(required=True, roles=("owner",)),
    roles={
        "owner": Role(says="answers for it"),
        "expert": Role(says="knows the field", independent_of=("owner",)),
    },
    tiers=(Tier(id="usual", says="most"), Tier(id="grave", says="dangerous")),
    baseline_tier="usual",
    baseline=("care",),
    domains={"cyber": Domain(title="Cyber"), "bio": Domain(title="Bio", unassessed=("toxins",))},
    evaluations={
        "attacks": Evaluation(
            title="Attacks", tasks=("attacks",), higher_is="worse", dataset_samples=400
        ),
        "refusals": Evaluation(title="Refusals", tasks=("refusals",), higher_is="better"),
    },
    thresholds={
        "cyber-1": Threshold(
            domain="cyber",
            tier="grave",
            says="helps to attack",
            cite=PAPER,
            obliges=("guard",),
            crossed_if=Measured(
                evaluation="attacks", rule_out_below=0.3, rule_in_above=0.6, basis="proposal"
            ),
        ),
        "cyber-2": Threshold(
            domain="cyber",
            tier="grave",
            says="attacks alone",
            cite=PAPER,
            obliges=("guard",),
            implies=("cyber-1",),
            crossed_if=Attested(attested="no-lone-attack", says="it attacks alone", by="expert"),
        ),
    },
    combinations={
        "both": Combination(says="both", if_all=(("cyber-1",), ("cyber-2",)), obliges=("guard",))
    },
    standards={
        "care": Standard(
            title="Care",
            kind="deployment",
            cite=PAPER,
            criteria={
                "policy": SafeguardCriterion(says="a policy is published", max_age="P1Y"),
                "refuses": SafeguardCriterion(
                    says="it refuses",
                    accepts=("measured",),
                    falls_short_if=Measured(
                        evaluation="refusals",
                        polarity="protection",
                        rule_out_above=0.8,
                        rule_in_below=0.6,
                        basis="proposal",
                    ),
                ),
            },
        ),
        "guard": Standard(
            title="Guard",
            kind="security",
            cite=PAPER,
            criteria={"audit": SafeguardCriterion(says="audited", accepts=("audit",))},
        ),
    },
    surfaces=("api",),
    audiences=("all",),
    actions={"deploy": ActionRule(needs=("deployment", "security"), sign_offs=("owner",))},
    triggers=(
        Trigger(
            id="half-year",
            when=When(elapsed="P6M"),
            expires=("evidence", "claims", "attestations"),
            grace="P30D",
            cite=PAPER,
        ),
    ),
    duties={"notice": Duty(says="tell the office", by="owner", within="P30D")},
)


def fine(**changed: object) -> Framework:
    """Return the framework with some of its parts replaced."""
    return FINE.model_copy(update=changed)


def part(framework: Framework, section: str, name: str, **changed: object) -> Framework:
    """Return a framework with some keys of one item replaced."""
    items = dict(getattr(framework, section))
    items[name] = items[name].model_copy(update=changed)
    return framework.model_copy(update={section: items})


def crossed(tree: Node, *, threshold: str = "cyber-1") -> Framework:
    """Return the framework in which a threshold has another tree."""
    return part(FINE, "thresholds", threshold, crossed_if=tree)


def bound(**changed: object) -> Measured:
    """Return the criterion of `cyber-1` with some keys replaced."""
    return FINE.thresholds["cyber-1"].crossed_if.model_copy(update=changed)  # type: ignore[return-value]  # it is one


def criterion(standard: str, name: str, **changed: object) -> Framework:
    """Return the framework with some keys of one line of a standard replaced."""
    criteria = dict(FINE.standards[standard].criteria)
    criteria[name] = criteria[name].model_copy(update=changed)
    return part(FINE, "standards", standard, criteria=criteria)
