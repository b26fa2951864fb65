"""Everything is said, and what is said is true of the program; the examples run in `make check`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
check_docs = importlib.import_module("check_docs")
docs_console = importlib.import_module("docs_console")


def test_generated_parts_are_up_to_date():
    assert check_docs.check_generated(ROOT) == []


def test_commands_options_variables_and_codes_are_documented():
    assert check_docs.check_coverage(ROOT) == []


def test_links_lead_somewhere():
    assert check_docs.check_links(check_docs.linked_pages(ROOT)) == []


def test_every_console_example_says_how_it_is_run():
    run = {}
    for page in check_docs.console_pages(ROOT):
        blocks = docs_console.blocks_of(page.read_text(encoding="utf-8").splitlines())
        run[page.name] = sum(bool(block.where) for block in blocks)
    assert run["README.md"] >= 4
    assert run["first-release.md"] >= 15


def test_the_map_names_every_page():
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {page for page in pages if f"]({page})" not in text} == {"index.md"}


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    page = tmp_path / "a.md"
    page.write_text(
        "# One heading\n[a](b.md) [b](#one-heading) [c](#two) `[d](e.md)` [e](https://example.org)\n"
    )
    found = check_docs.check_links([page])
    assert [problem.partition(": ")[2] for problem in found] == [
        "`b.md` leads nowhere",
        "`#two`: no heading makes `#two`",
    ]


@pytest.mark.parametrize(
    ("page", "missing"),
    [
        ("docs/reference/cli.md", "`--exit-code` of `tierlock assess`"),
        ("docs/reference/errors.md", "`input.naive-time` is not documented"),
    ],
)
def test_what_is_not_documented_is_found(tmp_path, page, missing):
    for name in (check_docs.CLI_PAGE, check_docs.ERROR_PAGE):
        text = (ROOT / name).read_text(encoding="utf-8")
        if str(name) == page:
            text = text.replace("--exit-code", "--code").replace("`input.naive-time`", "`input`")
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert any(missing in problem for problem in check_docs.check_coverage(tmp_path))


def test_drift_of_a_generated_part_is_found_and_repaired(tmp_path):
    for name in {name for name, _, _ in check_docs.GENERATED}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("`--exit-code`", "`--code`"))
    (problem,) = check_docs.check_generated(tmp_path)
    assert "+| `--exit-code`" in problem
    assert check_docs.check_generated(tmp_path, write=True) == []
    assert check_docs.check_generated(tmp_path) == []
    advice = (ROOT / check_docs.ERROR_PAGE).read_text(encoding="utf-8")
    assert Path(tmp_path / check_docs.ERROR_PAGE).read_text(encoding="utf-8") == advice
