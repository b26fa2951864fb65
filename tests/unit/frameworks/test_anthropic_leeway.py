"""What the Responsible Scaling Policy leaves open: its contested clauses and its adjustments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.frameworks.published import outcomes, owed
from tests.unit.frameworks.test_anthropic import (
    DECIDERS,
    FILES,
    FIRST,
    FOLDER,
    RULES,
    attests,
    below_everything,
    every_file,
    limbs,
    of,
    ruled,
    version_three,
    version_two,
)
from tests.unit.policy.factory import (
    AT,
    OUT,
    ago,
    claim,
    complete,
    determined,
    plan,
    subject,
)
from tierlock.core import (
    Action,
    Approval,
    Attestation,
    Attested,
    Choice,
    Decision,
    Determination,
    Framework,
    Outcome,
    Plan,
    RoleSignature,
    Verdict,
    determination_id,
    digest,
    leaves,
)
from tierlock.frameworks import load_framework
from tierlock.policy import decide
from tierlock.policy.determine import determine

SECOND = load_framework(FOLDER / "rsp-2.0.yaml")
SHOWINGS = ("CBRN-4-unassessed:own-showing", "AI-RD-5-unassessed:own-showing")
LOWERED = ("lowered-safeguards:LS-1", "lowered-safeguards:LS-2")


def preconditions(rules: Framework, adjustment: str) -> list[Attestation]:
    """Return every precondition of an adjustment, attested by the role that the file names."""
    found = leaves(rules.adjustments[adjustment].unless)
    return [
        attests(f"adjusted/{adjustment}:{leaf.name}", over=leaf.over, role=leaf.by)
        for leaf in found
        if isinstance(leaf, Attested)
    ]


def stated(rules: Framework, *attestations: Attestation) -> Determination:
    """Return what follows from attestations alone, once the framework is in effect."""
    effective = datetime.combine(rules.effective, time(), tzinfo=UTC)
    return determine(
        rules,
        Plan(framework=digest(rules), subject="m", sealed_at=ago(100), declared="before"),
        (),
        subject=subject(facts={"clear_lead": False, "competitors_contain_risk": False}),
        at=max(AT, effective),
        attestations=attestations,
    )


def holds(rules: Framework, adjustment: str, given: Iterable[Attestation]) -> bool:
    """Tell whether the adjustment holds on these attestations."""
    return stated(rules, *given).adjustment_traces[adjustment].outcome is OUT


def chose(interpretation: str, reading: str, *, role: str, rules: Framework = RULES) -> Choice:
    """Return a role's signed choice of a reading."""
    return Choice(
        framework=digest(rules),
        interpretation=interpretation,
        reading=reading,
        reasons="as the text says",
        chosen_at=ago(1),
        signatures=(RoleSignature(role=role, signer=role, assurance="signed"),),
    )


def lines(rules: Framework, *standards: str) -> list[str]:
    """Return the paths of all lines of some standards."""
    return [f"{name}:{line}" for name in standards for line in rules.standards[name].criteria]


def answer(
    found: Determination, met: Iterable[str] = (), *, action: str = "deploy", **changes: Any
) -> Decision:
    """Return the gate's answer, with the baseline, the ruling and every sign-off in place."""
    places = {"surface": "api", "audience": "general"} if action == "deploy" else {}
    approvals = [
        Approval(
            role=role,
            signer=role,
            action=action,
            determination=determination_id(found),
            approved_at=AT,
            assurance="signed",
        )
        for role in DECIDERS
    ]
    return decide(
        RULES,
        found,
        subject=subject(),
        action=Action(name=action, **places),
        at=AT,
        negatives=complete(),
        claims=[claim(line) for line in [*lines(RULES, *RULES.baseline), *met]],
        rulings=[ruled(found, *DECIDERS)],
        approvals=approvals,
        **changes,
    )


def codes(decision: Decision) -> set[str]:
    return {reason.code for reason in decision.reasons}


