"""Signing by login: the server's key, the person's role, a label that a framework may refuse."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.projects import gate, tierlock
from tests.acceptance.signed import (
    LATER,
    RULES,
    SIGNED_AT,
    codes,
    listed,
    sign,
    signed_project,
)
from tierlock.attest import Login, Signer, open_signer
from tierlock.core import InputError, IntegrityError, TierlockError, parse_instant
from tierlock.report import board_of
from tierlock.usecases import (
    OFFER_LIFETIME,
    Kept,
    SignRequest,
    ask,
    complete_by_login,
    load_project,
    offer_by_login,
    parse_sign_request,
    report_of,
)

AT = parse_instant(SIGNED_AT)
SOON = AT + timedelta(seconds=30)
ISSUER = "https://login.example.org"
DEPLOY = SignRequest(what="approval")
ACCEPTING = RULES.replace(
    "declared_assurance: refused", "declared_assurance: refused\nattested_assurance: accepted"
)


def server_project(folder: Path, *, rules: str = RULES) -> Path:
    """A signed project whose trust file lets a server sign for Ann and Bob."""
    signed_project(folder, rules=rules)
    assert tierlock("key", "new", folder / "server.key", "--no-passphrase").code == 0
    ran = tierlock(
        "key", "show", folder / "server.key.pub", "--person", "server", "--role", "x",
        "--at", "2026-01-01",
    )  # fmt: skip
    persons = "{Ann: [safety], Bob: [owner]}"
    attests = f"    attests:\n      issuer: {ISSUER}\n      persons: {persons}\n"
    entry = ran.out.replace('    roles: ["x"]\n', attests)
    assert attests in entry
    with (folder / "trust.yaml").open("a") as file:
        file.write(entry)
    return folder


def login(person: str) -> Login:
    return Login(
        issuer=ISSUER, subject=f"id-{person}", person=person, logged_in_at=AT - timedelta(hours=1)
    )


def key(here: Path) -> Signer:
    return open_signer(str(here / "server.key"))


def clicked(here: Path, *, person: str = "Ann", request: SignRequest = DEPLOY) -> Kept:
    project, who, signer = load_project(here), login(person), key(here)
    found = offer_by_login(project, login=who, signer=signer, request=request, at=AT)
    return complete_by_login(project, login=who, signer=signer, pending=found.pending, at=SOON)


def board_at_last(here: Path) -> tuple[str, ...]:
    """What the first page of the report says of who signed."""
    project = load_project(here)
    answer = ask(project, at=parse_instant(LATER), action=project.action)
    return board_of(report_of(project, answer=answer)).signed


def test_a_framework_that_says_nothing_refuses_the_word_of_a_server(tmp_path: Path):
    here = server_project(tmp_path / "p")
    for person in ("Ann", "Bob"):
        clicked(here, person=person)
    ran = gate(here, at=LATER)
    assert (ran.code, codes(ran)) == (10, ["approval.unsigned", "approval.unsigned"])
    assert "attested by a server, not signed" in str(ran.json["decision"]["reasons"])
    board = board_at_last(here)
    assert (
        sum("(attested by a server, which the framework does not accept)" in line for line in board)
        == 2
    )
    assert board[-1].startswith("Asked to sign: owner")
    found = listed(here)
    assert {(one["assurance"], one["state"], one["code"]) for one in found} == {
        ("attested", "refused", "signed.attested")
    }


def test_one_that_accepts_it_says_whose_sign_off_rests_on_it(tmp_path: Path):
    here = server_project(tmp_path / "p", rules=ACCEPTING)
    clicked(here)
    assert sign(here, by="bob").code == 0
    ran = gate(here, at=LATER)
    assert ran.code == 0, ran.out
    assert "sign-offs: attested (safety)" in ran.json["decision"]["assurance"]
    labels = {one["person"]: (one["assurance"], one["state"]) for one in listed(here)}
    assert labels == {"Ann": ("attested", "counts"), "Bob": ("signed", "counts")}
    text = tierlock("signatures", "--project", here, "--at", LATER).out
    assert "Ann as safety (attested by a server)" in text
    board = board_at_last(here)
    assert any("Ann as safety, 2026-03-10 (attested by a server)." in line for line in board)


def test_the_page_says_whose_key_and_what_it_is_worth(tmp_path: Path):
    for name, rules, word in (("a", RULES, "does not accept"), ("b", ACCEPTING, "accepts")):
        here = server_project(tmp_path / name, rules=rules)
        signer = key(here)
        found = offer_by_login(
            load_project(here), login=login("ANN"), signer=signer, request=DEPLOY, at=AT
        )
        facts = dict(found.offer.page.facts)
        assert facts["person"] == "Ann"
        assert facts["key"] == signer.key_id
        assert facts["login"] == f"ANN at {ISSUER}"
        assert facts["label"].endswith(f"the framework {word} that")


def test_separation_and_roles_hold_for_logins(tmp_path: Path):
    here = server_project(tmp_path / "p", rules=ACCEPTING)
    with pytest.raises(InputError) as caught:
        clicked(here, request=DEPLOY.model_copy(update={"role": "owner"}))
    assert caught.value.code == "sign.role"


def test_dissent_restricts_and_is_not_resolved_by_the_word_of_a_server(tmp_path: Path):
    here = server_project(tmp_path / "p", rules=ACCEPTING)
    kept = clicked(here, request=parse_sign_request({"what": "negative", "says": "weak"}))
    assert "dissent.open" in codes(gate(here, at=LATER))
    resolve = parse_sign_request({"what": "resolution", "name": kept.name, "says": "seen"})
    with pytest.raises(InputError) as caught:
        clicked(here, person="Bob", request=resolve)
    assert "needs their key" in caught.value.message


@pytest.mark.parametrize("what", ["plan", "determination"])
def test_what_has_no_place_for_the_label_needs_a_key(tmp_path: Path, what: str):
    here = server_project(tmp_path / "p", rules=ACCEPTING)
    assert tierlock("plan", "seal", "--all", "--project", here, "--at", SIGNED_AT).code == 0
    with pytest.raises(InputError) as caught:
        clicked(here, request=parse_sign_request({"what": what}))
    assert "needs their key" in caught.value.message


def test_an_exception_waits_for_a_signature_where_attested_ones_are_refused(tmp_path: Path):
    excepting = (
        "except", "usual-care:policy", "--users", "a red team", "--because", "they test it",
        "--until", "2026-04-01T00:00:00Z", "--approved-by", "safety,owner",
    )  # fmt: skip
    for name, rules, state in (("a", RULES, "refused"), ("b", ACCEPTING, "counts")):
        here = server_project(tmp_path / name, rules=rules)
        first = sign(here, *excepting[1:], by="bob", command="except")
        assert first.code == 0, first.err
        clicked(here, request=SignRequest(what="claim", cosign=first.out.strip(), role="safety"))
        found = listed(here)
        assert {one["state"] for one in found} == {state}
        assert {one["code"] for one in found} == ({"signed.waits"} if name == "a" else {None})
        claims = ask(load_project(here), at=SOON, action=None).stated.claims
        labels = {one.assurance for one in claims if one.exceptions}
        assert labels == (set() if name == "a" else {"signed", "attested"})


def test_who_may_not_is_refused_before_anything_is_signed(tmp_path: Path):
    here = server_project(tmp_path / "p")
    project, signer = load_project(here), key(here)

    def why(who: Login, by: Signer = signer, at: str = SIGNED_AT) -> str:
        with pytest.raises(TierlockError) as caught:
            offer_by_login(project, login=who, signer=by, request=DEPLOY, at=parse_instant(at))
        assert caught.value.code == "sign.trust"
        return caught.value.message

    assert "does not name them" in why(login("Eve"))
    assert "does not name them" in why(login("Ann").model_copy(update={"issuer": ISSUER + "/"}))
    assert "does not let this server" in why(login("Ann"), by=open_signer(str(here / "ann.key")))
    assert "does not let this server" in why(login("Ann"), by=open_signer(str(here / "eve.key")))
    assert "not valid now" in why(login("Ann"), at="2025-12-31T00:00:00Z")


def test_an_offer_is_for_one_login_once_and_for_a_while(tmp_path: Path):
    here = server_project(tmp_path / "p")
    project, signer = load_project(here), key(here)
    found = offer_by_login(project, login=login("Ann"), signer=signer, request=DEPLOY, at=AT)

    def code(who: Login, at=SOON) -> str:
        with pytest.raises(TierlockError) as caught:
            complete_by_login(project, login=who, signer=signer, pending=found.pending, at=at)
        return caught.value.code

    assert code(login("Bob")) == "sign.role"
    again = login("Ann").model_copy(update={"logged_in_at": AT})
    assert code(again) == "sign.expect"
    assert code(login("Ann"), AT + OFFER_LIFETIME) == "sign.lapsed"
    assert clicked(here).name == found.pending.states
    assert code(login("Ann")) == "sign.replayed"
    with pytest.raises(IntegrityError) as caught:
        offer_by_login(
            project,
            login=login("Ann"),
            signer=signer,
            request=SignRequest(what="approval", expect="sha256:" + "0" * 64),
            at=AT,
        )
    assert caught.value.code == "sign.expect"
