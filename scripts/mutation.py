"""Small changes of meaning in Python source: what `scripts/mutants.py` makes the tests notice.

One mutant replaces one node of the syntax tree. Changed are comparisons, boolean operators,
arithmetic, constants, texts that are data (codes, keys, kinds), arguments, defaults, filters,
`any`/`all`, `min`/`max`, the order of a sort, calls and statements. Not changed is wording: texts
that end in a sentence for people (`says`, `hint`, `do`, messages of errors), docstrings and types.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

_TEXT_KEYWORDS: Final = frozenset({"says", "hint", "do"})
# Calls whose positional argument at this place is a sentence.
_TEXT_PLACES: Final = {
    "InputError": 1,
    "IntegrityError": 1,
    "FrameworkError": 1,
    "_conflict": 1,
    "_reason": 1,
    "_hold": 1,
    "_owed": 2,
}
_TEXT_TABLES: Final = frozenset({"BARS"})  # tables of sentences by code
_TYPE_KEYWORDS: Final = frozenset({"dtype", "strict"})  # say what a value is, like a type
_TYPE_CALLS: Final = frozenset({"TypeVar", "cast"})

_BOUNDARY: Final = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_OPPOSITE: Final = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: Final = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES: Final = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "startswith": "endswith",
    "union": "intersection",
}


class Mutant(NamedTuple):
    """One change: `parent.field[index]` becomes `new` in the tree of `module`."""

    name: str
    module: str
    lines: range
    parent: ast.AST
    field: str
    index: int | None
    new: ast.AST

    @property
    def everywhere(self) -> bool:
        """Whether the change is outside all functions: a constant, a default, a class."""
        return not self.lines

    def apply(self) -> None:
        """Change the tree for good."""
        _put(self.parent, self.field, self.index, self.new)


def mutants_of(tree: ast.Module, *, module: str) -> list[Mutant]:
    """Return every mutant of a module, with names that do not depend on line numbers."""
    finder = _Finder(module, _text_nodes(tree))
    finder.visit_body(tree, "")
    seen: Counter[str] = Counter()
    named = []
    for mutant in finder.found:
        seen[mutant.name] += 1
        count = seen[mutant.name]
        named.append(mutant if count == 1 else mutant._replace(name=f"{mutant.name} ({count})"))
    return named


def _put(parent: ast.AST, field: str, index: int | None, new: ast.AST) -> ast.AST:
    """Replace a node and return the old one."""
    if index is None:
        old: ast.AST = getattr(parent, field)
        setattr(parent, field, new)
        return old
    nodes = getattr(parent, field)
    old = nodes[index]
    nodes[index] = new
    return old


class _Finder:
    """Walks a tree and notes its mutants."""

    def __init__(self, module: str, texts: set[int]) -> None:
        self.module = module
        self.texts = texts
        self.found: list[Mutant] = []
        self.where = ""
        self.inside = False
        self.lines = range(0)
        self.parents: list[tuple[ast.AST, str, int | None]] = []

    def visit_body(self, node: ast.AST, where: str) -> None:
        """Visit the statements of a module, class or function."""
        for index, statement in enumerate(node.body):  # type: ignore[attr-defined]
            is_docstring = isinstance(statement, ast.Expr) and isinstance(
                statement.value, ast.Constant
            )
            if not is_docstring:
                self.where = where
                self.visit(statement, node, "body", index)

    def visit(self, node: ast.AST, parent: ast.AST, field: str, index: int | None) -> None:
        """Note the mutants of `node` and of everything below it."""
        if _skipped(node):
            return
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = f"{self.where}.{node.name}" if self.where else node.name
            outside, where = self.inside, self.where
            self.inside = isinstance(node, ast.FunctionDef)
            if isinstance(node, ast.FunctionDef):
                self._defaults(node, name)
            self.visit_body(node, name)
            self.inside, self.where = outside, where
            return
        outer = self.lines
        if isinstance(node, ast.stmt) and self.inside:
            self.lines = _header(node)
        self.parents.append((parent, field, index))
        if id(node) not in self.texts:
            for new in _replacements(node, texts=self.texts):
                self._note(node, new)
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "format_spec", "returns", "type_comment"}:
                continue
            for place, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST):
                    self._child(node, name, child, place if isinstance(value, list) else None)
        self.parents.pop()
        self.lines = outer

    def _child(self, node: ast.AST, field: str, child: ast.AST, index: int | None) -> None:
        if _is_type_test(node, field, index):
            return
        self.visit(child, node, field, index)

    def _defaults(self, node: ast.FunctionDef, name: str) -> None:
        self.where, self.lines = name, range(0)
        for field in ("defaults", "kw_defaults"):
            for index, default in enumerate(getattr(node.args, field)):
                if default is not None:
                    self.visit(default, node.args, field, index)

    def _note(self, node: ast.AST, new: ast.AST) -> None:
        parent, field, index = self.parents[-1]
        before = after = ""
        shown, place = node, len(self.parents) - 1
        while True:
            wider = self.parents[place][0]
            if len(ast.unparse(shown)) > 24 or not isinstance(wider, ast.expr | ast.keyword):
                break
            if len(ast.unparse(wider)) > 90:
                break
            shown, place = wider, place - 1
        before = ast.unparse(shown)
        if isinstance(node, ast.If | ast.While):
            before, after = f"if {ast.unparse(node.test)}", f"if {ast.unparse(new.test)}"  # type: ignore[attr-defined]
        elif shown is node:
            after = ast.unparse(new)
        else:
            old = _put(parent, field, index, new)
            after = ast.unparse(shown)
            _put(parent, field, index, old)
        name = f"{self.module}.{self.where or 'module'}: {_short(before)} -> {_short(after)}"
        self.found.append(Mutant(name, self.module, self.lines, parent, field, index, new))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 120 else f"{text[:80]} ... {text[-35:]}"


def _header(node: ast.stmt) -> range:
    """The lines that run when the statement starts: the whole of a simple one, else its head."""
    last = node.end_lineno or node.lineno
    body = getattr(node, "body", None)
    if body:
        last = max(node.lineno, body[0].lineno - 1)
    return range(node.lineno, last + 1)


def _skipped(node: ast.AST) -> bool:
    """Imports, type aliases and exported names have no meaning of their own."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        return name == "__all__" or (name[0].isupper() and not name.isupper())
    return False


