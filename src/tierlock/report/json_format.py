"""Answers as JSON for machines: lowerCamelCase, with the exit code repeated."""

from __future__ import annotations

import json

from tierlock.core import (
    Decision,
    Determination,
    Evidence,
    Explanation,
    Record,
    determination_id,
    format_instant,
)
from tierlock.report.sanitize import escape_json
from tierlock.report.side_by_side import SideBySide
from tierlock.report.values import EXIT_CODES, AssessReport


def render_json(
    answer: AssessReport | Decision,
    *,
    determination: Determination | None = None,
    explanation: Explanation | None = None,
    exit_code: int | None = None,
) -> str:
    """Return an assessment or a decision as indented JSON.

    Args:
        answer: an assessment, which brings its own determination and explanation, or a decision.
        determination: what the decision rests on, to be included beside a decision.
        explanation: likewise.
        exit_code: the process's exit code; by default that of the verdict for a decision and 0
            for an assessment, which computed.
    """
    if isinstance(answer, Decision):
        body: dict[str, object] = {"decision": _plain(answer)}
        code = EXIT_CODES[answer.verdict]
        if determination is not None:
            body |= _determination(determination)
        if explanation is not None:
            body["explanation"] = _plain(explanation)
    else:
        body = _assessment(answer)
        code = 0
    whole = {"exitCode": code if exit_code is None else exit_code, **body}
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def render_side_by_side_json(found: SideBySide, *, exit_code: int = 0) -> str:
    """Return several frameworks' answers as indented JSON; what they share stands once.

    Args:
        found: the answers.
        exit_code: the process's exit code.
    """
    first = found.sides[0].report
    shared = _shared(first)
    letters = found.letters
    whole = {
        "exitCode": exit_code,
        **shared,
        "action": None if found.action is None else _plain(found.action),
        "frameworks": [
            {
                "letter": letters[side.name],
                "framework": side.name,
                "noDecision": side.undecided or None,
                **{k: v for k, v in _assessment(side.report).items() if k not in shared},
            }
            for side in found.sides
        ],
        "crosswalk": {
            "covered": list(found.covered),
            "transfersOutcomes": False,
            "relations": [
                {"concept": view.concept, "title": view.title, **_plain(one)}
                for view in found.concepts
                for one in view.relations
            ],
            "notStated": [
                {"concept": view.concept, **_plain(pair)}
                for view in found.concepts
                for pair in view.not_stated
            ],
        },
    }
    return escape_json(json.dumps(whole, indent=2, ensure_ascii=False)) + "\n"


def _shared(report: AssessReport) -> dict[str, object]:
    """Return what is the same under every framework."""
    return {
        "generatedAt": format_instant(report.generated_at),
        "subject": report.subject.name,
        "time": "self-asserted",
        "mockModels": list(report.mock_models),
        "sources": [_source(evidence) for evidence in report.evidence],
    }


def _assessment(report: AssessReport) -> dict[str, object]:
    shared = _shared(report)
    sources = shared.pop("sources")
    return {
        **shared,
        **_determination(report.determination),
        "decision": None if report.decision is None else _plain(report.decision),
        "explanation": _plain(report.explanation),
        "sources": sources,
    }


def _determination(determination: Determination) -> dict[str, object]:
    return {
        "determinationDigest": determination_id(determination),
        "determination": _plain(determination),
    }


def _source(evidence: Evidence) -> dict[str, object]:
    return {
        "digest": evidence.digest,
        "evaluation": evidence.evaluation,
        "runId": evidence.run_id,
        "status": evidence.status,
        "measuredAt": format_instant(evidence.measured_at),
        "samples": len(evidence.samples),
        "missing": {str(state): count for state, count in sorted(evidence.missing().items())},
        "source": _plain(evidence.source),
        "problems": [_plain(problem) for problem in evidence.problems],
    }


def _plain(value: Record) -> dict[str, object]:
    """Return a value as JSON data under its wire names."""
    return value.model_dump(mode="json", by_alias=True)
