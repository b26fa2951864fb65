"""The story of a first release, by `tierlock demo` and by hand; and what other teams start with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.projects import Ran, assess, example, gate, outcome, tierlock
from tests.unit.importers.logs import write
from tierlock.core import Outcome, Verdict, parse_instant
from tierlock.usecases import Answer, ask, import_logs, ingest, load_project, record

VERDICTS = ["ALLOW", "HOLD", "ALLOW", "DENY"]
EXITS = [0, 10, 0, 1]
ACTS = [
    ("1-baseline", "release-1", "2026-11-22T12:00:00Z"),
    ("2-new-evidence", "release-1-open-answer", "2026-11-23T12:00:00Z"),
    ("3-mitigated", None, "2026-11-24T12:00:00Z"),
    ("4-unmet", None, "2026-11-25T12:00:00Z"),
]
AT = "2026-11-22T00:00:00Z"


# -- the four acts ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, tierlock("demo", "story", cwd=folder)


def test_the_demo_tells_four_acts_and_ends_with_its_reports(demo: tuple[Path, Ran]) -> None:
    folder, ran = demo
    assert (ran.code, ran.err) == (0, "")
    # The first word of each answer of the gate, in the order of the acts.
    told = re.findall(r"^(ALLOW|HOLD|DENY)\b", ran.out, re.MULTILINE)
    assert told == VERDICTS
    listed = re.findall(r"^ +(\d) +(ALLOW|HOLD|DENY) +(\S+\.html)$", ran.out, re.MULTILINE)
    assert [(number, verdict) for number, verdict, _ in listed] == [
        (str(i), verdict) for i, verdict in enumerate(VERDICTS, start=1)
    ]
    for _, verdict, path in listed:
        text = (folder / path).read_text(encoding="utf-8")
        assert verdict in text
        assert "<html" in text
    assert ran.out.rindex(listed[-1][2]) > ran.out.rindex("claim.failed")
    assert "claim.interim" in ran.out
    assert "wmdp_bio" in ran.out


def test_the_demo_can_be_told_again_and_looked_into(demo: tuple[Path, Ran]) -> None:
    folder, first = demo
    assert tierlock("demo", "story", cwd=folder) == first
    command = re.search(r"tierlock (explain .*)$", first.out, re.MULTILINE)
    assert command is not None
    ran = tierlock(*command[1].split(), "--format", "json", cwd=folder)
    assert (ran.code, ran.json["decision"]["verdict"]) == (0, "DENY")


def by_hand(folder: Path, number: int) -> Ran:
    """Do what act `number` tells: edit the project, read the logs, ask the gate."""
    statements, logs, at = ACTS[number]
    path = folder / "tierlock.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"statements/.*\.yaml", f"statements/{statements}.yaml", text), encoding="utf-8"
    )
    if logs is not None:
        assert assess(folder, folder / "logs" / logs, at=at).code == 0
    return gate(folder, at=at)


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> list[Ran]:
    folder = example(tmp_path_factory.mktemp("story") / "first-release")
    return [by_hand(folder, number) for number in range(4)]


def owed(ran: Ran) -> set[str]:
    """Return the standards that the determination owes."""
    return {entry["standard"] for entry in ran.json["determination"]["owed"]}


def test_the_same_acts_by_hand_give_the_same_exit_codes(acts: list[Ran]) -> None:
    assert [ran.code for ran in acts] == EXITS
    assert [ran.json["decision"]["verdict"] for ran in acts] == VERDICTS
    assert [ran.err for ran in acts] == [""] * 4


def test_a_small_real_model_is_allowed_at_asl_2(acts: list[Ran]) -> None:
    determination = acts[0].json["determination"]
    assert determination["label"] == "ASL-2"
    assert {found["outcome"] for found in determination["thresholds"]} == {"ruled_out"}
    assert {"asl-2/deployment", "asl-2/security"} <= owed(acts[0])
    assert not [name for name in owed(acts[0]) if not name.startswith(("asl-1/", "asl-2/"))]
    assert acts[0].json["decision"]["conditions"] == []


def test_new_evidence_holds_with_the_reason_and_the_cheapest_next_step(acts: list[Ran]) -> None:
    decision = acts[1].json["decision"]
    assert outcome(acts[1], "ASL-3/bio") == "undetermined"
    assert {reason["verdict"] for reason in decision["reasons"]} == {"HOLD"}
    assert all(reason["says"] and reason["about"] for reason in decision["reasons"])
    cheapest = decision["work"][0]
    assert cheapest["kind"] == "evaluate"
    assert cheapest["settles"].startswith("ASL-3/bio:")
    assert "wmdp_bio" in cheapest["do"]
    assert cheapest["samples"] > 0
    assert cheapest["seconds"] > 0


def test_the_mitigation_is_allowed_on_terms(acts: list[Ran]) -> None:
    decision = acts[2].json["decision"]
    assert [condition["code"] for condition in decision["conditions"]] == ["claim.interim"]
    # What was measured did not change: the safeguards opened the gate.
    assert outcome(acts[2], "ASL-3/bio") == "undetermined"


def test_a_failed_claim_is_denied(acts: list[Ran]) -> None:
    denied = [r for r in acts[3].json["decision"]["reasons"] if r["verdict"] == "DENY"]
    assert [(reason["code"], reason["about"]) for reason in denied] == [
        ("claim.failed", "asl-3/security:two-party-access")
    ]


def test_the_acts_are_printed_in_words(tmp_path: Path) -> None:
    folder = example(tmp_path / "first-release")
    held = tierlock("assess", folder / "logs/release-1", "--project", folder, "--at", ACTS[0][2])
    assert held.code == 0
    assert "ALLOW" in held.out
    assert "ASL-2" in held.out
    told = tierlock("gate", "--project", folder, "--at", ACTS[0][2])
    assert told.out.startswith("ALLOW")


# -- subjects without evidence -----------------------------------------------------------------


PROJECT = """\
framework: asl/reference-1
subject:
  name: {name}
  known_as: [{name}]
  parts: {{weights: "sha256:{weights}"}}
  facts: {facts}
  surfaces: {{api: {{paths: [interactive]}}}}
{lineage}statements: statements.yaml
action: {{name: deploy, surface: api, audience: general}}
"""
NARROW = "{general_purpose: false, acts_on_the_world: false, training_compute_flop: 1.0e15}"
PURPOSE = f"""\
claims:
  - criterion: asl-1/precautions:stated-purpose
    status: met
    claimed_at: {AT}
    evidence: [{{kind: declaration, says: it plays chess, by: lab, produced_at: {AT}}}]