def _is_type_test(node: ast.AST, field: str, index: int | None) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = _called(node)
    if field == "keywords" and index is not None and node.keywords[index].arg in _TYPE_KEYWORDS:
        return True
    return name in _TYPE_CALLS or (name == "isinstance" and field == "args" and index == 1)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _replacements(node: ast.AST, *, texts: set[int]) -> Iterator[ast.AST]:
    """Every other meaning that `node` could have by a small slip."""
    if isinstance(node, ast.stmt):
        yield from _statements(node, texts)
    elif isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(other, node.values)
        for index in range(len(node.values)):
            rest = [*node.values[:index], *node.values[index + 1 :]]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
    elif isinstance(node, ast.IfExp):
        yield from _negated_test(node)
    elif isinstance(node, ast.comprehension):
        yield from _filters(node)
    elif isinstance(node, ast.Slice) and node.upper is not None:
        yield ast.Slice(node.lower, None, node.step)
    elif isinstance(node, ast.Call):
        yield from _calls(node, texts)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        yield from _fewer(node)


def _statements(node: ast.stmt, texts: set[int]) -> Iterator[ast.AST]:
    nothing = ast.Constant(None)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        silent = isinstance(node.value, ast.Constant) or id(node.value) in texts
        if node.value is not None and not silent:
            changed = copy.copy(node)
            changed.value = nothing
            if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)):
                yield changed
    elif isinstance(node, ast.Return):
        if node.value is not None and not isinstance(node.value, ast.Constant):
            yield ast.Return(nothing)
    elif isinstance(node, ast.AugAssign):
        yield ast.Pass()
        yield ast.Assign([node.target], node.value, lineno=node.lineno)
    elif isinstance(node, ast.Raise):
        yield ast.Pass()
    elif isinstance(node, ast.Expr):
        yield ast.Expr(nothing)
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    elif isinstance(node, ast.If | ast.While):
        yield from _negated_test(node)


def _negated_test(node: ast.If | ast.While | ast.IfExp) -> Iterator[ast.AST]:
    """The other branch; a lone comparison or `not` is negated by itself."""
    alone = isinstance(node.test, ast.Compare) and len(node.test.ops) == 1
    if alone or isinstance(node.test, ast.UnaryOp):
        return
    changed = copy.copy(node)
    changed.test = ast.UnaryOp(ast.Not(), node.test)
    yield changed


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        if value > 0:
            yield ast.Constant(value - 1)
    elif isinstance(value, float):
        yield ast.Constant(2 * value if value else 1.0)
    elif isinstance(value, str):
        yield ast.Constant(f"XX{value}")


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for table in (_BOUNDARY, _OPPOSITE):
        for index, op in enumerate(node.ops):
            other = table.get(type(op))  # type: ignore[attr-defined]
            if other is not None:
                ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)


def _filters(node: ast.comprehension) -> Iterator[ast.AST]:
    for index, test in enumerate(node.ifs):
        rest = [*node.ifs[:index], *node.ifs[index + 1 :]]
        yield ast.comprehension(node.target, node.iter, rest, node.is_async)
        if not (isinstance(test, ast.Compare) and len(test.ops) == 1):
            negated = [*node.ifs[:index], ast.UnaryOp(ast.Not(), test), *node.ifs[index + 1 :]]
            yield ast.comprehension(node.target, node.iter, negated, node.is_async)


