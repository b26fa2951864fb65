"""Anthropic's Responsible Scaling Policy as framework files: what its clauses come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.frameworks.published import clauses, outcomes, owed
from tests.unit.policy.factory import (
    AT,
    IN,
    OPEN,
    OUT,
    ago,
    claim,
    complete,
    determined,
    plan,
    run,
    samples,
    subject,
    values,
)
from tierlock.core import (
    Action,
    Approval,
    Attestation,
    Attested,
    Determination,
    Fact,
    Measured,
    Part,
    Plan,
    RoleSignature,
    Ruling,
    Verdict,
    determination_id,
    digest,
    leaves,
)
from tierlock.frameworks import SHIPPED, check_framework, load_framework
from tierlock.policy import decide
from tierlock.policy.determine import determine

FOLDER = SHIPPED / "anthropic"
FILES = sorted(FOLDER.glob("*.yaml"))
RULES = load_framework(FOLDER / "rsp-2.2.yaml")
FIRST = load_framework(FOLDER / "rsp-1.0.yaml")
THIRD = load_framework(FOLDER / "rsp-3.0.yaml")
ASL_LINES = {
    "asl-2/deployment": ["A2-D1", "A2-D2", "A2-D3", "A2-D4"],
    "asl-2/security": ["A2-S1", "A2-S2", "A2-S3", "A2-S4", "A2-S5", "A2-S6"],
    "asl-3/deployment": ["A3-D1", "A3-D2", "A3-D3", "A3-D4", "A3-D5", "A3-D6", "A3-D7"],
    "asl-3/security": [
        "A3-S1",
        *("A3-S2", "A3-S2a", "A3-S2b", "A3-S2c", "A3-S2d", "A3-S2e"),
        *("A3-S3", "A3-S4"),
    ],
}


def named(path: Path) -> str:
    return path.stem


every_file = pytest.mark.parametrize("path", FILES, ids=named)
version_two = pytest.mark.parametrize(
    "path", [path for path in FILES if path.stem.startswith("rsp-2")], ids=named
)


version_three = pytest.mark.parametrize(
    "path", [path for path in FILES if path.stem.startswith("rsp-3")], ids=named
)


def attests(
    criterion: str, *, over: tuple[Part, ...] = ("weights",), role: str = "capability-assessor"
) -> Attestation:
    """Return a role's signed statement; by default of whoever compiles the Capability Report."""
    parts: dict[str, Any] = subject().parts.model_dump()
    return Attestation(
        criterion=criterion,
        subject="m",
        role=role,
        signer="a",
        assurance="signed",
        over={part: parts[part] for part in over},
        attested_at=ago(1),
    )


def limbs(threshold: str) -> list[Attestation]:
    """Return the four limbs of the showing, attested for one threshold."""
    found = leaves(RULES.thresholds[threshold].crossed_if)
    return [
        attests(f"{threshold}:{leaf.name}", over=leaf.over)
        for leaf in found
        if isinstance(leaf, Attested)
    ]


def of(slot: str, *, bad: int, size: int) -> Any:
    """Return a run of one slot with so many dangerous attempts."""
    task = RULES.evaluations[slot].tasks[0]
    return run(name=slot, evaluation=task, samples=samples(values(bad, size)))


def judged(slot: str, *, bad: int, size: int, **changes: Any) -> Determination:
    """Return the determination of one planned run of one slot."""
    evidence = of(slot, bad=bad, size=size)
    return determined(RULES, evidence, plan=plan(RULES, slot), **changes)


@every_file
def test_it_loads_without_problems(path: Path) -> None:
    assert not check_framework(path.read_bytes(), name=path.name)
    rules = load_framework(path)
    assert rules.name == f"anthropic/{path.stem}"
    assert (rules.publisher, rules.framework) == ("Anthropic", "anthropic/rsp")


@every_file
def test_every_clause_has_a_cite(path: Path) -> None:
    """Whoever doubts a line finds the place in the text."""
    rules = load_framework(path)
    for name, clause in clauses(rules).items():
        assert clause.cite, name


@every_file
def test_no_bound_is_ours(path: Path) -> None:
    """A number in a publisher's file is the publisher's or follows from the publisher's."""
    for name, threshold in load_framework(path).thresholds.items():
        for leaf in leaves(threshold.crossed_if):
            if isinstance(leaf, Measured | Fact):
                assert leaf.basis in {"published", "derived"}, f"{name}:{leaf.name}"


@version_two
def test_the_lines_of_both_standards_are_all_there(path: Path) -> None:
    standards = load_framework(path).standards
    assert {name: list(standards[name].criteria) for name in ASL_LINES} == ASL_LINES