def past_cbrn(*attestations: Attestation) -> Determination:
    """Return the determination of a model for which only the showing for CBRN is not made."""
    given = [attests("autonomy-checkpoint:works-hours-alone"), *attestations]
    given += [attests(path, over=("weights", "elicitation")) for path in SHOWINGS]
    slot = "swe-bench-hard"
    evidence = of(slot, bad=1, size=90)
    return determined(RULES, evidence, plan=plan(RULES, slot), attestations=given)


# Contested clauses.


@every_file
def test_every_reading_and_adjustment_says_where_it_comes_from(path: Path) -> None:
    rules = load_framework(path)
    for name, interpretation in rules.interpretations.items():
        assert interpretation.cite, name
        assert all(rule.cite for rule in interpretation.all_combinations), name
    for name, adjustment in rules.adjustments.items():
        assert adjustment.cite, name
        assert all(leaf.cite for leaf in leaves(adjustment.unless)), name


@every_file
def test_readings_of_a_clause_oblige_differently(path: Path) -> None:
    for name, interpretation in load_framework(path).interpretations.items():
        obliged = [reading.combinations for reading in interpretation.readings.values()]
        assert len(set(map(str, obliged))) == len(obliged), name


@every_file
def test_the_office_that_interprets_the_policy_chooses(path: Path) -> None:
    """RSP 2.x section 7.1 (1), 3.x section 4 item 1; RSP 1.0 names nobody, so has no choice."""
    rules = load_framework(path)
    chosen_by = {interpretation.by for interpretation in rules.interpretations.values()}
    assert chosen_by == (set() if rules.version == "1.0" else {("responsible-scaling-officer",)})


def below_without_showings() -> Determination:
    """Return the determination of a model below everything that was not assessed for ASL-4."""
    slots = ("long-form-virology-1", "swe-bench-hard")
    given = [*limbs("CBRN-3"), *limbs("AI-RD-4"), attests("autonomy-checkpoint:works-hours-alone")]
    evidence = [of(slot, bad=1, size=90) for slot in slots]
    return determined(RULES, *evidence, plan=plan(RULES, *slots), attestations=given)


def test_an_open_question_about_the_showing_for_asl_4_holds_the_gate() -> None:
    """RSP 2.2 section 3.2 asks for a case per threshold, sections 3.3 and 5 for a follow-up."""
    found = below_without_showings()
    assert outcomes(found)["CBRN-4"] is OUT
    decision = answer(found)
    assert decision.verdict is Verdict.HOLD
    assert "interpretation.open" in codes(decision)


def test_the_chosen_reading_says_whether_a_showing_for_asl_4_is_owed() -> None:
    found = below_without_showings()
    role = "responsible-scaling-officer"
    later = chose("showing-for-asl-4", "as-a-follow-up", role=role)
    own = chose("showing-for-asl-4", "for-each-threshold", role=role)
    assert answer(found, choices=[later]).verdict is Verdict.ALLOW
    stricter = answer(found, choices=[own])
    assert stricter.verdict is Verdict.HOLD
    assert {"standard.undefined", "claim.missing"} == codes(stricter)
    not_his = chose("showing-for-asl-4", "as-a-follow-up", role="board")
    assert "interpretation.open" in codes(answer(found, choices=[not_his]))


def test_with_a_showing_for_each_threshold_nobody_has_to_choose() -> None:
    found = below_everything()
    assert set(outcomes(found).values()) == {OUT}
    assert answer(found).verdict is Verdict.ALLOW


