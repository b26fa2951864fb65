"""The container: any zip tool opens it, and reading takes exactly what writing makes."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.core import InputError, IntegrityError
from tierlock.usecases import bundle_zip
from tierlock.usecases.bundle_zip import read_zip, write_zip

NAMES = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}(/[a-z0-9][a-z0-9._-]{0,8}){0,2}", fullmatch=True)
MEMBERS = st.dictionaries(NAMES, st.binary(max_size=200) | st.just(b"a" * 5000), max_size=6)
SOME = {"a.json": b"{}", "b/c.jsonl": b"x" * 1000, "d": b""}


@given(MEMBERS)
def test_what_is_written_is_read_again(members: dict[str, bytes]) -> None:
    data = write_zip(members)
    assert read_zip(data) == members
    assert write_zip(dict(reversed(members.items()))) == data


@given(MEMBERS)
def test_an_ordinary_zip_tool_opens_it(members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(write_zip(members))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == members
        assert archive.namelist() == sorted(members)


@given(st.data())
def test_a_changed_byte_is_noticed_or_changes_nothing_that_is_read(data: st.DataObject) -> None:
    whole = write_zip(SOME)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    found = None
    with suppress(IntegrityError):
        found = read_zip(bytes(changed))
    assert found in (None, SOME)


@given(st.binary(max_size=300))
def test_any_other_bytes_are_a_coded_error(data: bytes) -> None:
    with pytest.raises(IntegrityError) as caught:
        read_zip(data)
    assert caught.value.code == "bundle.format"
    assert caught.value.hint


@pytest.mark.parametrize("cut", [1, 10, 22, 100])
def test_a_short_file_and_what_follows_a_file_are_refused(cut: int) -> None:
    whole = write_zip(SOME)
    for changed in (whole[:-cut], whole + b"x" * cut, b"x" * cut + whole, whole + whole):
        with pytest.raises(IntegrityError):
            read_zip(changed)


def ordinary(names: list[str], **options: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"data")
        archive.comment = str(options.get("comment", "")).encode()
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        ordinary(["a"]),
        ordinary(["a"], comment="hello"),
        ordinary(["../a"]),
        ordinary(["b", "a"]),
    ],
    ids=["other tool", "comment", "path", "order"],
)
def test_zips_of_other_tools_are_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError, match="no bundle"):
        read_zip(data)


@pytest.mark.parametrize(
    "name", ["../a", "/a", "a//b", "a/../b", ".hidden", "a\\b", "ä", "", "a b"]
)
def test_no_name_leads_anywhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_zip({name: b"x"})
    with pytest.raises(IntegrityError, match="order of their names"):
        read_zip(data)


def test_a_name_occurs_once() -> None:
    one, both = write_zip({"a": b"1"}), write_zip({"a": b"1", "b": b"2"})
    doubled = both.replace(b"\x00b2", b"\x00a2").replace(b"\x00b", b"\x00a")
    assert len(one) < len(doubled)
    with pytest.raises(IntegrityError):
        read_zip(doubled)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = bytearray(write_zip({"a": b"\x00" * 100_000}))
    # Both places where the unpacked size stands.
    for place in range(len(data) - 4):
        if struct.unpack_from("<L", data, place)[0] == 100_000:
            struct.pack_into("<L", data, place, 2**32 - 2)
    with pytest.raises(IntegrityError) as caught:
        read_zip(bytes(data))
    assert caught.value.code == "bundle.limit"


def test_what_compresses_too_well_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_zip, "FREE_BYTES", 1000)
    monkeypatch.setattr(bundle_zip, "RATIO", 10)
    members = {"zeros": b"\x00" * 100_000}
    data = write_zip(members)
    assert len(data) > 100_000
    assert read_zip(data) == members


def test_a_bundle_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_zip, "MOST_BYTES", 1000)
    with pytest.raises(InputError) as caught:
        write_zip({"a": b"x" * 1001})
    assert caught.value.code == "bundle.limit"
