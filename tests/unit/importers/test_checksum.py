"""The fast checksum is the checksum of zip archives, and there is one without its library."""

from __future__ import annotations

import runpy
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierlock.importers import checksum


@given(st.binary(max_size=5000), st.integers(0, 5000), st.integers(0, 2**32 - 1))
def test_it_is_the_checksum_of_zlib_also_in_pieces(data: bytes, cut: int, start: int) -> None:
    assert checksum.crc32(data) == zlib.crc32(data)
    assert checksum.crc32(data, start) == zlib.crc32(data, start)
    assert checksum.crc32(data[cut:], checksum.crc32(data[:cut])) == zlib.crc32(data)
    assert checksum.crc32(memoryview(data)[cut:]) == zlib.crc32(data[cut:])


def test_without_the_library_zlib_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "isal", None)
    monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    assert runpy.run_path(checksum.__file__)["crc32"] is zlib.crc32
