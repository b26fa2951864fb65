"""core, stats and policy take everything they use as an argument."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.house import PURE_ROOMS, SOURCES, name_of, room_of, tree_of

PURE_FILES = [path for path in SOURCES if room_of(path) in PURE_ROOMS]
LIBRARY_FILES = [path for path in SOURCES if room_of(path) not in {"", "cli"}]

CLOCKS = {"now", "utcnow", "today"}
CONSOLE_AND_DISK = {"open", "print", "input", "breakpoint"}
# Without an argument these draw their seed from the machine.
SEEDED = {"default_rng", "SeedSequence", "PCG64", "Philox", "MT19937", "SFC64"}


def impurities(tree: ast.Module) -> list[str]:
    """Return the calls in `tree` that read a clock, the console, a disk or a global generator."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and "Any" in {alias.name for alias in node.names}:
            found.append(f"line {node.lineno}: Any")
        if not isinstance(node, ast.Call):
            continue
        callee = node.func
        name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
        unseeded = name in SEEDED and not node.args and not node.keywords
        clock = name in CLOCKS and isinstance(callee, ast.Attribute)
        console = name in CONSOLE_AND_DISK and isinstance(callee, ast.Name)
        if unseeded or clock or console:
            found.append(f"line {node.lineno}: {name}()")
    return found


@pytest.mark.parametrize("path", PURE_FILES, ids=name_of)
def test_pure_rooms(path: Path) -> None:
    assert not impurities(tree_of(path))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("datetime.now(tz=UTC)", True),
        ("open(path)", True),
        ("np.random.default_rng()", True),
        ("np.random.default_rng(seed)", False),
        ("from typing import Any", True),
        ("at.astimezone(UTC)", False),
    ],
)
def test_the_purity_rule_notices(code: str, found: bool) -> None:
    assert bool(impurities(ast.parse(code))) == found


# The verbs of the product, whose leading arguments the design fixes: framework first, then what
# it is applied to. The list only shrinks.
VERBS = {"decide", "determine", "explain"}


def wide_calls(tree: ast.Module) -> list[str]:
    """Return the public functions of a module that take a second argument by position."""
    return [
        f"line {node.lineno}: {node.name}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and node.name not in VERBS
        and len(node.args.posonlyargs) + len(node.args.args) > 1
    ]


@pytest.mark.parametrize("path", LIBRARY_FILES, ids=name_of)
def test_after_the_first_argument_everything_is_named(path: Path) -> None:
    assert not wide_calls(tree_of(path))


def test_the_naming_rule_notices() -> None:
    assert wide_calls(ast.parse("def settle(criterion, evidence): ..."))
    assert not wide_calls(ast.parse("def settle(criterion, *, evidence): ..."))
