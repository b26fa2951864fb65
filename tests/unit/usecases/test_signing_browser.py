"""Signing in a browser: the very statement of the command line, and nothing that has changed."""

from __future__ import annotations

import shlex
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.projects import gate, tierlock
from tests.acceptance.signed import (
    LATER,
    SIGNED_AT,
    codes,
    entry,
    sign,
    signed_project,
    states,
    trust,
)
from tests.unit.attest.authenticator import CREDENTIAL, ORIGIN, RP_ID, SoftAuthenticator
from tierlock.attest import Authenticator, Trust, read_registration, to_base64url, verify_envelope
from tierlock.core import (
    InputError,
    IntegrityError,
    TierlockError,
    determination_id,
    digest,
    parse_instant,
)
from tierlock.ledger import TreeHead, sign_head
from tierlock.permit import PermitRefused
from tierlock.usecases import (
    OFFER_LIFETIME,
    BrowserOffer,
    Kept,
    Pending,
    Project,
    SignRequest,
    ask,
    complete_in_browser,
    enrol,
    hand_of_person,
    load_project,
    offer_in_browser,
    parse_sign_request,
    sign_command,
    verify_signed_head,
)
from tierlock.usecases.permit_keys import trusted_keys

AT = parse_instant(SIGNED_AT)
SOON = AT + timedelta(seconds=40, microseconds=7)
DEVICES = {"Ann": SoftAuthenticator(number=5), "Bob": SoftAuthenticator("EdDSA", number=6)}
ROLES = {"Ann": "safety", "Bob": "owner"}
SITE = Authenticator(rp_id=RP_ID, origins=(ORIGIN,))
DEPLOY = SignRequest(what="approval")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return enrolled_project(tmp_path / "p")


def enrolled_project(folder: Path) -> Path:
    """A signed project in which Ann and Bob have an authenticator instead of a key in a file."""
    signed_project(folder)
    entries = []
    for person, device in DEVICES.items():
        challenge = bytes(32)
        made = read_registration(
            device.register(to_base64url(challenge)), challenge=challenge, site=SITE
        )
        start = parse_instant("2026-01-01T00:00:00Z")
        entries.append(enrol(made, person=person, roles=[ROLES[person]], at=start).text)
    (folder / "trust.yaml").write_text("keys:\n" + "".join(entries), encoding="utf-8")
    return folder


def offered(
    project: Project, *, person: str = "Ann", request: SignRequest = DEPLOY, at: datetime = AT
) -> BrowserOffer:
    return offer_in_browser(project, person=person, request=request, origin=ORIGIN, at=at)


def answered(
    offer: BrowserOffer, *, person: str = "Ann", device: SoftAuthenticator | None = None
) -> bytes:
    assert offer.options is not None
    return (device or DEVICES[person]).respond(str(offer.options["challenge"]))


def completed(
    project: Project, offer: BrowserOffer, *, person: str = "Ann", at: datetime = SOON
) -> Kept:
    sent = Pending.parse(offer.pending.model_dump_json(by_alias=True))
    response = answered(offer, person=person)
    return complete_in_browser(project, person=person, pending=sent, response=response, at=at)


def refused(
    project: Project, *, pending: Pending, response: bytes, person: str = "Ann", at: datetime = SOON
) -> str:
    """The code of a refusal; nothing is kept."""
    before = project.store.signed()
    with pytest.raises(TierlockError) as caught:
        complete_in_browser(project, person=person, pending=pending, response=response, at=at)
    assert project.store.signed() == before
    assert caught.value.hint
    return caught.value.code


def test_two_people_sign_in_the_browser_and_the_gate_opens(here: Path):
    project = load_project(here)
    assert codes(gate(here, at=LATER)) == ["approval.missing", "approval.missing"]
    for person in DEVICES:
        kept = completed(project, offered(project, person=person), person=person)
        assert project.trust is not None
        assert verify_envelope(kept.envelope, trust=project.trust, at=SOON).signer.person == person
    assert gate(here, at=LATER).code == 0
    assert states(here) == [("Ann", "counts", None), ("Bob", "counts", None)]


def test_it_is_the_statement_of_the_command_line(here: Path, tmp_path: Path):
    other = signed_project(tmp_path / "other")
    out = tmp_path / "e.json"
    assert sign(other, "--out", out, by="ann").code == 0
    from tierlock.attest import parse_envelope

    assert offered(load_project(here)).payload == parse_envelope(out.read_bytes()).payload