def _calls(node: ast.Call, texts: set[int]) -> Iterator[ast.AST]:
    name, nothing = _called(node), ast.Constant(None)
    if name in _NAMES:
        func = copy.copy(node.func)
        setattr(func, "id" if isinstance(func, ast.Name) else "attr", _NAMES[name])
        yield ast.Call(func, node.args, node.keywords)
    if name == "sorted":
        yield ast.Call(ast.Name("list", ast.Load()), node.args, [])
    if name == "isinstance":
        return
    for index in range(len(node.args) - 1 if name not in {"min", "max"} else 0):
        if ast.dump(node.args[index]) == ast.dump(node.args[index + 1]):
            continue
        args = [*node.args]
        args[index], args[index + 1] = args[index + 1], args[index]
        yield ast.Call(node.func, args, node.keywords)
    for index, argument in enumerate(node.args):
        unchanged = isinstance(argument, ast.Constant | ast.Starred | ast.GeneratorExp)
        if not unchanged and id(argument) not in texts:
            args = [*node.args[:index], nothing, *node.args[index + 1 :]]
            yield ast.Call(node.func, args, node.keywords)
    for index, keyword in enumerate(node.keywords):
        if keyword.arg in _TEXT_KEYWORDS | _TYPE_KEYWORDS or isinstance(
            keyword.value, ast.Constant
        ):
            continue
        keywords = [*node.keywords]
        keywords[index] = ast.keyword(keyword.arg, nothing)
        yield ast.Call(node.func, node.args, keywords)
    yield from _swapped_keywords(node)


def _swapped_keywords(node: ast.Call) -> Iterator[ast.AST]:
    simple = ast.Name | ast.Attribute
    for index in range(len(node.keywords) - 1):
        one, two = node.keywords[index : index + 2]
        if {one.arg, two.arg} & _TEXT_KEYWORDS:
            continue
        same = ast.dump(one.value) == ast.dump(two.value)
        if isinstance(one.value, simple) and isinstance(two.value, simple) and not same:
            keywords = [*node.keywords]
            keywords[index] = ast.keyword(one.arg, two.value)
            keywords[index + 1] = ast.keyword(two.arg, one.value)
            yield ast.Call(node.func, node.args, keywords)


def _fewer(node: ast.List | ast.Tuple | ast.Set) -> Iterator[ast.AST]:
    """One element less, in lists of texts and in lists that are put together."""
    if isinstance(node, ast.List | ast.Tuple) and not isinstance(node.ctx, ast.Load):
        return
    texts = all(isinstance(e, ast.Constant) and isinstance(e.value, str) for e in node.elts)
    joined = any(isinstance(e, ast.Starred) for e in node.elts)
    if len(node.elts) > 1 and (texts or joined):
        for index in range(len(node.elts)):
            changed = copy.copy(node)
            changed.elts = [*node.elts[:index], *node.elts[index + 1 :]]
            yield changed


def _text_nodes(tree: ast.Module) -> set[int]:
    """Identities of all nodes inside sentences for people, also by way of local variables."""
    texts: set[int] = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            _mark_texts(function, texts)
    for statement in tree.body:
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id in _TEXT_TABLES:
            table = statement.value  # type: ignore[union-attr]
            for value in table.values:  # type: ignore[union-attr]
                texts.add(id(value))
    return texts


def _mark_texts(function: ast.FunctionDef, texts: set[int]) -> None:
    def mark(node: ast.AST) -> None:
        texts.update(id(below) for below in ast.walk(node))

    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            place = _TEXT_PLACES.get(_called(node))
            if place is not None and len(node.args) > place:
                mark(node.args[place])
            for keyword in node.keywords:
                if keyword.arg in _TEXT_KEYWORDS:
                    mark(keyword.value)
        for name, value in _assigned(node):
            if name == "says":
                mark(value)
    # A local variable that is read only inside sentences is part of them.
    for _ in range(3):
        for node in ast.walk(function):
            for name, value in _assigned(node):
                reads = [
                    read
                    for read in ast.walk(function)
                    if isinstance(read, ast.Name)
                    and read.id == name
                    and isinstance(read.ctx, ast.Load)
                ]
                if reads and all(id(read) in texts for read in reads):
                    mark(value)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(variable, value) pairs of an assignment, also of `a, b = x, y`."""
    if not isinstance(node, ast.Assign):
        return
    target = node.targets[0]
    if isinstance(target, ast.Name):
        yield target.id, node.value
    elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
        for one, value in zip(target.elts, node.value.elts, strict=True):
            if isinstance(one, ast.Name):
                yield one.id, value
