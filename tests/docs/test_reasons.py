"""The table behind docs/reference/reasons.md has every code that the program can give, no other."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.house import ROOT, SOURCES, tree_of
from tierlock import permit
from tierlock.analysis import LINT_CODES, PROPERTIES
from tierlock.core.errors import CODES
from tierlock.report import REASON_CODES

CODE = re.compile(r"[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*")
FILE = re.compile(r".*\.(?:css|csv|db|eval|html|json|jsonl|logged|md|pem|py|yaml|zip)|tierlock\..*")
# They list codes and give none; the last lists columns of another tool's records.
TABLES = {"finding_codes.py", "gate_codes.py", "garak_schema.py"}
TAKES_A_CODE = {
    "GateReason",
    "Omission",
    "Problem",
    "Reason",
    "deny",
    "hold",
    "omission",
    "problem",
}


def codes_in(tree: ast.AST) -> set[str]:
    """Return the reason codes that stand in the code: texts of their form, and arguments."""
    passive = {id(part) for node in ast.walk(tree) for part in _passive(node)}
    found = set()
    for node in ast.walk(tree):
        if id(node) not in passive:
            found |= _codes_at(node)
    return {code for code in found if not FILE.fullmatch(code)}


def _passive(node: ast.AST) -> list[ast.AST]:
    """What gives no code: docstrings, and questions about the start or end of one."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return [node.value]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return list(ast.walk(node)) if node.func.attr in {"startswith", "endswith"} else []
    return []


def _codes_at(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Constant):
        return _texts([node]) if CODE.fullmatch(str(node.value)) else set()
    if isinstance(node, ast.Dict):  # a table of codes may hold one without a dot
        texts = _texts(node.values)
        return texts if any(CODE.fullmatch(text) for text in texts) and len(texts) > 2 else set()
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        return _texts([*(node.args[:1] if name in TAKES_A_CODE else []), *named])
    return set()


def _texts(nodes: list[ast.expr]) -> set[str]:
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def listed(page: str) -> set[str]:
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([a-z.-]+)` \|", text, flags=re.MULTILINE))


def test_every_reason_is_documented_and_every_documented_one_exists():
    # The server gives no reasons: it hands on those of the use cases, and has errors and events.
    pages = [path for path in SOURCES if "server" in path.relative_to(ROOT).parts]
    sources = [path for path in SOURCES if path.name not in TABLES and path not in pages]
    assert len(sources) == len(SOURCES) - len(TABLES) - len(pages)
    used = {code for path in sources for code in codes_in(tree_of(path))}
    used -= {*CODES, *LINT_CODES, *permit.CODES}
    used -= {"webauthn.get", "webauthn.create"}  # what browsers call an assertion and a new key
    reasons, importers = listed("reasons.md"), listed("formats.md")
    assert len(reasons) > 80
    studies = {*LINT_CODES, *PROPERTIES}
    assert reasons == studies | {code for codes in REASON_CODES.values() for code in codes}
    assert used - reasons - importers == set()
    assert reasons - studies - used == set()


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ('Reason(code="claim.missing", says="x")', {"claim.missing"}),
        ('draft.hold("closed", says="x", about="y")', {"closed"}),
        ('codes = {"a": "revoked", "b": "incident.open", "c": "dissent.open"}', {"revoked"}),
        ('"""Says `claim.missing` in a docstring."""', set()),
        ('"claim.missing"', set()),
        ('code.startswith(("slot.run", "plan."))', set()),
        ('path / "runs.jsonl"', set()),
    ],
)
def test_the_rule_notices(source, codes):
    found = codes_in(ast.parse(source))
    assert codes <= found
    assert bool(codes) == bool(found)
