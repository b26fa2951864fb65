"""Time stamps over a tree head, by a real authority that runs offline: openssl."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.unit.ledger.ledgers import AT, ORIGIN, drafts
from tests.unit.ledger.tsa import NO_OPENSSL, Authority, authority, has_openssl
from tierlock.core import InputError, IntegrityError, TierlockError
from tierlock.ledger import (
    MemoryLedger,
    TimeStampAnchor,
    canonical_head,
    check_token_about,
    request_token,
)

LEDGER = MemoryLedger(ORIGIN)
LEDGER.append(drafts(3))
HEAD = canonical_head(LEDGER.head(AT))
OTHER = canonical_head(LEDGER.head(AT, size=2))


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if not has_openssl():
        pytest.skip(NO_OPENSSL)
    return authority(tmp_path_factory.mktemp("tsa") / "own")


@pytest.fixture(scope="module")
def token(tsa: Authority) -> bytes:
    return tsa.stamp(HEAD)


def refused(token: bytes, *, root: bytes, head: bytes = HEAD) -> str:
    with pytest.raises(IntegrityError) as caught:
        TimeStampAnchor(head, token, root).confirm()
    assert caught.value.code == "ledger.anchor"
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("hashed", ["sha256", "sha512"])
def test_a_token_shows_head_and_time(tsa: Authority, hashed: str) -> None:
    found = TimeStampAnchor(HEAD, tsa.stamp(HEAD, hashed=hashed), tsa.root.read_bytes()).confirm()
    assert found.head == LEDGER.head(AT)
    assert found.by == "the time stamp of `CN=example time stamps`"
    assert found.not_after is not None
    # What the token says plus the two seconds of accuracy that this authority states.
    assert abs(found.not_after - datetime.now(UTC)) < timedelta(minutes=10)


def test_the_authority_s_own_certificate_may_be_named(tsa: Authority, token: bytes) -> None:
    both = tsa.root.read_bytes() + (tsa.folder / "tsa.pem").read_bytes()
    assert TimeStampAnchor(HEAD, token, both).confirm().head.size == 3


def test_a_named_certificate_is_the_only_one_believed(
    tsa: Authority, token: bytes, tmp_path: Path
) -> None:
    other = authority(tmp_path / "other")
    named = tsa.root.read_bytes() + (other.folder / "tsa.pem").read_bytes()
    assert "does not match" in refused(token, root=named)


def test_a_signed_note_may_be_what_was_stamped(tsa: Authority) -> None:
    signed = HEAD + "\n— a MTIzNHNpZw==\n".encode()
    for stamped in (signed, HEAD):
        found = TimeStampAnchor(signed, tsa.stamp(stamped), tsa.root.read_bytes()).confirm()
        assert found.head.size == 3


def test_a_token_over_something_else(tsa: Authority, token: bytes) -> None:
    root = tsa.root.read_bytes()
    assert "mismatch between messages" in refused(tsa.stamp(b"another file"), root=root)
    refused(token, root=root, head=OTHER)
    check_token_about(token, head=HEAD)
    with pytest.raises(IntegrityError, match="over another file"):
        check_token_about(token, head=OTHER)


def test_another_authority_of_the_same_name(token: bytes, tmp_path: Path) -> None:
    refused(token, root=authority(tmp_path / "same").root.read_bytes())


@pytest.mark.parametrize("valid", [(-400, -300), (5, 30)])
def test_a_certificate_that_was_not_valid_at_the_time(
    valid: tuple[int, int], tmp_path: Path, tsa: Authority
) -> None:
    """Expired before, or not valid yet."""
    assert tsa
    made = authority(tmp_path / "late", valid=valid)
    refused(made.stamp(HEAD), root=made.root.read_bytes())


def test_a_truncated_or_lengthened_token(tsa: Authority, token: bytes) -> None:
    root = tsa.root.read_bytes()
    for wrong in (b"", token[:1], token[:100], token[:-1], token + b"x", token * 100):
        with pytest.raises(InputError) as caught:
            TimeStampAnchor(HEAD, wrong, root).confirm()
        assert caught.value.code == "ledger.anchor-file"


def test_a_refusal_is_no_token(tsa: Authority) -> None:
    answer = tsa.stamp(HEAD, hashed="sha1")
    with pytest.raises(InputError) as caught:
        TimeStampAnchor(HEAD, answer, tsa.root.read_bytes()).confirm()
    assert caught.value.code == "ledger.anchor-file"


def test_every_changed_byte_is_seen_or_shows_the_same(tsa: Authority, token: bytes) -> None:
    root = tsa.root.read_bytes()
    whole = TimeStampAnchor(HEAD, token, root).confirm()
    same, codes = 0, set()
    for place in range(len(token)):
        data = bytearray(token)
        data[place] ^= 1 << (place % 8)
        try:
            found = TimeStampAnchor(HEAD, bytes(data), root).confirm()
        except TierlockError as error:
            codes.add(error.code)
        else:
            # The name of the signature's algorithm is not signed; nothing is decided by it.
            assert (found.head, found.not_after) == (whole.head, whole.not_after)
            same += 1
    assert codes == {"ledger.anchor", "ledger.anchor-file"}
    assert same < 30


@pytest.mark.parametrize("pem", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_certificates_that_can_not_be_read(token: bytes, pem: bytes) -> None:
    with pytest.raises(InputError) as caught:
        TimeStampAnchor(HEAD, token, pem).confirm()
    assert caught.value.code == "ledger.anchor-file"


def test_a_certificate_without_its_root(tsa: Authority, token: bytes) -> None:
    with pytest.raises(InputError, match="no root"):
        TimeStampAnchor(HEAD, token, (tsa.folder / "tsa.pem").read_bytes()).confirm()


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="extra `anchors`"):
        TimeStampAnchor(HEAD, b"", b"").confirm()


# -- over the network -------------------------------------------------------------------------


@contextmanager
def served(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """Yield the address of an authority that answers so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            assert self.headers["Content-Type"] == "application/timestamp-query"
            data = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_token_is_asked_for(tsa: Authority) -> None:
    with served(tsa.reply) as url:
        given = request_token(url, head=HEAD)
    assert TimeStampAnchor(HEAD, given, tsa.root.read_bytes()).confirm().head.size == 3


def test_an_old_answer_is_refused_for_its_nonce(tsa: Authority) -> None:
    """The same tree head, stamped for somebody else: a valid token, and not the one asked for."""
    old = tsa.stamp(HEAD)
    with served(lambda query: old) as url, pytest.raises(IntegrityError) as caught:
        request_token(url, head=HEAD)
    assert caught.value.code == "ledger.anchor"
    assert "another request" in caught.value.message


@pytest.mark.parametrize("answer", [b"", b"<html>", b"x" * 100_000])
def test_an_answer_that_is_no_token(tsa: Authority, answer: bytes) -> None:
    assert tsa
    with served(lambda query: answer) as url, pytest.raises(InputError) as caught:
        request_token(url, head=HEAD)
    assert caught.value.code == "ledger.anchor-file"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "file:///etc/hostname", "ftp://127.0.0.1/", "tsa", "http://[", ""],
)
def test_addresses_where_nobody_answers(url: str) -> None:
    with pytest.raises(InputError) as caught:
        request_token(url, head=HEAD)
    assert caught.value.code == "ledger.unavailable"
