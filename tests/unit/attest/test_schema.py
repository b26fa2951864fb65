"""The published schemas say what the code signs."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.architecture.house import ROOT
from tests.unit.attest.keys import PARTS, SIGNED, approval, objection, ruling
from tierlock.attest import (
    KINDS,
    BundleSeal,
    EvidenceSummary,
    Verification,
    WithheldPart,
    kind_of,
    make_statement,
    predicate_of,
    predicate_schema,
    summarise_evidence,
)
from tierlock.core import Evidence, InputError, Plan, Record, Samples, Source, Subject, SubjectRef


def evidence() -> Evidence:
    return Evidence(
        evaluation="task",
        run_id="r1",
        subject=SubjectRef(name="m", parts=PARTS),
        measured_at=SIGNED,
        samples=Samples(
            id=("a", "b"),
            epoch=(1, 1),
            state=("scored", "errored"),
            limit=("", ""),
            refused=(False, False),
            edited=(False, False),
            scores={"s": (1.0, None)},
        ),
        source=Source(format="table", file="t.csv", sha256="sha256:" + "00" * 32),
    )


RECORDS: list[Record] = [
    approval(),
    objection(),
    ruling(),
    summarise_evidence(evidence()),
    Plan(framework="sha256:" + "00" * 32, subject="m", sealed_at=SIGNED, declared="before"),
    BundleSeal(manifest="sha256:" + "00" * 32, subject="m", bundled_at=SIGNED),
    Verification(
        manifest="sha256:" + "00" * 32,
        trust="sha256:" + "11" * 32,
        subject="m",
        verified_at=SIGNED,
        engine="tierlock-engine/1",
        result="incomplete",
        exit_code=4,
        withheld=(WithheldPart(path="samples/x.jsonl", digest="sha256:" + "22" * 32, why="w"),),
    ),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_what_is_signed_follows_its_schema_and_is_read_again(record: Record):
    statement = make_statement(record, role="rso", signed_at=SIGNED)
    kind, predicate = predicate_of(statement)
    assert (kind, predicate.record) == (kind_of(record), record)
    schema = predicate_schema(kind)
    jsonschema.Draft202012Validator(schema).validate(dict(statement.predicate))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**statement.predicate, "more": 1})
    assert schema["$id"] == statement.predicate_type


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_published_schema(kind):
    path = ROOT / "spec" / "schema" / f"predicate-{kind}.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema == predicate_schema(kind)


def test_sample_values_are_never_signed_along():
    """What is withheld from some readers stays a digest in what everybody reads."""
    summary = summarise_evidence(evidence())
    assert isinstance(summary, EvidenceSummary)
    assert (summary.evidence, summary.attempts) == (evidence().digest, 2)
    assert summary.samples == evidence().samples.digest
    statement = make_statement(summary, role="lead", signed_at=SIGNED)
    assert "scores" not in json.dumps(statement.predicate)


def test_only_what_has_a_kind_is_signed():
    with pytest.raises(InputError, match="not something that is signed"):
        make_statement(Subject(name="m"), role="rso", signed_at=SIGNED)
    with pytest.raises(InputError, match="not something that is signed"):
        kind_of(evidence())
