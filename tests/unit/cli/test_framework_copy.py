"""`framework copy` and `framework schema`: what they write and print, and what they refuse."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from tests.acceptance.projects import tierlock
from tierlock.frameworks import framework_schema, load_framework
from tierlock.frameworks.nodes import compose, plain

REFERENCE = "asl/reference-1"
AS = ("--as", "acme/safety", "--version", "1")


def test_a_copy_can_be_used_at_once(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    options = ("--title", "Acme rules", "--publisher", "Acme Ltd", "--effective", "2026-11-01")
    ran = tierlock("framework", "copy", REFERENCE, path, *AS, *options)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"wrote {path}  acme/safety-1: every rule as in {REFERENCE}",
        f"next: tierlock framework schema > {tmp_path / 'framework.schema.json'}  for your editor",
        f"      tierlock framework check {path}",
    ]
    copy = load_framework(path)
    assert (copy.name, copy.title, copy.publisher) == ("acme/safety-1", "Acme rules", "Acme Ltd")
    assert copy.effective.isoformat() == "2026-11-01"
    assert tierlock("framework", "check", path).code == 0


def test_a_copy_applies_from_today(tmp_path: Path) -> None:
    path = tmp_path / "acme.yml"
    before = datetime.now(UTC).date()
    assert tierlock("framework", "copy", REFERENCE, path, *AS).code == 0
    assert before <= load_framework(path).effective <= datetime.now(UTC).date()


def test_a_file_of_one_s_own_is_copied_to_a_new_version(tmp_path: Path) -> None:
    first, second = tmp_path / "acme-1.yaml", tmp_path / "acme-2.yaml"
    assert tierlock("framework", "copy", REFERENCE, first, *AS, "--title", "Acme").code == 0
    new = ("--as", "acme/safety", "--version", "2")
    ran = tierlock("framework", "copy", first, second, *new)
    assert ran.code == 0
    assert f"every rule as in {first}" in ran.out
    assert (load_framework(second).name, load_framework(second).title) == ("acme/safety-2", "Acme")


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text("mine", encoding="utf-8")
    ran = tierlock("framework", "copy", REFERENCE, path, *AS)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error[input.exists] `{path}` exists already\n  hint: ")
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("name", "file", "framework", "version", "says"),
    [
        (REFERENCE, "acme.txt", "acme/safety", "1", "error[input.type] `"),
        (REFERENCE, "none/acme.yaml", "acme/safety", "1", "error[input.file] can not write"),
        (REFERENCE, "acme.yaml", "asl/reference", "2", "error[input.type] `asl/reference` is a"),
        (REFERENCE, "acme.yaml", "Acme", "1", "error[framework.schema] `Acme` is not"),
        (REFERENCE, "acme.yaml", "acme/safety", "a b", "error[framework.schema] `a b` can not"),
        ("asl/referenc-1", "acme.yaml", "acme/safety", "1", "error[framework.unknown] no "),
        ("nowhere.yaml", "acme.yaml", "acme/safety", "1", "error[input.file] `nowhere.yaml`"),
    ],
)
def test_what_can_not_be_copied_leaves_no_file(
    tmp_path: Path, name: str, file: str, framework: str, version: str, says: str
) -> None:
    path = tmp_path / file
    ran = tierlock("framework", "copy", name, path, "--as", framework, "--version", version)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(says)
    assert list(tmp_path.iterdir()) == []


def test_the_schema_is_printed_and_accepts_a_copy(tmp_path: Path) -> None:
    ran = tierlock("framework", "schema")
    assert (ran.code, ran.err) == (0, "")
    schema = json.loads(ran.out)
    assert schema == framework_schema()
    path = tmp_path / "acme.yaml"
    assert tierlock("framework", "copy", REFERENCE, path, *AS).code == 0
    validator = jsonschema.Draft202012Validator(schema)
    text = path.read_text(encoding="utf-8")
    assert validator.is_valid(plain(compose(text.encode(), name="a")[0]))
    wrong = text.replace("rule_out_below", "rule_out_bellow", 1)
    assert not validator.is_valid(plain(compose(wrong.encode(), name="a")[0]))


def test_the_schema_s_text_is_that_of_the_published_file() -> None:
    printed = tierlock("framework", "schema").out
    assert printed == json.dumps(framework_schema(), indent=2, ensure_ascii=False) + "\n"