def test_the_page_shows_what_is_asserted_and_asks_for_the_key(here: Path):
    project = load_project(here)
    found = offered(project)
    name = determination_id(ask(project, at=AT, action=project.action).determination)
    page = found.offer.page
    assert page.binds == name
    assert page.board is not None
    assert page.says == ("Ann, as safety, approves that model-1 be deployed to api/everybody",)
    facts = dict(page.facts)
    assert facts["key"] == DEVICES["Ann"].key_id
    assert facts["states"] == found.pending.states
    assert found.options is not None
    assert found.options["rpId"] == RP_ID
    assert found.options["userVerification"] == "required"
    assert found.options["allowCredentials"] == [
        {"type": "public-key", "id": to_base64url(CREDENTIAL)}
    ]


def test_somebody_with_a_key_in_a_file_gets_the_command(tmp_path: Path):
    here = signed_project(tmp_path / "p")
    found = offered(load_project(here))
    assert found.options is None
    assert found.command.endswith(" --key YOUR.key")
    words = shlex.split(found.command.replace("YOUR.key", str(here / "ann.key")))
    ran = tierlock(*words[1:], "--yes", "--project", here, "--at", SIGNED_AT)
    assert ran.code == 0, ran.err
    assert ran.out.strip() == found.pending.states
    assert refused(load_project(here), pending=found.pending, response=b"{}") == "sign.assertion"


def test_a_page_elsewhere_asks_for_no_authenticator(here: Path):
    project = load_project(here)
    found = offer_in_browser(
        project, person="Ann", request=DEPLOY, origin="https://example.org", at=AT
    )
    assert found.options is None


def test_nothing_is_signed_twice(here: Path):
    project = load_project(here)
    found = offered(project)
    completed(project, found)
    response = answered(found)
    assert refused(project, pending=found.pending, response=response) == "sign.replayed"


def test_an_offer_lapses_and_is_never_from_the_future(here: Path):
    project = load_project(here)
    found = offered(project)
    response = answered(found)
    for at in (AT + OFFER_LIFETIME, AT + timedelta(days=9), AT - timedelta(microseconds=1)):
        assert refused(project, pending=found.pending, response=response, at=at) == "sign.lapsed"
    last = AT + OFFER_LIFETIME - timedelta(microseconds=1)
    assert (
        complete_in_browser(
            project, person="Ann", at=last, pending=found.pending, response=response
        ).place
        is not None
    )


def test_a_determination_that_changed_meanwhile_is_not_signed(here: Path):
    found = offered(load_project(here))
    lab = here / "lab.yaml"
    lab.write_text(lab.read_text().replace("rule_out_below: 0.30", "rule_out_below: 0.29"))
    response = answered(found)
    assert refused(load_project(here), pending=found.pending, response=response) == "sign.expect"


def test_what_the_page_sends_back_can_not_be_changed(here: Path):
    project = load_project(here)
    found = offered(project)
    response = answered(found)
    for changed in (
        found.pending.model_copy(update={"at": AT + timedelta(seconds=1)}),
        found.pending.model_copy(update={"states": "sha256:" + "0" * 64}),
        found.pending.model_copy(
            update={"request": DEPLOY.model_copy(update={"expires_at": AT + timedelta(days=1)})}
        ),
    ):
        assert refused(project, pending=changed, response=response) == "sign.expect"
    other = offered(
        project, request=DEPLOY.model_copy(update={"expires_at": AT + timedelta(days=1)})
    )
    assert refused(project, pending=other.pending, response=response) == "attest.signature"


def test_nobody_completes_for_somebody_else(here: Path):
    project = load_project(here)
    found = offered(project)
    response = answered(found)
    assert refused(project, person="Bob", pending=found.pending, response=response) == "sign.role"
    stranger = answered(found, device=SoftAuthenticator(number=9))
    assert refused(project, pending=found.pending, response=stranger) == "attest.signature"
    by_bob = answered(found, person="Bob")
    assert refused(project, pending=found.pending, response=by_bob) == "attest.signature"
    assert refused(project, person="Eve", pending=found.pending, response=response) == "sign.trust"
    cross = DEVICES["Ann"].respond(
        str(found.options and found.options["challenge"]), origin="https://evil.net"
    )
    assert refused(project, pending=found.pending, response=cross) == "attest.signature"


