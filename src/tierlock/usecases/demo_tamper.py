"""`demo`, the last act: one score in a raw log is rewritten, and an outsider's check notices."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import zstandard

from tierlock.attest import Trust, TrustedKey, load_public_key, new_key, open_signer
from tierlock.core import InputError, digest
from tierlock.report import VerifyReport
from tierlock.usecases.bundling import bundle
from tierlock.usecases.project import load_project
from tierlock.usecases.verifying import verify

BUNDLE: Final = "release.zip"
TRUST: Final = "auditor.yaml"
RECEIVED: Final = "received-logs"
_KEY: Final = "lab.pem"
_LOG: Final = Path("logs/release-1-open-answer/bio_prerequisites.eval")
_SAMPLE: Final = "samples/bio-cell-structure-1_epoch_1.json"
_RIGHT, _WRONG = "C", "I"
_ZSTANDARD: Final = 93


class Caught(NamedTuple):
    """What an outsider found.

    Attributes:
        report: the result of the verification.
        bundle, trust, logs: the files that it was about.
    """

    report: VerifyReport
    bundle: Path
    trust: Path
    logs: Path


def catch_rewritten_log(folder: Path, *, at: datetime) -> Caught:
    """Bundle the story's answer, rewrite one score of a raw log, and verify as an outsider.

    Args:
        folder: where the story was played.
        at: when all this happens.

    Raises:
        InputError: a file can not be written.
    """
    project = load_project(folder)
    key = new_key(folder / _KEY, passphrase=None)
    signer = open_signer(str(key.private))
    path, trust_file, logs = folder / BUNDLE, folder / TRUST, folder / RECEIVED
    bundle(project, to=path, at=at, action=project.action, signer=signer)
    trust = Trust(
        keys={
            key.key_id: TrustedKey(
                person="the lab's release machine",
                roles=("bundle",),
                public_key=load_public_key(key.public).pem.decode("ascii"),
                valid_from=at,
            )
        },
        frameworks={project.framework.name: digest(project.framework)},
    )
    try:
        # JSON is YAML too.
        trust_file.write_text(trust.model_dump_json(by_alias=True, exclude_none=True, indent=2))
        logs.mkdir()
        shutil.copy(folder / "logs" / "release-1" / _LOG.name, logs / f"first-{_LOG.name}")
        rewrite_score(folder / _LOG, to=logs / _LOG.name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("input.file", f"can not write `{logs}`: {reason}") from None
    report = verify(path, trust=trust, at=at, logs=[logs])
    return Caught(report, path, trust_file, logs)


def rewrite_score(log: Path, *, to: Path) -> None:
    """Copy an Inspect log with one right answer of one sample turned into a wrong one."""
    data = log.read_bytes()
    with zipfile.ZipFile(log) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in source.infolist():
            content = _content(source, member, data=data)
            if member.filename == _SAMPLE:
                sample = json.loads(content)
                for score in sample["scores"].values():
                    score["value"] = _WRONG if score["value"] == _RIGHT else _RIGHT
                content = json.dumps(sample).encode()
            copy.writestr(zipfile.ZipInfo(member.filename, member.date_time), content)


def _content(source: zipfile.ZipFile, member: zipfile.ZipInfo, *, data: bytes) -> bytes:
    if member.compress_type != _ZSTANDARD:
        return source.read(member)
    # Python's zip knows no zstandard: the content begins behind the local header.
    names = data[member.header_offset + 26 : member.header_offset + 30]
    lengths = int.from_bytes(names[:2], "little") + int.from_bytes(names[2:], "little")
    start = member.header_offset + 30 + lengths
    packed = data[start : start + member.compress_size]
    return zstandard.ZstdDecompressor().decompressobj().decompress(packed)
