"""CONTENT-ADDRESSED FILES: what was seen stays; a local folder, append-only, safe to share."""

from __future__ import annotations

from tierlock.store.local import Ingested, LocalStore

__all__ = ["Ingested", "LocalStore"]
