"""Exports: the whole ledger or no export, and no import of half of one."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ledger.ledgers import AT, ORIGIN, draft, drafts
from tierlock.core import InputError, IntegrityError, TierlockError
from tierlock.ledger import (
    Ledger,
    MemoryLedger,
    check_export,
    export_ledger,
    import_ledger,
    open_ledger,
    transfer,
)

SIZE = 7


def filled(size: int = SIZE) -> Ledger:
    ledger = MemoryLedger(ORIGIN)
    ledger.append(drafts(size))
    return ledger


def text_of(ledger: Ledger) -> bytes:
    stream = io.BytesIO()
    export_ledger(ledger, to=stream)
    return stream.getvalue()


GOOD = text_of(filled())
LINES = GOOD.splitlines(keepends=True)


def test_an_export_is_the_same_bytes_every_time_and_reads_as_json() -> None:
    assert text_of(filled()) == GOOD
    first, *entries, last = [json.loads(line) for line in LINES]
    assert first == {"format": "tierlock-ledger/1", "origin": ORIGIN}
    assert entries[0] == {
        "loggedAt": "2026-01-01T00:00:00.000000Z", "mediaType": "text/plain",
        "payload": "ZW50cnkgMA==",
    }  # fmt: skip
    assert last == {"root": filled().root(SIZE).hex(), "size": SIZE}


def refused(path: Path, data: bytes) -> TierlockError:
    path.write_bytes(data)
    with pytest.raises(TierlockError) as caught:
        check_export(path)
    into = MemoryLedger(ORIGIN)
    with pytest.raises(TierlockError):
        import_ledger(path, into=into)
    assert into.size() == 0
    return caught.value


def test_a_file_that_ends_early_is_no_export(tmp_path: Path) -> None:
    for length in range(len(GOOD)):
        assert refused(tmp_path / "x", GOOD[:length]).code == "ledger.head"


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_changed_byte_passes(place: int, flip: int) -> None:
    data = bytearray(GOOD)
    data[place] ^= flip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(bytes(data))
        try:
            found = check_export(path)
        except TierlockError as error:
            said = error
        else:
            # Only the name of the ledger is not under the root; an importer compares it.
            assert found.origin != ORIGIN
            with pytest.raises(IntegrityError):
                import_ledger(path, into=MemoryLedger(ORIGIN))
            return
        assert said.code in {"ledger.head", "ledger.damaged"}


CHANGED = {
    "entry removed": [*LINES[:3], *LINES[4:]],
    "entries swapped": [*LINES[:3], LINES[4], LINES[3], *LINES[5:]],
    "entry twice": [*LINES[:3], LINES[2], *LINES[3:]],
    "more after the end": [*LINES, b"\n"],
    "two ends": [*LINES, LINES[-1]],
    "no beginning": LINES[1:],
    "two beginnings": [LINES[0], *LINES],
    "blanks": [LINES[0].replace(b":", b": "), *LINES[1:]],
    "key twice": [LINES[0].replace(b"}", b',"origin":"x"}'), *LINES[1:]],
    "another key": [*LINES[:2], LINES[2].replace(b"}", b',"z":1}'), *LINES[3:]],
    "size as a truth": [*LINES[:-1], LINES[-1].replace(b":7}", b":true}")],
    "size as text": [*LINES[:-1], LINES[-1].replace(b":7}", b':"7"}')],
    "not a number": [*LINES[:-1], LINES[-1].replace(b":7}", b":NaN}")],
    "payload a number": [LINES[0], LINES[1].replace(b'"ZW50cnkgMA=="', b"1"), *LINES[2:]],
    "payload spelt otherwise": [LINES[0], LINES[1].replace(b"MA==", b"MB=="), *LINES[2:]],
    "payload no base 64": [LINES[0], LINES[1].replace(b"MA==", b"M==="), *LINES[2:]],
    "format": [LINES[0].replace(b"/1", b"/2"), *LINES[1:]],
    "deep": [b"[" * 100_000 + b"\n", *LINES[1:]],
    "a list": [b"[]\n", *LINES[1:]],
}


@pytest.mark.parametrize("lines", CHANGED.values(), ids=CHANGED.keys())
def test_a_changed_export_is_refused(tmp_path: Path, lines: list[bytes]) -> None:
    assert refused(tmp_path / "x", b"".join(lines)).code in {"ledger.head", "ledger.damaged"}


def test_a_line_without_end_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_LONGEST", 1000)
    error = refused(tmp_path / "x", LINES[0] + b"x" * 5000)
    assert "too long" in error.message


def test_an_import_continues_what_is_there_and_nothing_else(where: str, tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(GOOD)
    with open_ledger(where, origin=ORIGIN) as ledger:
        ledger.append(drafts(3))
        for _ in range(2):
            assert import_ledger(path, into=ledger).size == SIZE
            assert list(ledger.entries()) == list(filled().entries())
        ledger.append([draft(50)])
        with pytest.raises(IntegrityError, match="only 7") as caught:
            import_ledger(path, into=ledger)
        assert caught.value.code == "ledger.inconsistent"


def test_an_import_into_another_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(GOOD)
    other, named = MemoryLedger(ORIGIN), MemoryLedger("example.org/other")
    other.append([draft(50)])
    for ledger in (other, named):
        before = ledger.size()
        with pytest.raises(IntegrityError) as caught:
            import_ledger(path, into=ledger)
        assert caught.value.code == "ledger.inconsistent"
        assert ledger.size() == before


def test_files_that_can_not_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        check_export(tmp_path / "none")
    assert caught.value.code == "input.file"

    class Full(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="no space left") as caught:
        export_ledger(filled(), to=Full())  # type: ignore[arg-type]  # a stream for all that counts
    assert caught.value.code == "input.file"


def test_an_export_of_an_earlier_size() -> None:
    stream = io.BytesIO()
    assert export_ledger(filled(), to=stream, size=4).root == filled(4).root(4)
    assert stream.getvalue() == text_of(filled(4))
    assert filled().head(AT, size=4) == filled(4).head(AT)