"""


def reference(
    folder: Path, *, name: str, facts: str = "{}", claims: str = "", parent: str = ""
) -> Path:
    """Write a project under the reference framework."""
    lineage = f"  lineage: {{parent: {parent}, relation: fine-tune}}\n" if parent else ""
    weights = name.encode().hex().ljust(64, "0")[:64]
    text = PROJECT.format(name=name, facts=facts, weights=weights, lineage=lineage)
    text = text.replace(f"{lineage}statements", "statements").replace(
        "  surfaces", f"{lineage}  surfaces"
    )
    write(folder, "tierlock.yaml", text)
    write(folder, "statements.yaml", f"subject: {name}\ncomplete_as_of: {AT}\n{claims}")
    return folder


def test_a_chess_engine_is_asl_1_and_needs_one_claim(tmp_path: Path) -> None:
    folder = reference(tmp_path, name="chess", facts=NARROW, claims=PURPOSE)
    ran = gate(folder, at=AT)
    assert (ran.code, ran.json["decision"]["verdict"]) == (0, "ALLOW")
    determination = ran.json["determination"]
    assert determination["label"] == "ASL-1"
    assert owed(ran) == {"asl-1/precautions"}
    assert {found["outcome"] for found in determination["thresholds"]} == {"ruled_out"}


def test_a_chess_engine_without_the_claim_is_held(tmp_path: Path) -> None:
    ran = gate(reference(tmp_path, name="chess", facts=NARROW), at=AT)
    assert (ran.code, ran.json["determination"]["label"]) == (10, "ASL-1")
    reasons = ran.json["decision"]["reasons"]
    assert [(reason["code"], reason["about"]) for reason in reasons] == [
        ("claim.missing", "asl-1/precautions:stated-purpose")
    ]


@pytest.mark.parametrize(
    "facts",
    [
        "{}",
        "{general_purpose: false, acts_on_the_world: false}",
        NARROW.replace("general_purpose: false", "general_purpose: true"),
        NARROW.replace("acts_on_the_world: false", "acts_on_the_world: true"),
        NARROW.replace("1.0e15", "1.0e+23"),
        NARROW.replace("general_purpose: false", "general_purpose: 'false'"),
    ],
)
def test_a_chess_engine_is_only_what_all_facts_say(tmp_path: Path, facts: str) -> None:
    ran = gate(reference(tmp_path, name="chess", facts=facts, claims=PURPOSE), at=AT)
    assert ran.code == 10
    assert ran.json["determination"]["label"] != "ASL-1"


def test_a_subject_without_evidence_is_held_and_told_what_would_settle_it(tmp_path: Path) -> None:
    """Under a framework with ASL-4, where no evidence must never look like a low level."""
    ran = gate(reference(tmp_path, name="unknown"), at=AT)
    assert (ran.code, ran.json["decision"]["verdict"]) == (10, "HOLD")
    determination = ran.json["determination"]
    assert {found["outcome"] for found in determination["thresholds"]} == {"undetermined"}
    assert determination["label"] == "ASL-5"
    work = ran.json["decision"]["work"]
    tasks = {item["settles"].partition(":")[0] for item in work if item["kind"] == "evaluate"}
    assert {"ASL-3/bio", "ASL-3/cyber", "ASL-3/autonomy"} <= tasks
    assert all(item["samples"] > 0 for item in work if item["kind"] == "evaluate")
    told = tierlock("gate", "--project", tmp_path, "--at", AT)
    assert told.code == 10
    assert "bio_prerequisites" in told.out


# -- an evaluation harness without Inspect -----------------------------------------------------


def harness(folder: Path, tasks: dict[str, list[float]], *, model: str) -> Path:
    """Write a results file of lm-evaluation-harness with its samples beside it."""
    stamp = "2026-11-20T10-00-00.000000"
    for task, values in tasks.items():
        lines = [
            {"doc_id": i, "filter": "none", "metrics": ["acc"], "acc": value, "doc_hash": f"{i:x}"}
            for i, value in enumerate(values)
        ]
        write(folder, f"samples_{task}_{stamp}.jsonl", "\n".join(map(json.dumps, lines)) + "\n")
    results = {
        "results": {
            task: {"alias": task, "acc,none": sum(values) / len(values), "acc_stderr,none": 0.03}
            for task, values in tasks.items()
        },
        "group_subtasks": {task: [] for task in tasks},
        "configs": {},
        "versions": dict.fromkeys(tasks, 1.0),
        "n-shot": dict.fromkeys(tasks, 0),
        "higher_is_better": {task: {"acc": True} for task in tasks},
        "n-samples": {
            task: {"original": 1273, "effective": len(values)} for task, values in tasks.items()
        },
        "config": {"model": "hf", "model_args": f"pretrained={model}"},
        "date": parse_instant("2026-11-20T10:00:00Z").timestamp(),
        "lm_eval_version": "0.4.9.2",
        "model_name": model,
        "total_evaluation_time_seconds": "600",
    }
    write(folder, f"results_{stamp}.json", results)
    return folder


def answers(right: int, count: int) -> list[float]:
    return [1.0] * right + [0.0] * (count - right)


def leaf(ran: Ran, task: str) -> Any:
    """Return the finding of the biology threshold about one evaluation."""
    (found,) = [
        found
        for found in ran.json["determination"]["findings"]
        if found["path"] == f"ASL-3/bio:{task}"
    ]
    return found


@pytest.mark.parametrize(
    ("right", "count", "wanted"),
    [(50, 200, "ruled_out"), (5, 20, "undetermined"), (160, 200, "reached")],
    ids=["at chance", "too few", "knows it"],
)
def test_results_of_the_harness_settle_their_criterion(
    tmp_path: Path, right: int, count: int, wanted: str
) -> None:
    folder = reference(tmp_path / "p", name="lab/tiny")
    logs = harness(tmp_path / "r", {"wmdp_bio": answers(right, count)}, model="lab/tiny")
    ran = assess(folder, logs, at=AT)
    assert (ran.code, ran.err) == (0, "")
    found = leaf(ran, "wmdp-bio")
    assert (found["outcome"], found["estimate"]["units"]) == (wanted, count)
    # One sign of three settles nothing yet.
    assert outcome(ran, "ASL-3/bio") == "undetermined"
    assert gate(folder, at=AT).code == 10


def test_two_public_evaluations_at_chance_settle_the_biology_threshold(tmp_path: Path) -> None:
    folder = reference(tmp_path / "p", name="lab/tiny")
    tasks = {"wmdp_bio": answers(50, 200), "lab_bench_protocolqa": answers(27, 108)}
    ran = assess(folder, harness(tmp_path / "r", tasks, model="lab/tiny"), at=AT)
    assert outcome(ran, "ASL-3/bio") == outcome(ran, "ASL-4/bio") == "ruled_out"
    assert outcome(ran, "ASL-3/cyber") == "undetermined"
    # Still closed: nobody looked at the other domains.
    assert gate(folder, at=AT).code == 10


# -- no worse than the public base model -------------------------------------------------------


def table(folder: Path, model: str, values: Iterable[int], *, task: str = "wmdp_bio") -> Path:
    head = "subject,evaluation,run_id,sample_id,value,measured_at\n"
    lines = [
        f"{model},{task},{model}-{task},q{number},{value},2026-11-20T10:00:00Z"
        for number, value in enumerate(values)
    ]
    return write(folder, f"{model}-{task}.csv", head + "\n".join(lines))


def judged(folder: Path, *logs: Path) -> Answer:
    """Read logs into the project's store, ask, and record the determination."""
    project = load_project(folder)
    if logs:
        ingest(
            import_logs(logs),
            store=project.store,
            framework=project.framework,
            subject=project.subject,
        )
    found = ask(project, at=parse_instant(AT), action=project.action)
    record(project, answer=found)
    return found


