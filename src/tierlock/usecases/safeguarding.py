"""`safeguards`: which safeguards are owed for which action, and how each of them stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from tierlock.core import (
    Action,
    Decision,
    Framework,
    InputError,
    Outcome,
    Owed,
    Reason,
    determination_id,
)
from tierlock.policy import (
    Ask,
    Standing,
    chosen_readings,
    effective_outcomes,
    owed_standards,
    standing_of,
)
from tierlock.report import (
    STATES,
    ActionView,
    CellView,
    SafeguardsReport,
    SafeguardView,
    State,
)
from tierlock.usecases.project import Project
from tierlock.usecases.question import Answer, ask, decide_on

_STATES: Final[dict[str, State]] = {
    "claim.failed": "failed",
    "safeguard.falls-short": "failed",
    "claim.expired": "expired",
    "claim.stale": "expired",
    "claim.missing": "missing",
    "claim.pending": "pending",
}


def safeguards(
    project: Project,
    *,
    at: datetime,
    action: Action | None = None,
    answer: Answer | None = None,
) -> SafeguardsReport:
    """Return how the safeguards stand that are owed for an action, or for any action.

    Args:
        project: framework, subject, statements and store.
        at: the instant of the question.
        action: None asks for every action of the framework, on the surface and for the audience of
            the project's own question; where it names none, for all of them.
        answer: the answer to no action as of `at`, where it is known already.

    Raises:
        InputError: an action, surface or audience that the framework does not name.
    """
    framework = project.framework
    answer = answer or ask(project, at=at, action=None)
    owed = _owed(project, answer, at=at)
    if action is None:
        actions = [_like(name, project) for name in framework.actions]
    else:
        actions = [_checked(action, framework)]
    views = []
    for each in actions:
        decided = _decided(project, answer, each, at)
        binding = [o.standard for o in owed if _binds(o.standard, each, framework)]
        others = [
            reason
            for reason in (decided.reasons if decided else ())
            if reason.about.partition(":")[0] not in framework.standards
        ]
        views.append(
            ActionView(
                action=each,
                standards=tuple(binding),
                verdict=str(decided.verdict) if decided else "",
                others=len(others),
            )
        )
    bound = {name for view in views for name in view.standards}
    kept = tuple(o for o in owed if o.standard in bound)
    return SafeguardsReport(
        framework=framework,
        subject=project.subject,
        determination=answer.determination,
        explanation=answer.explanation,
        at=at,
        actions=tuple(views),
        owed=kept,
        safeguards=tuple(
            _view(f"{o.standard}:{name}", project, answer, views, at)
            for o in kept
            for name in framework.standards[o.standard].criteria
        ),
        unmeetable=tuple(
            o.standard
            for o in kept
            if framework.standards[o.standard].undefined
            or any(not c.accepts for c in framework.standards[o.standard].criteria.values())
        ),
        hours=_hours(framework, answer),
    )


def _hours(framework: Framework, answer: Answer) -> dict[str, float]:
    """The effort behind a red team's number: what its attackers tried, in hours."""
    known = {one.digest: one for one in answer.evidence}
    found = {}
    for finding in answer.determination.safeguard_findings:
        slot = framework.evaluations.get(finding.slot or "")
        if slot is None or slot.hours_by is None:
            continue
        runs = {known[name].run_id: known[name] for name in finding.evidence if name in known}
        texts = [
            text for one in runs.values() for text in one.samples.attributes.get(slot.hours_by, ())
        ]
        try:
            found[finding.path] = math.fsum(map(float, texts))
        except ValueError:
            continue
    return {path: hours for path, hours in found.items() if math.isfinite(hours) and hours > 0}


def _owed(project: Project, answer: Answer, *, at: datetime) -> tuple[Owed, ...]:
    """What is owed under the effective outcomes and the chosen readings."""
    framework, determination, stated = project.framework, answer.determination, answer.stated
    effective = effective_outcomes(
        determination,
        determination_digest=determination_id(determination),
        subject=project.subject,
        framework=framework,
        rulings=stated.rulings,
    )
    readings = chosen_readings(framework, choices=stated.choices, at=at)
    owed, _ = owed_standards(
        framework=framework,
        outcomes=effective.outcomes,
        scope=determination.scope_outcome,
        chosen={name: chosen.readings for name, chosen in readings.items()},
    )
    return owed


