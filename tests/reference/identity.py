"""The reference engine: the identity of a determination (spec/determination.md D-1)."""

from __future__ import annotations

import hashlib
import json

import rfc8785


def identity(determination: bytes) -> str:
    """Return the identity of a determination from its JSON."""
    said = json.loads(determination)
    left_out = {"determinedAt"}
    if said["evidenceFrom"] == said["determinedAt"]:
        left_out.add("evidenceFrom")
    kept = {name: value for name, value in said.items() if name not in left_out}
    return "sha256:" + hashlib.sha256(rfc8785.dumps(kept)).hexdigest()
