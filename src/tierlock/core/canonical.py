"""Canonical bytes (RFC 8785) and digests of values."""

from __future__ import annotations

import hashlib
from typing import Final

import rfc8785
from pydantic import BaseModel

from tierlock.core.errors import InputError
from tierlock.core.record import Record

DIGEST_PREFIX: Final = "sha256:"
_KEPT: Final = "__canonical_digest__"


def canonical_bytes(value: BaseModel) -> bytes:
    """Return the RFC 8785 JSON bytes of `value`: same value, same bytes, on every machine.

    Raises:
        InputError: the value holds a number that JSON can not carry exactly.

    >>> from tierlock.core.subject import Subject
    >>> canonical_bytes(Subject(name="m"))[:18]
    b'{"effectiveCompute'
    """
    return canonical_json(value.model_dump(mode="json", by_alias=True))


def canonical_json(value: object) -> bytes:
    """Return the RFC 8785 bytes of JSON-like `value` (dicts, lists, text, numbers, None).

    Raises:
        InputError: a number that JSON can not carry exactly, or text that UTF-8 can not.

    >>> canonical_json({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # any JSON value, checked by dumps
    except (rfc8785.FloatDomainError, rfc8785.IntegerDomainError) as error:
        raise InputError("input.number", f"value can not be written canonically: {error}") from None
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        raise InputError("input.type", "text holds a character that UTF-8 can not carry") from None


def digest(value: Record) -> str:
    """Return `sha256:<hex>` over the canonical bytes of `value`; computed once per value.

    >>> from tierlock.core.subject import Subject
    >>> digest(Subject(name="m")) == digest_bytes(canonical_bytes(Subject(name="m")))
    True
    """
    # Beside the fields, as cached properties are: a copy forgets it, and nothing else shows it.
    kept = value.__dict__
    if _KEPT not in kept:
        kept[_KEPT] = digest_bytes(canonical_bytes(value))
    return str(kept[_KEPT])


def digest_bytes(data: bytes) -> str:
    """Return `sha256:<hex>` of `data`.

    >>> digest_bytes(b"")[:15]
    'sha256:e3b0c442'
    """
    return DIGEST_PREFIX + hashlib.sha256(data).hexdigest()
