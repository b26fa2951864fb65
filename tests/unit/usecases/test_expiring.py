"""What lapses next, checked against the gate: nothing is said that the gate does not say."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.acceptance.projects import (
    AT,
    FRAMEWORK,
    example,
    log,
    project,
    tierlock,
)
from tierlock.core import Action, Verdict, determination_id, digest, parse_instant
from tierlock.report import Expiring, Lapse
from tierlock.usecases import Project, ask, expiring, import_logs, ingest, load_project

NOW = parse_instant(AT)
DEPLOY = Action(name="deploy", surface="api", audience="everybody")
MOMENT = timedelta(microseconds=1)
CLAIM = """\
  - criterion: usual-care:policy
    status: met
    owner: {owner}
    claimed_at: {claimed}
    {more}
    evidence: [{{kind: document, says: the policy, by: lab, produced_at: {produced}}}]
"""


def claim(
    *,
    owner: str = "ann",
    claimed: str = "2026-03-05T00:00:00Z",
    produced: str = "2026-03-04T00:00:00Z",
    expires: str = "",
) -> str:
    more = f"expires_at: {expires}" if expires else "says: in place"
    return CLAIM.format(owner=owner, claimed=claimed, produced=produced, more=more)


def statements(*claims: str, as_of: str = "2026-03-09T00:00:00Z", more: str = "") -> str:
    head = f"subject: model-1\ncomplete_as_of: {as_of}\n{more}"
    return head + "claims:\n" + "".join(claims)


def made(folder: Path, *, measured: bool = True, **texts: str) -> Project:
    found = load_project(project(folder, **texts))
    if measured:
        ingest(
            import_logs([log(folder / "logs")]),
            store=found.store,
            framework=found.framework,
            subject=found.subject,
        )
    return found


def by_kind(found: Expiring, kind: str) -> list[Lapse]:
    return [one for one in (*found.lapses, *found.idle) if one.kind == kind]


def test_the_first_end_of_a_permission_is_the_decisions_own(tmp_path: Path) -> None:
    here = made(tmp_path)
    found = expiring(here, at=NOW)
    answer = ask(here, at=NOW, action=DEPLOY)
    assert answer.decision is not None
    assert answer.decision.verdict is Verdict.ALLOW
    assert found.allowed == (DEPLOY,)
    assert min(one.at for one in found.lapses if DEPLOY in one.closes) == answer.decision.expires_at


def test_records_of_every_sort_are_listed_with_owner_clock_and_renewal(tmp_path: Path) -> None:
    here = made(tmp_path, statements=statements(claim(owner="policy-team")))
    found = expiring(here, at=NOW)
    assert [one.kind for one in found.lapses] == [
        "negative records",
        "determination",
        "evidence",
        "claim",
    ]
    assert all(one.closes == (DEPLOY,) and one.renew and one.clock for one in found.lapses)
    (stated,) = by_kind(found, "claim")
    assert stated.at == parse_instant("2027-03-04")
    assert stated.owner == "policy-team"
    assert "P1Y" in stated.clock
    (measured,) = by_kind(found, "evidence")
    assert measured.outcomes == ("bio-3: ruled out -> undetermined",)


def test_what_another_claim_carries_changes_nothing_and_the_last_one_closes(
    tmp_path: Path,
) -> None:
    early = claim(owner="ann", expires="2026-04-01T00:00:00Z")
    late = claim(owner="bob", expires="2026-05-01T00:00:00Z")
    found = expiring(made(tmp_path, statements=statements(early, late)), at=NOW)
    first, second = sorted(by_kind(found, "claim"), key=lambda one: one.at)
    assert first in found.idle
    assert first.changes_nothing
    assert (second.owner, second.closes) == ("bob", (DEPLOY,))


def test_two_that_lapse_together_close_together(tmp_path: Path) -> None:
    end = "2026-04-01T00:00:00Z"
    both = statements(claim(owner="ann", expires=end), claim(owner="bob", expires=end))
    found = expiring(made(tmp_path, statements=both), at=NOW)
    stated = by_kind(found, "claim")
    assert [one.closes for one in stated] == [(DEPLOY,), (DEPLOY,)]
    assert all(len(one.together) == 1 for one in stated)


def test_what_lapsed_and_keeps_the_gate_closed_stays_in_sight(tmp_path: Path) -> None:
    here = made(tmp_path, statements=statements(claim(), as_of="2026-03-01T00:00:00Z"))
    found = expiring(here, at=NOW, within="P1D")
    (lapsed,) = found.pressing
    assert (lapsed.kind, lapsed.when, lapsed.closes) == ("negative records", "lapsed", (DEPLOY,))
    assert found.allowed == ()


def test_a_lapsed_claim_that_was_renewed_is_history(tmp_path: Path) -> None:
    old = claim(owner="ann", expires="2026-03-06T00:00:00Z")
    found = expiring(made(tmp_path, statements=statements(old, claim(owner="bob"))), at=NOW)
    assert [one.owner for one in by_kind(found, "claim")] == ["bob"]


def test_lapsed_evidence_is_reported_with_what_it_undoes(tmp_path: Path) -> None:
    here = made(tmp_path, statements=statements(claim(), as_of="2027-01-01T00:00:00Z"))
    found = expiring(here, at=parse_instant("2027-01-01"), within="P1D")
    (lapsed,) = found.pressing
    assert (lapsed.kind, lapsed.when) == ("evidence", "lapsed")
    assert lapsed.closes == (DEPLOY,)
    assert lapsed.outcomes == ("bio-3: ruled out -> undetermined",)


def test_a_soft_clock_gives_a_condition_first_and_closes_after_its_grace(tmp_path: Path) -> None:
    lab = FRAMEWORK + (
        "  - {id: review, when: {elapsed: P3M}, grace: P1M, expires: [claims]}\n"
        "  - {id: measure, when: {elapsed: P4M}, grace: P1M, expires: [evidence]}\n"
    )
    found = expiring(made(tmp_path, lab=lab), at=NOW)
    soft, hard = by_kind(found, "claim")
    assert (soft.soft, soft.at, soft.closes) == (True, parse_instant("2026-06-05"), ())
    assert [term.code for term in soft.conditions] == ["clock.soft"]
    assert (hard.soft, hard.at, hard.closes) == (False, parse_instant("2026-07-05"), (DEPLOY,))
    soft, hard = by_kind(found, "evidence")
    assert soft.conditions
    assert not soft.closes
    assert hard.closes == (DEPLOY,)
    assert hard.at > soft.at


def test_an_interim_claim_names_who_approved_it(tmp_path: Path) -> None:
    interim = claim(expires="2026-04-01T00:00:00Z").replace(
        "    evidence:",
        "    interim: {argument: for a while, approved_by: [owner]}\n    evidence:",
    )
    (one,) = by_kind(
        expiring(made(tmp_path, statements=statements(interim)), at=NOW), "interim claim"
    )
    assert one.closes == (DEPLOY,)
    assert "owner" in one.renew


SIGNED = FRAMEWORK.replace(
    "deploy: {needs: [deployment, security], per: [surface, audience]}",
    "deploy: {needs: [deployment, security], per: [surface, audience], sign_offs: [owner]}",
)


def approval(determination: str, expires: str) -> str:
    return (
        "approvals:\n  - {role: owner, signer: ann, action: deploy, approved_at: "
        f"2026-03-10T00:00:00Z, expires_at: {expires}, determination: '{determination}'}}\n"
    )


def test_an_approval_closes_when_it_lapses_and_not_with_a_new_determination(
    tmp_path: Path,
) -> None:
    here = made(tmp_path, lab=SIGNED)
    name = determination_id(ask(here, at=NOW, action=None).determination)
    signed = statements(claim(), more=approval(name, "2026-10-01T00:00:00Z"))
    (tmp_path / "statements.yaml").write_text(signed)
    found = expiring(load_project(tmp_path), at=NOW)
    assert found.allowed == (DEPLOY,)
    (one,) = by_kind(found, "approval")
    assert (one.closes, one.owner) == ((DEPLOY,), "owner")
    assert [reason.code for reason in one.because] == ["approval.expired"]


CONTESTED = FRAMEWORK.replace(
    "surfaces: [api]",
    """\
