"""The door of the room lists everything public, and opening it loads no slow part of scipy."""

import ast
from pathlib import Path

from tests.architecture.house import run_python
from tierlock import stats

FOLDER = Path(stats.__file__).parent
SLOW = {"scipy.stats", "scipy.optimize", "scipy.integrate"}


def public_definitions() -> set[str]:
    names: set[str] = set()
    for path in FOLDER.glob("[a-z]*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                names.add(node.name)
    return names


def test_all_is_sorted_and_complete() -> None:
    assert stats.__all__ == sorted(stats.__all__)
    shared_but_not_offered = {
        "ItemTable",
        "checked_summary",
        "farrington_manning_score",
        "item_means",
    }
    errors_and_aliases = {"InvalidNumbers", "UnboundedScore", "Arm"}
    assert set(stats.__all__) == public_definitions() - shared_but_not_offered | errors_and_aliases


def test_no_slow_part_of_scipy_is_loaded() -> None:
    loaded = set(run_python("import sys, tierlock.stats\nprint(*sys.modules)").split())
    assert "scipy.special" in loaded
    assert not loaded & SLOW


def test_no_file_imports_a_slow_part_even_later() -> None:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            assert not [m for m in modules if m.startswith("scipy") and m != "scipy.special"], path
