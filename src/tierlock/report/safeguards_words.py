"""Words that the reports about safeguards share."""

from __future__ import annotations

from tierlock.core import Action, Reason, SafeguardCost
from tierlock.report.numbers import NBSP, count_of, show_money, show_share
from tierlock.report.safeguards_values import SafeguardsReport, SafeguardView
from tierlock.report.sanitize import clean
from tierlock.report.wording import day


def cost_words(view: SafeguardView) -> str:
    """Return what a safeguard costs: as declared by its newest claim, else what is typical."""
    declared = [claim for claim in view.claims if claim.cost]
    if not declared:
        typical = clean(view.criterion.typical_cost)
        return f"typically {typical}" if typical else ""
    cost = max(declared, key=lambda claim: claim.claimed_at).cost
    return clean(cost) if isinstance(cost, str) else structured_words(cost)


def structured_words(cost: SafeguardCost) -> str:
    """Return a cost in parts as words.

    >>> structured_words(SafeguardCost(people_days=3, over_refusal=0.01))
    '3 people-days, refuses 1\N{NO-BREAK SPACE}% of harmless requests'
    """
    parts = []
    if cost.people_days is not None:
        parts.append(f"{cost.people_days:g} people-days")
    if cost.usd is not None:
        parts.append(show_money(cost.usd).lstrip("~"))
    if cost.usd_per_year is not None:
        parts.append(f"{show_money(cost.usd_per_year).lstrip('~')} a year")
    if cost.latency_ms is not None:
        parts.append(f"{cost.latency_ms:g}{NBSP}ms per answer")
    if cost.over_refusal is not None:
        parts.append(f"refuses {show_share(cost.over_refusal)} of harmless requests")
    return ", ".join([*parts, *([clean(cost.says)] if cost.says else [])])


def headline(report: SafeguardsReport) -> str:
    """Return how many safeguards are in place; of several actions, for how many."""
    binding = [view for view in report.safeguards if view.binding]
    name = clean(report.subject.name)
    if len(report.actions) == 1:
        met = sum(view.state == "met" for view in binding)
        what = f"{action_words(report.actions[0].action)} of {name}"
        return f"{met} of {count_of(len(binding), one='safeguard')} in place for {what}"
    ready = [
        view
        for view in report.actions
        if not any(view.action.name in one.closes for one in binding)
        and not set(view.standards) & set(report.unmeetable)
    ]
    every = count_of(len(report.actions), one="action")
    return f"{len(ready)} of {every} have their safeguards in place: {name}"


def asked_words(report: SafeguardsReport) -> str:
    """Return under which framework and as of when."""
    rules = f"{clean(report.framework.title)} {clean(report.framework.version)}"
    return f"{rules}, as of {day(report.at)}; claims are unsigned"


def action_words(action: Action) -> str:
    """Return an action with its surface and audience."""
    named = [part for part in (action.surface, action.audience) if part]
    return clean(action.name) + (f" ({', '.join(map(clean, named))})" if named else "")


def lack_words(view: SafeguardView, *, reason: Reason) -> str:
    """Return what is lacking, without the name of the safeguard that stands beside it."""
    path = clean(view.path)
    if reason.code == "claim.missing":
        return "nobody claims it"
    says = clean(reason.says).replace(f"the claim for {path} ", "the claim ")
    return says.removeprefix(f"{path} ").removeprefix("is pending: ")