@version_two
def test_asl_2_is_owed_by_every_model(path: Path) -> None:
    assert {"asl-2/deployment", "asl-2/security"} <= set(load_framework(path).baseline)


@version_two
def test_cyber_operations_have_no_threshold(path: Path) -> None:
    """RSP 2.x section 2: an ongoing assessment, and nothing that is required."""
    rules = load_framework(path)
    assert "cyber" in rules.domains
    assert "cyber" not in {threshold.domain for threshold in rules.thresholds.values()}
    assert "cyber-assessment" in rules.duties


def test_asl_4_is_undefined() -> None:
    for name in ("asl-4/deployment", "asl-4/security"):
        assert RULES.standards[name].undefined


def test_ai_rd_4_obliges_to_security_and_an_affirmative_case_and_no_deployment_standard() -> None:
    """RSP 2.2 section 2: the Required Safeguards of AI R&D-4 are a set, no level."""
    obliges = RULES.thresholds["AI-RD-4"].obliges
    assert {"asl-3/security", "affirmative-case"} <= set(obliges)
    assert "deployment" not in {RULES.standards[name].kind for name in obliges}


def test_ai_rd_4_alone_leaves_the_deployment_standard_of_asl_2() -> None:
    """With everything but AI R&D-4 ruled out, no ASL-3 deployment is owed."""
    ruled_out = [*limbs("CBRN-3"), *limbs("CBRN-4"), *limbs("AI-RD-5")]
    found = judged(
        "long-form-virology-1",
        bad=1,
        size=60,
        attestations=ruled_out,
        subject=subject(facts={"yearly_effective_scaleup": 40.0}),
    )
    assert outcomes(found)["CBRN-3"] is OUT
    assert outcomes(found)["AI-RD-4"] is OPEN
    assert {"asl-3/security", "affirmative-case", "asl-2/deployment"} <= owed(found)
    assert "asl-3/deployment" not in owed(found)


def test_a_checkpoint_that_is_ruled_out_rules_out_both_ai_rd_thresholds() -> None:
    """RSP 2.2 section 2: being below the checkpoint is sufficient for both."""
    stated = [attests("autonomy-checkpoint:works-hours-alone")]
    found = judged("swe-bench-hard", bad=1, size=60, attestations=stated)
    three = {"autonomy-checkpoint", "AI-RD-4", "AI-RD-5"}
    assert {name: outcomes(found)[name] for name in three} == dict.fromkeys(three, OUT)
    assert "affirmative-case" not in owed(found)
    assert outcomes(found)["CBRN-3"] is OPEN


def test_a_checkpoint_that_is_open_leaves_both_ai_rd_thresholds_open() -> None:
    """A score over the bar only loses its support: nothing is reached, nothing ruled out."""
    stated = [attests("autonomy-checkpoint:works-hours-alone")]
    found = judged("swe-bench-hard", bad=59, size=60, attestations=stated)
    three = {"autonomy-checkpoint", "AI-RD-4", "AI-RD-5"}
    assert {name: outcomes(found)[name] for name in three} == dict.fromkeys(three, OPEN)
    assert {"checkpoint-steps", "affirmative-case", "asl-4/security"} <= owed(found)


@pytest.mark.parametrize(
    "missing", ["threat-model-mapping", "evaluations", "elicitation", "forecasting"]
)
def test_the_showing_needs_all_four_limbs(missing: str) -> None:
    """RSP 2.2 section 3.2; and 3.3: without the showing the safeguards are owed."""
    without = [item for item in limbs("CBRN-3") if not item.criterion.endswith(f":{missing}")]
    assert len(without) == 3
    found = judged("long-form-virology-1", bad=1, size=60, attestations=without)
    assert outcomes(found)["CBRN-3"] is OPEN
    assert {"asl-3/deployment", "asl-3/security", "safeguards-report"} <= owed(found)
    complete = judged("long-form-virology-1", bad=1, size=60, attestations=limbs("CBRN-3"))
    assert outcomes(complete)["CBRN-3"] is OUT


def test_attestations_alone_make_no_showing() -> None:
    """Our reading: a published bar that is cleared stands behind the limb of the evaluations."""
    found = judged("long-form-virology-1", bad=30, size=60, attestations=limbs("CBRN-3"))
    assert outcomes(found)["CBRN-3"] is OPEN


