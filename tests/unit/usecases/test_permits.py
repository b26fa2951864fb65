"""Permits of a small project: issued on ALLOW, in the ledger first, closed when the gate closes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.projects import AT, STATEMENTS, assess, log, project
from tierlock.attest import (
    Envelope,
    EnvelopeSignature,
    Signer,
    Trust,
    TrustedKey,
    new_key,
    open_signer,
    parse_envelope,
)
from tierlock.core import Action, Decision, InputError, IntegrityError, digest, parse_instant
from tierlock.ledger import Draft
from tierlock.permit import Permit, PermitRefused, check, parse_permit, read_keys, write_keys
from tierlock.usecases import (
    PERMIT_ENTRY,
    Project,
    grant,
    issue_permit,
    issue_status,
    load_permit_keys,
    load_project,
    permits_in,
    project_ledger,
    read_log,
    records_in,
    revocations_in,
    revoke_permit,
    trusted_keys,
)

NOW = parse_instant(AT)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DEPLOY = Action(name="deploy", surface="api", audience="everybody")
WEIGHTS = "sha256:" + "a" * 64
INCIDENT = """\
records:
  - {kind: incident, concerns: deployment, says: it leaked, happened_at: 2026-03-10T00:10:00Z}
"""


def small(
    folder: Path, *, parts: str = f'{{weights: "{WEIGHTS}"}}', statements: str = ""
) -> Project:
    """Return an assessed project whose gate allows to deploy."""
    text = (
        "framework: lab.yaml\nsubject:\n  name: model-1\n  known_as: [lab/model-1]\n"
        f"  parts: {parts}\n  surfaces:\n    api: {{paths: [interactive]}}\n"
        "statements: statements.yaml\n"
    )
    project(folder, tierlock=text, statements=statements or STATEMENTS)
    assert assess(folder, log(folder)).code == 0
    return load_project(folder)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    new_key(tmp_path / "machine", passphrase=None)
    return open_signer(str(tmp_path / "machine"))


@pytest.fixture
def known(tmp_path: Path) -> Project:
    return small(tmp_path / "p")


def issued(known: Project, signer: Signer, *, at: datetime = NOW, life: timedelta = DAY) -> Permit:
    permit = issue_permit(known, action=DEPLOY, signer=signer, at=at, life=life).permit
    assert permit is not None
    return permit


def restated(known: Project, **texts: str) -> Project:
    project(known.root, **{"tierlock": (known.root / "tierlock.yaml").read_text(), **texts})
    return load_project(known.root)


def test_a_permit_is_what_the_gate_allowed(known: Project, signer: Signer, tmp_path: Path) -> None:
    found = issue_permit(known, action=DEPLOY, signer=signer, at=NOW)
    permit, decision = found.permit, found.answer.decision
    assert permit is not None
    assert decision is not None
    assert (permit.decision, dict(permit.parts)) == (digest(decision), {"weights": WEIGHTS})
    assert permit.expires_at == NOW + DAY
    status = issue_status(known, signer=signer, at=NOW)
    assert status.status.expires_at == NOW + HOUR
    keys = load_permit_keys(tmp_path / "machine.pub", at=NOW)
    again = check(
        found.token,
        keys=keys,
        action="deploy",
        surface="api",
        audience="everybody",
        digests={"weights": WEIGHTS},
        status=status.signed,
        at=NOW + MINUTE,
    )
    assert again == permit


def test_permit_and_decision_are_in_the_ledger(known: Project, signer: Signer) -> None:
    found = issue_permit(known, action=DEPLOY, signer=signer, at=NOW)
    assert found.permit is not None
    with project_ledger(known) as ledger:
        (entry,) = ledger.entries_of(PERMIT_ENTRY)
        assert entry.payload == found.token
        decisions = [row for _, row in records_in(ledger, kinds=["decision"])]
        assert found.permit.decision in {digest(row) for row in decisions}
        assert all(isinstance(row, Decision) for row in decisions)
        head = ledger.head(NOW, size=found.permit.head.size)
        assert head.root.hex() == found.permit.head.root
        assert list(permits_in(ledger, size=ledger.size())) == [found.permit]
        assert list(permits_in(ledger, size=entry.index)) == []
        says = [line.says for line in read_log(ledger) if line.kind == "permit"]
        assert found.permit.id in says[0]


def test_it_never_outlasts_the_decision(known: Project, signer: Signer) -> None:
    end = issue_permit(known, action=DEPLOY, signer=signer, at=NOW).answer.decision
    assert end is not None
    assert issued(known, signer, life=31 * DAY).expires_at == end.expires_at
    assert end.expires_at is not None
    late = end.expires_at - timedelta(milliseconds=500)
    assert issued(known, signer, at=late).expires_at == end.expires_at


def test_a_permission_that_ends_within_the_second_is_not_worth_a_permit(
    known: Project, signer: Signer
) -> None:
    answer = issue_permit(known, action=DEPLOY, signer=signer, at=NOW).answer
    assert answer.decision is not None
    for soon in (1, 999_999):
        ends = NOW + timedelta(microseconds=soon)
        with project_ledger(known) as ledger, pytest.raises(PermitRefused) as caught:
            grant(
                answer.decision.model_copy(update={"expires_at": ends}),
                determination=answer.determination,
                subject=known.subject,
                head=ledger.head(NOW),
                at=NOW,
            )
        assert caught.value.code == "permit.expired"


@pytest.mark.parametrize("life", [timedelta(0), -DAY])
def test_a_life_of_nothing_is_refused(known: Project, signer: Signer, life: timedelta) -> None:
    with pytest.raises(PermitRefused) as caught:
        issued(known, signer, life=life)
    assert caught.value.code == "permit.expired"


def test_no_permit_without_allow(tmp_path: Path, signer: Signer) -> None:
    known = small(tmp_path / "p", statements=STATEMENTS.replace("met\n", "pending\n"))
    found = issue_permit(known, action=DEPLOY, signer=signer, at=NOW)
    assert (found.permit, found.token) == (None, b"")
    assert found.answer.decision is not None
    assert found.answer.decision.verdict == "HOLD"
    with project_ledger(known) as ledger:
        assert not list(ledger.entries_of(PERMIT_ENTRY))


def test_no_permit_for_a_model_that_is_known_by_name_only(tmp_path: Path, signer: Signer) -> None:
    known = small(tmp_path / "p", parts="{}")
    with pytest.raises(InputError) as caught:
        issued(known, signer)
    assert caught.value.code == "subject.unusable"
    with project_ledger(known) as ledger:
        assert not list(ledger.entries_of(PERMIT_ENTRY))


def test_every_part_that_has_a_digest_is_named(tmp_path: Path, signer: Signer) -> None:
    guard = "sha256:" + "b" * 64
    known = small(tmp_path / "p", parts=f'{{weights: "{WEIGHTS}", safeguards: "{guard}"}}')
    assert dict(issued(known, signer).parts) == {"weights": WEIGHTS, "safeguards": guard}


def test_a_revoked_permit_is_named_by_every_status_after_it(known: Project, signer: Signer) -> None:
    first, second = issued(known, signer), issued(known, signer, life=2 * DAY)
    before = issue_status(known, signer=signer, at=NOW).status
    assert not before.revoked
    assert before.standing == {first.id, second.id}
    revoke_permit(known, permit=first.id, reason="moved", at=NOW)
    after = issue_status(known, signer=signer, at=NOW).status
    assert after.revoked == {first.id}
    assert after.standing == {second.id}
    assert after.head.size == before.head.size + 1
    assert issue_status(known, signer=signer, at=NOW + DAY).status.revoked == {first.id}
    assert not issue_status(known, signer=signer, at=NOW + 3 * DAY).status.revoked
    revoke_permit(known, subject=WEIGHTS, reason="stolen", at=NOW + HOUR)
    assert issue_status(known, signer=signer, at=NOW + HOUR).status.revoked_subjects == {WEIGHTS}
    with project_ledger(known) as ledger:
        reasons = [one.reason for one in revocations_in(ledger, size=ledger.size())]
        assert reasons == ["moved", "stolen"]
        said = [line.says for line in read_log(ledger) if line.kind == "revocation"]
    assert said == [f"{first.id}: moved", f"{WEIGHTS}: stolen"]
    assert second.id not in after.revoked


def test_only_a_permit_that_was_issued_is_revoked(known: Project, signer: Signer) -> None:
    issued(known, signer)
    with pytest.raises(InputError) as caught:
        revoke_permit(known, permit=WEIGHTS, reason="typing error", at=NOW)
    assert caught.value.code == "input.not-found"


def test_an_incident_closes_what_was_permitted_before_it(known: Project, signer: Signer) -> None:
    permit = issued(known, signer)
    assert not issue_status(known, signer=signer, at=NOW + MINUTE).status.closed
    incident = restated(known, statements=STATEMENTS + INCIDENT)
    status = issue_status(incident, signer=signer, at=NOW + 20 * MINUTE).status
    assert status.closed == {permit.id}
    assert not status.revoked | status.standing


def test_a_claim_that_is_withdrawn_closes_too(known: Project, signer: Signer) -> None:
    permit = issued(known, signer)
    without = restated(known, statements=STATEMENTS.partition("claims:")[0])
    assert issue_status(without, signer=signer, at=NOW + MINUTE).status.closed == {permit.id}


def test_another_framework_closes_too(known: Project, signer: Signer) -> None:
    permit = issued(known, signer)
    rules = (known.root / "lab.yaml").read_text()
    other = restated(known, lab=rules.replace("Small framework", "Smaller framework"))
    assert issue_status(other, signer=signer, at=NOW + MINUTE).status.closed == {permit.id}


def test_the_gate_says_nothing_about_another_model(known: Project, signer: Signer) -> None:
    issued(known, signer)
    text = (known.root / "tierlock.yaml").read_text().replace("a" * 64, "c" * 64)
    other = restated(
        known,
        tierlock=text.replace("model-1\n", "model-2\n").replace("[lab/model-1]", "[]"),
        statements=(STATEMENTS + INCIDENT).replace("model-1\n", "model-2\n"),
    )
    assert not issue_status(other, signer=signer, at=NOW + 20 * MINUTE).status.closed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: model-1\n", "name: model-2\n"),
        ("a" * 64, "c" * 64),
        ('"}\n  surfaces', f'", elicitation: "{WEIGHTS}"}}\n  surfaces'),
    ],
)
def test_no_change_of_the_project_file_takes_a_permit_out_of_sight(
    known: Project, signer: Signer, old: str, new: str
) -> None:
    """Else whoever renames the subject, or one of its parts, keeps what the gate has closed."""
    permit = issued(known, signer)
    text = (known.root / "tierlock.yaml").read_text()
    assert old in text
    statements = STATEMENTS + INCIDENT
    if "name" in old:
        statements = statements.replace("model-1\n", "model-2\n")
    changed = restated(known, tierlock=text.replace(old, new), statements=statements)
    status = issue_status(changed, signer=signer, at=NOW + 20 * MINUTE).status
    assert status.closed == {permit.id}


def test_a_permit_for_parts_that_were_replaced_stands_while_the_gate_allows_them(
    known: Project, signer: Signer
) -> None:
    permit = issued(known, signer)
    text = (known.root / "tierlock.yaml").read_text()
    newer = restated(
        known, tierlock=text.replace('"}\n  surfaces', f'", safeguards: "{WEIGHTS}"}}\n  surfaces')
    )
    assert issue_status(newer, signer=signer, at=NOW + MINUTE).status.standing == {permit.id}


def test_a_status_without_a_ledger_is_an_error(tmp_path: Path, signer: Signer) -> None:
    project(tmp_path / "p")
    with pytest.raises(InputError) as caught:
        issue_status(load_project(tmp_path / "p"), signer=signer, at=NOW)
    assert caught.value.code == "input.not-found"


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=8)])
def test_a_status_lasts_neither_nothing_nor_long(
    known: Project, signer: Signer, life: timedelta
) -> None:
    with pytest.raises(PermitRefused) as caught:
        issue_status(known, signer=signer, at=NOW, life=life)
    assert caught.value.code in {"permit.form", "permit.life"}


@pytest.mark.parametrize("kind", ["permit", "revocation"])
def test_an_entry_that_is_not_what_it_says_stops_the_status(
    known: Project, signer: Signer, kind: str
) -> None:
    media = f"application/vnd.tierlock.{kind}+json"
    with project_ledger(known) as ledger:
        ledger.append([Draft(media_type=media, payload=b"{}", logged_at=NOW)])
        assert [line for line in read_log(ledger) if "is not what its media type says" in line.says]
    with pytest.raises(IntegrityError) as caught:
        issue_status(known, signer=signer, at=NOW)
    assert caught.value.code == "ledger.damaged"


def trust(public: str, **changed: object) -> Trust:
    known = {
        "person": "gate",
        "roles": ("permit-issuer", "permit-status"),
        "public_key": public,
        "valid_from": NOW - DAY,
    }
    key = TrustedKey.model_validate({**known, **changed})
    return Trust(keys={key.key.key_id: key})


def test_the_trust_file_says_which_keys_sign_permits(
    known: Project, signer: Signer, tmp_path: Path
) -> None:
    public = (tmp_path / "machine.pub").read_text()
    keys = trusted_keys(trust(public), at=NOW)
    assert [key.key_id for key in keys] == [signer.key_id]
    assert list(read_keys(write_keys(keys).encode())) == list(keys)
    trusting = known._replace(trust=trust(public))
    assert issued(trusting, signer).parts
    assert issue_status(trusting, signer=signer, at=NOW).signed
    for changed in (
        {"roles": ("gate",)},
        {"revoked_at": NOW + 9 * DAY},
        {"valid_until": NOW},
        {"valid_from": NOW + MINUTE},
    ):
        with pytest.raises(PermitRefused) as caught:
            issued(known._replace(trust=trust(public, **changed)), signer)
        assert caught.value.code == "permit.key"
    teller = known._replace(trust=trust(public, roles=("permit-status",)))
    with pytest.raises(PermitRefused):
        issued(teller, signer)
    assert issue_status(teller, signer=signer, at=NOW).signed


def test_an_identity_that_is_checked_online_signs_no_permit(known: Project) -> None:
    class Online:
        key_id = WEIGHTS

        def sign(self, data: bytes) -> EnvelopeSignature:
            return EnvelopeSignature(sig=data[:3], keyid=self.key_id, extension={"kind": "x"})

    with pytest.raises(InputError) as caught:
        issued(known, Online())
    assert caught.value.code == "key.signer"


def test_a_ledger_that_can_not_be_written_gives_no_token(
    known: Project, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tierlock.ledger import Ledger
    from tierlock.usecases import permits

    opened = project_ledger

    def full(project: Project) -> Ledger:
        ledger = opened(project)

        def refuse(*_: object, **__: object) -> None:
            raise InputError("ledger.unavailable", "the disk is full")

        monkeypatch.setattr(ledger, "append", refuse)
        return ledger

    monkeypatch.setattr(permits, "project_ledger", full)
    with pytest.raises(InputError, match="the disk is full"):
        issue_permit(known, action=DEPLOY, signer=signer, at=NOW)


def test_what_is_signed_is_a_statement_about_the_weights(known: Project, signer: Signer) -> None:
    found = issue_permit(known, action=DEPLOY, signer=signer, at=NOW)
    envelope = parse_envelope(found.token)
    assert isinstance(envelope, Envelope)
    assert parse_permit(envelope.payload) == found.permit
