"""PERMIT: may this process go on? Signed tokens, checked offline; knows no other room."""

from __future__ import annotations

from tierlock.permit.checking import SKEW, Checker, check
from tierlock.permit.keys import (
    ISSUER,
    ROLES,
    STATUS,
    Key,
    Keys,
    anybody_signs,
    load_keys,
    read_keys,
    write_keys,
)
from tierlock.permit.records import (
    MOST_LIFE,
    MOST_STATUS_LIFE,
    PARTS,
    parse_permit,
    parse_status,
    permit_payload,
    status_payload,
)
from tierlock.permit.refusal import CODES, Meaning, PermitRefused
from tierlock.permit.seen import Seen, read_seen, write_seen
from tierlock.permit.values import Condition, Head, Permit, Status

__all__ = [
    "CODES",
    "ISSUER",
    "MOST_LIFE",
    "MOST_STATUS_LIFE",
    "PARTS",
    "ROLES",
    "SKEW",
    "STATUS",
    "Checker",
    "Condition",
    "Head",
    "Key",
    "Keys",
    "Meaning",
    "Permit",
    "PermitRefused",
    "Seen",
    "Status",
    "anybody_signs",
    "check",
    "load_keys",
    "parse_permit",
    "parse_status",
    "permit_payload",
    "read_keys",
    "read_seen",
    "status_payload",
    "write_keys",
    "write_seen",
]
