"""Digests that stand for a model: the same as model-signing's, and never a guess."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_signing import hashing
from model_signing._signing.signing import Payload

from tests.acceptance.projects import tierlock
from tierlock.core import InputError, IntegrityError, digest_bytes
from tierlock.usecases import Manifest, check_subject_digest, manifest_of, subject_digest

DIGEST = "sha256:" + "ab" * 32


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def theirs(folder: Path, *, links: bool = False, ignored: tuple[str, ...] = ()) -> str:
    """What model-signing itself puts into the subject of its statement."""
    config = hashing.Config().set_allow_symlinks(links)
    config.set_ignored_paths(paths=ignored, ignore_git_paths=True)
    statement = Payload(config.hash(folder)).statement.pb
    return f"sha256:{statement.subject[0].digest['sha256']}"


WEIGHTS = {
    "config.json": b"{}",
    "model-00001.safetensors": b"\x00\x01" * 5000,
    "model.safetensors.index.json": b"[]",
    "tokenizer/vocab.txt": b"a\nb\n",
    "tokenizer.json": b"",
    "Ü.txt": b"u",
    ".gitattributes": b"*.bin",
    ".git/HEAD": b"ref",
    "sub/.gitignore": b"counts",
}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return fill(tmp_path / "weights", WEIGHTS)


def test_a_folder_has_the_digest_of_model_signing(weights: Path):
    found = subject_digest(str(weights))
    assert found.kind == "folder"
    assert found.digest == theirs(weights)
    assert found.manifest is not None
    names = [each.name for each in found.manifest.resources]
    assert len(names) == len(WEIGHTS) - 2
    assert "sub/.gitignore" in names
    assert found.manifest.ignored == (".git", ".gitattributes")


NAMES = st.lists(
    st.text("ab.-_Z0é", min_size=1, max_size=4).filter(lambda text: text.strip(".")),
    min_size=1,
    max_size=3,
).map("/".join)


@settings(max_examples=60)
@given(files=st.dictionaries(NAMES, st.binary(max_size=8), min_size=1, max_size=6))
def test_any_folder_has_the_digest_of_model_signing(files: dict[str, bytes]):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in files.items():
            target = folder / path
            if not target.is_dir() and not any(parent.is_file() for parent in target.parents):
                fill(folder, {path: content})
        assert manifest_of(folder).digest == theirs(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"config.json": b"{ }"},
        {"new": b""},
        {"tokenizer/vocab.txt": b"a\n"},
    ],
)
def test_every_content_counts(weights: Path, change: dict[str, bytes]):
    before = subject_digest(str(weights)).digest
    assert subject_digest(str(fill(weights, change))).digest != before


def test_a_name_counts_in_the_manifest_and_not_in_the_root(weights: Path, tmp_path: Path):
    """model-signing's root does not cover names; --expect with a manifest does."""
    before = subject_digest(str(weights))
    assert before.manifest is not None
    (tmp_path / "m.json").write_text(before.manifest.model_dump_json(by_alias=True))
    check_subject_digest(before, expected=str(tmp_path / "m.json"))
    (weights / "config.json").rename(weights / "config.jsom")
    after = subject_digest(str(weights))
    assert after.digest == before.digest == theirs(weights)
    check_subject_digest(after, expected=before.digest)
    with pytest.raises(IntegrityError, match=r"config\.json` is missing and 1 more") as caught:
        check_subject_digest(after, expected=str(tmp_path / "m.json"))
    assert caught.value.code == "subject.differs"


def test_differences_are_listed(weights: Path):
    before = manifest_of(weights)
    fill(weights, {"config.json": b"other", "new": b""})
    (weights / "tokenizer.json").unlink()
    assert before.differences(manifest_of(weights)) == (
        "`tokenizer.json` is missing",
        "`new` is new",
        "`config.json` has other content",
    )
    assert before.differences(before) == ()


