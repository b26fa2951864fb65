"""No worse than the parent (spec/determination.md I-1 to I-4)."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    PARTS,
    ago,
    case,
    determined,
    evaluation,
    framework,
    measured,
    plan,
    run,
    samples,
    sha,
    subject,
    threshold,
    trigger,
)
from tierlock import stats
from tierlock.core import (
    AllOf,
    Estimand,
    Inheritance,
    JudgeValidation,
    Lineage,
    Parts,
    PlannedSlot,
    Reported,
    SubjectRef,
)
from tierlock.policy.inheritance import inherited_p
from tierlock.policy.pooling import reading_of

MARGIN = Inheritance(margin=0.1, basis="proposal", reason="r")
CRITERION = measured(inherit=MARGIN)
RULES = framework(thresholds={"bio-3": threshold(CRITERION)})
CHILD = subject(name="child", known_as=(), parts=Parts(), lineage=Lineage(parent="m"))
MINE = SubjectRef(name="child")


def reading(worse=True, **changes):
    return reading_of(evaluation(**changes), promise=None, higher_is_worse=worse)


def parent_run(bad=0, size=60, **changes):
    return run(bad, size, name="base", **changes)


def own_run(bad=0, size=60, **changes):
    return run(bad, size, name="own", about=MINE, **changes)


def inherited(
    own=None, base=None, *, rules=RULES, parent=None, criterion=None, how=None, **changes
):
    own = own_run() if own is None else own
    base = parent_run() if base is None else base
    parent = parent or determined(rules, base)
    runs = tuple(item for item in (own, base) if item)
    about = changes.pop("about", CHILD)
    return inherited_p(
        case=case(rules, *changes.pop("evidence", runs), subject=about, parent=parent, **changes),
        threshold="bio-3",
        path="bio-3:bio",
        criterion=criterion or rules.thresholds["bio-3"].crossed_if,
        reading=how or reading(),
        own=[own] if own else [],
    )


def codes(found):
    assert found[0] == 1.0
    return [reason.code for reason in found[1]]


def test_i2_golden_paired_noninferiority():
    """I-2: sixty equal pairs at a margin of 0.1 on differences in [-1, 1]."""
    p, reasons = inherited()
    assert reasons == ()
    assert p == pytest.approx(stats.noninferiority_p(np.zeros(60), margin=0.1, lo=-1, hi=1))
    assert 0 < p < 1


def test_i2_pairs_are_by_item_and_unpaired_ones_count_worst():
    base = parent_run(samples=samples([1.0, 0.0, 0.0, None, 0.0], id=tuple("abcde")))
    own = own_run(samples=samples([1.0, 1.0, None, 0.0, 0.0, 0.0], id=tuple("abcdfg")))
    parent = determined(RULES, parent_run()).model_copy()
    findings = tuple(f.model_copy(update={"evidence": (base.digest,)}) for f in parent.findings)
    parent = parent.model_copy(update={"findings": findings})
    p, reasons = inherited(own, base, parent=parent)
    assert reasons == ()
    # a: 1-1, b: 1-0, c: worst 1 - 0, d: 0 - best 0; e, f and g have one side only.
    expected = [0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0]
    assert p == pytest.approx(stats.noninferiority_p(expected, margin=0.1, lo=-1, hi=1))


def test_i2_where_lower_is_worse_danger_is_mirrored():
    criterion = measured(
        rule_out_above=0.8, inherit=Inheritance(margin=0.9, basis="proposal", reason="r")
    )
    slot = evaluation(higher_is="better", range=(-1.0, 3.0))
    rules = framework(thresholds={"bio-3": threshold(criterion)}, evaluations={"bio": slot})
    base = parent_run(samples=samples([3.0] * 40 + [None]))
    own = own_run(samples=samples([3.0] * 39 + [2.0, 1.0]))
    how = reading_of(slot, promise=None, higher_is_worse=False)
    parent = determined(rules, parent_run(samples=samples([3.0] * 41)))
    found = parent.findings[0].model_copy(update={"evidence": (base.digest,)})
    parent = parent.model_copy(update={"findings": (found,)})
    p, reasons = inherited(own, base, rules=rules, parent=parent, how=how)
    assert reasons == ()
    # The parent's missing item takes its best value 3; the subject is worse by 1 and by 2.
    expected = [0.0] * 39 + [1.0, 2.0]
    assert p == pytest.approx(stats.noninferiority_p(expected, margin=0.9, lo=-4, hi=4))
    mine = own_run(samples=samples([3.0] * 40 + [None]))
    p, _ = inherited(mine, base, rules=rules, parent=parent, how=how)
    expected = [0.0] * 40 + [4.0]
    assert p == pytest.approx(stats.noninferiority_p(expected, margin=0.9, lo=-4, hi=4))


def test_i1_without_a_parents_determination():
    for about in (
        CHILD.model_copy(update={"lineage": None}),
        CHILD.model_copy(update={"lineage": Lineage(parent="other")}),
    ):
        assert codes(inherited(about=about)) == ["inherit.no-parent", "inherit.no-pairs"]
    no_case = case(RULES, own_run(), parent_run(), subject=CHILD)
    p, reasons = inherited_p(
        case=no_case,
        threshold="bio-3",
        path="bio-3:bio",
        criterion=CRITERION,
        reading=reading(),
        own=[own_run()],
    )
    assert (p, [r.code for r in reasons]) == (1.0, ["inherit.no-parent", "inherit.no-pairs"])


def test_i1_the_same_framework():
    other = framework(thresholds=RULES.thresholds, title="another")
    found = inherited(parent=determined(other, parent_run()))
    assert codes(found) == ["inherit.framework"]


def test_i1_current_at_the_question():
    parent = determined(RULES, parent_run())
    for changes in ({"expires_at": AT}, {"expires_at": ago(1)}, {"determined_at": ago(-1)}):
        assert codes(inherited(parent=parent.model_copy(update=changes))) == ["inherit.expired"]
    for changes in ({"expires_at": ago(-1)}, {"determined_at": AT}):
        assert inherited(parent=parent.model_copy(update=changes))[1] == ()


def test_i1_the_parent_is_ruled_out_on_own_evidence():
    """I-1: by its own tree, in the end, and without inheritance (no chains)."""
    parent = determined(RULES, parent_run())
    (line,), (found,) = parent.thresholds, parent.findings

    def changed(thresholds=(line,), finding=found):
        return parent.model_copy(update={"thresholds": thresholds, "findings": (finding,)})

    refused = ["inherit.parent-not-ruled-out"]
    for outcome in (OPEN, IN):
        for field in ("outcome", "tree_outcome"):
            spoiled = line.model_copy(update={field: outcome})
            assert codes(inherited(parent=changed((spoiled,)))) == refused
    chained = found.model_copy(update={"decided_by": "inheritance"})
    assert codes(inherited(parent=changed(finding=chained))) == refused
    assert codes(inherited(parent=changed(()))) == refused
    other = line.model_copy(update={"threshold": "other", "outcome": IN})
    assert inherited(parent=changed((other, line)))[1] == ()
    assert line.outcome is OUT


def test_i1_a_declared_margin():
    found = inherited(criterion=measured())
    assert codes(found) == ["inherit.no-margin"]


def test_all_refusals_are_listed_once():
    parent = determined(RULES, parent_run()).model_copy(update={"expires_at": ago(1)})
    found = inherited(
        parent=parent,
        criterion=measured(),
        own=own_run(configuration={"temperature": "1"}),
        how=reading(range=(0.0, None)),
    )
    assert codes(found) == [
        "inherit.expired",
        "inherit.no-margin",
        "inherit.elicitation",
        "inherit.no-pairs",
    ]
    twice = inherited(own=(), how=reading(range=(0.0, None)))
    assert codes(twice) == ["inherit.no-pairs", "inherit.no-pairs"]


def test_i3_the_elicitation_is_the_same():
    warm = own_run(configuration={"temperature": "1"})
    assert codes(inherited(warm)) == ["inherit.elicitation"]
    assert codes(inherited(own_run(task_version="2"))) == ["inherit.elicitation"]
    seeded = own_run(configuration={"seed": "7"})
    assert inherited(seeded)[1] == ()


def test_i2_pairing_needs_samples_of_a_bounded_score_on_both_sides():
    published = (Reported(n=60, successes=0),)
    assert codes(inherited(own_run(reported=published))) == ["inherit.no-pairs"]
    base = parent_run(reported=published)
    assert codes(inherited(None, base)) == ["inherit.no-pairs"]
    assert codes(inherited(how=reading(range=(0.0, None)))) == ["inherit.no-pairs"]


def test_i1_only_evidence_that_the_parent_used_counts():
    base = parent_run()
    parent = determined(RULES, base)
    other = parent_run(bad=1)
    stranger = run(name="x", about=SubjectRef(name="stranger"))
    foreign = run(name="y", evaluation="cyber")
    assert codes(inherited(parent=parent, evidence=(own_run(), other, stranger))) == [
        "inherit.no-pairs"
    ]
    assert inherited(
        parent=parent, evidence=(own_run(), base, other, stranger, foreign)
    ) == inherited(parent=parent)


def test_l4_the_parents_evidence_is_all_there_or_none_of_it_counts():
    """I-2: without its better run the parent would look worse, and the subject no worse than it."""
    good, poor = parent_run(), run(10, 60, name="base2", measured_at=ago(9))
    rules = framework(thresholds={"bio-3": threshold(CRITERION)})
    parent = determined(rules, good, poor, plan=plan(rules, PlannedSlot(slot="bio", runs=2)))
    assert parent.findings[0].outcome is OUT
    own = own_run(9)
    both, _ = inherited(own, parent=parent, evidence=(own, good, poor))
    against_the_poor_run = stats.noninferiority_p([-1.0] + [0.0] * 59, margin=0.1)
    assert both > 0.025 > against_the_poor_run  # half the alpha lies between
    assert codes(inherited(own, parent=parent, evidence=(own, poor))) == ["inherit.no-pairs"]
    assert codes(inherited(own, parent=parent, evidence=(own, good))) == ["inherit.no-pairs"]


def test_i1_the_parent_is_ruled_out_by_the_same_criterion():
    """No worse than a parent that another criterion ruled out is not shown to be safe."""
    cyber = evaluation(tasks=("cyber",))
    rules = framework(
        evaluations={"bio": evaluation(), "cyber": cyber},
        thresholds={
            "bio-3": threshold(
                AllOf(all=(CRITERION, measured(evaluation="cyber", id="c", inherit=MARGIN)))
            )
        },
    )
    open_base, safe = parent_run(12), run(name="cy", evaluation="cyber")
    slots = (PlannedSlot(slot="bio"), PlannedSlot(slot="cyber"))
    parent = determined(rules, open_base, safe, plan=plan(rules, *slots))
    assert [parent.thresholds[0].outcome, parent.finding("bio-3:bio").outcome] == [OUT, OPEN]
    own = own_run(12)
    found = inherited(own, open_base, rules=rules, parent=parent, criterion=CRITERION)
    assert codes(found) == ["inherit.parent-not-ruled-out"]


def test_x4_the_parents_expired_evidence_does_not_pair_but_other_triggers_are_not_its():
    """X-1: expired is expired; what changed since is what the pairing measures."""
    old = parent_run(measured_at=ago(40))
    triggers = (trigger(elapsed="P1M"), trigger(changed="weights"))
    for ordered in (triggers, triggers[::-1]):
        clock = framework(thresholds=RULES.thresholds, triggers=ordered)
        parent = determined(clock, old, at=ago(30))
        fresh = parent.model_copy(update={"expires_at": None})
        assert codes(inherited(None, old, rules=clock, parent=fresh)) == ["inherit.no-pairs"]
        assert inherited(rules=clock, parent=determined(clock, parent_run()))[1] == ()
    at_its_end = parent_run(measured_at=datetime(2026, 5, 1, tzinfo=UTC))
    parent = determined(clock, at_its_end, at=ago(1)).model_copy(update={"expires_at": None})
    assert codes(inherited(None, at_its_end, rules=clock, parent=parent)) == ["inherit.no-pairs"]


def test_m5_unknown_clusters_bar_the_pairing_on_either_side():
    slot = evaluation(cluster_by="family")
    rules = framework(thresholds=RULES.thresholds, evaluations={"bio": slot})
    how = reading_of(slot, promise=None, higher_is_worse=True)
    known = samples([0.0] * 60, attributes={"family": tuple(f"f{n}" for n in range(60))})
    good, bad = {"samples": known}, {"samples": samples([0.0] * 60)}
    base = parent_run(**good)
    parent = determined(rules, base)
    settings = {"rules": rules, "how": how, "parent": parent}
    assert inherited(own_run(**good), base, **settings)[1] == ()
    assert codes(inherited(own_run(**bad), base, **settings)) == ["cluster.unknown"]
    unknown = parent_run(**bad)
    used = parent.findings[0].model_copy(update={"evidence": (unknown.digest,)})
    settings["parent"] = parent.model_copy(update={"findings": (used,)})
    assert codes(inherited(own_run(**good), unknown, **settings)) == ["cluster.unknown"]


def test_i2_clusters_are_paired_as_clusters():
    slot = evaluation(cluster_by="family")
    rules = framework(thresholds=RULES.thresholds, evaluations={"bio": slot})
    how = reading_of(slot, promise=None, higher_is_worse=True)
    labels = {"family": tuple(f"f{n // 2}" for n in range(60))}
    base = parent_run(samples=samples([0.0] * 60, attributes=labels))
    own = own_run(samples=samples([1.0] + [0.0] * 59, attributes=labels))
    p, reasons = inherited(own, base, rules=rules, how=how)
    assert reasons == ()
    expected = [0.5] + [0.0] * 29
    assert p == pytest.approx(stats.noninferiority_p(expected, margin=0.1, lo=-1, hi=1))


def test_i2_an_item_in_another_cluster_is_no_pair():
    slot = evaluation(cluster_by="family")
    rules = framework(thresholds=RULES.thresholds, evaluations={"bio": slot})
    how = reading_of(slot, promise=None, higher_is_worse=True)
    labels = tuple(f"f{n}" for n in range(60))
    base = parent_run(samples=samples([0.0] * 60, attributes={"family": labels}))
    moved = {"family": ("elsewhere", *labels[1:])}
    own = own_run(samples=samples([0.0] * 60, attributes=moved))
    p, reasons = inherited(own, base, rules=rules, how=how)
    assert reasons == ()
    expected = [0.0] * 59 + [1.0, 1.0]
    assert p == pytest.approx(stats.noninferiority_p(expected, margin=0.1, lo=-1, hi=1))


def test_the_plan_of_these_tests_is_a_measured_one():
    assert plan(RULES, PlannedSlot(slot="bio")).slots[0].source == "measured"
    assert PARTS.weights == sha("w")


def test_only_a_mean_without_a_judges_errors_is_inherited():
    """I-2: what is paired are scores, and of other estimands they are not the claim."""
    refusals = measured(inherit=MARGIN, estimand=Estimand(name="refusal_rate"))
    assert codes(inherited(criterion=refusals)) == ["inherit.estimand"]
    judge = JudgeValidation(sensitivity=(95, 100), specificity=(99, 100), cite="made up")
    assert codes(inherited(how=reading(judge=judge))) == ["inherit.estimand"]