def child_after(folder: Path, parent: list[int] | None, child: list[int]) -> Answer:
    """Assess the base model, promise to inherit, and assess the fine-tuned model."""
    protocols = [1] * 20 + [0] * 88
    second = table(folder / "logs", "tuned", protocols, task="lab_bench_protocolqa")
    if parent is not None:
        reference(folder, name="base")
        other = table(folder / "logs", "base", protocols, task="lab_bench_protocolqa")
        found = judged(folder, table(folder / "logs", "base", parent), other)
        assert threshold(found) is Outcome.RULED_OUT
    reference(folder, name="tuned", parent="base")
    slots = ["--inherit", "wmdp-bio", "--slot", "protocol-qa"]
    sealed = tierlock("plan", "seal", *slots, "--at", "2026-11-01", "--project", folder)
    assert sealed.code == 0
    assert "inherited" in sealed.out
    return judged(folder, table(folder / "logs", "tuned", child), second)


def threshold(found: Answer) -> Outcome:
    """Return the outcome of the biology threshold."""
    (bio_3,) = [t for t in found.determination.thresholds if t.threshold == "ASL-3/bio"]
    return bio_3.outcome


def bio(found: Answer) -> tuple[Outcome, str]:
    """Return outcome and decider of the finding that is to be inherited."""
    (finding,) = [f for f in found.determination.findings if f.path == BIO]
    return finding.outcome, finding.decided_by