def refused(target: str, says: str, **fields: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        subject_digest(target, **fields)
    assert caught.value.code == "subject.unusable"


def test_what_leads_elsewhere_is_no_weights_folder(weights: Path, tmp_path: Path):
    outside = fill(tmp_path / "outside", {"w.bin": b"w"})
    for target in (outside / "w.bin", outside, tmp_path / "nowhere"):
        link = weights / "link"
        link.symlink_to(target)
        refused(str(weights), "symbolic link `link`")
        link.unlink()
    os.mkfifo(weights / "pipe")
    refused(str(weights), "is no file")


def test_nothing_has_no_digest(tmp_path: Path):
    refused(str(tmp_path), "holds no file")
    fill(tmp_path, {".git/HEAD": b"x"})
    refused(str(tmp_path), "holds no file")


def test_a_name_that_nobody_can_write_is_refused(tmp_path: Path):
    fill(tmp_path, {"a": b""})
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))).write_bytes(b"")
    refused(str(tmp_path), "not UTF-8")


def test_a_file_that_changes_meanwhile_is_noticed(weights: Path, monkeypatch: pytest.MonkeyPatch):
    real = hashlib.file_digest

    def slow(file, name):
        found = real(file, name)
        os.utime(file.fileno(), ns=(1, 1))
        return found

    monkeypatch.setattr(hashlib, "file_digest", slow)
    refused(str(weights), "changed while it was read")


# -- Hugging Face --------------------------------------------------------------------------------

