"""Bytes by range: what was hashed is what was handed out, whatever the blocks and gaps."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.importers.logs import write
from tierlock.core import ImportFailed
from tierlock.importers.content import Held, Opened, Snapshot, Sweep

DATA = bytes(range(256)) * 5


class Small(Held):
    """Bytes that are best asked for a few at a time, and that note how many were."""

    def __init__(self, data: bytes, block: int) -> None:
        super().__init__(data)
        self.block = block
        self.asked: list[int] = []

    def at(self, start: int, length: int) -> memoryview:
        self.asked.append(length)
        return super().at(start, length)


@given(
    st.binary(max_size=300),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), max_size=8),
    st.integers(1, 70),
)
def test_a_sweep_hands_out_what_is_there_and_hashes_all_of_it(
    data: bytes, ranges: list[tuple[int, int]], block: int
) -> None:
    for content in (Small(data, block), Held(data)):
        sweep = Sweep(content, where="x")
        for start, length in sorted(ranges):
            end = min(start + length, len(data))
            if start <= end:
                assert bytes(sweep.take(start, end)) == data[start:end]
        assert sweep.finish() == f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_gap_is_hashed_block_by_block() -> None:
    content = Small(DATA, 100)
    assert bytes(Sweep(content, where="x").take(1000, 1010)) == DATA[1000:1010]
    assert max(content.asked) == 100


def test_a_file_is_read_by_range_until_it_is_closed(tmp_path: Path) -> None:
    file = Opened(write(tmp_path, "a", DATA))
    assert file.size == len(DATA)
    assert file.at(3, 5) == DATA[3:8]
    assert file.at(len(DATA) - 2, 50) == DATA[-2:]
    assert file.at(len(DATA), 1) == b""
    file.close()
    file.close()
    with pytest.raises(ImportFailed) as caught:
        file.at(0, 1)
    assert caught.value.code == "input.file"


def test_a_name_that_comes_to_mean_another_file_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "a", b"first")
    file = Opened(path)
    write(tmp_path, "b", b"other").replace(path)
    assert file.at(0, 5) == b"first"


def test_a_file_that_shrinks_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "a", DATA)
    file = Opened(path)
    os.truncate(path, 10)
    with pytest.raises(ImportFailed, match="shorter") as caught:
        Sweep(file, where=str(path)).finish()
    assert caught.value.code == "import.unreadable"


@pytest.mark.parametrize("name", ["missing", "folder", "pipe", "nul\0"])
def test_what_is_no_regular_file_can_not_be_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImportFailed) as caught:
        Opened(f"{tmp_path}/{name}")
    assert caught.value.code == "input.file"


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_memory_that_is_used_again_shows_the_new_file_only(
    tmp_path_factory: pytest.TempPathFactory, files: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    for data in files:
        file = Opened(write(folder, "a", data))
        held = Snapshot(file)
        file.close()
        assert (held.size, bytes(held.at(0, 1000))) == (len(data), data)
        assert Sweep(held, where="x").finish() == f"sha256:{hashlib.sha256(data).hexdigest()}"
        held.close()
        held.close()
        assert (held.size, bytes(held.at(0, 1000))) == (0, b"")


def test_memory_that_somebody_looks_at_is_not_given_on(tmp_path: Path) -> None:
    first = Snapshot(Opened(write(tmp_path, "a", b"first")))
    seen = first.at(0, 5)
    first.close()
    second, third = (Snapshot(Opened(write(tmp_path, "b", text))) for text in (b"other", b"third"))
    assert [bytes(view) for view in (seen, second.at(0, 5), third.at(0, 5))] == [
        b"first",
        b"other",
        b"third",
    ]


def test_a_snapshot_is_of_one_moment(tmp_path: Path) -> None:
    path = write(tmp_path, "a", DATA)
    file = Opened(path)
    held = Snapshot(file)
    path.write_bytes(b"x" * len(DATA))
    assert bytes(held.at(0, len(DATA))) == DATA
    os.truncate(path, 10)
    assert Snapshot(file).size == 10
    file.close()
    with pytest.raises(ImportFailed) as caught:
        Snapshot(file)
    assert caught.value.code == "input.file"
