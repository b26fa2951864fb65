"""YAML: what is read, and what is refused where it stands."""

from __future__ import annotations

from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.frameworks.snippets import NAME, SMALL, only_problem, problems
from tierlock.core import FrameworkError
from tierlock.frameworks import check_framework
from tierlock.frameworks.nodes import MAX_BYTES, MAX_DEPTH, Place, compose, place_of, plain


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "python":
        monkeypatch.delattr(yaml, "CSafeLoader")


def read(text: str) -> object:
    return plain(compose(text.encode(), name=NAME)[0])


def refused(data: str | bytes) -> FrameworkError:
    with pytest.raises(FrameworkError) as caught:
        compose(data if isinstance(data, bytes) else data.encode(), name=NAME)
    assert caught.value.code == "framework.yaml"
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e23", 1e23),
        (".5", 0.5),
        ("2.", 2.0),
        ("-1.5E-3", -0.0015),
        ("+4", 4),
        ("0", 0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_what_is_not_text(text: str, value: object) -> None:
    found = read(f"a: {text}")
    assert found == {"a": value}
    assert isinstance(found, dict)
    assert type(found["a"]) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *["NO", "yes", "on", "True", "NULL", "2025-05-14", "2025-05-14 10:00:00", "1:30", "0x10"],
        *["0o7", "010", "1_000", ".inf", ".nan", "-x", "1.2.3", "=", "é", "日本 🧪"],
    ],
)
def test_what_is_text(text: str) -> None:
    assert read(f"a: {text}") == {"a": text}


@pytest.mark.parametrize("text", ["'1'", '"true"', "|-\n  1", "'~'"])
def test_quotes_make_text(text: str) -> None:
    assert read(f"a: {text}") in ({"a": "1"}, {"a": "true"}, {"a": "~"})


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_breaks_and_byte_order_mark(break_: str, mark: bytes) -> None:
    text = SMALL.replace("\n", break_)
    assert problems(mark + text.encode()) == []
    wrong = text.replace("  tier: low", "  teir: low")
    found = problems(mark + wrong.encode())
    assert {error.location for error in found} == {f"{NAME}:22:1", f"{NAME}:23:3"}


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("", "1:1", "the file is empty"),
        ("# only a comment\n", "1:1", "the file is empty"),
        ("a: 1\n---\nb: 2\n", "2:1", "a second document starts here"),
        ("a: &x 1\n", "1:4", "`&x` is an anchor"),
        ("a: 1\nb: *x\n", "2:4", "`*x` is an alias"),
        ("a:\n  <<: {b: 1}\n", "2:3", "`<<` is a merge key"),
        ("a: !!str 1\n", "1:4", "`tag:yaml.org,2002:str` is a tag"),
        ("a: !!python/object/apply:os.system [id]\n", "1:4", "is a tag"),
        ("a: ! 1\n", "1:4", "`!` is a tag"),
        ("a: 1e999\n", "1:4", "`1e999` is too large a number"),
        (f"a: {'9' * 5000}\n", "1:4", "is too large a number"),
        ("a: [1, 2\n", None, "not YAML"),
        ("a: b: c\n", "1:5", "not YAML: mapping values are not allowed"),
        ('a: "\\U00110000"\n', None, "not YAML"),
        ("a: 1\nb: \x07\n", "2:4", "the character U+0007 is not allowed"),
        ("a: x \u202e y\n", "1:6", "the character U+202E is not allowed"),
    ],
)
def test_refused(text: str, where: str | None, says: str) -> None:
    found = refused(text)
    assert says in found.message
    assert "\n" not in found.message
    if where is not None:
        assert found.location == f"{NAME}:{where}"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\tb: 1\n", "indent with spaces: YAML does not allow tabs"),
        ("says: this: that\n", "a text that holds `: ` needs quotes"),
        ("a: @x\n", "a text that starts with a special character needs quotes"),
        ("a: !!int 3\n", "leave it out; quotes make a value text"),
    ],
)
def test_hints(text: str, hint: str) -> None:
    assert refused(text).hint == hint


