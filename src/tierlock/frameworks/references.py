"""References: every name that is used is defined, and what is defined can bind something."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

from tierlock.core import Attested, Combination, Framework, Measured, Standard, Undisclosed
from tierlock.frameworks.flaw import Flaw
from tierlock.frameworks.hints import suggestion
from tierlock.frameworks.nodes import Path
from tierlock.frameworks.trees import leaves_of, trees

_MOST_CIRCLES: Final = 20


def reference_flaws(framework: Framework) -> Iterator[Flaw]:
    """Yield every name that nothing defines, and every definition that could bind nothing."""
    tiers = [tier.id for tier in framework.tiers]
    yield from _known(framework.baseline_tier, tiers, "tier", ("baseline_tier",))
    yield from _all_known(framework.baseline, framework.standards, "standard", ("baseline",))
    yield from _roles(framework)
    yield from _criteria(framework)
    for name, evaluation in framework.evaluations.items():
        if evaluation.domain is not None:
            path: Path = ("evaluations", name, "domain")
            yield from _known(evaluation.domain, framework.domains, "domain", path)
    for name, standard in framework.standards.items():
        if standard.tier is not None:
            yield from _known(standard.tier, tiers, "tier", ("standards", name, "tier"))
    if framework.scope is not None:
        yield from _known(framework.scope.tier, tiers, "tier", ("scope", "tier"))
        owed = framework.scope.baseline
        yield from _all_known(owed, framework.standards, "standard", ("scope", "baseline"))
        for place, name in enumerate(owed):
            if name in framework.standards and name not in framework.baseline:
                yield Flaw(
                    "framework.reference",
                    f"the scope's standard `{name}` is not in `baseline`: a subject in scope "
                    "would owe less than one out of scope",
                    path=("scope", "baseline", place),
                    hint=f"add `{name}` to `baseline`",
                )
    yield from _thresholds(framework, tiers)
    yield from _combinations(framework)
    yield from _interpretations(framework)
    yield from _adjustments(framework)
    yield from _actions(framework)
    yield from _circles(framework)


def _known(name: str, known: Collection[str], what: str, path: Path) -> Iterator[Flaw]:
    if name not in known:
        message = f"no {what} is named `{name}`"
        yield Flaw("framework.reference", message, path, suggestion(name, known=known))


def _all_known(
    names: Iterable[str], known: Collection[str], what: str, path: Path
) -> Iterator[Flaw]:
    for position, name in enumerate(names):
        yield from _known(name, known, what, (*path, position))


def _roles(framework: Framework) -> Iterator[Flaw]:
    roles = framework.roles
    yield from _all_known(framework.ruling.roles, roles, "role", ("ruling", "roles"))
    for name, role in roles.items():
        path: Path = ("roles", name, "independent_of")
        yield from _all_known(role.independent_of, roles, "role", path)
    for name, action in framework.actions.items():
        yield from _all_known(action.sign_offs, roles, "role", ("actions", name, "sign_offs"))
    for name, duty in framework.duties.items():
        yield from _known(duty.by, roles, "role", ("duties", name, "by"))


def _criteria(framework: Framework) -> Iterator[Flaw]:
    for tree in trees(framework):
        for path, leaf in leaves_of(tree):
            if isinstance(leaf, Measured | Undisclosed):
                place = (*path, "evaluation")
                yield from _known(leaf.evaluation, framework.evaluations, "evaluation", place)
            elif isinstance(leaf, Attested):
                yield from _known(leaf.by, framework.roles, "role", (*path, "by"))


def _thresholds(framework: Framework, tiers: list[str]) -> Iterator[Flaw]:
    for name, threshold in framework.thresholds.items():
        path: Path = ("thresholds", name)
        yield from _known(threshold.domain, framework.domains, "domain", (*path, "domain"))
        yield from _known(threshold.tier, tiers, "tier", (*path, "tier"))
        yield from _all_known(
            threshold.obliges, framework.standards, "standard", (*path, "obliges")
        )
        yield from _all_known(
            threshold.implies, framework.thresholds, "threshold", (*path, "implies")
        )
        ranked = {threshold.tier, framework.baseline_tier} <= set(tiers)
        if ranked and tiers.index(threshold.tier) < tiers.index(framework.baseline_tier):
            message = (
                f"threshold `{name}` has tier `{threshold.tier}`, which is below the baseline "
                f"tier `{framework.baseline_tier}`"
            )
            yield Flaw("framework.reference", message, (*path, "tier"))


def _combinations(framework: Framework) -> Iterator[Flaw]:
    for name, combination in framework.combinations.items():
        yield from _combination(combination, framework, ("combinations", name))


def _combination(combination: Combination, framework: Framework, path: Path) -> Iterator[Flaw]:
    for place, group in enumerate(combination.if_all):
        where = (*path, "if_all", place)
        yield from _all_known(group, framework.thresholds, "threshold", where)
    owed = (*path, "obliges")
    yield from _all_known(combination.obliges, framework.standards, "standard", owed)


def _interpretations(framework: Framework) -> Iterator[Flaw]:
    for name, interpretation in framework.interpretations.items():
        path: Path = ("interpretations", name)
        yield from _all_known(interpretation.by, framework.roles, "role", (*path, "by"))
        for reading, meaning in interpretation.readings.items():
            for place, rule in enumerate(meaning.combinations):
                where = (*path, "readings", reading, "combinations", place)
                yield from _combination(rule, framework, where)


def _adjustments(framework: Framework) -> Iterator[Flaw]:
    """Yield what is unknown, and what would make an adjustment open more than it says."""
    known, seen = framework.standards, set[str]()
    for name, adjustment in framework.adjustments.items():
        path: Path = ("adjustments", name)
        yield from _all_known(adjustment.notices, framework.duties, "duty", (*path, "notices"))
        for standard, others in adjustment.instead.items():
            where = (*path, "instead", standard)
            yield from _known(standard, known, "standard", where)
            yield from _all_known(others, known, "standard", where)
            if standard in framework.baseline:
                message = f"`{standard}` is owed by everybody and can not be adjusted"
                yield Flaw("framework.reference", message, where)
            if standard in seen:
                message = f"two adjustments stand in for `{standard}`"
                yield Flaw("framework.duplicate", message, where)
            seen.add(standard)
            for place, other in enumerate(others):
                if other in known and not _binds(known[other]):
                    message = f"`{other}` is only recommended and can stand in for nothing"
                    yield Flaw("framework.reference", message, (*where, place))


def _binds(standard: Standard) -> bool:
    """Whether at least one line of it must be met by the publisher."""
    return (
        standard.modality == "must"
        and standard.addressee == "self"
        and any(line.modality == "must" for line in standard.criteria.values())
    )


def _actions(framework: Framework) -> Iterator[Flaw]:
    kinds = dict.fromkeys(standard.kind for standard in framework.standards.values())
    needed = {kind for action in framework.actions.values() for kind in action.needs}
    for name, action in framework.actions.items():
        path: Path = ("actions", name)
        yield from _all_known(action.needs, kinds, "kind of standard", (*path, "needs"))
        for asked, named in (("surface", framework.surfaces), ("audience", framework.audiences)):
            if asked in action.per and not named:
                message = f"`{name}` is asked per {asked}, and `{asked}s` names none"
                yield Flaw("framework.reference", message, (*path, "per"))
    for name, standard in framework.standards.items():
        if standard.kind not in needed:
            message = f"no action needs `{standard.kind}`: standard `{name}` would never bind"
            hint = suggestion(standard.kind, known=sorted(needed))
            yield Flaw("framework.reference", message, ("standards", name, "kind"), hint)


def _circles(framework: Framework) -> Iterator[Flaw]:
    """Yield the circles of `implies`, each once, at the step that closes it."""
    implied = {
        name: [other for other in threshold.implies if other in framework.thresholds]
        for name, threshold in framework.thresholds.items()
    }
    for _ in range(_MOST_CIRCLES):
        try:
            TopologicalSorter(implied).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1][::-1]
            last = circle[-2]
            message = "thresholds imply each other in a circle: " + " -> ".join(circle)
            position = framework.thresholds[last].implies.index(circle[-1])
            yield Flaw("framework.cycle", message, ("thresholds", last, "implies", position))
            implied[last].remove(circle[-1])
        else:
            return