def test_below_the_checkpoint_ai_rd_5_needs_no_showing_in_any_reading() -> None:
    """RSP 2.2 section 2: the checkpoint suffices for both AI R&D thresholds."""
    given = [attests(SHOWINGS[0], over=("weights", "elicitation")), *limbs("CBRN-3")]
    given.append(attests("autonomy-checkpoint:works-hours-alone"))
    slots = ("long-form-virology-1", "swe-bench-hard")
    evidence = [of(slot, bad=1, size=90) for slot in slots]
    found = determined(RULES, *evidence, plan=plan(RULES, *slots), attestations=given)
    assert outcomes(found)["AI-RD-5-unassessed"] is not OUT
    assert owed(found) == set(RULES.baseline)
    assert answer(found).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("action", "clause"), [("store", "storage-safeguards"), ("train", "training-safeguards")]
)
def test_what_storage_and_training_need_is_contested(action: str, clause: str) -> None:
    """RSP 2.2 section 6.1 against 6.2, and section 4.3 against footnote 13."""
    found = stated(RULES)
    role = "responsible-scaling-officer"
    other = chose("showing-for-asl-4", "as-a-follow-up", role=role)
    for reading, lacks in (("all-safeguards", True), ("security-alone", False)):
        mine = chose(clause, reading, role=role)
        decision = answer(found, action=action, choices=[other, mine])
        abouts = {reason.about.split(":")[0] for reason in decision.reasons}
        kind = {"store": "storage-safeguards", "train": "training-case"}[action]
        assert (kind in abouts) is lacks
        assert "interpretation.open" not in codes(decision)
    assert clause in {reason.about for reason in answer(found, action=action).reasons}


def test_2_0_leaves_open_whether_what_it_expects_of_ai_rd_is_owed() -> None:
    """RSP 2.0 section 2: at minimum ASL-3 Security; a higher one and a case are expected."""
    readings = SECOND.interpretations["ai-rd-requirements"].readings
    assert not readings["minimum-until-specified"].combinations
    (rule,) = readings["expected-is-owed"].combinations
    assert rule.obliges == ("higher-security", "affirmative-case")
    assert SECOND.thresholds["AI-RD"].obliges == ("asl-3/security", "safeguards-report")
    assert {"higher-security", "affirmative-case", "asl-3/security"} <= owed(stated(SECOND))


@version_three
@pytest.mark.parametrize("judging", ["officer", "ceo", "board", "trust"])
def test_one_of_four_can_deem_a_report_significantly_redacted(path: Path, judging: str) -> None:
    """RSP 3.x section 3.6; and only one reading of row 4 asks for review without it."""
    rules = load_framework(path)
    name = "report-significantly-redacted"
    judges = [
        attests(f"{name}:{leaf.name}", over=leaf.over, role=leaf.by)
        for leaf in leaves(rules.thresholds[name].crossed_if)
        if isinstance(leaf, Attested)
    ]
    assert len(judges) == 4
    assert outcomes(stated(rules, *judges))[name] is OUT
    others = [one for one in judges if not one.criterion.endswith(f"judged-by-{judging}")]
    assert len(others) == 3
    assert outcomes(stated(rules, *others))[name] is Outcome.UNDETERMINED
    readings = rules.interpretations["external-review"].readings
    assert [rule.if_all for rule in readings["always"].combinations] == [(("AUTOMATED-RD",),)]
    (where,) = readings["where-redacted"].combinations
    assert where.if_all == (("AUTOMATED-RD",), (name,))


# Adjustments.


def adjustments() -> list[Any]:
    """Return every adjustment whose preconditions are all needed, with its file."""
    found = [(path, name) for path in FILES for name in load_framework(path).adjustments]
    return [pytest.param(*one, id=f"{one[0].stem}-{one[1]}") for one in found]


@pytest.mark.parametrize(("path", "name"), adjustments())
def test_an_adjustment_holds_with_every_precondition_attested(path: Path, name: str) -> None:
    rules = load_framework(path)
    assert holds(rules, name, preconditions(rules, name))
    assert not holds(rules, name, [])