def test_not_utf8() -> None:
    found = refused(b"a: 1\nb: \xff\n")
    assert found.message == "the file is not UTF-8 text"
    assert found.location == f"{NAME}:2:4"
    assert "not UTF-8" in refused("a: 1\n".encode("utf-16")).message


def test_half_of_a_surrogate_pair_is_refused() -> None:
    assert "framework.yaml" in str(refused('a: "\\ud800"\n'))


def test_too_large() -> None:
    assert problems(b"#" * MAX_BYTES)[0].message == "the file is empty"
    assert refused(b"#" * (MAX_BYTES + 1)).message == "the file is larger than 1024 KiB"


@pytest.mark.parametrize("deep", ["[", "{a: ", "- "])
def test_too_deep(deep: str) -> None:
    closing = {"[": "]", "{a: ": "}", "- ": ""}[deep]
    allowed = deep * (MAX_DEPTH - 1) + "1" + closing * (MAX_DEPTH - 1)
    assert read(allowed) is not None
    found = refused(deep * 10_000)
    assert found.message == f"nested deeper than {MAX_DEPTH} levels"


def test_billion_laughs() -> None:
    lines = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"{b}: &{b} [{', '.join(['*' + a] * 9)}]" for a, b in pairwise("abcdefghi")]
    assert refused("\n".join(lines)).location == f"{NAME}:1:4"


def test_a_key_twice_names_both_lines() -> None:
    text = SMALL + "surfaces: [web]\n"
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "surfaces:" in line]
    found = only_problem(text)
    assert found.code == "framework.duplicate"
    assert found.message == f"`surfaces` stands twice: in line {lines[0]} and line {lines[1]}"
    assert found.location == f"{NAME}:{lines[1]}:1"


def test_doubled_keys_do_not_hide_other_problems() -> None:
    text = SMALL.replace("title: Small", "titel: Small") + "surfaces: [web]\n"
    assert [error.code for error in problems(text)] == [
        "framework.schema",
        "framework.unknown-key",
        "framework.duplicate",
    ]


@pytest.mark.parametrize(
    ("key", "shown"),
    [("3", "`3`"), ("true", "`true`"), ("~", "nothing"), ("[a]", "a list"), ("1.5", "`1.5`")],
)
def test_keys_are_text(key: str, shown: str) -> None:
    found = only_problem(SMALL + f"{key}: x\n")
    assert found.code == "framework.yaml"
    assert found.message == f"{shown} is not text, and a key must be"
    assert found.location == f"{NAME}:{len(SMALL.splitlines()) + 1}:1"


def test_place_of() -> None:
    root, _ = compose(b"a:\n  - b: 1\n  - c\n", name=NAME)
    assert place_of(root, path=("a", 0, "b")) == Place(2, 8)
    assert place_of(root, path=("a", 0, "b"), of_key=True) == Place(2, 5)
    assert place_of(root, path=("a", 1), of_key=True) == Place(3, 5)
    assert place_of(root, path=("a", 0, "missing")) == Place(2, 5)
    assert place_of(root, path=("a", 7)) == Place(2, 3)
    assert place_of(root, path=()) == Place(1, 1)


@given(st.binary(max_size=300))
def test_bytes_never_raise(data: bytes) -> None:
    assert check_framework(data, name=NAME)


FRAGMENTS = st.sampled_from(
    [
        *["a", "b: ", "- ", "[", "]", "{", "}", "\n", "  ", "\t", '"', "'", "|", ">", "&x ", "*x"],
        *["!t ", "# c", "---\n", "...\n", "%YAML 1.1\n", "? ", ", ", ": ", "1e9", "~", "\\ud800"],
        *["\\x00", "é", "\u2028", "<<: ", "thresholds:\n  t:\n    crossed_if: "],
    ]
)


@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_almost_yaml_never_raises(text: str) -> None:
    assert problems(text)
