"""`expiring`: what lapses next, checked by asking the gate just before and at that instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, Literal, NamedTuple

from tierlock.core import (
    Action,
    Decision,
    Determination,
    GateReason,
    Reason,
    Verdict,
    add_period,
    determination_id,
)
from tierlock.report import Expiring, Lapse
from tierlock.usecases.lapsing import Candidate, candidates
from tierlock.usecases.project import Project
from tierlock.usecases.redecide import (
    Known,
    Redetermined,
    decide_each,
    known_at,
    redetermine,
)
from tierlock.usecases.renewing import renewed

_MOMENT: Final = timedelta(microseconds=1)
_DETERMINING: Final = frozenset({"evidence", "attestation", "parent"})


class _Answers(NamedTuple):
    """What holds at one instant: the outcomes and the gate's answer to every action."""

    determination: Determination
    decisions: Mapping[Action, Decision]


class _Change(NamedTuple):
    """How two sets of answers differ."""

    closes: tuple[Action, ...] = ()
    also: tuple[Action, ...] = ()
    because: tuple[GateReason, ...] = ()
    conditions: tuple[Reason, ...] = ()
    outcomes: tuple[str, ...] = ()

    @property
    def parts(self) -> set[object]:
        """What it consists of, to see which records bring which part about."""
        named = {("closes", action) for action in self.closes}
        reasons = {("because", one.code, one.about) for one in self.because}
        terms = {("condition", one.code, one.says) for one in self.conditions}
        return {*named, *reasons, *terms, *self.outcomes}


class _Found(NamedTuple):
    candidate: Candidate
    change: _Change
    together: tuple[str, ...] = ()


def expiring(project: Project, *, at: datetime, within: str | None = None) -> Expiring:
    """Return what lapses, soonest first, with what the gate says just before and then.

    Nothing is written. For each instant the gate is asked with everything renewed that had lapsed
    by then and mattered, and with what lapsed and did not matter left as it is.

    Args:
        project: subject, framework, statements and store.
        at: the instant of the question.
        within: period that is asked about, such as `P30D`.
    """
    now = redetermine(known_at(project, at=at), framework=project.framework)
    found = candidates(now.known, framework=now.framework, determination=now.determination)
    checked = list(_World(now, found=found).check(found))
    until = None if within is None else add_period(at, period=within)
    lapses = tuple(_lapse(one, at=at, until=until) for one in checked)
    decisions = decide_each(now)
    return Expiring(
        subject=now.known.subject.name,
        framework=project.framework.name,
        at=at,
        within=within,
        asked=tuple(decisions),
        allowed=tuple(
            action for action, answer in decisions.items() if answer.verdict is Verdict.ALLOW
        ),
        lapses=tuple(one for one in lapses if not one.changes_nothing),
        # What lapsed and is not missed is history.
        idle=tuple(one for one in lapses if one.changes_nothing and one.when != "lapsed"),
    )


