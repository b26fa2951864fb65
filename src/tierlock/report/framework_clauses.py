"""The tests of a framework in words: criteria under connectives, each with its path in findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from tierlock.core import (
    AllOf,
    AnyOf,
    AtLeast,
    Attested,
    Correction,
    Criterion,
    Estimand,
    FactTest,
    Framework,
    Measured,
    Node,
    Undisclosed,
    children,
    needed,
    parse_period,
)
from tierlock.report.numbers import count_of, show_plain
from tierlock.report.sanitize import clean

_LARGE: Final = 1e9
BASES: Final = {
    "published": "the publisher's bound",
    "derived": "derived from the publisher's text",
    "proposal": "Tierlock's proposal",
}
"""Whose bound it is, in words."""


class Clause(NamedTuple):
    """A criterion, or criteria under one connective.

    Attributes:
        words: `all of`, `any of`, `at least 2 of 3`; for a criterion, its name.
        branches: what the connective joins; empty for a criterion.
        anchor: the criterion's path in findings; empty for a connective.
        kind: `measured`, `attested`, `fact` or `undisclosed`.
        test: when it is ruled out and when reached, in one sentence.
        says: what it is about.
        basis: whose bound it is; empty where there is none.
        facts: further labels with their values.
        evaluation: the slot that it needs; empty where it needs none.
    """

    words: str
    branches: tuple[Clause, ...] = ()
    anchor: str = ""
    kind: str = ""
    test: str = ""
    says: str = ""
    basis: str = ""
    cite: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    evaluation: str = ""


def clause_of(node: Node, *, before: str, of: Framework) -> Clause:
    """Return a tree in words.

    Args:
        node: the tree.
        before: what stands before a criterion's name in its path in findings.
        of: the framework, which knows the slots.
    """
    if isinstance(node, AllOf | AnyOf | AtLeast):
        branches = tuple(clause_of(branch, before=before, of=of) for branch in children(node))
        words = f"at least {needed(node)} of {len(branches)}"
        if isinstance(node, AllOf):
            words = "all of"
        elif isinstance(node, AnyOf):
            words = "any of"
        return Clause(words, branches=branches)
    return _leaf(node, anchor=f"{before}{node.name}", of=of)


def _leaf(leaf: Criterion, *, anchor: str, of: Framework) -> Clause:
    found = Clause(clean(leaf.name), anchor=anchor, says=clean(leaf.says), cite=clean(leaf.cite))
    if isinstance(leaf, Measured):
        return found._replace(
            kind="measured",
            test=_bounds(leaf),
            basis=leaf.basis,
            facts=tuple(_measured(leaf, of=of)),
            evaluation=leaf.evaluation,
        )
    if isinstance(leaf, Undisclosed):
        return found._replace(
            kind="undisclosed",
            test="the publisher does not disclose the bound: nobody else can settle it",
            basis=leaf.basis,
            evaluation=leaf.evaluation,
        )
    if isinstance(leaf, Attested):
        facts = [
            ("Over", ", ".join(leaf.over)),
            ("At most", f"{period_words(leaf.max_age)} old" if leaf.max_age else ""),
        ]
        return found._replace(
            kind="attested",
            test=f"ruled out by a current attestation of {leaf.by}",
            facts=tuple((label, text) for label, text in facts if text),
        )
    return found._replace(
        kind="fact", test=f"crossed if `{leaf.fact}` {_fact(leaf.crossed_if)}", basis=leaf.basis
    )


def _bounds(leaf: Measured) -> str:
    out, in_ = show_plain(leaf.rule_out_bound), show_plain(leaf.rule_in_bound)
    below, above = ("below", "above") if leaf.higher_is_worse else ("above", "below")
    both = f"ruled out {below} {out}, reached {above} {in_}"
    if leaf.decides == "rule_out":
        return f"ruled out {below} {out}; it can not show that the line is reached"
    if leaf.decides == "rule_in":
        return f"reached {above} {in_}; it can not rule out"
    return both


def _measured(leaf: Measured, *, of: Framework) -> Iterator[tuple[str, str]]:
    yield "Estimand", _estimand(leaf.estimand)
    if leaf.polarity == "protection":
        yield "Polarity", "protection: it shows that a safeguard falls short"
    if leaf.guarantee == "proved":
        yield "Guarantee", "proved: the bound that decides holds for every distribution"
    if leaf.elicitation_factor is not None:
        yield "Elicitation factor", correction_words(leaf.elicitation_factor)
    if leaf.buffer is not None:
        yield "Buffer", correction_words(leaf.buffer)
    if leaf.reason:
        yield "Reason", clean(leaf.reason)
    if leaf.as_published is not None:
        said = f"{leaf.as_published.comparison} {show_plain(leaf.as_published.bound)}"
        yield "As published", f"{said}, shown beside the tree and never part of it"
    if leaf.inherit is not None:
        margin, why = show_plain(leaf.inherit.margin), clean(leaf.inherit.reason)
        yield (
            "Inherits",
            f"no worse than the parent by {margin} ({leaf.inherit.basis}): {why}",
        )
    slot = of.evaluations.get(leaf.evaluation)
    if slot is not None and slot.status != "current":
        yield "Status", f"{slot.status}: it can not rule out"


def _estimand(one: Estimand) -> str:
    parts = [one.name.replace("_", " ")]
    if one.k is not None:
        parts.append(f"k = {one.k}")
    if one.arms is not None:
        parts.append(f"{clean(one.arms[1])} against {clean(one.arms[0])}")
    if one.solved_at is not None:
        parts.append(f"solved from a success rate of {show_plain(one.solved_at)}")
    if one.success is not None:
        parts.append(f"at a success rate of {show_plain(one.success)}")
    if one.compat is not None:
        parts.append(f"as {one.compat.upper()} publishes it")
    parts.append("of tasks like these" if one.population == "tasks" else "of this suite only")
    return ", ".join(parts)


def period_words(period: str) -> str:
    """Return a period as people say it.

    >>> period_words("P6M"), period_words("P1Y"), period_words("P7D"), period_words("P1Y6M")
    ('6 months', '1 year', '7 days', '18 months')
    """
    span = parse_period(period)
    years, months = divmod(span.months, 12)
    parts = [(years, "year")] if not months else [(span.months, "month")]
    parts.append((span.days, "day"))
    return " and ".join(count_of(count, one=unit) for count, unit in parts if count)


def _number(value: float) -> str:
    """Compute is counted in powers of ten."""
    return f"{value:g}" if abs(value) >= _LARGE else show_plain(value)


def correction_words(one: Correction) -> str:
    """Return a correction of a bound with the reason for it."""
    return f"{show_plain(one.value)}: {clean(one.reason)}"


def _fact(test: FactTest) -> str:
    if test.equals is not None:
        return f"is {str(test.equals).lower()}"
    if test.at_least is not None:
        return f"is at least {_number(test.at_least)}"
    if test.below is not None:
        return f"is below {_number(test.below)}"
    return f"is one of {', '.join(clean(str(one)) for one in test.one_of or ())}"