def _checked(action: Action, framework: Framework) -> Action:
    if action.name not in framework.actions:
        known = ", ".join(framework.actions)
        raise InputError("input.action", f"no action `{action.name}`", hint=f"one of: {known}")
    for value, known_ones, what in (
        (action.surface, framework.surfaces, "surface"),
        (action.audience, framework.audiences, "audience"),
    ):
        if value is not None and value not in known_ones:
            hint = f"one of: {', '.join(known_ones)}"
            raise InputError("input.action", f"no {what} `{value}`", hint=hint)
    return action


def _like(name: str, project: Project) -> Action:
    """The action on the surface and for the audience that the project asks about."""
    own = project.action or Action(name=name)
    per = project.framework.actions[name].per
    return Action(
        name=name,
        surface=own.surface if "surface" in per else None,
        audience=own.audience if "audience" in per else None,
    )


def _decided(project: Project, answer: Answer, action: Action, at: datetime) -> Decision | None:
    """The gate's answer; None where the action does not name all that the gate must know."""
    if not _is_whole(action, project.framework):
        return None
    return decide_on(
        project,
        determination=answer.determination,
        action=action,
        at=at,
        stated=answer.stated,
    )


def _is_whole(action: Action, framework: Framework) -> bool:
    """Whether the action names all that the gate must know."""
    per = framework.actions[action.name].per
    return all(getattr(action, what) is not None for what in per)


def _binds(standard: str, action: Action, framework: Framework) -> bool:
    return framework.standards[standard].kind in framework.actions[action.name].needs


def _view(
    path: str,
    project: Project,
    answer: Answer,
    actions: Sequence[ActionView],
    at: datetime,
) -> SafeguardView:
    name = path.partition(":")[0]
    standard = project.framework.standards[name]
    criterion = standard.criteria[path.partition(":")[2]]
    determination, stated = answer.determination, answer.stated
    found: dict[str, Standing] = {}
    for view in actions:
        if name in view.standards:
            question = Ask(
                framework=project.framework,
                determination=determination,
                name=determination_id(determination),
                subject=project.subject,
                action=view.action,
                rule=project.framework.actions[view.action.name],
                at=at,
                claims=stated.claims,
                negatives=stated.negatives,
            )
            found[view.action.name] = standing_of(question, path=path)
    reasons = _distinct(reason for standing in found.values() for reason in standing.reasons)
    step = determination.safeguard_traces.get(path)
    tested = step.outcome if step else None
    if criterion.falls_short_if is not None and tested is None:
        tested = Outcome.UNDETERMINED
    ends = [standing.until for standing in found.values() if standing.until is not None]
    return SafeguardView(
        path=path,
        criterion=criterion,
        binding=standard.modality == criterion.modality == "must" and standard.addressee == "self",
        state=_state(reasons),
        reasons=reasons,
        conditions=_distinct(note for standing in found.values() for note in standing.conditions),
        until=None if reasons else min(ends, default=None),
        cells=_cells(found),
        closes=tuple(action for action, standing in found.items() if standing.reasons),
        met_for=tuple(action for action, standing in found.items() if not standing.reasons),
        tested=tested,
        claims=tuple(c for c in stated.claims if c.criterion == path),
    )


def _distinct(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    kept = {(reason.code, reason.says): reason for reason in reasons}
    return tuple(kept[key] for key in sorted(kept))


def _cells(found: dict[str, Standing]) -> tuple[CellView, ...]:
    """Paths of every action; one that an action finds open is open."""
    covered: dict[tuple[str, str, str | None], bool] = {}
    for standing in found.values():
        for cell, is_covered in standing.cells:
            if cell.path:
                key = (cell.surface, cell.path, cell.environment)
                covered[key] = covered.get(key, True) and is_covered
    return tuple(
        CellView(surface=surface, path=path, environment=environment, covered=is_covered)
        for (surface, path, environment), is_covered in covered.items()
    )


def _state(reasons: tuple[Reason, ...]) -> State:
    """The state that needs somebody most, of those that the reasons give."""
    states = {_STATES.get(reason.code, "incomplete") for reason in reasons} or {"met"}
    return next(state for state in STATES if state in states)
