"""Every message of the schema: what is wrong, what was meant, and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.frameworks.messages import BOUND, SCHEMA
from tests.unit.frameworks.snippets import NAME, SMALL, edited, only_problem, place, problems
from tierlock.core import (
    AllOf,
    Attested,
    FrameworkError,
    InputError,
    Measured,
    canonical_bytes,
)
from tierlock.core import Framework as Value
from tierlock.frameworks import check_framework, load_framework, parse_framework
from tierlock.frameworks.language import NOUNS, follow, records
from tierlock.frameworks.load import MAX_PROBLEMS


def test_a_file_without_problems() -> None:
    framework = parse_framework(SMALL.encode(), name=NAME)
    assert framework.name == "example/small-1"
    assert framework.error_control.rule_in == 0.05
    assert framework.corrections.elicitation_factor.value == 1.0
    tree = framework.thresholds["cyber-1"].crossed_if
    assert isinstance(tree, AllOf)
    assert [type(branch) for branch in tree.all] == [Measured, Attested]
    assert framework.effective.isoformat() == "2026-01-01"
    assert check_framework(SMALL.encode(), name=NAME) == ()


def test_reading_and_writing_agree() -> None:
    framework = parse_framework(SMALL.encode(), name=NAME)
    assert Value.parse(canonical_bytes(framework)) == framework


@pytest.mark.parametrize(("old", "new", "code", "message", "hint", "at"), SCHEMA)
def test_message(old: str, new: str, code: str, message: str, hint: str | None, at: str) -> None:
    text = edited(old, new)
    error = only_problem(text)
    assert (error.code, error.message, error.hint) == (code, message, hint)
    after = text.find(at, SMALL.index(old))
    assert error.location == place(text, after if after >= 0 else text.index(at))


def test_the_sketch() -> None:
    text = edited(BOUND, "          rule_out_bellow: 0.2\n")
    assert str(only_problem(text)) == (
        "error[framework.unknown-key] small.yaml:40:11 `rule_out_bellow` is not a key of a "
        "criterion\n  hint: did you mean `rule_out_below`?"
    )


@pytest.mark.parametrize("text", ["- a\n- b\n", "text\n", "3\n", "---\n"])
def test_the_top_is_a_block_of_keys(text: str) -> None:
    error = only_problem(text)
    assert error.code == "framework.schema"
    assert error.message.startswith("a framework file is a block of keys")


def test_all_problems_in_the_order_of_the_file() -> None:
    text = edited("domain: cyber, tasks: [attacks]", "domain: cyber, tasks: []")
    text = edited("title: Small", "title: 5", text=text)
    text = edited("surfaces: [api]", "surface: [api]", text=text)
    found = problems(text)
    assert [error.code for error in found] == [
        "framework.schema",
        "framework.schema",
        "framework.unknown-key",
    ]
    lines = [int((error.location or "").split(":")[1]) for error in found]
    assert lines == sorted(lines)
    with pytest.raises(FrameworkError) as caught:
        parse_framework(text.encode(), name=NAME)
    assert str(caught.value) == str(found[0])


def test_a_wrong_item_does_not_make_its_list_too_short() -> None:
    found = problems(edited("      all:\n", "      any:\n        - {attested: x}\n"))
    assert [error.message for error in found] == [
        "`says` is missing from an attested criterion",
        "`by` is missing from an attested criterion",
    ]


def test_very_many_problems_are_cut_off() -> None:
    text = "".join(f"key-{number}: 1\n" for number in range(MAX_PROBLEMS + 100))
    assert len(problems(text)) == MAX_PROBLEMS


WORDS = [match.span() for match in re.finditer(r"[^\s:,\[\]{}]+|\[[^\]]*\]", SMALL)]
OTHERS = st.sampled_from(
    [
        *["null", "[]", "{}", "[a]", "{a: 1}", "-1", "0", "2", "true", '""', "x", "P6M", "1.5"],
        *["{any: []}", "{evaluation: attacks}", "{at_least: 2, of: [{attested: a}]}", "é", "all"],
    ]
)


@given(st.sampled_from(WORDS), OTHERS, st.sampled_from(WORDS), OTHERS)
def test_whatever_is_wrong_has_a_code_and_a_place(
    one: tuple[int, int], new: str, two: tuple[int, int], other: str
) -> None:
    (start, end), (second, last) = sorted([one, two])
    text = SMALL[:start] + new + SMALL[end : max(end, second)] + other + SMALL[max(end, last) :]
    found = problems(text)
    assert all(re.match(rf"{NAME}:\d+:\d+$", error.location or "") for error in found)
    if found:
        with pytest.raises(FrameworkError, match=re.escape(found[0].message)):
            parse_framework(text.encode(), name=NAME)
    else:
        framework = parse_framework(text.encode(), name=NAME)
        assert Value.parse(canonical_bytes(framework)) == framework


def test_load(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert load_framework(path) == parse_framework(SMALL.encode(), name=NAME)
    path.write_text(edited("title: Small", "titel: Small"), encoding="utf-8")
    with pytest.raises(FrameworkError) as caught:
        load_framework(path)
    assert (caught.value.location or "").startswith(f"{path}:")


def test_load_what_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_framework(tmp_path / "absent.yaml")
    assert caught.value.code == "input.file"
    assert "no such file" in caught.value.message
    with pytest.raises(InputError, match="can not be read"):
        load_framework(tmp_path)


def test_every_class_has_a_noun() -> None:
    assert set(records()) == set(NOUNS)


@pytest.mark.parametrize(
    ("loc", "path"),
    [
        (("thresholds", "t", "crossed_if", "all", "all", 1, "fact", "fact"), 6),
        (("standards", "s", "criteria", "c", "falls_short_if", "evaluation", "basis"), 6),
        (("evaluations", "e", "range", 1), 4),
        (("scope", "in_scope_if", "fact", "crossed_if", "one_of", 0, "bool"), 5),
        (("nothing", "below"), 1),
    ],
)
def test_follow(loc: tuple[str | int, ...], path: int) -> None:
    assert len(follow(loc).path) == path
