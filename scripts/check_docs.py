"""Compare README.md and docs/ with the program; `--write` brings outputs and tables up to date.

Checked are: every console example (`docs_console.py` says how they are marked), the generated
parts (`docs_pages.py`, `docs_levels.py`), every relative link, and that every command, option,
environment variable, exit code and error code is documented. Exits 1 and prints the differences if
anything is out of date.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from docs_console import DocsError, difference, rerun
from docs_levels import bounds_reference, scope_reference, standards_reference
from docs_pages import (
    NO_ADVICE,
    cli_reference,
    commands,
    error_reference,
    exit_code_of,
    lint_reference,
    omission_reference,
    options_of,
    permit_reference,
    problem_reference,
    property_reference,
    reason_reference,
    with_generated,
)
from docs_published import comparison_reference, reading_reference, unsized_reference
from docs_simulations import TABLES, simulation_reference

from tierlock.core.errors import CODES
from tierlock.report import EXIT_CODES, REASON_CODES

ROOT = Path(__file__).resolve().parents[1]
CLI_PAGE = Path("docs/reference/cli.md")
ERROR_PAGE = Path("docs/reference/errors.md")
FORMAT_PAGE = Path("docs/reference/formats.md")
REASON_PAGE = Path("docs/reference/reasons.md")
LEVELS_PAGE = Path("docs/concepts/levels.md")
COMPARISON_PAGE = Path("docs/reference/published-comparisons.md")
SIMULATION_PAGE = Path("docs/reference/simulations.md")

# Page, name of its generated part, and what makes the part from the page's present text.
GENERATED: tuple[tuple[Path, str, Callable[[str], str]], ...] = (
    (CLI_PAGE, "commands", lambda _: cli_reference()),
    (ERROR_PAGE, "codes", error_reference),
    (ERROR_PAGE, "permits", lambda _: permit_reference()),
    *((REASON_PAGE, place, partial(reason_reference, place=place)) for place in REASON_CODES),
    (REASON_PAGE, "lint", lambda _: lint_reference()),
    (REASON_PAGE, "properties", lambda _: property_reference()),
    (FORMAT_PAGE, "problems", lambda _: problem_reference()),
    (FORMAT_PAGE, "omissions", lambda _: omission_reference()),
    (LEVELS_PAGE, "scope", lambda _: scope_reference()),
    (LEVELS_PAGE, "bounds", lambda _: bounds_reference()),
    (LEVELS_PAGE, "standards", lambda _: standards_reference()),
    (COMPARISON_PAGE, "comparisons", comparison_reference),
    (COMPARISON_PAGE, "unsized", unsized_reference),
    (COMPARISON_PAGE, "readings", reading_reference),
    *((SIMULATION_PAGE, table, partial(simulation_reference, table=table)) for table in TABLES),
)

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|``.*?``|`[^`\n]*`", flags=re.DOTALL)


def console_pages(root: Path = ROOT) -> list[Path]:
    """Return the pages whose console examples are checked."""
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def linked_pages(root: Path = ROOT) -> list[Path]:
    """Return the pages whose links are checked."""
    folders = ("docs", "spec", "examples", "tests", "conformance")
    below = [page for folder in folders for page in (root / folder).rglob("*.md")]
    return sorted([*root.glob("*.md"), *below])


def check_links(pages: list[Path]) -> list[str]:
    """Return one line per relative link that leads nowhere."""
    problems = []
    for page in pages:
        for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (page.parent / name).resolve() if name else page
            if not path.exists():
                problems.append(f"{page}: `{target}` leads nowhere")
            elif anchor and path.suffix == ".md" and anchor not in anchors_of(path):
                problems.append(f"{page}: `{target}`: no heading makes `#{anchor}`")
    return problems


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that a page's headings make on the usual hosts."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_generated(root: Path = ROOT, *, write: bool = False) -> list[str]:
    """Return the differences of the generated parts; with `write` there are none afterwards."""
    problems = []
    for name, part, make in GENERATED:
        page = root / name
        old = page.read_text(encoding="utf-8")
        try:
            new = with_generated(old, name=part, part=make(old))
        except ValueError as error:
            problems.append(f"{name}: {error}")
            continue
        if write:
            page.write_text(new, encoding="utf-8")
        elif new != old:
            problems.append(difference(old, new, name=str(name)))
    return problems


def check_coverage(root: Path = ROOT) -> list[str]:
    """Return what the reference does not mention, and the errors without advice."""
    page = (root / CLI_PAGE).read_text(encoding="utf-8")
    problems = [f"{CLI_PAGE}: {missing} is not documented" for missing in _undocumented(page, root)]
    errors = (root / ERROR_PAGE).read_text(encoding="utf-8")
    problems += [
        f"{ERROR_PAGE}: `{code}` is not documented"
        for code in CODES
        if f"| `{code}` |" not in errors
    ]
    return problems + [f"{ERROR_PAGE}: {NO_ADVICE}"] * errors.count(NO_ADVICE)


def _undocumented(page: str, root: Path) -> Iterator[str]:
    for found in commands():
        _, _, section = page.partition(f"### `{found.path}`\n")
        section = section.partition("\n### ")[0]
        if not section:
            yield f"command `{found.path}`"
        for names, _ in options_of(found):
            for option in re.findall(r"--[a-z-]+", names):
                if f"{option}" not in section:
                    yield f"option `{option}` of `{found.path}`"
    sources = (path.read_text(encoding="utf-8") for path in (root / "src").rglob("*.py"))
    read = {
        name for text in sources for name in re.findall(r'environ\W+(?:get\(|\[)?"(\w+)"', text)
    }
    yield from (f"variable `{name}`" for name in sorted(read) if f"| `{name}` |" not in page)
    codes = {*EXIT_CODES.values(), *map(exit_code_of, CODES)}
    yield from (f"exit code {code}" for code in sorted(codes) if f"\n| {code} | " not in page)


def check_console(pages: list[Path], *, root: Path = ROOT, write: bool = False) -> list[str]:
    """Return the differences of the console examples; with `write` the pages are rewritten."""
    problems = []
    for page in pages:
        old = page.read_text(encoding="utf-8")
        name = str(page.relative_to(root))
        try:
            new = rerun(old, root=root)
        except DocsError as error:
            problems.append(f"{name}, {error}")
            continue
        if new != old and write:
            page.write_text(new, encoding="utf-8")
        elif new != old:
            problems.append(difference(old, new, name=name))
    return problems


def main() -> int:
    """Check, or write, the documentation; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="bring outputs and tables up to date")
    parser.add_argument("--quick", action="store_true", help="leave out the console examples")
    arguments = parser.parse_args()
    problems = check_generated(write=arguments.write)
    problems += check_coverage()
    problems += check_links(linked_pages())
    if not arguments.quick:
        problems += check_console(console_pages(), write=arguments.write)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print("\nif the program is right: scripts/check_docs.py --write", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
