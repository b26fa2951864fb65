"""docs/reference/files.md has a row for every key that people write, and no other."""

from __future__ import annotations

import re

import pytest

from tests.architecture.house import ROOT
from tierlock.attest import Attests, Authenticator, ExpectedSubject, Trust, TrustedKey, Witnesses
from tierlock.core import (
    Action,
    ClaimEvidence,
    Interim,
    Lineage,
    Record,
    SafeguardCost,
    StatedApproval,
    StatedAttestation,
    StatedChoice,
    StatedClaim,
    StatedNegative,
    StatedRuling,
    StatedSignature,
    Surface,
    TrustedUsers,
)
from tierlock.frameworks import parse_record
from tierlock.store import LocalStore
from tierlock.usecases import (
    Elicitation,
    ProjectFile,
    RunSettings,
    Statements,
    SubjectFile,
    TokenPrice,
)
from tierlock.usecases.demo import STORY, play

PAGE = (ROOT / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
KINDS: dict[str, type[Record]] = {
    "tierlock.yaml": ProjectFile,
    "subject": SubjectFile,
    "lineage": Lineage,
    "surface": Surface,
    "action": Action,
    "runs": RunSettings,
    "variant": Elicitation,
    "price": TokenPrice,
    "Statements file": Statements,
    "claims": StatedClaim,
    "evidence": ClaimEvidence,
    "exceptions": TrustedUsers,
    "cost": SafeguardCost,
    "interim": Interim,
    "attestations": StatedAttestation,
    "approvals": StatedApproval,
    "rulings": StatedRuling,
    "choices": StatedChoice,
    "signatures": StatedSignature,
    "records": StatedNegative,
    "Trust file": Trust,
    "trusted key": TrustedKey,
    "authenticator": Authenticator,
    "logins": Attests,
    "witnesses": Witnesses,
    "expected subject": ExpectedSubject,
}


def section(heading: str) -> str:
    match = re.search(
        rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", PAGE_TEXT, re.MULTILINE | re.DOTALL
    )
    assert match is not None, heading
    return match[1]


# Comments in examples start like headings.
EXAMPLES = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PAGE_TEXT = re.sub(r"^```yaml\n.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("heading", "kind"), KINDS.items(), ids=list(KINDS))
def test_every_key_has_a_row(heading, kind):
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", section(heading), re.MULTILINE)
    assert [key for key, _ in rows] == list(kind.model_fields)
    required = [key for key, field in kind.model_fields.items() if field.is_required()]
    assert [key for key, without in rows if without == "required"] == required


def test_no_record_that_people_write_is_forgotten():
    known = set(KINDS.values())
    for kind in tuple(known):
        for field in kind.model_fields.values():
            names = re.findall(r"tierlock\.[\w.]+", str(field.annotation))
            nested = {name.rpartition(".")[2] for name in names}
            nested -= {"Outcome", "Parts", "SigstoreIdentity"}
            assert nested <= {kind.__name__ for kind in known}, field


@pytest.mark.parametrize(
    ("name", "kind"), [("tierlock.yaml", ProjectFile), ("statements.yaml", Statements)]
)
def test_the_examples_can_be_read(name, kind):
    (text,) = [text for found, text in EXAMPLES if found == name]
    value = parse_record(text.encode(), kind=kind, name=name)
    assert set(kind.model_fields) == value.model_fields_set


def test_everything_in_a_store_is_listed(tmp_path):
    folder = tmp_path / "demo"
    for number, _ in enumerate(play(folder), start=1):
        assert number <= len(STORY)
    store = LocalStore(folder / ".tierlock")
    there = {path.name + "/" * path.is_dir() for path in store.folder.iterdir()}
    listed = set(re.findall(r"^\| `([^`]+)` \|", section("The store"), re.MULTILINE))
    assert there <= listed
    asked_for = {"attempts.jsonl", "hook-errors.jsonl", "outputs.db"}
    assert listed - there <= {"anchors/", "plans.jsonl", "seen.json"} | asked_for