class _World:
    """The records, asked about at any instant with some of them renewed."""

    def __init__(self, now: Redetermined, *, found: Sequence[Candidate]) -> None:
        self._framework, self._known = now.framework, now.known
        self._now, self._name = now.determination, determination_id(now.determination)
        # A record begins to need renewal with its first end.
        self._ends = {one.key: one.at for one in reversed(found)}
        fresh = self._renewed(self._known.at, frozenset())
        self._base = redetermine(fresh, framework=self._framework).determination

    def check(self, found: Sequence[Candidate]) -> Iterator[_Found]:
        """Yield every candidate with what changes when it lapses, soonest first."""
        # What lapsed and did not matter is not renewed, so that what replaced it is seen to.
        idle: set[str] = set()
        spent: set[tuple[str, bool]] = set()
        for instant, group in groupby(found, key=lambda one: max(one.at, self._known.at)):
            fresh = {one.key: one for one in group if (one.key, one.soft) not in spent}
            for one in self._at(instant, tuple(fresh.values()), frozenset(idle)):
                yield one
                if one.change.parts or one.change.also:
                    spent.add((one.candidate.key, one.candidate.soft))
                    idle.discard(one.candidate.key)
                else:
                    idle.add(one.candidate.key)

    def _at(
        self, instant: datetime, group: Sequence[Candidate], idle: frozenset[str]
    ) -> Iterator[_Found]:
        """Ask about everything that lapses at one instant: together, then one by one."""
        alone = [one for one in group if one.kind == "determination"]
        rest = [one for one in group if one.kind != "determination"]
        yield from (_Found(one, self._without_determination(instant, idle)) for one in alone)
        if not rest:
            return
        keys = frozenset(one.key for one in rest)
        again = any(one.kind in _DETERMINING for one in rest)
        if instant <= self._known.at:
            before = self._answers(instant, idle - keys, again=again)
        else:
            before = self._answers(instant - _MOMENT, idle | keys, again=again)
        joint = _change(before, self._answers(instant, idle | keys, again=again))
        single = {}
        for one in rest:
            change = joint
            if len(keys) > 1:
                after = self._answers(instant, (idle - keys) | {one.key}, again=again)
                change = _change(before, after)
            single[one] = change
        seen = {part for change in single.values() for part in change.parts}
        left = joint.parts - seen
        silent = [one for one in rest if not (single[one].parts or single[one].also)]
        about = {part.about for part in joint.because}
        needed = [one for one in silent if left and one.about in about]
        for one in rest:
            others = tuple(other.what for other in needed if other is not one)
            shared = one in needed
            yield _Found(one, joint if shared else single[one], others if shared else ())

    def _without_determination(self, instant: datetime, idle: frozenset[str]) -> _Change:
        """What the end of the present determination does to answers that rest on it."""
        before, after = (
            self._decide(moment, idle, determination=self._now)
            for moment in (instant - _MOMENT, instant)
        )
        return _change(before, after)

    def _renewed(self, at: datetime, kept: frozenset[str]) -> Known:
        return renewed(self._known, at=at, ends=self._ends, kept=kept)

    def _answers(self, at: datetime, kept: frozenset[str], *, again: bool) -> _Answers:
        """Every answer at `at`, determined `again` or on the present determination, renewed."""
        if again:
            found = redetermine(self._renewed(at, kept), framework=self._framework)
            return self._decide(at, kept, determination=found.determination)
        lasting = self._base.model_copy(update={"expires_at": None, "soft_lapses": ()})
        return self._decide(at, kept, determination=lasting)

    def _decide(
        self, at: datetime, kept: frozenset[str], *, determination: Determination
    ) -> _Answers:
        """Every answer at `at`; sign-offs and rulings on the present determination are on this."""
        known, name = self._renewed(at, kept), determination_id(determination)

        def about(named: str) -> dict[str, object]:
            return {"determination": name} if named == self._name else {}

        known = known._replace(
            approvals=tuple(
                one.model_copy(update=about(one.determination)) for one in known.approvals
            ),
            rulings=tuple(one.model_copy(update=about(one.determination)) for one in known.rulings),
        )
        return _Answers(
            determination, decide_each(Redetermined(self._framework, known, determination))
        )


def _change(before: _Answers, after: _Answers) -> _Change:
    closes, also = [], []
    because: dict[tuple[str, str], GateReason] = {}
    terms: dict[tuple[str, str], Reason] = {}
    for action, then in after.decisions.items():
        was = before.decisions[action]
        had = {(one.code, one.about) for one in was.reasons}
        new = [one for one in then.reasons if (one.code, one.about) not in had]
        because |= {(one.code, one.about): one for one in new}
        if was.verdict is Verdict.ALLOW and then.verdict is not Verdict.ALLOW:
            closes.append(action)
        elif new:
            also.append(action)
        elif then.verdict is Verdict.ALLOW:
            said = {(one.code, one.says) for one in was.conditions}
            new_terms = [one for one in then.conditions if (one.code, one.says) not in said]
            terms |= {(one.code, one.says): one for one in new_terms}
    return _Change(
        closes=tuple(closes),
        also=tuple(also),
        because=tuple(because[name] for name in sorted(because)),
        conditions=tuple(terms[name] for name in sorted(terms)),
        outcomes=tuple(_outcomes(before.determination, after.determination)),
    )


def _outcomes(before: Determination, after: Determination) -> Iterator[str]:
    was = {found.threshold: found.outcome for found in before.thresholds}
    for found in after.thresholds:
        old = was.get(found.threshold)
        if old is not None and old is not found.outcome:
            yield f"{found.threshold}: {old.words} -> {found.outcome.words}"


def _lapse(found: _Found, *, at: datetime, until: datetime | None) -> Lapse:
    one, change = found.candidate, found.change
    when: Literal["lapsed", "within", "later"] = "later"
    if one.at <= at:
        when = "lapsed"
    elif until is not None and one.at <= until:
        when = "within"
    return Lapse(
        kind=one.kind,
        what=one.what,
        at=one.at,
        clock=one.clock,
        soft=one.soft,
        when=when,
        owner=one.owner,
        renew=one.renew,
        closes=change.closes,
        also=change.also,
        because=change.because,
        conditions=change.conditions,
        outcomes=change.outcomes,
        together=found.together,
    )
