"""The one base class of all persisted values: frozen, strict, complete, without NaN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from tierlock.core.errors import InputError


class Record(BaseModel):
    """Base of every value that is stored, hashed or sent.

    Immutable; unknown fields, NaN and infinities are refused; numbers are never made from text.
    Python names are snake_case, JSON names lowerCamelCase (DESIGN section 6); files written by
    people may use either.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        use_enum_values=False,
    )

    def model_copy(self, *, update: Mapping[str, object] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields replaced; nothing computed earlier is carried over.

        Values are not validated again: only code that made them may pass them.
        """
        copied = super().model_copy(update=update, deep=deep)
        # Cached digests live beside the fields; a changed copy must not keep them.
        for name in set(copied.__dict__) - set(type(self).model_fields):
            del copied.__dict__[name]
        return copied

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Return the value that JSON `data` holds; the inverse of `canonical_bytes` (law L8).

        Raises:
            InputError: `data` is not JSON or not a value of this class.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "top"
            raise InputError(
                "input.schema", f"not a {cls.__name__}: `{where}` {first['msg'].lower()}"
            ) from None
