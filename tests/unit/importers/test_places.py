"""Places: a path is a path, a URL is remote, and nothing secret is shown."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.unit.importers.logs import write
from tierlock.core import InputError
from tierlock.importers import RemotePath, fingerprint_of, place_of

OLD = time.time() - 3600


@pytest.mark.parametrize("text", ["logs", "/a/b.eval", "a:b", "c::d", "file:///a/b.eval"])
def test_paths_are_local(text: str) -> None:
    assert place_of(text) == Path(text.removeprefix("file://"))


@pytest.mark.parametrize("text", ["s3://bucket/a.eval", "https://host/x/", "memory://a"])
def test_urls_are_remote(text: str) -> None:
    assert place_of(text) == RemotePath(text)


@pytest.mark.parametrize("text", ["zip://a::s3://bucket/b", "simplecache::https://host/a"])
def test_a_chain_of_urls_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        place_of(text)
    assert caught.value.code == "input.file"


def test_a_query_goes_along_and_is_never_shown() -> None:
    log = RemotePath("https://me:pw@host/logs/a.eval?sig=secret")
    assert (log.name, log.suffix, str(log)) == ("a.eval", ".eval", "https://host/logs/a.eval")
    beside = log.with_name("b.json")
    assert beside.url == "https://me:pw@host/logs/b.json?sig=secret"
    assert (RemotePath("memory://logs/") / "a").url == "memory://logs/a"


def old(path: Path) -> Path:
    os.utime(path, (OLD, OLD))
    return path


def test_a_fingerprint_moves_with_the_content_also_under_old_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tierlock.importers.places._SETTLED", 0)
    path = old(write(tmp_path, "a", b"one"))
    first = fingerprint_of(path)
    assert first is not None
    assert fingerprint_of(path) == first
    time.sleep(0.02)
    write(tmp_path, "a", b"two")
    again = fingerprint_of(old(path))
    assert again is not None
    # Size and time are those of before; that of the file's record is not.
    assert again[:2] == first[:2]
    assert again != first


def test_what_was_touched_just_now_or_lies_elsewhere_has_no_fingerprint(tmp_path: Path) -> None:
    assert fingerprint_of(old(write(tmp_path, "a", b"one"))) is None
    assert fingerprint_of(tmp_path) is None
    assert fingerprint_of(tmp_path / "missing") is None
    assert fingerprint_of(RemotePath("s3://bucket/a.eval")) is None