@pytest.mark.parametrize(
    ("path", "name"), [one for one in adjustments() if "marginal-risk" not in str(one.id)]
)
def test_an_adjustment_fails_without_any_one_precondition(path: Path, name: str) -> None:
    rules = load_framework(path)
    every = preconditions(rules, name)
    assert len(every) >= 5
    for one in every:
        assert not holds(rules, name, [other for other in every if other is not one])


@version_two
def test_three_offices_lower_safeguards_as_they_change_the_policy(path: Path) -> None:
    """RSP 2.x section 7.1 (7), on which the footnote hangs; the ASL-2 standards stay."""
    rules = load_framework(path)
    lowering = rules.adjustments["another-developer"]
    offices = {leaf.by for leaf in leaves(lowering.unless) if isinstance(leaf, Attested)}
    assert {*DECIDERS, "board", "long-term-benefit-trust"} <= offices
    assert "lowered-safeguards" in lowering.notices
    assert not {name for name in lowering.instead if name.startswith("asl-2/")}


def test_lowered_safeguards_open_the_gate_with_a_condition_that_names_the_duties() -> None:
    """RSP 2.2 footnote 17."""
    found = past_cbrn(*preconditions(RULES, "another-developer"))
    assert "asl-3/deployment" in owed(found)
    met = [*lines(RULES, "safeguards-report"), *LOWERED]
    decision = answer(found, met)
    assert decision.verdict is Verdict.ALLOW
    assert {note.code for note in decision.conditions} == {"adjustment.applied"}
    for note in decision.conditions:
        assert "due now: lowered-safeguards, policy-changes-published" in note.says
    named = " ".join(note.says for note in decision.conditions)
    assert all(name in named for name in ("asl-3/deployment", "asl-3/security", "asl-4/deployment"))


def test_lowered_safeguards_are_nothing_without_the_board_or_the_document() -> None:
    every = preconditions(RULES, "another-developer")
    met = [*lines(RULES, "safeguards-report"), *LOWERED]
    without_board = [one for one in every if one.role != "board"]
    assert answer(past_cbrn(*without_board), met).verdict is Verdict.HOLD
    undocumented = answer(past_cbrn(*every), met[:-1])
    assert undocumented.verdict is Verdict.HOLD
    assert "adjustment.applied" not in {note.code for note in undocumented.conditions}


def test_1_0_loosens_in_an_emergency_and_never_because_of_other_companies() -> None:
    """RSP 1.0, Procedural Commitments item 1, and footnote 5."""
    assert list(FIRST.adjustments) == ["extreme-emergency"]
    emergency = FIRST.adjustments["extreme-emergency"]
    assert emergency.notices == ("emergency-case",)
    assert not set(emergency.instead) & set(FIRST.baseline)


@version_three
@pytest.mark.parametrize(
    ("given", "applies"),
    [
        (("major-role",), True),
        (("board-did-not-approve", "trust-did-not-approve"), True),
        (("board-did-not-approve",), False),
        (("trust-did-not-approve",), False),
        ((), False),
    ],
)
def test_marginal_risk_in_a_major_role_needs_board_and_trust(
    path: Path, given: tuple[str, ...], applies: bool
) -> None:
    """RSP 3.x section 3.4, item 5: both approve, unless it plays no major role."""
    rules = load_framework(path)
    every = preconditions(rules, "marginal-risk")
    chosen = [one for one in every if one.criterion.split(":")[1] in given]
    assert len(chosen) == len(given)
    assert holds(rules, "marginal-risk", chosen) is applies


@version_three
def test_marginal_risk_changes_no_safeguard(path: Path) -> None:
    """RSP 3.x, introduction: the plan as a company holds whatever others do."""
    rules = load_framework(path)
    assert rules.adjustments["marginal-risk"].instead == {
        "justified-by-benefits": ("marginal-risk-analysis",)
    }
    assert "justified-by-benefits" in owed(stated(rules))
    low = attests("industry-risk-high:absolute-risk-high", role="subject-matter-experts")
    assert "justified-by-benefits" not in owed(stated(rules, low))
