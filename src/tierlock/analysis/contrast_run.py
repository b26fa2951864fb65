"""Each direction put to the solver, and what it finds replayed through the engine and worded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import z3

from tierlock.analysis.contrast_link import Side, adjusting, pair_of, settled_by_nothing
from tierlock.analysis.contrast_search import Question, Searcher
from tierlock.analysis.contrast_values import Contrast, Direction, Example, Reply, Stated
from tierlock.analysis.direction import shown
from tierlock.analysis.prove_gate import encode
from tierlock.analysis.prove_replay import Replayed, replay_fully
from tierlock.analysis.prove_run import agrees
from tierlock.analysis.prove_search import consequence_of, situation_of
from tierlock.analysis.prove_values import LeafState, Situation
from tierlock.core import ADJUSTMENT, Fact, Framework, Measured, Outcome, ThresholdFinding, Verdict


class _State:
    """A state that the solver found, for one action, as each side's situation."""

    def __init__(self, question: Question, model: z3.ModelRef) -> None:
        self.question = question
        self.model = model

    def holds(self, formula: z3.BoolRef) -> bool:
        """Tell whether the state has something."""
        return bool(z3.is_true(self.model.eval(formula, model_completion=True)))

    def situation(self, side: Side) -> Situation:
        """Return the state as this side sees it."""
        action = self.question.action
        unsigned = frozenset(
            role
            for role in side.encoding.framework.actions[action].sign_offs
            if not self.holds(side.signed[role])
        )
        plain = situation_of(self.model, side=side.encoding, action=action)
        return plain._replace(rest=True, unsigned=unsigned)

    def replayed(self, side: Side) -> Replayed | None:
        """Return the engine's own answer; None where it is not what the solver says."""
        follows = consequence_of(self.model, side=side.encoding, action=self.question.action)
        answer = replay_fully(side.encoding.framework, situation=self.situation(side))
        return answer if agrees(answer.consequence, encoding=follows) else None


def run_contrast(old: Framework, *, new: Framework, seconds: float) -> Contrast:
    """Return what each of two frameworks permits and the other does not."""
    pair = pair_of(encode(old, tag="old "), new=encode(new, tag="new "))
    searcher = Searcher(pair, seconds=seconds)
    actions = [name for name in old.actions if name in new.actions]
    return Contrast(
        directions=(
            _direction(searcher, actions, pair.old, pair.new),
            _direction(searcher, actions, pair.new, pair.old),
        ),
        only_old=tuple(name for name in old.actions if name not in new.actions),
        only_new=tuple(name for name in new.actions if name not in old.actions),
        seconds=seconds,
    )


def _direction(searcher: Searcher, actions: list[str], permits: Side, refuses: Side) -> Direction:
    examples: list[Example] = []
    ended: dict[str, list[str]] = {"none": [], "unknown": [], "unconfirmed": []}
    left = list(actions)
    while left:
        question = Question(left.pop(0), permits, refuses)
        found = searcher.ask(question)
        if isinstance(found, str):
            ended[found].append(question.action)
            continue
        example = _example(searcher, _State(question, found))
        if example is None:
            ended["unconfirmed"].append(question.action)
            continue
        alike = tuple(_alike(searcher, question, found, left))
        examples.append(example.model_copy(update={"alike": alike}))
        left = [name for name in left if name not in alike]
    return Direction(
        permits=permits.name,
        refuses=refuses.name,
        examples=tuple(examples),
        proved_none=tuple(ended["none"]),
        gave_up=tuple(ended["unknown"]),
        unconfirmed=tuple(ended["unconfirmed"]),
    )


def _alike(
    searcher: Searcher, question: Question, model: z3.ModelRef, actions: list[str]
) -> Iterator[str]:
    """Other actions that the same state sets apart, and the engine agrees."""
    for action in actions:
        again = question._replace(action=action)
        same = searcher.same_state(again, model=model)
        if same is None:
            continue
        state = _State(again, same)
        if all(state.replayed(side) is not None for side in (question.permits, question.refuses)):
            yield action


def _example(searcher: Searcher, state: _State) -> Example | None:
    """The state in words; None where the engine does not give both answers."""
    question = state.question
    permits, refuses = question.permits, question.refuses
    answers = state.replayed(permits), state.replayed(refuses)
    if answers[0] is None or answers[1] is None:
        return None
    lacking = [path for path, good in refuses.not_shared.items() if not state.holds(good)]
    others = tuple(_others(state))
    findings, claims = tuple(_findings(state)), tuple(_claims(state))
    alone: tuple[str, ...] = ()
    if len(lacking) == 1 and len(findings) + len(claims) + len(others) == 1:
        alone = tuple(searcher.alone(question, instead=lacking[0]))
    return Example(
        action=question.action,
        findings=findings,
        claims=claims,
        readings=tuple(_readings(state)),
        others=others,
        permits=_reply(permits, answers[0]),
        refuses=_reply(refuses, answers[1]),
        not_asked=tuple(lacking),
        alone=alone,
    )


