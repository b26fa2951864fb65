"""What names a model elsewhere, as a subject digest: folder, image, pod, MLflow, Hugging Face."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

from tierlock.attest import parse_strict
from tierlock.core import Digest, InputError, IntegrityError, Record, digest_bytes
from tierlock.usecases.project import read_bytes
from tierlock.usecases.subject_folder import Manifest, manifest_of

TargetKind = Literal["digest", "folder", "hugging-face", "mlflow", "image", "oci-layout", "pod"]
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_IMAGE: Final = re.compile(r"(?:[a-z-]+://)?(?P<name>[^@\s]+)@(?P<digest>sha256:[0-9a-f]{64})")
# Written beside a model by who fetched it, with dates in it.
_FETCHED: Final = (".cache/huggingface",)
_MLFLOW_FETCHED: Final = ("registered_model_meta",)
_REMOTE: Final = {
    "models": "mlflow artifacts download -u {target} -d FOLDER",
    "runs": "mlflow artifacts download -u {target} -d FOLDER",
    "hf": "hf download NAME, and name the snapshot folder that it prints",
}


class SubjectDigest(Record):
    """A target and the digest that stands for it.

    Attributes:
        target: what was asked about, as it was named.
        kind: what it is.
        digest: the digest; of a folder the root of its manifest, of an image that of the image.
        name: the name that the target has elsewhere, where it says one.
        manifest: every file, where a folder was read.
    """

    target: str
    kind: TargetKind
    digest: Digest
    name: str = ""
    manifest: Manifest | None = None


def subject_digest(target: str, *, container: str | None = None) -> SubjectDigest:
    """Return the digest that stands for `target`; nothing is fetched.

    Args:
        target: `sha256:<hex>`; an image with its digest; or a path: a weights folder, a snapshot or
            repository folder of the Hugging Face cache, a downloaded MLflow model, an OCI image
            layout, or the JSON of a running pod.
        container: which container of a pod; needed if it has several.

    Raises:
        InputError: `subject.unusable`, the target has no digest; `input.file`, it can not be read.
    """
    if _DIGEST.fullmatch(target):
        return SubjectDigest(target=target, kind="digest", digest=target)
    path = Path(target)
    if not target:
        raise _no_digest(target)
    if path.is_dir():
        return _of_folder(path, target=target)
    if path.is_file():
        return _of_pod(path, target=target, container=container)
    image = _IMAGE.fullmatch(target)
    if image is not None:
        return SubjectDigest(
            target=target, kind="image", digest=image["digest"], name=image["name"]
        )
    raise _no_digest(target)


def check_subject_digest(found: SubjectDigest, *, expected: str) -> None:
    """Refuse a target that is not the one expected.

    Args:
        found: what the target is.
        expected: a digest, or the path of a manifest that was written earlier, with which the
            names are compared too.

    Raises:
        IntegrityError: `subject.differs`.
        InputError: the manifest can not be read, or `found` is no folder.
    """
    wanted = expected
    if _DIGEST.fullmatch(expected) is None:
        manifest = Manifest.parse(read_bytes(Path(expected)))
        if found.manifest is None:
            raise InputError("input.type", f"`{found.target}` has no files to compare")
        differences = manifest.differences(found.manifest)
        if differences:
            more = f" and {len(differences) - 1} more" if len(differences) > 1 else ""
            raise _differs(f"{differences[0]}{more}", found=found)
        wanted = manifest.digest
    if wanted != found.digest:
        raise _differs(f"it is {found.digest}, expected {wanted}", found=found)


def _of_folder(path: Path, *, target: str) -> SubjectDigest:
    if (path / "oci-layout").is_file():
        return _of_layout(path, target=target)
    repository = path.resolve().parent.parent
    if (path / "snapshots").is_dir() and path.name.startswith("models--"):
        path = _snapshot(path)
        repository = path.resolve().parent.parent
    if path.resolve().parent.name == "snapshots" and repository.name.startswith("models--"):
        name = repository.name.removeprefix("models--").replace("--", "/")
        manifest = manifest_of(path, links_within=repository)
        return SubjectDigest(
            target=target,
            kind="hugging-face",
            digest=manifest.digest,
            name=f"{name}@{path.resolve().name}",
            manifest=manifest,
        )
    mlflow = (path / "MLmodel").is_file()
    ignore = (*_FETCHED, *_MLFLOW_FETCHED) if mlflow else _FETCHED
    manifest = manifest_of(path, ignore=ignore)
    return SubjectDigest(
        target=target,
        kind="mlflow" if mlflow else "folder",
        digest=manifest.digest,
        manifest=manifest,
    )


def _snapshot(repository: Path) -> Path:
    """The snapshot of a cached repository that `main` names, or the only one."""
    main = repository / "refs" / "main"
    if main.is_file():
        revision = main.read_text(encoding="utf-8").strip()
        if (
            re.fullmatch(r"[0-9a-f]{40}", revision)
            and (repository / "snapshots" / revision).is_dir()
        ):
            return repository / "snapshots" / revision
    found = sorted((repository / "snapshots").iterdir())
    if len(found) != 1:
        raise InputError(
            "subject.unusable",
            f"`{repository}` holds {len(found)} snapshots",
            hint="name one of the folders below `snapshots`",
        )
    return found[0]


def _of_layout(path: Path, *, target: str) -> SubjectDigest:
    index = _json(path / "index.json")
    rows = index.get("manifests") if isinstance(index, dict) else None
    listed = rows if isinstance(rows, list) else ()
    digests = {str(each.get("digest")) for each in listed if isinstance(each, dict)}
    if len(digests) != 1:
        raise InputError(
            "subject.unusable", f"`{path}` is an image layout with {len(digests)} images"
        )
    digest = digests.pop()
    blob = path / "blobs" / "sha256" / digest.removeprefix("sha256:")
    if _DIGEST.fullmatch(digest) is None or digest_bytes(read_bytes(blob)) != digest:
        raise InputError("subject.unusable", f"`{path}` does not hold the image that it names")
    return SubjectDigest(target=target, kind="oci-layout", digest=digest)


def _of_pod(path: Path, *, target: str, container: str | None) -> SubjectDigest:
    """The image that runs, from the status of a pod, never from what its specification asks for."""
    pod = _json(path)
    status = pod.get("status") if isinstance(pod, dict) and pod.get("kind") == "Pod" else None
    rows = status.get("containerStatuses") if isinstance(status, dict) else None
    running = {
        str(row.get("name")): str(row.get("imageID"))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict)
    }
    if container is None and len(running) == 1:
        container = next(iter(running))
    if container not in running:
        known = ", ".join(sorted(running)) or "none"
        raise InputError(
            "subject.unusable",
            f"`{path}` does not say which image `{container or 'the container'}` runs",
            hint=f"kubectl get pod NAME -o json; containers that run: {known}",
        )
    image = _IMAGE.fullmatch(running[container])
    if image is None:
        raise InputError(
            "subject.unusable", f"`{running[container]}` of container `{container}` has no digest"
        )
    return SubjectDigest(target=target, kind="pod", digest=image["digest"], name=image["name"])


def _json(path: Path) -> object:
    try:
        return parse_strict(read_bytes(path))
    except ValueError as error:
        raise InputError("subject.unusable", f"`{path}` is not JSON: {error}") from None


def _no_digest(target: str) -> InputError:
    command = _REMOTE.get(target.partition(":")[0])
    if command is not None:
        return InputError(
            "subject.unusable",
            f"`{target}` is somewhere else, and nothing is fetched here",
            hint=f"fetch it first: {command.format(target=target)}",
        )
    return InputError(
        "subject.unusable",
        f"`{target}` is no folder, no pod's JSON, no image with a digest, and no digest",
        hint="a tag can point elsewhere tomorrow: name an image as NAME@sha256:...",
    )


def _differs(says: str, *, found: SubjectDigest) -> IntegrityError:
    return IntegrityError("subject.differs", f"`{found.target}`: {says}")
