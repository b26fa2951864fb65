"""Why, how far, what flips it, what is missing, and what to do next."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    ago,
    attested,
    claim,
    complete,
    determined,
    fact,
    framework,
    measured,
    negative,
    plan,
    register,
    registered,
    run,
    standard,
    subject,
    threshold,
)
from tierlock.core import (
    Action,
    ActionRule,
    AllOf,
    AnyOf,
    Approval,
    Cost,
    Deciding,
    Domain,
    Evaluation,
    Flip,
    InputError,
    RoleSignature,
    Ruling,
    RulingRule,
    SafeguardCriterion,
    Verdict,
    determination_id,
)
from tierlock.policy import decide, explain

CLAIMS = (claim(), claim("deploy:policy"))


def asked(rules=None, *logs, claims=CLAIMS, records=(), facts=None, known=None, **people):
    """Determine, decide and explain."""
    rules = rules or framework()
    about = subject(facts=facts or {})
    extra = {"register": known} if known else {}
    found = determined(rules, *logs, plan=plan(rules), subject=about, **extra)
    given = {"claims": claims, "negatives": complete(*records), **people}
    answer = decide(rules, found, subject=about, action=Action(name="deploy"), at=AT, **given)
    told = explain(rules, found, subject=about, decision=answer, evidence=logs or (run(),), **given)
    return answer, told


def flips(told):
    return [(flip.path, flip.to, flip.changes, flip.direction) for flip in told.flips]


def test_an_allow_and_what_would_close_it():
    answer, told = asked()
    assert (answer.verdict, told.verdict) == (Verdict.ALLOW, Verdict.ALLOW)
    assert told.next_step is None
    assert told.deciding == (Deciding(threshold="bio-3", outcome=OUT, paths=("bio-3:bio",)),)
    assert [margin.path for margin in told.margins] == ["bio-3:bio"]
    assert flips(told) == [
        ("base:policy", "unmet", "ALLOW -> HOLD", "closes"),
        ("bio-3:bio", "reached", "bio-3: ruled out -> reached", "raises"),
    ]
    assert (told.unknown, told.work) == ((), ())


def test_a_hold_and_what_would_open_it():
    answer, told = asked(None, run(12), claims=(claim(),))
    assert answer.verdict is Verdict.HOLD
    assert flips(told) == [
        ("deploy:policy", "met", "HOLD -> ALLOW", "opens"),
        ("bio-3:bio", "ruled_out", "HOLD -> ALLOW", "opens"),
        ("bio-3:bio", "ruled_out", "bio-3: undetermined -> ruled out", "lowers"),
        ("bio-3:bio", "reached", "bio-3: undetermined -> reached", "raises"),
    ]
    assert told.unknown == ("whether bio-3 is crossed: the subject helps to make a weapon",)
    assert told.next_step == told.work[0]
    assert {item.settles for item in told.work} == {"deploy:policy", "bio-3:bio"}


def test_a_deny_and_what_would_open_it():
    """From DENY to HOLD opens too."""
    failed = negative("failed_claim", concerns="base:policy")
    answer, told = asked(None, run(40), claims=(claim(),), records=(failed,))
    assert answer.verdict is Verdict.DENY
    assert flips(told)[0] == ("base:policy", "met", "DENY -> HOLD", "opens")
    assert flips(told)[1] == ("bio-3:bio", "ruled_out", "bio-3: reached -> ruled out", "lowers")
    answer, told = asked(None, records=(failed,))
    assert flips(told)[0] == ("base:policy", "met", "DENY -> ALLOW", "opens")


def test_from_hold_to_deny_closes():
    undefined = standard(criteria={}, undefined=True)
    rules = framework(standards={"base": standard(), "deploy": undefined})
    answer, told = asked(rules, run(12))
    assert answer.verdict is Verdict.HOLD
    assert ("bio-3:bio", "reached", "HOLD -> DENY", "closes") in flips(told)
    assert ("bio-3:bio", "ruled_out", "HOLD -> ALLOW", "opens") in flips(told)


def test_a_safeguard_test_is_imagined_as_passed_with_the_claim():
    tested = {"policy": SafeguardCriterion(says="s", falls_short_if=fact("leak"))}
    rules = framework(standards={"base": standard(criteria=tested), "deploy": standard()})
    answer, told = asked(rules, facts={"leak": True}, claims=())
    assert answer.verdict is Verdict.DENY
    assert ("base:policy", "met", "DENY -> ALLOW", "opens") in flips(told)


def test_claims_that_are_open_or_spare_are_no_flips_to_unmet():
    """A path with an open reason is imagined as met, the others as no longer claimed."""
    pending = claim("base:policy", status="pending")
    answer, told = asked(claims=(pending, claim("deploy:policy"), claim("secure:policy")))
    assert answer.verdict is Verdict.HOLD
    assert [flip[:2] for flip in flips(told)][:1] == [("base:policy", "met")]
    assert all(flip[1] != "unmet" for flip in flips(told))


def test_flips_are_in_order_of_paths():
    lines = {name: SafeguardCriterion(says="s") for name in "hgfedcba"}
    rules = framework(
        standards={"base": standard(criteria=lines)}, thresholds={"t": threshold(obliges=())}
    )
    given = tuple(claim(f"base:{name}") for name in "hgfedcba")
    _, told = asked(rules, claims=given)
    assert [f[0] for f in flips(told) if f[1] == "unmet"] == [f"base:{n}" for n in "abcdefgh"]
    half = framework(
        standards={"base": standard(criteria=lines), "deploy": standard(criteria=lines)}
    )
    answer, told = asked(half, run(12), claims=())
    assert answer.verdict is Verdict.HOLD
    assert [f for f in flips(told) if f[1] == "met"] == []


def test_the_same_question_is_asked_again_with_the_same_people():
    rules = framework(
        actions={"deploy": ActionRule(needs=("deployment",), sign_offs=("ceo",))},
        ruling=RulingRule(required=True, roles=("ceo",)),
    )
    name = determination_id(determined(rules, plan=plan(rules)))
    approval = Approval(
        role="ceo", signer="a", action="deploy", determination=name, approved_at=ago(1)
    )
    ruling = Ruling(
        determination=name,
        subject="m",
        signatures=(RoleSignature(role="ceo", signer="a"),),
        reasons="r",
        ruled_at=ago(1),
    )
    answer, told = asked(rules, approvals=[approval], rulings=[ruling])
    assert (answer.verdict, told.verdict) == (Verdict.ALLOW, Verdict.ALLOW)
    assert ("base:policy", "unmet", "ALLOW -> HOLD", "closes") in flips(told)
    found = determined(rules, plan=plan(rules))
    with pytest.raises(InputError, match="does not follow") as caught:
        explain(
            rules, found, subject=subject(), decision=answer, claims=CLAIMS, negatives=complete()
        )
    assert caught.value.code == "input.type"


def test_a_decision_about_other_inputs_is_refused():
    found = determined()
    answer = decide(
        framework(),
        found,
        subject=subject(),
        action=Action(name="deploy"),
        at=AT,
        claims=CLAIMS,
        negatives=complete(),
    )
    for changes in ({"claims": ()}, {"negatives": None}, {"claims": CLAIMS[1:]}):
        given: Any = {"claims": CLAIMS, "negatives": complete(), **changes}
        with pytest.raises(InputError):
            explain(framework(), found, subject=subject(), decision=answer, **given)


def test_without_negative_records_the_same_is_asked_again():
    found, about = determined(), subject()
    answer = decide(framework(), found, subject=about, action=Action(name="deploy"), at=AT)
    told = explain(framework(), found, subject=about, decision=answer)
    assert (told.verdict, told.flips[-1].to) == (Verdict.HOLD, "reached")


def test_without_a_decision_only_the_determination_is_explained():
    found = determined(None, run(12))
    told = explain(framework(), found, subject=subject())
    assert told.verdict is None
    assert [flip.changes for flip in told.flips] == [
        "bio-3: undetermined -> ruled out",
        "bio-3: undetermined -> reached",
    ]
    assert told.next_step == told.work[0]
    assert [item.settles for item in told.work] == ["bio-3:bio"]
    settled = explain(framework(), determined(), subject=subject())
    assert (settled.work, settled.next_step) == ((), None)


def test_the_deciding_leaves_are_those_with_the_trees_outcome():
    node = AnyOf(any=(measured(), fact("a"), fact("b")))
    rules = framework(
        thresholds={"t": threshold(node), "u": threshold(AllOf(all=(fact("a"), measured())))}
    )

    def deciding(bad, **facts):
        found = determined(rules, run(bad), plan=plan(rules), subject=subject(facts=facts))
        told = explain(rules, found, subject=subject(facts=facts))
        return {item.threshold: (item.outcome, item.paths) for item in told.deciding}

    assert deciding(0, a=False, b=False) == {
        "t": (OUT, ("t:bio", "t:a", "t:b")),
        "u": (OUT, ("u:a", "u:bio")),
    }
    assert deciding(0, a=True, b=False)["t"] == (IN, ("t:a",))
    assert deciding(12, b=False)["t"] == (OPEN, ("t:bio", "t:a"))
    assert deciding(12, a=True)["u"] == (OPEN, ("u:bio",))


def test_where_no_leaf_has_the_trees_outcome_all_that_are_not_ruled_out_decide():
    from tierlock.core import AtLeast

    # Two of three: one reached, one ruled out, one open is open; without an open leaf: none here.
    node = AtLeast(at_least=2, of=(AllOf(all=(fact("a"), fact("b"))), fact("c"), fact("d")))
    rules = framework(thresholds={"t": threshold(node)})
    facts = {"a": True, "b": True, "c": False, "d": False}
    found = determined(rules, plan=plan(rules), subject=subject(facts=facts))
    (line,) = found.thresholds
    assert line.outcome is OUT
    odd = found.model_copy(update={"thresholds": (line.model_copy(update={"tree_outcome": OPEN}),)})
    told = explain(rules, odd, subject=subject(facts=facts))
    assert told.deciding[0].paths == ("t:a", "t:b")


def test_the_margin_knows_measured_time():
    log = run(9, seconds=600.0)
    _, told = asked(None, log, claims=(claim(),))
    (margin,) = told.margins
    assert margin.seconds == pytest.approx(10.0 * margin.likely_samples)
    assert told.work[0].settles in {"bio-3:bio", "deploy:policy"}


def test_what_is_unknown_most_important_first_and_what_is_not_shown():
    rules = framework(
        thresholds={
            "b-low": threshold(),
            "a-low": threshold(attested(), says="is a low line"),
            "high": threshold(fact("x"), tier="ASL-4", says="is a high line"),
            "out": threshold(fact("y")),
        },
        domains={
            "biology": Domain(title="Biology", unassessed=("toxins", "crops")),
            "cyber": Domain(title="Cyber", unassessed=("toxins",)),
        },
        does_not_establish=("future subjects",),
    )
    facts = {"y": False}
    known = register(registered(), registered("gone"))
    _, told = asked(rules, run(), known=known, facts=facts)
    assert told.unknown == (
        "whether high is crossed: the subject is a high line",
        "whether a-low is crossed: the subject is a low line",
        "whether b-low is crossed: the subject helps to make a weapon",
        "bio: run `gone` was started, its log is missing",
        "toxins (Biology): no evaluation covers it",
        "crops (Biology): no evaluation covers it",
        "toxins (Cyber): no evaluation covers it",
    )
    assert told.does_not_establish == ("future subjects", "toxins", "crops", "toxins")


def test_flips_of_thresholds_follow_implications():
    rules = framework(
        thresholds={"a": threshold(fact("a"), implies=("b",)), "b": threshold(fact("b"))}
    )
    found = determined(rules, plan=plan(rules), subject=subject(facts={"a": False, "b": False}))
    told = explain(rules, found, subject=subject())
    assert flips(told) == [
        ("a:a", "reached", "a: ruled out -> reached", "raises"),
        ("a:a", "reached", "b: ruled out -> reached", "raises"),
        ("b:b", "reached", "b: ruled out -> reached", "raises"),
    ]


def test_types_of_these_tests():
    assert Flip(path="p", to="met", changes="c", direction="opens").direction == "opens"
    assert Cost() == Evaluation(title="t", tasks=("t",), higher_is="worse").cost
    assert IN > OUT
