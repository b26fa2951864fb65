"""What pydantic found wrong, in the words of the language, at the place in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, get_args

from pydantic.alias_generators import to_snake
from pydantic_core import ErrorDetails

from tierlock.core import AtLeast, Evaluation, Measured
from tierlock.frameworks.flaw import Flaw
from tierlock.frameworks.hints import closest, listed, shown, suggestion
from tierlock.frameworks.language import CONNECTIVES, NOUNS, Expected, follow
from tierlock.frameworks.nodes import Path

_KINDS: Final = ("any", "all", "at_least", "evaluation", "attested", "fact")
_LIMITS: Final = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_FORMS: Final = {
    "framework": "`publisher/name` in lower case letters, digits and hyphens",
    "sha256": "`sha256:` and 64 hexadecimal digits",
}
_WANTED: Final = {
    "bool_type": "`true` or `false`",
    "date_from_datetime_parsing": "a date such as `2026-05-14`",
    "date_parsing": "a date such as `2026-05-14`",
    "date_type": "a date such as `2026-05-14`",
    "dict_type": "a block of keys",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "model_attributes_type": "a block of keys",
    "model_type": "a block of keys",
    "string_type": "text",
    "tuple_type": "a list",
}


def flaws(details: Iterable[ErrorDetails]) -> Iterator[Flaw]:
    """Yield one flaw per thing that is wrong, in the order of `details`."""
    seen: set[tuple[Path, str]] = set()
    for detail in details:
        if _is_echo(detail):
            continue
        expected = follow(detail["loc"])
        flaw = _worded(detail, expected)
        if (flaw.path, flaw.message) not in seen:
            seen.add((flaw.path, flaw.message))
            yield flaw


def _is_echo(detail: ErrorDetails) -> bool:
    """Tell whether a list is called too short only because its items were wrong."""
    if detail["type"] != "too_short":
        return False
    return bool(len(detail["input"]) != detail["ctx"]["actual_length"])


def _worded(detail: ErrorDetails, expected: Expected) -> Flaw:
    kind, value, path = detail["type"], detail["input"], expected.path
    if expected.choice:
        text = f"{_subject(path)} is a number, text, `true` or `false`, not {shown(value)}"
        return Flaw("framework.schema", text, path)
    if kind in _LIMITS:
        return _limit(detail, expected)
    if kind in _WANTED:
        return _wrong_type(value, _WANTED[kind], path)
    special: dict[str, Callable[[ErrorDetails, Expected], Flaw]] = {
        "criterion_kind": _unknown_kind,
        "extra_forbidden": _unknown_key,
        "literal_error": _not_a_choice,
        "missing": _missing,
        "string_pattern_mismatch": _wrong_form,
        "too_long": _too_long,
        "value_error": _rule,
    }
    if kind in special:
        return special[kind](detail, expected)
    if kind in {"string_too_short", "too_short"}:
        return _too_few(detail, expected)
    return Flaw("framework.schema", f"{_subject(path)}: {detail['msg'].lower()}", path)


def _subject(path: Path) -> str:
    """Return what a message calls the thing at `path`."""
    if not path:
        return "a framework file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {_subject(path[:-1])}"
    return shown(path[-1])


def _unknown_key(detail: ErrorDetails, expected: Expected) -> Flaw:
    key, owner = str(expected.path[-1]), expected.within
    known = owner.model_fields
    # Wire names are camelCase; files have the names of the language.
    hint = suggestion(to_snake(key), known=known)
    if detail["input"] is None and " " in key:
        hint = "between braces a comma ends a text: put the text in quotes"
    message = f"{shown(key)} is not a key of {NOUNS[owner]}"
    return Flaw("framework.unknown-key", message, expected.path, hint, of_key=True)


def _missing(detail: ErrorDetails, expected: Expected) -> Flaw:
    *parent, key = expected.path
    if isinstance(key, int):
        size = len(get_args(follow(detail["loc"][:-1]).annotation))
        message = f"{_subject(tuple(parent))} is a list of {size} values"
        return Flaw("framework.schema", message, tuple(parent))
    message = f"`{key}` is missing from {NOUNS[expected.within]}"
    if parent and isinstance(parent[-1], str) and parent[-1] != NOUNS[expected.within].strip("`"):
        message += f", {shown(parent[-1])}"
    return Flaw("framework.schema", message, tuple(parent), of_key=True)


def _too_long(detail: ErrorDetails, expected: Expected) -> Flaw:
    message = f"{_subject(expected.path)} is a list of {detail['ctx']['max_length']} values"
    return Flaw("framework.schema", message, expected.path)


def _unknown_kind(detail: ErrorDetails, expected: Expected) -> Flaw:
    value = detail["input"]
    if not isinstance(value, dict):
        return _wrong_type(value, "a criterion, a block of keys", expected.path)
    alike = (closest(to_snake(str(key)), known=_KINDS) for key in value)
    hint = next((f"did you mean `{kind}`?" for kind in alike if kind), None)
    message = f"a criterion needs one of {listed(_KINDS)}"
    return Flaw("framework.schema", message, expected.path, hint)


def _not_a_choice(detail: ErrorDetails, expected: Expected) -> Flaw:
    choices = [str(choice) for choice in get_args(expected.annotation)]
    value = detail["input"]
    message = f"{_subject(expected.path)} is one of {listed(choices)}, not {shown(value)}"
    alike = closest(str(value), known=choices)
    hint = f"did you mean `{alike}`?" if alike else None
    if not isinstance(value, str) and str(value) in choices:
        hint = f'put it in quotes: "{value}"'
    return Flaw("framework.schema", message, expected.path, hint)


def _wrong_type(value: object, wanted: str, path: Path) -> Flaw:
    if value is None:
        message = f"{_subject(path)} has no value"
        if_left_out = "give it a value, or leave the key out"
        return Flaw("framework.schema", message, path, if_left_out, of_key=True)
    hint: str | None = None
    if wanted == "text" and isinstance(value, bool | int | float):
        hint = f'put it in quotes: "{str(value).lower()}"'
    elif wanted == "a list" and isinstance(value, str) and value:
        hint = f"put it in brackets: [{value}]"
    elif wanted.startswith("`true`") and isinstance(value, str):
        hint = "`yes`, `no`, `on` and `off` are text here"
    message = f"{_subject(path)} is {wanted}, not {shown(value)}"
    return Flaw("framework.schema", message, path, hint)


def _limit(detail: ErrorDetails, expected: Expected) -> Flaw:
    name, words = _LIMITS[detail["type"]]
    limit = f"{detail['ctx'][name]:g}"
    message = f"{_subject(expected.path)} is {words} {limit}, not {shown(detail['input'])}"
    of_connective = expected.within is AtLeast and expected.path[-1] == "at_least"
    if of_connective:
        message = f"at_least({detail['input']}): need 1 <= k <= M"
    code = "framework.connective" if of_connective else "framework.schema"
    return Flaw(code, message, expected.path)


def _too_few(detail: ErrorDetails, expected: Expected) -> Flaw:
    branches = expected.within in CONNECTIVES and expected.path[-1] in {"any", "all", "of"}
    code = "framework.connective" if branches else "framework.schema"
    least, found = (detail["ctx"].get(key, 0) for key in ("min_length", "actual_length"))
    message = f"{_subject(expected.path)} may not be empty"
    if found:
        message = f"{_subject(expected.path)} needs at least {least}, not {found}"
    return Flaw(code, message, expected.path)


def _wrong_form(detail: ErrorDetails, expected: Expected) -> Flaw:
    form = _FORMS.get(str(expected.path[-1]), f"like `{detail['ctx']['pattern']}`")
    return Flaw("framework.schema", f"{shown(detail['input'])} is not {form}", expected.path)


def _rule(detail: ErrorDetails, expected: Expected) -> Flaw:
    """A rule of a class of tierlock.core; its message names the keys that it is about."""
    message = str(detail["ctx"]["error"])
    path, value = expected.path, detail["input"]
    of_block = isinstance(value, dict)
    if of_block:
        named = re.findall(r"(?:`|^)(\w+)[`(]", message)
        key = next((word for word in named if word in value), None)
        path = path if key is None else (*path, key)
    return Flaw(_code_of_rule(expected.annotation, message), message, path, of_key=of_block)


def _code_of_rule(owner: object, message: str) -> str:
    if owner is AtLeast:
        return "framework.connective"
    bounds = (owner is Measured and "`rule_out" in message) or owner is Evaluation
    return "framework.bounds" if bounds else "framework.schema"
