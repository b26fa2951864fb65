"""Runs the data-only cases of `conformance/` against the engine and the reference engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.expand import (
    INPUTS,
    CaseError,
    Inputs,
    Json,
    determination_inputs,
    gate_inputs,
    merge,
    named,
)
from tests.conformance.wants import GATE, check_want, expected, of_engine, of_reference
from tests.reference import engine as reference
from tests.reference.gate import decide as reference_decide
from tests.reference.identity import identity
from tierlock.core import (
    Determination,
    TierlockError,
    canonical_bytes,
    determination_id,
)
from tierlock.frameworks import parse_framework
from tierlock.policy import decide, determine

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "conformance"
FILES = sorted(FOLDER.glob("*/*.yaml"))
KEYS = INPUTS | {"note", "clauses", "want", "want_error_code", "engine_only"}
CLAUSE = re.compile(r"^- \*\*([A-Z]+-\d+|L\d+)\*\*", re.MULTILINE)
ELSEWHERE = {
    "T-1": "naive instants are refused by the values, not by an engine: unit tests of instants",
    "L1": "property test", "L4": "property test", "L5": "property test",
    "L6": "property test", "L7": "property test", "L8": "property test", "L9": "property test",
    "L10": "property test", "G-15": "property tests of the laws",
    "G-18": "joins two answers: tests/unit/policy/test_sealed_bar.py and acceptance tests",
}  # fmt: skip


def cases_of(path: Path) -> Iterator[tuple[str, Json]]:
    """Yield (name, case) with the defaults of the file and of base.yaml merged in."""
    base = yaml.safe_load((FOLDER / "base.yaml").read_text(encoding="utf-8"))
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    unknown = content.keys() - {"about", "defaults", "cases"}
    if unknown:
        raise CaseError(f"{path.name}: unknown keys {sorted(unknown)}")
    for number, case in enumerate(content["cases"], start=1):
        if case.keys() - KEYS:
            raise CaseError(f"{path.name} {number}: unknown keys {sorted(case.keys() - KEYS)}")
        yield (
            f"{path.parent.name}/{path.stem}-{number}",
            merge(merge(base, content.get("defaults", {})), case),
        )


CASES = dict(case for path in FILES for case in cases_of(path))


def inputs_of(case: Json) -> Json:
    return {key: value for key, value in case.items() if key in INPUTS}


def check_case(case: Json) -> None:
    """Refuse a case that says too little.

    Raises:
        CaseError: no note, no clauses, no expectation or two of them.
    """
    if not case.get("note") or not case.get("clauses"):
        raise CaseError("a case needs a note and the clauses that it exercises")
    if ("want" in case) == ("want_error_code" in case):
        raise CaseError("a case needs `want` or `want_error_code`, and not both")
    if "want" in case:
        check_want(case["want"])


@pytest.mark.parametrize("name", CASES)
def test_engine(name: str) -> None:
    case = CASES[name]
    check_case(case)
    if "want_error_code" in case:
        with pytest.raises(TierlockError) as caught:
            _parse_and_run(case)
        assert caught.value.code == case["want_error_code"], case["note"]
        return
    said = _run_engine(case, gate=bool(GATE & case["want"].keys()))
    assert said == expected(case["want"]), case["note"]


def _with_parent(case: Json) -> tuple[Inputs, dict[str, Any]]:
    """Return the inputs, and as `determine` takes them: with the parent's, where a case has one."""
    case = dict(case)
    about_parent = case.pop("parent", None)
    inputs = determination_inputs(case)
    given: dict[str, Any] = {
        "framework": inputs.framework,
        "plan": inputs.plan,
        "evidence": inputs.evidence,
        "subject": inputs.subject,
        "at": inputs.at,
        "register": inputs.register,
        "attestations": inputs.attestations,
        "negatives": inputs.negatives,
        "history": inputs.history,
    }
    if about_parent is not None:
        theirs, given["parent"] = _determine(merge(case, about_parent))
        given["evidence"] = (*inputs.evidence, *theirs.evidence)
    return inputs, given


def _determine(case: Json) -> tuple[Inputs, Determination]:
    """Return the engine's determination."""
    inputs, given = _with_parent(case)
    return inputs, determine(**given)


