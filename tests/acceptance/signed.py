"""A project whose gate opens only once two people have signed, each with a key of their own."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from tests.acceptance.projects import ERROR, FRAMEWORK, PROJECT, Ran, assess, log, project, tierlock
from tierlock.attest import canonical_envelope, make_statement, open_signer, sign_statement
from tierlock.core import Record, parse_instant
from tierlock.store import LocalStore

SIGNED_AT = "2026-03-10T01:00:00Z"
LATER = "2026-03-11T00:00:00Z"
RULES = (
    FRAMEWORK.replace("declared_assurance: accepted", "declared_assurance: refused")
    .replace(
        "  owner: {says: answers for the release}\n",
        "  owner: {says: answers for the release}\n"
        "  safety: {says: answers for the assessment, independent_of: [owner]}\n",
    )
    .replace("per: [surface, audience]}", "per: [surface, audience], sign_offs: [owner, safety]}")
    .replace("audiences: [everybody]", "audiences: [everybody, staff]")
    .replace("roles:\n", "ruling: {roles: [owner, safety]}\nroles:\n")
)
PEOPLE = {"ann": ("Ann", "safety"), "bob": ("Bob", "owner")}


def signed_project(folder: Path, *, rules: str = RULES) -> Path:
    """Write a project with evidence, and keys and a trust file for Ann and Bob; Eve has a key."""
    project(folder, lab=rules, tierlock=f"{PROJECT}trust: trust.yaml\n")
    for name in (*PEOPLE, "eve"):
        assert tierlock("key", "new", folder / f"{name}.key", "--no-passphrase").code == 0
    trust(folder)
    ran = assess(folder, log(folder / "logs"))
    assert ran.code == 0, ran.err
    return folder


def trust(folder: Path, *extra: str, **people: tuple[str, str]) -> None:
    """Write the trust file: the entries of `people` by key, and further lines."""
    lines = ["keys:"]
    for name, (person, role) in (people or PEOPLE).items():
        lines.append(entry(folder, name=name, person=person, role=role))
    (folder / "trust.yaml").write_text("\n".join([*lines, *extra]) + "\n", encoding="utf-8")


def entry(folder: Path, *, name: str, person: str, role: str) -> str:
    ran = tierlock(
        "key", "show", folder / f"{name}.key.pub", "--person", person, "--role", role,
        "--at", "2026-01-01",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return ran.out.rstrip("\n")


def sign(folder: Path, *args: object, by: str, at: str = SIGNED_AT, command: str = "sign") -> Ran:
    """Sign something as a person, without being asked."""
    return tierlock(
        command, *args, "--key", folder / f"{by}.key", "--yes", "--project", folder, "--at", at
    )


def both_sign(folder: Path, *, at: str = SIGNED_AT) -> None:
    for name in PEOPLE:
        ran = sign(folder, by=name, at=at)
        assert ran.code == 0, ran.err


def listed(folder: Path, *, at: str = LATER) -> list[dict[str, object]]:
    """Return what `tierlock signatures` lists."""
    ran = tierlock("signatures", "--project", folder, "--at", at, "--format", "json")
    assert ran.code == 0, ran.err
    found: list[dict[str, object]] = ran.json["signatures"]
    return found


def envelope(folder: Path, record: Record, *, by: str, role: str, at: str = SIGNED_AT) -> bytes:
    """Return a signed envelope of a record that no command would have offered."""
    statement = make_statement(record, role=role, signed_at=parse_instant(at))
    signer = open_signer(str(folder / f"{by}.key"))
    return canonical_envelope(sign_statement(statement, signer=signer))


def put(folder: Path, data: bytes) -> None:
    """Append a line to the store's signed statements, as somebody with access to the disk could."""
    with (folder / ".tierlock" / "signed.jsonl").open("ab") as file:
        file.write(data + b"\n")


def changed(data: bytes, *, old: bytes, new: bytes) -> bytes:
    """Return an envelope whose payload was changed after it was signed."""
    found = json.loads(data)
    payload = base64.b64decode(found["payload"])
    assert old in payload
    found["payload"] = base64.b64encode(payload.replace(old, new)).decode()
    return json.dumps(found, sort_keys=True, separators=(",", ":")).encode()


def codes(ran: Ran) -> list[str]:
    return [reason["code"] for reason in ran.json["decision"]["reasons"]]


def code_of(ran: Ran) -> str:
    found = ERROR.search(ran.err)
    return found[1] if found else ""


def states(folder: Path, *, at: str = LATER) -> list[tuple[object, object, object]]:
    return [(one["person"], one["state"], one["code"]) for one in listed(folder, at=at)]


def store_of(folder: Path) -> LocalStore:
    return LocalStore(folder / ".tierlock")
