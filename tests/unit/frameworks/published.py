"""What the tests of the published frameworks share: their clauses, and what a finding comes to."""

from __future__ import annotations

from typing import Any

from tierlock.core import Determination, Framework, Outcome, leaves


def clauses(rules: Framework) -> dict[str, Any]:
    """Return every clause that says what the text asks for, by its path."""
    found: dict[str, Any] = {f"tier {tier.id}": tier for tier in rules.tiers}
    for section in ("thresholds", "combinations", "standards", "actions", "duties", "evaluations"):
        found.update({f"{section}/{k}": v for k, v in getattr(rules, section).items()})
    found.update({f"trigger/{trigger.id}": trigger for trigger in rules.triggers})
    trees = {name: item.crossed_if for name, item in rules.thresholds.items()}
    for name, standard in rules.standards.items():
        found.update({f"{name}:{k}": v for k, v in standard.criteria.items()})
    for standard_id, line, node in rules.safeguard_tests():
        trees[f"{standard_id}:{line}"] = node
    for name, threshold in rules.thresholds.items():
        if threshold.presumed_out is not None:
            found[f"{name}:presumed_out"] = threshold.presumed_out
            trees[f"presumed/{name}"] = threshold.presumed_out.unless
    for name, interpretation in rules.interpretations.items():
        found[f"interpretations/{name}"] = interpretation
        for reading, meaning in interpretation.readings.items():
            for place, rule in enumerate(meaning.combinations):
                found[f"interpretations/{name}/{reading}/{place}"] = rule
    for name, adjustment in rules.adjustments.items():
        found[f"adjustments/{name}"] = adjustment
        trees[f"adjusted/{name}"] = adjustment.unless
    if rules.scope is not None:
        trees["scope"] = rules.scope.in_scope_if
    for name, tree in trees.items():
        found.update({f"{name}:{leaf.name}": leaf for leaf in leaves(tree)})
    return found


def outcomes(found: Determination) -> dict[str, Outcome]:
    """Return the outcome of every threshold."""
    return {item.threshold: item.outcome for item in found.thresholds}


def owed(found: Determination) -> set[str]:
    """Return the standards that are owed."""
    return {item.standard for item in found.owed}
