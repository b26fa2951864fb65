"""ALLOW, HOLD and DENY (spec/gate.md)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.unit.policy.factory import (
    AT,
    OPEN,
    OUT,
    ago,
    attested,
    claim,
    complete,
    determined,
    document,
    fact,
    framework,
    negative,
    plan,
    run,
    sha,
    standard,
    subject,
    threshold,
    trigger,
)
from tierlock.core import (
    Action,
    ActionRule,
    Approval,
    InputError,
    Interim,
    RoleSignature,
    Ruling,
    RulingRule,
    Scope,
    Surface,
    Verdict,
    add_period,
    determination_id,
    digest,
)
from tierlock.policy import decide

SOON = AT + timedelta(hours=5)
DEPLOY = Action(name="deploy")
LISTED_UNTIL = AT - timedelta(hours=1) + timedelta(days=1)


def decided(rules=None, determination=None, **changes):
    """Decide with everything in place; `changes` spoil it."""
    rules = rules or framework()
    given = {
        "subject": subject(),
        "action": DEPLOY,
        "at": AT,
        "claims": (claim(), claim("deploy:policy")),
        "negatives": complete(),
    }
    return decide(rules, determination or determined(rules), **{**given, **changes})


def codes(decision):
    return [(reason.code, reason.about) for reason in decision.reasons]


def test_allow_needs_everything_and_says_what_it_rests_on():
    rules = framework()
    found = determined(rules)
    answer = decided(rules, found)
    assert (answer.verdict, answer.reasons, answer.conditions) == (Verdict.ALLOW, (), ())
    assert (answer.action, answer.subject, answer.decided_at) == (DEPLOY, "m", AT)
    assert answer.framework == found.framework
    assert answer.determination == determination_id(found)
    assert answer.expires_at == LISTED_UNTIL
    assert answer.rests_on == tuple(sorted({determination_id(found), found.plan, digest(rules)}))
    assert (answer.instructs, answer.noncompliance, answer.work) == ((), (), ())
    assert answer.assurance == ("binding: declared", "claims: unsigned", "time: self-asserted")


def test_default_deny():
    """Without claims, records and negatives there is no permission."""
    answer = decide(framework(), determined(), subject=subject(), action=DEPLOY, at=AT)
    assert answer.verdict is Verdict.HOLD
    assert codes(answer) == [
        ("claim.missing", "base:policy"),
        ("negatives.not-current", "negative records"),
    ]
    assert answer.expires_at is None
    assert answer.assurance == ("binding: declared", "time: self-asserted")


def test_g1_deny_outranks_hold_and_all_reasons_are_listed_in_order():
    failed = negative("failed_claim", concerns="base:policy")
    answer = decided(claims=(), negatives=complete(failed, negative("dissent")))
    assert answer.verdict is Verdict.DENY
    assert [(r.verdict, r.code) for r in answer.reasons] == [
        ("DENY", "claim.failed"),
        ("HOLD", "claim.missing"),
        ("HOLD", "dissent.open"),
    ]


def test_reasons_are_sorted_by_verdict_code_about_and_sentence_and_told_once():
    lines = {"b": threshold(precaution="hold"), "a": threshold(precaution="hold")}
    rules = framework(thresholds=lines)
    found = determined(rules, run(30, 60, name="x", status="error"))
    records = (
        negative("incident", says="z"),
        negative("incident", says="y"),
        negative("incident", says="y", happened_at=ago(4)),
    )
    answer = decided(rules, found, negatives=complete(*records))
    assert [(r.code, r.about, r.says) for r in answer.reasons] == [
        ("incident.open", "incident", "incident: y"),
        ("incident.open", "incident", "incident: z"),
        ("threshold.held", "a", "a is undetermined"),
        ("threshold.held", "b", "b is undetermined"),
    ]


@pytest.mark.parametrize(
    ("action", "fine"),
    [
        (Action(name="train"), False),
        (Action(name="deploy"), False),
        (Action(name="deploy", surface="api"), False),
        (Action(name="deploy", audience="staff"), False),
        (Action(name="deploy", surface="x", audience="staff"), False),
        (Action(name="deploy", surface="api", audience="x"), False),
        (Action(name="deploy", surface="staff", audience="api"), False),
        (Action(name="deploy", surface="api", audience="staff"), True),
    ],
)
def test_g2_action_surface_and_audience_must_be_the_frameworks(action, fine):
    rule = ActionRule(needs=("deployment",), per=("surface", "audience"))
    rules = framework(actions={"deploy": rule})
    if fine:
        assert decided(rules, action=action).verdict is Verdict.ALLOW
        return
    with pytest.raises(InputError) as caught:
        decided(rules, action=action)
    assert caught.value.code == "input.action"


def test_g2_an_action_without_per_needs_no_surface_and_checks_a_given_one():
    assert decided(action=Action(name="deploy", surface="api")).verdict is Verdict.ALLOW
    with pytest.raises(InputError, match="`x` is not one of: api, chat"):
        decided(action=Action(name="deploy", surface="x"))
    with pytest.raises(InputError, match="`x` is not one of: none"):
        decided(framework(surfaces=()), action=Action(name="deploy", surface="x"))
    with pytest.raises(InputError, match="`x` is not one of: none"):
        decided(framework(actions={}), action=Action(name="x"))
    rule = ActionRule(needs=("deployment",))
    with pytest.raises(InputError, match="`x` is not one of: deploy, train"):
        decided(framework(actions={"train": rule, "deploy": rule}), action=Action(name="x"))


APPROVAL = Approval(
    role="ceo", signer="a", action="deploy", determination=sha("d"), approved_at=ago(1)
)
RULING = Ruling(determination=sha("d"), subject="m", reasons="r", ruled_at=ago(1))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"claims": (claim(claimed_at=SOON),)}, "claim base:policy"),
        (
            {"claims": (claim(evidence=(document(produced_at=SOON),)),)},
            "evidence of claim base:policy",
        ),
        ({"rulings": (RULING.model_copy(update={"ruled_at": SOON}),)}, "ruling"),
        ({"approvals": (APPROVAL.model_copy(update={"approved_at": SOON}),)}, "approval by ceo"),
        ({"negatives": complete(negative("dissent", happened_at=SOON))}, "dissent"),
        ({"negatives": complete(negative("dissent", resolved_at=SOON))}, "dissent"),
        ({"negatives": complete().model_copy(update={"complete_as_of": SOON})}, "negative records"),
    ],
)
def test_g2_an_input_of_the_future_is_an_error(changes, what):
    with pytest.raises(InputError, match=rf"\] {what} is dated") as caught:
        decided(**changes)
    assert caught.value.code == "input.future"
    assert SOON.isoformat() in caught.value.message


def test_g2_a_determination_of_the_future_is_an_error_and_one_of_this_instant_is_not():
    with pytest.raises(InputError, match=r"\] determination is dated"):
        decided(determination=determined(at=SOON))
    now = negative("dissent", happened_at=AT, resolved_at=AT)
    both = complete(now).model_copy(update={"complete_as_of": AT})
    assert decided(claims=(claim(claimed_at=AT),), negatives=both).verdict is Verdict.ALLOW


def test_t1_the_question_has_a_time_zone_and_is_answered_in_utc():
    with pytest.raises(InputError) as caught:
        decided(at=datetime(2026, 6, 1))  # noqa: DTZ001  # what is refused
    assert caught.value.code == "input.naive-time"
    answer = decided(at=AT.astimezone(timezone(timedelta(hours=2))))
    assert (answer.decided_at, answer.decided_at.tzinfo) == (AT, UTC)


def test_g3_another_framework_subject_or_a_stale_determination_holds():
    rules = framework()
    found = determined(rules)
    other = determined(framework(title="another"))
    assert codes(decided(rules, other)) == [("determination.other-framework", "determination")]
    changed = subject(facts={"big": True})
    assert codes(decided(subject=changed)) == [("determination.other-subject", "determination")]
    for expires in (AT, ago(1)):
        stale = found.model_copy(update={"expires_at": expires})
        assert codes(decided(rules, stale)) == [("determination.stale", "determination")]
    fresh = found.model_copy(update={"expires_at": SOON})
    assert decided(rules, fresh).expires_at == SOON


def test_g3_adding_a_safeguard_or_a_surface_does_not_make_it_stale():
    parts = subject().parts.model_copy(update={"safeguards": sha("more"), "surface": sha("x")})
    more = subject(parts=parts, surfaces={"api": Surface(paths=("live", "new"))})
    assert decided(subject=more).verdict is Verdict.ALLOW


def test_g4_no_baseline_or_no_thresholds_holds():
    assert codes(decided(framework(baseline=()))) == [("framework.no-baseline", "framework")]
    assert codes(decided(framework(thresholds={}))) == [("framework.no-thresholds", "framework")]


RULED = framework(ruling=RulingRule(required=True, roles=("ceo", "auditor")))
SIGNED = (RoleSignature(role="ceo", signer="a"), RoleSignature(role="auditor", signer="b"))


def test_g5_a_required_ruling_that_is_missing_holds():
    found = determined(RULED)
    ruling = Ruling(
        determination=determination_id(found),
        subject="m",
        signatures=SIGNED,
        reasons="r",
        ruled_at=ago(1),
    )
    answer = decided(RULED, found)
    assert codes(answer) == [("ruling.missing", "ruling")]
    assert "ceo, auditor" in answer.reasons[0].says
    assert decided(RULED, found, rulings=(ruling,)).verdict is Verdict.ALLOW
    unsigned = ruling.model_copy(update={"signatures": ()})
    assert codes(decided(RULED, found, rulings=(unsigned,))) == [("ruling.missing", "ruling")]
    optional = framework(ruling=RulingRule(roles=("ceo", "auditor")))
    assert decided(optional).verdict is Verdict.ALLOW


def test_g5_the_gate_uses_the_worse_outcome_and_notes_the_difference():
    found = determined()
    ruling = Ruling(
        determination=determination_id(found),
        subject="m",
        outcomes={"bio-3": OPEN},
        reasons="r",
        ruled_at=ago(1),
    )
    answer = decided(determination=found, rulings=[ruling], claims=(claim(),))
    assert codes(answer) == [("claim.missing", "deploy:policy")]
    assert answer.assurance[-1] == "`bio-3` is computed ruled out and was ruled undetermined"
    laxer = ruling.model_copy(update={"outcomes": {"bio-3": OUT}})
    open_ = determined(RULED, run(12))
    official = laxer.model_copy(
        update={"determination": determination_id(open_), "signatures": SIGNED}
    )
    assert decided(RULED, open_, rulings=(official,), claims=(claim(),)).verdict is Verdict.ALLOW
    assert decided(RULED, open_, rulings=(laxer,), claims=(claim(),)).verdict is Verdict.HOLD


def test_g6_obligations_follow_from_the_outcomes():
    open_ = determined(None, run(12))
    assert codes(decided(determination=open_, claims=(claim(),))) == [
        ("claim.missing", "deploy:policy")
    ]
    assert decided(determination=open_).verdict is Verdict.ALLOW
    held = framework(precaution="hold")
    answer = decided(held, determined(held, run(12)))
    assert (answer.verdict, codes(answer)) == (Verdict.HOLD, [("threshold.held", "bio-3")])


def test_g6_out_of_scope_the_scopes_baseline_binds():
    """C-3."""
    scope = Scope(tier="ASL-1", baseline=("deploy",), in_scope_if=fact("big"))
    rules, small = framework(scope=scope), subject(facts={"big": False})
    found = determined(rules, subject=small)
    answer = decided(rules, found, subject=small, claims=())
    assert codes(answer) == [("claim.missing", "deploy:policy")]


def test_g10_sign_offs_hold_or_end_the_permission():
    rules = framework(actions={"deploy": ActionRule(needs=("deployment",), sign_offs=("ceo",))})
    found = determined(rules)
    approval = APPROVAL.model_copy(
        update={"determination": determination_id(found), "expires_at": SOON}
    )
    assert codes(decided(rules, found)) == [("approval.missing", "ceo")]
    assert decided(rules, found, approvals=(approval,)).expires_at == SOON
    late = approval.model_copy(update={"expires_at": AT})
    assert codes(decided(rules, found, approvals=[late])) == [("approval.expired", "ceo")]


def test_g12_soft_lapses_are_conditions_and_noncompliance():
    rules = framework(triggers=(trigger(elapsed="P1W", grace="P1Y"),))
    found = determined(rules)
    assert len(found.soft_lapses) == 1
    answer = decided(rules, found)
    assert answer.verdict is Verdict.ALLOW
    assert answer.conditions == answer.noncompliance == found.soft_lapses


def test_g12_conditions_are_told_once_in_order():
    until = AT + timedelta(days=30)
    interim = [
        claim(
            f"{name}:policy", interim=Interim(argument=why, approved_by=("ceo",)), expires_at=until
        )
        for name, why in (("deploy", "x"), ("base", "y"), ("base", "z"))
    ]
    rules = framework(triggers=(trigger(elapsed="P1W", grace="P1Y"),))
    answer = decided(rules, determined(rules, run(12, measured_at=ago(10))), claims=interim)
    assert [(c.code, c.says[:12]) for c in answer.conditions] == [
        ("claim.interim", "base:policy "),
        ("claim.interim", "deploy:polic"),
        ("clock.soft", "soft clock `"),
    ]
    # An interim claim is a condition of the permission, not a breach of the framework.
    assert [note.code for note in answer.noncompliance] == ["clock.soft"]


def test_g12_many_conditions_have_one_order():
    """Law L1: it does not depend on how texts are hashed."""
    triggers = tuple(trigger(f"clock-{n}", elapsed="P1W", grace="P1Y") for n in range(8))
    rules = framework(triggers=triggers)
    told = [note.says for note in decided(rules, determined(rules)).conditions]
    assert len(told) == 8
    assert told == sorted(told)


def test_g14_the_permission_ends_with_the_first_thing_it_rests_on():
    rules = framework(triggers=(trigger(elapsed="P3M"),))
    answer = decided(rules, negatives=complete())
    assert answer.expires_at == LISTED_UNTIL
    lasting = framework(register_max_age="P1Y", triggers=(trigger(elapsed="P3M"),))
    assert decided(lasting).expires_at == add_period(ago(10), period="P3M")
    ending = (claim(expires_at=SOON), claim("deploy:policy"))
    assert decided(lasting, claims=ending).expires_at == SOON


def test_what_is_ordered_while_the_answer_is_not_allow():
    undefined = standard(criteria={}, undefined=True, instructs=("isolate", "pause"))
    rules = framework(
        standards={"base": standard(), "deploy": undefined},
        actions={"deploy": ActionRule(needs=("deployment",), instructs=("stop", "pause"))},
    )
    answer = decided(rules, determined(rules, run(12)))
    assert codes(answer) == [("standard.undefined", "deploy")]
    assert answer.instructs == ("stop", "pause", "isolate")
    assert decided(rules, determined(rules)).instructs == ()
    assert decided(rules, determined(rules), claims=()).instructs == ("stop", "pause")


def test_the_reader_learns_how_far_inputs_can_be_trusted():
    rules = framework()
    after = determined(rules, plan=plan(rules, declared="after"))
    proved = complete().model_copy(update={"assurance": "tree_head"})
    answer = decided(rules, after, negatives=proved)
    assert answer.assurance == ("binding: declared", "claims: unsigned", "declared: after")


def test_l2_order_and_duplicates_do_not_matter():
    """L2: also of the sentences that several interim claims give together."""
    until = AT + timedelta(days=30)
    claims = [
        claim(interim=Interim(argument=why, approved_by=("ceo",)), expires_at=until)
        for why in "xyz"
    ]
    first = decided(claims=claims)
    assert first.verdict is Verdict.ALLOW
    assert decided(claims=[*reversed(claims), *claims]) == first


def test_attested_thresholds_bind_like_measured_ones():
    rules = framework(thresholds={"t": threshold(attested())})
    answer = decided(rules, determined(rules), claims=(claim(),))
    assert codes(answer) == [("claim.missing", "deploy:policy")]


def test_g19_the_answer_says_what_rests_on_the_word_of_a_server():
    rules = framework(
        declared_assurance="refused",
        attested_assurance="accepted",
        ruling=RulingRule(roles=("ceo",)),
    )
    found = determined(rules)
    signature = RoleSignature(role="ceo", signer="ann", assurance="attested")
    given = Ruling(
        subject="m",
        determination=determination_id(found),
        signatures=(signature,),
        reasons="as computed",
        ruled_at=AT,
    )
    answer = decided(rules, found, rulings=(given,))
    assert "ruling: attested (ceo)" in answer.assurance
    refusing = framework(declared_assurance="refused", ruling=RulingRule(roles=("ceo",)))
    found = determined(refusing)
    bound = given.model_copy(update={"determination": determination_id(found)})
    answer = decided(refusing, found, rulings=(bound,))
    assert not any("ruling:" in note for note in answer.assurance)
