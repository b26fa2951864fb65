"""APPEND-ONLY STORE of bytes it cannot interpret: memory, SQLite, PostgreSQL; Merkle proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierlock.lazy import opener
from tierlock.ledger.anchors import SELF_ASSERTED, Anchor, Confirmed, HeldHead, render_time
from tierlock.ledger.entry import Appended, Draft, Entry
from tierlock.ledger.head import TreeHead, canonical_head, parse_head
from tierlock.ledger.interface import (
    ConsistencyProof,
    InclusionProof,
    Ledger,
    verify_consistency,
    verify_inclusion,
)
from tierlock.ledger.leaves import ShownLedger, check_extended, read_leaves, write_leaves
from tierlock.ledger.memory import MemoryLedger
from tierlock.ledger.opening import open_ledger
from tierlock.ledger.transfer import Exported, check_export, export_ledger, import_ledger
from tierlock.ledger.verify import Verified, verify_ledger

if TYPE_CHECKING:
    from tierlock.ledger.rekor import RekorAnchor, check_entry_about
    from tierlock.ledger.rfc3161 import TimeStampAnchor, check_token_about, request_token
    from tierlock.ledger.signed_head import is_signed_head, sign_head
    from tierlock.ledger.team import close_team, last_places, team_address

# Name -> the file that holds it: signatures and certificates are loaded by who needs them.
_HOMES = {
    "RekorAnchor": "tierlock.ledger.rekor",
    "TimeStampAnchor": "tierlock.ledger.rfc3161",
    "check_entry_about": "tierlock.ledger.rekor",
    "check_token_about": "tierlock.ledger.rfc3161",
    "close_team": "tierlock.ledger.team",
    "is_signed_head": "tierlock.ledger.signed_head",
    "last_places": "tierlock.ledger.team",
    "request_token": "tierlock.ledger.rfc3161",
    "sign_head": "tierlock.ledger.signed_head",
    "team_address": "tierlock.ledger.team",
}
__getattr__ = opener(globals(), homes=_HOMES)

__all__ = [
    "SELF_ASSERTED",
    "Anchor",
    "Appended",
    "Confirmed",
    "ConsistencyProof",
    "Draft",
    "Entry",
    "Exported",
    "HeldHead",
    "InclusionProof",
    "Ledger",
    "MemoryLedger",
    "RekorAnchor",
    "ShownLedger",
    "TimeStampAnchor",
    "TreeHead",
    "Verified",
    "canonical_head",
    "check_entry_about",
    "check_export",
    "check_extended",
    "check_token_about",
    "close_team",
    "export_ledger",
    "import_ledger",
    "is_signed_head",
    "last_places",
    "open_ledger",
    "parse_head",
    "read_leaves",
    "render_time",
    "request_token",
    "sign_head",
    "team_address",
    "verify_consistency",
    "verify_inclusion",
    "verify_ledger",
    "write_leaves",
]
