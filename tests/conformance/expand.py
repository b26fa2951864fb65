"""From the compact form of a conformance case (conformance/README.md) to the values of the core."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from tierlock.core import (
    Action,
    Approval,
    Attestation,
    Choice,
    Claim,
    Evidence,
    Framework,
    Negatives,
    Plan,
    PlanEntry,
    Record,
    Ruling,
    RunRegister,
    SpentAlpha,
    Subject,
    digest,
    parse_instant,
)
from tierlock.policy import sealed_order

Json = dict[str, Any]
RecordT = TypeVar("RecordT", bound=Record)
INPUTS = {
    "at", "framework", "subject", "plan", "other_plans", "runs", "register", "attestations",
    "negatives", "history", "claims", "rulings", "approvals", "choices", "action", "decide",
    "parent", "asked_before",
}  # fmt: skip
MAY = "2026-05-01T00:00:00Z"
TOKEN = re.compile(
    r"(?P<count>\d+)\*(?P<value>[^/*]+)(?P<refused>/refused)?"
    r"(?:/limit:(?P<limit>\w+))?(?:/family:(?P<family>\w*))?"
    r"(?:/minutes:(?P<minutes>[\d.]*))?(?:/arm:(?P<arm>\w*))?"
)


class CaseError(ValueError):
    """A case is written wrongly; cases may not be vague."""


def merge(base: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7386): objects are merged, null removes, all else replaces."""
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    merged = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def named(value: Any) -> Any:
    """Replace every `#name` by the digest that stands for that name."""
    if isinstance(value, str) and re.fullmatch(r"#[\w-]+", value):
        return f"sha256:{hashlib.sha256(value[1:].encode()).hexdigest()}"
    if isinstance(value, Mapping):
        return {key: named(one) for key, one in value.items()}
    return [named(one) for one in value] if isinstance(value, list) else value


def parse(kind: type[RecordT], data: Any) -> RecordT:
    """Return the value of `kind`, as strictly as from JSON."""
    return kind.parse(json.dumps(data))


def instant(text: str) -> datetime:
    return parse_instant(text)


def take(data: Mapping[str, Any], **defaults: Any) -> Json:
    """Return `data` over `defaults`; a key that is in neither list of names is an error."""
    unknown = data.keys() - defaults.keys()
    if unknown:
        raise CaseError(f"unknown keys {sorted(unknown)}")
    return {key: value for key, value in {**defaults, **data}.items() if value is not None}


@dataclass(frozen=True)
class Inputs:
    """Everything that `determine` needs, and what `decide` needs as it was written."""

    framework: Framework
    subject: Subject
    plan: Plan
    evidence: tuple[Evidence, ...]
    register: RunRegister | None
    attestations: tuple[Attestation, ...]
    negatives: Negatives
    history: tuple[SpentAlpha, ...]
    at: datetime


@dataclass(frozen=True)
class Gate:
    """Everything that `decide` needs."""

    framework: Framework
    subject: Subject
    action: Action
    at: datetime
    claims: tuple[Claim, ...]
    rulings: tuple[Ruling, ...]
    approvals: tuple[Approval, ...]
    choices: tuple[Choice, ...]
    negatives: Negatives


def determination_inputs(case: Json) -> Inputs:
    """Return the inputs of `determine`.

    Raises:
        CaseError: the case uses a key that the format does not know.
    """
    unknown = case.keys() - INPUTS
    if unknown:
        raise CaseError(f"unknown keys {sorted(unknown)}")
    case = named(case)
    framework = parse(Framework, case["framework"])
    subject = parse(Subject, case["subject"])
    others = _plans(case.get("other_plans", {}), framework=framework, subject=subject)
    plan = _plan(case["plan"], framework=framework, subject=subject, others=others)
    evidence = tuple(
        run_evidence(run, subject=subject, framework=framework, plan=plan) for run in case["runs"]
    )
    return Inputs(
        framework=framework,
        subject=subject,
        plan=plan,
        evidence=evidence,
        register=_register(case, evidence=evidence, plans=(*others.values(), plan)),
        attestations=tuple(_attestation(one) for one in case.get("attestations", [])),
        negatives=_negatives(case.get("negatives", {})),
        history=tuple(_spent(one) for one in case.get("history", [])),
        at=instant(case["at"]),
    )


def _plans(data: Json, *, framework: Framework, subject: Subject) -> dict[str, Plan]:
    """Plans by name, each after the one that it supersedes."""
    plans: dict[str, Plan] = {}
    for name, one in data.items():
        plans[name] = _plan(one, framework=framework, subject=subject, others=plans)
    return plans


