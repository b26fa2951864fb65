"""The smallest framework that says something, for doctests."""

from __future__ import annotations

from datetime import date

from tierlock.core import (
    ActionRule,
    Correction,
    Corrections,
    Domain,
    ErrorControl,
    Evaluation,
    Framework,
    FrameworkSource,
    Measured,
    SafeguardCriterion,
    Standard,
    Threshold,
    Tier,
)


def example_framework() -> Framework:
    """Return a framework with one threshold, one standard and one action."""
    return Framework(
        framework="example/tiny",
        version="1",
        title="Example",
        publisher="Tierlock",
        effective=date(2026, 1, 1),
        source=FrameworkSource(title="Example"),
        precaution="treat_as_reached",
        error_control=ErrorControl(rule_out=0.05, rule_in=0.05, period="P6M"),
        corrections=Corrections(
            elicitation_factor=Correction(value=1.0, reason="example"),
            buffer=Correction(value=0.0, reason="example"),
        ),
        tiers=(Tier(id="ASL-2", says="default"), Tier(id="ASL-3", says="raised")),
        baseline_tier="ASL-2",
        baseline=("asl-2",),
        domains={"biology": Domain(title="Biology")},
        evaluations={"bio": Evaluation(title="Biology", tasks=("bio",), higher_is="worse")},
        thresholds={
            "bio-3": Threshold(
                domain="biology",
                tier="ASL-3",
                says="helps to make a biological weapon",
                obliges=("asl-2",),
                crossed_if=Measured(evaluation="bio", rule_out_below=0.2, basis="proposal"),
            )
        },
        standards={
            "asl-2": Standard(
                title="ASL-2",
                kind="deployment",
                criteria={"policy": SafeguardCriterion(says="a usage policy is published")},
            )
        },
        actions={"deploy": ActionRule(needs=("deployment",))},
    )