def test_a_key_that_was_revoked_meanwhile_signs_nothing(here: Path):
    found = offered(load_project(here))
    path = here / "trust.yaml"
    text = path.read_text()
    ended = text.replace("    webauthn:", "    revoked_at: 2026-03-10T00:30:00Z\n    webauthn:", 1)
    path.write_text(ended)
    response = answered(found)
    assert refused(load_project(here), pending=found.pending, response=response) == "sign.trust"


def test_a_person_has_the_roles_of_all_keys_but_signs_with_one_that_has_the_role(here: Path):
    trust(here, ann=("Ann", "owner"))
    lines = (here / "trust.yaml").read_text()
    start = parse_instant("2026-01-01T00:00:00Z")
    device = DEVICES["Ann"]
    made = read_registration(
        device.register(to_base64url(bytes(32))), challenge=bytes(32), site=SITE
    )
    (here / "trust.yaml").write_text(
        lines + enrol(made, person="ann", roles=["safety"], at=start).text
    )
    project = load_project(here)
    assert hand_of_person(project, person="Ann", at=AT).roles == ("owner", "safety")
    as_owner = offered(project, request=DEPLOY.model_copy(update={"role": "owner"}))
    assert as_owner.options is None
    as_safety = offered(project, request=DEPLOY.model_copy(update={"role": "safety"}))
    assert as_safety.options is not None
    completed(project, as_safety)
    assert states(here)[0][:2] == ("Ann", "counts")


def test_whoever_objects_needs_no_key_to_be_shown_how(here: Path):
    project = load_project(here)
    request = SignRequest(what="negative", says="-- the 'elicitation' was weak", role="owner")
    found = offered(project, person="Eve", request=request)
    assert found.options is None
    words = shlex.split(found.command.replace("YOUR.key", str(here / "eve.key")))
    ran = tierlock(*words[1:], "--yes", "--project", here, "--at", SIGNED_AT)
    assert ran.code == 0, ran.err
    assert "dissent.open" in codes(gate(here, at=LATER))


def test_dissent_is_signed_and_resolved_in_the_browser(here: Path):
    project = load_project(here)
    request = parse_sign_request({"what": "negative", "says": "it was weak", "name": "  "})
    kept = completed(project, offered(project, request=request))
    assert "dissent.open" in codes(gate(here, at=LATER))
    resolve = parse_sign_request(
        {"what": "resolution", "name": kept.name, "says": "seen", "role": "owner"}
    )
    at = AT + timedelta(minutes=1)
    done = offered(project, person="Bob", request=resolve, at=at)
    completed(project, done, person="Bob", at=at + timedelta(seconds=30))
    assert "dissent.open" not in codes(gate(here, at=LATER))


def test_a_ruling_is_signed_and_co_signed(here: Path):
    project = load_project(here)
    request = parse_sign_request(
        {"what": "ruling", "outcome.bio-3": "reached", "says": "we are not sure"}
    )
    kept = completed(project, offered(project, request=request))
    cosign = parse_sign_request({"what": "ruling", "cosign": kept.name})
    at = AT + timedelta(minutes=1)
    second = offered(project, person="Bob", request=cosign, at=at)
    completed(project, second, person="Bob", at=at)
    (ruling,) = ask(project, at=at, action=project.action).stated.rulings
    assert {(one.role, one.assurance) for one in ruling.signatures} == {
        ("owner", "signed"),
        ("safety", "signed"),
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "approval", "says": "yes"},
        {"what": "negative"},
        {"what": "resolution", "says": "seen"},
        {"what": "plan", "name": "x"},
        {"what": "evidence"},
        {"what": "attestation", "name": "a:b"},
        {"what": "approval", "surface": "api"},
        {"what": "everything"},
        {"what": "approval", "unknown": "x"},
        {"what": "approval", "expires_at": "tomorrow"},
        {"what": "approval", "expires_at": "2027-01-01T00:00:00"},
        {"what": "ruling", "outcome.bio-3": "fine", "says": "x"},
        {"what": "negative", "says": "x" * 20_001},
        {},
    ],
)
def test_a_form_that_makes_no_request_is_refused(fields: dict[str, str]):
    with pytest.raises(InputError):
        parse_sign_request(fields)


def test_what_is_asked_for_must_be_there(here: Path):
    project = load_project(here)
    for fields in (
        {"what": "claim", "name": "none:such"},
        {"what": "claim"},
        {"what": "claim", "name": "a:b", "cosign": "sha256:" + "0" * 64},
        {"what": "evidence", "name": "none"},
        {"what": "choice", "name": "none"},
        {"what": "attestation", "name": "none", "says": "x"},
        {"what": "ruling", "cosign": "sha256:" + "0" * 64, "says": "x"},
        {"what": "plan"},
        {"what": "approval", "action": "fly"},
    ):
        with pytest.raises(InputError):
            offered(project, request=parse_sign_request(fields))
    with pytest.raises(IntegrityError) as caught:
        offered(
            project,
            request=parse_sign_request({"what": "approval", "expect": "sha256:" + "0" * 64}),
        )
    assert caught.value.code == "sign.expect"


