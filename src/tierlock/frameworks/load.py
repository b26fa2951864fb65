"""A framework file to a `Framework`, or to every problem it has with line and column."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from tierlock.core import Framework, FrameworkError, InputError
from tierlock.frameworks.check import consistency_flaws
from tierlock.frameworks.flaw import Flaw
from tierlock.frameworks.nodes import (
    MAX_BYTES,
    Located,
    YamlMap,
    YamlNode,
    compose,
    located,
    place_of,
    plain,
)
from tierlock.frameworks.wording import flaws

MAX_PROBLEMS: Final = 500


def parse_framework(data: bytes, *, name: str) -> Framework:
    r"""Return the framework that YAML `data` describes.

    Every name it uses is defined and every bound agrees with its evaluation; whether the
    framework is a good one is another question.

    Args:
        data: the bytes of the file, UTF-8.
        name: the file's name as errors show it.

    Raises:
        FrameworkError: the first problem in the order of the file, with `file:line:column`.

    >>> parse_framework(b"framework: example/tiny\ntitel: Example\n", name="tiny.yaml")
    Traceback (most recent call last):
    ...
    tierlock.core.errors.FrameworkError: error[framework.schema] tiny.yaml:1:1 `version` is ...
    """
    found = _read(data, name=name)
    if isinstance(found, Framework):
        return found
    raise found[0]


def check_framework(data: bytes, *, name: str) -> tuple[FrameworkError, ...]:
    r"""Return every problem of a framework file in the order of the file; none if it is usable.

    What is not YAML gives one problem, because nothing behind it can be read. Rules that need the
    whole file (names, bounds, circles) are looked at once each part is in itself correct. At most
    `MAX_PROBLEMS` are returned.

    Args:
        data: the bytes of the file, UTF-8.
        name: the file's name as errors show it.

    >>> found = check_framework(b"framework: example/tiny\ntitel: Example\n", name="tiny.yaml")
    >>> [error.hint for error in found if error.code == "framework.unknown-key"]
    ['did you mean `title`?']
    """
    found = _read(data, name=name)
    return () if isinstance(found, Framework) else found


def load_framework(path: Path) -> Framework:
    """Return the framework in the YAML file at `path`.

    Raises:
        InputError: the file can not be read.
        FrameworkError: the first problem of the file, with line and column.
    """
    return parse_framework(read_file(path), name=str(path))


def read_file(path: Path) -> bytes:
    """Return the bytes of a file, and no more of them than a framework may have and one.

    Raises:
        InputError: the file can not be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError("input.file", f"`{path}` can not be read: {reason}") from None


def _read(data: bytes, *, name: str) -> Framework | tuple[FrameworkError, ...]:
    """Return the framework, or else at least one problem."""
    try:
        root, doubled = compose(data, name=name)
    except FrameworkError as error:
        return (error,)
    problems = list(doubled)
    if not isinstance(root, YamlMap):
        message = "a framework file is a block of keys such as `framework: publisher/name`"
        top = Flaw("framework.schema", message)
        return tuple(problem.error for problem in (*problems, _at(top, root, name)))
    try:
        # JSON mode: lists become tuples and text becomes dates, and nothing else is converted.
        # By name: the file's keys are the language's, not the wire's.
        framework = Framework.model_validate_json(
            json.dumps(plain(root)), by_alias=False, by_name=True
        )
    except ValidationError as error:
        details = error.errors(include_url=False)[:MAX_PROBLEMS]
        problems += [_at(flaw, root, name) for flaw in flaws(details)]
    else:
        found = islice(consistency_flaws(framework), MAX_PROBLEMS)
        problems += [_at(flaw, root, name) for flaw in found]
        if not problems:
            return framework
    problems.sort(key=lambda problem: problem.place)
    return tuple(problem.error for problem in problems[:MAX_PROBLEMS])


def _at(flaw: Flaw, root: YamlNode, name: str) -> Located:
    place = place_of(root, path=flaw.path, of_key=flaw.of_key)
    return located(place, name=name, code=flaw.code, message=flaw.message, hint=flaw.hint)
