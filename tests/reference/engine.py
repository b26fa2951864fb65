"""The reference engine: `determine` of spec/determination.md, written to be read beside it.

Slow and obvious on purpose; imports the values of `tierlock.core` and nothing else of Tierlock. It
does not know uplift, horizons, reported aggregates, suites and proved guarantees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tests.reference.inherit import is_inherited, settle_inherited, usable_parent
from tests.reference.judgement import Judgement, Leaf, Line
from tests.reference.settle import (
    Case,
    Place,
    elapsed_end,
    settle_attested,
    settle_fact,
    settle_measured,
)
from tests.reference.slots import (
    check_future,
    check_plan,
    check_register,
    check_twins,
    first_runs,
    is_own,
    register_of,
    unique,
)
from tierlock.core import (
    Attestation,
    Attested,
    Combination,
    Determination,
    Evidence,
    Fact,
    Framework,
    Measured,
    Negatives,
    Node,
    Outcome,
    Plan,
    RegisteredRun,
    RunRegister,
    SpentAlpha,
    Subject,
    Undisclosed,
    add_period,
    children,
    digest,
    leaves,
    needed,
)

OUT, OPEN, IN = Outcome.RULED_OUT, Outcome.UNDETERMINED, Outcome.REACHED


def determine(
    framework: Framework,
    plan: Plan,
    evidence: Sequence[Evidence],
    *,
    subject: Subject,
    at: datetime,
    register: RunRegister | None = None,
    attestations: Sequence[Attestation] = (),
    negatives: Negatives | None = None,
    history: Sequence[SpentAlpha] = (),
    parent: Determination | None = None,
) -> Judgement:
    """Return what the specification says about `subject` at `at`.

    Raises:
        InputError: an input from the future, a plan for something else, or an unregistered run.
        IntegrityError: evidence contradicts itself or the register.
    """
    evidence = unique(evidence)
    register = register or register_of(framework, evidence)
    negatives = negatives or Negatives()
    check_twins(evidence, register, subject)
    check_future(framework, plan, evidence, register, attestations, negatives, history, parent, at)
    check_plan(framework, plan, subject, register)
    check_register(framework, evidence, register, subject)
    case = Case(
        framework, plan, evidence, subject, at, register, attestations, negatives, history, parent
    )
    found: dict[str, Leaf] = {}
    lines = {
        name: _line(case, found, threshold.crossed_if, Place(name, name, safeguards=False))
        for name, threshold in framework.thresholds.items()
    }
    scope = None
    if framework.scope is not None:
        place = Place("scope", None, safeguards=False)
        scope = _tree(case, found, framework.scope.in_scope_if, place)
    presumptions = {
        name: _tree(
            case, found, threshold.presumed_out.unless, Place(f"presumed/{name}", None, False)
        )
        for name, threshold in framework.thresholds.items()
        if threshold.presumed_out is not None
    }
    safeguards = {
        f"{standard}:{criterion}": _tree(
            case, found, tree, Place(f"{standard}:{criterion}", None, safeguards=True, mark="/")
        )
        for standard, criterion, tree in framework.safeguard_tests()
    }
    lines = {
        name: _changed(line, line.outcome, complete=line.complete and not line.owes)
        for name, line in implied(framework, presumed(scoped(lines, scope), presumptions)).items()
    }
    adjustments = {
        name: _tree(case, found, one.unless, Place(f"adjusted/{name}", None, safeguards=False))
        for name, one in framework.adjustments.items()
    }
    return replace(_judgement(case, lines, found, scope, safeguards), adjustments=adjustments)


def _tree(case: Case, found: dict[str, Leaf], node: Node, place: Place) -> Outcome:
    """O-2, with the multipliers of M-7 handed down."""
    if isinstance(node, Measured | Undisclosed | Attested | Fact):
        path = f"{place.owner}{place.mark}{node.name}"
        found[path] = _leaf(case, node, place)
        return found[path].outcome
    branches, k = children(node), needed(node)
    m = len(branches)
    below = Place(
        place.owner,
        place.threshold,
        place.safeguards,
        place.mark,
        m_out=place.m_out * k,
        m_in=place.m_in * (m - k + 1),
    )
    return kleene([_tree(case, found, branch, below) for branch in branches], k=k)


def _leaf(case: Case, node: Measured | Undisclosed | Attested | Fact, place: Place) -> Leaf:
    if isinstance(node, Measured):
        settle = settle_inherited if is_inherited(case, node) else settle_measured
        return _as_it_decides(node, settle(case, node, place))
    if isinstance(node, Undisclosed):
        return Leaf(OPEN, missing=True, codes=frozenset({"bound.undisclosed"}))
    if isinstance(node, Attested):
        return settle_attested(case, node, place)
    return settle_fact(case, node)


def _as_it_decides(node: Measured, leaf: Leaf) -> Leaf:
    """M-15: a one-sided instrument has only one of the two outcomes."""
    if node.decides == "rule_out" and leaf.outcome is IN:
        return replace(leaf, outcome=OPEN, codes=leaf.codes | {"criterion.rules-out-only"})
    if node.decides == "rule_in" and leaf.outcome is OUT:
        return replace(leaf, outcome=OPEN, codes=leaf.codes | {"criterion.rules-in-only"})
    return leaf


def kleene(outcomes: Sequence[Outcome], *, k: int) -> Outcome:
    """O-2: at_least(k) of M."""
    if outcomes.count(IN) >= k:
        return IN
    return OUT if outcomes.count(OUT) >= len(outcomes) - k + 1 else OPEN


def _line(case: Case, found: dict[str, Leaf], tree: Node, place: Place) -> Line:
    outcome = _tree(case, found, tree, place)
    under = [found[f"{place.owner}:{leaf.name}"] for leaf in leaves(tree)]
    return Line(
        outcome=outcome,
        tree=outcome,
        owes=any(leaf.owes for leaf in under),
        complete=not any(leaf.error or leaf.doubtful for leaf in under),
        missing=any(leaf.missing for leaf in under),
        measured=any(leaf.measured for leaf in under),
        vetoed=any(leaf.vetoed for leaf in under),
    )


def _changed(line: Line, outcome: Outcome, **flags: bool) -> Line:
    return Line(**{**line.__dict__, "outcome": outcome, **flags})


def scoped(lines: dict[str, Line], scope: Outcome | None) -> dict[str, Line]:
    """F-2: facts settle only what nobody measured."""
    found = dict(lines)
    for name, line in lines.items():
        if scope is OUT and line.outcome is OPEN and not line.owes and not line.measured:
            found[name] = _changed(line, OUT)
    return found


def presumed(lines: dict[str, Line], presumptions: dict[str, Outcome]) -> dict[str, Line]:
    """F-4: as F-2, for one threshold."""
    return {
        name: scoped({name: line}, presumptions.get(name))[name] for name, line in lines.items()
    }


def implied(framework: Framework, lines: dict[str, Line]) -> dict[str, Line]:
    """F-3: first upwards to a fixed point, then downwards to a fixed point."""
    pairs = [(x, y) for x, line in framework.thresholds.items() for y in line.implies]
    lines = dict(lines)
    for _ in range(len(lines) + 1):
        for x, y in pairs:
            if lines[x].outcome is IN:
                broken = lines[y].contradiction or lines[y].tree is OUT
                lines[y] = _changed(lines[y], IN, contradiction=broken)
    for _ in range(len(lines) + 1):
        for x, y in pairs:
            above, below = lines[x], lines[y]
            if above.outcome is OPEN and (above.owes or above.vetoed):
                lines[y] = _changed(
                    below,
                    max(below.outcome, OPEN),
                    owes=below.owes or above.owes,
                    vetoed=below.vetoed or above.vetoed,
                )
    for _ in range(len(lines) + 1):
        for x, y in pairs:
            above = lines[x]
            if above.outcome is not OPEN or above.owes or above.vetoed:
                continue
            if lines[y].outcome is OUT:
                lines[x] = _changed(above, OUT)
    return lines


def out_of_scope(scope: Outcome | None, outcomes: Sequence[Outcome]) -> bool:
    """C-3."""
    return scope is OUT and all(outcome is OUT for outcome in outcomes)


def obligations(
    framework: Framework,
    outcomes: dict[str, Outcome],
    scope: Outcome | None,
    chosen: dict[str, set[str]] | None = None,
) -> tuple[dict[str, set[str]], set[str]]:
    """C-2, C-3, C-7, C-8: (standard -> who owes it), thresholds held.

    Who owes is a threshold, "" for the baseline, or words with a space for a combination.
    """
    baseline = framework.baseline
    if framework.scope is not None and out_of_scope(scope, list(outcomes.values())):
        baseline = framework.scope.baseline
    owed: dict[str, set[str]] = {standard: {""} for standard in baseline}
    held = set()
    for name, outcome in outcomes.items():
        threshold = framework.thresholds[name]
        if outcome is OUT:
            continue
        if outcome is OPEN and (threshold.precaution or framework.precaution) == "hold":
            held.add(name)
            continue
        for standard in threshold.obliges:
            owed.setdefault(standard, set()).add(name)
    rules = list(framework.combinations.values())
    for name, clause in framework.interpretations.items():
        for reading, meaning in clause.readings.items():
            picked = (chosen or {}).get(name)
            if not picked or reading in picked:
                rules += meaning.combinations
    for rule in rules:
        how = together(rule, outcomes)
        if how is not OUT:
            for standard in rule.obliges:
                owed.setdefault(standard, set()).add(f" {how.value} together")
    return owed, held


def together(rule: Combination, outcomes: dict[str, Outcome]) -> Outcome:
    """C-7: reached or ruled out only where no group says otherwise."""
    groups = [max(outcomes[name] for name in group) for group in rule.if_all]
    if OUT in groups:
        return OUT
    return IN if set(groups) == {IN} else OPEN


def _label(framework: Framework, floor: str, tiers: Sequence[str]) -> str:
    return max([floor, *tiers], key=framework.tier_rank)


def _judgement(
    case: Case,
    lines: dict[str, Line],
    found: dict[str, Leaf],
    scope: Outcome | None,
    safeguards: dict[str, Outcome],
) -> Judgement:
    framework = case.framework
    outcomes = {name: line.outcome for name, line in lines.items()}
    owed, held = obligations(framework, outcomes, scope)
    floor = settled_floor = framework.baseline_tier
    if framework.scope is not None and out_of_scope(scope, list(outcomes.values())):
        floor = framework.scope.tier
    if framework.scope is not None and scope is OUT and IN not in outcomes.values():
        settled_floor = framework.scope.tier
    tiers = {name: threshold.tier for name, threshold in framework.thresholds.items()}
    runs = _asked_runs(case)
    starts = [run.started_at for run in runs]
    return Judgement(
        framework=digest(framework),
        subject=case.subject.capability_digest,
        determined_at=case.at,
        lines=lines,
        leaves=found,
        scope=scope,
        safeguards=safeguards,
        owed=frozenset(owed),
        holds=frozenset(held),
        label=_label(framework, floor, [tiers[n] for n, o in outcomes.items() if o is not OUT]),
        label_if_settled=_label(
            framework, settled_floor, [tiers[n] for n, o in outcomes.items() if o is IN]
        ),
        union_bound=min(
            1.0, sum(framework.alpha_rule_out(name) for name in lines if framework.slots_of(name))
        ),
        expires_at=_expiry(case, found, starts),
        soft_lapse=_soft_lapse(case, starts),
        looked_since=_looked_since(case, runs),
    )


def _looked_since(case: Case, runs: Sequence[RegisteredRun]) -> datetime:
    """G-11: the earliest start of a planned run."""
    slots = {run.slot for run in runs}
    planned = [
        run for slot in slots for run in first_runs(slot, case.plan, case.register, set(runs))
    ]
    return min((run.started_at for run in planned), default=case.at)


def _asked_runs(case: Case) -> list[RegisteredRun]:
    """The registered runs of the slots that any criterion asks for."""
    framework = case.framework
    trees = [threshold.crossed_if for threshold in framework.thresholds.values()]
    trees += [framework.scope.in_scope_if] if framework.scope is not None else []
    asked = {
        leaf.evaluation for tree in trees for leaf in leaves(tree) if isinstance(leaf, Measured)
    }
    tested = {
        leaf.evaluation
        for _, _, tree in framework.safeguard_tests()
        for leaf in leaves(tree)
        if isinstance(leaf, Measured)
    }
    return [
        run
        for run in case.register.runs
        if (run.slot in asked and is_own(case.subject, run.subject, run.parts, safeguards=False))
        or (run.slot in tested and is_own(case.subject, run.subject, run.parts, safeguards=True))
    ]


def _expiry(case: Case, found: dict[str, Leaf], starts: Sequence[datetime]) -> datetime | None:
    """X-5."""
    ends = [
        elapsed_end(trigger, start)
        for trigger in case.framework.triggers
        if "evidence" in trigger.expires
        for start in starts
    ]
    ends = [end for end in ends if end is not None and end > case.at]
    ends += [leaf.expires_at for leaf in found.values() if leaf.outcome is OUT]
    parent = usable_parent(case)
    if parent is not None and any(slot.source == "inherited" for slot in case.plan.slots):
        ends.append(parent.expires_at)
    return min((end for end in ends if end is not None), default=None)


def _soft_lapse(case: Case, starts: Sequence[datetime]) -> bool:
    """X-6, counted from the registered start so that losing evidence can not hide it (L4)."""
    return any(
        case.at >= add_period(start, period=trigger.when.elapsed)
        for trigger in case.framework.triggers
        if "evidence" in trigger.expires and trigger.grace and trigger.when.elapsed
        for start in starts
    )
