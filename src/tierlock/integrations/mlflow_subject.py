"""Which subject a model version is: what its tag says, held against its files."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from mlflow.artifacts import download_artifacts
from mlflow.utils.file_utils import local_file_uri_to_path

from tierlock.core import InputError, IntegrityError
from tierlock.usecases import subject_digest

TAG: Final = "tierlock.subject"
"""Tag of a model version: the `sha256:<hex>` digest that `tierlock subject FOLDER` prints."""
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


def version_digest(version: Any, *, location: str, declared: Literal["refused", "accepted"]) -> str:
    """Return the digest of a model version; its files are read now.

    Args:
        version: the version as MLflow returns it.
        location: where its files are.
        declared: whether the tag is believed where the files can not be read.

    Raises:
        InputError: `integration.subject`, the tag is missing or no digest, or the files can not be
            read and must be.
        IntegrityError: `subject.differs`, the files are not those that the tag names.
    """
    name = f"{version.name}/{version.version}"
    tag = dict(version.tags).get(TAG)
    if tag is None or _DIGEST.fullmatch(tag) is None:
        said = "has no tag" if tag is None else "has no digest in its tag"
        raise InputError(
            "integration.subject",
            f"the model version `{name}` {said} `{TAG}`",
            hint=f"tierlock subject FOLDER prints it; set_model_version_tag(..., '{TAG}', DIGEST)",
        )
    try:
        found = _digest_at(location)
    except InputError:
        raise
    except Exception as error:  # whatever a store raises: the files were not read
        if declared == "accepted":
            return str(tag)
        raise InputError(
            "integration.subject",
            f"the files of `{name}` can not be read here: {type(error).__name__}: {error}",
            hint="let this process read the artifacts; or accept digests that are only declared",
        ) from error
    if found != tag:
        raise IntegrityError(
            "subject.differs",
            f"the files of `{name}` have the digest {found}, its tag says {tag}",
            hint="the files changed after the tag was set, or the tag is of another version",
        )
    return found


def _digest_at(location: str) -> str:
    """The digest of the files at an address, whichever store has them."""
    scheme = urlsplit(location).scheme
    if scheme == "mlflow-artifacts":
        location = _behind(location)
        scheme = urlsplit(location).scheme
    if scheme in ("", "file"):
        folder = Path(local_file_uri_to_path(location))
        if not folder.is_dir():
            raise FileNotFoundError(f"no folder `{folder}`")
        return subject_digest(str(folder)).digest
    with TemporaryDirectory(prefix="tierlock-") as scratch:
        folder = download_artifacts(artifact_uri=location, dst_path=scratch)
        return subject_digest(str(folder)).digest


def _behind(location: str) -> str:
    """Where the tracking server, which is this process, keeps what it serves itself."""
    # Loading the server loads every registry plugin, this one too.
    from mlflow.server.constants import ARTIFACTS_DESTINATION_ENV_VAR

    root = os.environ.get(ARTIFACTS_DESTINATION_ENV_VAR)
    parts = urlsplit(location).path.strip("/").split("/")
    if not root or any(part in ("", ".", "..") for part in parts) or "%" in location:
        return location
    return posixpath.join(root, *parts)
