"""What people state in one file becomes claims, attestations, rulings and negative records."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.projects import STATEMENTS, project
from tests.unit.store.evidence import A
from tierlock.core import InputError, Outcome, RoleSignature
from tierlock.usecases import Statements, load_project

EVERYTHING = f"""\
subject: model-1
complete_as_of: 2026-03-09T00:00:00Z
claims:
  - {{criterion: "usual-care:policy", status: met, claimed_at: 2026-03-05T00:00:00Z}}
  - criterion: strong-security:audit
    status: pending
    paths: [interactive]
    claimed_at: 2026-03-05T00:00:00Z
  - criterion: strong-security:other
    status: unmet
    says: an audit found it open
    claimed_at: 2026-03-06T00:00:00Z
  - {{criterion: "strong-security:third", status: unmet, claimed_at: 2026-03-06T00:00:00Z}}
attestations:
  - criterion: bio-3:experts
    role: owner
    signer: ann
    over: {{weights: "{A}"}}
    attested_at: 2026-03-05T00:00:00Z
approvals:
  - role: owner
    signer: ann
    action: deploy
    determination: "{A}"
    approved_at: 2026-03-05T00:00:00Z
rulings:
  - determination: "{A}"
    outcomes: {{bio-3: reached}}
    signatures:
      - {{role: owner, signer: ann}}
    reasons: we are not sure
    ruled_at: 2026-03-05T00:00:00Z
choices:
  - interpretation: clause
    reading: narrow
    framework: "{A}"
    signatures:
      - {{role: owner, signer: ann}}
      - {{role: expert, signer: bob}}
    reasons: counsel thinks so
    chosen_at: 2026-03-05T00:00:00Z
    expires_at: 2026-09-05T00:00:00Z
records:
  - {{kind: dissent, says: too early, happened_at: 2026-03-05T00:00:00Z}}
"""


@pytest.fixture
def stated(tmp_path: Path) -> Statements:
    return load_project(project(tmp_path, statements=EVERYTHING)).statements


def test_claims_are_what_is_met_or_pending(stated: Statements) -> None:
    found = {claim.criterion: claim for claim in stated.to_claims()}
    assert {name: claim.status for name, claim in found.items()} == {
        "usual-care:policy": "met",
        "strong-security:audit": "pending",
    }
    assert found["usual-care:policy"].paths == ("*",)
    assert found["strong-security:audit"].paths == ("interactive",)
    assert {claim.subject for claim in found.values()} == {"model-1"}


def test_a_claim_stated_unmet_is_a_negative_record(stated: Statements) -> None:
    found = stated.to_negatives()
    assert found.complete_as_of is not None
    assert [(record.kind, record.concerns, record.says) for record in found.records] == [
        ("dissent", "", "too early"),
        ("failed_claim", "strong-security:other", "an audit found it open"),
        ("failed_claim", "strong-security:third", "claimed unmet"),
    ]
    assert all(record.resolved_at is None for record in found.records)


def test_attestations_and_rulings_are_about_the_subject_and_unsigned(stated: Statements) -> None:
    (attestation,) = stated.to_attestations()
    assert (attestation.subject, attestation.over) == ("model-1", {"weights": A})
    assert attestation.assurance == "declared"
    (ruling,) = stated.to_rulings()
    assert (ruling.subject, ruling.outcomes) == ("model-1", {"bio-3": Outcome.REACHED})
    assert ruling.signatures == (RoleSignature(role="owner", signer="ann"),)
    assert ruling.signatures[0].assurance == "declared"


def test_a_sign_off_is_unsigned(stated: Statements) -> None:
    (approval,) = stated.to_approvals()
    assert (approval.role, approval.action, approval.determination) == ("owner", "deploy", A)
    assert approval.assurance == "declared"


def test_a_choice_is_about_every_subject_and_unsigned(stated: Statements) -> None:
    (choice,) = stated.to_choices()
    assert (choice.interpretation, choice.reading, choice.framework) == ("clause", "narrow", A)
    assert choice.signatures == (
        RoleSignature(role="owner", signer="ann"),
        RoleSignature(role="expert", signer="bob"),
    )
    assert {one.assurance for one in choice.signatures} == {"declared"}
    (before,) = stated.choices
    kept = {name: value for name, value in dict(before).items() if name != "signatures"}
    assert {name: value for name, value in dict(choice).items() if name != "signatures"} == kept


def test_nothing_that_was_stated_is_lost_on_the_way(stated: Statements) -> None:
    pairs = (
        (stated.claims[0], stated.to_claims()[0]),
        (stated.attestations[0], stated.to_attestations()[0]),
        (stated.approvals[0], stated.to_approvals()[0]),
        (stated.records[0], stated.to_negatives().records[0]),
    )
    for before, after in pairs:
        added = {"subject": "model-1", "assurance": "declared"}
        kept = {**added, **dict(before)}
        assert dict(after) == {name: kept[name] for name in type(after).model_fields}


def test_an_interim_claim_without_an_end_is_refused_with_its_line(tmp_path: Path) -> None:
    claim = (
        '  - criterion: "usual-care:policy"\n'
        "    status: met\n"
        "    claimed_at: 2026-03-05T00:00:00Z\n"
        "    interim: {argument: people read everything, approved_by: [owner]}\n"
    )
    text = f"subject: model-1\nclaims:\n{claim}"
    with pytest.raises(InputError, match=r"statements\.yaml:3:.* needs `expires_at`") as caught:
        load_project(project(tmp_path, statements=text))
    assert caught.value.code == "input.schema"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("status: met", "status: fine"),
        ("status: met", "status: met\n    covers: everything"),
        ("2026-03-05T00:00:00Z", "2026-03-05T00:00:00"),
        ("2026-03-05T00:00:00Z", "yesterday"),
        ("kind: document", "kind: rumour"),
        ("claims:", "complete: true\nclaims:"),
    ],
)
def test_a_statement_that_is_not_understood_is_refused(tmp_path: Path, old: str, new: str) -> None:
    assert old in STATEMENTS
    with pytest.raises(InputError) as caught:
        load_project(project(tmp_path, statements=STATEMENTS.replace(old, new, 1)))
    assert caught.value.code in {"input.schema", "input.unknown-key", "input.naive-time"}
    assert "statements.yaml:" in str(caught.value)
