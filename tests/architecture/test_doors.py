"""The public surface is a list that is checked; a room is entered through its door only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import tierlock
from tests.architecture.house import PACKAGE, ROOMS, ROOT, SOURCES, name_of, room_of, tree_of

# A change here is a change of the public interface: CHANGELOG.md and the reference name it too.
PUBLIC = [
    "Action",
    "Claim",
    "Decision",
    "Determination",
    "Evidence",
    "Explanation",
    "Framework",
    "Negatives",
    "Outcome",
    "Plan",
    "RunRegister",
    "Subject",
    "TierlockError",
    "Verdict",
    "__version__",
    "decide",
    "determine",
    "explain",
    "find_logs",
    "get_framework",
    "load_framework",
    "parse_framework",
    "plan_after",
    "read",
    "register_of",
]

# Every room may name the error tree and the lazy doors by their files: they know nothing.
OPEN_MODULES = {"tierlock.core.errors", "tierlock.lazy"}

EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))


def test_public_surface() -> None:
    assert tierlock.__all__ == PUBLIC
    assert len(set(PUBLIC)) == len(PUBLIC)
    assert set(tierlock._HOMES) == set(PUBLIC) - {"__version__"}


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_loads(name: str) -> None:
    assert name in dir(tierlock)
    assert getattr(tierlock, name) is not None


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="`no_such_name`"):
        _ = tierlock.no_such_name


@pytest.mark.parametrize("room", ROOMS)
def test_room_lists_its_door(room: str) -> None:
    # The linter (RUF022) keeps the lists sorted.
    module = import_module(f"tierlock.{room}")
    names: list[str] = module.__all__
    assert names
    assert len(set(names)) == len(names)
    assert not [name for name in names if name.startswith("_")]
    assert not [name for name in names if not hasattr(module, name)]


def imports_of(path: Path) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, module and imported name of every import of our package in `path`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "tierlock":
                    yield node.lineno, alias.name, None
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tierlock":
            for alias in node.names:
                yield node.lineno, node.module or "", alias.name


def trespasses(path: Path, *, own_room: str) -> list[str]:
    """Return the imports of `path` that reach into another room past its door."""
    found = []
    for line, module, name in imports_of(path):
        parts = module.split(".")
        if len(parts) == 1 or parts[1] == own_room or module in OPEN_MODULES:
            continue
        inside = len(parts) > 2
        if not inside and name is not None:
            inside = name not in import_module(module).__all__
        if inside:
            found.append(f"{path.name}:{line}: {module} {name or ''}".rstrip())
    return found


@pytest.mark.parametrize("path", [*SOURCES, *EXAMPLES], ids=name_of)
def test_rooms_are_entered_by_their_doors(path: Path) -> None:
    own_room = room_of(path) if path in SOURCES else ""
    assert not trespasses(path, own_room=own_room)


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("from tierlock.core import Record", True),
        ("from tierlock.core.errors import InputError", True),
        ("from tierlock.core.record import Record", False),
        ("import tierlock.core.record", False),
        ("from tierlock.core import _hidden", False),
        ("def f():\n    from tierlock.core.record import Record", False),
    ],
)
def test_the_door_rule_notices(line: str, allowed: bool, tmp_path: Path) -> None:
    path = tmp_path / "visitor.py"
    path.write_text(line)
    assert (not trespasses(path, own_room="report")) == allowed
    assert not trespasses(path, own_room="core")


@pytest.mark.parametrize("room", ["usecases", "report", "server"])
def test_no_file_hides_what_a_lazy_door_gives_out(room: str) -> None:
    # Whoever imports such a file puts it in the place of the function of that name.
    door = import_module(f"tierlock.{room}")
    files = {path.stem for path in (PACKAGE / room).glob("*.py")}
    assert not files & set(door.__all__)
