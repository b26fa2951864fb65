"""The story of a release that two people sign, and of everybody who tries to open it otherwise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.projects import assess, gate, log, tierlock
from tests.acceptance.signed import (
    LATER,
    RULES,
    SIGNED_AT,
    both_sign,
    changed,
    code_of,
    codes,
    entry,
    envelope,
    listed,
    put,
    sign,
    signed_project,
    states,
    store_of,
    trust,
)
from tierlock.core import Approval, Negative, determination_id, parse_instant
from tierlock.usecases import keeping


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return signed_project(tmp_path / "p")


def approval(folder: Path, **fields: object) -> Approval:
    said = {
        "role": "owner",
        "signer": "Bob",
        "action": "deploy",
        "determination": gate(folder).json["determinationDigest"],
        "approved_at": parse_instant(SIGNED_AT),
        **fields,
    }
    return Approval.model_validate(said)


def test_the_gate_opens_once_both_have_signed_and_stays_open_the_next_day(here: Path):
    assert codes(gate(here)) == ["approval.missing", "approval.missing"]
    assert sign(here, by="ann").code == 0
    assert codes(gate(here, at=LATER)) == ["approval.missing"]
    assert sign(here, by="bob").code == 0
    first, later = gate(here, at=SIGNED_AT), gate(here, at=LATER)
    assert (first.code, later.code) == (0, 0)
    assert first.json["determinationDigest"] == later.json["determinationDigest"]
    assert states(here) == [("Ann", "counts", None), ("Bob", "counts", None)]


def test_what_is_signed_is_shown_before_it_is_signed(here: Path):
    ran = sign(here, by="ann")
    for words in (
        "May model-1 be deployed to api/everybody?", "Not known", "Your signature asserts",
        "It does not say that model-1 is safe.", "Ann, as safety, approves", "binds", "Dissent",
    ):  # fmt: skip
        assert words in ran.err
    assert ran.out.strip() == listed(here)[0]["statement"]


def test_the_comment_on_a_pull_request_has_the_command_that_signs_what_it_says(here: Path):
    ran = tierlock("gate", "--project", here, "--at", LATER, "--format", "markdown")
    name = gate(here, at=LATER).json["determinationDigest"][:19]
    assert (
        "`tierlock sign --action deploy --surface api --audience everybody --as owner "
        f"--expect {name} --key KEY`"
    ) in ran.out
    assert sign(here, "--as", "owner", "--expect", name, by="bob").code == 0


def test_a_file_that_is_there_is_not_overwritten_and_nothing_is_signed(here: Path):
    ran = sign(here, "--out", here / "lab.yaml", by="ann")
    assert (ran.code, code_of(ran)) == (2, "input.exists")
    assert not listed(here)


def test_nobody_signs_without_confirming(here: Path):
    ran = tierlock("sign", "--key", here / "ann.key", "--project", here, "--at", SIGNED_AT)
    assert (ran.code, code_of(ran)) == (2, "sign.refused")
    assert not listed(here)


def test_an_approval_is_not_replayed_for_another_determination(here: Path):
    """Acceptance (j): an approval that is reused for a different digest is refused."""
    both_sign(here)
    assert gate(here, at=LATER).code == 0
    more = log(here / "logs", "more.eval", "0" * 60, run_id="run-2", eval_id="eval-2")
    assert assess(here, more, at=LATER).code == 0
    ran = gate(here, at=LATER)
    assert (ran.code, codes(ran)) == (10, ["approval.other-digest"] * 2)
    assert {state for _, state, _ in states(here)} == {"other"}


def test_an_approval_of_one_audience_is_none_of_another(here: Path):
    both_sign(here)
    ran = tierlock(
        "gate", "--project", here, "--at", LATER, "--audience", "staff", "--format", "json"
    )
    assert (ran.code, codes(ran)) == (10, ["approval.missing"] * 2)


def test_whoever_expects_another_determination_does_not_sign(here: Path):
    read = gate(here).json["determinationDigest"]
    assert sign(here, "--expect", read[:24], by="ann").code == 0
    more = log(here / "logs", "more.eval", "0" * 60, run_id="run-2", eval_id="eval-2")
    assess(here, more, at=SIGNED_AT)
    ran = sign(here, "--expect", read, by="bob")
    assert (ran.code, code_of(ran)) == (3, "sign.expect")
    assert [one["person"] for one in listed(here)] == ["Ann"]


def test_a_revoked_key_supports_nothing_that_it_ever_signed(here: Path):
    both_sign(here)
    text, name = (here / "trust.yaml").read_text(), '    person: "Ann"'
    revoked = f"{name}\n    revoked_at: 2026-03-10T12:00:00Z"
    (here / "trust.yaml").write_text(text.replace(name, revoked))
    ran = gate(here, at=LATER)
    assert (ran.code, codes(ran)) == (10, ["approval.missing"])
    assert "1 signed statement(s) do not count: the key of `Ann` is revoked" in ran.err
    assert states(here)[0] == ("Ann", "refused", "attest.revoked")
    assert code_of(sign(here, by="ann", at=LATER)) == "sign.trust"


def test_an_approval_ends_when_it_says(here: Path):
    sign(here, by="ann")
    sign(here, "--expires", "2026-03-10T12:00:00Z", by="bob")
    assert gate(here, at="2026-03-10T11:59:59Z").code == 0
    ran = gate(here, at="2026-03-10T12:00:00Z")
    assert (ran.code, codes(ran)) == (10, ["approval.expired"])
    assert states(here)[1] == ("Bob", "lapsed", "approval.expired")
    assert code_of(sign(here, "--expires", "2026-01-01", by="bob")) == "input.future"


def test_one_person_does_not_hold_two_roles_that_are_apart(here: Path):
    both = entry(here, name="ann", person="Ann", role="safety").replace(
        'roles: ["safety"]', 'roles: ["safety", "owner"]'
    )
    (here / "trust.yaml").write_text(f"keys:\n{both}\n")
    assert sign(here, "--as", "safety", by="ann").code == 0
    ran = sign(here, "--as", "owner", by="ann")
    assert (ran.code, code_of(ran)) == (2, "sign.apart")
    put(here, envelope(here, approval(here, signer="Ann"), by="ann", role="owner"))
    ran = gate(here, at=LATER)
    assert (ran.code, codes(ran)) == (10, ["approval.not-independent"])


def test_two_keys_and_two_spellings_are_one_person(here: Path):
    trust(here, ann=("Ann Example", "safety"), bob=("ANN  example", "owner"))
    assert sign(here, by="ann").code == 0
    assert code_of(sign(here, by="bob")) == "sign.apart"
    put(here, envelope(here, approval(here, signer="ANN  example"), by="bob", role="owner"))
    assert codes(gate(here, at=LATER)) == ["approval.not-independent"]


def test_roles_that_the_trust_file_keeps_apart_are_apart(here: Path):
    free = RULES.replace(", independent_of: [owner]", "")
    folder = signed_project(here.parent / "free", rules=free)
    trust(folder, "apart: [[safety, owner]]", ann=("Ann", "safety"), bob=("ann", "owner"))
    assert sign(folder, by="ann").code == 0
    assert code_of(sign(folder, by="bob")) == "sign.apart"
    put(folder, envelope(folder, approval(folder, signer="ann"), by="bob", role="owner"))
    assert codes(gate(folder, at=LATER)) == ["approval.missing"]
    assert [code for _, _, code in states(folder)] == [None, "signed.apart"]


@pytest.mark.parametrize(
    ("by", "record", "code"),
    [
        ("eve", {}, "attest.key"),
        ("ann", {}, "attest.role"),
        ("bob", {"signer": "Ann"}, "attest.signer"),
    ],
)
def test_a_forged_approval_supports_nothing_and_is_listed(
    here: Path, by: str, record: dict[str, object], code: str
):
    sign(here, by="ann")
    put(here, envelope(here, approval(here, **record), by=by, role="owner"))
    ran = gate(here, at=LATER)
    assert (ran.code, codes(ran)) == (10, ["approval.missing"])
    assert states(here)[1][1:] == ("refused", code)


def test_a_changed_payload_supports_nothing(here: Path):
    both_sign(here)
    ann, bob = store_of(here).signed()
    assert gate(here, at=LATER).code == 0
    more = log(here / "logs", "more.eval", "0" * 60, run_id="run-2", eval_id="eval-2")
    assess(here, more, at=LATER)
    ran = gate(here, at=LATER)
    old = ran.json["decision"]["determination"].removeprefix("sha256:").encode()
    stale = determination_id(store_of(here).determinations()[0]).removeprefix("sha256:").encode()
    for data in (ann, bob):
        put(here, changed(data, old=stale, new=old))
    ran = gate(here, at=LATER)
    assert (ran.code, codes(ran)) == (10, ["approval.other-digest"] * 2)
    assert [code for _, _, code in states(here)][2:] == ["attest.signature"] * 2


def test_what_is_only_written_down_does_not_open(here: Path):
    sign(here, by="ann")
    digest = gate(here, at=SIGNED_AT).json["determinationDigest"]
    with (here / "statements.yaml").open("a") as file:
        file.write(
            "approvals:\n  - {role: owner, signer: Bob, action: deploy, "
            f"determination: '{digest}', approved_at: {SIGNED_AT}}}\n"
        )
    ran = gate(here, at=LATER)
    assert (ran.code, codes(ran)) == (10, ["approval.unsigned"])


def test_without_a_trust_file_no_signature_counts_and_it_is_said(here: Path):
    both_sign(here)
    file = here / "tierlock.yaml"
    file.write_text(file.read_text().replace("trust: trust.yaml\n", ""))
    ran = gate(here, at=LATER)
    assert (ran.code, codes(ran)) == (10, ["approval.missing"] * 2)
    assert "2 signed statement(s) do not count" in ran.err
    assert "`trust: trust.yaml`" in ran.err
    assert code_of(sign(here, by="ann")) == "sign.trust"


def test_a_trust_file_about_another_framework_is_an_integrity_failure(here: Path):
    other = "sha256:" + "0" * 64
    trust(here, f"frameworks: {{lab/small-1: '{other}'}}")
    ran = gate(here, at=LATER)
    assert (ran.code, code_of(ran)) == (3, "attest.framework")
    trust(here, "subject: {name: model-2}")
    ran = gate(here, at=LATER)
    assert (ran.code, code_of(ran)) == (3, "attest.subject")


# -- dissent -----------------------------------------------------------------------------------


def test_dissent_closes_whoever_signed_it_and_ends_only_on_the_record(here: Path):
    both_sign(here)
    ran = sign(here, "--says", "too weak", "--as", "staff", by="eve", command="dissent")
    assert ran.code == 0, ran.err
    closed = gate(here, at=LATER)
    assert (closed.code, codes(closed)) == (10, ["dissent.open"])
    name = ran.out.strip()
    args = ("--resolve", name, "--says", "measured again")
    assert code_of(sign(here, *args, by="eve", command="dissent", at=LATER)) == "sign.trust"
    with (here / "statements.yaml").open("a") as file:
        file.write(
            f"records:\n  - {{kind: dissent, says: too weak, happened_at: {SIGNED_AT}, "
            f"resolved_at: {SIGNED_AT}}}\n"
        )
    assert codes(gate(here, at=LATER)) == ["dissent.open"]
    assert sign(here, *args, by="ann", command="dissent", at=LATER).code == 0
    assert gate(here, at=LATER).code == 0
    assert [state for _, state, _ in states(here)][2:] == ["resolved", "counts"]


def test_a_resolution_that_nobody_trusted_signed_resolves_nothing(here: Path):
    both_sign(here)
    happened = parse_instant(SIGNED_AT)
    open_ = Negative(kind="dissent", subject="model-1", says="no", happened_at=happened)
    ended = open_.model_copy(update={"resolved_at": happened})
    sign(here, "--says", "no", by="ann", command="dissent")
    put(here, envelope(here, ended, by="eve", role="safety"))
    assert codes(gate(here, at=LATER)) == ["dissent.open"]


def test_a_dissent_dated_far_ahead_by_nobody_closes_and_does_not_break(here: Path):
    both_sign(here)
    ahead = "2031-01-01T00:00:00Z"
    record = Negative(
        kind="dissent", subject="model-1", says="no", happened_at=parse_instant(ahead)
    )
    put(here, envelope(here, record, by="eve", role="safety", at=ahead))
    assert codes(gate(here, at=LATER)) == ["dissent.open"]


# -- rulings and exceptions -----------------------------------------------------------------------


def test_a_ruling_counts_once_each_role_signed_the_same_words(tmp_path: Path):
    folder = signed_project(tmp_path / "p")
    more = log(
        folder / "logs", "open.eval", "1" * 30 + "0" * 30, run_id="run-2", eval_id="eval-2",
        prefix="other",
    )  # fmt: skip
    assert assess(folder, more).code == 0
    both_sign(folder)
    closed = gate(folder, at=LATER)
    assert "claim.missing" in codes(closed)
    ran = sign(
        folder, "--outcome", "bio-3=ruled_out", "--reasons", "experts looked", by="ann",
        command="ruling",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "bio-3: computed undetermined, ruled ruled out" in ran.err
    assert codes(gate(folder, at=LATER)) == codes(closed)
    again = sign(folder, "--cosign", ran.out.strip(), by="ann", command="ruling")
    assert again.code == 0  # the same role signs again: nothing is gained
    assert gate(folder, at=LATER).code == 10
    assert sign(folder, "--cosign", ran.out.strip(), by="bob", command="ruling").code == 0
    assert gate(folder, at=LATER).code == 0


def test_an_exception_waits_for_all_its_roles_and_is_shown_for_ever(here: Path):
    both_sign(here)
    args = (
        "usual-care:policy", "--users", "red team", "--because", "they must see it all",
        "--until", "2026-03-12", "--approved-by", "owner,safety",
    )  # fmt: skip
    ran = sign(here, *args, by="ann", command="except")
    assert ran.code == 0, ran.err
    assert states(here)[2][1:] == ("refused", "signed.waits")
    assert sign(here, "--cosign", ran.out.strip(), by="bob", command="except").code == 0
    assert [state for _, state, _ in states(here)] == ["counts"] * 4
    assert {state for _, state, _ in states(here, at="2026-03-13T00:00:00Z")[2:]} == {"lapsed"}
    for flag in ("--because", "--until", "--approved-by"):
        place = args.index(flag)
        fewer = (*args[:place], *args[place + 2 :])
        assert code_of(sign(here, *fewer, by="ann", command="except")) == "input.type"


# -- what can happen to the files ----------------------------------------------------------------


def test_a_removed_signature_is_missed_and_can_be_put_back(here: Path):
    both_sign(here)
    path = here / ".tierlock" / "signed.jsonl"
    whole = path.read_bytes()
    for left in (whole.splitlines(keepends=True)[0], b""):
        path.write_bytes(left)
        for ran in (gate(here, at=LATER), sign(here, by="ann", at=LATER)):
            assert (ran.code, code_of(ran)) == (3, "integrity.signed")
    path.unlink()
    assert gate(here, at=LATER).code == 3
    ran = tierlock("signatures", "--restore", "--project", here, "--at", LATER)
    assert ran.code == 0, ran.err
    assert path.read_bytes() == whole
    assert gate(here, at=LATER).code == 0


def test_a_ledger_that_lost_a_signature_is_not_continued(here: Path):
    both_sign(here)
    (here / ".tierlock" / "ledger.db").unlink()
    again = assess(here, here / "logs", at=LATER)
    for ran in (gate(here, at=LATER), again, sign(here, by="ann", at=LATER)):
        assert (ran.code, code_of(ran)) == (3, "integrity.signed")
    assert not (here / ".tierlock" / "ledger.db").exists()


def test_a_process_that_is_killed_between_store_and_ledger_loses_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch
):
    sign(here, by="ann")

    def killed(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "log_signed", killed)
        assert sign(here, by="bob").code == 130
    assert [one["ledgerEntry"] is None for one in listed(here)] == [False, True]
    assert gate(here, at=LATER).code == 0
    assert [one["ledgerEntry"] is None for one in listed(here)] == [False, False]


def test_people_who_sign_at_once_all_have_signed(here: Path):
    command = "from tierlock.cli import main; main()"
    started = [
        subprocess.Popen(
            [
                sys.executable, "-c", command, "sign", "--key", str(here / f"{name}.key"), "--yes",
                "--project", str(here), "--at", SIGNED_AT,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in ("ann", "bob")
    ]  # fmt: skip
    for one in started:
        _, err = one.communicate()
        assert one.returncode == 0, err
    assert len(listed(here)) == 2
    assert gate(here, at=LATER).code == 0
