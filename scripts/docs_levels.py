"""The generated parts of the page about the reference framework: its bounds and its standards."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.core import (
    Attested,
    Fact,
    FactTest,
    Framework,
    Measured,
    Node,
    children,
    leaves,
    needed,
)
from tierlock.frameworks import get_framework

REFERENCE = "asl/reference-1"


def bounds_reference() -> str:
    """Return the generated part `bounds`: every threshold with its tree and its criteria."""
    framework = get_framework(REFERENCE)
    return "\n\n".join(_threshold(framework, name) for name in framework.thresholds)


def _threshold(framework: Framework, name: str) -> str:
    threshold = framework.thresholds[name]
    implied = f" Crossing it crosses {_list(threshold.implies)}." if threshold.implies else ""
    obliged = f" Obliges {_list(threshold.obliges)}."
    rows = [
        "| criterion | ruled out | reached | basis | why |",
        "|---|---|---|---|---|",
        *(_row(leaf) for leaf in leaves(threshold.crossed_if)),
    ]
    return "\n\n".join(
        [
            f"### {name}",
            f"*{threshold.says}* ({threshold.cite}).",
            f"Crossed if {_tree(threshold.crossed_if)}.{implied}{obliged}",
            "\n".join(rows),
        ]
    )


def _tree(node: Node) -> str:
    if isinstance(node, Measured | Attested | Fact):
        return f"`{node.name}`"
    branches = children(node)
    how = {1: "any", len(branches): "all"}.get(needed(node), f"at least {needed(node)} of")
    return f"{how} ({', '.join(_tree(branch) for branch in branches)})"


def _row(leaf: Measured | Attested | Fact) -> str:
    if isinstance(leaf, Measured):
        way, other = ("below", "above") if leaf.higher_is_worse else ("above", "below")
        why = "; ".join(text for text in (leaf.reason, leaf.cite) if text)
        if leaf.inherit is not None:
            why += (
                f"; inherited within {leaf.inherit.margin:g} of the parent ({leaf.inherit.basis})"
            )
        cells = [
            f"{way} {leaf.rule_out_bound:g}",
            f"{other} {leaf.rule_in_bound:g}",
            leaf.basis,
            why,
        ]
    elif isinstance(leaf, Attested):
        age = f", at most {leaf.max_age} old" if leaf.max_age else ""
        cells = [
            f"`{leaf.by}` attests that not{age}",
            "a failed claim is open",
            "attested",
            leaf.cite,
        ]
    else:
        cells = ["the declared fact says so", _fact(leaf.crossed_if), leaf.basis, leaf.cite]
    return f"| `{leaf.name}`: {leaf.says} | {' | '.join(cells)} |"


def _fact(test: FactTest) -> str:
    given = {
        "is": test.equals,
        "at least": test.at_least,
        "below": test.below,
        "one of": test.one_of,
    }
    words, value = next((words, value) for words, value in given.items() if value is not None)
    return f"{words} `{value:g}`" if isinstance(value, float) else f"{words} `{str(value).lower()}`"


def scope_reference() -> str:
    """Return the generated part `scope`: the facts that put a subject in scope."""
    scope = get_framework(REFERENCE).scope
    if scope is None:
        return "The framework declares no scope."
    rows = [
        f"| `{leaf.name}`: {leaf.says} | {_fact(leaf.crossed_if)} | {leaf.basis} |"
        for leaf in leaves(scope.in_scope_if)
        if isinstance(leaf, Fact)
    ]
    return "\n".join(["| fact | in scope if it is | basis |", "|---|---|---|", *rows])


def standards_reference() -> str:
    """Return the generated part `standards`: every standard with its criteria."""
    return "\n".join(
        [
            "| standard | criterion | evidence | no older than | ruled out |",
            "|---|---|---|---|---|",
            *_standards(get_framework(REFERENCE)),
        ]
    )


def _standards(framework: Framework) -> Iterator[str]:
    for name, standard in framework.standards.items():
        title = f"`{name}` ({standard.kind}): {standard.title}"
        if standard.undefined:
            yield f"| {title} | undefined: nobody can meet it | | | |"
        for key, line in standard.criteria.items():
            test = "" if line.falls_short_if is None else _tests(line.falls_short_if)
            accepts = " or ".join(line.accepts) or "none: nobody can meet it"
            says = f"`{key}`: {line.says}" + (" (per path)" if line.scope == "paths" else "")
            yield f"| {title} | {says} | {accepts} | {line.max_age or ''} | {test} |"
            title = ""


def _tests(node: Node) -> str:
    tests = [leaf for leaf in leaves(node) if isinstance(leaf, Measured)]
    return "; ".join(
        f"`{test.evaluation}` {'below' if test.higher_is_worse else 'above'}"
        f" {test.rule_out_bound:g} ({test.basis})"
        for test in tests
    )


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"
