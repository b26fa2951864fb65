"""Archives from strangers: every lie about an entry is noticed, and no entry costs too much."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from io import BytesIO

import pytest
import zstandard

from tests.unit.importers.logs import DEFLATED, STORED, ZSTANDARD, pack
from tierlock.core import ImportFailed
from tierlock.importers import Limits
from tierlock.importers.untrusted_zip import Archive


def opened(data: bytes, limits: Limits | None = None) -> Archive:
    return Archive(data, where="a.eval", limits=limits or Limits())


@pytest.mark.parametrize("method", [STORED, DEFLATED, ZSTANDARD])
def test_entries_come_back(method: int) -> None:
    archive = opened(pack({"a": b"first" * 99, "b/c": b"", "ü": b"x"}, method=method))
    assert {name: archive.read(name) for name in archive.entries} == {
        "a": b"first" * 99,
        "b/c": b"",
        "ü": b"x",
    }
    assert archive.dead_bytes() == 0


def test_an_archive_of_the_standard_library_has_no_dead_bytes() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("one", b"1" * 1000)
        with file.open("streamed", "w", force_zip64=True) as member:
            member.write(b"2" * 1000)
    archive = opened(target.getvalue())
    assert archive.read("streamed") == b"2" * 1000
    assert archive.dead_bytes() == 0


class NoSeek(BytesIO):
    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError


def test_an_archive_written_to_a_pipe_has_no_dead_bytes() -> None:
    target = NoSeek()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("one", b"1" * 1000)
        file.writestr("two", b"2" * 1000)
    archive = opened(target.getvalue())
    assert archive.read("two") == b"2" * 1000
    assert archive.dead_bytes() == 0


def test_frames_that_follow_each_other_are_one_entry() -> None:
    frames = zstandard.compress(b"a" * 100) + zstandard.compress(b"b" * 50)
    data = bytearray(pack({"x": frames}, method=STORED))
    whole = b"a" * 100 + b"b" * 50
    for place in (8, data.index(b"PK\x01\x02") + 10):
        struct.pack_into("<H", data, place, ZSTANDARD)
    for place in (14, data.index(b"PK\x01\x02") + 16):
        struct.pack_into("<LLL", data, place, zlib.crc32(whole), len(frames), len(whole))
    assert opened(bytes(data)).read("x") == whole


def test_the_last_of_equal_names_wins() -> None:
    archive = opened(pack([("a", b"old"), ("b", b""), ("a", b"new")]))
    assert archive.read("a") == b"new"
    assert archive.superseded == 1


@pytest.mark.parametrize("forgotten", [0, 1, 2])
def test_dead_bytes_are_counted(forgotten: int) -> None:
    data = pack({"a": b"x" * 40, "b": b"y" * 40, "c": b"z" * 40}, forgotten=[forgotten], method=0)
    assert opened(data).dead_bytes() == 30 + 1 + 40


GOOD = pack({"a.json": b"0123456789" * 20}, method=DEFLATED)
ROW = GOOD.index(b"PK\x01\x02")
END = GOOD.index(b"PK\x05\x06")


def changed(place: int, new: bytes) -> bytes:
    return GOOD[:place] + new + GOOD[place + len(new) :]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a complete zip"),
        (b"PK\x05\x06", "not a complete zip"),
        (GOOD[:-1], "not a complete zip"),
        (GOOD[:ROW], "not a complete zip"),
        (GOOD + b"tail", "not a complete zip"),
        (b"head" + GOOD, "hole"),
        (changed(ROW, b"XX"), "inconsistent"),
        (changed(END + 8, b"\x02\x00\x02\x00"), "inconsistent"),
        (changed(END + 8, b"\x00\x00\x00\x00"), "inconsistent"),
        (changed(END + 4, b"\x01\x00"), "one part of several"),
        (changed(ROW + 28, b"\xff\xff"), "inconsistent"),
        (changed(ROW + 20, struct.pack("<L", 10**6)), "overlap"),
        (pack({"a": b"x"})[:40] + pack({"a": b"x"})[40:-22] + GOOD[END:], "hole"),
    ],
)
def test_a_damaged_directory_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(ImportFailed, match=says) as caught:
        opened(data)
    assert caught.value.code == "import.unreadable"
    assert caught.value.location == "a.eval"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (changed(ROW + 8, b"\x01\x00"), "encrypted"),
        (changed(ROW + 10, b"\x0c\x00"), "unknown compression"),
        (changed(ROW + 16, b"\x00\x00\x00\x00"), "checksum"),
        (changed(ROW + 24, struct.pack("<L", 100)), "not as long"),
        (changed(ROW + 24, struct.pack("<L", 300)), "not as long"),
        (changed(0, b"XX"), "not where"),
        (changed(30, b"b"), "two names"),
        (changed(28, b"\xff\x00"), "into the directory"),
        (changed(36, b"\xff\xff\xff\xff"), "damaged"),
    ],
)
def test_a_lying_entry_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(ImportFailed, match=says) as caught:
        opened(data).read("a.json")
    assert caught.value.code == "import.unreadable"
    assert caught.value.location == "a.eval:a.json"


def test_a_changed_score_is_noticed_by_the_checksum() -> None:
    data = pack({"s": b'{"value": "C"}'}, method=STORED)
    with pytest.raises(ImportFailed, match="damaged or changed"):
        opened(data.replace(b'"C"', b'"I"')).read("s")


def test_entries_that_share_bytes_are_refused() -> None:
    data = bytearray(pack({"a": b"x" * 50, "b": b"x" * 50}, method=STORED))
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, second + 42, 0)
    with pytest.raises(ImportFailed, match="overlap"):
        opened(bytes(data))


def long_archive(content: bytes, *, kind: int = 1, end: bytes = b"PK\x06\x06") -> bytes:
    """Return an archive of one entry whose sizes stand in the ZIP64 fields only."""
    size, unknown = len(content), 0xFFFFFFFF
    body = struct.pack("<4s5H3L2H", b"PK\x03\x04", 45, 0, 0, 0, 0, 0, unknown, unknown, 1, 0)
    body += b"a" + content
    field = struct.pack("<HH3Q", kind, 24, size, size, 0)
    note = struct.pack("<HH2s", 9, 2, b"xx")
    row = struct.pack("<4s6HL", b"PK\x01\x02", 45, 45, 0, 0, 0, 0, zlib.crc32(content))
    row += struct.pack("<2L5H2L", unknown, unknown, 1, 32 + 2, 0, 0, 0, 0, unknown)
    row += b"a" + note + field
    at = len(body)
    tail = struct.pack("<4sQ2H2L4Q", end, 44, 45, 45, 0, 0, 1, 1, len(row), at)
    tail += struct.pack("<4sLQL", b"PK\x06\x07", 0, at + len(row), 1)
    tail += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, unknown, unknown, 0)
    return body + row + tail


def test_sizes_beyond_32_bits_are_read_from_their_own_fields() -> None:
    archive = opened(long_archive(b"content"))
    assert archive.read("a") == b"content"
    assert archive.dead_bytes() == 0


@pytest.mark.parametrize("changes", [{"kind": 2}, {"end": b"PK\x09\x09"}])
def test_damaged_long_sizes_are_refused(changes: dict) -> None:
    with pytest.raises(ImportFailed) as caught:
        opened(long_archive(b"content", **changes))
    assert caught.value.code == "import.unreadable"


def test_a_name_of_an_old_tool_is_a_name() -> None:
    data = pack({"b": b"x"}).replace(b"b", b"\x81")
    assert list(opened(data).entries) == ["ü"]


def test_a_directory_with_more_or_fewer_rows_than_it_says_is_refused() -> None:
    two = pack({"a": b"", "b": b""})
    at = two.index(b"PK\x05\x06") + 8
    for count in (1, 3):
        data = two[:at] + struct.pack("<2H", count, count) + two[at + 4 :]
        with pytest.raises(ImportFailed, match="inconsistent"):
            opened(data)


def test_a_directory_that_ends_in_the_middle_of_a_row_is_refused() -> None:
    data = bytearray(pack({"a": b""}))
    at = data.index(b"PK\x05\x06")
    size = at - data.index(b"PK\x01\x02")
    data[at:at] = b"PK\x01\x02"
    struct.pack_into("<L", data, at + 4 + 12, size + 4)
    with pytest.raises(ImportFailed, match="truncated"):
        opened(bytes(data))


def bomb(method: int) -> bytes:
    return pack({"zeros": bytes(1_000_000)}, method=method)


@pytest.mark.parametrize("method", [DEFLATED, ZSTANDARD])
@pytest.mark.parametrize(
    "limits",
    [
        Limits(member_bytes=999_999),
        Limits(total_bytes=999_999),
        Limits(free_bytes=1000, ratio=100),
    ],
)
def test_bombs_are_refused_before_they_go_off(method: int, limits: Limits) -> None:
    with pytest.raises(ImportFailed) as caught:
        opened(bomb(method), limits).read("zeros")
    assert caught.value.code == "import.limit"


def test_the_total_counts_every_read() -> None:
    archive = opened(pack({"a": b"x" * 60, "b": b"x" * 60}), Limits(total_bytes=100))
    archive.read("a")
    with pytest.raises(ImportFailed, match="100 bytes"):
        archive.read("b")


def test_too_many_entries_are_refused_unread() -> None:
    with pytest.raises(ImportFailed, match="more than 2") as caught:
        opened(pack({"a": b"", "b": b"", "c": b""}), Limits(members=2))
    assert caught.value.code == "import.limit"


@pytest.mark.parametrize("method", [DEFLATED, ZSTANDARD])
def test_a_frame_longer_than_the_directory_says_is_cut(method: int) -> None:
    data = bytearray(bomb(method))
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, 500)
    with pytest.raises(ImportFailed, match="not as long"):
        opened(bytes(data)).read("zeros")


class Ranged:
    """A file that is read by ranges, and may change between two of them."""

    block = 64

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def at(self, start: int, length: int) -> bytes:
        return self.data[start : start + length]

    def close(self) -> None:
        """Nothing is open."""


def ranged(data: bytes) -> tuple[Archive, Ranged]:
    content = Ranged(data)
    return Archive(content, where="a.eval", limits=Limits()), content


ENTRIES = {"a": b"first" * 99, "skipped": b"x" * 500, "c": b"", "d": bytes(range(256)) * 9}


@pytest.mark.parametrize("method", [STORED, DEFLATED, ZSTANDARD])
def test_a_sweep_gives_the_wanted_entries_and_the_digest_of_all(method: int) -> None:
    data = pack(ENTRIES, method=method)
    for archive in (opened(data), ranged(data)[0]):
        assert archive.read("d") == ENTRIES["d"]
        found = dict(archive.sweep(lambda name: name != "skipped"))
        assert found == {name: ENTRIES[name] for name in ("a", "c", "d")}
        assert archive.sha256 == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert archive.dead == 0


def test_a_sweep_goes_over_entries_in_another_order_and_over_dead_bytes() -> None:
    data = pack([("a", b"old" * 50), ("b", b"2" * 90), ("a", b"new" * 50)], forgotten=[1], method=0)
    archive = ranged(data)[0]
    assert list(archive.sweep(lambda _: True)) == [("a", b"new" * 50)]
    assert archive.dead == 30 + 1 + 90


@pytest.mark.parametrize("place", ["directory", "read", "gone"])
def test_a_file_that_changes_while_it_is_read_is_refused(place: str) -> None:
    data = pack({"a": b"one" * 50, "b": b"two" * 50}, method=STORED)
    archive, content = ranged(data)
    archive.read("b")
    content.data = {
        "directory": data[:-40] + bytes([data[-40] ^ 1]) + data[-39:],
        "read": data.replace(b"two", b"six"),
        "gone": data[:200],
    }[place]
    with pytest.raises(ImportFailed) as caught:
        list(archive.sweep(lambda name: name == "a"))
    assert caught.value.code == "import.unreadable"


@pytest.mark.parametrize("method", [STORED, DEFLATED, ZSTANDARD])
def test_pieces_are_the_whole_and_are_checked_at_the_end(method: int) -> None:
    content = bytes(range(256)) * 20_000
    data = pack({"a": content, "z": b""}, method=method)
    archive, later = ranged(data)
    pieces = list(archive.pieces("a"))
    assert b"".join(pieces) == content
    assert len(pieces) > 1
    assert archive.size_of("a") == len(content)
    list(archive.sweep(lambda _: False))
    later.data = data.replace(b"PK\x01\x02", b"PK\x01\x03", 1)
    with pytest.raises(ImportFailed):
        list(archive.sweep(lambda _: False))
    for at, new in ((16, b"\0\0\0\0"), (24, struct.pack("<L", 10)), (10, b"\x0c\0")):
        row = data.index(b"PK\x01\x02") + at
        with pytest.raises(ImportFailed) as caught:
            list(opened(data[:row] + new + data[row + len(new) :]).pieces("a"))
        assert caught.value.code == "import.unreadable"


@pytest.mark.parametrize("claimed", [None, 10**6])
def test_a_frame_that_claims_another_size_is_given_what_the_directory_allows(
    claimed: int | None,
) -> None:
    content = b"a" * 1000
    frame = zstandard.ZstdCompressor(write_content_size=claimed is not None).compress(content)
    if claimed is not None:
        # The frame header states the size in two bytes, less 256.
        at = frame.index(struct.pack("<H", 1000 - 256))
        frame = frame[:at] + struct.pack("<H", 0xFFFF) + frame[at + 2 :]
    data = bytearray(pack({"x": frame}, method=STORED))
    for place in (8, data.index(b"PK\x01\x02") + 10):
        struct.pack_into("<H", data, place, ZSTANDARD)
    for place in (14, data.index(b"PK\x01\x02") + 16):
        struct.pack_into("<LLL", data, place, zlib.crc32(content), len(frame), len(content))
    if claimed is None:
        assert opened(bytes(data)).read("x") == content
    else:
        with pytest.raises(ImportFailed, match="damaged"):
            opened(bytes(data)).read("x")


def test_an_outline_gives_what_is_no_sample_and_nothing_else() -> None:
    data = pack({"samples/1": b"1", "header": b"old", "samples/2": b"2"}, method=STORED)
    archive = Archive(data, where="a.eval", limits=Limits(), outline=True)
    assert list(archive.entries) == ["header"]
    assert archive.read("header") == b"old"
    with pytest.raises(TypeError):
        list(archive.sweep(lambda _: True))


@pytest.mark.parametrize(
    "data",
    [
        changed(ROW, b"XX"),
        changed(END + 8, b"\x02\x00\x02\x00"),
        changed(END + 8, b"\x00\x00\x00\x00"),
        changed(ROW + 28, b"\xff\xff"),
        GOOD[:-1],
        b"head" + GOOD,
    ],
)
def test_an_outline_of_a_damaged_directory_is_refused(data: bytes) -> None:
    with pytest.raises(ImportFailed) as caught:
        Archive(data, where="a.eval", limits=Limits(), outline=True)
    assert caught.value.code == "import.unreadable"
