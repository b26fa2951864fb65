"""APPEND-ONLY STORE of bytes it cannot interpret: memory, SQLite, PostgreSQL; Merkle proofs."""

from __future__ import annotations

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
from tierlock.ledger.memory import MemoryLedger
from tierlock.ledger.opening import open_ledger
from tierlock.ledger.transfer import Exported, check_export, export_ledger, import_ledger
from tierlock.ledger.verify import Verified, verify_ledger

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
    "TreeHead",
    "Verified",
    "canonical_head",
    "check_export",
    "export_ledger",
    "import_ledger",
    "open_ledger",
    "parse_head",
    "render_time",
    "verify_consistency",
    "verify_inclusion",
    "verify_ledger",
]