def _plan(
    data: Json, *, framework: Framework, subject: Subject, others: Mapping[str, Plan]
) -> Plan:
    fields = take(
        data,
        declared="before",
        sealed_at="2026-01-01T00:00:00Z",
        slots=[],
        weights=None,
        subject=subject.name,
        framework=digest(framework),
        supersedes=None,
    )
    for slot in fields["slots"]:
        if "looks" in slot and "items" not in slot["looks"]:
            most = max(slot["looks"]["clusters"])
            slot["looks"] |= {"items": sorted(f"i{number}" for number in range(1, most + 1))}
    if "supersedes" in fields and not fields["supersedes"].startswith("sha256:"):
        fields["supersedes"] = digest(others[fields["supersedes"]])
    return parse(Plan, fields)


def run_evidence(
    run: Json, *, subject: Subject, framework: Framework, plan: Plan | None = None
) -> Evidence:
    """Return the evidence that the compact form of one run stands for."""
    fields = take(
        run,
        run=None,
        evaluation=None,
        values="",
        epochs=1,
        first=1,
        drawn=True,
        measured_at=MAY,
        finished_at=None,
        status="success",
        planned_samples=None,
        subject=subject.name,
        parts=json.loads(subject.parts.model_dump_json(by_alias=True, exclude_none=True)),
        effective_compute=subject.effective_compute,
        problems=[],
        reported=[],
        scorer="score",
        task_version="",
        configuration={},
        accounting={},
    )
    task = fields.get("evaluation") or next(iter(framework.evaluations.values())).tasks[0]
    about: Json = {"name": fields["subject"], "parts": fields.get("parts", {})}
    if "effective_compute" in fields:
        about["effectiveCompute"] = fields["effective_compute"]
    data: Json = {
        "evaluation": task,
        "runId": fields["run"],
        "subject": about,
        "measuredAt": fields["measured_at"],
        "status": fields["status"],
        "taskVersion": fields["task_version"],
        "configuration": fields["configuration"],
        "samples": _samples(
            fields["values"],
            epochs=fields["epochs"],
            first=fields["first"],
            drawn=_drawn(plan) if fields["drawn"] else (),
            scorer=fields["scorer"],
        ),
        "reported": fields["reported"],
        "source": {"format": "conformance", "file": "case", "sha256": named("#case")},
        "problems": fields["problems"],
        **fields["accounting"],
    }
    data |= {"plannedSamples": fields["planned_samples"]} if "planned_samples" in fields else {}
    data |= {"finishedAt": fields["finished_at"]} if "finished_at" in fields else {}
    return parse(Evidence, data)


def _drawn(plan: Plan | None) -> Sequence[str]:
    """The items in the order of the first slot with looks; nothing without one."""
    slots = () if plan is None else plan.slots
    orders = (sealed_order(plan, slot=slot.slot) for slot in slots if plan is not None)
    return next((order for order in orders if order), ())


