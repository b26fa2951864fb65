"""The gate's answer as SARIF 2.1.0, for code-scanning pages."""

from __future__ import annotations

import json
from typing import Final

from tierlock.core import Decision, GateReason, Reason, canonical_json, digest_bytes, format_instant
from tierlock.report.numbers import NBSP
from tierlock.report.reason_codes import gate_meanings
from tierlock.report.reasons import MISSING, conditions_of, grouped, reasons_of
from tierlock.report.sanitize import clean, escape_json
from tierlock.report.values import EXIT_CODES
from tierlock.report.wording import verdict_sentence
from tierlock.report.work import Way, way_text

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"

JsonObject = dict[str, object]


def render_sarif(decision: Decision, *, artifact: str | None = None, engine: str = "") -> str:
    """Return a SARIF log: one error per reason, one warning per condition or noncompliance.

    The help of a rule says what its code means, in which clause, and what the reasons say.

    Args:
        decision: the gate's answer.
        artifact: file that a scanning page may point to, such as the framework file.
        engine: version of the engine that decided.
    """
    results = [
        _result(decision, r, level="error", about=r.about, artifact=artifact)
        for r in reasons_of(decision)
    ]
    for note in _terms(decision):
        about = decision.action.name
        results.append(_result(decision, note, level="warning", about=about, artifact=artifact))
    driver: JsonObject = {"name": "Tierlock", "rules": _rules(decision)}
    if engine:
        driver["version"] = clean(engine)
    run: JsonObject = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": EXIT_CODES[decision.verdict],
                "endTimeUtc": format_instant(decision.decided_at),
            }
        ],
        "results": results,
        "properties": {
            "verdict": decision.verdict.value,
            "sentence": verdict_sentence(decision),
            "determination": decision.determination,
        },
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    text = json.dumps(log, indent=2, ensure_ascii=False).replace(NBSP, " ")
    return escape_json(text) + "\n"


def _notes(decision: Decision) -> list[Reason]:
    return [*reasons_of(decision), *_terms(decision)]


def _terms(decision: Decision) -> list[Reason]:
    # A soft clock that ran out is a condition and a noncompliance: one result says both.
    return list(dict.fromkeys((*conditions_of(decision), *decision.noncompliance)))


def _rules(decision: Decision) -> list[JsonObject]:
    by_code: dict[str, list[Reason]] = {}
    for note in _notes(decision):
        by_code.setdefault(note.code, []).append(note)
    return [
        {
            "id": clean(code),
            "shortDescription": {"text": _title(code, notes)},
            "help": {"text": _help(decision, code, notes)},
        }
        for code, notes in sorted(by_code.items())
    ]


def _title(code: str, notes: list[Reason]) -> str:
    """Return what a code means; of one that another engine gave, the first sentence."""
    for says, _ in gate_meanings(code):
        return says
    return clean(notes[0].says)


def _help(decision: Decision, code: str, notes: list[Reason]) -> str:
    lines = [f"{says} ({clause})" for says, clause in gate_meanings(code)]
    reasons = [note for note in notes if isinstance(note, GateReason)]
    lines += [clean(note.says) for note in notes if note not in reasons]
    for group in grouped(reasons, decision=decision, framework=None):
        heading = f"{group.heading}: " if group.heading and code == MISSING else ""
        lines += [heading + line.text for line in group.lines]
    about = {reason.about for reason in reasons}
    work = tuple(item for item in decision.work if item.settles in about)
    if work:
        way = way_text(Way(heading="", items=work, standards=True))
        lines += [f"To open: {line}" for line in way.lines]
    return "\n".join(dict.fromkeys(lines))


def _result(
    decision: Decision, note: Reason, *, level: str, about: str, artifact: str | None
) -> JsonObject:
    location: JsonObject = {
        "logicalLocations": [
            {"name": clean(about.rpartition(":")[2]), "fullyQualifiedName": clean(about)}
        ]
    }
    if artifact is not None:
        location["physicalLocation"] = {"artifactLocation": {"uri": clean(artifact)}}
    verdict = getattr(note, "verdict", decision.verdict.value)
    rules = sorted({other.code for other in _notes(decision)})
    return {
        "ruleId": clean(note.code),
        "ruleIndex": rules.index(note.code),
        "level": level,
        "kind": "fail",
        "message": {"text": f"{verdict}: {clean(note.says)}"},
        "locations": [location],
        "partialFingerprints": {"tierlockReason/v1": _fingerprint(decision, note, about)},
    }


def _fingerprint(decision: Decision, note: Reason, about: str) -> str:
    """Digest of what stays the same while the reason stands: not the sentence, not the time."""
    action = decision.action.model_dump(mode="json", by_alias=True)
    return digest_bytes(canonical_json([decision.subject, action, note.code, about]))