def test_a_model_that_is_not_notably_more_capable_needs_no_further_testing() -> None:
    """RSP 2.2 section 3.1: 4 times the effective compute, or six months, or the RSO's word."""
    facts: dict[str, Any] = {
        "effective_compute_ratio": 3.9,
        "months_of_enhancements": 5,
        "rso_calls_for_assessment": False,
        "last_assessed_cbrn_3_not_ruled_out": False,
    }
    changes: list[tuple[dict[str, Any], Any]] = [
        ({}, OUT),
        ({"effective_compute_ratio": 4}, OPEN),
        ({"months_of_enhancements": 6}, OPEN),
        ({"rso_calls_for_assessment": True}, OPEN),
        ({"last_assessed_cbrn_3_not_ruled_out": True}, OPEN),
    ]
    for change, outcome in changes:
        declared = subject(facts={**facts, **change})
        found = judged("swe-bench-hard", bad=1, size=60, subject=declared)
        assert outcomes(found)["CBRN-3"] is outcome, change


def test_the_clocks_are_those_of_the_text() -> None:
    when = {trigger.id: trigger.when for trigger in RULES.triggers}
    assert when["six-months"].elapsed == "P6M"
    assert when["compute-4x"].effective_compute == 4
    assert RULES.standards["safeguards-report"].criteria["SR-4"].max_age == "P1Y"


def test_the_ceo_and_the_responsible_scaling_officer_decide() -> None:
    assert RULES.ruling.required
    assert set(RULES.ruling.roles) == {"ceo", "responsible-scaling-officer"}


DEPLOY = Action(name="deploy", surface="api", audience="general")
DECIDERS = ("ceo", "responsible-scaling-officer")


def below_everything() -> Determination:
    """Return the determination of a model that is shown to be below every threshold."""
    slots = ("long-form-virology-1", "swe-bench-hard")
    stated = [*limbs("CBRN-3"), attests("autonomy-checkpoint:works-hours-alone")]
    stated += [
        attests(f"{name}:own-showing", over=("weights", "elicitation"))
        for name in ("CBRN-4-unassessed", "AI-RD-5-unassessed")
    ]
    evidence = [of(slot, bad=1, size=90) for slot in slots]
    return determined(RULES, *evidence, plan=plan(RULES, *slots), attestations=stated)


def ruled(found: Determination, *roles: str) -> Ruling:
    """Return the roles' signed ruling that agrees with the determination."""
    return Ruling(
        determination=determination_id(found),
        subject="m",
        signatures=tuple(RoleSignature(role=r, signer=r, assurance="signed") for r in roles),
        reasons="as computed",
        ruled_at=AT,
    )


def asked(found: Determination, **changes: Any) -> Verdict:
    """Return the answer to a deployment for which everything is in place, but for `changes`."""
    lines = [
        f"{standard}:{line}"
        for standard in RULES.baseline
        for line in RULES.standards[standard].criteria
    ]
    given: dict[str, Any] = {
        "claims": [claim(line) for line in lines],
        "rulings": [ruled(found, *DECIDERS)],
        "approvals": [
            Approval(
                role=role,
                signer=role,
                action="deploy",
                determination=determination_id(found),
                approved_at=AT,
                assurance="signed",
            )
            for role in DECIDERS
        ],
    }
    answer = decide(
        RULES,
        found,
        subject=subject(),
        action=DEPLOY,
        at=AT,
        negatives=complete(),
        **{**given, **changes},
    )
    return answer.verdict


def test_a_model_below_every_threshold_can_be_deployed_under_asl_2() -> None:
    """RSP 2.2 section 6.1 (1); nobody chose a reading, so each threshold has its own showing."""
    found = below_everything()
    assert set(outcomes(found).values()) == {OUT}
    assert owed(found) == set(RULES.baseline)
    assert asked(found) is Verdict.ALLOW


def test_no_deployment_without_decision_report_and_notice() -> None:
    """RSP 2.2 section 3.3: the two decide, and Board and Trust are told beforehand."""
    found = below_everything()
    assert asked(found, rulings=[]) is Verdict.HOLD
    assert asked(found, rulings=[ruled(found, "ceo")]) is Verdict.HOLD
    assert asked(found, approvals=[]) is Verdict.HOLD
    untold = [
        claim(f"{standard}:{line}")
        for standard in RULES.baseline
        for line in RULES.standards[standard].criteria
        if line != "CR-2"
    ]
    assert asked(found, claims=untold) is Verdict.HOLD


def test_security_alone_lets_training_continue() -> None:
    """RSP 2.2 footnote 13: whatever the Deployment Standard."""
    assert "security" in RULES.actions["train"].needs
    assert "deployment" not in RULES.actions["train"].needs


