"""Where a subject stands: its answers as of now, kept as long as nothing behind them changes.

An answer is computed once per state of the records, recorded in the ledger, and served until the
first instant at which anything that it rests on may lapse. Passing time never opens anything
(law L7), so a kept HOLD or DENY is at most too strict in its words; an ALLOW is never served at or
after the end that the decision itself names.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from tierlock.core import (
    Action,
    Decision,
    Determination,
    FrameworkRef,
    Instant,
    Outcome,
    Record,
    TierlockError,
    determination_id,
    digest,
)
from tierlock.report import ThresholdSummary, level_sentence, summary_of
from tierlock.usecases.asking_all import Answers, ask_all, record_all
from tierlock.usecases.assessing import report_of
from tierlock.usecases.project import Project
from tierlock.usecases.subject_answers import asked_report, lapses_ahead
from tierlock.usecases.workspace import Workspace

POSITION: Final = "position"
"""Under which name, after the framework's, a position is kept."""
_TRIES: Final = 3


class NextLapse(Record):
    """What may lapse first, and who renews it."""

    what: str
    at: Instant
    owner: str = ""
    renew: str = ""


class Waiting(Record):
    """One thing that has to be done, and who is asked to do it."""

    do: str
    kind: str
    owner: str = ""
    settles: str = ""


class Position(Record):
    """The answers about one subject under one framework, as of an instant.

    Attributes:
        state: what the records were (see `Workspace.state`).
        good_until: the first instant at which anything may lapse; None where nothing ever does.
        determination: identity of the determination, as approvals name it.
        level: the label of the safety level, in a sentence.
        decisions: the answer to every action, on every surface that the subject declares.
        framework: what was applied; None where the project could not be read.
        closed_by: why nothing could be computed; empty otherwise. Everything is closed then.
    """

    slug: str
    subject: str
    framework: FrameworkRef | None = None
    state: str
    computed_at: Instant
    good_until: Instant | None = None
    determination: str = ""
    level: str = ""
    thresholds: tuple[ThresholdSummary, ...] = ()
    decisions: tuple[Decision, ...] = ()
    next_lapse: NextLapse | None = None
    waiting: tuple[Waiting, ...] = ()
    closed_by: str = ""
    closed_code: str = ""

    def holds(self, *, at: datetime) -> bool:
        """Tell whether this may still be said at `at`, if the records are the same."""
        return self.computed_at <= at and (self.good_until is None or at < self.good_until)

    def decision(self, action: Action) -> Decision | None:
        """Return the answer to one action, None where it was not asked."""
        return next((one for one in self.decisions if one.action == action), None)

    @property
    def worst(self) -> Outcome:
        """The most severe outcome of all thresholds."""
        return max((one.outcome for one in self.thresholds), default=Outcome.UNDETERMINED)


View = Callable[[Project, Answers], bytes]
"""Makes what is kept beside a position, such as the body of a page, from the same answers."""


