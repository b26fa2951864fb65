"""The question to the gate, checked: a known action, and nothing from the future (G-2)."""

from __future__ import annotations

from tierlock.core import Action, ActionRule, Approval, Choice, Framework, InputError, Ruling
from tierlock.policy.draft import Ask


def rule_of(framework: Framework, *, action: Action) -> ActionRule:
    """Return the rule of an action.

    Raises:
        InputError: the framework knows no such action, surface or audience, or one is missing.
    """
    rule = framework.actions.get(action.name)
    if rule is None:
        known = ", ".join(sorted(framework.actions)) or "none"
        raise InputError(
            "input.action", f"action `{action.name}` is not one of: {known}", hint="see --action"
        )
    for kind, value, known_values in (
        ("surface", action.surface, framework.surfaces),
        ("audience", action.audience, framework.audiences),
    ):
        if value is None and kind in rule.per:
            raise InputError("input.action", f"action `{action.name}` needs a {kind}")
        if value is not None and value not in known_values:
            options = ", ".join(known_values) or "none"
            raise InputError("input.action", f"{kind} `{value}` is not one of: {options}")
    return rule


def check_times(
    ask: Ask,
    *,
    rulings: tuple[Ruling, ...],
    approvals: tuple[Approval, ...],
    choices: tuple[Choice, ...],
) -> None:
    """Check that no input is dated later than the question.

    Raises:
        InputError: one is.
    """
    dated = [("determination", ask.determination.determined_at)]
    dated += [(f"claim {c.criterion}", c.claimed_at) for c in ask.claims]
    dated += [
        (f"evidence of claim {c.criterion}", e.produced_at) for c in ask.claims for e in c.evidence
    ]
    dated += [("ruling", ruling.ruled_at) for ruling in rulings]
    dated += [(f"approval by {a.role}", a.approved_at) for a in approvals]
    dated += [(f"choice of {c.interpretation}", c.chosen_at) for c in choices]
    dated += [(n.kind, n.happened_at) for n in ask.negatives.records]
    dated += [(n.kind, n.resolved_at) for n in ask.negatives.records if n.resolved_at is not None]
    if ask.negatives.complete_as_of is not None:
        dated.append(("negative records", ask.negatives.complete_as_of))
    for what, instant in dated:
        if instant > ask.at:
            raise InputError(
                "input.future", f"{what} is dated {instant.isoformat()}, after the question"
            )
