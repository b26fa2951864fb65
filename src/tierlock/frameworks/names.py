"""Names: each thing defined once, under a name that paths and files can carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tierlock.core import ADJUSTMENT, PRESUMPTION, Framework
from tierlock.frameworks.flaw import Flaw
from tierlock.frameworks.nodes import Path
from tierlock.frameworks.trees import leaves_of, trees

_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_SCOPE: Final = "scope"


def name_flaws(framework: Framework) -> Iterator[Flaw]:
    """Yield what is wrong with the names that a framework gives."""
    if _VERSION.fullmatch(framework.version) is None:
        message = f"`{framework.version}` can not be part of a file's name"
        hint = "use letters, digits, dots, hyphens and underscores"
        yield Flaw("framework.schema", message, ("version",), hint)
    yield from _unusable(framework)
    yield from _twice((tier.id for tier in framework.tiers), ("tiers",), "id")
    yield from _twice((trigger.id for trigger in framework.triggers), ("triggers",), "id")
    yield from _twice(framework.surfaces, ("surfaces",))
    yield from _twice(framework.audiences, ("audiences",))
    for tree in trees(framework):
        seen: set[str] = set()
        for leaf in leaves_of(tree):
            name = leaf.criterion.name
            if name in seen:
                message = f"{tree.of} has two criteria named `{name}`"
                hint = "give one of them another `id`"
                yield Flaw("framework.duplicate", message, leaf.path, hint)
            seen.add(name)


def _unusable(framework: Framework) -> Iterator[Flaw]:
    """Names from which the path `<threshold or standard>:<criterion>` could not be read back."""
    for section in ("thresholds", "standards", "adjustments"):
        for name in getattr(framework, section):
            yield from _without(name, ":", (section, name))
    for name in framework.thresholds:
        if name.startswith((PRESUMPTION, ADJUSTMENT)):
            message = f"`{name}` can not be a name here: paths of other findings begin so"
            yield Flaw("framework.schema", message, ("thresholds", name), of_key=True)
        if name in framework.standards or name == _SCOPE:
            other = "the scope" if name == _SCOPE else "a standard"
            message = f"a threshold and {other} are both named `{name}`"
            yield Flaw("framework.duplicate", message, ("thresholds", name), of_key=True)
    for standard, definition in framework.standards.items():
        for name in definition.criteria:
            path: Path = ("standards", standard, "criteria", name)
            yield from _without(name, "/", path)
    for position, name in enumerate(framework.surfaces):
        yield from _without(name, "/", ("surfaces", position))


def _without(name: str, character: str, path: Path) -> Iterator[Flaw]:
    if not name.strip() or name == "*" or character in name:
        message = f"`{name}` can not be a name here: it is empty, `*` or holds `{character}`"
        yield Flaw("framework.schema", message, path, of_key=True)


def _twice(names: Iterable[str], path: Path, *key: str) -> Iterator[Flaw]:
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen:
            message = f"`{name}` stands twice in `{path[-1]}`"
            yield Flaw("framework.duplicate", message, (*path, position, *key))
        seen.add(name)
