"""What a verification of a bundle found, as values for every renderer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from tierlock.core import Reason


class ComparedNumber(NamedTuple):
    """One number, as the bundle records it and as it was recomputed; None where there is none."""

    name: str
    recorded: float | None
    recomputed: float | None
    agrees: bool


class ComparedFinding(NamedTuple):
    """One criterion, recorded and recomputed.

    Attributes:
        recomputed: our outcome; None where it could not be recomputed.
        agrees: whether everything about the finding agrees, its numbers and reasons included.
    """

    path: str
    outcome: str
    recomputed: str | None
    numbers: Sequence[ComparedNumber]
    agrees: bool


class ComparedLog(NamedTuple):
    """One run of the bundle, held against its raw log.

    Attributes:
        run: the run's id.
        evaluation: the task that it ran.
        log: the file that was read again; None where there is none.
        agrees: whether the log gives the same evidence; None without a log.
        changes: what differs, one sentence per value, the first ones.
        more: how many further differences there are.
    """

    run: str
    evaluation: str
    log: str | None
    agrees: bool | None
    changes: Sequence[str] = ()
    more: int = 0


class Hidden(NamedTuple):
    """A part that is known by its digest only."""

    path: str
    digest: str
    about: str
    why: str


class VerifyReport(NamedTuple):
    """Everything that a verification says.

    Attributes:
        bundle: name of the file.
        manifest: digest of its manifest, which names it.
        trust: digest of the trust file.
        result: `verified`, `incomplete`, `differs` or `refused`.
        checked: what holds, one sentence each.
        problems: what is forged, missing or not signed by anybody trusted.
        differences: what came out otherwise than recorded.
        verdict: what was decided, recorded and recomputed; None where nothing was asked, or it
            could not be recomputed.
        from_logs: findings that the raw logs give where they differ from the recorded ones.
        signers: who signed what.
        dissent: open dissent and objections, one sentence each.
        not_recomputed: what could not be recomputed because of what is withheld.
        time: what vouches for the times.
        notes: what else a reader should know.
    """

    bundle: str
    manifest: str
    trust: str
    subject: str
    framework: str
    action: str
    label: str
    bundled_at: datetime
    verified_at: datetime
    engine: str
    recorded_engine: str
    result: Literal["verified", "incomplete", "differs", "refused"]
    exit_code: int
    checked: Sequence[str]
    problems: Sequence[Reason]
    differences: Sequence[str]
    verdict: tuple[str | None, str | None]
    findings: Sequence[ComparedFinding]
    from_logs: Sequence[ComparedFinding]
    logs: Sequence[ComparedLog]
    signers: Sequence[str]
    dissent: Sequence[str]
    withheld: Sequence[Hidden]
    not_recomputed: Sequence[str]
    time: Sequence[str]
    notes: Sequence[str]
