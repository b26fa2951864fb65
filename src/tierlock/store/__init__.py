"""CONTENT-ADDRESSED FILES: what was seen stays; a local folder, append-only, safe to share."""

from __future__ import annotations

from tierlock.store.local import Ingested, LocalStore
from tierlock.store.states import with_subject

__all__ = ["Ingested", "LocalStore", "with_subject"]
