"""What a fresh interpreter loads: start-up stays fast, the pure part stays alone."""

from __future__ import annotations

import pytest

from tests.architecture.house import ROOMS, run_python

HEAVY = {"inspect_ai", "numpy", "pandas", "pydantic", "scipy", "sqlalchemy"}
OUTSIDE = {
    "asyncio", "click", "http.client", "inspect_ai", "jinja2", "rich", "sqlite3", "urllib.request",
    "yaml",
}  # fmt: skip

SHOW_HELP = """
from tierlock.cli.main import main
try:
    main(["--help"])
except SystemExit as stop:
    assert not stop.code
"""

# What a serving process loads to check its permit: the standard library and cryptography.
BESIDE_PERMIT = {
    "msgspec", "rfc8785", "securesystemslib", "socket", "ssl", "subprocess", "tierlock.attest",
    "tierlock.core", "tierlock.ledger", "tierlock.policy", "tierlock.usecases",
}  # fmt: skip
LOAD_PERMIT = "import tierlock.permit; tierlock.permit.check"

# statement, the room it needs, what it must not load
CASES = [
    ("import tierlock", "", HEAVY | OUTSIDE),
    (SHOW_HELP, "cli", HEAVY),
    ("import tierlock.core", "core", OUTSIDE | {"numpy", "scipy"}),
    ("import tierlock.stats", "stats", OUTSIDE | {"scipy.stats", "pandas"}),
    ("import tierlock.policy", "policy", OUTSIDE | {"scipy.stats", "pandas"}),
    (LOAD_PERMIT, "permit", HEAVY | OUTSIDE | BESIDE_PERMIT),
]


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [(statement, forbidden) for statement, room, forbidden in CASES if room in {"", *ROOMS}],
)
def test_fresh_interpreter(statement: str, forbidden: set[str]) -> None:
    code = f"import sys\n{statement}\nprint('loaded:', *sys.modules)"
    loaded = set(run_python(code).rpartition("loaded:")[2].split())
    assert "tierlock" in loaded
    assert not loaded & forbidden


def test_every_module_imports_without_a_network() -> None:
    code = """
import importlib, pkgutil, sys
def deny(event, arguments):
    if event.startswith("socket.") and event not in {"socket.__new__", "socket.gethostname"}:
        raise RuntimeError(f"an import used the network: {event} {arguments}")
sys.addaudithook(deny)
import tierlock
names = [m.name for m in pkgutil.walk_packages(tierlock.__path__, "tierlock.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""
    assert int(run_python(code)) >= len(ROOMS)