def _earlier(case: Json) -> tuple[Json, Determination | None]:
    """Return the case without `asked_before`, and the engine's determination of that."""
    case = dict(case)
    patch = case.pop("asked_before", None)
    return case, None if patch is None else _determine(merge(case, patch))[1]


def _parse_and_run(case: Json) -> None:
    """Run a case that must fail; where the framework is to blame, parse it as a file."""
    if case["want_error_code"].startswith("framework."):
        parse_framework(yaml.safe_dump(named(case["framework"])).encode(), name="case")
    _run_engine(case, gate=True)


def _run_engine(case: Json, *, gate: bool) -> Json:
    given, earlier = _earlier(inputs_of(case))
    inputs, determination = _determine(given)
    decision = None
    if gate:
        before = "" if earlier is None else determination_id(earlier)
        asked = gate_inputs(given, this=determination_id(determination), before=before)
        decision = decide(
            asked.framework,
            determination,
            subject=asked.subject,
            action=asked.action,
            at=asked.at,
            claims=asked.claims,
            rulings=asked.rulings,
            approvals=asked.approvals,
            choices=asked.choices,
            negatives=asked.negatives,
        )
    return of_engine(inputs, determination, decision, case.get("want", {}))


@pytest.mark.parametrize("name", [name for name in CASES if "engine_only" not in CASES[name]])
def test_reference(name: str) -> None:
    case = CASES[name]
    if "want_error_code" in case:
        with pytest.raises(TierlockError) as caught:
            _run_reference(case, gate=True)
        assert caught.value.code == case["want_error_code"], case["note"]
        return
    said = _run_reference(case, gate=bool(GATE & case["want"].keys()))
    assert said == {key: value for key, value in expected(case["want"]).items() if key in said}
    assert said, "an engine that says nothing to a case has not run it"


def _run_reference(case: Json, *, gate: bool) -> Json:
    given, earlier = _earlier(inputs_of(case))
    _, common = _with_parent(given)
    judgement = reference.determine(**common)
    answer = None
    if gate:
        # Approvals and rulings name the engine's determination; the reference has none of its own.
        name = identity(canonical_bytes(determine(**common)))
        before = "" if earlier is None else identity(canonical_bytes(earlier))
        asked = gate_inputs(given, this=name, before=before)
        answer = reference_decide(
            asked.framework,
            judgement,
            name=name,
            subject=asked.subject,
            action=asked.action,
            at=asked.at,
            claims=asked.claims,
            rulings=asked.rulings,
            approvals=asked.approvals,
            choices=asked.choices,
            negatives=asked.negatives,
        )
    return of_reference(judgement, answer, case.get("want", {}))


def clause_ids() -> set[str]:
    texts = [(ROOT / "spec" / name).read_text("utf-8") for name in ("determination.md", "gate.md")]
    return {clause for text in texts for clause in CLAUSE.findall(text)}


def test_every_clause_is_exercised() -> None:
    named = {clause for case in CASES.values() for clause in case["clauses"]}
    clauses = clause_ids()
    assert len(clauses) > 60
    assert named <= clauses, f"unknown clauses {sorted(named - clauses)}"
    assert not clauses - named - ELSEWHERE.keys()
    assert ELSEWHERE.keys() <= clauses - named, "a reason that is not needed any more"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize(
    "case",
    [
        {"note": "n", "clauses": ["O-1"]},
        {"note": "n", "clauses": ["O-1"], "want": {}},
        {"note": "n", "clauses": ["O-1"], "want": {"thresholds": {}}},
        {"note": "n", "clauses": ["O-1"], "want": {"outcome": "reached"}},
        {"note": "n", "clauses": [], "want": {"label": "A1"}},
        {"note": "n", "clauses": ["O-1"], "want": {"label": "A1"}, "want_error_code": "x"},
    ],
)
def test_a_vague_case_fails(case: Json) -> None:
    with pytest.raises(CaseError):
        check_case(case)


def test_an_unknown_key_fails() -> None:
    with pytest.raises(CaseError, match="unknown keys"):
        determination_inputs({"framwork": {}})
