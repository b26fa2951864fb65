"""JSON, JUnit, SARIF and GitHub commands: one verdict, the same in every format."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from tests.unit.report import factory
from tests.unit.report.example_framework import framework
from tierlock.core import Decision, GateReason, Verdict
from tierlock.report import (
    EXIT_CODES,
    render_gate_markdown,
    render_github,
    render_json,
    render_junit,
    render_markdown,
    render_sarif,
)
from tierlock.report.gate_codes import GATE_CODES

CLOSED = (Verdict.HOLD, Verdict.DENY)


def nasty(verdict: Verdict) -> Decision:
    """Return a decision in which a log's text tries to break out of every format."""
    base = factory.decision(verdict)
    says = 'x]]></failure>\x00\x1b[2J\r\n::error::forged ##[error]forged 100% "q" \u202e'
    reasons = tuple(r.model_copy(update={"says": says, "about": says}) for r in base.reasons)
    return base.model_copy(update={"reasons": reasons, "subject": "\n::notice::ALLOW"})


@pytest.mark.parametrize(("verdict", "code"), [("ALLOW", 0), ("DENY", 1), ("HOLD", 10)])
def test_json_repeats_the_exit_code(verdict: str, code: int) -> None:
    decision = factory.decision(Verdict(verdict))
    answer = json.loads(render_json(decision))
    assert answer["exitCode"] == code == EXIT_CODES[Verdict(verdict)]
    assert Decision.parse(json.dumps(answer["decision"])) == decision


def test_json_of_an_assessment_is_camel_case_and_complete() -> None:
    answer = json.loads(render_json(factory.report(mock=True)))
    assert answer["exitCode"] == 0
    assert answer["mockModels"] == ["mockllm/model"]
    assert answer["determination"]["planDeclared"] == "after"
    assert answer["explanation"]["nextStep"]["likelySamples"] == 61
    assert answer["sources"][1]["missing"] == {"unscored": 4}
    assert not [key for key in answer["determination"] if "_" in key]
    assert json.loads(render_json(factory.report(), exit_code=10))["exitCode"] == 10


def test_json_of_a_decision_can_carry_what_it_rests_on() -> None:
    report = factory.report()
    answer = json.loads(
        render_json(
            factory.decision(),
            determination=report.determination,
            explanation=report.explanation,
        )
    )
    assert answer["determinationDigest"] == report.determination_digest
    assert answer["explanation"]["verdict"] == "HOLD"


