"""Google DeepMind's framework files: complete, cited, with alerts as lines of their own."""

from __future__ import annotations

import pytest

from tests.unit.frameworks.google_cases import (
    DISJUNCTIONS,
    EFFECTIVE,
    EVERY_LEVEL,
    LEVELS,
    RULES,
    TRACKED,
    VERSIONS,
    alert_found,
    attestation,
    below,
    claims,
    determined,
    safeguards,
    verdict,
)
from tests.unit.frameworks.published import outcomes
from tests.unit.policy.factory import AT, IN, OPEN, OUT, negative, plan, run, subject
from tierlock.core import Attested, Fact, Measured, Outcome, Undisclosed, leaves
from tierlock.policy import determine


@VERSIONS
def test_the_file_says_what_it_encodes(version: str) -> None:
    rules = RULES[version]
    assert rules.name == f"google-deepmind/fsf-{version}"
    assert (rules.publisher, rules.effective) == ("Google DeepMind", EFFECTIVE[version])
    assert (rules.source.version, rules.source.title) == (version, "Frontier Safety Framework")
    assert rules.source.url
    assert rules.source.sha256


@VERSIONS
def test_every_level_is_there_with_its_alert(version: str) -> None:
    rules = RULES[version]
    kinds = {name: threshold.kind for name, threshold in rules.thresholds.items()}
    tracked = TRACKED.get(version, set())
    assert {name for name, kind in kinds.items() if kind == "critical"} == set(LEVELS[version])
    assert {name for name, kind in kinds.items() if kind == "tracked"} == tracked
    alerts = {f"{level}/alert" for level in LEVELS[version]}
    assert {name for name, kind in kinds.items() if kind == "alert"} == alerts
    for level, field in LEVELS[version].items():
        assert f"{level}/alert" in rules.thresholds[level].implies
        recommended = [
            name
            for name in rules.thresholds[level].obliges
            if rules.standards[name].addressee == "industry" and rules.standards[name].level
        ]
        assert recommended == ([field] if field else [])
    assert not any(rules.thresholds[alert].implies for alert in alerts | tracked)


@VERSIONS
def test_everything_is_cited(version: str) -> None:
    rules = RULES[version]
    prefix = f"FSF {version}"
    cited: dict[str, str] = {f"tier {tier.id}": tier.cite for tier in rules.tiers}
    cited["ruling"] = rules.ruling.cite
    for name, threshold in rules.thresholds.items():
        cited[name] = threshold.cite
        if threshold.presumed_out is not None:
            cited[f"presumed {name}"] = threshold.presumed_out.cite
    for name, standard in rules.standards.items():
        cited[name] = standard.cite
        cited |= {f"{name}:{key}": line.cite for key, line in standard.criteria.items()}
    cited |= {f"action {name}": action.cite for name, action in rules.actions.items()}
    cited |= {f"trigger {trigger.id}": trigger.cite for trigger in rules.triggers}
    cited |= {f"duty {name}": duty.cite for name, duty in rules.duties.items()}
    for name, item in rules.interpretations.items():
        cited[f"interpretation {name}"] = item.cite
        cited |= {f"{name}: {rule.says}": rule.cite for rule in item.all_combinations}
    assert [name for name, cite in cited.items() if not cite.startswith(prefix)] == []

    trees = [threshold.crossed_if for threshold in rules.thresholds.values()]
    trees += [tree for _, _, tree in rules.safeguard_tests()]
    trees += [
        threshold.presumed_out.unless
        for threshold in rules.thresholds.values()
        if threshold.presumed_out is not None
    ]
    assert [leaf.name for tree in trees for leaf in leaves(tree) if not leaf.cite] == []
    assert [name for name, item in rules.evaluations.items() if not item.cite] == []


@VERSIONS
def test_the_only_published_bound_rules_out(version: str) -> None:
    """GRB under 3.1; everything else is undisclosed, attested, or a declared fact."""
    measured = [
        (name, leaf.evaluation, leaf.rule_out_bound, leaf.decides)
        for name, threshold in RULES[version].thresholds.items()
        for leaf in leaves(threshold.crossed_if)
        if isinstance(leaf, Measured)
    ]
    lines = ("ml-rd-acceleration-1/alert", "ml-rd-automation-1/alert")
    grb = [(name, "grb", 0.90, "rule_out") for name in lines]
    assert measured == (grb if version == "3.1" else [])


@VERSIONS
def test_every_evaluation_is_asked_for(version: str) -> None:
    rules = RULES[version]
    asked = {
        leaf.evaluation
        for threshold in rules.thresholds.values()
        for leaf in leaves(threshold.crossed_if)
        if isinstance(leaf, Measured | Undisclosed)
    }
    assert asked == set(rules.evaluations)