def _reply(side: Side, replayed: Replayed) -> Reply:
    decision = replayed.decision
    if decision is None:
        raise ValueError("an example asks an action")
    thresholds = tuple(
        Stated(where=one.threshold, state=_threshold(one))
        for one in replayed.determination.thresholds
        if one.changed_by or one.outcome is not Outcome.RULED_OUT
    )
    told = {one.where for one in thresholds}
    reasons = (
        reason.says
        for reason in (() if decision.verdict is Verdict.ALLOW else decision.reasons)
        if not (reason.code == "threshold.held" and reason.about in told)
    )
    return Reply(
        framework=side.name,
        verdict=decision.verdict,
        thresholds=thresholds,
        adjusted=tuple(sorted(replayed.consequence.adjusted)),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _threshold(found: ThresholdFinding) -> str:
    """Its outcome, and where its own criteria come to another one, why."""
    why = "; ".join(reason.says for reason in found.reasons) if found.changed_by else ""
    return f"{found.outcome.words} ({why})" if why else found.outcome.words


class _Seen(NamedTuple):
    """One criterion as one side sees it; `open_anyway` where nothing could rule it out."""

    outcome: Outcome
    open_anyway: bool
    words: str

    @property
    def good(self) -> bool:
        return self.outcome is Outcome.RULED_OUT


def _findings(state: _State) -> Iterator[Stated]:
    """Criteria that matter: not ruled out on some side; what both see alike is said once."""
    permits, refuses = state.question.permits, state.question.refuses
    seen: dict[str, dict[str, _Seen]] = {}
    for side in (permits, refuses):
        for path, leaf in state.situation(side).leaves.items():
            if path.startswith(ADJUSTMENT):
                continue
            seen.setdefault(_label(side, path), {})[side.name] = _seen(side, path, leaf)
    for label, sides in seen.items():
        here, there = sides.get(permits.name), sides.get(refuses.name)
        differ = here is not None and there is not None and here.good and not there.good
        if not differ and all(one.good or one.open_anyway for one in sides.values()):
            continue
        words = {one.words for one in sides.values()}
        if len(words) == 1 and len(sides) > 1:
            yield Stated(where=label, state=words.pop())
        else:
            each = (f"{one.words} under {name}" for name, one in sides.items())
            yield Stated(where=label, state="; ".join(each))


def _seen(side: Side, path: str, leaf: LeafState) -> _Seen:
    open_anyway = leaf.outcome is Outcome.UNDETERMINED and settled_by_nothing(side, path=path)
    words = "undetermined, as nothing can rule it out" if open_anyway else _words(leaf)
    bound = _bound(side, path)
    return _Seen(leaf.outcome, open_anyway, words + (f" ({bound})" if bound else ""))


def _label(side: Side, path: str) -> str:
    """The path, or the fact and its test, which may stand in many places."""
    criterion = side.encoding.trees.leaves[path].criterion
    if isinstance(criterion, Fact):
        return f"fact {criterion.fact} ({shown(criterion.crossed_if)})"
    return path


def _bound(side: Side, path: str) -> str:
    """The line that evidence is held against."""
    criterion = side.encoding.trees.leaves[path].criterion
    if not isinstance(criterion, Measured):
        return ""
    word = "below" if criterion.higher_is_worse else "above"
    return f"to be {word} {shown(criterion.rule_out_bound)}"


def _words(leaf: LeafState) -> str:
    more = {
        "owes a run": leaf.owes,
        "an unplanned run speaks against it": leaf.vetoed,
    }
    return ", ".join([leaf.outcome.words, *(text for text, holds in more.items() if holds)])


def _claims(state: _State) -> Iterator[Stated]:
    """Safeguard criteria that are not met, once for both sides."""
    said: dict[str, dict[str, str]] = {}
    for side in (state.question.permits, state.question.refuses):
        situation = state.situation(side)
        for path in side.encoding.covered:
            word = "in place"
            if path in situation.failed:
                word = "shown not to hold"
            elif path not in situation.covered:
                word = "not claimed"
            said.setdefault(path, {})[side.name] = word
    for path, words in said.items():
        kinds = set(words.values())
        if kinds == {"in place"}:
            continue
        if len(kinds) == 1:
            yield Stated(where=path, state=kinds.pop())
        else:
            # One claim may be enough for the one framework and not for the other.
            each = {"in place": "enough", "not claimed": "not enough"}
            yield Stated(
                where=path,
                state="; ".join(f"{each.get(w, w)} under {name}" for name, w in words.items()),
            )


def _readings(state: _State) -> Iterator[Stated]:
    """How contested clauses are read, and which adjustments hold."""
    both = (state.question.permits, state.question.refuses)
    chosen = [item for side in both for item in state.situation(side).chosen.items()]
    for name, readings in dict(chosen).items():
        yield Stated(where=name, state=", ".join(readings) or "open")
    for side in both:
        for name in side.encoding.framework.adjustments:
            if state.holds(adjusting(side, name=name)):
                yield Stated(where=name, state=f"holds under {side.name}")


def _others(state: _State) -> Iterator[Stated]:
    """Sign-offs that are missing, what rulings say, rulings that are not there."""
    seen: set[str] = set()
    for side in (state.question.permits, state.question.refuses):
        situation = state.situation(side)
        lines = {f"sign-off by {role}": "missing" for role in sorted(situation.unsigned)}
        lines |= {f"ruling on {name}": one.words for name, one in situation.ruled.items()}
        if side.encoding.framework.ruling.roles and not situation.official:
            lines[f"ruling under {side.name}"] = "not by all roles"
        for where, what in lines.items():
            if where not in seen:
                seen.add(where)
                yield Stated(where=where, state=what)