REVISION = "1" * 40


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A repository as `huggingface_hub` caches it: a snapshot of links to blobs."""
    repository = fill(
        tmp_path / "hub" / "models--org--small", {"blobs/aa": b"{}", "blobs/bb": b"weights"}
    )
    snapshot = repository / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").symlink_to("../../blobs/aa")
    (snapshot / "model.safetensors").symlink_to("../../blobs/bb")
    fill(repository, {"refs/main": REVISION.encode()})
    return repository


def test_a_cached_repository_is_its_snapshot(cache: Path, tmp_path: Path):
    snapshot = cache / "snapshots" / REVISION
    plain = fill(tmp_path / "p", {"config.json": b"{}", "model.safetensors": b"weights"})
    for target in (snapshot, cache):
        found = subject_digest(str(target))
        assert (found.kind, found.name) == ("hugging-face", f"org/small@{REVISION}")
        assert found.digest == theirs(snapshot, links=True) == theirs(plain)


def test_a_download_leaves_no_trace_in_the_digest(tmp_path: Path):
    folder = fill(tmp_path / "local", {"config.json": b"{}"})
    before = subject_digest(str(folder)).digest
    fill(folder, {".cache/huggingface/download/config.json.metadata": b"today"})
    assert subject_digest(str(folder)).digest == before
    assert theirs(folder, ignored=(".cache/huggingface",)) == before


def test_a_snapshot_does_not_lead_out_of_its_repository(cache: Path, tmp_path: Path):
    fill(tmp_path, {"other": b"x"})
    (cache / "snapshots" / REVISION / "extra").symlink_to(tmp_path / "other")
    refused(str(cache), "symbolic link `extra`")


def test_of_several_snapshots_one_is_named(cache: Path):
    fill(cache, {"snapshots/2/config.json": b"{}"})
    assert subject_digest(str(cache)).name.endswith(REVISION)
    (cache / "refs" / "main").unlink()
    refused(str(cache), "2 snapshots")


# -- MLflow --------------------------------------------------------------------------------------


def test_an_mlflow_version_is_what_was_logged(tmp_path: Path):
    folder = fill(tmp_path / "m", {"MLmodel": b"flavors: {}", "data/model.bin": b"w"})
    logged = subject_digest(str(folder))
    assert logged.kind == "mlflow"
    assert logged.digest == theirs(folder)
    fill(folder, {"registered_model_meta": b"model_name: m\nmodel_version: 3\n"})
    assert subject_digest(str(folder)).digest == logged.digest
    assert logged.digest == theirs(folder, ignored=("registered_model_meta",))


# -- images --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "kind", "name"),
    [
        (DIGEST, "digest", ""),
        (
            f"registry.example.org:5000/team/model@{DIGEST}",
            "image",
            "registry.example.org:5000/team/model",
        ),
        (f"docker-pullable://model:1.2@{DIGEST}", "image", "model:1.2"),
    ],
)
def test_a_digest_stands_for_itself(target: str, kind: str, name: str):
    found = subject_digest(target)
    assert (found.kind, found.digest, found.name) == (kind, DIGEST, name)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "model:latest",
        "sha256:abc",
        DIGEST.upper(),
        f"a b@{DIGEST}",
        "model@sha256:00",
        "nowhere/",
    ],
)
def test_what_can_point_elsewhere_tomorrow_is_refused(target: str):
    refused(target, "no digest|no folder")


@pytest.mark.parametrize("target", ["models:/small/3", "runs:/abc/model", "hf:org/small"])
def test_nothing_is_fetched(target: str):
    with pytest.raises(InputError, match="somewhere else") as caught:
        subject_digest(target)
    assert "FOLDER" in str(caught.value.hint) or "snapshot" in str(caught.value.hint)


def layout(folder: Path, digests: list[str]) -> Path:
    index = {"manifests": [{"digest": digest} for digest in digests]}
    return fill(folder, {"oci-layout": b"{}", "index.json": json.dumps(index).encode()})


def test_an_image_layout_holds_the_image_that_it_names(tmp_path: Path):
    digest = digest_bytes(b"manifest")
    folder = layout(tmp_path / "image", [digest])
    blob = f"blobs/sha256/{digest.removeprefix('sha256:')}"
    fill(folder, {blob: b"manifest"})
    assert subject_digest(str(folder)).digest == digest
    fill(folder, {blob: b"another"})
    refused(str(folder), "does not hold")
    for digests in ([], [digest, DIGEST]):
        refused(str(layout(tmp_path / "image", digests)), "image layout with")


def pod(path: Path, running: dict[str, str], **fields: object) -> str:
    rows = [{"name": name, "imageID": image} for name, image in running.items()]
    value = {"kind": "Pod", "status": {"containerStatuses": rows}, **fields}
    path.write_text(json.dumps(value))
    return str(path)


def test_a_pod_is_what_it_runs(tmp_path: Path):
    path = tmp_path / "pod.json"
    target = pod(path, {"server": f"registry.example.org/model@{DIGEST}"})
    found = subject_digest(target)
    assert (found.kind, found.digest, found.name) == ("pod", DIGEST, "registry.example.org/model")
    target = pod(path, {"server": f"model@{DIGEST}", "proxy": "proxy@sha256:" + "00" * 32})
    assert subject_digest(target, container="server").digest == DIGEST
    refused(target, "does not say which image")
    refused(target, "does not say which image", container="other")


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"kind": "Pod"}', '{"kind": "Pod", "status": []}', '{"a": 1, "a": 2}'],
)
def test_a_file_that_is_no_running_pod_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "pod.json"
    path.write_text(content)
    refused(str(path), "pod.json")


def test_a_pod_that_runs_a_tag_is_refused(tmp_path: Path):
    refused(pod(tmp_path / "p.json", {"server": "model:latest"}), "has no digest")


# -- the command ---------------------------------------------------------------------------------


def test_the_command_prints_compares_and_lists(weights: Path, tmp_path: Path):
    ran = tierlock("subject", weights, DIGEST)
    digest = theirs(weights)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        f"{digest} folder {weights} (7 files)",
        f"{DIGEST} digest {DIGEST}",
    ]
    listing = tmp_path / "listing.json"
    assert tierlock("subject", weights, "--manifest", listing, "--expect", digest).code == 0
    assert Manifest.parse(listing.read_bytes()).digest == digest
    assert tierlock("subject", weights, "--expect", listing).code == 0
    assert tierlock("subject", weights, "--manifest", listing).code == 2
    assert tierlock("subject", weights, weights, "--manifest", tmp_path / "n").code == 2
    ran = tierlock("subject", weights, "--expect", DIGEST)
    assert (ran.code, ran.out) == (3, "")
    assert "subject.differs" in ran.err
    ran = tierlock("subject", weights, "--format", "json")
    (row,) = json.loads(ran.out)
    assert (row["digest"], row["kind"], "manifest" in row) == (digest, "folder", False)
