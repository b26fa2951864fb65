"""The JSON Schema agrees with the loader, and the published file with the code."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from tests.unit.frameworks.messages import SCHEMA
from tests.unit.frameworks.snippets import NAME, SMALL, edited, problems
from tierlock.frameworks import SHIPPED, framework_schema
from tierlock.frameworks.language import records
from tierlock.frameworks.nodes import compose, plain

ROOT = Path(__file__).resolve().parents[3]
VALIDATOR = jsonschema.Draft202012Validator(
    framework_schema(), format_checker=jsonschema.FormatChecker()
)

# Rules between keys are the loader's alone, and what a period is.
LOADER_ONLY = {
    "give exactly one of",
    "a required ruling",
    "`range` must be",
    "a published bound",
    "`elicitation_factor` is at least",
    "`rule_out_below` exceeds",
    "at_least(3)",
    "`6 months`",
}


def accepts(text: str) -> bool:
    return bool(VALIDATOR.is_valid(plain(compose(text.encode(), name=NAME)[0])))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(framework_schema())


def test_good_snippets() -> None:
    assert accepts(SMALL)
    assert accepts(edited("    crossed_if:\n      all:", "    crossed_if:\n      any:"))


@pytest.mark.parametrize("case", SCHEMA, ids=[case[3][:40] for case in SCHEMA])
def test_bad_snippets(case: tuple[str, str, str, str, str | None, str]) -> None:
    old, new, _, message, _, _ = case
    text = edited(old, new)
    loader_only = any(message.startswith(start) for start in LOADER_ONLY)
    assert accepts(text) == loader_only
    assert problems(text)


def test_shipped_frameworks() -> None:
    files = [path.read_text(encoding="utf-8") for path in SHIPPED.rglob("*.yaml")]
    assert all(accepts(text) for text in files)
    assert not any(accepts(text.replace("title:", "titel:")) for text in files)


def test_every_key_has_the_language_s_name_and_no_other() -> None:
    schema: dict[str, Any] = framework_schema()
    for record in records():
        block = schema if record.__name__ == "Framework" else schema["$defs"][record.__name__]
        assert set(block["properties"]) == set(record.model_fields)
        assert block["description"]
        assert "Attributes" not in block["description"]
    assert schema["$defs"]["Evaluation"]["properties"]["refusal"]["description"].startswith(
        "a refused sample counts"
    )


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_schema", ROOT / "scripts/check_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_published_schemas_are_those_of_the_code(script: ModuleType) -> None:
    assert script.drifted(ROOT / "spec" / "schema", schemas=script.SCHEMAS) == []


def test_drift_is_noticed(script: ModuleType, tmp_path: Path) -> None:
    schemas = {"one": lambda: {"a": 1}}
    assert script.drifted(tmp_path, schemas=schemas) == ["one.schema.json is missing"]
    path = tmp_path / "one.schema.json"
    path.write_text(json.dumps({"a": 2}), encoding="utf-8")
    assert script.drifted(tmp_path, schemas=schemas) == ["one.schema.json differs from the code"]
    path.write_text(script.text_of({"a": 1}), encoding="utf-8")
    (tmp_path / "old.schema.json").touch()
    assert script.drifted(tmp_path, schemas=schemas) == [
        "old.schema.json is not in the table of schemas"
    ]