class Positions:
    """Computes positions of a workspace, each once, and keeps them there.

    Args:
        workspace: whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)

    def of(self, slug: str, *, at: datetime, framework: str | None = None) -> Position:
        """Return where a subject stands at `at`.

        Args:
            slug: which subject.
            at: now.
            framework: under which; by default the project's own.

        Raises:
            InputError: `input.not-found`, there is no such subject.
        """
        name = f"{framework or ''}:{POSITION}"
        known = self._known(slug, name=name, at=at)
        if known is not None:
            return known
        # Many ask at once after a change: one computes, the others wait for it.
        try:
            with self._locks[slug, name]:
                return self._known(slug, name=name, at=at) or self._compute(
                    slug, name=name, at=at, framework=framework
                )
        finally:
            # Anybody can ask under any name: what nobody computes any more is not remembered.
            self._locks.pop((slug, name), None)

    def view(
        self, slug: str, *, name: str, make: View, at: datetime, framework: str | None = None
    ) -> tuple[Position, bytes]:
        """Return a position and what `make` makes of the same answers, kept under `name`.

        Raises:
            InputError: there is no such subject, or its answer can not be computed.
            IntegrityError: its records contradict each other.
        """
        position = self.of(slug, at=at, framework=framework)
        key = f"{framework or ''}:{name}"
        state = f"{position.state}@{position.computed_at.isoformat()}"
        data = self.workspace.kept(slug, name=key, state=state)
        if data is None:
            project = self.workspace.open(slug, framework=framework)
            data = make(project, ask_all(project, at=position.computed_at))
            self.workspace.keep(slug, name=key, state=state, data=data)
        return position, data

    def _known(self, slug: str, *, name: str, at: datetime) -> Position | None:
        state = self.workspace.state(slug)
        data = self.workspace.kept(slug, name=name, state=state)
        if data is None:
            return None
        found = Position.parse(data)
        return found if found.holds(at=at) else None

    def _compute(self, slug: str, *, name: str, at: datetime, framework: str | None) -> Position:
        """Compute until the records stand still: what changes meanwhile is not missed."""
        workspace = self.workspace
        for _ in range(_TRIES):
            state = workspace.state(slug)
            project = None
            try:
                project = workspace.open(slug, framework=framework)
                found = _position(project, slug=slug, state=state, at=at)
            except TierlockError as error:
                if error.code == "input.not-found" and project is None:
                    raise
                return _closed(project, slug=slug, state=state, at=at, error=error)
            if workspace.state(slug) == state:
                workspace.keep(slug, name=name, state=state, data=found.model_dump_json().encode())
                break
        return found


def _position(project: Project, *, slug: str, state: str, at: datetime) -> Position:
    answers = ask_all(project, at=at)
    record_all(project, answers=answers)
    answer, decisions = answers.answer, tuple(answers.decisions.values())
    determination = answer.determination
    lapse = _next_lapse(project, determination=determination, at=at)
    ends = [one.expires_at for one in decisions if one.expires_at is not None]
    ends += [] if lapse is None else [lapse.at]
    return Position(
        slug=slug,
        subject=project.subject.name,
        framework=determination.framework,
        state=state,
        computed_at=at,
        good_until=min(ends, default=None),
        determination=determination_id(determination),
        level=level_sentence(determination),
        thresholds=summary_of(report_of(project, answer=answer)),
        decisions=decisions,
        next_lapse=lapse,
        waiting=tuple(_waiting(project, answers=answers)),
    )


def _next_lapse(
    project: Project, *, determination: Determination, at: datetime
) -> NextLapse | None:
    """What may lapse first after `at`; whether the gate minds is asked when it has lapsed."""
    first = next(iter(lapses_ahead(project, determination=determination, at=at, limit=1)), None)
    return None if first is None else NextLapse(**first._asdict())


def _waiting(project: Project, *, answers: Answers) -> Iterator[Waiting]:
    """Yield the work that the project's own question waits for, each item once.

    Where it has none: what would settle the determination.
    """
    work = asked_report(project, answers=answers).explanation.work
    seen: set[tuple[str, str]] = set()
    for item in work:
        if (item.kind, item.settles) not in seen:
            seen.add((item.kind, item.settles))
            yield Waiting(do=item.do, kind=item.kind, owner=item.owner, settles=item.settles)


def _closed(
    project: Project | None, *, slug: str, state: str, at: datetime, error: TierlockError
) -> Position:
    """Nothing can be said about a subject whose records can not be used: all is closed."""
    rules = None if project is None else project.framework
    return Position(
        slug=slug,
        subject=slug if project is None else project.subject.name,
        framework=None
        if rules is None
        else FrameworkRef(framework=rules.name, version=rules.version, digest=digest(rules)),
        state=state,
        computed_at=at,
        closed_by=error.message,
        closed_code=error.code,
    )
