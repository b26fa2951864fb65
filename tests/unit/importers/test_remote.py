"""Logs in remote stores: the same evidence as from disk, by ranges, and nothing is trusted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.acceptance.projects import log
from tests.unit.importers.logs import header, members, pack, sample
from tierlock.core import ImportFailed, InputError
from tierlock.importers import (
    RemotePath,
    find_logs,
    fingerprint_of,
    import_logs,
    read,
    remote,
    scan_header,
    scan_scores,
)
from tierlock.importers import interface as interface_module
from tierlock.importers.remote import remote_fingerprint

fsspec = pytest.importorskip("fsspec", reason="the extra `remote` is not installed")


class Requests(BaseHTTPRequestHandler):
    """Serves files from memory, by range, and a page of links for a folder."""

    protocol_version = "HTTP/1.1"

    def __init__(self, site: Site, *given: Any) -> None:
        self.site = site
        super().__init__(*given)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        name = urlsplit(self.path).path
        data, code = self.site.files.get(name), 200
        if data is None:
            data, code = b"nothing here", 404
        headers = {"Accept-Ranges": "bytes", **self.site.headers}
        span = self.headers.get("Range")
        if code == 200 and span and self.site.ranges:
            first, _, last = span.removeprefix("bytes=").partition("-")
            whole, data = len(data), data[int(first) : int(last) + 1]
            headers["Content-Range"] = f"bytes {first}-{last}/{whole}"
            code = 206
        if body:
            self.site.sent += len(data)
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(data)


class Site:
    """A web server on this machine; counts what it sends."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.headers: dict[str, str] = {}
        self.ranges = True
        self.sent = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Requests, self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def page(self, folder: str, *links: str) -> None:
        self.files[folder] = "".join(f'<a href="{link}">x</a>' for link in links).encode()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()
    fsspec.filesystem("http").clear_instance_cache()


@pytest.fixture
def memory() -> Iterator[Any]:
    store = fsspec.filesystem("memory")
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]


def big_log(*, filler: int) -> bytes:
    rows = [sample(n, "C", messages=[{"role": "user", "content": "x" * 100}]) for n in range(9)]
    entries = members(rows)
    entries["blob.bin"] = bytes(filler)
    return pack(entries, method=0)


def test_remote_logs_are_the_same_evidence(tmp_path: Path, memory: Any, site: Site) -> None:
    path = log(tmp_path, "one.eval", "CCI", eval_id="run-1")
    memory.pipe("/logs/one.eval", path.read_bytes())
    site.files["/logs/one.eval"] = path.read_bytes()
    here = read(path)
    assert read(RemotePath("memory://logs/one.eval")) == here
    assert read(RemotePath(f"{site.url}/logs/one.eval?token=secret")) == here


@pytest.mark.parametrize("held", [1 << 24, 0])
def test_a_folder_is_searched_like_one_on_disk(
    tmp_path: Path, memory: Any, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr(interface_module, "HELD_BYTES", held)
    for name in ("a.eval", "deep/b.eval", ".hidden/c.eval", "logs.json", "notes.txt"):
        path = log(tmp_path / "logs", name, "CI", eval_id=f"run-{name}")
        memory.pipe(f"/logs/{name}", path.read_bytes())
    here = import_logs([tmp_path / "logs"])
    there = import_logs([RemotePath("memory://logs")])
    assert there.evidence == here.evidence
    assert [item.run_id for item in there.evidence] == ["run-a.eval", "run-deep/b.eval"]
    assert [one.code for one in there.omissions] == [one.code for one in here.omissions]
    assert there.omissions[0].what == "memory://logs/notes.txt"


def test_a_web_folder_gives_only_what_lies_in_it(tmp_path: Path, site: Site) -> None:
    data = log(tmp_path, "a.eval", "CI").read_bytes()
    for name in ("/logs/a.eval", "/logs/in/b.eval", "/other/c.eval", "/logs/d.eval"):
        site.files[name] = data
    site.page(
        "/logs/", "a.eval", "in/", "../other/c.eval", "/other/c.eval", "http://127.0.0.1:9/e.eval"
    )
    site.page("/logs/in/", "b.eval", "..", "/logs/")
    logs, _ = find_logs([RemotePath(f"{site.url}/logs/")])
    assert [place.name for place in logs] == ["a.eval", "b.eval"]


def test_a_look_at_header_and_scores_downloads_neither_samples_nor_the_rest(site: Site) -> None:
    site.files["/a.eval"] = data = big_log(filler=5_000_000)
    place = RemotePath(f"{site.url}/a.eval")
    assert scan_header(place).evaluation == "package/biology"
    assert scan_scores(place).scores == {"check": [1.0] * 9}
    assert site.sent < len(data) / 20


def test_a_big_archive_is_streamed_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interface_module, "HELD_BYTES", 1000)
    monkeypatch.setattr("tierlock.importers.remote.RemoteFile.block", 200_000)
    site.files["/a.eval"] = data = big_log(filler=1_000_000)
    (evidence,) = read(RemotePath(f"{site.url}/a.eval")).evidence
    assert len(evidence.samples) == 9
    # The directory, header and summary are read before, and 64 KiB to recognise the file.
    assert len(data) <= site.sent < len(data) + 300_000


