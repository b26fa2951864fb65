"""The bars that plans were sealed under and that still judge, though the framework was changed.

Whoever seals a plan also says by which bar its runs will be judged. When the framework file is
edited afterwards, the sealed one answers beside it, and the stricter answer stands (G-18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from tierlock.core import Action, Determination, Framework, InputError, Outcome, Plan, digest
from tierlock.policy import SealedAnswer, decide
from tierlock.usecases.plan_register import PlanRegister, read_plans, sealed_framework
from tierlock.usecases.project import Project
from tierlock.usecases.stated import Stated

Judge = Callable[[Project], Determination]


def sealed_answers(
    project: Project, *, action: Action, at: datetime, stated: Stated, judge: Judge
) -> tuple[SealedAnswer, ...]:
    """Return what every sealed bar that still stands answers to a question.

    Args:
        project: framework as it is now, subject and store.
        action: what is asked.
        at: the instant of the question.
        stated: what people state.
        judge: determines the project under the framework that it then has.

    Raises:
        InputError: the ledger can not be read.
        IntegrityError: `ledger.damaged`.
    """
    register = read_plans(project, at=at)
    return tuple(
        _answer(project, plan, framework, action=action, at=at, stated=stated, judge=judge)
        for plan, framework in standing_bars(project, register=register)
    )


def standing_bars(
    project: Project, *, register: PlanRegister
) -> Iterator[tuple[Plan, Framework | None]]:
    """Yield the plans under other texts of the project's framework whose bars still judge.

    A bar stands until a later plan is declared before its own runs under the present text, and
    either that text has a version of its own, or no run had started in between.

    Yields:
        Per other text the latest plan, and the framework as it was sealed; None where the ledger
        does not keep it, since what it is called is not known then.
    """
    present = project.framework
    active = _latest(project, register=register).get(digest(present))
    for name, plan in _latest(project, register=register).items():
        if name == digest(present) or plan.declared == "after" or not plan.slots:
            continue
        sealed = sealed_framework(project, name=name)
        if sealed is not None and sealed.framework != present.framework:
            continue
        moved = sealed is not None and sealed.version != present.version
        if active is None or not _replaces(
            active, plan=plan, moved=moved, register=register, project=project
        ):
            yield plan, sealed


def _latest(project: Project, *, register: PlanRegister) -> dict[str, Plan]:
    """The latest plan about this subject per framework digest.

    A weights digest that one side does not state may be the same: leaving it out lifts no bar. Nor
    does another name for the same weights.
    """
    subject, found = project.subject, dict[str, Plan]()
    for plan in sorted(register.plans, key=lambda plan: plan.sealed_at):
        known = {plan.weights, subject.parts.weights} - {None}
        same = plan.weights is not None and plan.weights == subject.parts.weights
        if same or (subject.answers_to(plan.subject) and len(known) < 2):
            found[plan.framework] = plan
    return found


def _replaces(
    active: Plan, *, plan: Plan, moved: bool, register: PlanRegister, project: Project
) -> bool:
    """Whether the bar that is sealed now takes the place of an earlier one."""
    old, new = digest(plan), digest(active)
    places = register.places
    if active.declared == "after" or old not in places or new not in places:
        return False
    if places[new] < places[old]:
        return False
    entries = {entry.plan: entry for entry in register.entries}
    since = max(plan.sealed_at, entries[old].logged_at)
    until = max(active.sealed_at, entries[new].logged_at)
    runs = (*register.runs, *project.store.runs())
    return moved or not any(
        plan.slot(run.slot) is not None
        and (project.subject.answers_to(run.subject) or run.subject == plan.subject)
        and run.started_at >= since
        and (run.started_at < until or run.run_id in entries[new].known)
        for run in runs
    )


def _answer(
    project: Project,
    plan: Plan,
    framework: Framework | None,
    *,
    action: Action,
    at: datetime,
    stated: Stated,
    judge: Judge,
) -> SealedAnswer:
    if framework is None:
        return SealedAnswer("a framework", plan, None, "the ledger does not hold that framework")
    under = project._replace(framework=framework)
    try:
        found = judge(under)
        decision = decide(
            framework,
            found,
            subject=project.subject,
            action=action,
            at=at,
            claims=stated.claims,
            rulings=stated.rulings,
            approvals=stated.approvals,
            choices=stated.choices,
            negatives=stated.negatives,
        )
    except InputError as error:
        return SealedAnswer(framework.name, plan, None, error.message)
    still_open = tuple(
        one.threshold for one in found.thresholds if one.outcome is not Outcome.RULED_OUT
    )
    return SealedAnswer(framework.name, plan, decision, still_open=still_open)