@pytest.mark.parametrize(("version", "level"), EVERY_LEVEL)
def test_an_alert_reached_is_not_the_level_reached(version: str, level: str) -> None:
    rules = RULES[version]
    found = outcomes(determined(rules, below(rules, level), alert_found(rules, level)))
    assert (found[f"{level}/alert"], found[level]) == (IN, OUT)
    left_open = outcomes(determined(rules, [], alert_found(rules, level)))
    assert (left_open[f"{level}/alert"], left_open[level]) == (IN, OPEN)


@pytest.mark.parametrize(("version", "level"), EVERY_LEVEL)
def test_an_alert_ruled_out_rules_out_the_level(version: str, level: str) -> None:
    rules = RULES[version]
    alert = f"{level}/alert"
    needs_evidence = any(
        isinstance(leaf, Measured) for leaf in leaves(rules.thresholds[alert].crossed_if)
    )
    found = {item.threshold: item for item in determined(rules, below(rules, alert)).thresholds}
    if needs_evidence:  # the publisher's own rule-out bound is asked for beside the statement
        assert (found[alert].outcome, found[level].outcome) == (OPEN, OPEN)
    else:
        assert (found[alert].outcome, found[level].outcome) == (OUT, OUT)
        assert found[level].changed_by == "implied_below"


@pytest.mark.parametrize(
    ("solved", "said", "alert"),
    [(20, True, OUT), (20, False, OPEN), (74, True, OPEN)],
    ids=["both below", "nothing said", "canary crossed"],
)
def test_the_research_benchmark_rules_out_and_never_in(
    solved: int, said: bool, alert: Outcome
) -> None:
    """A score below 90 % and the assessors' statement rule the alert out, and so its level."""
    rules, level = RULES["3.1"], "ml-rd-automation-1"
    found = outcomes(
        determine(
            rules,
            plan(rules, "grb"),
            [run(solved, 74, evaluation="grb")],
            subject=subject(),
            at=AT,
            attestations=below(rules, f"{level}/alert") if said else [],
        )
    )
    assert (found[f"{level}/alert"], found[level]) == (alert, alert)


@pytest.mark.parametrize(("version", "level"), EVERY_LEVEL)
def test_a_level_reached_reaches_its_alert(version: str, level: str) -> None:
    rules = RULES[version]
    records = [
        negative("failed_claim", concerns=f"{level}:{leaf.name}")
        for leaf in leaves(rules.thresholds[level].crossed_if)
    ]
    found = outcomes(determined(rules, below(rules, f"{level}/alert"), *records))
    assert (found[f"{level}/alert"], found[level]) == (IN, IN)


@VERSIONS
def test_with_nothing_shown_every_level_is_treated_as_reached(version: str) -> None:
    rules = RULES[version]
    found = determined(rules, [])
    assert set(outcomes(found).values()) == {OPEN}
    owed = {item.standard for item in found.owed}
    obliged = {name for threshold in rules.thresholds.values() for name in threshold.obliges}
    for item in rules.interpretations.values():
        obliged |= {name for rule in item.all_combinations for name in rule.obliges}
    assert owed == obliged | set(rules.baseline)
    assert {verdict(rules, action, [], []) for action in rules.actions} == {"HOLD"}


@VERSIONS
def test_a_recommendation_to_the_field_closes_no_gate(version: str) -> None:
    """Everything that binds the publisher is shown, and nothing that is meant for the field."""
    rules = RULES[version]
    records = [
        negative("failed_claim", concerns=f"{name}:{line}")
        for name, standard in rules.standards.items()
        for line in standard.criteria
        if standard.addressee == "industry"
    ]
    assert bool(records) == (version != "1.0")
    shown = safeguards(rules)
    for action in rules.actions:
        assert verdict(rules, action, shown, claims(rules), *records) == "ALLOW", action


@VERSIONS
def test_what_binds_the_publisher_closes_the_gate(version: str) -> None:
    rules = RULES[version]
    shown = safeguards(rules)
    owed = {item.standard for item in determined(rules, shown).owed}
    for name in owed:
        standard = rules.standards[name]
        binds = standard.addressee == "self" and standard.modality == "must"
        given = claims(rules, without=(name,))
        for action, rule in rules.actions.items():
            expected = "HOLD" if binds and standard.kind in rule.needs else "ALLOW"
            assert verdict(rules, action, shown, given) == expected, (name, action)


