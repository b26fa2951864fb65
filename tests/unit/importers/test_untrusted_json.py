"""JSON from strangers: what strict decoders refuse and tools write all the same."""

from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.importers.logs import as_log
from tierlock.core import ImportFailed
from tierlock.importers import Limits
from tierlock.importers.interface import LogFile
from tierlock.importers.untrusted_json import decode_json, decode_rows, json_lines, loose_json


class Wanted(msgspec.Struct):
    value: float | None = None
    name: str = ""


DECODER = msgspec.json.Decoder(Wanted)


def test_only_what_is_wanted_is_decoded() -> None:
    got = decode_json(b'{"other": [{"deep": 1}], "value": 2}', decoder=DECODER, where="x")
    assert got == Wanted(2.0)


@pytest.mark.parametrize(
    ("text", "value"), [("NaN", math.nan), ("Infinity", math.inf), ("-Infinity", -math.inf)]
)
def test_non_finite_literals_are_floats(text: str, value: float) -> None:
    got = decode_json(f'{{"value": {text}}}'.encode(), decoder=DECODER, where="x")
    assert got.value is not None
    assert math.isnan(got.value) if math.isnan(value) else got.value == value


def test_a_lone_surrogate_survives_to_be_repaired_later() -> None:
    assert decode_json(rb'{"name": "\ud800"}', decoder=DECODER, where="x").name == "\ud800"


def test_a_byte_order_mark_is_allowed() -> None:
    assert decode_json(b'\xef\xbb\xbf{"value": 1}', decoder=DECODER, where="x").value == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.unreadable"),
        (b"{", "import.unreadable"),
        (b'{"name": "\xff"}', "import.unreadable"),
        (b"\xff\xfe{\x00", "import.unreadable"),
        (b"[]", "import.schema"),
        (b'{"value": "x"}', "import.schema"),
        (b'{"name": NaN}', "import.schema"),
        (b'{"value": "\\ud800"}', "import.unreadable"),
        (b'{"value": ' + b"9" * 5000 + b"}", "import.limit"),
        (b'{"x": ' * 100_000, "import.limit"),
        (b'{"x": ' + b"[" * 100_000, "import.limit"),
    ],
)
def test_the_rest_is_refused_with_a_code(data: bytes, code: str) -> None:
    with pytest.raises(ImportFailed) as caught:
        decode_json(data, decoder=DECODER, where="x.json")
    assert caught.value.code == code
    assert caught.value.location == "x.json"


def test_loose_decoding_has_the_same_guards() -> None:
    with pytest.raises(ImportFailed) as caught:
        loose_json(b"[" * 100_000, where="x")
    assert caught.value.code == "import.limit"


def test_lines_are_numbered_and_blank_ones_passed_over() -> None:
    log = as_log(b'{"value": 1}\r\n\n{"value": 2}', "x.jsonl")
    assert [(n, got.value) for n, got in json_lines(log, decoder=DECODER)] == [(1, 1.0), (3, 2.0)]
    with pytest.raises(ImportFailed) as caught:
        list(json_lines(as_log(b"{}\n{", "x.jsonl"), decoder=DECODER))
    assert caught.value.location == "x.jsonl:2"


def test_too_many_lines_are_refused() -> None:
    log = LogFile(as_log(b"").path, b"{}\n{}\n{}", Limits(rows=2))
    with pytest.raises(ImportFailed, match="more than 2"):
        list(json_lines(log, decoder=DECODER))


ROWS = msgspec.json.Decoder(tuple[dict[str, float | str | None], ...])
VALUES = st.dictionaries(
    st.text(max_size=5), st.floats(allow_nan=False) | st.text(max_size=9) | st.none(), max_size=4
)


@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.sampled_from([None, 1]))
def test_an_array_in_pieces_is_the_array(
    rows: list[dict[str, float | str | None]], length: int, indent: int | None
) -> None:
    data = json.dumps(rows, indent=indent, ensure_ascii=bool(indent)).encode("utf-8", "replace")
    pieces = [data[at : at + length] for at in range(0, len(data), length)]
    whole = decode_json(data, decoder=ROWS, where="x")
    assert tuple(decode_rows(pieces, decoder=ROWS, where="x")) == whole


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.unreadable"),
        (b"{}", "import.unreadable"),
        (b"[", "import.unreadable"),
        (b"[{}", "import.unreadable"),
        (b"[{},", "import.unreadable"),
        (b"[{},]", "import.unreadable"),
        (b"[,{}]", "import.unreadable"),
        (b"[{} {}]", "import.unreadable"),
        (b"[{}]x", "import.unreadable"),
        (b"[{}]]", "import.unreadable"),
        (b"[[{}]", "import.schema"),
        (b'[{"a": tru]', "import.unreadable"),
        (b"[\xff]", "import.unreadable"),
        (b"[1]", "import.schema"),
        (b"[" * 100_000, "import.limit"),
        (b'[{"a": ' + b"9" * 5000 + b"}]", "import.limit"),
    ],
)
@pytest.mark.parametrize("length", [1, 1000])
def test_what_is_no_array_of_rows_is_refused(data: bytes, code: str, length: int) -> None:
    pieces = [data[at : at + length] for at in range(0, len(data), length)]
    with pytest.raises(ImportFailed) as caught:
        list(decode_rows(pieces, decoder=ROWS, where="x"))
    assert (caught.value.code, caught.value.location) == (code, "x")
