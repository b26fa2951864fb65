"""The statements that are signed, to values and back (spec/permit.md P-1 to P-9, S-1 to S-5)."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import Final, cast

from tierlock.permit.refusal import PermitRefused
from tierlock.permit.strict import (
    Fields,
    as_digest,
    damaged,
    digest_of,
    format_instant,
    read_json,
    write_json,
)
from tierlock.permit.values import Condition, Head, Permit, Status

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PERMIT_TYPE: Final = "https://tierlock.dev/attestation/permit/v1"
STATUS_TYPE: Final = "https://tierlock.dev/attestation/permit-status/v1"
PARTS: Final = ("weights", "elicitation", "safeguards", "surface")
"""The parts of a subject that a permit can name, in their order."""
MOST_LIFE: Final = timedelta(days=31)
"""No permit lasts longer, whoever signed it."""
MOST_STATUS_LIFE: Final = timedelta(days=7)
"""No status lasts longer."""
_PERMIT: Final = "permit"
_STATUS: Final = "status"

_STATEMENT_KEYS: Final = frozenset({"_type", "predicate", "predicateType", "subject"})
_PERMIT_KEYS: Final = frozenset(
    {
        "action", "conditions", "decision", "determination", "expiresAt", "framework", "head",
        "issuedAt", "notBefore",
    }
)  # fmt: skip
_STATUS_KEYS: Final = frozenset({"closed", "expiresAt", "head", "issuedAt", "revoked", "standing"})


def parse_permit(payload: bytes) -> Permit:
    """Return the permit that a statement makes; nothing about its signature is checked.

    Raises:
        PermitRefused: `permit.form`, `permit.version` or `permit.life`.
    """
    statement = _statement(payload, kind=PERMIT_TYPE, what=_PERMIT)
    said = Fields(statement["predicate"], keys=_PERMIT_KEYS, what=_PERMIT)
    name, parts = _subject(statement.rows("subject"))
    asked = Fields(said["action"], keys=frozenset({"audience", "name", "surface"}), what=_PERMIT)
    rules = Fields(said["framework"], keys=frozenset({"digest", "name"}), what=_PERMIT)
    permit = Permit(
        id=digest_of(payload),
        subject=name,
        parts=MappingProxyType(parts),
        action=asked.text("name"),
        surface=asked.perhaps("surface"),
        audience=asked.perhaps("audience"),
        framework=rules.text("name"),
        framework_digest=rules.digest("digest"),
        determination=said.digest("determination"),
        decision=said.digest("decision"),
        conditions=tuple(_condition(row) for row in said.rows("conditions")),
        issued_at=said.instant("issuedAt"),
        not_before=said.instant("notBefore"),
        expires_at=said.instant("expiresAt"),
        head=_head(said["head"], what=_PERMIT),
    )
    if not permit.issued_at <= permit.not_before < permit.expires_at:
        raise damaged(_PERMIT, why="its times are not in order")
    if permit.expires_at - permit.issued_at > MOST_LIFE:
        raise PermitRefused("permit.life", f"the permit is made to last more than {MOST_LIFE}")
    return permit


def permit_payload(permit: Permit) -> bytes:
    """Return the statement that a permit makes: RFC 8785 bytes; its `id` is their digest.

    Raises:
        PermitRefused: `permit.form` or `permit.life`; no checker would take this permit.
    """
    predicate: dict[str, object] = {
        "action": {
            "name": permit.action,
            "surface": permit.surface,
            "audience": permit.audience,
        },
        "conditions": [{"code": each.code, "says": each.says} for each in permit.conditions],
        "decision": permit.decision,
        "determination": permit.determination,
        "expiresAt": format_instant(permit.expires_at),
        "framework": {"digest": permit.framework_digest, "name": permit.framework},
        "head": _head_json(permit.head),
        "issuedAt": format_instant(permit.issued_at),
        "notBefore": format_instant(permit.not_before),
    }
    subject = [
        _descriptor(permit.subject, digest=permit.parts[part], part=part)
        for part in PARTS
        if part in permit.parts
    ]
    payload = _payload(PERMIT_TYPE, subject=subject, predicate=predicate)
    if parse_permit(payload).parts != permit.parts:
        raise damaged(_PERMIT, why=f"its parts are some of {', '.join(PARTS)}")
    return payload


def parse_status(payload: bytes) -> Status:
    """Return the status that a statement makes; nothing about its signature is checked.

    Raises:
        PermitRefused: `permit.form`, `permit.version` or `permit.life`.
    """
    statement = _statement(payload, kind=STATUS_TYPE, what=_STATUS)
    said = Fields(statement["predicate"], keys=_STATUS_KEYS, what=_STATUS)
    revoked = Fields(said["revoked"], keys=frozenset({"permits", "subjects"}), what=_STATUS)
    status = Status(
        head=_head(said["head"], what=_STATUS),
        standing=said.digests("standing"),
        revoked=revoked.digests("permits"),
        revoked_subjects=revoked.digests("subjects"),
        closed=said.digests("closed"),
        issued_at=said.instant("issuedAt"),
        expires_at=said.instant("expiresAt"),
    )
    if statement["subject"] != [_ledger(status.head)]:
        raise damaged(_STATUS, why="it is not about the ledger that it names")
    if not status.issued_at < status.expires_at:
        raise damaged(_STATUS, why="its times are not in order")
    if status.expires_at - status.issued_at > MOST_STATUS_LIFE:
        raise PermitRefused(
            "permit.life", f"the status is made to last more than {MOST_STATUS_LIFE}"
        )
    return status


def status_payload(status: Status) -> bytes:
    """Return the statement that a status makes: RFC 8785 bytes.

    Raises:
        PermitRefused: `permit.form` or `permit.life`; no checker would take this status.
    """
    predicate: dict[str, object] = {
        "closed": sorted(status.closed),
        "expiresAt": format_instant(status.expires_at),
        "head": _head_json(status.head),
        "issuedAt": format_instant(status.issued_at),
        "revoked": {
            "permits": sorted(status.revoked),
            "subjects": sorted(status.revoked_subjects),
        },
        "standing": sorted(status.standing),
    }
    payload = _payload(STATUS_TYPE, subject=[_ledger(status.head)], predicate=predicate)
    parse_status(payload)
    return payload


def _payload(kind: str, *, subject: list[object], predicate: dict[str, object]) -> bytes:
    try:
        return write_json(
            {
                "_type": STATEMENT_TYPE,
                "subject": subject,
                "predicateType": kind,
                "predicate": predicate,
            }
        )
    except ValueError:
        raise damaged("statement", why="it holds a character that UTF-8 does not have") from None


def _statement(payload: bytes, *, kind: str, what: str) -> Fields:
    statement = Fields(read_json(payload, what=what), keys=_STATEMENT_KEYS, what=what)
    if statement["_type"] != STATEMENT_TYPE or statement["predicateType"] != kind:
        raise PermitRefused(
            "permit.version", f"`{statement['predicateType']}` is not a {what} of version 1"
        )
    return statement


def _subject(rows: list[object]) -> tuple[str, dict[str, str]]:
    """Name and parts of the subject, in the order of A-7, weights first and always."""
    listed = cast("list[dict[str, dict[str, str]]]", rows)
    try:
        parts = {row["annotations"]["part"]: f"sha256:{row['digest']['sha256']}" for row in listed}
        name: object = listed[0]["name"]
        known = [part for part in PARTS if part in parts]
    except (IndexError, KeyError, TypeError):
        raise damaged(_PERMIT, why="its subject is not a list of parts with digests") from None
    if not isinstance(name, str) or not name or known[:1] != ["weights"]:
        raise damaged(_PERMIT, why="its subject has no name, or no weights")
    # What was read must give the same list again: nothing more is in it, twice or in disorder.
    if rows != [_descriptor(name, digest=parts[part], part=part) for part in known]:
        raise damaged(
            _PERMIT, why="its subject does not have one name and its parts in their order"
        )
    return name, parts


def _descriptor(name: str, *, digest: str, part: str) -> object:
    return {
        "name": name,
        "digest": {"sha256": as_digest(digest, what=_PERMIT).removeprefix("sha256:")},
        "annotations": {"part": part},
    }


def _ledger(head: Head) -> object:
    """What a status is about: the ledger, whose root is its digest."""
    return {
        "name": head.origin,
        "digest": {"sha256": head.root},
        "annotations": {"part": "ledger"},
    }


def _condition(row: object) -> Condition:
    fields = Fields(row, keys=frozenset({"code", "says"}), what=_PERMIT)
    return Condition(code=fields.text("code"), says=fields.text("says"))


def _head(value: object, *, what: str) -> Head:
    fields = Fields(value, keys=frozenset({"origin", "root", "size"}), what=what)
    return Head(origin=fields.text("origin"), size=fields.number("size"), root=fields.hex("root"))


def _head_json(head: Head) -> object:
    return {"origin": head.origin, "root": head.root, "size": head.size}
