"""What is signed about a bundle: by the lab that made it, and by an auditor who checked it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tierlock.core import Digest, Instant, Reason, Record

Result = Literal["verified", "incomplete", "differs", "refused"]
"""What a verification found; `incomplete` where nothing differs and not all could be recomputed."""


class BundleSeal(Record):
    """Who made a bundle says: this is it (spec/bundle.md S-1).

    Attributes:
        manifest: digest of the manifest, which names every part by digest.
        subject: name of the subject.
        bundled_at: when it was put together.
    """

    manifest: Digest
    subject: str = Field(min_length=1)
    bundled_at: Instant


class WithheldPart(Record):
    """A part that is known by its digest only, and why."""

    path: str
    digest: Digest
    why: str


class Verification(Record):
    """An auditor's receipt: what was checked, under which trust, with which result.

    Attributes:
        manifest: digest of the manifest of the bundle that was checked.
        trust: digest of the auditor's trust file, as a value.
        verified_at: when.
        engine: what recomputed.
        result: in one word; `exit_code` as the command gave it.
        checked: what holds, one sentence each.
        problems: what does not: forged, missing, or not signed by anybody trusted.
        differences: what comes out otherwise than recorded.
        withheld: parts that were not shown.
        not_recomputed: numbers that could not be recomputed, and are not verified therefore.
        time: what vouches for the times.
    """

    manifest: Digest
    trust: Digest
    subject: str = Field(min_length=1)
    verified_at: Instant
    engine: str
    result: Result
    exit_code: int = Field(ge=0, le=255)
    checked: tuple[str, ...] = ()
    problems: tuple[Reason, ...] = ()
    differences: tuple[str, ...] = ()
    withheld: tuple[WithheldPart, ...] = ()
    not_recomputed: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