def test_2_0_joins_the_two_ai_rd_thresholds_and_has_no_asl_4_threshold() -> None:
    rules = load_framework(FOLDER / "rsp-2.0.yaml")
    assert list(rules.thresholds) == ["CBRN-3", "autonomy-checkpoint", "AI-RD"]
    assert rules.thresholds["AI-RD"].implies == ("autonomy-checkpoint",)
    kinds = {rules.standards[name].kind for name in rules.thresholds["AI-RD"].obliges}
    assert "deployment" not in kinds


def test_2_1_has_the_thresholds_and_obligations_of_2_2() -> None:
    """The changelog of 2.2 names the insiders of the ASL-3 Security Standard, and nothing else."""
    rules = load_framework(FOLDER / "rsp-2.1.yaml")
    assert {name: line.obliges for name, line in rules.thresholds.items()} == {
        name: line.obliges for name, line in RULES.thresholds.items()
    }


def test_1_0_takes_half_of_the_tasks_for_early_signs_of_self_replication() -> None:
    """RSP 1.0, appendix: at least half of the tasks; this one number decides both ways."""
    for bad, outcome in ((2, OUT), (30, OPEN), (58, IN)):
        evidence = run(bad, 60, name="x", evaluation="ara_tasks")
        found = determined(FIRST, evidence, plan=plan(FIRST, "replication-tasks"))
        assert outcomes(found)["ASL-3/autonomy"] is outcome
        assert "asl-3/containment" in owed(found)  # misuse was not evaluated


def test_1_0_owes_its_security_commitments_and_watches_for_extraction() -> None:
    """RSP 1.0, appendix on security: item 5 of ASL-2, which 2.0 kept without the watch."""
    assert {"asl-2/containment", "asl-2/security", "asl-2/deployment"} == set(FIRST.baseline)
    lines = [*ASL_LINES["asl-2/security"], "A2-S5-extraction"]
    assert sorted(FIRST.standards["asl-2/security"].criteria) == sorted(lines)
    for threshold in FIRST.thresholds.values():
        assert {"asl-3/containment", "asl-3/security"} <= set(threshold.obliges)
    assert "asl-3/security" in FIRST.adjustments["extreme-emergency"].instead


def test_the_next_level_is_promised_by_1_0_alone() -> None:
    """RSP 1.0, Initial Commitments, item 3; 2.0 section 5 for ASL-4; changelog of 2.1."""
    promised = {
        path.stem: sorted(
            {"define-next-asl", "define-asl-4-thresholds"} & load_framework(path).duties.keys()
        )
        for path in FILES
    }
    assert {name: duties for name, duties in promised.items() if duties} == {
        "rsp-1.0": ["define-next-asl"],
        "rsp-2.0": ["define-asl-4-thresholds"],
    }


def test_1_0_evaluates_every_three_months_and_every_fourfold_compute() -> None:
    when = {trigger.id: trigger.when for trigger in FIRST.triggers}
    assert when["three-months"].elapsed == "P3M"
    assert when["compute-4x"].effective_compute == 4


@version_three
def test_recommendations_to_the_industry_are_addressed_to_it(path: Path) -> None:
    rules = load_framework(path)
    recommended = {name for name in rules.standards if name.startswith("industry/")}
    assert len(recommended) == 4
    assert recommended == {
        name for name, standard in rules.standards.items() if standard.addressee == "industry"
    }


@version_three
def test_only_commitments_about_competitors_delay_training(path: Path) -> None:
    """RSP 3.x: no unilateral pause; appendix A alone delays development."""
    rules = load_framework(path)
    assert rules.actions["train"].needs == ("competitor_commitment",)
    obliged = {name for line in rules.thresholds.values() for name in line.obliges}
    assert "competitor_commitment" not in {rules.standards[name].kind for name in obliged}


@pytest.mark.parametrize(
    ("highly_capable", "lead", "owes"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_the_leader_of_highly_capable_models_owes_the_argument(
    highly_capable: bool, lead: bool, owes: bool
) -> None:
    """RSP 3.0 appendix A, first scenario: both conditions together."""
    role = "subject-matter-experts"
    found = determine(
        THIRD,
        Plan(framework=digest(THIRD), subject="m", sealed_at=ago(100), declared="before"),
        (),
        subject=subject(facts={"clear_lead": lead, "competitors_contain_risk": False}),
        at=AT,
        attestations=()
        if highly_capable
        else (attests("AUTOMATED-RD:compresses-two-years", role=role),),
    )
    assert outcomes(found)["AUTOMATED-RD"] is (OPEN if highly_capable else OUT)
    assert ("lead-argument" in owed(found)) is owes
    assert "matched-posture" not in owed(found)
