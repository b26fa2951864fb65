"""`gate --all`: the answer to every action, on one determination."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tierlock.core import Action, Decision
from tierlock.usecases.ledger import log_records
from tierlock.usecases.project import Project
from tierlock.usecases.question import Answer, ask, decide_on, record
from tierlock.usecases.redecide import every_action


class Answers(NamedTuple):
    """One determination, and the gate's answer to every action of its framework.

    Attributes:
        answer: the determination with its explanation; its decision is empty.
        decisions: on every surface that the subject declares, for every audience.
        not_asked: surfaces of the framework that the subject does not declare.
    """

    answer: Answer
    decisions: Mapping[Action, Decision]
    not_asked: tuple[str, ...]


def ask_all(project: Project, *, at: datetime) -> Answers:
    """Return the answer to every action from everything in the store, as of `at`."""
    answer = ask(project, at=at, action=None)
    framework, subject = project.framework, project.subject
    actions = tuple(every_action(framework, subject=subject))
    asked = {action.surface for action in actions}
    return Answers(
        answer=answer,
        decisions={
            action: decide_on(
                project,
                determination=answer.determination,
                action=action,
                at=at,
                stated=answer.stated,
            )
            for action in actions
        },
        not_asked=tuple(
            name for name in framework.surfaces if name not in asked and asked != {None}
        ),
    )


def record_all(project: Project, *, answers: Answers) -> None:
    """Store what `record` stores, and append every decision to the ledger.

    Raises:
        InputError: the store or the ledger can not be written.
    """
    record(project, answer=answers.answer)
    at = answers.answer.determination.determined_at
    log_records(project, records=answers.decisions.values(), at=at)
