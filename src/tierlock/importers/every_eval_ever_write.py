"""Evidence -> Every Eval Ever 0.3.0: one aggregate record with its instances.

The format has no place for missing samples, epochs, doubts and a run's state. Tierlock keeps them
as text in `additional_details`, which other readers pass over; its own reader puts the evidence
together again, digest for digest (`every_eval_ever_back`).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from tierlock.core import Evidence, InputError, Reported, Samples
from tierlock.importers.every_eval_ever_publisher import Publisher, slug

SCHEMA_VERSION: Final = "0.3.0"
MARK: Final = "tierlock_evidence"
DIGEST: Final = "tierlock_digest"
OWN: Final = "tierlock_"
"""How names that this file adds begin; a sample attribute can not be called so."""
NOT_CARRIED: Final = (
    "the original file's name and digest: they are noted as text, and the copy has its own",
    "missing samples as rows: the format wants a score in every row, so only counts are visible",
    "the order of rows, which has no meaning",
    "inputs, outputs and transcripts: evidence does not hold them, so the rows have none",
)
"""What the format can not hold, or what evidence never held; said with every export."""


class Written(NamedTuple):
    """One record: two files in one folder.

    Attributes:
        folder: path below the folder of the export, by the format's own rule.
        name: stem of both files.
        record: bytes of `<name>.json`.
        instances: bytes of `<name>_samples.jsonl`; None where there are no samples.
    """

    folder: str
    name: str
    record: bytes
    instances: bytes | None


def write_every_eval_ever(evidence: Evidence, *, publisher: Publisher) -> Written:
    """Return `evidence` as a record of Every Eval Ever; the same input gives the same bytes.

    Raises:
        InputError: a sample attribute has a name that the record needs for itself.
    """
    taken = sorted(name for name in evidence.samples.attributes if name.startswith(OWN))
    if taken:
        raise InputError("input.schema", f"the attribute `{taken[0]}` has a name of Tierlock's own")
    name = _uuid(evidence.digest)
    model = evidence.subject.name
    parts = (
        "data",
        publisher.organization,
        publisher.developer_of(model),
        model.rpartition("/")[2],
    )
    folder = "/".join(map(slug, parts))
    lines = [_dumps(row) for row in _instances(evidence)]
    instances = ("\n".join(lines) + "\n").encode() if lines else None
    record = _aggregate(evidence, publisher=publisher)
    if instances is not None:
        record["detailed_evaluation_results"] = {
            "format": "jsonl",
            "file_path": f"{folder}/{name}_samples.jsonl",
            "hash_algorithm": "sha256",
            "checksum": hashlib.sha256(instances).hexdigest(),
            "total_rows": len(lines),
        }
    whole = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    return Written(folder, name, whole.encode(), instances)


def _aggregate(evidence: Evidence, *, publisher: Publisher) -> dict[str, Any]:
    tool, _, version = evidence.source.tool.rpartition(" ")
    model = evidence.subject.name
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": evaluation_id(evidence),
        "evaluation_timestamp": evidence.measured_at.isoformat(),
        "retrieved_timestamp": str(int(publisher.at.timestamp())),
        "source_metadata": {
            "source_type": "documentation" if evidence.reported else "evaluation_run",
            "source_organization_name": publisher.organization,
            "evaluator_relationship": publisher.relationship,
            "additional_details": {
                "original_format": evidence.source.format,
                "original_file": evidence.source.file,
                "original_sha256": evidence.source.sha256,
                "citation": evidence.source.citation,
            },
        },
        "eval_library": {
            "name": tool or evidence.source.tool or evidence.source.format,
            "version": version if tool else "unknown",
            "additional_details": {DIGEST: evidence.digest, MARK: _dumps(carried(evidence))},
        },
        "model_info": {
            "name": model,
            "id": model,
            "developer": publisher.developer_of(model),
            "additional_details": {"deployment_type": "unknown", "model_availability": "unknown"},
        },
        "evaluation_results": list(visible_results(evidence)),
    }


def evaluation_id(evidence: Evidence) -> str:
    """Return the record's id: evaluation, model, and a part of the evidence's digest."""
    part = evidence.digest.removeprefix("sha256:")[:16]
    return f"{evidence.evaluation}/{evidence.subject.name}/{part}"


def carried(evidence: Evidence) -> dict[str, Any]:
    """Return what the format's own fields can not hold: all but the values that rows hold."""
    header = evidence.model_dump(mode="json", exclude={"samples", "source"})
    samples = evidence.samples
    held = frozenset(_held(samples))
    rest = [i for i in range(len(samples)) if i not in held]
    return {
        "evidence": header,
        "scorers": sorted(samples.scores),
        "attributes": sorted(samples.attributes),
        "without_a_value": [
            [
                samples.id[i], samples.epoch[i], samples.state[i], samples.limit[i],
                samples.refused[i], samples.edited[i],
                {name: column[i] for name, column in sorted(samples.attributes.items())},
            ]
            for i in sorted(rest, key=lambda i: (samples.id[i], samples.epoch[i]))
        ],
    }  # fmt: skip


def _held(samples: Samples) -> Iterator[int]:
    """Yield the rows that become instances: those with at least one value."""
    for i, state in enumerate(samples.state):
        values = (column[i] for column in samples.scores.values())
        if state == "scored" and any(value is not None for value in values):
            yield i


