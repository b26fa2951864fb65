"""One claim into a statements file: comments stay, and nothing wrong is written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.acceptance.projects import STATEMENTS, project, tierlock
from tierlock.core import ClaimEvidence, InputError, SafeguardCost, StatedClaim, TrustedUsers
from tierlock.frameworks import parse_record
from tierlock.usecases import Statements, claim, load_project
from tierlock.usecases.claiming import with_claim

AT = datetime(2026, 3, 5, tzinfo=UTC)
NEW = StatedClaim(
    criterion="usual-care:policy",
    status="met",
    says='a "text": with # signs',
    implementation="first\nsecond",
    paths=("api/interactive",),
    cost=SafeguardCost(people_days=2, over_refusal=0.015),
    evidence=(ClaimEvidence(kind="document", says="seen", by="x", produced_at=AT),),
    exceptions=(
        TrustedUsers(users="us", argument="we test", approved_by=("owner",), expires_at=AT),
    ),
    claimed_at=AT,
)
HEAD = "# first\nsubject: m # who\n"
FILES = {
    "none": HEAD,
    "no newline": HEAD.rstrip("\n"),
    "empty": HEAD + "claims: []\nrecords: []\n",
    "empty with comment": HEAD + "claims: [] # nothing yet\n# last\n",
    "as init writes": HEAD + "claims:\n  # one\n  # - criterion: x\n  []\n",
    "block": HEAD + "claims:\n  # why\n  - criterion: a:b\n    status: met\n"
    "    claimed_at: 2026-01-01T00:00:00Z\n"
    "    evidence:\n      - {kind: document, says: x, produced_at: 2026-01-01T00:00:00Z}\n"
    "  # after\nrecords: []\n",
    "no indent": HEAD
    + "claims:\n- criterion: a:b\n  status: met\n  claimed_at: 2026-01-01T00:00:00Z\n# end\n",
    "long text": HEAD
    + "claims:\n  - criterion: a:b\n    status: met\n    claimed_at: 2026-01-01T00:00:00Z\n"
    "    says: >-\n      one\n      two\n\nrecords: []\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_only_the_claim_is_added(text: str, newline: str) -> None:
    text = text.replace("\n", newline)
    new, entry = with_claim(text, stated=NEW, name="f")
    before = parse_record(text.encode(), kind=Statements, name="f")
    after = parse_record(new.encode(), kind=Statements, name="f")
    assert after.claims == (*before.claims, NEW)
    assert after.model_copy(update={"claims": ()}) == before.model_copy(update={"claims": ()})
    assert entry in new
    kept = [line for line in text.splitlines() if line.strip() not in ("[]", "claims: []")]
    left = iter(new.splitlines())
    assert all(line in left for line in kept if "nothing yet" not in line), (
        "a line went away or moved"
    )
    assert (newline == "\r\n") == ("\r\n" in new)


def test_a_list_in_one_line_is_not_torn_apart() -> None:
    text = HEAD + "claims: [{criterion: a:b, status: met, claimed_at: 2026-01-01T00:00:00Z}]\n"
    with pytest.raises(InputError, match="line by line") as caught:
        with_claim(text, stated=NEW, name="f")
    assert "criterion: usual-care:policy" in (caught.value.hint or "")


@given(
    says=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp"))),
    owner=st.sampled_from(["yes", "1", "null", "2026-01-01", "- a", "a: b", "'", "~", "*x", "&x"]),
)
def test_whatever_is_said_is_read_back_or_refused(says: str, owner: str) -> None:
    stated = NEW.model_copy(update={"says": says, "owner": owner})
    try:
        new, _ = with_claim(FILES["block"], stated=stated, name="f")
    except InputError:
        return
    assert parse_record(new.encode(), kind=Statements, name="f").claims[-1] == stated


def options(**changes: str) -> list[str]:
    given = {"criterion": "usual-care:policy", "owner": "lab", "evidence": "document:seen",
             "by": "lab", "produced-at": "2026-03-04", "at": "2026-03-05", **changes}  # fmt: skip
    return [text for key, value in given.items() for text in (f"--{key}", value) if value]


def run(folder: Path, *args: str, status: str = "--met") -> tuple[int, str, str]:
    return tierlock("safeguards", "claim", status, "--project", folder, *args)


def test_it_is_written_once_and_counts(tmp_path: Path) -> None:
    folder = project(tmp_path, statements="subject: model-1\n")
    assert run(folder, *options(), "--dry-run")[0] == 0
    assert (folder / "statements.yaml").read_text() == "subject: model-1\n"
    code, out, err = run(folder, *options(cost="people_days=1.5,latency_ms=3"))
    assert (code, err) == (0, f"wrote {folder / 'statements.yaml'}\n")
    assert "people_days: 1.5" in out
    (stated,) = load_project(folder).statements.claims
    assert stated.cost == SafeguardCost(people_days=1.5, latency_ms=3)
    assert [path.name for path in folder.iterdir() if path.name.startswith(".statements")] == []


def test_a_claim_beside_one_that_says_unmet_is_told(tmp_path: Path) -> None:
    folder = project(tmp_path, statements=STATEMENTS.replace("status: met", "status: unmet"))
    assert "denies until" in run(folder, *options())[2]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"criterion": "usual-care:polcy"}, "did you mean `usual-care:policy`"),
        ({"paths": "api/other"}, "no traffic path `api/other`"),
        ({"audiences": "staff"}, "one of: everybody"),
        ({"environments": "own"}, "none is declared"),
        ({"evidence": "paper:x"}, "not KIND:WHAT"),
        ({"evidence": "document:"}, "not KIND:WHAT"),
        ({"evidence": "measured:x"}, "accepts document"),
        ({"evidence": ""}, "no evidence"),
        ({"produced-at": ""}, "--produced-at"),
        ({"produced-at": "2026-03-04T00:00"}, "no time zone"),
        ({"criterion": "strong-security:audit", "evidence": "audit:x"}, "an outside party"),
        ({"cost": "days=3"}, "no cost `days`"),
        ({"cost": "usd=much"}, "no number"),
        ({"cost": "usd=nan"}, "finite number"),
        ({"cost": "over_refusal=2"}, "less than or equal to 1"),
        ({"interim": "as good", "approved-by": "owner"}, "expires_at"),
        ({"interim": "as good", "expires": "2026-05-01"}, "--approved-by"),
        ({"interim": "a", "expires": "2026-05-01", "approved-by": "king"}, "no role `king`"),
        ({"except": "us", "because": "we test"}, "--except-until"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    folder = project(tmp_path)
    before = (folder / "statements.yaml").read_bytes()
    code, out, err = run(folder, *options(**changes))
    assert (code, out) == (2, "")
    assert err.startswith("error[input.")
    assert says in err
    assert (folder / "statements.yaml").read_bytes() == before


def test_a_claim_says_met_pending_or_unmet(tmp_path: Path) -> None:
    folder = project(tmp_path)
    ran = tierlock("safeguards", "claim", "--project", folder, *options())
    assert (ran.code, ran.out) == (2, "")
    assert "--met, --pending or --unmet" in ran.err


def test_a_project_without_statements_is_refused(tmp_path: Path) -> None:
    folder = project(tmp_path)
    path = folder / "tierlock.yaml"
    path.write_text(path.read_text().replace("statements: statements.yaml\n", ""))
    with pytest.raises(InputError, match="names no statements file"):
        claim(load_project(folder), stated=NEW, folder=folder)