def test_json_never_loads_a_template_engine() -> None:
    code = (
        "import sys; from tests.unit.report import factory; import tierlock.report as r; "
        "r.render_json(factory.report()); r.render_assess_text(factory.report()); "
        "print(sorted({'jinja2', 'rich', 'markupsafe'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("verdict", CLOSED)
def test_a_closed_gate_is_a_junit_failure(verdict: Verdict) -> None:
    root = ET.fromstring(render_junit(factory.decision(verdict), framework=framework()))  # noqa: S314
    failures = root.findall(".//failure")
    assert failures[0].get("type") == verdict.value.lower()
    assert len(failures) == len(root.findall(".//testcase")) == 2
    assert not root.findall(".//skipped")
    assert root[0].get("failures") == "2"


def test_an_open_gate_passes_junit_by_name() -> None:
    text = render_junit(
        factory.decision(Verdict.ALLOW),
        determination=factory.determination(),
        framework=framework(),
    )
    root = ET.fromstring(text)  # noqa: S314
    names = [case.get("name") for case in root.iter("testcase")]
    assert names == ["deploy api/general", "asl-2/deployment", "asl-3/deployment", "asl-3/security"]
    assert not root.findall(".//failure")
    assert "claim.interim" in (root.findtext(".//system-out") or "")


@pytest.mark.parametrize("verdict", CLOSED)
def test_a_hostile_log_can_not_break_junit(verdict: Verdict) -> None:
    root = ET.fromstring(render_junit(nasty(verdict)))  # noqa: S314
    assert len(root.findall(".//failure")) == 2


@pytest.mark.parametrize("verdict", Verdict)
def test_sarif_has_a_rule_with_help_for_every_result(verdict: Verdict) -> None:
    run = json.loads(render_sarif(factory.decision(verdict), engine="0.1"))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert rules[result["ruleIndex"]]["help"]["text"]
        assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
    errors = [r for r in run["results"] if r["level"] == "error"]
    assert len(errors) == (0 if verdict is Verdict.ALLOW else 2)
    assert run["invocations"][0]["exitCode"] == EXIT_CODES[verdict]


def test_sarif_fingerprints_survive_a_new_sentence_and_tell_reasons_apart() -> None:
    def prints(decision: Decision) -> list[str]:
        results = json.loads(render_sarif(decision))["runs"][0]["results"]
        return [result["partialFingerprints"]["tierlockReason/v1"] for result in results]

    base = factory.decision()
    reworded = base.model_copy(
        update={"reasons": tuple(r.model_copy(update={"says": "new"}) for r in base.reasons)}
    )
    assert prints(base) == prints(reworded)
    assert len(set(prints(base))) == 2


def test_sarif_says_what_a_code_means_and_where_the_specification_has_it() -> None:
    decision = factory.decision(Verdict.DENY)
    run = json.loads(render_sarif(decision))["runs"][0]
    rule = run["tool"]["driver"]["rules"][0]
    assert rule["id"] == "claim.failed"
    says, clause = GATE_CODES["Gate: DENY"]["claim.failed"]
    assert rule["shortDescription"]["text"] == says
    first, *others = rule["help"]["text"].splitlines()
    assert first == f"{says} (spec/gate.md {clause})"
    assert others[0] == "safeguard `classifiers` was shown not to hold"


def test_sarif_names_a_code_of_another_engine_by_its_sentence() -> None:
    (reason, *_) = factory.decision(Verdict.DENY).reasons
    other = reason.model_copy(update={"code": "claim.new"})
    decision = factory.decision(Verdict.DENY).model_copy(update={"reasons": (other,)})
    (rule,) = json.loads(render_sarif(decision))["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == reason.says
    assert rule["help"]["text"].startswith(reason.says)


def test_sarif_takes_a_file_from_the_caller() -> None:
    text = render_sarif(factory.decision(Verdict.DENY), artifact="frameworks/example.yaml")
    run = json.loads(text)["runs"][0]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "frameworks/example.yaml"}


@pytest.mark.parametrize("verdict", Verdict)
def test_github_annotates_every_reason(verdict: Verdict) -> None:
    lines = render_github(factory.decision(verdict)).splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == (0 if verdict is Verdict.ALLOW else 2)
    assert any(line.startswith("::notice title=ALLOW::") for line in lines) == (
        verdict is Verdict.ALLOW
    )
    assert f"{verdict.value}: small-model-1" in "\n".join(lines)


@pytest.mark.parametrize("verdict", CLOSED)
def test_a_hostile_log_can_not_give_github_commands(verdict: Verdict) -> None:
    text = render_github(nasty(verdict))
    commands = [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == 2
    assert all(re.match(r"::error title=[^:,]*::", command) for command in commands)
    assert "##[" not in text
    assert "100%25" in text


def test_github_says_what_work_is_for_where_it_can() -> None:
    text = render_github(
        factory.decision(), explanation=factory.explanation(), framework=framework()
    )
    assert "- to open: rule out ASL-3/cyber: run more samples" in text


def unclaimed() -> Decision:
    """Return a HOLD in which two criteria of one standard are claimed by nobody."""
    reasons = tuple(
        GateReason(
            code="claim.missing",
            says=f"nobody claims `asl-3/deployment:{name}`: something",
            verdict="HOLD",
            about=f"asl-3/deployment:{name}",
        )
        for name in ("classifiers", "red-team")
    )
    return factory.decision().model_copy(update={"reasons": reasons})


def test_github_names_what_nobody_claims_once_per_standard() -> None:
    explained = render_github(unclaimed(), explanation=factory.explanation(), framework=framework())
    first, second, *_ = explained.splitlines()
    assert first == (
        "::error title=HOLD claim.missing::asl-3/deployment (ASL-3 deployment): "
        "0 of 1 in place; missing: classifiers, red-team"
    )
    assert second.startswith("HOLD: ")
    assert "- because: ASL-3/cyber is undetermined" in explained
    assert render_github(unclaimed()).startswith(
        "::error title=HOLD claim.missing::asl-3/deployment: missing: classifiers, red-team\n"
    )


def test_sarif_help_of_a_shared_code_is_grouped() -> None:
    run = json.loads(render_sarif(unclaimed()))["runs"][0]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "nobody claims the safeguard"
    assert rule["help"]["text"].splitlines() == [
        "nobody claims the safeguard (spec/gate.md G-9)",
        "asl-3/deployment: missing: classifiers, red-team",
        "To open: asl-3/deployment: classifiers (weeks)",
    ]
    assert len(run["results"]) == 2


def test_junit_says_for_which_threshold_a_safeguard_is_owed() -> None:
    text = render_junit(unclaimed(), determination=factory.determination(), framework=framework())
    failure = ET.fromstring(text).findall(".//failure")[0]  # noqa: S314
    assert failure.get("message", "").startswith("nobody claims")
    assert (failure.text or "").splitlines() == [
        "HOLD [claim.missing]",
        "owed because not ruled out: ASL-3/cyber",
        "to open: put in place and claim asl-3/deployment:classifiers (weeks)",
    ]


def gate_comment(decision: Decision) -> str:
    explanation = factory.explanation(decision.verdict)
    return render_gate_markdown(decision, explanation=explanation, framework=framework())


@pytest.mark.parametrize("verdict", CLOSED)
def test_a_closed_gate_offers_no_condition_in_any_format(verdict: Verdict) -> None:
    """The decision keeps it (spec/gate.md G-12), so JSON does too."""
    decision = factory.with_lapse(verdict)
    for text in (
        render_github(decision),
        render_junit(decision),
        render_sarif(decision),
        gate_comment(decision),
        render_markdown(factory.report(verdict).model_copy(update={"decision": decision})),
    ):
        assert "claim.interim" not in text
        assert "clock.soft" in text
    assert "claim.interim" in render_json(decision)


def test_an_open_gate_names_conditions_and_what_is_to_be_recorded() -> None:
    decision = factory.with_lapse(Verdict.ALLOW)
    lines = render_github(decision).splitlines()
    assert [line.split("::")[1] for line in lines if line.startswith("::warning")] == [
        "warning title=condition claim.interim",
        "warning title=condition clock.soft",
        "warning title=noncompliance clock.soft",
    ]
    assert "noncompliance: the evidence is overdue [clock.soft]" in render_junit(decision)
    run = json.loads(render_sarif(decision))["runs"][0]
    assert [result["ruleId"] for result in run["results"]] == ["claim.interim", "clock.soft"]
    text = gate_comment(decision)
    assert text.index("**On these terms**") < text.index("**To be recorded**")
