"""What people sign beside approvals, each by the roles that it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.projects import gate, tierlock
from tests.acceptance.signed import (
    LATER,
    RULES,
    SIGNED_AT,
    both_sign,
    code_of,
    codes,
    listed,
    sign,
    signed_project,
    states,
    store_of,
    trust,
)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return signed_project(tmp_path / "p")


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        (("plan",), "plan"),
        (("claim", "usual-care:policy"), "claim"),
        (("determination",), "determination"),
        (("evidence", "run-1"), "evidence"),
    ],
)
def test_plans_claims_determinations_and_runs_are_signed(
    here: Path, args: tuple[str, ...], kind: str
):
    run = store_of(here).evidence()[0].run_id
    assert tierlock("plan", "seal", "--all", "--project", here, "--at", SIGNED_AT).code == 0
    named = tuple(run if arg == "run-1" else arg for arg in args)
    ran = sign(here, *named, by="ann", at="2026-03-10T02:00:00Z")
    assert ran.code == 0, ran.err
    (found,) = listed(here)
    assert (found["kind"], found["state"], found["role"]) == (kind, "counts", "safety")


def test_an_envelope_from_elsewhere_is_taken_in(here: Path, tmp_path: Path):
    other = signed_project(tmp_path / "other")
    run = store_of(other).evidence()[0].run_id
    trust(here, ann=("Ann", "safety"), bob=("Bob", "owner"))
    for name in ("ann.key", "ann.key.pub", "trust.yaml"):
        (other / name).write_bytes((here / name).read_bytes())
        (other / name).chmod(0o600)
    out = tmp_path / "run.dsse.json"
    assert sign(other, "evidence", run, "--out", out, by="ann").code == 0
    ran = tierlock("signatures", "--add", out, "--project", here, "--at", LATER)
    assert ran.code == 0, ran.err
    assert states(here) == [("Ann", "counts", None)]
    (tmp_path / "bad").write_text("{}")
    ran = tierlock("signatures", "--add", tmp_path / "bad", "--project", here)
    assert (ran.code, code_of(ran)) == (3, "attest.envelope")


OPEN_RULES = (
    RULES.replace(
        "standards:\n",
        "  talk-1:\n"
        "    domain: biology\n"
        "    tier: grave\n"
        "    says: talks people into it\n"
        "    obliges: []\n"
        "    crossed_if: {attested: looked, by: safety, says: people were talked into it}\n"
        "standards:\n",
        1,
    )
    + """\
interpretations:
  clause:
    says: whether it is owed alone or together
    by: [owner, safety]
    readings:
      alone:
        says: alone
        combinations: [{says: alone, if_all: [[talk-1]], obliges: [strong-security]}]
      together:
        says: with the other line
        combinations: [{says: together, if_all: [[talk-1], [bio-3]], obliges: [strong-security]}]
"""
)


def test_attestations_and_readings_are_signed_by_their_roles(tmp_path: Path):
    here = signed_project(tmp_path / "p", rules=OPEN_RULES)
    assert "interpretation.open" in codes(gate(here))
    looked = ("attestation", "talk-1:looked", "--says", "a panel of ten looked")
    assert code_of(sign(here, *looked, by="bob")) == "sign.role"
    for wrong in (("talk-1:none", "--says", "x"), ("talk-1:looked", "--says", " ")):
        assert sign(here, "attestation", *wrong, by="ann").code == 2
    read = ("choice", "clause=together", "--says", "as the authors meant it")
    first = sign(here, *read, by="ann")
    assert first.code == 0, first.err
    cosigned = sign(here, "choice", "clause=together", "--cosign", first.out.strip(), by="bob")
    assert cosigned.code == 0, cosigned.err
    assert sign(here, "choice", "clause=never", "--says", "x", by="ann").code == 2
    assert gate(here, at=LATER).json["decision"]["readings"] == {"clause": ["together"]}
    ran = sign(here, *looked, by="ann")
    assert ran.code == 0, ran.err
    both_sign(here)
    ran = gate(here, at=LATER)
    assert ran.code == 0, ran.out
    assert {state for _, state, _ in states(here)} == {"counts"}


def test_a_resolved_objection_reopens_with_the_next_one(here: Path):
    both_sign(here)
    for number, at in enumerate(("2026-03-10T02:00:00Z", "2026-03-10T04:00:00Z")):
        says = ("--says", f"objection {number}")
        ran = sign(here, *says, "--kind", "objection", by="ann", command="dissent", at=at)
        assert codes(gate(here, at=LATER)) == ["objection.open"]
        done = ("--resolve", ran.out.strip(), "--says", "answered")
        assert sign(here, *done, by="bob", command="dissent", at=LATER).code == 0
        assert gate(here, at=LATER).code == 0


def test_an_interim_claim_is_signed_by_who_approves_it(tmp_path: Path):
    here = signed_project(tmp_path / "p")
    (here / "statements.yaml").write_text(
        "subject: model-1\ncomplete_as_of: 2026-03-09T00:00:00Z\n", encoding="utf-8"
    )
    both_sign(here)
    assert codes(gate(here, at=LATER)) == ["claim.missing"]
    args = (
        "usual-care:policy", "--interim", "--because", "a person reads every answer", "--until",
        "2026-03-20", "--approved-by", "owner", "--evidence", "document:the log", "--by", "lab",
        "--produced-at", "2026-03-09",
    )  # fmt: skip
    assert code_of(sign(here, *args, by="ann", command="except")) == "sign.role"
    ran = sign(here, *args, by="bob", command="except")
    assert ran.code == 0, ran.err
    ran = gate(here, at=LATER)
    assert ran.code == 0, ran.out
    assert [one["code"] for one in ran.json["decision"]["conditions"]] == ["claim.interim"]
    assert "claims: signed" in ran.json["decision"]["assurance"]


def test_who_could_sign_as_two_names_one(here: Path):
    trust(here, ann=("Ann", "owner"), bob=("Bob", "owner"))
    text = (here / "trust.yaml").read_text()
    (here / "trust.yaml").write_text(text.replace('["owner"]', '["owner", "safety"]'))
    ran = sign(here, by="ann")
    assert (ran.code, code_of(ran)) == (2, "sign.role")
    assert "--as" in ran.err
    assert sign(here, "--as", "safety", by="ann").code == 0
    assert sign(here, "--as", "owner", by="bob").code == 0
    assert gate(here, at=LATER).code == 0
