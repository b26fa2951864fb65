"""Thresholds and tests that can not come to one of their outcomes, and bounds out of reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tierlock.analysis.criteria import (
    Leaf,
    Tree,
    corrected_share,
    leaves_of,
    trees_of,
    why_never_reached,
    why_never_ruled_out,
)
from tierlock.analysis.trees import can_reach, can_rule_out
from tierlock.analysis.values import Remark
from tierlock.core import Evaluation, Framework, Measured, Undisclosed
from tierlock.stats import minimum_clusters, samples_to_rule_out


def unreachable(framework: Framework) -> Iterator[Remark]:
    """Yield the thresholds that nothing can show to be crossed (`lint.unreachable`).

    A note where decision makers can still rule so: a criterion that rules a threshold out alone
    and never shows it to be crossed makes every tree unreachable, and may be what is meant.
    """
    ruled = bool(framework.ruling.roles)
    able = {
        tree.of: can_reach(
            tree.node, leaf_can=lambda leaf: not why_never_reached(leaf, framework=framework)
        )
        for tree in _of_thresholds(framework)
    }
    for tree in _of_thresholds(framework):
        above = [name for name in framework.thresholds if tree.of in _implied(name, framework)]
        if not able[tree.of] and not any(able[name] for name in above):
            reasons = [
                f"`{leaf.criterion.name}` {why}"
                for leaf in leaves_of(tree)
                if (why := why_never_reached(leaf.criterion, framework=framework))
            ]
            yield Remark(
                code="lint.unreachable",
                severity="note" if ruled else "problem",
                where=tree.of,
                says=(
                    f"{'only a ruling' if ruled else 'nothing'} can say that it is crossed: "
                    f"{'; '.join(reasons)}"
                ),
                hint="add a way to cross it without these (`any`), by measurement or attestation",
            )


def never_ruled_out(framework: Framework) -> Iterator[Remark]:
    """Yield what can never be ruled out, and single criteria that can not (same code)."""
    able = {
        tree.of: can_rule_out(
            tree.node, leaf_can=lambda leaf: not why_never_ruled_out(leaf, framework=framework)
        )
        for tree in trees_of(framework)
        if not tree.presumption
    }
    for tree in trees_of(framework):
        if tree.presumption:
            continue
        reasons = {
            leaf.path: (leaf, why)
            for leaf in leaves_of(tree)
            if (why := why_never_ruled_out(leaf.criterion, framework=framework))
        }
        if able[tree.of] or _other_way_out(tree.of, framework, able):
            yield from _open_leaves(reasons)
        else:
            what = "this test of a safeguard" if tree.of not in framework.thresholds else "it"
            because = "; ".join(f"`{leaf.criterion.name}` {why}" for leaf, why in reasons.values())
            yield Remark(
                code="lint.never-ruled-out",
                severity="problem",
                where=tree.of or "scope",
                says=f"nothing can rule {what} out: {because}",
                hint="add a criterion that a current evaluation or an attestation can rule out",
            )


def _open_leaves(reasons: Mapping[str, tuple[Leaf, str]]) -> Iterator[Remark]:
    for path, (leaf, why) in reasons.items():
        # An indicator that only shows reaching says so itself: nobody takes it for anything else.
        if isinstance(leaf.criterion, Measured) and leaf.criterion.decides == "rule_in":
            continue
        yield Remark(
            code="lint.never-ruled-out",
            severity="note",
            where=path,
            says=f"this criterion can not be ruled out: it {why}",
            hint="" if isinstance(leaf.criterion, Undisclosed) else "name a current evaluation",
        )


def _other_way_out(of: str, framework: Framework, able: Mapping[str, bool]) -> bool:
    """Tell whether a presumption or an implied threshold can rule out what its tree can not."""
    threshold = framework.thresholds.get(of)
    if threshold is None:
        return False
    if threshold.presumed_out is not None:
        return True
    return any(
        able.get(name, False) or framework.thresholds[name].presumed_out is not None
        for name in _implied(of, framework)
    )


def _implied(name: str, framework: Framework) -> set[str]:
    """Return the thresholds that crossing `name` crosses, directly or not."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        threshold = framework.thresholds.get(ahead.pop())
        new = [] if threshold is None else [one for one in threshold.implies if one not in found]
        found.update(new)
        ahead += new
    return found & set(framework.thresholds)


def _of_thresholds(framework: Framework) -> Iterator[Tree]:
    return (
        tree
        for tree in trees_of(framework)
        if tree.of in framework.thresholds and not tree.presumption
    )


def unbounded(framework: Framework) -> Iterator[Remark]:
    """Yield evaluations in which one missing attempt leaves everything open."""
    for name, evaluation in framework.evaluations.items():
        endless = evaluation.higher_is == "worse" and evaluation.range[1] is None
        if endless and evaluation.max_missing > 0:
            yield Remark(
                code="lint.never-ruled-out",
                severity="note",
                where=f"evaluations.{name}",
                says=(
                    "the worst score has no limit: one missing attempt keeps every criterion "
                    f"on it open, though `max_missing` allows {evaluation.max_missing:g}"
                ),
                hint="declare the worst possible score in `range`, or `max_missing: 0`",
            )


def sample_sizes(framework: Framework) -> Iterator[Remark]:
    """Yield bounds that the whole data set is too small for (`lint.alpha`, `lint.power`)."""
    for tree in trees_of(framework):
        for leaf in leaves_of(tree):
            criterion = leaf.criterion
            if not isinstance(criterion, Measured) or criterion.decides == "rule_in":
                continue
            evaluation = framework.evaluations.get(criterion.evaluation)
            share = corrected_share(criterion, framework=framework)
            # The attempts at a fixed suite may be repeated; its size limits nothing.
            if evaluation is None or share is None or criterion.estimand.population == "suite":
                continue
            yield from _too_few(leaf, criterion, evaluation, share)


def _too_few(
    leaf: Leaf, criterion: Measured, evaluation: Evaluation, share: float
) -> Iterator[Remark]:
    there = evaluation.dataset_samples
    if there is None:
        return
    least = minimum_clusters(share, alpha=leaf.alpha)
    likely = samples_to_rule_out(share / 2, bound=share, alpha=leaf.alpha)
    bound = f"{criterion.rule_out_bound:g} at alpha {leaf.alpha:.3g}"
    if least > there:
        yield Remark(
            code="lint.alpha",
            severity="note" if criterion.inherit is not None else "problem",
            where=leaf.path,
            says=(
                f"no run can rule out {bound}: that takes {least} samples, all of them safe, and "
                f"`{criterion.evaluation}` has {there}"
            ),
            hint="use a larger data set, a laxer bound, more alpha or fewer criteria to share it",
        )
    elif likely is None or likely > there:
        needs = "more" if likely is None else str(likely)
        yield Remark(
            code="lint.power",
            severity="note",
            where=leaf.path,
            says=(
                f"ruling out {bound} takes {needs} samples if the true value is half way to the "
                f"bound (80 % probability), and `{criterion.evaluation}` has {there}"
            ),
            hint=f"subjects that are much safer settle it with as few as {least} samples",
        )
