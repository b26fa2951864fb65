"""The reference page names every key and is right; its examples can be loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tierlock.core import (
    CODES,
    About,
    ActionRule,
    Adjustment,
    AllOf,
    AnyOf,
    AsPublished,
    AtLeast,
    Attested,
    ClauseReading,
    Combination,
    Correction,
    Corrections,
    Cost,
    Domain,
    Duty,
    ErrorControl,
    Estimand,
    Evaluation,
    Fact,
    FactTest,
    Framework,
    FrameworkSource,
    Inheritance,
    Interpretation,
    JudgeValidation,
    Measured,
    Presumption,
    Record,
    Role,
    RulingRule,
    SafeguardCriterion,
    Scope,
    Standard,
    Threshold,
    Tier,
    Trigger,
    Undisclosed,
    When,
)
from tierlock.frameworks import parse_framework
from tierlock.frameworks.language import records

DOCS = Path(__file__).resolve().parents[3] / "docs"
REFERENCE = (DOCS / "reference" / "framework-language.md").read_text(encoding="utf-8")
GUIDE = (DOCS / "guides" / "write-your-own-framework.md").read_text(encoding="utf-8")

# The tables of the reference page in their order, and the classes whose keys each lists.
TABLES: list[tuple[type[Record], ...]] = [
    (Framework,),
    (FrameworkSource,),
    (ErrorControl,),
    (Corrections,),
    (Correction,),
    (Role,),
    (RulingRule,),
    (Tier,),
    (Scope,),
    (Domain,),
    (Evaluation,),
    (Cost,),
    (JudgeValidation,),
    (Threshold,),
    (About,),
    (Presumption,),
    (Combination,),
    (Interpretation,),
    (ClauseReading,),
    (Adjustment,),
    (AnyOf, AllOf, AtLeast),
    (Measured,),
    (Estimand,),
    (AsPublished,),
    (Inheritance,),
    (Undisclosed,),
    (Attested,),
    (Fact,),
    (FactTest,),
    (Standard,),
    (SafeguardCriterion,),
    (ActionRule,),
    (Duty,),
    (Trigger,),
    (When,),
]


def tables(text: str) -> list[dict[str, str]]:
    """Return the tables of keys: what each says under "if left out", by key."""
    found = re.findall(r"^\| key.*\| if left out \|\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [
        {row.split("|")[1].strip(" `"): row.split("|")[-2].strip() for row in table.splitlines()}
        for table in found
    ]


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_class_has_a_table() -> None:
    assert {record for classes in TABLES for record in classes} == set(records())
    assert len(tables(REFERENCE)) == len(TABLES)


@pytest.mark.parametrize(
    ("table", "classes"),
    list(zip(tables(REFERENCE), TABLES, strict=True)),
    ids=[classes[0].__name__ for classes in TABLES],
)
def test_a_table_lists_the_keys_and_what_is_required(
    table: dict[str, str], classes: tuple[type[Record], ...]
) -> None:
    fields = {key: field for record in classes for key, field in record.model_fields.items()}
    assert set(table) == set(fields)
    if len(classes) > 1:
        return
    assert {key for key, says in table.items() if says == "required"} == {
        key for key, field in fields.items() if field.is_required()
    }
    for key, says in table.items():
        # A default in backticks is the value itself; one in words is not compared.
        default = fields[key].default
        if re.fullmatch(r"`[^`]+`", says):
            shown = "true" if default is True else "false" if default is False else str(default)
            assert says.strip('`"') in {shown, _as_list(default)}


def _as_list(default: object) -> str:
    if not isinstance(default, tuple):
        return ""
    return f"[{', '.join(f'{item:g}' if isinstance(item, float) else item for item in default)}]"


def test_every_choice_of_every_key_is_named() -> None:
    for record in records():
        for choice in re.findall(r"Literal\[(.*?)\]", str(record.model_fields)):
            for word in re.findall(r"'([^']+)'", choice):
                assert f"`{word}`" in REFERENCE or f'`"{word}"`' in REFERENCE, (record, word)


def test_the_examples_of_the_reference_are_one_framework() -> None:
    data = "".join(blocks(REFERENCE, "yaml")).encode()
    framework = parse_framework(data, name="reference")
    for key in Framework.model_fields:
        assert getattr(framework, key), f"no example of `{key}`"


def test_every_code_of_a_framework_file_is_listed() -> None:
    for code in CODES:
        if code.startswith("framework."):
            assert f"| `{code}` |" in REFERENCE


@pytest.mark.parametrize("page", [REFERENCE, GUIDE])
def test_links_within_the_pages(page: str) -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    }
    for target in re.findall(r"\]\(#([^)]+)\)", page):
        assert target in headings
    for target in re.findall(r"\]\(\.\./([^)#]+)\)", page):
        assert (DOCS / target).is_file()
