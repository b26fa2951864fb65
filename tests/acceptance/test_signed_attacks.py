"""Whoever wants a model to pass: resolves for others, signs twice, signs late, renames, floods.

Every refusal has its counterpart in which the gate opens.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.projects import PROJECT, gate, tierlock
from tests.acceptance.signed import (
    LATER,
    SIGNED_AT,
    both_sign,
    code_of,
    codes,
    entry,
    envelope,
    put,
    sign,
    signed_project,
    states,
    store_of,
    trust,
)
from tierlock.core import Claim, Negative, TrustedUsers, parse_instant

WEIGHTS = "sha256:" + "ab" * 32
BETWEEN = "2026-03-10T12:00:00Z"
CRITERION = "usual-care:policy"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return signed_project(tmp_path / "p")


def resolve(here: Path, name: str, *, by: str, at: str = BETWEEN) -> None:
    ran = sign(here, "--resolve", name, "--says", "done", by=by, command="dissent", at=at)
    assert ran.code == 0, ran.err


# -- dissent ----------------------------------------------------------------------------------


def test_a_resolution_ends_one_dissent_and_not_another_of_the_same_instant(here: Path):
    """Else whoever dissents with the date of somebody else resolves both."""
    both_sign(here)
    first = sign(here, "--says", "too weak", by="ann", command="dissent").out.strip()
    same = ("--says", "me too", "--happened", SIGNED_AT)
    second = sign(here, *same, by="bob", command="dissent").out.strip()
    resolve(here, second, by="bob")
    found = gate(here, at=LATER)
    says = [one["says"] for one in found.json["decision"]["reasons"]]
    assert (found.code, says) == (10, ["dissent: too weak"])
    resolve(here, first, by="ann")
    assert gate(here, at=LATER).code == 0


def test_a_dissent_that_is_signed_after_its_resolution_closes_again(here: Path):
    both_sign(here)
    resolve(here, sign(here, "--says", "no", by="ann", command="dissent").out.strip(), by="bob")
    assert gate(here, at=LATER).code == 0
    again = ("--says", "no", "--happened", SIGNED_AT)
    ran = sign(here, *again, by="ann", command="dissent", at="2026-03-10T13:00:00Z")
    assert codes(gate(here, at=LATER)) == ["dissent.open"]
    resolve(here, ran.out.strip(), by="bob", at="2026-03-10T14:00:00Z")
    assert gate(here, at=LATER).code == 0


@pytest.mark.parametrize("role", ["bundle", "ledger", "permit-issuer", "permit-status"])
def test_a_machine_resolves_nothing(here: Path, role: str):
    both_sign(here)
    name = sign(here, "--says", "no", by="ann", command="dissent").out.strip()
    with (here / "trust.yaml").open("a") as file:
        file.write(entry(here, name="eve", person="machine", role=role) + "\n")
    args = ("--resolve", name, "--says", "fine")
    assert code_of(sign(here, *args, by="eve", command="dissent", at=LATER)) == "sign.role"
    happened = parse_instant(SIGNED_AT)
    ended = Negative(
        kind="dissent", subject="model-1", says="no", happened_at=happened, resolved_at=happened
    )
    put(here, envelope(here, ended, by="eve", role=role))
    assert codes(gate(here, at=LATER)) == ["dissent.open"]


def test_a_dissent_about_these_weights_stays_when_the_subject_is_renamed(tmp_path: Path):
    here = signed_project(tmp_path / "p")
    text = PROJECT.replace("  surfaces", f"  parts: {{weights: '{WEIGHTS}'}}\n  surfaces")
    (here / "tierlock.yaml").write_text(f"{text}trust: trust.yaml\n")
    sign(here, "--says", "no", by="ann", command="dissent")
    for name in ("tierlock.yaml", "statements.yaml"):
        path = here / name
        path.write_text(path.read_text().replace(": model-1\n", ": model-2\n"))
    both_sign(here, at=BETWEEN)
    assert codes(gate(here, at=LATER)) == ["dissent.open"]
    path = here / "tierlock.yaml"
    path.write_text(path.read_text().replace("ab" * 32, "cd" * 32))
    assert "dissent.open" not in codes(gate(here, at=LATER))


# -- one person, two roles ------------------------------------------------------------------------


def claim(**changes: object) -> Claim:
    given = {
        "criterion": CRITERION,
        "subject": "model-1",
        "status": "met",
        "claimed_at": parse_instant(SIGNED_AT),
    }
    return Claim.model_validate({**given, **changes})


@pytest.mark.parametrize("apart", ["", "apart: [[safety, security]]"])
def test_who_has_approved_can_not_claim_afterwards_in_a_role_that_is_apart(here: Path, apart: str):
    trust(here, apart, ann=("Ann", "safety"), bob=("Bob", "owner"), eve=("ann", "security"))
    both_sign(here)
    ran = sign(here, "claim", CRITERION, by="eve", at=BETWEEN)
    assert code_of(ran) == ("sign.apart" if apart else "")
    put(here, envelope(here, claim(), by="eve", role="security", at=BETWEEN))
    assert states(here)[-1][1:] == (("refused", "signed.apart") if apart else ("counts", None))


def test_an_exception_needs_different_people_in_independent_roles(here: Path):
    """The framework holds them apart; the trust file need not say it again."""
    users = TrustedUsers(
        users="staff", argument="they know", approved_by=("owner", "safety"),
        expires_at=parse_instant("2026-03-20T00:00:00Z"),
    )  # fmt: skip
    record = claim(exceptions=(users,))
    trust(here, ann=("Ann", "safety"), bob=("Bob", "owner"), eve=("ann", "owner"))
    put(here, envelope(here, record, by="ann", role="safety"))
    assert [code for _, _, code in states(here)] == ["signed.waits"]
    name = next(iter(store_names(here)))
    ran = sign(here, "--cosign", name, by="eve", command="except")
    assert code_of(ran) == "sign.apart"
    put(here, envelope(here, record, by="eve", role="owner"))
    assert [code for _, _, code in states(here)] == ["signed.apart", "signed.apart"]
    assert sign(here, "--cosign", name, by="bob", command="except").code == 0
    assert [code for _, _, code in states(here)] == [None, None, None]


def store_names(here: Path) -> list[str]:
    ran = tierlock("signatures", "--project", here, "--at", LATER, "--format", "json")
    return [one["statement"] for one in ran.json["signatures"]]


# -- size -----------------------------------------------------------------------------------------


def test_what_the_ledger_could_never_hold_is_not_taken_in(
    here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """In the store it would make every later command fail."""
    both_sign(here)
    assert gate(here, at=LATER).code == 0
    largest = max(len(data) for data in store_of(here).signed())
    record = Negative(
        kind="dissent", subject="model-1", says="x" * 2 * largest, happened_at=parse_instant(LATER)
    )
    (tmp_path / "big").write_bytes(envelope(here, record, by="eve", role="safety", at=LATER))
    monkeypatch.setattr("tierlock.ledger.entry.MAX_BYTES", 2 * largest)
    ran = tierlock("signatures", "--add", tmp_path / "big", "--project", here, "--at", LATER)
    assert (ran.code, code_of(ran)) == (2, "ledger.content")
    assert len(store_of(here).signed()) == 2
