"""What logs say a run used: tokens and money, as they state it; what is no number is unknown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from tierlock.core import Tokens
from tierlock.importers.companions import plain_number

_LARGEST: Final = 2**53 - 1
_CACHE: Final = ("input_tokens_cache_write", "input_tokens_cache_read")


class Accounting(NamedTuple):
    """What one run used; None where its log does not say.

    Attributes:
        tokens: of the judged model.
        other_tokens: of graders and other models.
        usd: for all models together.
    """

    tokens: Tokens | None = None
    other_tokens: Tokens | None = None
    usd: float | None = None


def to_tokens(usage: object) -> Tokens | None:
    """Return one statement of use (`input_tokens`, `output_tokens`, `total_tokens`) as tokens.

    Newer logs count what a cache wrote or gave apart from the input, older ones within it. The
    total tells: a cache that it counts beside the input is part of the input here.

    >>> to_tokens({"input_tokens": 9, "output_tokens": 2, "total_tokens": 11}).total
    11
    >>> cached = {"input_tokens": 9, "output_tokens": 2, "input_tokens_cache_read": 5}
    >>> [to_tokens({**cached, "total_tokens": total}).input for total in (11, 16)]
    [9, 14]
    >>> to_tokens({"input_tokens": 9, "output_tokens": "2", "total_tokens": 11}) is None
    True
    """
    if not isinstance(usage, Mapping):
        return None
    found, out, total = (
        _count(usage.get(name)) for name in ("input_tokens", "output_tokens", "total_tokens")
    )
    if found is None or out is None or total is None:
        return None
    with_cache = found + sum(_count(usage.get(name)) or 0 for name in _CACHE)
    return Tokens(input=with_cache if with_cache + out == total else found, output=out, total=total)


def sum_tokens(parts: Iterable[Tokens | None]) -> Tokens | None:
    """Return the sum; None of nothing, and where a part is unknown: half a sum misleads."""
    listed = list(parts)
    known = [part for part in listed if part is not None]
    if not known or len(known) < len(listed):
        return None
    total = sum(part.total for part in known)
    into, out = sum(part.input for part in known), sum(part.output for part in known)
    if max(total, into, out) > _LARGEST:
        return None
    return Tokens(input=into, output=out, total=total)


def sum_known(parts: Iterable[float | None]) -> float | None:
    """Return the sum of amounts; None of nothing, where one is unknown, or beyond all numbers.

    >>> sum_known([1.5, 2.0]), sum_known([1.0, None]), sum_known([1e308, 1e308])
    (3.5, None, None)
    """
    listed = list(parts)
    known = [part for part in listed if part is not None]
    if not known or len(known) < len(listed):
        return None
    try:
        return math.fsum(known)
    except OverflowError:
        return None


def account_for(
    usage: object, *, judged: str, roles: object = None, bound: object = None
) -> Accounting:
    """Return what a run used, the judged model apart from all others.

    Where a grader is the judged model itself, only its role tells its tokens apart. A role that was
    bound to no model ran on one that the log does not name; it is the judged one for certain where
    no other model was used.

    Args:
        usage: what every model used, by its name.
        judged: name of the judged model.
        roles: what every role used, by the role's name.
        bound: the model or models that each role was bound to.
    """
    if not isinstance(usage, Mapping) or not usage:
        return Accounting()
    own = to_tokens(usage.get(judged))
    others = [to_tokens(used) for name, used in usage.items() if name != judged]
    taken = [to_tokens(used) for used in _own_roles(roles, bound=bound, judged=judged, usage=usage)]
    grading = sum_tokens(taken)
    if own is not None and grading is not None:
        own, grading = _without(own, grading)
        others += [] if grading is None else [grading]
    return Accounting(own, sum_tokens(others), _money(usage.values()))


def _own_roles(
    roles: object, *, bound: object, judged: str, usage: Mapping[object, object]
) -> list[object]:
    """Return what the roles used that the judged model certainly played."""
    if not isinstance(roles, Mapping):
        return []
    models = bound if isinstance(bound, Mapping) else {}
    alone = set(usage) == {judged}
    return [used for role, used in roles.items() if alone or _model(models.get(role)) == judged]


def _model(bound: object) -> object:
    """The one model that a role is bound to; None where it is none or several."""
    if isinstance(bound, list) and len(bound) == 1:
        bound = bound[0]
    return bound.get("model") if isinstance(bound, Mapping) else bound


def _without(own: Tokens, grading: Tokens) -> tuple[Tokens, Tokens | None]:
    """Return the judged model's tokens without those of its roles; roles beyond it do not count."""
    left = (
        own.input - grading.input,
        own.output - grading.output,
        own.total - grading.total,
    )
    if min(left) < 0:
        return own, None
    into, out, total = left
    return Tokens(input=into, output=out, total=total), grading


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _LARGEST else None


def _money(usages: Iterable[object]) -> float | None:
    """Return what all models cost together; None where one of them has no stated cost."""
    total = 0.0
    for usage in usages:
        stated = usage.get("total_cost") if isinstance(usage, Mapping) else None
        cost = None if isinstance(stated, bool) else plain_number(stated)
        if cost is None or cost < 0:
            return None
        total += cost
    return total if math.isfinite(total) else None
