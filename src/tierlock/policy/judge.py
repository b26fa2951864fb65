"""Every tree of a framework, settled leaf by leaf: thresholds, scope, safeguard tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tierlock.core import ADJUSTMENT, PRESUMPTION, Finding, Node, Outcome, Step
from tierlock.policy.case import Case
from tierlock.policy.limits import SCOPE, trees_of
from tierlock.policy.logic import trace, walk
from tierlock.policy.settle import settle


class Budget(NamedTuple):
    """The error budget of one tree, and the account that it is spent from."""

    account: str
    rule_out: float
    rule_in: float


class Judged(NamedTuple):
    """Findings and traces of every tree.

    Attributes:
        budgets: per threshold.
        findings: of thresholds and of the scope, by path.
        traces: per threshold.
        scope: the scope's trace, None where the framework has none.
        presumptions: traces per threshold that has a presumption.
        adjusted: findings of the preconditions of adjustments, by path.
        adjustments: traces per adjustment.
        tested: findings of safeguard tests, by path.
        tests: traces of safeguard tests, by `<standard>:<criterion>`.
    """

    budgets: Mapping[str, Budget]
    findings: Mapping[str, Finding]
    traces: Mapping[str, Step]
    scope: Step | None
    presumptions: Mapping[str, Step]
    adjusted: Mapping[str, Finding]
    adjustments: Mapping[str, Step]
    tested: Mapping[str, Finding]
    tests: Mapping[str, Step]

    @property
    def scope_outcome(self) -> Outcome | None:
        """Outcome of "the subject is in scope"; None where the framework has no scope."""
        return None if self.scope is None else self.scope.outcome

    @property
    def everything(self) -> tuple[Finding, ...]:
        """All findings, those of adjustments last."""
        return (*self.needed, *self.adjusted.values())

    @property
    def needed(self) -> tuple[Finding, ...]:
        """Those whose evidence is asked for; an adjustment is an offer that nobody must take up."""
        return (*self.findings.values(), *self.tested.values())


def judge(case: Case) -> Judged:
    """Settle every criterion on its own and evaluate every tree (M, R, F-1, O-2)."""
    framework = case.framework
    control = framework.error_control
    alpha_in = control.rule_in  # only false rule-outs are bought with the period's budget (E-1)
    budgets: dict[str, Budget] = {}
    findings: dict[str, Finding] = {}
    tested: dict[str, Finding] = {}
    steps: dict[str, dict[str, Step]] = {"threshold": {}, "scope": {}, "safeguard": {}}
    for tree in trees_of(framework):
        budget = Budget(tree.account, tree.alpha, alpha_in)
        safeguard = tree.kind == "safeguard"
        into = tested if safeguard else findings
        steps[tree.kind][tree.name] = _tree(
            tree.root, tree.prefix, case, budget, into, safeguard=safeguard
        )
        if tree.kind == "threshold":
            budgets[tree.name] = budget
    presumptions = {  # facts and attestations only, so that no alpha is spent
        name: _tree(
            threshold.presumed_out.unless,
            f"{PRESUMPTION}{name}:",
            case,
            budgets[name],
            findings,
        )
        for name, threshold in framework.thresholds.items()
        if threshold.presumed_out is not None
    }
    plain = control.rule_out / control.checkpoints
    adjusted: dict[str, Finding] = {}
    adjustments = {
        name: _tree(
            adjustment.unless,
            f"{ADJUSTMENT}{name}:",
            case,
            Budget(f"{ADJUSTMENT}{name}", plain, alpha_in),
            adjusted,
        )
        for name, adjustment in framework.adjustments.items()
    }
    return Judged(
        budgets=budgets,
        findings=findings,
        traces=steps["threshold"],
        scope=steps["scope"].get(SCOPE),
        presumptions=presumptions,
        adjusted=adjusted,
        adjustments=adjustments,
        tested=tested,
        tests=steps["safeguard"],
    )


def _tree(
    node: Node,
    prefix: str,
    case: Case,
    budget: Budget,
    findings: dict[str, Finding],
    *,
    safeguard: bool = False,
) -> Step:
    """Settle the leaves of one tree into `findings` and return its trace."""
    for leaf in walk(node, prefix=prefix):
        findings[leaf.path] = settle(
            leaf,
            case=case,
            threshold=budget.account,
            alpha_out=budget.rule_out,
            alpha_in=budget.rule_in,
            safeguard=safeguard,
        )
    outcomes = {path: finding.outcome for path, finding in findings.items()}
    return trace(node, prefix=prefix, outcomes=outcomes)