interpretations:
  how-strict:
    says: whether grave subjects need both
    by: [owner]
    readings:
      strict:
        says: both
        combinations: [{says: grave, if_all: [[bio-3]], obliges: [strong-security]}]
      loose: {says: one}
surfaces: [api]""",
).replace("    obliges: [strong-security]\n    crossed_if", "    crossed_if")
ATTESTED = FRAMEWORK.replace(
    """    crossed_if:
      evaluation: bio
      says: it has the knowledge
      rule_out_below: 0.30
      rule_in_above: 0.60
      basis: proposal
      reason: example
""",
    """    crossed_if:
      attested: experts-say-no
      says: experts found it
      by: owner
      max_age: P2M
""",
)


def test_an_attestation_closes_what_its_rule_out_opened(tmp_path: Path) -> None:
    more = (
        "attestations:\n  - {criterion: 'bio-3:experts-say-no', role: owner, signer: ann, "
        "attested_at: 2026-03-08T00:00:00Z}\n"
    )
    here = made(tmp_path, measured=False, lab=ATTESTED, statements=statements(claim(), more=more))
    found = expiring(here, at=NOW)
    assert found.allowed == (DEPLOY,)
    (one,) = by_kind(found, "attestation")
    assert one.at == parse_instant("2026-05-08")
    assert one.closes == (DEPLOY,)
    assert one.outcomes == ("bio-3: ruled out -> undetermined",)
    assert one.owner == "owner"


def test_a_choice_of_reading_opens_the_clause_again_when_it_lapses(tmp_path: Path) -> None:
    here = made(tmp_path, lab=CONTESTED, measured=False)
    choice = (
        "choices:\n  - {interpretation: how-strict, reading: loose, framework: "
        f"'{digest(here.framework)}', signatures: [{{role: owner, signer: ann}}], reasons: so, "
        "chosen_at: 2026-03-08T00:00:00Z, expires_at: 2026-06-01T00:00:00Z}\n"
    )
    (tmp_path / "statements.yaml").write_text(statements(claim(), more=choice))
    found = expiring(load_project(tmp_path), at=NOW)
    assert found.allowed == (DEPLOY,)
    (one,) = by_kind(found, "choice")
    assert one.closes == (DEPLOY,)
    assert "interpretation.open" in {reason.code for reason in one.because}


def test_nothing_is_written(tmp_path: Path) -> None:
    here = made(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    expiring(here, at=NOW)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


days = st.integers(min_value=1, max_value=200)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ends=st.lists(days, min_size=1, max_size=4), produced=st.integers(0, 300))
def test_what_it_says_is_what_the_gate_says(
    tmp_path_factory: pytest.TempPathFactory, ends: list[int], produced: int
) -> None:
    """The gate, asked on the records as they are, ends the permission at the first that closes."""
    claims = [
        claim(
            owner=f"o{number}",
            expires=(NOW + timedelta(days=end)).isoformat(),
            produced=(NOW - timedelta(days=10 + produced)).isoformat(),
        )
        for number, end in enumerate(ends)
    ]
    here = made(
        tmp_path_factory.mktemp("world"),
        statements=statements(*claims, as_of=NOW.isoformat()),
    )
    found = expiring(here, at=NOW)
    answer = ask(here, at=NOW, action=DEPLOY).decision
    assert answer is not None
    assert answer.expires_at == min(one.at for one in found.lapses if DEPLOY in one.closes)
    # Every claim but the last to lapse is carried by another one.
    closing = {one.at for one in found.lapses if one.kind == "claim" and one.closes}
    evidence_end = NOW.replace() - timedelta(days=10 + produced)
    assert len(closing) == 1
    assert max(closing) <= max(NOW + timedelta(days=max(ends)), _year_after(evidence_end))


def _year_after(instant: datetime) -> datetime:
    return instant + timedelta(days=366)


def test_the_command_exits_4_for_what_lapses_within(tmp_path: Path) -> None:
    made(tmp_path)
    quiet = tierlock("expiring", "--project", tmp_path, "--at", AT)
    assert (quiet.code, quiet.err) == (0, "")
    assert "2026-03-16 00:00 UTC (in 6 days)" in quiet.out
    soon = tierlock("expiring", "--project", tmp_path, "--at", AT, "--within", "P7D")
    assert soon.code == 4
    assert "Within P7D" in soon.out
    none = tierlock("expiring", "--project", tmp_path, "--at", AT, "--within", "P5D")
    assert none.code == 0
    found = tierlock(
        "expiring", "--project", tmp_path, "--at", AT, "--within", "P7D", "--format", "json"
    ).json
    assert found["exitCode"] == 4
    assert [one["when"] for one in found["lapses"]] == ["within", "later", "later", "later"]
    bad = tierlock("expiring", "--project", tmp_path, "--within", "soon")
    assert (bad.code, bad.out) == (2, "")


def test_the_example_lists_every_claim_and_says_what_closes_nothing(tmp_path: Path) -> None:
    folder = example(tmp_path / "p")
    here = load_project(folder)
    ingest(
        import_logs([folder / "logs" / "release-1"]),
        store=here.store,
        framework=here.framework,
        subject=here.subject,
    )
    found = expiring(here, at=parse_instant("2026-11-22T12:00:00Z"))
    listed = {one.what for one in (*found.lapses, *found.idle)}
    assert {f"claim {one.criterion}" for one in here.statements.to_claims()} <= listed
    ran = tierlock("expiring", "--project", folder, "--at", "2026-11-22T12:00:00Z")
    assert max(len(line) for line in ran.out.splitlines()) <= 80
