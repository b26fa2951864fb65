"""Each property put to the solver, and what it finds put into words and back to the engine."""

from __future__ import annotations

from collections.abc import Iterator

from tierlock.analysis.prove_check import (
    is_worse,
    monotonicity,
    totality,
    unknowns,
    unmet_obligations,
)
from tierlock.analysis.prove_gate import Encoding, encode, holds_when_open
from tierlock.analysis.prove_replay import replay
from tierlock.analysis.prove_search import Found, Search, consequence_of, situation_of
from tierlock.analysis.prove_values import (
    PROPERTIES,
    Assumed,
    Case,
    Consequence,
    Counterexample,
    LeafState,
    Proof,
    Property,
    Situation,
)
from tierlock.core import Framework, Outcome


def run_proofs(framework: Framework) -> tuple[Proof, ...]:
    """Return the result of every property, in the order of `PROPERTIES`."""
    base = encode(framework)
    return (
        _totality(base),
        _monotonicity(base),
        _plain("no-allow-with-unmet-obligation", base, notes=_never_allowed(base)),
        _plain("no-allow-when-unknown", base, notes=_obliges_nothing(framework)),
        _unreachable(base),
    )


def _plain(name: Property, base: Encoding, *, notes: Iterator[str]) -> Proof:
    search = Search(base)
    violations = unknowns if name == "no-allow-when-unknown" else unmet_obligations
    found = search.first(violations(base))
    return _proof(name, search, found, (base,), tuple(notes))


def _totality(base: Encoding) -> Proof:
    framework, search = base.framework, Search(base)
    found = search.first(totality(base))
    if found is None:
        for name, rule in framework.actions.items():
            for kind, named in (("surface", framework.surfaces), ("audience", framework.audiences)):
                if kind in rule.per and not named:
                    says = f"`{name}` has no verdict: it asks for one {kind}, and none is named"
                    return _refuted("totality", search, Counterexample(says=says, action=name))
    return _proof("totality", search, found, (base,), ())


def _monotonicity(base: Encoding) -> Proof:
    worse = encode(base.framework, tag="worse ")
    search = Search(base, worse, rules=is_worse(base, worse=worse))
    found = search.first(monotonicity(base, worse=worse))
    held = [
        name
        for name in base.framework.thresholds
        if holds_when_open(base.framework, threshold=name)
    ]
    notes = []
    if held:
        names = ", ".join(f"`{name}`" for name in held)
        notes.append(
            f"under `hold` ({names}) the gate is compared where nothing is held: it is "
            "closed while undetermined, and may open when reached and all that is owed is met"
        )
    return _proof("monotonicity", search, found, (base, worse), tuple(notes))


def _unreachable(base: Encoding) -> Proof:
    search, ruling = Search(base), base.framework.ruling.roles
    notes = []
    for name, state in base.trees.thresholds.items():
        if search.possible(state.outcome.reached):
            continue
        if not ruling:
            says = f"no combination of outcomes reaches `{name}`"
            return _refuted("no-unreachable-threshold", search, Counterexample(says=says))
        notes.append(f"`{name}` is reached by a ruling only: no outcome of its criteria reaches it")
    return _proof("no-unreachable-threshold", search, None, (base,), tuple(notes))


def _never_allowed(base: Encoding) -> Iterator[str]:
    """Actions about which the proof says nothing, because they are never allowed."""
    search = Search(base)
    for name, answer in base.answers.items():
        if not search.possible(answer.allow):
            yield f"`{name}` is never allowed, whatever is shown"


def _obliges_nothing(framework: Framework) -> Iterator[str]:
    read = (one for each in framework.interpretations.values() for one in each.all_combinations)
    combined = {
        name
        for one in (*framework.combinations.values(), *read)
        for group in one.if_all
        for name in group
    }
    for name, threshold in framework.thresholds.items():
        if not threshold.obliges and not holds_when_open(framework, threshold=name):
            only = "only in combinations" if name in combined else "to nothing"
            yield f"`{name}` obliges {only}, also when it is reached"


def _refuted(name: Property, search: Search, counterexample: Counterexample) -> Proof:
    return Proof(
        name=name,
        proved=False,
        says=PROPERTIES[name],
        cases=search.asked,
        counterexample=counterexample,
    )


def _proof(
    name: Property,
    search: Search,
    found: Found | None,
    sides: tuple[Encoding, ...],
    notes: tuple[str, ...],
) -> Proof:
    if found is not None:
        counterexample = _counterexample(found, sides)
        return _refuted(name, search, counterexample).model_copy(update={"notes": notes})
    return Proof(name=name, proved=True, says=PROPERTIES[name], cases=search.asked, notes=notes)


def _counterexample(found: Found, sides: tuple[Encoding, ...]) -> Counterexample:
    """The model in words, and whether the engine answers the same in each of its situations."""
    action, cases, same, seen = found.violation.action, [], True, True
    for side in sides:
        situation = situation_of(found.model, side=side, action=action)
        follows = consequence_of(found.model, side=side, action=action)
        # What a ruling does shows in a verdict only.
        seen = seen and not (situation.ruled and not action)
        same = same and agrees(replay(side.framework, situation=situation), encoding=follows)
        cases.append(_case(situation, follows, side))
    return Counterexample(
        says=found.violation.says,
        action=action,
        case=cases[0],
        worse=cases[1] if len(cases) > 1 else None,
        engine="not asked" if same and not seen else "same" if same else "different",
    )


def agrees(engine: Consequence, *, encoding: Consequence) -> bool:
    """Tell whether the engine answers what the encoding says, as far as the engine shows it.

    Args:
        engine: from `replay`.
        encoding: from `consequence_of`.
    """
    if engine.owed is None:
        encoding = encoding._replace(owed=None, holds=None)
    return engine == encoding


def _case(situation: Situation, follows: Consequence, side: Encoding) -> Case:
    criteria = [
        Assumed(where=path, state=_words(state))
        for path, state in situation.leaves.items()
        if state.outcome is not Outcome.RULED_OUT
    ]
    safeguards = [
        Assumed(where=path, state="shown not to hold" if path in situation.failed else "missing")
        for path in side.covered
        if path in situation.failed or path not in situation.covered
    ]
    others = [
        Assumed(where=name, state=f"ruled {one.words}") for name, one in situation.ruled.items()
    ]
    others += [
        Assumed(where=f"reading of {name}", state=", ".join(readings) or "open")
        for name, readings in situation.chosen.items()
    ]
    if situation.official:
        others.append(Assumed(where="ruling", state="signed by all roles"))
    if not situation.rest:
        others.append(Assumed(where="sign-offs and records", state="not complete"))
    lines = [f"`{name}` is {one.words}" for name, one in follows.thresholds.items()]
    owed = (follows.owed or {}).items()
    lines.append("owed: " + (", ".join(f"`{name}` ({why})" for name, why in owed) or "nothing"))
    lines += sorted(follows.adjusted)
    lines += [f"`{name}` holds" for name in sorted(follows.holds or ())]
    if follows.verdict is not None:
        lines.append(f"`{situation.action}` gets {follows.verdict.value}")
    return Case(
        criteria=tuple(criteria),
        safeguards=tuple(safeguards),
        others=tuple(others),
        follows=tuple(lines),
    )


def _words(state: LeafState) -> str:
    more = {
        "owes a run": state.owes,
        "vetoed": state.vetoed,
        "no evidence": not state.evidence and not state.owes,
    }
    said = [text for text, holds in more.items() if holds]
    return ", ".join([state.outcome.words, *said])