def test_a_server_without_ranges_is_an_error(site: Site) -> None:
    site.ranges = False
    site.files["/a.eval"] = big_log(filler=100_000)
    with pytest.raises(ImportFailed, match="range") as caught:
        scan_header(RemotePath(f"{site.url}/a.eval"))
    assert caught.value.code == "input.file"


@pytest.mark.parametrize(
    "url", ["{site}/missing.eval", "memory://missing.eval", "nonsense://a.eval", "{site}/dir/"]
)
def test_what_is_not_there_is_a_coded_error(site: Site, url: str) -> None:
    with pytest.raises((ImportFailed, InputError)) as caught:
        import_logs([RemotePath(url.format(site=site.url) + "?token=secret")])
    assert caught.value.code in {"input.file", "import.empty"}
    assert "secret" not in str(caught.value)


def test_a_damaged_remote_log_is_refused_at_its_place(memory: Any) -> None:
    memory.pipe("/logs/a.eval", pack(members([sample(1)], header([sample(1)])))[:-1])
    with pytest.raises(ImportFailed) as caught:
        import_logs([RemotePath("memory://logs")])
    assert caught.value.location == "memory://logs/a.eval"


# -- fingerprints -----------------------------------------------------------------------------

OLD = "Mon, 02 Mar 2026 12:00:00 GMT"
NOW = 10**18 * 2  # long after that, in nanoseconds


def tag(site: Site, headers: dict[str, str], url: str = "/a.eval", *, now: int = NOW) -> Any:
    site.headers = headers
    site.files["/a.eval"] = b"x" * 9
    return remote_fingerprint(RemotePath(site.url + url), now=now)


def test_a_strong_tag_is_a_fingerprint_and_moves_with_everything_that_is_stated(
    site: Site,
) -> None:
    first = tag(site, {"ETag": '"one"', "Last-Modified": OLD})
    assert first is not None
    assert first[0] == 9
    assert tag(site, {"ETag": '"one"', "Last-Modified": OLD}) == first
    others = [
        tag(site, {"ETag": '"two"', "Last-Modified": OLD}),
        tag(site, {"ETag": '"one"', "Last-Modified": OLD.replace("02", "01")}),
        tag(site, {"ETag": '"one"', "Last-Modified": OLD, "Content-MD5": "Q2hlY2s="}),
    ]
    assert len({first, *others}) == 4
    assert None not in others


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Last-Modified": OLD},
        {"ETag": 'W/"one"'},
        {"ETag": 'w/"one"', "Last-Modified": OLD},
        {"ETag": '"one"', "Last-Modified": "yesterday"},
    ],
)
def test_without_a_strong_tag_there_is_no_fingerprint(site: Site, headers: dict[str, str]) -> None:
    assert tag(site, headers) is None


def test_what_changed_within_the_last_minute_has_no_fingerprint(site: Site) -> None:
    changed = 1_772_452_800 * 10**9
    headers = {"ETag": '"one"', "Last-Modified": OLD}
    assert tag(site, headers, now=changed + 59 * 10**9) is None
    assert tag(site, headers, now=changed + 61 * 10**9) is not None


@pytest.mark.parametrize("url", ["/a.eval?version=2", "/b.eval"])
def test_what_can_not_be_told_apart_or_is_not_there_has_no_fingerprint(
    site: Site, url: str
) -> None:
    assert tag(site, {"ETag": '"one"'}, url) is None


def test_a_url_with_a_name_in_it_has_no_fingerprint(site: Site) -> None:
    site.headers, site.files["/a.eval"] = {"ETag": '"one"'}, b"x"
    url = site.url.replace("//", "//ana@") + "/a.eval"
    assert remote_fingerprint(RemotePath(url), now=NOW) is None
    assert remote_fingerprint(RemotePath(f"{site.url}/a.eval"), now=NOW) is not None


def test_a_store_that_gives_no_tags_has_no_fingerprints(memory: Any) -> None:
    memory.pipe("/logs/a.eval", b"x")
    assert fingerprint_of(RemotePath("memory://logs/a.eval")) is None


@pytest.mark.parametrize(
    ("info", "is_known"),
    [
        ({"ETag": '"a-3"', "LastModified": datetime(2026, 3, 2, tzinfo=UTC)}, True),
        ({"ETag": '"a-3"', "LastModified": datetime(2040, 3, 2, tzinfo=UTC)}, False),
        ({"generation": "17", "updated": "2026-03-02T12:00:00Z"}, True),
        ({"etag": "0x8D4", "last_modified": datetime(2026, 3, 2)}, True),  # noqa: DTZ001
        ({"created": datetime(2026, 3, 2, tzinfo=UTC)}, False),
        ({"ETag": '"a"', "type": "directory"}, False),
        ({"ETag": '"a"', "size": None}, False),
    ],
)
def test_what_the_large_stores_say_is_understood(
    info: dict[str, Any], is_known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_info", lambda _: {"size": 3, "type": "file", **info})
    found = remote_fingerprint(RemotePath("s3://bucket/a.eval"), now=NOW)
    assert (found is not None) is is_known
