"""A copy has every rule and comment of the original, and another identity."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.unit.frameworks.snippets import NAME, SMALL, edited
from tierlock.core import FrameworkError, FrameworkSource, digest_bytes
from tierlock.frameworks import (
    Identity,
    copy_framework_text,
    framework_file,
    list_frameworks,
    parse_framework,
)

ACME = Identity(framework="acme/safety", version="7", effective=date(2026, 11, 1))
NAMES = [entry.name for entry in list_frameworks()]


def copied(text: str, identity: Identity = ACME) -> str:
    return copy_framework_text(text.encode(), name=NAME, identity=identity)


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


@pytest.mark.parametrize("name", NAMES)
def test_of_a_shipped_framework_only_the_identity_changes(name: str) -> None:
    file = framework_file(name)
    text = copy_framework_text(file.data, name=file.location, identity=ACME)
    original = parse_framework(file.data, name=name)
    copy = parse_framework(text.encode(), name="acme.yaml")
    same = set(type(copy).model_fields) - {*ACME._fields, "source"}
    assert all(getattr(copy, key) == getattr(original, key) for key in same)
    assert (copy.name, copy.title, copy.publisher) == ("acme/safety-7", "acme/safety", "acme")
    assert copy.effective == date(2026, 11, 1)
    assert copy.source == FrameworkSource(title="acme/safety", version="7")


def test_comments_and_all_other_lines_stay() -> None:
    file = framework_file("asl/reference-1")
    text = copy_framework_text(file.data, name=file.location, identity=ACME)
    original = file.data.decode()
    assert comments(text)[2:] == comments(original)
    assert text.splitlines()[:2] == [
        "# yaml-language-server: $schema=framework.schema.json",
        f"# Copied from asl/reference-1, {digest_bytes(file.data)}.",
    ]
    assert sum(old != new for old, new in _pairs(original, text)) == 5


def _pairs(original: str, text: str) -> zip[tuple[str, str]]:
    return zip(original.splitlines(), text.splitlines()[2:], strict=True)


def test_a_new_version_keeps_title_and_publisher() -> None:
    first = copied(SMALL, ACME._replace(title="Acme's: rules", publisher="Acme"))
    second = parse_framework(copied(first, ACME._replace(version="8")).encode(), name=NAME)
    assert (second.name, second.title, second.publisher) == (
        "acme/safety-8",
        "Acme's: rules",
        "Acme",
    )
    assert copied(first).count("yaml-language-server") == 1


@pytest.mark.parametrize("title", ["no", "1.5", "a: b", "#1", "Ünicode", "it is", "[x]", "-"])
def test_any_title_is_written_so_that_it_is_read_back(title: str) -> None:
    copy = parse_framework(copied(SMALL, ACME._replace(title=title)).encode(), name=NAME)
    assert (copy.title, copy.source.title) == (title, title)


def test_comments_between_the_replaced_keys_stay() -> None:
    text = edited("title: Small", "# about the title\n\ntitle: Small")
    assert "# about the title\n\ntitle: acme/safety\n" in copied(text)


@pytest.mark.parametrize(
    ("identity", "message"),
    [
        (ACME._replace(framework="Acme"), "`Acme` is not `publisher/name`"),
        (ACME._replace(version="1/2"), "`1/2` can not be part of a file's name"),
    ],
)
def test_a_name_that_can_not_be_one(identity: Identity, message: str) -> None:
    with pytest.raises(FrameworkError, match=message) as caught:
        copied(SMALL, identity)
    assert (caught.value.code, caught.value.location) == ("framework.schema", None)


def test_a_file_with_a_problem_is_not_copied() -> None:
    with pytest.raises(FrameworkError) as caught:
        copied(edited("title: Small", "titel: Small"))
    assert caught.value.location is not None


def test_keys_that_begin_no_line_are_refused() -> None:
    flow = "{" + ", ".join(_flow(SMALL)) + "}"
    parse_framework(flow.encode(), name=NAME)
    for text in (flow, "\n".join(" " + line for line in SMALL.splitlines())):
        with pytest.raises(FrameworkError, match="do not begin a line each") as caught:
            copied(text)
        assert caught.value.code == "framework.yaml"


def _flow(text: str) -> list[str]:
    framework = parse_framework(text.encode(), name=NAME)
    whole = framework.model_dump(mode="json", by_alias=False, exclude_none=True)
    return [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in whole.items()]
