"""VSA and SVR: the examples of their specifications, and what must never be a PASSED."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from google.protobuf.json_format import Parse
from in_toto_attestation.predicates.vsa.v1 import vsa_pb2
from in_toto_attestation.v1 import statement_pb2

from tests.unit.attest.keys import VECTORS
from tierlock.attest import (
    ResourceDescriptor,
    Statement,
    allowed_property,
    canonical_statement,
    make_svr,
    make_vsa,
    parse_statement,
)
from tierlock.core import (
    Action,
    Decision,
    FrameworkRef,
    InputError,
    Reason,
    Verdict,
    canonical_json,
)

SUBJECT = ResourceDescriptor(name="out/example-1.2.3.tar.gz", digest={"sha256": "5678" * 16})
INPUT = ResourceDescriptor(
    uri="https://example.com/provenances/example-1.2.3.tar.gz.intoto.jsonl",
    digest={"sha256": "abcd" * 16},
)
VERIFIER = "https://example.com/publication_verifier"
RESOURCE = "https://example.com/example-1.2.3.tar.gz"
EXPIRES = "https://tierlock.dev/attestation/expiresAt"


def decision(verdict: Verdict = Verdict.ALLOW, **fields: object) -> Decision:
    return Decision.model_validate(
        {
            "verdict": verdict,
            "action": Action(name="deploy", surface="api", audience="general"),
            "framework": FrameworkRef(
                framework="example/tarball-1", version="1", digest="sha256:" + "1234" * 16
            ),
            "subject": "m",
            "determination": "sha256:" + "cd" * 32,
            "decided_at": datetime(1985, 4, 12, 23, 20, 50, 520_000, tzinfo=UTC),
            **fields,
        }
    )


def vsa(made: Decision) -> Statement:
    return make_vsa(made, subjects=[SUBJECT], verifier=VERIFIER, resource=RESOURCE, inputs=[INPUT])


def svr(made: Decision) -> Statement:
    return make_svr(made, subjects=[SUBJECT], verifier=VERIFIER)


@pytest.mark.parametrize(("make", "vector"), [(vsa, "vsa.json"), (svr, "svr.json")])
def test_the_example_of_the_specification(make, vector):
    expected = json.loads((VECTORS / vector).read_text(encoding="utf-8"))
    data = canonical_statement(make(decision()))
    assert data == canonical_json(expected)
    assert canonical_statement(parse_statement(data)) == data


@pytest.mark.parametrize("make", [vsa, svr])
def test_the_library_of_in_toto_reads_the_statement(make):
    data = canonical_statement(make(decision(expires_at=datetime(1986, 1, 1, tzinfo=UTC))))
    read = Parse(data, statement_pb2.Statement())
    assert read.subject[0].digest["sha256"] == "5678" * 16
    assert read.predicate_type == make(decision()).predicate_type


def test_the_library_of_in_toto_reads_the_summary():
    # Its protocol buffer takes one level where SLSA has a list of them.
    made = dict(vsa(decision()).predicate)
    assert made.pop("verifiedLevels") == ["TIERLOCK_ALLOW_DEPLOY__API__GENERAL"]
    read = Parse(canonical_json(made), vsa_pb2.VerificationSummary())
    assert read.verifier.id == VERIFIER
    assert read.verification_result == "PASSED"
    assert read.policy.digest["sha256"] == "1234" * 16
    assert read.input_attestations[0].uri == INPUT.uri
    assert read.time_verified.ToDatetime(tzinfo=UTC) == decision().decided_at


@pytest.mark.parametrize("verdict", [Verdict.HOLD, Verdict.DENY])
def test_only_allow_passes(verdict: Verdict):
    made = decision(verdict, conditions=(Reason(code="claim.interim", says="until Friday"),))
    assert vsa(made).predicate["verificationResult"] == "FAILED"
    assert vsa(made).predicate["verifiedLevels"] == ["FAILED"]
    assert svr(made).predicate["properties"] == []
    assert b"ALLOW" not in canonical_statement(vsa(made)) + canonical_statement(svr(made))


@pytest.mark.parametrize("make", [vsa, svr])
def test_what_an_allow_is_bound_to_travels_with_it(make):
    made = make(
        decision(
            expires_at=datetime(1986, 1, 1, tzinfo=UTC),
            conditions=(Reason(code="claim.interim", says="until Friday"),),
        )
    )
    assert made.predicate[EXPIRES] == "1986-01-01T00:00:00Z"
    assert made.predicate["https://tierlock.dev/attestation/conditions"] == ["until Friday"]
    assert EXPIRES not in make(decision()).predicate


def test_no_property_is_that_of_another_action():
    actions = [
        Action(name="deploy"),
        Action(name="deploy", surface="api"),
        Action(name="deploy", surface="api", audience="general"),
        Action(name="deploy", audience="api"),
        Action(name="deploy_api"),
        Action(name="store"),
    ]
    names = {allowed_property(action) for action in actions}
    assert len(names) == len(actions)
    assert not any(name.startswith("SLSA_") for name in names)


def test_a_summary_needs_uris_and_a_subject():
    with pytest.raises(InputError, match="not a URI"):
        make_svr(decision(), subjects=[SUBJECT], verifier="us")
    with pytest.raises(InputError, match="not a URI"):
        make_vsa(decision(), subjects=[SUBJECT], verifier=VERIFIER, resource="a b")
    with pytest.raises(InputError, match="about"):
        make_svr(decision(), subjects=[], verifier=VERIFIER)