@pytest.mark.parametrize(("version", "name"), DISJUNCTIONS)
def test_one_branch_of_the_security_clause_is_enough(version: str, name: str) -> None:
    rules = RULES[version]
    path = f"{name}:adequate/"
    branches = [item for item in safeguards(rules) if item.criterion.startswith(path)]
    others = [item for item in safeguards(rules) if not item.criterion.startswith(path)]
    assert len(branches) == 3
    assert verdict(rules, "develop", others, claims(rules)) == "HOLD"
    for branch in branches:
        assert verdict(rules, "develop", [*others, branch], claims(rules)) == "ALLOW"


def test_misuse_mitigations_are_not_asked_for_inside() -> None:
    """Table of acceptance rules, 3.1 section 1.3.5."""
    rules = RULES["3.1"]
    given = claims(rules, without=("misuse-mitigations", "misuse-safety-case"))
    answers = {action: verdict(rules, action, safeguards(rules), given) for action in rules.actions}
    assert answers == {
        "deploy_external": "HOLD",
        "deploy_low_risk": "HOLD",
        "deploy_internal_high_risk": "ALLOW",
        "deploy_internal": "ALLOW",
        "develop": "ALLOW",
        "publish_weights": "HOLD",
    }


def test_trusted_testers_need_no_assessment_but_the_acceptance() -> None:
    """Footnote 4 of 3.1: the risk must be acceptable even if a level were reached."""
    rules, shown = RULES["3.1"], safeguards(RULES["3.1"])
    given = claims(rules, without=("capability-assessment", "response-plan"))
    assert verdict(rules, "deploy_low_risk", shown, given) == "ALLOW"
    assert verdict(rules, "deploy_external", shown, given) == "HOLD"
    path = "misuse-mitigations:residual-risk/residual-risk-not-acceptable"
    unaccepted = [item for item in shown if item.criterion != path]
    assert verdict(rules, "deploy_low_risk", unaccepted, given) == "HOLD"


@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_a_version_without_material_change_is_presumed_below(version: str) -> None:
    rules = RULES[version]
    presumed = {
        name: threshold.presumed_out.unless
        for name, threshold in rules.thresholds.items()
        if threshold.presumed_out is not None
    }
    assert set(presumed) == set(LEVELS[version]) | TRACKED.get(version, set())
    said = [
        attestation(f"presumed/{name}:{leaf.name}", leaf)
        for name, tree in presumed.items()
        for leaf in leaves(tree)
        if isinstance(leaf, Attested)
    ]
    facts = {
        leaf.fact for tree in presumed.values() for leaf in leaves(tree) if isinstance(leaf, Fact)
    }
    assert facts == {"new_frontier_model"}
    later = outcomes(determined(rules, said, new_frontier_model=False))
    assert {later[name] for name in presumed} == {OUT}
    new = outcomes(determined(rules, said, new_frontier_model=True))
    assert {new[name] for name in presumed} == {OPEN}
    parent = [item for item in said if not item.criterion.endswith("last-assessed-not-below")]
    unknown = outcomes(determined(rules, parent, new_frontier_model=False))
    assert {unknown[name] for name in presumed} == {OPEN}


def test_the_first_version_has_the_published_cadence() -> None:
    whens = [trigger.when for trigger in RULES["1.0"].triggers]
    assert [(when.effective_compute, when.elapsed) for when in whens] == [(6, None), (None, "P3M")]
    assert not any(trigger.grace for trigger in RULES["1.0"].triggers)
    assert all("evidence" in trigger.expires for trigger in RULES["1.0"].triggers)


def test_the_framework_is_reviewed_yearly_since_3() -> None:
    periods = {
        version: {duty.every for duty in rules.duties.values()} - {None}
        for version, rules in RULES.items()
    }
    assert periods == {"1.0": {"P3M"}, "2.0": set(), "3.0": {"P1Y"}, "3.1": {"P1Y"}}
    disclosure = [RULES[version].duties["disclosure"].modality for version in ("2.0", "3.0", "3.1")]
    assert disclosure == ["should"] * 3


def test_one_council_is_enough_for_a_response_plan_of_2() -> None:
    rules = RULES["2.0"]
    path = "response-plan:approved/"
    councils = [item for item in safeguards(rules) if item.criterion.startswith(path)]
    others = [item for item in safeguards(rules) if not item.criterion.startswith(path)]
    assert {item.role for item in councils} == {
        "agi-safety-council",
        "responsibility-safety-council",
        "trust-compliance-council",
    }
    assert verdict(rules, "develop", others, claims(rules)) == "HOLD"
    for council in councils:
        assert verdict(rules, "develop", [*others, council], claims(rules)) == "ALLOW"