def test_commands_are_those_of_the_command_line():
    end = parse_instant("2027-01-01T00:00:00Z")
    for request, wanted in (
        (SignRequest(what="plan", role="lead"), "tierlock sign plan --as lead"),
        (
            SignRequest(what="choice", name="c", reading="r", says="it's so", expires_at=end),
            "tierlock sign choice c=r '--says=it'\"'\"'s so' --expires=2027-01-01T00:00:00+00:00",
        ),
        (SignRequest(what="claim", cosign="sha256:ab"), "tierlock except --cosign=sha256:ab"),
        (SignRequest(what="claim", name="a:b"), "tierlock sign claim a:b"),
        (
            SignRequest(what="resolution", name="sha256:ab", says="x"),
            "tierlock dissent --resolve=sha256:ab --says=x",
        ),
        (SignRequest(what="evidence", name="run-1"), "tierlock sign evidence run-1"),
    ):
        assert sign_command(request) == f"{wanted} --key YOUR.key"
    assert sign_command(SignRequest(what="determination"), binds="sha256:ab", framework="f") == (
        "tierlock sign determination --expect=sha256:ab --framework f --key YOUR.key"
    )


def test_an_entry_names_a_person_and_a_role():
    made = read_registration(
        DEVICES["Ann"].register(to_base64url(bytes(32))), challenge=bytes(32), site=SITE
    )
    for person, roles in ((" ", ["rso"]), ("Ann", []), ("Ann", [""])):
        with pytest.raises(InputError):
            enrol(made, person=person, roles=roles, at=AT)
    hostile = enrol(made, person='Ann: "x"\n  y', roles=["rso"], at=SOON, organisation="Läb")
    assert hostile.entry.organisation == "Läb"
    assert hostile.key_id in hostile.text


def test_a_bundle_with_assertions_verifies_offline(here: Path, tmp_path: Path):
    project = load_project(here)
    for person in DEVICES:
        completed(project, offered(project, person=person), person=person)
    bundle = tmp_path / "bundle.zip"
    made = tierlock("bundle", bundle, "--project", here, "--key", here / "eve.key", "--at", LATER)
    assert made.code == 0, made.err
    seal = entry(here, name="eve", person="Lab", role="bundle")
    rules = f"frameworks: {{{project.framework.name}: '{digest(project.framework)}'}}\n"
    text = f"{(here / 'trust.yaml').read_text()}{seal}\n{rules}"
    auditor = tmp_path / "trust.yaml"

    def problems(trusted: str) -> str:
        auditor.write_text(trusted)
        ran = tierlock("verify", bundle, "--trust", auditor, "--at", LATER, "--format", "json")
        return " ".join(line for line in ran.out.splitlines() if "code" in line or "says" in line)

    assert problems(text) == ""
    other = ORIGIN.replace("reviews", "other.reviews")
    assert "made on a page that is not listed" in problems(text.replace(ORIGIN, other))


def test_the_key_of_an_authenticator_signs_no_tree_head_and_no_permit():
    device = DEVICES["Bob"]
    made = read_registration(
        device.register(to_base64url(bytes(32))), challenge=bytes(32), site=SITE
    )
    start = parse_instant("2026-01-01T00:00:00Z")
    listing = enrol(made, person="Bob", roles=["ledger", "permit-issuer"], at=start).entry
    plain = listing.model_copy(update={"webauthn": None})
    head = TreeHead(origin="lab", size=1, root=bytes(32), observed_at=start)
    note = sign_head(head, sign=device.raw_sign, public=device.pem)
    listed = Trust(keys={device.key_id: plain})
    assert verify_signed_head(note, trust=listed, at=AT) == ("Bob",)
    assert trusted_keys(listed, at=AT)
    enrolled_only = Trust(keys={device.key_id: listing})
    with pytest.raises(IntegrityError) as caught:
        verify_signed_head(note, trust=enrolled_only, at=AT)
    assert caught.value.code == "attest.key"
    with pytest.raises(PermitRefused):
        trusted_keys(enrolled_only, at=AT)