def _samples(text: str, *, epochs: int, first: int, drawn: Sequence[str], scorer: str) -> Json:
    """Rows of `<count>*<value or state>` tokens; `epochs` attempts follow one another per item.

    Items are those `drawn`, from number `first` on; after them, or where none are, `i<number>`.
    """
    rows: list[re.Match[str]] = []
    for token in text.split():
        match = TOKEN.fullmatch(token)
        if match is None:
            raise CaseError(f"`{token}` is not <count>*<value or state>")
        rows += [match] * int(match["count"])
    scored = [row["value"][0] in "-0123456789" for row in rows]
    samples: Json = {
        "id": [_item(first + number // epochs, drawn=drawn) for number in range(len(rows))],
        "epoch": [number % epochs + 1 for number in range(len(rows))],
        "state": [
            "scored" if good or row["value"] == "none" else row["value"]
            for row, good in zip(rows, scored, strict=True)
        ],
        "limit": [row["limit"] or "" for row in rows],
        "refused": [row["refused"] is not None for row in rows],
        "edited": [False] * len(rows),
        "scores": {
            scorer: [
                float(row["value"]) if good else None
                for row, good in zip(rows, scored, strict=True)
            ]
        },
    }
    for name in ("family", "minutes", "arm"):
        if any(row[name] is not None for row in rows):
            labels = [row[name] or "" for row in rows]
            samples.setdefault("attributes", {})[name] = labels
    return samples


def _item(number: int, *, drawn: Sequence[str]) -> str:
    return drawn[number - 1] if number <= len(drawn) else f"i{number}"


def _register(
    case: Json, *, evidence: tuple[Evidence, ...], plans: tuple[Plan, ...]
) -> RunRegister | None:
    """The explicit register; where a case has none but other plans, one with all its runs."""
    if "register" not in case and "other_plans" not in case:
        return None
    fields = take(case.get("register", {}), runs=[], of_evidence=True, plans=True, entry=None)
    rows = []
    slots = {
        task: name
        for name, one in case["framework"]["evaluations"].items()
        for task in one["tasks"]
    }
    if fields["of_evidence"]:
        rows += [
            {
                "runId": one.run_id,
                "slot": slots[one.evaluation],
                "subject": one.subject.name,
                "parts": json.loads(one.subject.parts.model_dump_json(by_alias=True)),
                "startedAt": one.measured_at.isoformat(),
            }
            for one in {record.digest: record for record in evidence}.values()
            if one.evaluation in slots
        ]
    for row in fields["runs"]:
        data = take(
            row, run=None, slot="bio", subject="m", parts=None, started_at=MAY, evidence=None
        )
        data["runId"], data["startedAt"] = data.pop("run"), data.pop("started_at")
        rows.append(data)
    register = parse(RunRegister, {"runs": rows})
    return register.model_copy(
        update={
            "plans": plans if fields["plans"] else (),
            "entries": _entries(fields.get("entry"), active=plans[-1]),
        }
    )


def _entries(given: Json | None, *, active: Plan) -> tuple[PlanEntry, ...] | None:
    """The entry of the active plan in the ledger; none where `given` is empty."""
    if given is None:
        return None
    fields = take(given, logged_at=None, known=[])
    if fields.get("logged_at") is None:
        return ()
    row = {"plan": digest(active), "loggedAt": fields["logged_at"], "known": fields["known"]}
    return (parse(PlanEntry, row),)


def _attestation(data: Json) -> Attestation:
    defaults: Json = {
        "criterion": None, "subject": "m", "role": "ceo", "signer": "ann", "assurance": "signed",
        "over": {"weights": named("#w1")}, "attested_at": MAY, "expires_at": None,
    }  # fmt: skip
    return parse(Attestation, take(data, **defaults))


def _negatives(data: Json) -> Negatives:
    fields = take(data, records=[], complete_as_of=None)
    records = [
        take(
            one, kind=None, subject="m", concerns="", says="it happened", happened_at=MAY,
            resolved_at=None,
        )
        for one in fields["records"]
    ]  # fmt: skip
    return parse(Negatives, {**fields, "records": records})


def _spent(data: Json) -> SpentAlpha:
    return parse(SpentAlpha, take(data, threshold="line", lineage="m", weights=None, spent_at=MAY))


def gate_inputs(case: Json, *, this: str, before: str = "") -> Gate:
    """Return the inputs of `decide`.

    `this` and `before` stand for the identities of the determination and of an earlier one.
    `decide` in a case changes what the gate sees: its instant, subject, framework or negatives.
    """
    later = take(case.get("decide", {}), at=None, subject=None, framework=None, negatives=None)
    case = named({**case, **{key: merge(case.get(key), value) for key, value in later.items()}})
    at = case["at"]
    approvals = [
        take(
            one, role=None, signer=None, action="release", determination="this", approved_at=at,
            expires_at=None, assurance="signed", surface=None, audience=None,
        )
        for one in case.get("approvals", [])
    ]  # fmt: skip
    rulings = [
        take(
            one, determination="this", subject="m", outcomes={}, signatures=[],
            reasons="we looked", ruled_at=at,
        )
        for one in case.get("rulings", [])
    ]  # fmt: skip
    own = digest(parse(Framework, case["framework"]))
    choices = [
        take(
            one, interpretation=None, reading=None, framework=own,
            signatures=[], reasons="we read it so", chosen_at=MAY, expires_at=None,
        )
        for one in case.get("choices", [])
    ]  # fmt: skip
    for record in (*approvals, *rulings):
        known = {"this": this, "before": before}
        record["determination"] = known.get(record["determination"], record["determination"])
    for signed in (*rulings, *choices):
        signed["signatures"] = [{"assurance": "signed", **one} for one in signed["signatures"]]
    return Gate(
        framework=parse(Framework, case["framework"]),
        subject=parse(Subject, case["subject"]),
        action=parse(Action, case["action"]),
        at=instant(at),
        claims=tuple(_claim(one) for one in case.get("claims", [])),
        rulings=tuple(parse(Ruling, one) for one in rulings),
        approvals=tuple(parse(Approval, one) for one in approvals),
        choices=tuple(parse(Choice, one) for one in choices),
        negatives=_negatives(case.get("negatives", {})),
    )


def _claim(data: Json | str) -> Claim:
    given: Json = {"criterion": data} if isinstance(data, str) else dict(data)
    defaults: Json = {
        "criterion": None, "subject": "m", "status": "met", "paths": ["*"], "parts": {},
        "holds_with_weights": False, "claimed_at": MAY, "expires_at": None, "interim": None,
        "evidence": [{"kind": "document", "says": "seen", "produced_at": MAY}],
        "audiences": ["*"], "environments": ["*"], "exceptions": [], "owner": "",
        "assurance": "declared",
    }  # fmt: skip
    return parse(Claim, take(given, **defaults))
