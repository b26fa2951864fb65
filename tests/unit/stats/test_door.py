"""The door of the room lists everything public; neither it nor the common tests load scipy."""

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
        "outcome_scores",
    }
    errors_and_aliases = {"InvalidNumbers", "UnboundedScore", "Arm"}
    assert set(stats.__all__) == public_definitions() - shared_but_not_offered | errors_and_aliases


COMMON = """
import sys
from tierlock import stats
for values in ([0.0] * 30 + [1.0] * 3, [0.0] * 30 + [0.25, 0.5, 1.0]):
    stats.rule_out_p(values, bound=0.5)
    stats.upper_bound(values, alpha=0.05)
    stats.hoeffding_bentkus_upper_bound(values, alpha=0.05)
stats.counts_lower_bound(3, n=30, alpha=0.05)
stats.fragility(3, n=100, bound=0.2, alpha=0.05)
stats.samples_to_rule_out(0.05, bound=0.1, alpha=0.05)
"""


def test_common_tests_do_not_load_scipy() -> None:
    loaded = set(run_python(COMMON + "print(*sys.modules)").split())
    assert "numpy" in loaded
    assert not [module for module in loaded if module.split(".")[0] == "scipy"]


def test_rare_tests_load_no_slow_part_of_scipy() -> None:
    rare = "stats.difference_rule_out_p([0.0, 1.0, 1.0], control=[0.0, 0.0, 1.0], bound=0.5)\n"
    loaded = set(run_python(COMMON + rare + "print(*sys.modules)").split())
    assert "scipy.special" in loaded
    assert not loaded & SLOW


def test_no_file_imports_a_slow_part_even_later() -> None:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            assert not [m for m in modules if m.startswith("scipy") and m != "scipy.special"], path