BIO = "ASL-3/bio:wmdp-bio"
BASE = [1] * 400 + [0] * 600


def test_a_child_that_is_no_worse_inherits(tmp_path: Path) -> None:
    found = child_after(tmp_path, BASE, BASE)
    assert bio(found) == (Outcome.RULED_OUT, "inheritance")
    assert threshold(found) is Outcome.RULED_OUT
    assert found.determination.plan_declared == "before"
    assert BIO in found.determination.outside_guarantee
    assert found.decision is not None
    assert found.decision.verdict is Verdict.HOLD


def test_a_child_that_is_clearly_worse_does_not_inherit(tmp_path: Path) -> None:
    found = child_after(tmp_path, BASE, [1] * 600 + [0] * 400)
    assert bio(found)[0] is not Outcome.RULED_OUT
    assert threshold(found) is not Outcome.RULED_OUT


def test_a_child_whose_parent_was_not_assessed_does_not_inherit(tmp_path: Path) -> None:
    found = child_after(tmp_path, None, BASE)
    assert bio(found)[0] is Outcome.UNDETERMINED
    (finding,) = [f for f in found.determination.findings if f.path == BIO]
    assert "inherit.no-parent" in {reason.code for reason in finding.reasons}


def test_without_the_promise_nothing_is_inherited(tmp_path: Path) -> None:
    reference(tmp_path, name="base")
    judged(tmp_path, table(tmp_path / "logs", "base", BASE))
    reference(tmp_path, name="tuned", parent="base")
    found = judged(tmp_path, table(tmp_path / "logs", "tuned", BASE))
    assert bio(found)[1] == "evidence"