def _instances(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Yield one row per sample, epoch and scorer with a value, in the order of ids."""
    samples = evidence.samples
    order = sorted(_held(samples), key=lambda i: (samples.id[i], samples.epoch[i]))
    best = 0.0 if evidence.higher_is_better is False else 1.0
    for scorer in sorted(samples.scores):
        for i in order:
            value = samples.scores[scorer][i]
            if value is None:
                continue
            yield {
                "schema_version": SCHEMA_VERSION,
                "evaluation_id": evaluation_id(evidence),
                "model_id": evidence.subject.name,
                "evaluation_name": result_name(evidence, scorer=scorer),
                "evaluation_result_id": scorer,
                "sample_id": samples.id[i],
                "interaction_type": "single_turn",
                "input": {"raw": "", "reference": []},
                "output": {"raw": []},
                "answer_attribution": [],
                "evaluation": {"score": value, "is_correct": value == best},
                "metadata": {
                    **{name: column[i] for name, column in sorted(samples.attributes.items())},
                    "tierlock_epoch": str(samples.epoch[i]),
                    "tierlock_limit": samples.limit[i],
                    "tierlock_refused": str(samples.refused[i]).lower(),
                    "tierlock_edited": str(samples.edited[i]).lower(),
                },
            }


def result_name(evidence: Evidence, *, scorer: str) -> str:
    """Return the name of one result: the evaluation's, with the scorer where there are several."""
    only = len(evidence.samples.scores) == 1
    return evidence.evaluation if only else f"{evidence.evaluation}/{scorer}"


def visible_results(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Yield one result per scorer with values, and one per published number."""
    samples = evidence.samples
    held = list(_held(samples))
    for scorer in sorted(samples.scores):
        column = samples.scores[scorer]
        items = [(samples.id[i], value) for i in held if (value := column[i]) is not None]
        if not items:
            continue
        values = [value for _, value in items]
        missing = {str(reason): count for reason, count in evidence.missing().items()}
        missing["without this score"] = len(held) - len(items)
        yield {
            "evaluation_result_id": scorer,
            "evaluation_name": result_name(evidence, scorer=scorer),
            "source_data": {"dataset_name": evidence.evaluation, "source_type": "other"},
            "metric_config": _metric(evidence, name=scorer, values=values),
            "score_details": {
                "score": math.fsum(value / len(values) for value in values),
                "details": _details(evidence, missing=missing, attempts=len(values)),
                "uncertainty": {"num_samples": len({name for name, _ in items})},
            },
            **_generation(evidence),
        }
    for number in evidence.reported:
        score = _score_of(number)
        if score is not None:
            yield _published(evidence, number=number, score=score)


def _metric(evidence: Evidence, *, name: str, values: Sequence[float]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "lower_is_better": evidence.higher_is_better is False,
        "metric_id": name,
        "additional_details": {
            "direction": "not stated" if evidence.higher_is_better is None else "stated"
        },
    }
    # A continuous score would need its range, which evidence does not state: then no type is given.
    return found | ({"score_type": "binary"} if values and set(values) <= {0.0, 1.0} else {})


def _details(evidence: Evidence, *, missing: dict[str, int], attempts: int) -> dict[str, str]:
    """Say beside the score what a mean hides: it leaves out every attempt without a value."""
    gone = ", ".join(f"{reason}: {count}" for reason, count in sorted(missing.items()) if count)
    doubts = ", ".join(sorted({p.code for p in evidence.problems if p.severity == "doubt"}))
    return {
        "attempts_with_a_value": str(attempts),
        "attempts_missing": gone or "none",
        "doubts": doubts or "none",
        "status": evidence.status,
    }


def _generation(evidence: Evidence) -> dict[str, Any]:
    settings = dict(sorted(evidence.configuration.items()))
    return {"generation_config": {"additional_details": settings}} if settings else {}


def _score_of(number: Reported) -> float | None:
    if number.mean is not None:
        return number.mean
    if number.successes is not None and number.n:
        return number.successes / number.n
    return None


def _published(evidence: Evidence, *, number: Reported, score: float) -> dict[str, Any]:
    uncertainty: dict[str, Any] = {}
    if number.n is not None:
        uncertainty["num_samples"] = number.n
    if number.spread is not None and number.spread_is == "se":
        uncertainty["standard_error"] = {"value": number.spread}
    if number.spread is not None and number.spread_is == "sd":
        uncertainty["standard_deviation"] = number.spread
    if number.lower is not None and number.upper is not None:
        uncertainty["confidence_interval"] = {
            "lower": number.lower,
            "upper": number.upper,
            "confidence_level": number.confidence,
        }
    name = f"{evidence.evaluation}/{number.arm}" if number.arm else evidence.evaluation
    return {
        "evaluation_result_id": number.arm or "published",
        "evaluation_name": name,
        "source_data": {"dataset_name": evidence.evaluation, "source_type": "other"},
        "metric_config": _metric(evidence, name="published", values=()),
        "score_details": {
            "score": score,
            "details": _details(evidence, missing={}, attempts=0),
            **({"uncertainty": uncertainty} if uncertainty else {}),
        },
        **_generation(evidence),
    }


def _uuid(digest: str) -> str:
    """Return the digest's first 128 bits as a UUID of the version that the format asks for."""
    text = digest.removeprefix("sha256:")[:32]
    variant = "89ab"[int(text[16], 16) % 4]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
