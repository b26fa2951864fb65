"""The one base class of all persisted values: frozen, strict, complete, without NaN."""

from __future__ import annotations

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
