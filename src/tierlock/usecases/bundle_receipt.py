"""The auditor's receipt of a verification, signed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tierlock.attest import (
    Envelope,
    Signer,
    Verification,
    WithheldPart,
    canonical_envelope,
    make_statement,
    sign_statement,
)
from tierlock.core import InputError
from tierlock.report import VerifyReport

AUDITOR: Final = "auditor"
"""The role in which a receipt is signed."""


def make_receipt(report: VerifyReport, *, signer: Signer) -> Envelope:
    """Return the auditor's signed receipt: what was checked, under which trust, with what result.

    Raises:
        InputError: `key.signer`.
    """
    receipt = Verification(
        manifest=report.manifest,
        trust=report.trust,
        subject=report.subject,
        verified_at=report.verified_at,
        engine=report.engine,
        result=report.result,
        exit_code=report.exit_code,
        checked=tuple(report.checked),
        problems=tuple(report.problems),
        differences=tuple(report.differences),
        withheld=tuple(
            WithheldPart(path=part.path, digest=part.digest, why=part.why)
            for part in report.withheld
        ),
        not_recomputed=tuple(report.not_recomputed),
        time=tuple(report.time),
    )
    statement = make_statement(receipt, role=AUDITOR, signed_at=report.verified_at)
    return sign_statement(statement, signer=signer)


def write_receipt(report: VerifyReport, *, to: Path, signer: Signer) -> None:
    """Write the signed receipt into a new file.

    Raises:
        InputError: `input.exists`, `input.file` or `key.signer`; nothing was written.
    """
    receipt = canonical_envelope(make_receipt(report, signer=signer))
    try:
        with to.open("xb") as file:
            file.write(receipt)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise InputError(
            "input.exists", f"`{to}` is there already", hint="choose another name"
        ) from None
    except OSError as error:
        to.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{to}`: {reason}") from None
